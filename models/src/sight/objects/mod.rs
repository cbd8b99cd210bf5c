//! Object detection: things of 80 everyday kinds with their boxes.

mod centernet;
mod names;

use candle_core::{Device, Tensor};
use serde::Deserialize;

pub use names::NAMES;

use crate::base::error::Result;
use crate::picture::Picture;
use crate::weights::pack::{CALIBRATION, Pack};
use crate::weights::tensors;
use centernet::{CenterNet, GRID};

const WEIGHTS: &str = "objects.safetensors";
/// Least score of the detector; lower ones are right so seldom that nothing can be made of them.
const MIN_SCORE: f32 = 0.1;
/// Most objects that are returned.
const MAX_OBJECTS: usize = 100;
/// Two boxes of one name are the same thing if they share more of their union than this.
const SAME_NAME: f32 = 0.6;
/// Two boxes of different names are the same thing if they share more of their union than this.
const OTHER_NAME: f32 = 0.8;

/// A thing in the picture.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Object {
    /// One of [`NAMES`].
    pub name: &'static str,
    /// The chance that the box holds such a thing, 0 to 1.
    pub score: f32,
    /// x, y, width and height in pixels of the original picture.
    #[serde(rename = "box")]
    pub bbox: [f32; 4],
}

impl Object {
    /// The area that two boxes share, as a part of the smaller one's, 0 to 1.
    pub fn shared(&self, other: &Self) -> f32 {
        let area = |bbox: &[f32; 4]| bbox[2] * bbox[3];
        intersection(&self.bbox, &other.bbox) / area(&self.bbox).min(area(&other.bbox)).max(f32::EPSILON)
    }
}

/// The chance of a detection to be right: a logistic regression that `training/fit_objects.py` fits on 224 detections judged by eye.
#[derive(Debug, Clone, Copy, Deserialize)]
struct Chance {
    bias: f32,
    /// Weight of the score's logit.
    logit: f32,
    /// Weight of the logarithm of the box's part of the picture.
    size: f32,
}

impl Chance {
    /// The chance, 0 to 1, for a score's logit and the box's part of the picture.
    fn of(self, logit: f32, part: f32) -> f32 {
        1.0 / (1.0 + (-self.bias - self.logit * logit - self.size * part.ln()).exp())
    }
}

/// The object detector of a pack.
#[derive(Debug)]
pub struct Objects {
    network: CenterNet,
    chance: Chance,
}

impl Objects {
    /// Reads the network that `training/export_objects.py` writes.
    pub fn load(pack: &Pack) -> Result<Self> {
        let weights = tensors::load(pack, WEIGHTS, &Device::Cpu)?;
        Ok(Self {
            network: CenterNet::load(&weights).map_err(|error| pack.unusable(WEIGHTS, error))?,
            chance: pack.section(CALIBRATION, "detector")?,
        })
    }

    /// Detects the things in a picture, best first, each once.
    pub fn find(&self, picture: &Picture) -> Result<Vec<Object>> {
        let size = centernet::SIZE;
        let (scores, sides) = self.network.forward(picture.squashed(size, size).as_raw())?;
        let scale = [picture.width(), picture.height()].map(|pixels| pixels as f32 / GRID as f32);
        Ok(distinct(peaks(&scores, &sides, scale, self.chance)?))
    }
}

/// An object for every cell that scores a kind of thing at least as high as its eight neighbours do.
///
/// `scores` [G, G, 80] are logits, `sides` [G, G, 4] the distances in input pixels to left, top, right and bottom;
/// `scale` is the size of a cell in pixels of the picture.
fn peaks(scores: &Tensor, sides: &Tensor, scale: [f32; 2], chance: Chance) -> candle_core::Result<Vec<Object>> {
    let scores: Vec<f32> = scores.flatten_all()?.to_vec1()?;
    let sides: Vec<f32> = sides.flatten_all()?.to_vec1()?;
    let least = (MIN_SCORE / (1.0 - MIN_SCORE)).ln();
    let (kinds, stride) = (NAMES.len(), centernet::SIZE as f32 / GRID as f32);
    let mut found = Vec::new();
    for (i, &score) in scores.iter().enumerate().filter(|&(_, &score)| score >= least) {
        let (cell, kind) = (i / kinds, i % kinds);
        let (x, y) = (cell % GRID, cell / GRID);
        let around = |centre: usize| centre.saturating_sub(1)..=(centre + 1).min(GRID - 1);
        let higher = |x: usize, y: usize| scores[(y * GRID + x) * kinds + kind] > score;
        if around(y).any(|y| around(x).any(|x| higher(x, y))) {
            continue;
        }
        let sides = &sides[cell * 4..][..4];
        let edge = |centre: usize, side: f32, axis: usize| {
            (centre as f32 + side / stride).clamp(0.0, GRID as f32) * scale[axis]
        };
        let (left, top) = (edge(x, -sides[0], 0), edge(y, -sides[1], 1));
        let (right, bottom) = (edge(x, sides[2], 0), edge(y, sides[3], 1));
        if right > left && bottom > top {
            let bbox = [left, top, right - left, bottom - top];
            let part = bbox[2] * bbox[3] / (scale[0] * scale[1] * (GRID * GRID) as f32);
            let score = chance.of(score, part);
            found.push(Object {
                name: NAMES[kind],
                score,
                bbox,
            });
        }
    }
    Ok(found)
}

/// Sorts objects best first and drops the boxes that a better one covers (non-maximum suppression).
fn distinct(mut found: Vec<Object>) -> Vec<Object> {
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut kept: Vec<Object> = Vec::new();
    for object in found {
        let known = kept.iter().any(|other| {
            overlap(&object.bbox, &other.bbox)
                > if object.name == other.name {
                    SAME_NAME
                } else {
                    OTHER_NAME
                }
        });
        if !known {
            kept.push(object);
        }
        if kept.len() == MAX_OBJECTS {
            break;
        }
    }
    kept
}

/// Intersection over union, 0 to 1.
fn overlap(a: &[f32; 4], b: &[f32; 4]) -> f32 {
    let both = intersection(a, b);
    both / (a[2] * a[3] + b[2] * b[3] - both)
}

/// Area that two boxes share.
fn intersection(a: &[f32; 4], b: &[f32; 4]) -> f32 {
    let shared = |axis: usize| ((a[axis] + a[axis + 2]).min(b[axis] + b[axis + 2]) - a[axis].max(b[axis])).max(0.0);
    shared(0) * shared(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pack's values at the time when the detections were judged.
    const CHANCE: Chance = Chance {
        bias: 3.557,
        logit: 1.451,
        size: 0.335,
    };

    fn object(name: &'static str, score: f32, bbox: [f32; 4]) -> Object {
        Object { name, score, bbox }
    }

    #[test]
    fn a_peak_becomes_a_box_in_pixels_of_the_picture() {
        let mut scores = vec![-9.0; GRID * GRID * 80];
        let mut sides = vec![0.0; GRID * GRID * 4];
        let at = |x: usize, y: usize| y * GRID + x;
        let dog = 16;
        scores[at(10, 20) * 80 + dog] = 2.0;
        scores[at(11, 20) * 80 + dog] = 1.9;
        sides[at(10, 20) * 4..][..4].copy_from_slice(&[8.0, 16.0, 24.0, 4000.0]);
        let tensor = |values: Vec<f32>, width| Tensor::from_vec(values, (GRID, GRID, width), &Device::Cpu).unwrap();
        let found = peaks(&tensor(scores, 80), &tensor(sides, 4), [2.0, 1.0], CHANCE).unwrap();
        assert_eq!(found.len(), 1, "the lower neighbour is no peak");
        assert_eq!(found[0].name, "dog");
        // Cells of 4 input pixels: 2 to the left, 6 to the right, 4 up, and down to the border.
        assert_eq!(found[0].bbox, [16.0, 16.0, 16.0, 112.0]);
        assert_eq!(found[0].score, CHANCE.of(2.0, 16.0 * 112.0 / (256.0 * 128.0)));
    }

    #[test]
    fn big_boxes_with_high_scores_are_right_more_often() {
        let logit = |score: f32| (score / (1.0 - score)).ln();
        // Judged: 28 of 28 detections of 0.65 and more, 36 % of those of 0.1 to 0.15, 45 % of those below 1 % of the picture.
        assert!(CHANCE.of(logit(0.7), 0.2) > 0.97);
        assert!((0.25..0.5).contains(&CHANCE.of(logit(0.15), 0.02)));
        assert!(CHANCE.of(logit(0.3), 0.002) < CHANCE.of(logit(0.3), 0.2));
    }

    #[test]
    fn one_thing_is_given_once_under_its_best_name() {
        let kept = distinct(vec![
            object("dog", 0.5, [0.0, 0.0, 10.0, 10.0]),
            object("cat", 0.7, [0.0, 0.0, 10.0, 9.0]),
            object("cat", 0.6, [0.0, 2.0, 10.0, 9.0]),
            object("cat", 0.3, [20.0, 0.0, 10.0, 10.0]),
            object("chair", 0.2, [0.0, 0.0, 10.0, 5.0]),
        ]);
        let names: Vec<_> = kept.iter().map(|object| (object.name, object.score)).collect();
        assert_eq!(names, [("cat", 0.7), ("cat", 0.3), ("chair", 0.2)]);
    }
}
