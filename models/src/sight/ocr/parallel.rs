//! Runs a network on many small inputs in parallel.
//!
//! A convolution network on one small input gains little from a second core; two inputs side by side take half the time. So each
//! worker runs whole inputs with threads of its own, and only when there are fewer inputs than cores do runs get several.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rten::{RunOptions, ThreadPool};

use crate::base::error::Result;

/// Runs `work` on each job in parallel and returns the results in the order of the jobs; the first error ends all.
pub fn each<J: Sync, T: Send>(jobs: &[J], work: impl Fn(&J, &RunOptions) -> Result<T> + Sync) -> Result<Vec<T>> {
    let cores = rayon::current_num_threads().max(1);
    let workers = jobs.len().clamp(1, cores);
    let (next, failed) = (AtomicUsize::new(0), Mutex::new(None));
    let worker = || {
        let pool = Arc::new(ThreadPool::with_num_threads(cores.div_ceil(workers)));
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(job) = jobs.get(index) else { break };
            let mut options = RunOptions::default();
            options.thread_pool = Some(Arc::clone(&pool));
            match work(job, &options) {
                Ok(result) => done.push((index, result)),
                Err(error) => {
                    next.store(jobs.len(), Ordering::Relaxed);
                    failed
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .get_or_insert(error);
                }
            }
        }
        done
    };
    let mut all: Vec<(usize, T)> = std::thread::scope(|scope| {
        let others: Vec<_> = (1..workers).map(|_| scope.spawn(worker)).collect();
        let mut all = worker();
        for other in others {
            match other.join() {
                Ok(done) => all.extend(done),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        all
    });
    if let Some(error) = failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Err(error);
    }
    all.sort_by_key(|(index, _)| *index);
    Ok(all.into_iter().map(|(_, result)| result).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::error::Error;

    #[test]
    fn results_keep_the_order_of_the_jobs() {
        let jobs: Vec<usize> = (0..50).collect();
        assert_eq!(each(&jobs, |&job, _| Ok(job * 2)).unwrap()[..4], [0, 2, 4, 6]);
        assert!(each(&[] as &[usize], |&job, _| Ok(job)).unwrap().is_empty());
    }

    #[test]
    fn one_error_is_the_result() {
        let fails = |&job: &usize, _: &RunOptions| if job == 7 { Err(Error::Cancelled) } else { Ok(job) };
        let jobs: Vec<usize> = (0..50).collect();
        assert!(matches!(each(&jobs, fails), Err(Error::Cancelled)));
    }
}
