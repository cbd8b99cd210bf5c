//! Turns the readings of a picture into lines in reading order.

use super::geometry::Point;
use super::line::Line;
use super::order::order;
use super::piece::Piece;
use super::recognise::Reading;

/// The readings of each line, in reading order, after the page is turned so that most of its text is upright.
pub(super) fn arranged(readings: &[Reading]) -> Vec<Vec<&Reading>> {
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
    let lines = order(pieces.collect(), rtl * 2 > all);
    lines
        .into_iter()
        .map(|line| line.into_iter().map(|index| &readings[index]).collect())
        .collect()
}

/// Direction of most text in radians: the sum of all readings as vectors.
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

/// Left, top, right and bottom of the upright box around points.
fn bounds(points: impl Iterator<Item = Point>) -> [f32; 4] {
    points.fold(
        [f32::MAX, f32::MAX, f32::MIN, f32::MIN],
        |[left, top, right, bottom], [x, y]| [left.min(x), top.min(y), right.max(x), bottom.max(y)],
    )
}

/// Joins readings into one line.
pub(super) fn joined(readings: &[&Reading]) -> Line {
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
