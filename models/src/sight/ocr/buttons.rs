//! Finds the labels of buttons: lines of text in boxes of their own.
//!
//! A box is the area of one colour around a line of text, up to an edge on all four sides. A button differs from the
//! cell of a table, a text field, a title bar or a paragraph: it is small, nothing else stands in it, its words are in
//! its middle, and its edges end at its corners.

use std::collections::HashMap;

use image::RgbImage;

use super::line::Line;

/// Most characters of a label.
const LETTERS: usize = 30;
/// Largest lean of a label in degrees; text that leans more is not in a window.
const UPRIGHT: f32 = 1.5;
/// Neighbouring pixels of one area differ by no more than this in any channel, 0 to 255: a shade may change slowly.
const STEP: u8 = 5;
/// Part of the height of a line's box to take off on each side: the box is larger than the letters, and than a tight
/// button.
const ROOM: f32 = 0.15;
/// Room in a button above and below the letters together, least and most, in heights of the letters.
const HIGHER: (f32, f32) = (0.3, 3.2);
/// Room in a button left and right of the letters together, least and most, in heights of the letters.
const WIDER: (f32, f32) = (0.5, 20.0);
/// Rooms on opposite sides of the words differ by at most `UNEVEN` heights of the letters, or by at most `UNEVEN_PART`
/// of their sum.
const UNEVEN: f32 = 0.5;
const UNEVEN_PART: f32 = 0.2;
/// Least part of its bounding box that an area fills, the words in it counted: round ends take some away.
const FULL: f32 = 0.85;
/// Most pixels that the outline of a box is thick.
const BORDER: i32 = 4;

/// Sets `button` on the lines that stand in boxes like those of buttons. The boxes of the lines are in pixels of `rgb`.
pub fn mark(rgb: &RgbImage, lines: &mut [Line]) {
    let letters: Vec<[f32; 4]> = lines.iter().map(|line| letters(line.bbox)).collect();
    for (index, line) in lines.iter_mut().enumerate() {
        let labelled = line.text.chars().count() <= LETTERS
            && line.text.chars().any(char::is_alphanumeric)
            && line.angle.abs() <= UPRIGHT;
        line.button = labelled
            && Area::around(rgb, letters[index]).is_some_and(|area| {
                let alone = |(other, letters): (usize, &[f32; 4])| other == index || !area.holds(letters);
                area.is_button(rgb, letters[index]) && letters.iter().enumerate().all(alone)
            });
    }
}

/// The box of a line without the room around its letters.
fn letters([x, y, width, height]: [f32; 4]) -> [f32; 4] {
    let room = ROOM * height;
    [x + room, y + room, width - 2.0 * room, height - 2.0 * room]
}

/// An area of one colour: its bounding box in pixels, right and bottom included, and the part of it that the area
/// fills, 0 to 1.
struct Area {
    left: i32,
    top: i32,
    right: i32,
    bottom: i32,
    full: f32,
}

impl Area {
    /// Finds the area in which a line of text stands; `None` if it goes on further than a button would.
    fn around(rgb: &RgbImage, [x, y, width, height]: [f32; 4]) -> Option<Self> {
        let reach = [(WIDER.1 * height).ceil(), (HIGHER.1 * height).ceil()];
        let limit = |place: f32, side: u32| place.clamp(0.0, side as f32) as i32;
        let (from_x, to_x) = (
            limit(x - reach[0], rgb.width()),
            limit(x + width + reach[0], rgb.width()),
        );
        let (from_y, to_y) = (
            limit(y - reach[1], rgb.height()),
            limit(y + height + reach[1], rgb.height()),
        );
        let (columns, rows) = (to_x - from_x, to_y - from_y);
        let mut visited = vec![false; usize::try_from(columns * rows).ok()?];
        let mut open = ground(rgb, [x, y, width, height])?;
        open.retain(|&[x, y]| (from_x..to_x).contains(&x) && (from_y..to_y).contains(&y));
        let mut spans = vec![(i32::MAX, i32::MIN); rows as usize];
        for &[x, y] in &open {
            visited[((y - from_y) * columns + x - from_x) as usize] = true;
        }
        while let Some([x, y]) = open.pop() {
            // The area reaches the edge of the search or of the picture: it is too large, or open.
            if x == from_x || x + 1 == to_x || y == from_y || y + 1 == to_y {
                return None;
            }
            let span = &mut spans[(y - from_y) as usize];
            *span = (span.0.min(x), span.1.max(x));
            for [next_x, next_y] in [[x - 1, y], [x + 1, y], [x, y - 1], [x, y + 1]] {
                let place = ((next_y - from_y) * columns + next_x - from_x) as usize;
                if !visited[place] && apart(rgb, [x, y], [next_x, next_y]) <= STEP {
                    visited[place] = true;
                    open.push([next_x, next_y]);
                }
            }
        }
        let rows: Vec<(i32, (i32, i32))> = (from_y..).zip(spans).filter(|(_, span)| span.0 <= span.1).collect();
        let (top, bottom) = (rows.first()?.0, rows.last()?.0);
        let left = rows.iter().map(|(_, span)| span.0).min()?;
        let right = rows.iter().map(|(_, span)| span.1).max()?;
        let filled: i32 = rows.iter().map(|(_, span)| span.1 - span.0 + 1).sum();
        let full = filled as f32 / ((right - left + 1) * (bottom - top + 1)) as f32;
        Some(Self {
            left,
            top,
            right,
            bottom,
            full,
        })
    }

    /// True if the middle of a box lies in the area.
    fn holds(&self, [x, y, width, height]: &[f32; 4]) -> bool {
        let (x, y) = ((x + width / 2.0) as i32, (y + height / 2.0) as i32);
        (self.left..=self.right).contains(&x) && (self.top..=self.bottom).contains(&y)
    }

    /// True if the area looks like the button of a line of text.
    fn is_button(&self, rgb: &RgbImage, [x, y, width, height]: [f32; 4]) -> bool {
        let (left, right) = (x - self.left as f32, (self.right + 1) as f32 - x - width);
        let (above, below) = (y - self.top as f32, (self.bottom + 1) as f32 - y - height);
        let even = |a: f32, b: f32| (a - b).abs() <= (UNEVEN * height).max(UNEVEN_PART * (a + b));
        let within = |room: f32, (least, most): (f32, f32)| (least * height..=most * height).contains(&room);
        self.full >= FULL
            && within(left + right, WIDER)
            && within(above + below, HIGHER)
            && even(left, right)
            && even(above, below)
            && self.ends_at_its_corners(rgb)
    }

    /// True if the edges end at the corners; those of a table's cell go on beyond.
    fn ends_at_its_corners(&self, rgb: &RgbImage) -> bool {
        let beyond = BORDER + 2;
        let (middle_x, middle_y) = (
            i32::midpoint(self.left, self.right),
            i32::midpoint(self.top, self.bottom),
        );
        // A line along each side, from its middle to beyond the corners: the edge is there, but not at both ends.
        let lines = [
            (
                [middle_x, self.top - 1],
                [self.left - beyond, self.top - 1],
                [self.right + beyond, self.top - 1],
            ),
            (
                [middle_x, self.bottom + 1],
                [self.left - beyond, self.bottom + 1],
                [self.right + beyond, self.bottom + 1],
            ),
            (
                [self.left - 1, middle_y],
                [self.left - 1, self.top - beyond],
                [self.left - 1, self.bottom + beyond],
            ),
            (
                [self.right + 1, middle_y],
                [self.right + 1, self.top - beyond],
                [self.right + 1, self.bottom + beyond],
            ),
        ];
        // Where the ground outside has the colour of the edge itself, as with a filled box, that colour tells nothing.
        let outside = [
            [self.left - beyond, self.top - beyond],
            [self.right + beyond, self.bottom + beyond],
        ];
        let differs = |a: [i32; 2], b: [i32; 2]| apart(rgb, a, b) > STEP;
        let goes_on =
            |end: [i32; 2], edge: [i32; 2]| !differs(end, edge) && outside.iter().all(|&ground| differs(ground, edge));
        lines
            .iter()
            .all(|&(edge, one, other)| !goes_on(one, edge) && !goes_on(other, edge))
    }
}

/// The pixels of the commonest colour in a box, which is the ground that the words stand on.
fn ground(rgb: &RgbImage, [x, y, width, height]: [f32; 4]) -> Option<Vec<[i32; 2]>> {
    let inside = |place: f32, side: u32| (place as i32).clamp(0, side as i32 - 1);
    let (from_x, to_x) = (inside(x, rgb.width()), inside(x + width, rgb.width()));
    let (from_y, to_y) = (inside(y, rgb.height()), inside(y + height, rgb.height()));
    let colour = |[x, y]: [i32; 2]| rgb.get_pixel(x as u32, y as u32).0;
    let pixels: Vec<[i32; 2]> = (from_y..=to_y)
        .flat_map(|y| (from_x..=to_x).map(move |x| [x, y]))
        .collect();
    let mut counts: HashMap<[u8; 3], usize> = HashMap::new();
    for &pixel in &pixels {
        *counts.entry(colour(pixel)).or_default() += 1;
    }
    // Ties are broken by colour, so that the result does not depend on the order of the map.
    let (commonest, _) = counts.into_iter().max_by_key(|&(colour, count)| (count, colour))?;
    let alike = |&pixel: &[i32; 2]| difference(colour(pixel), commonest) <= STEP;
    Some(pixels.into_iter().filter(alike).collect())
}

/// The largest difference of two pixels in a channel; places outside of the picture are its edge.
fn apart(rgb: &RgbImage, a: [i32; 2], b: [i32; 2]) -> u8 {
    let pixel = |[x, y]: [i32; 2]| {
        let inside = |place: i32, side: u32| place.clamp(0, side as i32 - 1) as u32;
        rgb.get_pixel(inside(x, rgb.width()), inside(y, rgb.height())).0
    };
    difference(pixel(a), pixel(b))
}

fn difference(a: [u8; 3], b: [u8; 3]) -> u8 {
    a.iter().zip(b).map(|(a, b)| a.abs_diff(b)).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    const PAPER: Rgb<u8> = Rgb([240, 240, 240]);
    const INK: Rgb<u8> = Rgb([20, 20, 20]);
    const BLUE: Rgb<u8> = Rgb([30, 90, 190]);

    fn fill(rgb: &mut RgbImage, [x, y, width, height]: [u32; 4], colour: Rgb<u8>) {
        for y in y..y + height {
            for x in x..x + width {
                rgb.put_pixel(x, y, colour);
            }
        }
    }

    fn outline(rgb: &mut RgbImage, [x, y, width, height]: [u32; 4]) {
        fill(rgb, [x, y, width, 1], INK);
        fill(rgb, [x, y + height - 1, width, 1], INK);
        fill(rgb, [x, y, 1, height], INK);
        fill(rgb, [x + width - 1, y, 1, height], INK);
    }

    /// Strokes that stand for a word of 12 pixels' height.
    fn word(rgb: &mut RgbImage, x: u32, y: u32, width: u32) -> Line {
        for stroke in (x..x + width).step_by(5) {
            fill(rgb, [stroke, y, 2, 12], INK);
        }
        Line {
            text: "Cancel".to_owned(),
            score: 0.9,
            bbox: [x as f32 - 1.0, y as f32 - 1.0, width as f32 + 2.0, 14.0],
            angle: 0.0,
            button: false,
        }
    }

    fn marks(rgb: &RgbImage, lines: &mut [Line]) -> Vec<bool> {
        mark(rgb, lines);
        lines.iter().map(|line| line.button).collect()
    }

    #[test]
    fn filled_and_outlined_boxes_are_buttons() {
        let mut rgb = RgbImage::from_pixel(400, 200, PAPER);
        fill(&mut rgb, [40, 40, 90, 30], BLUE);
        outline(&mut rgb, [160, 40, 90, 30]);
        let mut lines = [
            word(&mut rgb, 60, 49, 50),
            word(&mut rgb, 180, 49, 50),
            word(&mut rgb, 300, 49, 50),
        ];
        assert_eq!(marks(&rgb, &mut lines), [true, true, false]);
        lines[0].text = "...".to_owned();
        lines[1].text = "a sentence that is too long to be a label".to_owned();
        assert_eq!(marks(&rgb, &mut lines), [false; 3]);
    }

    #[test]
    fn cells_fields_and_bars_are_none() {
        let mut rgb = RgbImage::from_pixel(700, 300, PAPER);
        // A table.
        for column in 0..3 {
            for row in 0..2 {
                outline(&mut rgb, [40 + 89 * column, 40 + 29 * row, 90, 30]);
            }
        }
        // A field with words at its left, and a bar over all of the picture.
        outline(&mut rgb, [40, 140, 300, 30]);
        fill(&mut rgb, [0, 200, 700, 30], BLUE);
        let mut lines: Vec<Line> = (0..3).map(|column| word(&mut rgb, 60 + 89 * column, 49, 50)).collect();
        lines.push(word(&mut rgb, 48, 149, 50));
        lines.push(word(&mut rgb, 325, 209, 50));
        assert_eq!(marks(&rgb, &mut lines), [false; 5]);
    }

    #[test]
    fn two_lines_in_a_box_are_none() {
        let mut rgb = RgbImage::from_pixel(300, 200, PAPER);
        outline(&mut rgb, [40, 40, 90, 48]);
        let mut lines = [word(&mut rgb, 60, 48, 50), word(&mut rgb, 60, 68, 50)];
        assert_eq!(marks(&rgb, &mut lines), [false, false]);
    }
}
