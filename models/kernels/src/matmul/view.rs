//! A matrix as it lies in memory.

use candle_core::{Result, bail};

/// A matrix [rows, columns] among other values. All of its values lie within the slice: kernels read through pointers what its sizes and steps
/// say, so nothing makes a view that reaches further.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    values: &'a [f32],
    /// Rows and columns.
    sizes: [usize; 2],
    /// From a row, and from a column, to the next.
    steps: [usize; 2],
}

impl<'a> View<'a> {
    /// `values` begin with the first one of the matrix.
    pub fn new(values: &'a [f32], sizes: [usize; 2], steps: [usize; 2]) -> Result<Self> {
        let fits = sizes.contains(&0) || last(sizes, steps).is_some_and(|last| last < values.len());
        if !fits {
            bail!("{sizes:?} values in steps of {steps:?} are more than {}", values.len());
        }
        Ok(Self { values, sizes, steps })
    }

    /// Rows of `width` values, one after the other.
    pub fn rows(values: &'a [f32], width: usize) -> Self {
        Self {
            values,
            sizes: [values.len() / width, width],
            steps: [width, 1],
        }
    }

    /// Rows and columns.
    pub fn sizes(&self) -> [usize; 2] {
        self.sizes
    }

    /// From a row, and from a column, to the next.
    pub fn steps(&self) -> [usize; 2] {
        self.steps
    }

    /// From the first one on, perhaps with more behind the last.
    pub fn values(&self) -> &'a [f32] {
        self.values
    }

    /// True where the values of a row lie side by side.
    pub fn has_dense_rows(&self) -> bool {
        self.steps[1] == 1 || self.sizes[1] < 2
    }

    /// A row.
    ///
    /// # Panics
    /// Where there is no such row, or its values do not lie side by side.
    pub fn row(&self, row: usize) -> &'a [f32] {
        assert!(
            row < self.sizes[0] && self.has_dense_rows(),
            "no row {row} lies in one piece in {:?} values in steps of {:?}",
            self.sizes,
            self.steps
        );
        if self.sizes[1] == 0 {
            return &[];
        }
        &self.values[row * self.steps[0]..][..self.sizes[1]]
    }

    /// Rows as columns.
    #[must_use]
    pub fn transposed(self) -> Self {
        let ([rows, columns], [row, column]) = (self.sizes, self.steps);
        Self {
            sizes: [columns, rows],
            steps: [column, row],
            ..self
        }
    }

    /// `sizes` rows and columns from `first` on.
    ///
    /// # Panics
    /// Where the part reaches beyond the matrix.
    #[must_use]
    pub fn part(self, first: [usize; 2], sizes: [usize; 2]) -> Self {
        let within = |side: usize| first[side] <= self.sizes[side] && sizes[side] <= self.sizes[side] - first[side];
        assert!(
            within(0) && within(1),
            "{sizes:?} rows and columns from {first:?} on are beyond {:?}",
            self.sizes
        );
        // An empty part may begin behind the last value.
        let start = if sizes.contains(&0) {
            self.values.len()
        } else {
            first[0] * self.steps[0] + first[1] * self.steps[1]
        };
        Self {
            values: &self.values[start..],
            sizes,
            ..self
        }
    }
}

/// Where the last value lies; `None` where that is no number.
fn last(sizes: [usize; 2], steps: [usize; 2]) -> Option<usize> {
    let along = |side: usize| (sizes[side] - 1).checked_mul(steps[side]);
    along(0)?.checked_add(along(1)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_beyond_its_values_is_refused() {
        assert!(View::new(&[0.0; 11], [3, 4], [4, 1]).is_err());
        assert!(View::new(&[0.0; 12], [3, 4], [4, 1]).is_ok());
        assert!(View::new(&[], [0, 4], [4, 1]).is_ok());
        // The place of the last value would wrap around to a small one.
        assert!(View::new(&[0.0; 12], [3, 4], [usize::MAX / 2 + 1, 1]).is_err());
    }

    #[test]
    fn parts_lie_within_the_view() {
        let values: Vec<f32> = (0..12u8).map(f32::from).collect();
        let view = View::rows(&values, 4);
        let part = view.part([1, 2], [2, 2]);
        assert_eq!((part.row(0), part.row(1)), (&[6.0, 7.0][..], &[10.0, 11.0][..]));
        assert_eq!(view.part([3, 4], [0, 0]).sizes(), [0, 0]);
        let refused = |first, sizes| std::panic::catch_unwind(|| view.part(first, sizes)).is_err();
        assert!(refused([1, 0], [3, 4]) && refused([0, 1], [3, 4]));
        assert!(refused([4, 0], [0, 1]) && refused([2, 0], [usize::MAX, 1]));
    }

    #[test]
    fn a_row_that_is_not_there_or_not_dense_is_refused() {
        let view = View::rows(&[0.0; 16], 4).part([0, 0], [2, 4]);
        let refused = |view: View, row| std::panic::catch_unwind(|| view.row(row).len()).is_err();
        assert!(!refused(view, 1) && refused(view, 2));
        assert!(refused(view.transposed(), 0));
    }
}
