//! Computes features, named things and sentences (JSON lines on standard output) from evidence (JSON lines of the
//! example `evidence` on standard input), with the lexicon and the calibration of a pack folder:
//! `cargo run --release --example weigh -- models/packs/glance < evidence.jsonl > weighed.jsonl`.
//! `training/calibrate.py` fits the calibration on the output.

use std::error::Error;
use std::io::{BufRead, stdin};
use std::path::PathBuf;

use eyebright_models::Evidence;
use eyebright_models::Kind;
use eyebright_models::description::Description;
use eyebright_models::parts::Calibration;
use eyebright_models::parts::CaptionEvidence;
use eyebright_models::parts::FEATURES;
use eyebright_models::parts::features;
use eyebright_models::parts::lexicon::Lexicon;
use eyebright_models::parts::lexicon::NounKind;
use eyebright_models::parts::neutral;
use eyebright_models::parts::objects::Object;
use eyebright_models::parts::pixels::Colour;
use eyebright_models::parts::pixels::PixelEvidence;
use eyebright_models::parts::tags::Tag;
use eyebright_models::parts::things;
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| "models/packs/glance".into()));
    let lexicon = Lexicon::read(&std::fs::read(folder.join("lexicon.json"))?)?;
    let calibration = Calibration::read(&std::fs::read(folder.join("calibration.json"))?)?;
    for line in stdin().lock().lines() {
        let line: Value = serde_json::from_str(&line?)?;
        println!("{}", weigh(&line["file"], &read(&line), &lexicon, &calibration));
    }
    Ok(())
}

fn weigh(file: &Value, evidence: &Evidence, lexicon: &Lexicon, calibration: &Calibration) -> Value {
    let raw = evidence.seen(lexicon);
    let detections: Vec<Value> = evidence
        .objects
        .iter()
        .map(|object| {
            json!({
                "name": object.name,
                "score": object.score,
                "share": evidence.share(object.bbox),
                "tags": evidence.tags_of(object, lexicon, &raw),
            })
        })
        .collect();
    let weighed = evidence.weighed(lexicon, calibration);
    let seen = weighed.seen(lexicon);
    let caption = evidence.caption.clone().unwrap_or_default();
    let words = caption.bare_words();
    let mentions: Vec<Value> = lexicon
        .mentions(&words)
        .iter()
        .map(|mention| {
            json!({
                "name": neutral(mention.name),
                "kind": match mention.noun.kind {
                    NounKind::Person => "person",
                    NounKind::Thing => "thing",
                    NounKind::Scene => "scene",
                    NounKind::Other => "other",
                },
                "implied": mention.words.is_empty(),
                "checkable": !mention.noun.extent.is_empty(),
                "support": seen.support(&mention.noun.extent),
                "log_probability": caption.words[mention.words.clone()].iter().map(|word| word.1).sum::<f32>(),
            })
        })
        .collect();
    let things: Vec<Value> = things(&weighed, &seen, lexicon, calibration, 0.02)
        .iter()
        .map(|thing| {
            json!({
                "name": thing.concept.name,
                "probability": thing.probability,
                "prominence": thing.prominence,
                "tags": seen.by_tags(&thing.concept.extent),
                "objects": thing.objects.len(),
            })
        })
        .collect();
    let features: serde_json::Map<String, Value> = FEATURES
        .iter()
        .zip(features(&weighed, &seen, lexicon))
        .map(|(name, value)| ((*name).to_string(), value.into()))
        .collect();
    let description = Description::compose(evidence, lexicon, calibration);
    json!({
        "file": file, "caption": caption.text, "mentions": mentions, "things": things, "detections": detections, "features": features,
        "sentence": description.sentence(eyebright_models::Language::English), "sure": description.sure, "confidence": description.confidence,
    })
}

/// Parses a line of the output of the example `evidence`.
fn read(line: &Value) -> Evidence {
    let number = |value: &Value| value.as_f64().unwrap_or(0.0) as f32;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_string();
    // Evidence needs static names, so these few are leaked.
    let name = |value: &Value| -> &'static str { Box::leak(text(value).into_boxed_str()) };
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let colours = list(&line["colours"])
        .iter()
        .map(|c| Colour {
            name: name(&c[0]),
            share: number(&c[1]),
        })
        .collect();
    let caption = &line["caption"];
    let words = list(&caption["words"])
        .iter()
        .map(|word| (text(&word[0]), number(&word[1])))
        .collect();
    Evidence {
        pixels: PixelEvidence {
            kind: kind(&line["kind"]),
            colours,
            ..PixelEvidence::default()
        },
        caption: caption.is_object().then(|| CaptionEvidence {
            text: text(&caption["text"]),
            words,
            written: list(&caption["written"]).iter().map(number).collect(),
            mean_log_probability: number(&caption["mean_log_probability"]),
            itc: number(&caption["itc"]),
            itm: number(&caption["itm"]),
            uncalibrated: false,
            alternatives: list(&caption["alternatives"]).iter().map(text).collect(),
        }),
        tags: list(&line["tags"])
            .iter()
            .map(|tag| Tag {
                name: text(&tag[0]),
                score: number(&tag[1]),
            })
            .collect(),
        objects: list(&line["objects"])
            .iter()
            .map(|object| Object {
                name: name(&object[0]),
                score: number(&object[1]),
                bbox: std::array::from_fn(|side| number(&object[2][side])),
            })
            .collect(),
        size: (number(&line["size"][0]) as u32, number(&line["size"][1]) as u32),
    }
}

fn kind(kind: &Value) -> Kind {
    match kind.as_str() {
        Some("Screenshot") => Kind::Screenshot,
        Some("Document") => Kind::Document,
        Some("Drawing") => Kind::Drawing,
        Some("Blank") => Kind::Blank,
        Some("Black") => Kind::Black,
        _ => Kind::Photo,
    }
}
