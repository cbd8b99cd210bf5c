//! Compares vision tokens, logits and preprocessed pixels with the reference, stage by stage.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::checkpoints::{
    HALF_TOLERANCE, PICTURES, TOLERANCE, blip, cases, changed, decoder, difference, folder, golden_logits,
    golden_vision, logits, noise, numbers, tensors, values,
};
use candle_core::{DType, Device, Tensor};
use eyebright_models::checkpoint::Checkpoint;
use eyebright_models::checkpoint::Precision;
use eyebright_models::parts::language::Cache;
use eyebright_models::parts::preprocessing::Preprocessor;
use eyebright_models::{Limits, Picture};

#[test]
fn vision_and_logits_equal_the_reference() {
    for picture in 0..PICTURES {
        for golden in [golden_vision, golden_logits] {
            let (ours, theirs) = golden(&folder("caption"), picture, Precision::Stored);
            let far = difference(&ours, &theirs);
            assert!(far <= TOLERANCE, "picture {picture}: {far}");
            for precision in [Precision::F16, Precision::BF16] {
                let (ours, theirs) = golden(&folder("caption"), picture, precision);
                let far = noise(&ours, &theirs);
                assert!(far <= HALF_TOLERANCE, "picture {picture} in {precision:?}: {far}");
            }
        }
    }
}

#[test]
fn logits_from_the_cache_equal_those_of_the_whole_text() {
    let (golden, ids) = (values("caption"), cases("caption").ids);
    let decoder = decoder(&folder("caption"), Precision::Stored);
    let memory = decoder.remember(&golden["0.tokens"]).unwrap();
    let reading = decoder.before(&memory);
    let mut cache = Cache::default();
    let pieces: Vec<Tensor> = [0..2, 2..3, 3..ids.len()]
        .map(|range| logits(&reading, &ids[range], &mut cache))
        .into();
    assert!(difference(&Tensor::cat(&pieces, 1).unwrap(), &golden["0.logits"]) <= TOLERANCE);
}

#[test]
fn no_token_sees_a_later_one() {
    let (golden, mut ids) = (values("caption"), cases("caption").ids);
    let decoder = decoder(&folder("caption"), Precision::Stored);
    let memory = decoder.remember(&golden["0.tokens"]).unwrap();
    let reading = decoder.before(&memory);
    let before = logits(&reading, &ids, &mut Cache::default());
    let last = ids.len() - 1;
    ids[last] += 1;
    let after = logits(&reading, &ids, &mut Cache::default());
    let part = |logits: &Tensor, start, length| numbers(&logits.narrow(1, start, length).unwrap());
    assert_eq!(part(&before, 0, last), part(&after, 0, last));
    assert_ne!(part(&before, last, 1), part(&after, last, 1));
}

/// The golden values detect a skipped layer: setting any layer's output weights to zero changes the outputs by far more
/// than the tolerance.
#[test]
fn a_skipped_layer_is_noticed() {
    let ends = ["self_attn.projection.weight", "mlp.fc2.weight", "output.dense.weight"];
    let names = tensors(folder("caption").join("model.safetensors")).into_keys();
    let names: Vec<String> = names
        .filter(|name| ends.iter().any(|end| name.ends_with(end)))
        .collect();
    for name in &names {
        let damaged = changed("caption", name, |weight| weight.zeros_like().unwrap());
        let golden = if name.starts_with("vision_model") {
            golden_vision
        } else {
            golden_logits
        };
        let (ours, theirs) = golden(damaged.path(), 0, Precision::Stored);
        let far = difference(&ours, &theirs);
        assert!(far > 10.0 * TOLERANCE, "{name} does not show: {far}");
    }
    assert_eq!(
        names.len(),
        3 * 2 + 3 * 3,
        "attention, cross-attention and feed-forward of every layer"
    );
}

#[test]
fn a_quantized_model_is_near_the_dense_one() {
    for (precision, most) in [(Precision::Q8_0, 0.05), (Precision::Q6K, 0.15), (Precision::Q4K, 0.5)] {
        for golden in [golden_vision, golden_logits] {
            let (ours, theirs) = golden(&folder("caption"), 0, precision);
            let far = noise(&ours, &theirs);
            assert!(far > 0.0 && far < most, "{precision:?}: {far}");
        }
        blip(&folder("caption"), precision);
    }
}

#[test]
fn an_own_matrix_of_scores_is_used_and_a_copy_is_shared() {
    let with_head = |scale: f64| {
        let copy = tempfile::tempdir().unwrap();
        for file in ["config.json", "preprocessor_config.json", "tokenizer.json"] {
            fs::copy(folder("caption").join(file), copy.path().join(file)).unwrap();
        }
        let mut weights = tensors(folder("caption").join("model.safetensors"));
        let words = &weights["text_decoder.bert.embeddings.word_embeddings.weight"];
        let head = (words * scale).unwrap();
        weights.insert("text_decoder.cls.predictions.decoder.weight".to_owned(), head);
        let ids = Tensor::arange(0i64, 40, &Device::Cpu).unwrap();
        weights.insert("text_decoder.bert.embeddings.position_ids".to_owned(), ids);
        candle_core::safetensors::save(&weights, copy.path().join("model.safetensors")).unwrap();
        blip(copy.path(), Precision::Stored);
        let (ours, theirs) = golden_logits(copy.path(), 0, Precision::Stored);
        difference(&ours, &theirs)
    };
    assert!(with_head(1.0) <= TOLERANCE);
    assert!(with_head(2.0) > 10.0 * TOLERANCE);
}

/// Compares samples of preprocessed real photos, at the published models' size, with the reference's processor.
#[test]
fn pixels_equal_the_processors() {
    const SIDE: usize = 384;
    let sampled: BTreeMap<String, Vec<f32>> =
        serde_json::from_slice(&fs::read(folder("sampled.json")).unwrap()).unwrap();
    let copy = changed("caption", "text_decoder.cls.predictions.bias", Tensor::clone);
    // The golden values are not normalised.
    let config = format!(r#"{{"size": {SIDE}, "image_mean": [0, 0, 0], "image_std": [1, 1, 1], "rescale_factor": 1}}"#);
    fs::write(copy.path().join("preprocessor_config.json"), config).unwrap();
    let preprocessor = Preprocessor::load(&Checkpoint::open(copy.path()).unwrap()).unwrap();
    for (name, theirs) in &sampled {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../tests/pictures")
            .join(name);
        let bytes = fs::read(path.with_extension("jpg"))
            .or_else(|_| fs::read(path.with_extension("png")))
            .unwrap();
        let picture = Picture::decode(&bytes, &Limits::default()).unwrap();
        let pixels = preprocessor.pixels(&picture, &Device::Cpu).unwrap();
        assert_eq!(pixels.dtype(), DType::F32);
        let pixels = pixels.reshape((3, SIDE, SIDE)).unwrap().to_vec3::<f32>().unwrap();
        let ours = pixels.iter().flat_map(|plane| {
            let rows = plane.iter().step_by(41);
            rows.flat_map(|row| row.iter().step_by(37).copied())
        });
        let far: Vec<f32> = ours.zip(theirs).map(|(ours, theirs)| (ours - theirs).abs()).collect();
        assert_eq!(far.len(), theirs.len());
        let worst = far.iter().copied().fold(0.0, f32::max);
        // PNG decoders all give the same pixels; those of JPEG round differently, now and then by more than 1.
        let (most, share) = if bytes.starts_with(b"\x89PNG") {
            (1.0, 0.0)
        } else {
            (3.0, 0.02)
        };
        let beyond = far.iter().filter(|far| **far > 1.0).count() as f32 / far.len() as f32;
        assert!(
            worst <= most && beyond <= share,
            "{name}: off by {worst} of 255, {beyond} by more than 1"
        );
    }
}
