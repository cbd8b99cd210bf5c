//! Registering the hotkeys that the person chose.

use std::sync::Arc;

use eyebright_domain::{Fault, Hotkeys};

use super::holder::Holder;
use super::native;
#[cfg(target_os = "linux")]
use super::portal;
#[cfg(target_os = "linux")]
use crate::display::is_wayland;

/// Registers these hotkeys and no others. Problems are reported to the holder together with `others`, those that have
/// nothing to do with hotkeys; on Wayland they turn out later and are said aloud then.
pub fn register(holder: &Arc<dyn Holder>, hotkeys: &Hotkeys, others: Vec<Fault>) {
    #[cfg(target_os = "linux")]
    if is_wayland() {
        return portal::register(holder, hotkeys, others);
    }
    let taken = native::register(&**holder, hotkeys);
    holder.set_problems(others.into_iter().chain(taken).collect());
}

/// Releases all hotkeys, for instance while a new one is being chosen.
pub fn release(holder: &dyn Holder) {
    #[cfg(target_os = "linux")]
    if is_wayland() {
        return portal::release();
    }
    holder.let_go();
}
