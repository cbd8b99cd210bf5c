//! Tests the text reader with its real networks, which are fetched and not committed.
#![allow(clippy::unwrap_used)]

mod fetched;

use eyebright_models::Reader;
use eyebright_models::{Cancel, Limits, Picture};
use fetched::fetched;

/// A page with two columns under a heading, made by `training/reference_reader.py`.
const PAGE: &[u8] = include_bytes!("golden/reader.png");
const TEXT: &str = include_str!("golden/reader.txt");

fn reader() -> Reader {
    Reader::open(&fetched("reader")).unwrap()
}

mod with_reader {
    use super::*;

    #[test]
    #[ignore = "needs the pack reader"]
    fn a_page_is_read_in_order() {
        let reader = reader();
        let page = Picture::decode(PAGE, &Limits::default()).unwrap();
        let lines = reader.read(&page, &Cancel::default()).unwrap();
        let texts: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(texts, TEXT.lines().collect::<Vec<_>>());
        for line in &lines {
            let [x, y, width, height] = line.bbox;
            assert!(line.score > 0.8 && width > height, "{line:?}");
            assert!(x > 0.0 && y > 0.0 && x + width < page.width() as f32 && y + height < page.height() as f32);
            assert!(line.angle.abs() < 2.0);
        }
    }

    #[test]
    #[ignore = "needs the pack reader"]
    fn a_picture_without_text_has_no_lines_and_a_cancelled_one_fails() {
        let reader = reader();
        let blank = Picture::from_rgb(image::RgbImage::from_pixel(700, 500, image::Rgb([40, 80, 120])));
        assert!(reader.read(&blank, &Cancel::default()).unwrap().is_empty());
        let cancel = Cancel::default();
        cancel.cancel();
        let page = Picture::decode(PAGE, &Limits::default()).unwrap();
        assert_eq!(reader.read(&page, &cancel).unwrap_err().code(), "cancelled");
    }
}
