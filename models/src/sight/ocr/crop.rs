//! Cuts a leaning rectangle out of a picture, upright and as high as the recognition network wants it.

use image::RgbImage;

use super::geometry::{Point, Rectangle};

/// Height of the network's input.
pub const HEIGHT: usize = 48;
/// Least width of the network's input: it was trained on few that are narrower.
const MIN_WIDTH: usize = 48;
/// Largest width of the network's input; longer lines are squeezed.
const MAX_WIDTH: usize = 4800;

/// Crops a rectangle as the network's input [3, 48, width], in the order blue, green, red, each value -1 to 1 (`(v /
/// 255 - 0.5) / 0.5`). Returns it and its width, which `squeeze` scales.
pub fn crop(rgb: &RgbImage, rectangle: &Rectangle, squeeze: f32) -> (Vec<f32>, usize) {
    let natural = (HEIGHT as f32 * rectangle.width / rectangle.height.max(1.0) * squeeze).round();
    let width = (natural as usize).clamp(MIN_WIDTH, MAX_WIDTH);
    let area = width * HEIGHT;
    let mut input = vec![0.0; 3 * area];
    // Large letters are reduced by the mean of several samples for each value, or thin strokes would be lost.
    let samples = |length: f32, target: usize| (length / target as f32).ceil().clamp(1.0, 16.0) as usize;
    let (across, down) = (samples(rectangle.width, width), samples(rectangle.height, HEIGHT));
    let weight = 1.0 / (across * down) as f32;
    for y in 0..HEIGHT {
        for x in 0..width {
            let mut sum = [0.0; 3];
            for sub in 0..across * down {
                let step = |at: usize, sub: usize, count: usize| at as f32 + (sub as f32 + 0.5) / count as f32;
                let u = step(x, sub % across, across) / width as f32;
                let v = step(y, sub / across, down) / HEIGHT as f32;
                let colour = sample(rgb, rectangle.place(u, v));
                (0..3).for_each(|channel| sum[channel] += colour[channel] * weight);
            }
            for (channel, value) in sum.iter().rev().enumerate() {
                input[channel * area + y * width + x] = value / 127.5 - 1.0;
            }
        }
    }
    (input, width)
}

/// The colour at a place, 0 to 255, interpolated between the four pixels around it; beyond the border the nearest
/// pixel's.
fn sample(rgb: &RgbImage, place: Point) -> [f32; 3] {
    let axis = |place: f32, side: u32| {
        let place = (place - 0.5).clamp(0.0, side as f32 - 1.0);
        let low = place as u32;
        (low, (low + 1).min(side - 1), place - low as f32)
    };
    let (left, right, x) = axis(place[0], rgb.width());
    let (top, bottom, y) = axis(place[1], rgb.height());
    let corners = [(left, top), (right, top), (left, bottom), (right, bottom)].map(|(x, y)| rgb.get_pixel(x, y).0);
    std::array::from_fn(|channel| {
        let values = corners.map(|corner| f32::from(corner[channel]));
        let between = |left: f32, right: f32| left + (right - left) * x;
        let (upper, lower) = (between(values[0], values[1]), between(values[2], values[3]));
        upper + (lower - upper) * y
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crop_of_its_own_size_is_the_pixels() {
        let rgb = RgbImage::from_fn(100, 80, |x, y| image::Rgb([x as u8, y as u8, 255]));
        let whole = Rectangle {
            centre: [60.0, 40.0],
            width: 60.0,
            height: 48.0,
            angle: 0.0,
        };
        let (input, width) = crop(&rgb, &whole, 1.0);
        assert_eq!((width, input.len()), (60, 3 * 48 * 60));
        assert!((input[0] - 1.0).abs() < 1e-5, "blue comes first");
        // Left edge 30, top edge 16.
        let red = &input[2 * 48 * 60..];
        assert!(((red[5 * 60 + 7] + 1.0) * 127.5 - 37.0).abs() < 1e-2);
        let green = &input[48 * 60..];
        assert!(((green[5 * 60 + 7] + 1.0) * 127.5 - 21.0).abs() < 1e-2);
    }

    #[test]
    fn a_line_that_runs_up_is_turned() {
        let rgb = RgbImage::from_fn(48, 96, |_, y| image::Rgb([if y < 48 { 255 } else { 0 }; 3]));
        let upright = Rectangle {
            centre: [24.0, 48.0],
            width: 48.0,
            height: 96.0,
            angle: 0.0,
        };
        let (input, width) = crop(&rgb, &upright.turned(3), 1.0);
        assert_eq!(width, 96);
        assert!(input[10] < -0.99 && input[90] > 0.99, "its beginning is at the bottom");
    }

    #[test]
    fn beyond_the_border_the_picture_goes_on() {
        let rgb = RgbImage::from_pixel(4, 4, image::Rgb([255; 3]));
        let outside = Rectangle {
            centre: [2.0, 2.0],
            width: 40.0,
            height: 20.0,
            angle: 0.1,
        };
        assert!(
            crop(&rgb, &outside, 1.0)
                .0
                .iter()
                .all(|&value| (value - 1.0).abs() < 1e-5)
        );
    }
}
