//! Prints the kind of every picture named on the command line: `cargo run --release --example kinds -- FILE...`

use eyebright_models::parts::pixels;
use eyebright_models::{Limits, Picture};

fn main() {
    for name in std::env::args().skip(1) {
        let picture = std::fs::read(&name)
            .ok()
            .and_then(|bytes| Picture::decode(&bytes, &Limits::default()).ok());
        let Some(picture) = picture else { continue };
        let evidence = pixels::judge(picture.rgb());
        let colours: Vec<&str> = evidence.colours.iter().take(3).map(|colour| colour.name).collect();
        let (noise, gradient) = (evidence.noise, evidence.gradient);
        println!(
            "{name} {:?} {} {}",
            evidence.kind,
            if noise {
                "noise"
            } else if gradient {
                "gradient"
            } else {
                "-"
            },
            colours.join("/")
        );
    }
}
