//! Text recognition: reads a line with the recognition network of PP-OCRv6.

use image::RgbImage;
use rten::{Model, RunOptions};
use rten_tensor::NdTensor;
use rten_tensor::prelude::*;

use super::crop::{HEIGHT, crop};
use super::geometry::Rectangle;
use crate::base::error::{Result, network_failed};

/// Name in the pack: input [1, 3, 48, W], output [1, W / 8, 2 + characters] of probabilities.
pub const MODEL: &str = "ppocrv6_rec.onnx";
/// Key in the metadata of the network's file for its characters, one a line.
const CHARACTERS: &str = "character";
/// Factor on the width of lines, to save time: of 21 pages 0.4 % of the characters come out wrong at 1, 0.9 % at 0.8,
/// 15 % at 0.65.
const SQUEEZE: f32 = 0.85;
/// A squeezed line with a lower score is read again in full width. Without that, twice as many characters of photos
/// come out wrong.
const SURE: f32 = 0.95;
/// Boxes higher than this many widths may hold text that runs up or down.
const TALL: f32 = 1.5;
/// Boxes higher than this many widths hold text that runs up or down, not a single letter.
const COLUMN: f32 = 3.0;
/// A line that is read with a lower score may be upside down.
const DOUBTFUL: f32 = 0.7;

/// A line with the text that was recognised.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The text.
    pub text: String,
    /// Mean probability of its characters, 0 to 1.
    pub score: f32,
    /// The line's rectangle; its width runs along the text.
    pub place: Rectangle,
}

impl Reading {
    /// Returns the reading with the higher score; of equals the first.
    fn or_better(self, other: Self) -> Self {
        if other.score > self.score { other } else { self }
    }
}

/// The network and its characters.
#[derive(Debug)]
pub struct Recogniser {
    model: Model,
    /// The character of each class. The first one is CTC's blank.
    characters: Vec<String>,
}

impl Recogniser {
    /// Reads the characters from the metadata of the network's file.
    pub fn new(model: Model) -> Result<Self, String> {
        let listed = model.metadata().get(CHARACTERS).ok_or("it lists no characters")?;
        let characters = characters(listed);
        Ok(Self { model, characters })
    }

    /// Reads a line. One that stands on end or scores low is tried in other directions too, and one that scores less
    /// than `SURE` in its full width.
    pub fn read(&self, rgb: &RgbImage, place: &Rectangle, options: &RunOptions) -> Result<Reading> {
        let tall = place.height / place.width.max(1.0);
        let mut best = self.best(rgb, place, first_turns(tall), options)?;
        if best.score < DOUBTFUL && tall <= TALL {
            best = best.or_better(self.upright(rgb, place.turned(2), SQUEEZE, options)?);
        }
        if best.score < SURE {
            let wide = self.upright(rgb, best.place, 1.0, options)?;
            best = best.or_better(wide);
        }
        Ok(best)
    }

    /// Reads a line in several quarter turns and returns the most certain result.
    fn best(&self, rgb: &RgbImage, place: &Rectangle, turns: &[u8], options: &RunOptions) -> Result<Reading> {
        let mut best: Option<Reading> = None;
        for &quarters in turns {
            let reading = self.upright(rgb, place.turned(quarters), SQUEEZE, options)?;
            best = Some(match best {
                Some(best) => best.or_better(reading),
                None => reading,
            });
        }
        best.ok_or_else(|| network_failed("no direction to read in"))
    }

    fn upright(&self, rgb: &RgbImage, place: Rectangle, squeeze: f32, options: &RunOptions) -> Result<Reading> {
        let (input, width) = crop(rgb, &place, squeeze);
        let input = NdTensor::from_data([1, 3, HEIGHT, width], input);
        let output = self
            .model
            .run_one(input.into(), Some(options.clone()))
            .map_err(network_failed)?;
        let output: NdTensor<f32, 3> = output.try_into().map_err(network_failed)?;
        let classes = self.characters.len();
        if output.size(2) != classes {
            return Err(network_failed(format!(
                "{} classes for {classes} characters",
                output.size(2)
            )));
        }
        let (text, score) = decode(&output.to_vec(), &self.characters);
        Ok(Reading { text, score, place })
    }
}

/// The quarter turns to try for a box that is `tall` times as high as wide.
fn first_turns(tall: f32) -> &'static [u8] {
    if tall > COLUMN {
        &[3, 1]
    } else if tall > TALL {
        &[0, 3, 1]
    } else {
        &[0]
    }
}

/// All classes: the blank, the listed characters, and the space that PP-OCR appends.
pub fn characters(listed: &str) -> Vec<String> {
    let listed = listed.split('\n').map(str::to_owned);
    std::iter::once(String::new())
        .chain(listed)
        .chain(std::iter::once(" ".to_owned()))
        .collect()
}

/// Greedy CTC: the likeliest class of every step, repetitions and blanks left out.
///
/// `probabilities` [steps, classes]. The score is the mean probability of the characters that stay, 0 if none does.
pub fn decode(probabilities: &[f32], characters: &[String]) -> (String, f32) {
    let (mut text, mut sum, mut count, mut last) = (String::new(), 0.0, 0.0_f32, 0);
    for step in probabilities.chunks_exact(characters.len().max(1)) {
        let (class, probability) = step.iter().enumerate().fold((0, 0.0), |best, (class, &probability)| {
            if probability > best.1 {
                (class, probability)
            } else {
                best
            }
        });
        if class != 0 && class != last {
            text.push_str(&characters[class]);
            sum += probability;
            count += 1.0;
        }
        last = class;
    }
    (text.trim().to_owned(), sum / count.max(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repetitions_need_a_blank_between_them() {
        let characters = characters("a\nb");
        assert_eq!(characters, ["", "a", "b", " "]);
        let steps = [1, 1, 0, 1, 3, 2, 2, 0, 3];
        let probabilities: Vec<f32> = steps
            .iter()
            .flat_map(|&class| (0..4).map(move |other| if other == class { 0.7 } else { 0.1 }))
            .collect();
        let (text, score) = decode(&probabilities, &characters);
        assert_eq!(text, "aa b");
        assert!((score - 0.7).abs() < 1e-6);
        assert_eq!(decode(&[], &characters), (String::new(), 0.0));
    }

    #[test]
    fn only_boxes_on_end_are_turned_at_once() {
        assert_eq!(first_turns(0.1), [0]);
        assert_eq!(first_turns(2.0), [0, 3, 1]);
        assert_eq!(first_turns(9.0), [3, 1]);
    }
}
