//! The keys that the person chose, held from now on.

use std::sync::Arc;

use eyebright_domain::{Fault, Hotkeys};

use super::holder::Holder;
use super::native;
#[cfg(target_os = "linux")]
use super::portal;
#[cfg(target_os = "linux")]
use crate::display::is_wayland;

/// Holds these keys from now on and no others. What does not work is told to the holder beside `others`, the problems that have
/// nothing to do with keys; on Wayland it turns out later and is said aloud then.
pub fn register(holder: &Arc<dyn Holder>, hotkeys: &Hotkeys, others: Vec<Fault>) {
    #[cfg(target_os = "linux")]
    if is_wayland() {
        return portal::register(holder, hotkeys, others);
    }
    let taken = native::register(&**holder, hotkeys);
    holder.set_problems(others.into_iter().chain(taken).collect());
}

/// Lets all keys go, as while a new one is being chosen.
pub fn release(holder: &dyn Holder) {
    #[cfg(target_os = "linux")]
    if is_wayland() {
        return portal::release();
    }
    holder.let_go();
}
