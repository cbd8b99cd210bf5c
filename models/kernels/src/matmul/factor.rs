//! The second matrix of a product, as it lies or laid out for the tiles.

use super::view::View;

#[cfg(target_arch = "x86_64")]
use super::tiles;

/// A matrix [K, N] that others are multiplied by.
pub enum Factor<'a> {
    /// As it lies.
    View(View<'a>),
    /// Laid out for several products.
    #[cfg(target_arch = "x86_64")]
    Panels(tiles::Panels),
}

impl<'a> Factor<'a> {
    /// Laid out as it is multiplied fastest.
    pub fn prepared(view: View<'a>) -> Self {
        #[cfg(target_arch = "x86_64")]
        if tiles::are_fast() {
            // SAFETY: the processor has the instructions.
            return Self::Panels(unsafe { tiles::Panels::of(view) });
        }
        Self::View(view)
    }

    /// K and N.
    pub(super) fn sizes(&self) -> [usize; 2] {
        match self {
            Self::View(view) => view.sizes(),
            #[cfg(target_arch = "x86_64")]
            Self::Panels(panels) => panels.sizes(),
        }
    }
}
