//! Turns a map of probabilities into rectangles around lines of text (differentiable binarisation, arXiv 1911.08947).
//!
//! The network marks the core of each line only, so that neighbours do not touch; each core is grown again.

use std::f32::consts::FRAC_PI_4;

use super::geometry::{Point, Rectangle, hull};

/// Pixels with a higher probability are text.
const TEXT: f32 = 0.3;
/// Least mean probability of a rectangle; those with less are no text.
const MIN_SCORE: f32 = 0.5;
/// How far a core is grown, in parts of area / perimeter.
const GROWTH: f32 = 1.6;
/// Cores narrower than this, in pixels of the map from the middle of the first to that of the last one, are specks.
const MIN_CORE: f32 = 2.0;
/// The lean of the page is taken from cores at least this many times as long as thick.
const LONG: f32 = 5.0;
/// A core is given the lean of the page unless that takes this many times its area: short words would else lean at
/// random.
const LEAN: f32 = 1.2;

/// The probability of each pixel to belong to the core of a line of text.
#[derive(Debug, Clone)]
pub struct Map {
    /// Probabilities row by row, 0 to 1.
    pub values: Vec<f32>,
    /// Pixels in a row.
    pub width: usize,
}

impl Map {
    fn height(&self) -> usize {
        self.values.len() / self.width.max(1)
    }

    /// The mean of the pixels whose middle lies in a rectangle.
    fn mean(&self, rectangle: &Rectangle) -> f32 {
        let (sin, cos) = rectangle.angle.sin_cos();
        let [left, top, right, bottom] = rectangle.bounds();
        let pixels =
            |low: f32, high: f32, end: usize| (low.max(0.0) as usize)..(high.ceil().max(0.0) as usize).min(end);
        let (mut sum, mut count) = (0.0, 0.0);
        for y in pixels(top, bottom + 1.0, self.height()) {
            for x in pixels(left, right + 1.0, self.width) {
                let (dx, dy) = (
                    x as f32 + 0.5 - rectangle.centre[0],
                    y as f32 + 0.5 - rectangle.centre[1],
                );
                let (along, across) = (dx * cos + dy * sin, dy * cos - dx * sin);
                // A little more than half, for rounding must not lose the pixels on the border.
                if along.abs() <= rectangle.width / 2.0 + 0.01 && across.abs() <= rectangle.height / 2.0 + 0.01 {
                    sum += self.values[y * self.width + x];
                    count += 1.0_f32;
                }
            }
        }
        sum / count.max(1.0)
    }
}

/// A rectangle around each line of text, in pixels of the map. They lean by -45 to 45 degrees: one that is higher than wide is a
/// narrow letter or a line that runs up or down.
pub fn boxes(map: &Map) -> Vec<Rectangle> {
    let mut cores: Vec<(Vec<Point>, Rectangle)> = cores(map)
        .into_iter()
        .filter_map(|points| {
            let hull = hull(&points);
            let smallest = Rectangle::smallest(&hull)?;
            Some((hull, smallest))
        })
        .collect();
    let lean = lean(cores.iter().map(|(_, core)| core));
    for (hull, core) in &mut cores {
        let level = Rectangle::at(hull, lean);
        if level.area() <= core.area() * LEAN {
            *core = level;
        }
    }
    cores
        .iter()
        .map(|(_, core)| core)
        .filter(|core| core.width.min(core.height) >= MIN_CORE && map.mean(core) >= MIN_SCORE)
        .map(|core| core.grown(core.area() * GROWTH / (2.0 * (core.width + core.height))))
        .collect()
}

/// The lean of the page in radians: the median angle of the long cores, weighted by their length.
fn lean<'a>(cores: impl Iterator<Item = &'a Rectangle>) -> f32 {
    let mut long: Vec<(f32, f32)> = cores
        .filter_map(|core| {
            let (longer, shorter) = (core.width.max(core.height), core.width.min(core.height));
            (longer >= LONG * shorter.max(1.0)).then_some((core.angle, longer))
        })
        .collect();
    long.sort_by(|a, b| a.0.total_cmp(&b.0));
    let half = long.iter().map(|(_, length)| length).sum::<f32>() / 2.0;
    let mut sum = 0.0;
    let middle = long.iter().find(|(_, length)| {
        sum += length;
        sum >= half
    });
    middle.map_or(0.0, |&(angle, _)| angle.clamp(-FRAC_PI_4, FRAC_PI_4))
}

/// Groups of touching text pixels (diagonally too): for each group the centres of the first and the last pixel of each
/// row, from the top down.
fn cores(map: &Map) -> Vec<Vec<Point>> {
    let (width, height) = (map.width, map.height());
    let mut open: Vec<bool> = map.values.iter().map(|&value| value > TEXT).collect();
    let mut cores = Vec::new();
    let mut stack = Vec::new();
    for start in 0..open.len() {
        if !std::mem::take(&mut open[start]) {
            continue;
        }
        // Reached row by row, so nothing lies above the start.
        let top = start / width;
        let mut rows: Vec<[usize; 2]> = Vec::new();
        stack.push(start);
        while let Some(pixel) = stack.pop() {
            let (x, y) = (pixel % width, pixel / width);
            if y - top >= rows.len() {
                rows.resize(y - top + 1, [usize::MAX, 0]);
            }
            let row = &mut rows[y - top];
            *row = [row[0].min(x), row[1].max(x)];
            for y in y.saturating_sub(1)..=(y + 1).min(height - 1) {
                for x in x.saturating_sub(1)..=(x + 1).min(width - 1) {
                    if std::mem::take(&mut open[y * width + x]) {
                        stack.push(y * width + x);
                    }
                }
            }
        }
        let middles = rows
            .iter()
            .enumerate()
            .flat_map(|(y, row)| row.map(|x| [x as f32 + 0.5, (top + y) as f32 + 0.5]));
        cores.push(middles.collect());
    }
    cores
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(width: usize, height: usize, text: impl Fn(f32, f32) -> bool) -> Map {
        let value = |i: usize| f32::from(u8::from(text((i % width) as f32 + 0.5, (i / width) as f32 + 0.5)));
        Map {
            values: (0..width * height).map(value).collect(),
            width,
        }
    }

    #[test]
    fn a_bar_becomes_one_grown_rectangle() {
        let found = boxes(&map(100, 40, |x, y| {
            (20.0..81.0).contains(&x) && (10.0..21.0).contains(&y)
        }));
        assert_eq!(found.len(), 1);
        // 60 x 10 from middle to middle, grown by 600 x 1.6 / 140.
        let growth = 600.0 * 1.6 / 140.0;
        assert_eq!(found[0].centre, [50.5, 15.5]);
        assert!((found[0].width - 60.0 - 2.0 * growth).abs() < 1e-3);
        assert!((found[0].height - 10.0 - 2.0 * growth).abs() < 1e-3);
    }

    #[test]
    fn specks_and_faint_stains_are_no_text() {
        assert!(boxes(&map(50, 50, |x, y| (10.0..12.0).contains(&x) && (10.0..40.0).contains(&y))).is_empty());
        let mut faint = map(50, 50, |x, y| (10.0..40.0).contains(&x) && (10.0..20.0).contains(&y));
        faint.values.iter_mut().for_each(|value| *value *= 0.4);
        assert!(boxes(&faint).is_empty());
        let empty = Map {
            values: Vec::new(),
            width: 0,
        };
        assert!(boxes(&empty).is_empty());
    }

    #[test]
    fn short_words_lean_as_the_page_does() {
        let angle = 10_f32.to_radians();
        let bar = |centre: Point, width: f32| Rectangle {
            centre,
            width,
            height: 8.0,
            angle,
        };
        let bars = [bar([100.0, 60.0], 150.0), bar([100.0, 120.0], 9.0)];
        let page = map(220, 160, |x, y| {
            bars.iter().any(|bar| {
                let [dx, dy] = [x - bar.centre[0], y - bar.centre[1]];
                let (sin, cos) = angle.sin_cos();
                (dx * cos + dy * sin).abs() <= bar.width / 2.0 && (dy * cos - dx * sin).abs() <= bar.height / 2.0
            })
        });
        let found = boxes(&page);
        assert_eq!(found.len(), 2);
        for rectangle in &found {
            assert!((rectangle.angle - angle).abs() < 0.02, "{rectangle:?}");
        }
    }
}
