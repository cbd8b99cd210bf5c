//! The frame that is moved over a frozen screen.

use eyebright_domain::Strings;
use eyebright_models::Picture;

/// Part of the screen, in fractions of its width and height: 0 to 1, inside the screen, never smaller than [`SMALLEST`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rect {
    /// Left edge.
    pub x: f32,
    /// Upper edge.
    pub y: f32,
    /// Width, from the left edge to the right one.
    pub width: f32,
    /// Height, from the upper edge to the lower one.
    pub height: f32,
}

/// A change of the frame by a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Left,
    Right,
    Up,
    Down,
    Wider,
    Narrower,
    Taller,
    Shorter,
    Larger,
    Smaller,
    Whole,
}

/// Least width and height of a frame, as a fraction of the screen.
pub const SMALLEST: f32 = 0.02;
/// Usual step, as a fraction of the screen.
const SMALL_STEP: f32 = 0.05;
/// Large step, as a fraction of the screen.
const LARGE_STEP: f32 = 0.25;

impl Rect {
    /// The whole screen.
    pub const WHOLE: Self = Self {
        x: 0.0,
        y: 0.0,
        width: 1.0,
        height: 1.0,
    };

    /// The middle of the screen, half as wide and high: where choosing begins.
    pub const MIDDLE: Self = Self {
        x: 0.25,
        y: 0.25,
        width: 0.5,
        height: 0.5,
    };

    /// The frame after a step; sizes grow and shrink around its middle.
    #[must_use]
    pub fn stepped(self, step: Step, large: bool) -> Self {
        let by = if large { LARGE_STEP } else { SMALL_STEP };
        let (across, down, wide, high) = match step {
            Step::Left => (-by, 0.0, 0.0, 0.0),
            Step::Right => (by, 0.0, 0.0, 0.0),
            Step::Up => (0.0, -by, 0.0, 0.0),
            Step::Down => (0.0, by, 0.0, 0.0),
            Step::Wider => (0.0, 0.0, by, 0.0),
            Step::Narrower => (0.0, 0.0, -by, 0.0),
            Step::Taller => (0.0, 0.0, 0.0, by),
            Step::Shorter => (0.0, 0.0, 0.0, -by),
            Step::Larger => (0.0, 0.0, by, by),
            Step::Smaller => (0.0, 0.0, -by, -by),
            Step::Whole => return Self::WHOLE,
        };
        let width = (self.width + wide).clamp(SMALLEST, 1.0);
        let height = (self.height + high).clamp(SMALLEST, 1.0);
        Self {
            x: self.x + across + (self.width - width) / 2.0,
            y: self.y + down + (self.height - height) / 2.0,
            width,
            height,
        }
        .inside()
    }

    /// The nearest frame that is inside the screen; nonsense such as not-a-number becomes the whole screen.
    #[must_use]
    pub fn inside(self) -> Self {
        if ![self.x, self.y, self.width, self.height]
            .iter()
            .all(|side| side.is_finite())
        {
            return Self::WHOLE;
        }
        let width = self.width.clamp(SMALLEST, 1.0);
        let height = self.height.clamp(SMALLEST, 1.0);
        Self {
            x: self.x.clamp(0.0, 1.0 - width),
            y: self.y.clamp(0.0, 1.0 - height),
            width,
            height,
        }
    }

    /// Crops this part out of a picture.
    #[must_use]
    pub fn of(self, picture: &Picture) -> Picture {
        let (width, height) = picture.rgb().dimensions();
        let pixels = |fraction: f32, length: u32| (fraction * length as f32).round() as u32;
        let (x, y) = (
            pixels(self.x, width).min(width - 1),
            pixels(self.y, height).min(height - 1),
        );
        let wide = pixels(self.width, width).clamp(1, width - x);
        let high = pixels(self.height, height).clamp(1, height - y);
        Picture::from_rgb(image::imageops::crop_imm(picture.rgb(), x, y, wide, high).to_image())
    }

    /// The place and size of the frame in words, in percent of the screen, which need no knowledge of its pixels.
    #[must_use]
    pub fn in_words(self, strings: &Strings) -> String {
        let percent = |fraction: f32| format!("{:.0}", fraction * 100.0);
        strings.fill(
            "say.region.frame",
            &[
                ("left", &percent(self.x)),
                ("top", &percent(self.y)),
                ("width", &percent(self.width)),
                ("height", &percent(self.height)),
            ],
        )
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const STEPS: [Step; 11] = [
        Step::Left,
        Step::Right,
        Step::Up,
        Step::Down,
        Step::Wider,
        Step::Narrower,
        Step::Taller,
        Step::Shorter,
        Step::Larger,
        Step::Smaller,
        Step::Whole,
    ];

    proptest! {
        #[test]
        fn the_frame_stays_inside_and_cuts_something(steps in prop::collection::vec((0usize..11, any::<bool>()), 0..200)) {
            let picture = Picture::from_rgb(image::RgbImage::new(37, 5));
            let mut rect = Rect::MIDDLE;
            for (step, large) in steps {
                rect = rect.stepped(STEPS[step], large);
                prop_assert!(rect.x >= 0.0 && rect.x + rect.width <= 1.0001);
                prop_assert!(rect.y >= 0.0 && rect.y + rect.height <= 1.0001);
                let part = rect.of(&picture);
                prop_assert!(part.width() >= 1 && part.height() >= 1);
            }
        }

        #[test]
        fn any_frame_of_the_window_is_put_inside(x in any::<f32>(), y in any::<f32>(), width in any::<f32>(), height in any::<f32>()) {
            let rect = Rect { x, y, width, height }.inside();
            prop_assert!(rect.x >= 0.0 && rect.x + rect.width <= 1.0001 && rect.width >= SMALLEST);
            prop_assert!(rect.y >= 0.0 && rect.y + rect.height <= 1.0001 && rect.height >= SMALLEST);
        }
    }

    #[test]
    fn growing_keeps_the_middle() {
        let rect = Rect::MIDDLE.stepped(Step::Larger, false);
        assert!((rect.x + rect.width / 2.0 - 0.5).abs() < 1e-6);
        assert_eq!(rect.stepped(Step::Smaller, false), Rect::MIDDLE);
    }

    #[test]
    fn the_part_of_a_picture_is_that_part() {
        let mut pixels = image::RgbImage::new(100, 100);
        pixels.put_pixel(50, 25, image::Rgb([9, 9, 9]));
        let part = Rect {
            x: 0.5,
            y: 0.25,
            width: 0.25,
            height: 0.5,
        }
        .of(&Picture::from_rgb(pixels));
        assert_eq!((part.width(), part.height()), (25, 50));
        assert_eq!(part.rgb().get_pixel(0, 0).0, [9, 9, 9]);
    }
}
