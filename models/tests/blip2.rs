//! Compares Q-Former, OPT and generation with `transformers` on a tiny model with random weights, made by
//! `training/reference.py tiny`.

#![allow(clippy::unwrap_used)]

mod reference;

use std::collections::HashMap;

use candle_core::{Device, Tensor};
use eyebright_models::Cancel;
use eyebright_models::checkpoint::Precision;
use eyebright_models::parts::Weights;
use eyebright_models::parts::generation::Decoding;
use eyebright_models::parts::generation::Sequence;
use eyebright_models::parts::generation::generate;
use eyebright_models::parts::generation::score_text;
use eyebright_models::parts::language::Cache;
use eyebright_models::parts::language::LanguageModel;
use eyebright_models::parts::language::Opt;
use eyebright_models::parts::language::OptConfig;
use eyebright_models::parts::qformer::Matching;
use eyebright_models::parts::qformer::QFormer;
use eyebright_models::parts::qformer::QFormerConfig;
use eyebright_models::parts::qformer::TextBranch;
use reference::Settings;
use serde::Deserialize;

const TOLERANCE: f32 = 1e-4;
const PICTURES: usize = 4;

#[derive(Deserialize)]
struct Cases {
    qformer: QFormerConfig,
    language_model: OptConfig,
    end: u32,
    decodings: Vec<Settings>,
    written: Vec<Vec<Vec<u32>>>,
}

struct Golden {
    cases: Cases,
    weights: HashMap<String, Tensor>,
    values: HashMap<String, Tensor>,
}

impl Golden {
    fn load() -> Self {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
        let tensors = |name| candle_core::safetensors::load(folder.join(name), &Device::Cpu).unwrap();
        Self {
            cases: serde_json::from_slice(&std::fs::read(folder.join("tiny.json")).unwrap()).unwrap(),
            weights: tensors("tiny.safetensors"),
            values: tensors("tiny_values.safetensors"),
        }
    }

    fn weights(&self) -> Weights {
        Weights::of_tensors(self.weights.clone(), Precision::Stored, &Device::Cpu)
    }

    fn qformer(&self) -> QFormer {
        QFormer::load(&self.cases.qformer, TextBranch::Beside, &self.weights()).unwrap()
    }

    fn matching(&self) -> Matching {
        Matching::load(&self.cases.qformer, &self.weights()).unwrap()
    }

    fn opt(&self) -> Opt {
        Opt::load(&self.cases.language_model, &self.weights().pp("language_model")).unwrap()
    }

    fn value(&self, picture: usize, name: &str) -> Tensor {
        self.values[&format!("{picture}.{name}")].clone()
    }

    fn ids(&self, picture: usize) -> Vec<u32> {
        self.value(picture, "ids")
            .to_vec1::<f32>()
            .unwrap()
            .into_iter()
            .map(|id| id as u32)
            .collect()
    }

    fn written(&self, opt: &Opt, picture: usize, decoding: &Decoding) -> Vec<Sequence> {
        let prompt = self.value(picture, "prompt");
        generate(
            opt,
            &prompt.into(),
            self.cases.end,
            decoding,
            &Cancel::default(),
            &mut |_| {},
        )
        .unwrap()
    }
}

fn numbers(tensor: &Tensor) -> Vec<f32> {
    tensor.flatten_all().unwrap().to_vec1().unwrap()
}

/// Largest difference, relative to the largest value.
fn difference(ours: &[f32], theirs: &[f32]) -> f32 {
    assert_eq!(ours.len(), theirs.len());
    let largest = theirs.iter().fold(1e-6_f32, |a, b| a.max(b.abs()));
    ours.iter().zip(theirs).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max) / largest
}

fn assert_close(ours: &Tensor, theirs: &Tensor, what: &str) {
    let far = difference(&numbers(ours), &numbers(theirs));
    assert!(far <= TOLERANCE, "{what} differs by {far}");
}

#[test]
fn the_qformer_equals_the_reference_at_each_stage() {
    let golden = Golden::load();
    let (qformer, matching) = (golden.qformer(), golden.matching());
    for picture in 0..PICTURES {
        let memory = qformer.remember(&golden.value(picture, "image")).unwrap();
        let queries = qformer.queries(&memory).unwrap();
        assert_close(&queries, &golden.value(picture, "queries"), "query outputs");
        let side = matching.project_queries(&queries).unwrap();
        assert_close(&side, &golden.value(picture, "query_side"), "queries of ITC");
        let ids = golden.ids(picture);
        let text = matching.project_text(&qformer, &ids).unwrap();
        assert_close(&text, &golden.value(picture, "text_side"), "text of ITC");
        let itc = Matching::contrast(&side, &text).unwrap();
        assert!((itc - numbers(&golden.value(picture, "itc"))[0]).abs() < TOLERANCE);
        let itm = matching.matches(&qformer, &memory, &ids).unwrap();
        let itm: f32 = itm.squeeze(0).unwrap().to_scalar().unwrap();
        assert!((itm - numbers(&golden.value(picture, "itm"))[0]).abs() < TOLERANCE);
    }
}

#[test]
fn logits_equal_the_reference_with_and_without_cache() {
    let golden = Golden::load();
    let opt = golden.opt();
    for picture in 0..PICTURES {
        let (prompt, theirs) = (golden.value(picture, "prompt"), golden.value(picture, "logits"));
        let whole = opt
            .logits(&opt.forward(&prompt, &mut Cache::default()).unwrap())
            .unwrap();
        assert_close(&whole, &theirs, "logits");
        let mut cache = Cache::default();
        let pieces: Vec<Tensor> = [(0, 4), (4, 1), (5, prompt.dim(1).unwrap() - 5)]
            .into_iter()
            .map(|(start, length)| {
                opt.forward(&prompt.narrow(1, start, length).unwrap(), &mut cache)
                    .unwrap()
            })
            .collect();
        let stepwise = opt.logits(&Tensor::cat(&pieces, 1).unwrap()).unwrap();
        assert_close(&stepwise, &theirs, "logits from the cache");
    }
}

#[test]
fn no_token_sees_a_later_one() {
    let golden = Golden::load();
    let opt = golden.opt();
    let prompt = golden.value(0, "prompt");
    let last = prompt.dim(1).unwrap() - 1;
    let changed = Tensor::cat(
        &[prompt.narrow(1, 0, last).unwrap(), prompt.narrow(1, 0, 1).unwrap()],
        1,
    )
    .unwrap();
    let hidden = |x: &Tensor| opt.forward(x, &mut Cache::default()).unwrap();
    let (before, after) = (hidden(&prompt), hidden(&changed));
    assert_eq!(
        numbers(&before.narrow(1, 0, last).unwrap()),
        numbers(&after.narrow(1, 0, last).unwrap())
    );
    assert_ne!(
        numbers(&before.narrow(1, last, 1).unwrap()),
        numbers(&after.narrow(1, last, 1).unwrap())
    );
}

/// The golden values detect a skipped layer: setting any layer's output weights to zero changes the outputs by far more
/// than the tolerance.
#[test]
fn a_skipped_layer_is_noticed() {
    let golden = Golden::load();
    let ends = [
        "attention.output.dense",
        "output_query.dense",
        "self_attn.out_proj",
        "fc2",
    ];
    let names: Vec<String> = golden
        .weights
        .keys()
        .filter(|name| name.ends_with(".weight"))
        .cloned()
        .collect();
    let mut seen = 0;
    for name in names.iter().filter(|name| ends.iter().any(|end| name.contains(end))) {
        let mut weights = golden.weights.clone();
        weights.insert(name.clone(), weights[name].zeros_like().unwrap());
        let damaged = Golden {
            weights,
            cases: Golden::load().cases,
            values: golden.values.clone(),
        };
        let (ours, theirs) = if name.starts_with("language_model") {
            let opt = damaged.opt();
            let hidden = opt.forward(&golden.value(0, "prompt"), &mut Cache::default()).unwrap();
            (opt.logits(&hidden).unwrap(), golden.value(0, "logits"))
        } else {
            let qformer = damaged.qformer();
            let memory = qformer.remember(&golden.value(0, "image")).unwrap();
            (qformer.queries(&memory).unwrap(), golden.value(0, "queries"))
        };
        let far = difference(&numbers(&ours), &numbers(&theirs));
        assert!(far > 10.0 * TOLERANCE, "{name} does not show: {far}");
        seen += 1;
    }
    assert_eq!(
        seen,
        4 + 2 + 4 + 3 + 3,
        "attention, cross-attention and feed-forward of every layer"
    );
}

#[test]
fn greedy_and_beam_ids_equal_the_reference() {
    let golden = Golden::load();
    let opt = golden.opt();
    for picture in 0..PICTURES {
        for (number, settings) in golden.cases.decodings.iter().enumerate() {
            let ours = golden.written(&opt, picture, &settings.decoding());
            assert_eq!(
                ours[0].ids, golden.cases.written[picture][number],
                "picture {picture}, decoding {number}"
            );
        }
    }
}

#[test]
fn a_text_scores_as_it_was_written() {
    let golden = Golden::load();
    let opt = golden.opt();
    for sequence in golden.written(
        &opt,
        0,
        &Decoding {
            beams: 3,
            max_tokens: 12,
            ..Decoding::default()
        },
    ) {
        let mut ids = sequence.ids.clone();
        if sequence.log_probabilities.len() > ids.len() {
            ids.push(golden.cases.end);
        }
        let scores = score_text(&opt, &golden.value(0, "prompt"), &ids).unwrap();
        assert!(difference(&scores, &sequence.log_probabilities) <= TOLERANCE);
    }
}

#[test]
fn cancelling_stops_at_the_next_token() {
    let golden = Golden::load();
    let (opt, prompt) = (golden.opt(), golden.value(0, "prompt").into());
    for beams in [1, 3] {
        let cancel = Cancel::default();
        let decoding = Decoding {
            beams,
            ..Decoding::default()
        };
        let mut told = 0;
        let mut stream = |_| {
            told += 1;
            cancel.cancel();
        };
        let result = generate(&opt, &prompt, golden.cases.end, &decoding, &cancel, &mut stream);
        assert!(beams > 1 || (result.is_err() && told == 1));
        assert!(generate(&opt, &prompt, golden.cases.end, &decoding, &cancel, &mut |_| {}).is_err());
    }
}
