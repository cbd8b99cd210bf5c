//! Measures how long a published BLIP takes to encode a picture and to write a caption, and its peak memory:
//! `cargo run --release --example blip_speed -- FOLDER PICTURE [ROUNDS]`. `training/bench_blip.py` compares it with
//! `transformers`.

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use eyebright_models::checkpoint::Checkpoint;
use eyebright_models::checkpoint::Precision;
use eyebright_models::parts::generation::Decoding;
use eyebright_models::{Cancel, Device, Limits, Picture, Request, registry};

/// Number of tokens that are generated. The end token is not allowed earlier.
const PIECES: usize = 20;

fn main() -> Result<(), Box<dyn Error>> {
    eyebright_models::process::apply();
    let mut words = std::env::args().skip(1);
    let folder = words.next().ok_or("name the folder of a model")?;
    let picture = words.next().ok_or("name a picture")?;
    let rounds: usize = words.next().map_or(Ok(3), |rounds| rounds.parse())?;
    let start = Instant::now();
    let model = registry::open(&Checkpoint::open(Path::new(&folder))?, Precision::Stored, &Device::Cpu)?;
    let picture = Picture::decode(&std::fs::read(picture)?, &Limits::default())?;
    println!("load {:.0}", milliseconds(start));
    for _ in 0..rounds {
        let start = Instant::now();
        let image = model.look(&picture)?;
        println!("look {:.0}", milliseconds(start));
        for (name, beams) in [("greedy", 1), ("beams", 3)] {
            let decoding = Decoding {
                beams,
                max_tokens: PIECES,
                min_tokens: PIECES,
                ..Decoding::default()
            };
            let start = Instant::now();
            let (cancel, unheard) = (Cancel::default(), &mut |_: &str| {});
            let request = Request {
                decoding: Some(&decoding),
                ..Request::new(&cancel, unheard)
            };
            let written = model.caption(&image, request)?;
            println!("{name} {:.0}", milliseconds(start));
            println!("{name}_ids {:?}", written[0].sequence.ids);
        }
    }
    // Only Linux reports the peak memory here.
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    if let Some(kilobytes) = most.and_then(|most| most.trim().trim_end_matches(" kB").parse::<f64>().ok()) {
        println!("peak {:.0}", kilobytes / 1000.0);
    }
    Ok(())
}

fn milliseconds(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1000.0
}
