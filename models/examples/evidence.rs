//! Prints the evidence about each picture in the given folders and files, one JSON object per line:
//! `cargo run --release --example evidence -- FOLDER > evidence.jsonl`. The example `weigh` and `training/calibrate.py`
//! process it further.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Duration;

use eyebright_models::Clock;
use eyebright_models::Evidence;
use eyebright_models::{Cancel, Describer, Device, Limits, Pack, Picture};
use rayon::prelude::*;
use serde_json::{Value, json};

/// Minimum probability of the tags that are printed. Less likely ones do not matter in any sum.
const LEAST_TAG: f32 = 0.0005;

fn main() -> Result<(), Box<dyn Error>> {
    let describer = Describer::open(&Pack::glance()?, &Device::Cpu)?;
    let mut files = Vec::new();
    for argument in std::env::args().skip(1) {
        let path = PathBuf::from(argument);
        if path.is_dir() {
            let mut inside: Vec<_> = std::fs::read_dir(path)?
                .map(|entry| entry.map(|entry| entry.path()))
                .collect::<Result<_, _>>()?;
            inside.sort();
            files.append(&mut inside);
        } else {
            files.push(path);
        }
    }
    for some in files.chunks(64) {
        let lines: Vec<Option<Value>> = some.par_iter().map(|file| look(&describer, file)).collect();
        lines.iter().flatten().for_each(|line| println!("{line}"));
    }
    Ok(())
}

/// A clock that stands still, since timings are not needed here.
struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> Duration {
        Duration::ZERO
    }
}

/// The evidence about a picture as JSON. If a file cannot be read as a picture, the error goes to standard error and
/// the result is None.
fn look(describer: &Describer, file: &Path) -> Option<Value> {
    let told = |error: &dyn std::fmt::Display| eprintln!("{}: {error}", file.display());
    let bytes = std::fs::read(file).map_err(|error| told(&error)).ok()?;
    let picture = Picture::decode(&bytes, &Limits::default())
        .map_err(|error| told(&error))
        .ok()?;
    let (observed, _) = describer
        .observe(&picture, &Cancel::default(), &Stopped, &mut |_| {})
        .map_err(|error| told(&error))
        .ok()?;
    Some(line(file, &observed.evidence))
}

fn line(file: &Path, evidence: &Evidence) -> Value {
    json!({
        "file": file,
        "kind": format!("{:?}", evidence.pixels.kind),
        "colours": evidence.pixels.colours.iter().map(|colour| json!([colour.name, colour.share])).collect::<Vec<_>>(),
        "size": [evidence.size.0, evidence.size.1],
        "caption": evidence.caption.as_ref().map(|caption| json!({
            "text": caption.text,
            "words": caption.words,
            "written": caption.written,
            "mean_log_probability": caption.mean_log_probability,
            "itc": caption.itc,
            "itm": caption.itm,
            "alternatives": caption.alternatives,
        })),
        "tags": evidence.tags.iter().filter(|tag| tag.score >= LEAST_TAG).map(|tag| json!([tag.name, tag.score])).collect::<Vec<_>>(),
        "objects": evidence.objects.iter().map(|object| json!([object.name, object.score, object.bbox])).collect::<Vec<_>>(),
    })
}
