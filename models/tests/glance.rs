//! Compares the built-in pack, stage by stage, with `transformers` on the same weights. `training/reference_glance.py`
//! makes the reference values.

#![cfg(feature = "glance")]
#![allow(clippy::unwrap_used)]

use std::collections::HashMap;
use std::path::PathBuf;

use candle_core::{Device, Module, Tensor};
use candle_nn::{VarBuilder, layer_norm, linear};
use eyebright_models::checkpoint::Precision;
use eyebright_models::parts::Weights;
use eyebright_models::parts::captioner::Captioner;
use eyebright_models::parts::encoders::EfficientNetLite;
use eyebright_models::parts::encoders::ImageEncoder;
use eyebright_models::parts::generation::Decoding;
use eyebright_models::parts::language::Cache;
use eyebright_models::parts::language::LanguageModel;
use eyebright_models::parts::language::Opt;
use eyebright_models::parts::language::OptConfig;
use eyebright_models::parts::qformer::Matching;
use eyebright_models::parts::qformer::QFormer;
use eyebright_models::parts::qformer::QFormerConfig;
use eyebright_models::parts::qformer::TextBranch;
use eyebright_models::parts::tags::TagHead;
use eyebright_models::parts::tensors;
use eyebright_models::{Cancel, Limits, Pack, Picture};
use serde::Deserialize;

const TOLERANCE: f32 = 1e-4;

#[derive(Deserialize)]
struct Golden {
    texts: HashMap<String, Vec<u32>>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    picture: String,
    /// Token ids of the prompt after the queries.
    prompt: Vec<u32>,
    greedy: Vec<u32>,
    beams: Vec<Vec<u32>>,
    scores: Vec<f32>,
    /// Indices of the beams, sorted by their consensus with the captions of the nearest training pictures.
    by_consensus: Vec<usize>,
}

#[derive(Deserialize)]
struct Config {
    image_encoder: EncoderConfig,
    qformer: QFormerConfig,
    language_model: OptConfig,
}

#[derive(Deserialize)]
struct EncoderConfig {
    image_size: u32,
    tokens: usize,
    width: usize,
}

fn golden(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(name)
}

fn cases() -> Golden {
    serde_json::from_slice(&std::fs::read(golden("glance.json")).unwrap()).unwrap()
}

/// The picture of a case at the encoder's own size, as a PNG, so that decoding and resizing cause no differences.
fn picture(case: &Case) -> Picture {
    let bytes = std::fs::read(golden(&format!("glance_{}.png", case.picture))).unwrap();
    Picture::decode(&bytes, &Limits::default()).unwrap()
}

fn numbers(tensor: &Tensor) -> Vec<f32> {
    tensor.flatten_all().unwrap().to_vec1().unwrap()
}

/// Asserts that the largest difference, relative to the largest value, is within the tolerance.
#[track_caller]
fn assert_close(ours: &[f32], theirs: &Tensor, what: &str) {
    let theirs = numbers(theirs);
    assert_eq!(ours.len(), theirs.len(), "{what}");
    let largest = theirs.iter().fold(1e-6_f32, |a, b| a.max(b.abs()));
    let far = ours.iter().zip(&theirs).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max) / largest;
    assert!(far <= TOLERANCE, "{what} differs by {far}");
}

/// The networks of the pack, loaded one by one.
struct Parts {
    encoder: EfficientNetLite,
    config: Config,
    weights: VarBuilder<'static>,
    qformer: QFormer,
    matching: Matching,
    opt: Opt,
}

impl Parts {
    fn load(pack: &Pack) -> Self {
        let config: Config = serde_json::from_slice(&pack.file("config.json").unwrap()).unwrap();
        let tensors = tensors::tensors(pack, "model.gguf", &Device::Cpu).unwrap();
        let weights = Weights::of_tensors(tensors, Precision::Stored, &Device::Cpu);
        Self {
            encoder: EfficientNetLite::load(pack, config.image_encoder.image_size, &Device::Cpu).unwrap(),
            qformer: QFormer::load(&config.qformer, TextBranch::Beside, &weights).unwrap(),
            matching: Matching::load(&config.qformer, &weights).unwrap(),
            opt: Opt::load(&config.language_model, &weights.pp("language_model")).unwrap(),
            config,
            weights: tensors::load(pack, "model.gguf", &Device::Cpu).unwrap(),
        }
    }

    /// The step between encoder and Q-Former: adds position embeddings and applies a layer norm.
    fn placed(&self, tokens: &Tensor) -> Tensor {
        let (count, width) = (self.config.image_encoder.tokens, self.config.image_encoder.width);
        let vision = self.weights.pp("vision_model");
        let places = vision.get((1, count, width), "embeddings.position_embedding").unwrap();
        let norm = layer_norm(width, 1e-6, vision.pp("post_layernorm")).unwrap();
        norm.forward(&tokens.broadcast_add(&places).unwrap()).unwrap()
    }

    fn prompt(&self, queries: &Tensor, ids: &[u32]) -> Tensor {
        let (inner, outer) = (self.config.qformer.hidden_size, self.config.language_model.hidden_size);
        let projection = linear(inner, outer, self.weights.pp("language_projection")).unwrap();
        Tensor::cat(&[projection.forward(queries).unwrap(), self.opt.embed(ids).unwrap()], 1).unwrap()
    }
}

#[test]
fn every_stage_equals_the_reference() {
    let parts = Parts::load(&Pack::glance().unwrap());
    let values = candle_core::safetensors::load(golden("glance_values.safetensors"), &Device::Cpu).unwrap();
    let every_fifth = Tensor::arange_step(0u32, 26, 5, &Device::Cpu).unwrap();
    for case in cases().cases {
        let theirs = |stage: &str| &values[&format!("{}.{stage}", case.picture)];
        let seen = parts.encoder.encode(&picture(&case)).unwrap();
        let some = seen.tokens.squeeze(0).unwrap().index_select(&every_fifth, 0).unwrap();
        assert_close(&numbers(&some), theirs("tokens"), "tokens");
        assert_close(&seen.logits.unwrap(), theirs("logits"), "classes");
        let memory = parts.qformer.remember(&parts.placed(&seen.tokens)).unwrap();
        let queries = parts.qformer.queries(&memory).unwrap();
        assert_close(&numbers(&queries), theirs("queries"), "queries");
        let side = parts.matching.project_queries(&queries).unwrap();
        assert_close(&numbers(&side), theirs("query_side"), "queries of ITC");
        let prompt = parts.prompt(&queries, &case.prompt);
        let hidden = parts.opt.forward(&prompt, &mut Cache::default()).unwrap();
        let logits = parts.opt.logits(&hidden).unwrap();
        let last = logits.narrow(1, prompt.dim(1).unwrap() - 1, 1).unwrap();
        assert_close(&numbers(&last), theirs("next"), "logits");
    }
}

#[test]
fn texts_score_as_in_the_reference() {
    let pack = Pack::glance().unwrap();
    let captioner = Captioner::open(&pack, &Device::Cpu).unwrap();
    let values = candle_core::safetensors::load(golden("glance_values.safetensors"), &Device::Cpu).unwrap();
    let Golden { texts, cases } = cases();
    // In alphabetical order, as in the reference: the coffee first.
    let mut texts: Vec<String> = texts.into_keys().collect();
    texts.sort();
    for case in cases {
        let look = captioner.look(&picture(&case)).unwrap();
        let scores: Vec<_> = texts.iter().map(|text| captioner.score(&look, text).unwrap()).collect();
        let (itc, itm): (Vec<f32>, Vec<f32>) = scores.iter().map(|score| (score.itc, score.itm)).unzip();
        assert_close(&itc, &values[&format!("{}.itc", case.picture)], "ITC");
        assert_close(&itm, &values[&format!("{}.itm", case.picture)], "ITM");
        let weigh = |text: &String| captioner.weigh(&[&look.memory], text).unwrap()[0];
        let odds: Vec<f32> = texts.iter().map(weigh).collect();
        assert_close(
            &odds,
            &values[&format!("{}.matcher", case.picture)],
            "the matcher's ITM",
        );
    }
}

/// A search scores its words against many pictures at once, from memories that were stored in few bytes.
#[test]
fn pictures_that_are_remembered_score_as_when_they_are_looked_at() {
    let captioner = Captioner::open(&Pack::glance().unwrap(), &Device::Cpu).unwrap();
    let Golden { texts, cases } = cases();
    let looks: Vec<_> = cases
        .iter()
        .map(|case| captioner.look(&picture(case)).unwrap())
        .collect();
    let kept: Vec<_> = looks.iter().map(|look| look.memory.to_bytes().unwrap()).collect();
    assert!(kept.iter().all(|kept| kept.len() < 15_000));
    let recalled: Vec<_> = kept.iter().map(|kept| captioner.recall(kept).unwrap()).collect();
    for text in texts.keys() {
        let alone: Vec<f32> = looks
            .iter()
            .map(|look| captioner.weigh(&[&look.memory], text).unwrap()[0])
            .collect();
        let memories: Vec<_> = looks.iter().map(|look| &look.memory).collect();
        assert_close(
            &captioner.weigh(&memories, text).unwrap(),
            &Tensor::new(&*alone, &Device::Cpu).unwrap(),
            text,
        );
        let memories: Vec<_> = recalled.iter().collect();
        for (recalled, alone) in captioner.weigh(&memories, text).unwrap().iter().zip(&alone) {
            assert!((recalled - alone).abs() < 0.3, "{text}: {recalled} is not {alone}");
        }
    }
    assert!(captioner.weigh(&[], "a dog").unwrap().is_empty());
    for broken in [&kept[0][..100], &kept[0][..144 * 100], &[]] {
        assert!(captioner.recall(broken).is_err());
    }
}

/// The likelihood of a generated caption equals the one it was generated with, also in a batch with other pictures.
#[test]
fn likelihoods_are_those_of_writing() {
    let captioner = Captioner::open(&Pack::glance().unwrap(), &Device::Cpu).unwrap();
    let looks: Vec<_> = cases()
        .cases
        .iter()
        .map(|case| captioner.look(&picture(case)).unwrap())
        .collect();
    let memories: Vec<_> = looks.iter().map(|look| &look.memory).collect();
    let greedy = Decoding {
        max_tokens: captioner.decoding().max_tokens,
        ..Decoding::default()
    };
    for (number, look) in looks.iter().enumerate() {
        let written = captioner
            .caption(look, &[], &greedy, &Cancel::default(), &mut |_| {})
            .unwrap();
        let text = captioner.text(&written[0]).unwrap();
        let wanted = written[0].mean_log_probability() * (written[0].ids.len() + 1) as f32;
        let likely = captioner.likelihoods(&memories, &text).unwrap();
        assert!(
            (likely[number] - wanted).abs() < 1e-3,
            "{text}: {likely:?}, not {wanted}"
        );
        assert!(
            likely.iter().all(|other| *other <= likely[number]),
            "{text}: {likely:?}"
        );
    }
    assert!(captioner.likelihoods(&[], "a dog").unwrap().is_empty());
}

#[test]
fn captions_equal_the_reference_id_by_id() {
    let pack = Pack::glance().unwrap();
    let captioner = Captioner::open(&pack, &Device::Cpu).unwrap();
    let tags = TagHead::load(&pack).unwrap();
    for case in cases().cases {
        let look = captioner.look(&picture(&case)).unwrap();
        let probabilities = tags.probabilities(look.logits.as_ref().unwrap());
        let written = |decoding: &Decoding| {
            captioner
                .caption(&look, &probabilities, decoding, &Cancel::default(), &mut |_| {})
                .unwrap()
        };
        let greedy = written(&Decoding {
            max_tokens: captioner.decoding().max_tokens,
            ..Decoding::default()
        });
        assert_eq!(greedy[0].ids, case.greedy, "{}", case.picture);
        let beams = written(captioner.decoding());
        assert_eq!(beams.len(), case.beams.len());
        for ((ours, theirs), score) in beams.iter().zip(&case.beams).zip(&case.scores) {
            assert_eq!(&ours.ids, theirs, "{}", case.picture);
            assert!((ours.score - score).abs() < TOLERANCE * score.abs());
        }
        let agreed = captioner
            .by_consensus(&look, &captioner.neighbours(&look).unwrap(), beams)
            .unwrap();
        assert_eq!(agreed.len(), case.beams.len());
        for (ours, &theirs) in agreed.iter().zip(&case.by_consensus) {
            assert_eq!(ours.ids, case.beams[theirs], "{}", case.picture);
        }
    }
}

/// The streamed caption equals the returned one.
#[test]
fn the_stream_tells_the_caption() {
    let pack = Pack::glance().unwrap();
    let captioner = Captioner::open(&pack, &Device::Cpu).unwrap();
    let look = captioner.look(&picture(&cases().cases[0])).unwrap();
    for beams in [1, 3] {
        let mut told = String::new();
        let decoding = Decoding {
            beams,
            ..captioner.decoding().clone()
        };
        let captions = captioner
            .caption(&look, &[], &decoding, &Cancel::default(), &mut |piece| {
                told.push_str(piece);
            })
            .unwrap();
        assert!(!told.is_empty());
        assert_eq!(told, captioner.text(&captions[0]).unwrap());
    }
}

/// Token ids, with start and end tokens, equal the reference's, and decoding them gives the text again.
#[test]
fn the_tokenizer_equals_the_reference_and_turns_back() {
    let pack = Pack::glance().unwrap();
    let config: serde_json::Value = serde_json::from_slice(&pack.file("config.json").unwrap()).unwrap();
    let special = serde_json::from_value(config["tokens"].clone()).unwrap();
    let tokenizer = eyebright_models::parts::tokenizer::Tokenizer::load(&pack, special).unwrap();
    for (text, ids) in cases().texts {
        assert_eq!(tokenizer.encode_marked(&text, 32).unwrap(), ids);
        assert_eq!(tokenizer.decode(&ids).unwrap(), text);
    }
}
