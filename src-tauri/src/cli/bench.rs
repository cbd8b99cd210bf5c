//! `bench`: how fast this machine describes a picture, start-up and memory included.

use std::io::{Cursor, Read};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use eyebright_models::Cancel;
use eyebright_models::clock::Clock;
use eyebright_models::kind::Kind;
use image::{ImageFormat, RgbImage};
use serde::Serialize;

use super::describe::describe_content;
use super::engine::Engine;
use super::{Bench, Ending, Model};
use crate::fault::Fault;
use crate::inputs::Content;
use crate::output::{Output, complain};
use crate::record::{Milliseconds, json};
use crate::stopwatch::{Stopwatch, ms};

/// Runs before the first one that counts: caches fill, weights are repacked.
const WARM_UP: u32 = 3;
/// Starts of the whole program.
const STARTS: u32 = 5;

#[derive(Debug, Serialize)]
struct Report {
    picture: String,
    runs: u32,
    /// Medians.
    ms: Milliseconds,
    /// From starting the program to its first word on standard output; median.
    first_word_ms: f64,
    /// Largest resident memory of this process; null where the system does not tell.
    peak_memory_mb: Option<f64>,
    pack: String,
    device: &'static str,
}

pub fn run(options: &Bench) -> Ending {
    match measure(options) {
        Ok(report) => {
            let text = if options.json { json(&report) } else { text(&report) };
            // A reader that has gone needs no answer.
            let _ = Output::new().line(&text);
            Ending::Done
        }
        Err(fault) => {
            complain(&fault.message);
            Ending::Failed
        }
    }
}

fn measure(options: &Bench) -> Result<Report, Fault> {
    let (picture, bytes) = match &options.picture {
        Some(path) => (
            path.display().to_string(),
            std::fs::read(path).map_err(|error| Fault::unreadable(&error))?,
        ),
        None => ("generated JPEG, 4000 by 3000 pixels".to_owned(), generated()?),
    };
    let engine = Engine::open(&options.model)?;
    let content = Content::Bytes(bytes.clone());
    let describe = || describe_content(&engine, &content, &Stopwatch::start(), &Cancel::default());
    for _ in 0..WARM_UP {
        if describe()?.description.kind != Kind::Photo {
            complain("This picture is no photo, so that hardly anything of the model runs. Give a photo.");
            break;
        }
    }
    let runs = (0..options.runs)
        .map(|_| Ok(describe()?.ms))
        .collect::<Result<Vec<Milliseconds>, Fault>>()?;
    let stage = |of: fn(&Milliseconds) -> f64| median(runs.iter().map(of).collect());
    let medians = Milliseconds {
        decode: stage(|ms| ms.decode),
        encode: stage(|ms| ms.encode),
        generate: stage(|ms| ms.generate),
        total: stage(|ms| ms.total),
    };
    let peak_memory_mb = peak_memory_mb();
    let starts = (0..STARTS)
        .map(|_| first_word(&bytes, &options.model))
        .collect::<Result<Vec<f64>, Fault>>()?;
    Ok(Report {
        picture,
        runs: options.runs,
        ms: medians,
        first_word_ms: median(starts),
        peak_memory_mb,
        pack: engine.pack,
        device: engine.device,
    })
}

fn text(report: &Report) -> String {
    let Milliseconds {
        decode,
        encode,
        generate,
        total,
    } = report.ms;
    let memory = report
        .peak_memory_mb
        .map_or_else(|| "unknown".to_owned(), |mb| format!("{mb:.0} MB"));
    format!(
        "{}, {} on {}, median of {} runs\ndecode      {decode:>8.1} ms\nencode      {encode:>8.1} ms\n\
         generate    {generate:>8.1} ms\ntotal       {total:>8.1} ms\nfirst word  {:>8.1} ms after the start of the program\n\
         peak memory {memory:>8}",
        report.picture, report.pack, report.device, report.runs, report.first_word_ms,
    )
}

/// Milliseconds from starting `eyebright describe PICTURE` to its first byte of output.
fn first_word(picture: &[u8], model: &Model) -> Result<f64, Fault> {
    let failed =
        |error: std::io::Error| Fault::new("bench_failed", format!("The program could not start itself: {error}."));
    let file = tempfile::NamedTempFile::new().map_err(failed)?;
    std::fs::write(file.path(), picture).map_err(failed)?;
    let program = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("eyebright"));
    let clock = Stopwatch::start();
    let mut child = Command::new(program)
        .args(["describe", "--device", "cpu", "--pack"])
        .args([model.pack.as_path(), file.path()])
        .stdout(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    let read = child.stdout.take().map_or(Ok(()), |mut out| out.read_exact(&mut [0]));
    let time = clock.now();
    child.wait().map_err(failed)?;
    read.map_err(failed)?;
    Ok(ms(time))
}

/// Linux tells it; elsewhere the system's own tools do.
fn peak_memory_mb() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: f64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some((kilobytes / 100.0).round() / 10.0)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// Cells across and strength of the layers of a generated picture: the finer the weaker, as in nature.
const LAYERS: [(f32, f32); 5] = [(3.0, 90.0), (8.0, 60.0), (25.0, 30.0), (100.0, 16.0), (500.0, 6.0)];

/// A JPEG of 12 megapixels with about as much detail as a photo.
fn generated() -> Result<Vec<u8>, Fault> {
    let picture = RgbImage::from_fn(4000, 3000, |x, y| {
        let place = (x as f32 / 4000.0, y as f32 / 4000.0);
        image::Rgb([0, 1, 2].map(|channel| {
            let layer = |(cells, strength): (f32, f32)| strength * cloud(place, cells, channel / 2);
            (120.0 + LAYERS.into_iter().map(layer).sum::<f32>()) as u8
        }))
    });
    let mut bytes = Cursor::new(Vec::new());
    picture
        .write_to(&mut bytes, ImageFormat::Jpeg)
        .map_err(|error| Fault::new("bench_failed", format!("The picture could not be made: {error}.")))?;
    Ok(bytes.into_inner())
}

/// Random values, -0.5 to 0.5, on a grid of that many cells, and between its points in proportion.
fn cloud((x, y): (f32, f32), cells: f32, seed: u32) -> f32 {
    let (x, y) = (x * cells, y * cells);
    let (column, row) = (x as u32, y as u32);
    let (right, down) = (x.fract(), y.fract());
    let at = |column, row| f32::from(hash(column, row, seed)) / 255.0 - 0.5;
    let upper = at(column, row) * (1.0 - right) + at(column + 1, row) * right;
    let lower = at(column, row + 1) * (1.0 - right) + at(column + 1, row + 1) * right;
    upper * (1.0 - down) + lower * down
}

/// The same byte for the same place on every machine.
fn hash(x: u32, y: u32, seed: u32) -> u8 {
    let mixed = (x.wrapping_mul(0x9E37_79B1) ^ y.wrapping_mul(0x85EB_CA77) ^ seed.wrapping_mul(0xC2B2_AE3D))
        .wrapping_mul(0x27D4_EB2F);
    (mixed ^ (mixed >> 15)).wrapping_mul(0x2C1B_3C6D).to_be_bytes()[0]
}
