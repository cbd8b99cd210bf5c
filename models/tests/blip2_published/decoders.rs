//! Tests causality and the cache of the language models alone.

use crate::checkpoints::{Language, TOLERANCE, WRITERS, assert_close, difference, golden};
use candle_core::Tensor;
use eyebright_models::parts::language::Cache;
use eyebright_models::parts::language::LanguageModel;

#[test]
fn no_token_sees_a_later_one() {
    for name in WRITERS {
        let language = Language::open(&golden(name));
        let embed = |ids: &[u32]| match &language {
            Language::Opt(model) => model.embed(ids).unwrap(),
            Language::T5(model) => model.embed(ids).unwrap(),
        };
        let run = |text: &Tensor| match &language {
            Language::Opt(model) => model.forward(text, &mut Cache::default()).unwrap(),
            Language::T5(model) => {
                let memory = model.read(&embed(&[7, 8, 9])).unwrap();
                model.behind(&memory).forward(text, &mut Cache::default()).unwrap()
            }
        };
        let (one, other) = (run(&embed(&[5, 6, 7, 8, 9])), run(&embed(&[5, 6, 7, 8, 20])));
        let same = |start, length| {
            let part = |x: &Tensor| x.narrow(1, start, length).unwrap();
            difference(&part(&one), &part(&other)) == 0.0
        };
        assert!(same(0, 4), "{name}: an earlier token sees the last one");
        assert!(!same(4, 1), "{name}");
    }
}

#[test]
fn a_step_on_a_filled_cache_equals_the_whole() {
    let Language::T5(model) = Language::open(&golden("t5")) else {
        panic!("T5 expected")
    };
    let memory = model.read(&model.embed(&[7, 8, 9]).unwrap()).unwrap();
    let decoder = model.behind(&memory);
    let text = model.embed(&(3..20).collect::<Vec<u32>>()).unwrap();
    let whole = decoder.forward(&text, &mut Cache::default()).unwrap();
    let mut cache = Cache::default();
    let parts: Vec<Tensor> = [(0, 4), (4, 1), (5, 12)]
        .into_iter()
        .map(|(start, length)| {
            decoder
                .forward(&text.narrow(1, start, length).unwrap(), &mut cache)
                .unwrap()
        })
        .collect();
    assert_close(&Tensor::cat(&parts, 1).unwrap(), &whole, TOLERANCE, "stepwise");
}
