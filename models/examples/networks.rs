//! Measures how long each network of glance takes: `cargo run --release --example networks -- PICTURE`.

use std::error::Error;
use std::time::Instant;

use eyebright_models::parts::captioner::Captioner;
use eyebright_models::parts::encoders::EfficientNetLite;
use eyebright_models::parts::encoders::ImageEncoder;
use eyebright_models::parts::objects::Objects;
use eyebright_models::parts::pixels;
use eyebright_models::parts::tags::TagHead;
use eyebright_models::{Cancel, Device, Limits, Pack, Picture};

const ROUNDS: usize = 40;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("name a picture")?;
    let picture = Picture::decode(&std::fs::read(path)?, &Limits::default())?;
    let pack = Pack::glance()?;
    let start = Instant::now();
    let encoder = EfficientNetLite::load(&pack, 260, &Device::Cpu)?;
    println!("encoder loaded in {:.1} ms", milliseconds(start));
    let start = Instant::now();
    let objects = Objects::load(&pack)?;
    println!("objects loaded in {:.1} ms", milliseconds(start));
    println!("threads: {}", rayon::current_num_threads());
    measure("encoder", || encoder.encode(&picture).is_ok());
    measure("objects", || objects.find(&picture).is_ok());
    measure("both", || {
        let (seen, found) = rayon::join(|| encoder.encode(&picture), || objects.find(&picture));
        seen.is_ok() && found.is_ok()
    });
    let captioner = Captioner::open(&pack, &Device::Cpu)?;
    let tags = TagHead::load(&pack)?;
    let look = captioner.look(&picture)?;
    let classes = tags.probabilities(look.logits.as_ref().ok_or("no tag head")?);
    let never = Cancel::default();
    let beams = || captioner.caption(&look, &classes, captioner.decoding(), &never, &mut |_| {});
    measure("kind", || !pixels::judge(picture.rgb()).colours.is_empty());
    measure("look", || captioner.look(&picture).is_ok());
    measure("beam search", || beams().is_ok());
    measure("4 drawn captions", || {
        captioner.draw(&look, &classes, 4, &never).is_ok()
    });
    let caption = captioner.text(&beams()?[0])?;
    measure("match", || captioner.score(&look, &caption).is_ok());
    println!("{caption}");
    for object in objects.find(&picture)?.iter().take(8) {
        println!("{} {:.2} {:?}", object.name, object.score, object.bbox);
    }
    Ok(())
}

fn milliseconds(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1000.0
}

fn measure(name: &str, run: impl Fn() -> bool) {
    let mut times = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let start = Instant::now();
        assert!(run(), "{name} failed");
        times.push(milliseconds(start));
    }
    let first = times[0];
    times.sort_by(f64::total_cmp);
    println!(
        "{name}: first {first:.1}, best {:.1}, median {:.1} ms",
        times[0],
        times[ROUNDS / 2]
    );
}
