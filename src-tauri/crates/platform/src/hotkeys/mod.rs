//! Global hotkeys, which work whatever window has the focus.

mod holder;
mod native;
#[cfg(target_os = "linux")]
mod portal;
mod register;

pub use holder::Holder;
pub use register::{register, release};
