//! Settings of the process that must be made before anything else runs. The library never makes them itself; the programs do.

#![allow(unsafe_code)]

/// To be called first in `main`, while there is one thread only.
pub fn apply() {
    compute_on_one_core_each();
    keep_freed_memory();
}

/// Pictures, and the parts of one picture's description, run side by side, one to a core, and each computes on its own: for matrices as
/// small as glance's that takes less time than to share each product among the cores. Large models will want to share. candle reads
/// this variable before each operation (and /proc/cpuinfo instead where it is not set: 450 times a picture).
fn compute_on_one_core_each() {
    const THREADS: &str = "RAYON_NUM_THREADS";
    if std::env::var_os(THREADS).is_some() {
        return;
    }
    // SAFETY: this comes before the pool has threads, and `apply` is called while there is one thread, so nobody reads the environment meanwhile.
    unsafe { std::env::set_var(THREADS, "1") };
    // The number that is given here outweighs the variable. This can only fail if a pool is there already, which then goes on being used.
    let _ = rayon::ThreadPoolBuilder::new()
        .num_threads(num_cpus::get_physical())
        .build_global();
}

/// By default the C library returns the memory of each activation to the system, which hands it back page by page: a tenth of the time.
fn keep_freed_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        const MEGABYTE: libc::c_int = 1 << 20;
        // SAFETY: these only change when memory is returned; a refused value changes nothing.
        unsafe {
            libc::mallopt(libc::M_MMAP_THRESHOLD, 32 * MEGABYTE);
            libc::mallopt(libc::M_TRIM_THRESHOLD, 256 * MEGABYTE);
        }
    }
}

/// Hands freed memory back to the system after all, as when a model was unloaded.
pub fn return_freed_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: gives unused pages back and changes nothing else.
    unsafe {
        libc::malloc_trim(0);
    }
}
