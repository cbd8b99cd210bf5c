//! Where a product is written.

use std::mem::MaybeUninit;

/// The first value of a product in memory, and how far apart its rows begin. Several cores may have one of the same memory, so writing is unsafe.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    start: *mut f32,
    row: usize,
}

// SAFETY: whoever hands it to several cores has them write different values.
unsafe impl Send for Target {}
// SAFETY: as above.
unsafe impl Sync for Target {}

impl Target {
    /// Rows that begin `row` values apart.
    pub fn new(values: &mut [MaybeUninit<f32>], row: usize) -> Self {
        Self {
            start: values.as_mut_ptr().cast(),
            row,
        }
    }

    /// The part from this row and column on.
    #[must_use]
    pub fn at(self, row: usize, column: usize) -> Self {
        Self {
            start: self.start.wrapping_add(row * self.row + column),
            ..self
        }
    }

    /// The first value.
    pub(super) fn start(self) -> *mut f32 {
        self.start
    }

    /// From a row to the next.
    pub(super) fn row_step(self) -> usize {
        self.row
    }
}
