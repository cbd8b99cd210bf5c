//! Input and output processing of the networks, compared with `OpenCV` and numpy (`training/reference_reader.py`); the
//! order of pages.

use image::RgbImage;
use serde::Deserialize;

use super::boxes::{Map, boxes};
use super::crop::crop;
use super::detect::normalised;
use super::geometry::Rectangle;
use super::order::order;
use super::page::{arranged, joined};
use super::piece::Piece;
use super::recognise::{Reading, characters, decode};

#[derive(Deserialize)]
struct Golden {
    map: Vec<u8>,
    map_width: usize,
    rectangles: Vec<[f32; 5]>,
    tile: Vec<u8>,
    tile_input: Vec<f32>,
    crop: Vec<u8>,
    crop_input: Vec<f32>,
    ctc: Ctc,
}

#[derive(Deserialize)]
struct Ctc {
    listed: String,
    probabilities: Vec<f32>,
    text: String,
    score: f32,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("../../../tests/golden/reader.json")).unwrap()
}

#[test]
fn rectangles_of_a_map_are_those_of_opencv() {
    let golden = golden();
    let found = boxes(&Map {
        values: golden.map.iter().map(|&value| f32::from(value) / 255.0).collect(),
        width: golden.map_width,
    });
    assert_eq!(found.len(), golden.rectangles.len());
    for [x, y, longer, shorter, angle] in golden.rectangles {
        let near = |a: f32, b: f32, by: f32| (a - b).abs() <= by;
        let same = found.iter().any(|rectangle| {
            let tall = rectangle.height > rectangle.width;
            let along = if tall { rectangle.turned(3) } else { *rectangle };
            near(along.centre[0], x, 1.0)
                && near(along.centre[1], y, 1.0)
                && near(along.width, longer, 2.0)
                && near(along.height, shorter, 2.0)
                && near((along.angle.to_degrees() - angle + 90.0).rem_euclid(180.0), 90.0, 1.0)
        });
        assert!(same, "{x} {y} {longer} {shorter} {angle}: {found:?}");
    }
}

#[test]
fn inputs_are_those_of_opencv() {
    let golden = golden();
    let close = |ours: f32, theirs: f32| (ours - theirs).abs() < 1e-3;
    let tile = RgbImage::from_raw(30, 20, golden.tile).unwrap();
    let ours = normalised(&tile, [0, 0, 30, 20]);
    assert_eq!(ours.len(), golden.tile_input.len());
    assert!(
        ours.iter()
            .zip(&golden.tile_input)
            .all(|(&ours, &theirs)| close(ours, theirs))
    );
    let line = RgbImage::from_raw(96, 24, golden.crop).unwrap();
    let whole = Rectangle {
        centre: [48.0, 12.0],
        width: 96.0,
        height: 24.0,
        angle: 0.0,
    };
    let (ours, width) = crop(&line, &whole, 1.0);
    assert_eq!(width, 192);
    let ours = ours.iter().step_by(7);
    assert!(ours.zip(&golden.crop_input).all(|(&ours, &theirs)| close(ours, theirs)));
}

#[test]
fn probabilities_say_what_numpy_reads() {
    let Ctc {
        listed,
        probabilities,
        text,
        score,
    } = golden().ctc;
    let (ours, certain) = decode(&probabilities, &characters(&listed));
    assert_eq!(ours, text);
    assert!((certain - score).abs() < 1e-4);
}

/// left, top, width, height
fn page(boxes: &[[f32; 4]], rtl: bool) -> Vec<Vec<usize>> {
    let pieces = boxes
        .iter()
        .enumerate()
        .map(|(index, &[left, top, width, height])| Piece {
            index,
            left,
            top,
            right: left + width,
            bottom: top + height,
        });
    order(pieces.collect(), rtl)
}

fn flat(lines: &[Vec<usize>]) -> Vec<usize> {
    lines.concat()
}

#[test]
fn a_page_of_columns_is_read_column_by_column_below_its_heading() {
    let mut boxes = vec![[0.0, 0.0, 640.0, 40.0]];
    for column in 0..3 {
        // Lines of one height beside each other, the last one short.
        for line in 0..6 {
            let width = if line == 5 { 80.0 } else { 200.0 };
            boxes.push([220.0 * column as f32, 60.0 + 22.0 * line as f32, width, 18.0]);
        }
    }
    boxes.push([0.0, 220.0, 640.0, 18.0]);
    let whole: Vec<usize> = (0..boxes.len()).collect();
    assert_eq!(flat(&page(&boxes, false)), whole);
    // Found in any order.
    boxes.reverse();
    let reversed: Vec<usize> = whole.iter().rev().copied().collect();
    assert_eq!(flat(&page(&boxes, false)), reversed);
}

#[test]
fn a_table_is_read_row_by_row() {
    let mut boxes = Vec::new();
    for row in 0..5 {
        for (left, width) in [(0.0, 60.0), (150.0, 90.0), (300.0, 40.0)] {
            boxes.push([left, 30.0 * row as f32, width, 16.0]);
        }
    }
    assert_eq!(flat(&page(&boxes, false)), (0..15).collect::<Vec<_>>());
}

#[test]
fn a_side_bar_is_read_before_what_stands_beside_it() {
    let mut boxes: Vec<[f32; 4]> = (0..8).map(|i| [10.0, 40.0 + 31.0 * i as f32, 70.0, 16.0]).collect();
    boxes.extend((0..12).map(|i| [150.0, 44.0 + 20.0 * i as f32, 400.0, 16.0]));
    assert_eq!(flat(&page(&boxes, false)), (0..20).collect::<Vec<_>>());
}

#[test]
fn what_is_written_from_right_to_left_is_read_so() {
    let mut boxes = Vec::new();
    for column in 0..2 {
        for line in 0..5 {
            boxes.push([300.0 - 300.0 * column as f32, 22.0 * line as f32, 260.0, 18.0]);
        }
    }
    assert_eq!(flat(&page(&boxes, true)), (0..10).collect::<Vec<_>>());
    assert_eq!(page(&[[0.0, 0.0, 80.0, 20.0], [90.0, 0.0, 80.0, 20.0]], true), [[1, 0]]);
}

#[test]
fn nothing_and_hundreds_of_lines_are_ordered() {
    assert!(page(&[], false).is_empty());
    let boxes: Vec<[f32; 4]> = (0..600)
        .map(|i| [(i % 3) as f32 * 400.0, (i / 3) as f32 * 20.0, 380.0, 16.0])
        .collect();
    assert_eq!(flat(&page(&boxes, false))[..3], [0, 3, 6]);
}

#[test]
fn a_page_upside_down_is_ordered_as_it_is_read() {
    let reading = |text: &str, x: f32, y: f32| Reading {
        text: text.to_owned(),
        score: 0.5,
        place: Rectangle {
            centre: [x, y],
            width: 100.0,
            height: 20.0,
            angle: std::f32::consts::PI,
        },
    };
    let readings = [
        reading("end", 60.0, 20.0),
        reading("the", 60.0, 60.0),
        reading("Of", 170.0, 60.0),
    ];
    let lines = arranged(&readings);
    let lines: Vec<_> = lines.iter().map(|line| joined(line)).collect();
    assert_eq!(lines[0].text, "Of the");
    assert_eq!(lines[1].text, "end");
    let near = [10.0, 10.0, 100.0, 20.0]
        .iter()
        .zip(lines[1].bbox)
        .all(|(a, b)| (a - b).abs() < 1e-2);
    assert!(near, "{:?}", lines[1].bbox);
    assert!((lines[1].angle.abs() - 180.0).abs() < 1e-3);
}
