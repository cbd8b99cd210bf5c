//! Text detection: the detection network of PP-OCRv6 on tiles of the picture.

use std::ops::Range;

use image::RgbImage;
use rten::{Model, RunOptions};
use rten_tensor::NdTensor;
use rten_tensor::prelude::*;

use super::boxes::{Map, boxes};
use super::geometry::Rectangle;
use super::parallel;
use crate::base::cancel::Cancel;
use crate::base::error::{Result, network_failed};
use crate::picture::Picture;

/// Name in the pack: input [1, 3, H, W] (H and W multiples of 32), output [1, 1, H, W] of probabilities.
pub const MODEL: &str = "ppocrv6_det.onnx";
/// Approximate side of a tile in pixels. Where large letters are in sight the network overlooks small ones: on pages
/// with letters of 9 to 40 pixels, 10 % of the characters are missing or wrong with 640, 6 % with 448, 0.2 % with 320.
/// Small tiles leave out more empty areas, too.
const TILE: u32 = 320;
/// Overlap of neighbouring tiles in pixels. With 32, letters are lost at the seams.
const OVERLAP: u32 = 64;
/// Values this many pixels from the inner edges of a tile are not used, for they lack surroundings.
const MARGIN: u32 = 16;
/// Sides of the input are multiples of this.
const STEP: u32 = 32;
/// Most pixels that are searched; a larger picture is reduced.
const MAX_PIXELS: f32 = 4.0e6;
/// Least difference between neighbouring pixels, 0 to 255, of text that can be read.
const CONTRAST: u8 = 12;

/// A part of the picture: x, y, width, height.
type Area = [u32; 4];

/// Detects lines of text: rectangles around them, in pixels of [`Picture::rgb`].
pub fn detect(model: &Model, picture: &Picture, cancel: &Cancel) -> Result<Vec<Rectangle>> {
    let (width, height) = picture.rgb().dimensions();
    let scale = (MAX_PIXELS / (width as f32 * height as f32)).sqrt().min(1.0);
    let reduced = (scale < 1.0).then(|| {
        let side = |pixels: u32| ((pixels as f32 * scale) as u32).max(1);
        picture.squashed(side(width), side(height))
    });
    let found = boxes(&map(model, reduced.as_ref().unwrap_or(picture.rgb()), cancel)?);
    Ok(found.iter().map(|rectangle| rectangle.scaled(1.0 / scale)).collect())
}

/// The probability map of the whole picture, put together from its tiles: where they overlap, the higher value.
fn map(model: &Model, rgb: &RgbImage, cancel: &Cancel) -> Result<Map> {
    let (width, height) = rgb.dimensions();
    let tiles: Vec<Area> = tiles(width, height)
        .into_iter()
        .filter_map(|tile| inked(rgb, tile))
        .collect();
    let parts = parallel::each(&tiles, |tile, options| {
        cancel.check()?;
        run(model, rgb, *tile, options)
    })?;
    let mut map = Map {
        values: vec![0.0; width as usize * height as usize],
        width: width as usize,
    };
    for (&[left, top, tile_width, tile_height], part) in tiles.iter().zip(&parts) {
        let stride = padded(tile_width) as usize;
        for y in used(top, tile_height, height) {
            for x in used(left, tile_width, width) {
                let value = &mut map.values[((top + y) * width + left + x) as usize];
                *value = value.max(part[y as usize * stride + x as usize]);
            }
        }
    }
    Ok(map)
}

/// The rows, or columns, of a tile whose values are used, counted from its `start`: all but the margin, which is used
/// only at the edges of the picture. `side` is the picture's length.
fn used(start: u32, length: u32, side: u32) -> Range<u32> {
    let first = if start == 0 { 0 } else { MARGIN };
    first..if start + length == side {
        length
    } else {
        length - MARGIN
    }
}

/// The probabilities of a tile, row by row, as wide as the padded tile.
fn run(model: &Model, rgb: &RgbImage, tile: Area, options: &RunOptions) -> Result<Vec<f32>> {
    let [_, _, width, height] = tile.map(|side| padded(side) as usize);
    let input = NdTensor::from_data([1, 3, height, width], normalised(rgb, tile));
    let output = model
        .run_one(input.into(), Some(options.clone()))
        .map_err(network_failed)?;
    let output: NdTensor<f32, 4> = output.try_into().map_err(network_failed)?;
    if output.shape() != [1, 1, height, width] {
        return Err(network_failed(format!("a map of shape {:?} came", output.shape())));
    }
    Ok(output.to_vec())
}

/// A tile as the network wants it, [3, height, width], with its last column and row repeated up to the next multiple of 32: blue,
/// green, red from -1 to 1. (With the mean and deviation of `ImageNet`, as `PaddleOCR` has them, it overlooks more small letters.)
pub(super) fn normalised(rgb: &RgbImage, [left, top, width, height]: Area) -> Vec<f32> {
    let (padded_width, padded_height) = (padded(width), padded(height));
    let mut input = Vec::with_capacity(3 * padded_width as usize * padded_height as usize);
    for channel in [2, 1, 0] {
        for y in 0..padded_height {
            for x in 0..padded_width {
                let pixel = rgb.get_pixel(left + x.min(width - 1), top + y.min(height - 1));
                input.push(f32::from(pixel[channel]) / 127.5 - 1.0);
            }
        }
    }
    input
}

fn padded(side: u32) -> u32 {
    side.div_ceil(STEP) * STEP
}

/// Overlapping tiles of about equal size that cover a picture.
fn tiles(width: u32, height: u32) -> Vec<Area> {
    let spans = |side: u32| {
        let count = side.saturating_sub(OVERLAP).div_ceil(TILE - OVERLAP).max(1);
        // Where tile i begins, were there no overlap; half of it is added on both sides.
        let cut = move |i: u32| side * i / count;
        (0..count).map(move |i| {
            let start = cut(i).saturating_sub(OVERLAP / 2);
            (start, (cut(i + 1) + OVERLAP / 2).min(side) - start)
        })
    };
    spans(height)
        .flat_map(|(top, tile_height)| spans(width).map(move |(left, tile_width)| [left, top, tile_width, tile_height]))
        .collect()
}

/// The part of a tile that holds more than one colour, with some room around; `None` if there is none.
fn inked(rgb: &RgbImage, [left, top, width, height]: Area) -> Option<Area> {
    let (mut from, mut to) = ([u32::MAX; 2], [0; 2]);
    let green = |x: u32, y: u32| rgb.get_pixel(left + x, top + y)[1];
    let other = |x: u32, y: u32| rgb.get_pixel(left + x, top + y)[0];
    for y in 0..height {
        for x in 1..width {
            let step = green(x, y)
                .abs_diff(green(x - 1, y))
                .max(other(x, y).abs_diff(other(x - 1, y)));
            if step >= CONTRAST {
                from = [from[0].min(x), from[1].min(y)];
                to = [to[0].max(x), to[1].max(y)];
            }
        }
    }
    if to[0] == 0 {
        return None;
    }
    let start = [from[0], from[1]].map(|side| side.saturating_sub(STEP));
    let end = [(to[0] + STEP).min(width), (to[1] + STEP).min(height)];
    Some([left + start[0], top + start[1], end[0] - start[0], end[1] - start[1]])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_cover_everything_and_overlap() {
        for (width, height) in [(1, 1), (640, 640), (641, 20), (1920, 1080), (1366, 3000)] {
            let tiles = tiles(width, height);
            let mut covered = vec![0; (width * height) as usize];
            for &[left, top, tile_width, tile_height] in &tiles {
                assert!(tile_width.max(tile_height) <= TILE + OVERLAP / 2, "{tiles:?}");
                for y in used(top, tile_height, height) {
                    for x in used(left, tile_width, width) {
                        covered[((top + y) * width + left + x) as usize] += 1;
                    }
                }
            }
            assert!(covered.iter().all(|&times| times > 0), "{width} x {height}");
        }
    }

    #[test]
    fn one_coloured_tiles_are_left_out() {
        let mut rgb = RgbImage::from_pixel(300, 200, image::Rgb([250, 250, 250]));
        assert_eq!(inked(&rgb, [0, 0, 300, 200]), None);
        rgb.put_pixel(150, 100, image::Rgb([0, 0, 0]));
        assert_eq!(inked(&rgb, [0, 0, 300, 200]), Some([118, 68, 65, 64]));
        assert_eq!(inked(&rgb, [0, 0, 100, 200]), None);
    }

    #[test]
    fn pixels_become_minus_one_to_one_blue_first() {
        let rgb = RgbImage::from_pixel(2, 1, image::Rgb([255, 0, 51]));
        let input = normalised(&rgb, [0, 0, 2, 1]);
        assert_eq!(input.len(), 3 * 32 * 32);
        assert!((input[0] - (0.2 * 2.0 - 1.0)).abs() < 1e-6);
        assert!((input[2 * 32 * 32] - 1.0).abs() < 1e-6);
    }
}
