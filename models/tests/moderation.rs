//! Tests moderation with its real network, which is fetched and not committed.
#![allow(clippy::unwrap_used)]

mod fetched;

use std::collections::BTreeMap;
use std::path::Path;

use eyebright_models::Level;
use eyebright_models::{Cancel, Limits, Moderation, Picture};
use fetched::fetched;

fn moderation() -> Moderation {
    Moderation::open(&fetched("care")).unwrap()
}

mod with_care {
    use super::*;

    /// `training/reference_moderation.py` makes the reference scores.
    #[test]
    #[ignore = "needs the pack care"]
    fn pictures_get_the_references_scores() {
        let moderation = moderation();
        let expected: BTreeMap<String, f32> = serde_json::from_str(include_str!("golden/moderation.json")).unwrap();
        assert_eq!(expected.len(), 51);
        let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
        let mut wrong = Vec::new();
        for (name, score) in expected {
            // A synthetic picture of ellipses in skin colours.
            let made = name == "moderation.png";
            let folder = if made { "golden" } else { "../../tests/pictures" };
            let bytes = std::fs::read(tests.join(folder).join(&name)).unwrap();
            let picture = Picture::decode(&bytes, &Limits::default()).unwrap();
            let judged = moderation.judge(&picture, &Cancel::default()).unwrap();
            assert_eq!(judged.level, if made { Level::Likely } else { Level::None }, "{name}");
            // JPEG decoders differ slightly in their pixels, which changes the score.
            let tolerance = if name.contains(".jpg") { 1e-2 } else { 1e-4 };
            if (judged.score - score).abs() > tolerance {
                wrong.push((name, score, judged.score));
            }
        }
        assert!(wrong.is_empty(), "{wrong:?}");
    }

    #[test]
    #[ignore = "needs the pack care"]
    fn a_cancelled_judgement_is_none() {
        let moderation = moderation();
        let cancel = Cancel::default();
        cancel.cancel();
        let picture = Picture::from_rgb(image::RgbImage::new(8, 8));
        assert_eq!(moderation.judge(&picture, &cancel).unwrap_err().code(), "cancelled");
    }
}
