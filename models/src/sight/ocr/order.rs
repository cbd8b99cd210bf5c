//! Reading order: a page is cut into blocks by its white space (a recursive XY-cut), and a block is read row by row.
//!
//! Columns are read one after the other, what spans them before or after them, the cells of a table row by row.

use super::piece::Piece;
use super::rows::{lines, rows};

/// White space between columns is at least this many heights of a line wide.
const GUTTER: f32 = 0.35;
/// A column has at least this many lines.
const COLUMN: usize = 2;
/// In a table this part of the cells has a neighbour on the same line ...
const ALIGNED: f32 = 0.7;
/// ... whose middle is at most this many heights higher or lower ...
const LEVEL: f32 = 0.3;
/// ... and the cells of one column are on average less than this many heights wide, as lines of prose are not.
const CELL: f32 = 9.0;

/// A run of bands ends after this many further bands without columns: one or two lines do not show columns yet.
const PATIENCE: usize = 4;

/// The lines of a page in reading order, each as the indices of its pieces. `rtl`: true if it is written from right to
/// left.
pub fn order(pieces: Vec<Piece>, rtl: bool) -> Vec<Vec<usize>> {
    let mut heights: Vec<f32> = pieces.iter().map(Piece::height).collect();
    heights.sort_by(f32::total_cmp);
    let page = Page {
        gutter: GUTTER * heights.get(heights.len() / 2).copied().unwrap_or_default(),
        rtl,
    };
    let mut blocks = Vec::new();
    page.cut(pieces, &mut blocks);
    let rows = blocks.into_iter().flat_map(|block| rows(block, rtl));
    rows.flat_map(lines)
        .map(|line| line.into_iter().map(|piece| piece.index).collect())
        .collect()
}

struct Page {
    gutter: f32,
    rtl: bool,
}

impl Page {
    /// Cuts between columns where it can, else across the page where columns show up then.
    fn cut(&self, mut pieces: Vec<Piece>, blocks: &mut Vec<Vec<Piece>>) {
        if let Some(at) = self.column(&mut pieces) {
            let right = pieces.split_off(at);
            let (first, second) = if self.rtl { (right, pieces) } else { (pieces, right) };
            self.cut(first, blocks);
            self.cut(second, blocks);
        } else if let Some(at) = self.across(&mut pieces) {
            let below = pieces.split_off(at);
            self.cut(pieces, blocks);
            self.cut(below, blocks);
        } else {
            blocks.push(pieces);
        }
    }

    /// Sorts the pieces by their left edges and returns how many lie to the left of the widest gutter.
    fn column(&self, pieces: &mut [Piece]) -> Option<usize> {
        pieces.sort_by(|a, b| a.left.total_cmp(&b.left));
        let gaps = gaps(pieces.iter().map(|piece| (piece.left, piece.right)));
        gaps.into_iter()
            .filter(|&(at, gap)| gap >= self.gutter && parted(&pieces[..at], &pieces[at..]))
            .max_by(|a, b| a.1.total_cmp(&b.1))
            .map(|(at, _)| at)
    }

    /// Sorts the pieces by their top edges and returns how many lie above the longest run of bands that has columns,
    /// or, where it begins the page, above its end. Bands are the parts of the page between white space across it.
    fn across(&self, pieces: &mut [Piece]) -> Option<usize> {
        pieces.sort_by(|a, b| a.top.total_cmp(&b.top));
        let gaps = gaps(pieces.iter().map(|piece| (piece.top, piece.bottom)));
        let edges: Vec<usize> = [0]
            .into_iter()
            .chain(gaps.iter().map(|gap| gap.0))
            .chain([pieces.len()])
            .collect();
        let has_columns = |from: usize, to: usize| self.column(&mut pieces[edges[from]..edges[to]].to_vec()).is_some();
        let (mut best, mut reached) = ((0, 0), 0);
        for from in 0..edges.len() - 1 {
            // A run that begins within an earlier one is of interest only if it goes on further.
            let first = reached.max(from) + 1;
            let mut patience = PATIENCE;
            for to in first..edges.len() {
                if has_columns(from, to) {
                    reached = to;
                    if edges[to] - edges[from] > best.1 - best.0 {
                        best = (edges[from], edges[to]);
                    }
                } else if patience == 0 {
                    break;
                } else {
                    patience -= 1;
                }
            }
        }
        [best.0, best.1].into_iter().find(|&at| at > 0 && at < pieces.len())
    }
}

/// The gaps between spans that are sorted by their start: how many spans lie before each gap, and its size.
fn gaps(spans: impl Iterator<Item = (f32, f32)>) -> Vec<(usize, f32)> {
    let mut reached = f32::MAX;
    let mut gaps = Vec::new();
    for (i, (start, end)) in spans.enumerate() {
        if start > reached {
            gaps.push((i, start - reached));
        }
        reached = if i == 0 { end } else { reached.max(end) };
    }
    gaps
}

/// True if two groups beside each other are columns: several lines each, side by side, and no table.
fn parted(left: &[Piece], right: &[Piece]) -> bool {
    if left.len() < COLUMN || right.len() < COLUMN {
        return false;
    }
    let span = |group: &[Piece]| {
        let top = group.iter().map(|piece| piece.top).fold(f32::MAX, f32::min);
        (top, group.iter().map(|piece| piece.bottom).fold(f32::MIN, f32::max))
    };
    let ((top, bottom), (other_top, other_bottom)) = (span(left), span(right));
    bottom.min(other_bottom) > top.max(other_top) && !is_table(left, right)
}

fn is_table(left: &[Piece], right: &[Piece]) -> bool {
    let level = |a: &Piece, b: &Piece| (a.middle() - b.middle()).abs() <= LEVEL * a.height().min(b.height());
    let aligned = |group: &[Piece], other: &[Piece]| {
        let count = group.iter().filter(|a| other.iter().any(|b| level(a, b))).count();
        count as f32 >= ALIGNED * group.len() as f32
    };
    let width = |group: &[Piece]| {
        let widths = group
            .iter()
            .map(|piece| (piece.right - piece.left) / piece.height().max(1.0));
        widths.sum::<f32>() / group.len() as f32
    };
    width(left).min(width(right)) < CELL && aligned(left, right) && aligned(right, left)
}
