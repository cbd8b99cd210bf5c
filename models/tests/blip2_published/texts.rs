//! Compares captions, prompts and conversations with the reference.

use crate::checkpoints::{Case, Golden, WRITERS, cases, changed, open, picture, pixels, stored, written};
use eyebright_models::Exchange;
use eyebright_models::Family;
use eyebright_models::Task;
use eyebright_models::checkpoint::Precision;
use eyebright_models::parts::Image;
use eyebright_models::parts::blip2::Blip2;
use eyebright_models::parts::generation::Decoding;
use eyebright_models::{Cancel, Error};

#[test]
fn ids_and_text_equal_the_reference() {
    for name in WRITERS {
        let model = stored(name);
        let golden: Golden<Case> = cases(name);
        for (index, case) in golden.cases.iter().enumerate() {
            let image = model.encode(&pixels(index)).unwrap();
            for (number, settings) in golden.decodings.iter().enumerate() {
                let decoding = settings.decoding(golden.new_tokens);
                let ours = model
                    .caption(&image, Some(&case.prompt), &decoding, &Cancel::default(), &mut |_| {})
                    .unwrap();
                assert_eq!(ours.len(), settings.num_beams);
                let what = format!("{name}, {}, decoding {number}", case.picture);
                assert_eq!(ours[0].sequence.ids, case.written[number], "{what}");
                assert_eq!(ours[0].text, case.text[number], "{what}");
            }
        }
    }
}

/// Configurations from before 2024 name no placeholder token for the picture; the results are the same.
#[test]
fn older_configurations_write_the_same() {
    let older = |config: &mut serde_json::Value| {
        config.as_object_mut().unwrap().remove("image_token_index").unwrap();
    };
    for name in ["opt", "instruct"] {
        let folder = changed(name, |_| {}, older);
        let image = |model: &Blip2| model.look(&picture("dogs")).unwrap();
        let (new, old) = (stored(name), open(folder.path(), Precision::Stored).unwrap());
        let prompt = "a photo of";
        assert_eq!(
            written(&new, &image(&new), prompt),
            written(&old, &image(&old), prompt),
            "{name}"
        );
    }
}

#[test]
fn placeholders_in_a_prompt_stand_for_the_queries() {
    let model = stored("instruct");
    let image = model.look(&picture("dogs")).unwrap();
    // InstructBLIP's queries read the text too, so it must be the same for them.
    let plain = model.features(&image, "a photo of").unwrap();
    let image = Image {
        queries: Some(plain),
        ..image
    };
    let marked = "<image>".repeat(4) + "a photo of";
    assert_eq!(written(&model, &image, "a photo of"), written(&model, &image, &marked));
    let few = "<image>".repeat(3) + "a photo of";
    let result = model.caption(
        &image,
        Some(&few),
        &Decoding::default(),
        &Cancel::default(),
        &mut |_| {},
    );
    assert!(matches!(result, Err(Error::Tokenizer(_))));
}

#[test]
fn questions_go_on_from_those_before() {
    for (name, last) in [("opt", "Answer:"), ("t5", "Short answer:")] {
        let model = stored(name);
        let image = model.look(&picture("dogs")).unwrap();
        let decoding = Decoding {
            max_tokens: 6,
            ..Decoding::default()
        };
        let before = [Exchange {
            question: "what is it?".into(),
            answer: "a dog".into(),
        }];
        let asked = |before: &[Exchange]| {
            let texts = model.converse(&image, before, "where?", &decoding, &Cancel::default(), &mut |_| {});
            texts.unwrap().swap_remove(0).sequence.ids
        };
        let whole = format!("Question: what is it? Answer: a dog. Question: where? {last}");
        assert_eq!(asked(&before), written(&model, &image, &whole));
        assert_eq!(asked(&[]), written(&model, &image, &format!("Question: where? {last}")));
        assert_ne!(asked(&before), asked(&[]));
        assert!(model.can(Task::Answer) && model.can(Task::Caption) && !model.can(Task::Match));
    }
}

#[test]
fn cancelling_stops_at_the_next_token() {
    for name in WRITERS {
        let model = stored(name);
        let image = model.look(&picture("dogs")).unwrap();
        let cancel = Cancel::default();
        let mut told = 0;
        let mut stream = |_: &str| {
            told += 1;
            cancel.cancel();
        };
        let decoding = Decoding {
            min_tokens: 15,
            ..Decoding::default()
        };
        let result = model.caption(&image, None, &decoding, &cancel, &mut stream);
        assert!(matches!(result, Err(Error::Cancelled)), "{name}");
        assert!(told <= 1, "{name} told {told} pieces");
    }
}
