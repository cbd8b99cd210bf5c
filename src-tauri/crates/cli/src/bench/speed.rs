//! Measures how fast a picture is described, with start-up time and memory.

use std::io::Read;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use eyebright_assistant::inputs::Content;
use eyebright_assistant::{Stopwatch, ms};
use eyebright_domain::Fault;
use eyebright_models::Cancel;
use eyebright_models::Clock;
use eyebright_models::Kind;
use serde::Serialize;

use super::figures::{failed, median};
use super::pictures;
use crate::describe::describe_content;
use crate::engine::Engine;
use crate::options::{Bench, Model};
use crate::output::complain;
use crate::record::Milliseconds;

/// Runs before measuring starts, in which caches fill and weights are repacked.
const WARM_UP: u32 = 3;
/// How often the whole program is started to measure its start-up.
const STARTS: u32 = 5;

#[derive(Debug, Serialize)]
pub(super) struct Report {
    picture: String,
    runs: u32,
    /// Median time of each stage, in milliseconds.
    ms: Milliseconds,
    /// Median time from starting the program to its first byte on standard output.
    first_word_ms: f64,
    /// Peak resident memory of this process, in millions of bytes; null where it is unknown.
    peak_memory_mb: Option<f64>,
    pack: String,
    device: &'static str,
}

pub(super) fn measure(options: &Bench) -> Result<Report, Fault> {
    let (picture, bytes) = match &options.picture {
        Some(path) => (
            path.display().to_string(),
            std::fs::read(path).map_err(|error| Fault::unreadable(&error))?,
        ),
        None => (
            "generated JPEG, 4000 by 3000 pixels".to_owned(),
            pictures::generated(4000, 3000, 0)?,
        ),
    };
    let engine = Engine::open(&options.model)?;
    let content = Content::Bytes(bytes.clone());
    let describe = || describe_content(&engine, &content, &Stopwatch::start(), &mut |_| {}, &Cancel::default());
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

pub(super) fn text(report: &Report) -> String {
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
    let failed = |error: std::io::Error| failed("The program could not start itself", &error);
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

/// Peak resident memory of this process, in millions of bytes. None except on Linux.
fn peak_memory_mb() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: f64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some((kilobytes / 100.0).round() / 10.0)
}
