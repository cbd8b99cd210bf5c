//! Captures the screen and the clipboard as inputs.

use std::str::FromStr;

use eyebright_assistant::inputs::{Content, Input, expand};
use eyebright_domain::Fault;
use eyebright_models::Picture;
use eyebright_platform::capture::{self, Shot};
use eyebright_platform::clipboard::{self, Clip};

/// A rectangle of the screen, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Area {
    x: u32,
    y: u32,
    width: u32,
    height: u32,
}

impl FromStr for Area {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers: Result<Vec<u32>, _> = text.split(',').map(|number| number.trim().parse()).collect();
        match numbers.as_deref() {
            Ok(&[x, y, width, height]) if width > 0 && height > 0 => Ok(Self { x, y, width, height }),
            _ => Err("give left, top, width and height in pixels, as in 0,0,640,480".to_owned()),
        }
    }
}

/// Captures the screen.
pub fn screen() -> Input {
    taken("screen", capture::screen())
}

/// Captures the active window.
pub fn window() -> Input {
    taken("window", capture::active_window())
}

/// Captures a rectangle of the screen.
pub fn region(area: Area) -> Input {
    let cut = |shot: Shot| {
        let (width, height) = shot.pixels.dimensions();
        if area.x >= width || area.y >= height {
            let message =
                format!("This part lies outside the screen, which is {width} by {height} pixels. Give another one.");
            return Err(Fault::new("outside_screen", message));
        }
        let (wide, high) = (area.width.min(width - area.x), area.height.min(height - area.y));
        let pixels = image::imageops::crop_imm(&shot.pixels, area.x, area.y, wide, high).to_image();
        Ok(Shot { pixels, ..shot })
    };
    taken("region", capture::screen().and_then(cut))
}

/// Inputs from the clipboard: a copied picture, or the pictures among copied files.
pub fn clipboard() -> Vec<Input> {
    let content = match clipboard::read() {
        Ok(Clip::Files(files)) => return expand(&files),
        Ok(Clip::Encoded(bytes)) => Ok(Content::Bytes(bytes)),
        Ok(Clip::Pixels(pixels)) => Ok(Content::Picture(Picture::from_rgb(pixels))),
        Err(fault) => Err(fault),
    };
    vec![Input::Taken {
        name: "clipboard",
        content,
    }]
}

fn taken(name: &'static str, shot: Result<Shot, Fault>) -> Input {
    Input::Taken {
        name,
        content: shot.map(|shot| Content::Picture(Picture::capture(shot.pixels))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_area_is_four_numbers() {
        let area = Area {
            x: 1,
            y: 2,
            width: 30,
            height: 40,
        };
        assert_eq!("1,2,30,40".parse(), Ok(area));
        assert_eq!("1, 2, 30, 40".parse(), Ok(area));
        for wrong in ["", "1,2,3", "1,2,0,4", "-1,2,3,4", "1,2,3,4,5", "a,b,c,d"] {
            assert!(wrong.parse::<Area>().is_err(), "{wrong}");
        }
    }
}
