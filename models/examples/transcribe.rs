//! Measures how long transcribing a spoken question takes, and prints the first transcript:
//! `cargo run --release --example transcribe -- PACK CLIP...`. Each clip is a file of 32-bit floats at 16 kHz.
//! `training/evaluate_ears.py` compares both with faster-whisper.

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use eyebright_models::speech::Transcriber;
use eyebright_models::{Cancel, Device, Pack};

/// Number of rounds, of which the fastest is reported.
const ROUNDS: usize = 3;

fn main() -> Result<(), Box<dyn Error>> {
    eyebright_models::process::apply();
    let mut words = std::env::args().skip(1);
    let folder = words.next().ok_or("name the folder of the pack ears")?;
    let transcriber = Transcriber::open(&Pack::open(Path::new(&folder))?, &Device::Cpu)?;
    for clip in words {
        let bytes = std::fs::read(&clip)?;
        let samples: Vec<f32> = bytes
            .chunks_exact(4)
            .map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]]))
            .collect();
        let (mut best, mut first) = (f64::MAX, String::new());
        for _ in 0..ROUNDS {
            first.clear();
            let mut is_first = true;
            let start = Instant::now();
            transcriber.transcribe(&samples, &Cancel::default(), &mut |text| {
                // A second pass over the sound starts with a new text; only the first pass is kept.
                is_first &= text.starts_with(&first);
                if is_first {
                    text.clone_into(&mut first);
                }
            })?;
            best = best.min(start.elapsed().as_secs_f64() * 1e3);
        }
        println!("{clip}\t{best:.0}\t{first}");
    }
    Ok(())
}
