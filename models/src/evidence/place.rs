//! Horizontal position of an object in the picture.

use crate::sight::objects::Object;

/// A third of the picture, from left to right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    Left,
    Middle,
    Right,
}

impl Place {
    /// The third of the picture in which the middle of the object's box lies. `width` is that of the picture.
    pub fn of(object: &Object, width: u32) -> Self {
        let middle = (object.bbox[0] + object.bbox[2] / 2.0) / width.max(1) as f32;
        match middle {
            ..0.36 => Self::Left,
            ..0.64 => Self::Middle,
            _ => Self::Right,
        }
    }
}
