//! Reads pictures with a pack that has PP-OCR's networks: `cargo run --release --example reader -- PACK OUT FILE...`
//!
//! Writes the lines of text to OUT/NAME.txt, for `training/evaluate_reader.py`, and prints how long each picture took.

use std::path::Path;
use std::time::Instant;

use eyebright_models::Reader;
use eyebright_models::{Cancel, Limits, Pack, Picture};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let names: Vec<String> = std::env::args().skip(1).collect();
    let [pack, out, files @ ..] = &names[..] else {
        return Err("reader PACK OUT FILE...".into());
    };
    let reader = Reader::open(&Pack::open(Path::new(pack))?)?;
    std::fs::create_dir_all(out)?;
    for file in files {
        let picture = Picture::decode(&std::fs::read(file)?, &Limits::default())?;
        let start = Instant::now();
        let lines = reader.read(&picture, &Cancel::default())?;
        let stem = Path::new(file).file_stem().unwrap_or_default().to_string_lossy();
        println!("{stem}: {} lines in {} ms", lines.len(), start.elapsed().as_millis());
        let text: String = lines.iter().map(|line| line.text.clone() + "\n").collect();
        std::fs::write(Path::new(out).join(format!("{stem}.txt")), text)?;
    }
    Ok(())
}
