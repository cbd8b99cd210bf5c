//! A picture as the engine sees it: upright, opaque, 8-bit RGB, decoded only after its limits were checked.

mod damage;
mod decode;
mod decoded;
mod jpeg;
mod limits;
mod resize;
#[cfg(test)]
mod tests;

pub use decoded::Picture;
pub use limits::Limits;
