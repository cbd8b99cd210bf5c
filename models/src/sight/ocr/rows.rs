//! Rows: pieces of text side by side, in the order in which they are read, joined where they stand close.

use super::piece::Piece;

/// Two pieces are in a row if they share this much of the lower one's height.
const SHARED: f32 = 0.5;
/// Pieces of a row are one line if the gap between them is at most this many heights of the lower one ...
const CLOSE: f32 = 0.8;
/// ... and one is at most this often as high as the other.
const ALIKE: f32 = 1.6;

/// The rows of a block from top to bottom, each from left to right, or from right to left.
pub fn rows(mut pieces: Vec<Piece>, rtl: bool) -> Vec<Vec<Piece>> {
    pieces.sort_by(|a, b| a.middle().total_cmp(&b.middle()));
    let mut rows: Vec<Vec<Piece>> = Vec::new();
    for piece in pieces {
        // The last three rows are compared, and all pieces of each, because a row may begin with a taller piece.
        match rows
            .iter_mut()
            .rev()
            .take(3)
            .find(|row| row.iter().all(|other| beside(other, &piece)))
        {
            Some(row) => row.push(piece),
            None => rows.push(vec![piece]),
        }
    }
    for row in &mut rows {
        row.sort_by(|a, b| a.left.total_cmp(&b.left));
        if rtl {
            row.reverse();
        }
    }
    rows
}

/// True if two pieces stand side by side and not over each other.
fn beside(a: &Piece, b: &Piece) -> bool {
    let shared = a.bottom.min(b.bottom) - a.top.max(b.top);
    let across = a.right.min(b.right) - a.left.max(b.left);
    let narrower = (a.right - a.left).min(b.right - b.left);
    shared >= SHARED * a.height().min(b.height()) && across < 0.5 * narrower
}

/// Groups the pieces of a row into lines.
pub fn lines(row: Vec<Piece>) -> Vec<Vec<Piece>> {
    let mut lines: Vec<Vec<Piece>> = Vec::new();
    for piece in row {
        match lines.last_mut() {
            Some(line) if line.last().is_some_and(|last| close(last, &piece)) => line.push(piece),
            _ => lines.push(vec![piece]),
        }
    }
    lines
}

fn close(a: &Piece, b: &Piece) -> bool {
    let (low, high) = (a.height().min(b.height()), a.height().max(b.height()));
    let gap = (b.left - a.right).max(a.left - b.right);
    gap <= CLOSE * low && high <= ALIKE * low
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(index: usize, left: f32, top: f32, width: f32, height: f32) -> Piece {
        Piece {
            index,
            left,
            top,
            right: left + width,
            bottom: top + height,
        }
    }

    fn indices(rows: &[Vec<Piece>]) -> Vec<Vec<usize>> {
        rows.iter()
            .map(|row| row.iter().map(|piece| piece.index).collect())
            .collect()
    }

    #[test]
    fn a_row_is_read_from_left_to_right_or_the_other_way() {
        let pieces = vec![
            piece(0, 200.0, 2.0, 80.0, 18.0),
            piece(1, 0.0, 0.0, 80.0, 20.0),
            piece(2, 0.0, 30.0, 80.0, 20.0),
        ];
        assert_eq!(indices(&rows(pieces.clone(), false)), [vec![1, 0], vec![2]]);
        assert_eq!(indices(&rows(pieces, true)), [vec![0, 1], vec![2]]);
    }

    #[test]
    fn close_pieces_of_one_size_are_one_line() {
        let row = vec![
            piece(0, 0.0, 0.0, 80.0, 20.0),
            piece(1, 90.0, 0.0, 80.0, 20.0),
            piece(2, 220.0, 0.0, 50.0, 20.0),
            piece(3, 275.0, -10.0, 50.0, 40.0),
        ];
        assert_eq!(indices(&lines(row)), [vec![0, 1], vec![2], vec![3]]);
    }
}
