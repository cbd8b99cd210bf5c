//! Compares captions, answers and matching scores with the reference.

use crate::checkpoints::{Config, PICTURES, TOLERANCE, blip, cases, difference, folder, look, part, values};
use eyebright_models::Cancel;
use eyebright_models::Family;
use eyebright_models::Task;
use eyebright_models::checkpoint::Precision;
use eyebright_models::parts::Weights;
use eyebright_models::parts::blip::TextModel;
use eyebright_models::parts::generation::Decoding;

#[test]
fn captions_equal_the_reference_id_by_id() {
    let (cases, blip) = (cases("caption"), blip(&folder("caption"), Precision::Stored));
    let mut ended = 0;
    for picture in 0..PICTURES {
        let image = look(&folder("caption"), picture);
        for (number, prompt) in cases.prompts.iter().enumerate() {
            for (settings, expected) in cases.decodings.iter().zip(&cases.written[picture][number]) {
                let decoding = settings.decoding();
                let written = blip.caption(&image, Some(prompt), &decoding, &Cancel::default(), &mut |_| {});
                let written = written.unwrap();
                assert_eq!(
                    written[0].sequence.ids, *expected,
                    "picture {picture}, {prompt:?}, {decoding:?}"
                );
                ended += usize::from(expected.len() < decoding.max_tokens);
            }
        }
    }
    let all = PICTURES * cases.prompts.len() * cases.decodings.len();
    assert!(ended > all / 10 && ended < all, "{ended} of {all} ended by themselves");
}

#[test]
fn answers_equal_the_reference_id_by_id() {
    let (cases, golden) = (cases("vqa"), values("vqa"));
    let blip = blip(&folder("vqa"), Precision::Stored);
    let build = |config: &Config, weights: &Weights| {
        let source = config.vision_config.hidden_size;
        TextModel::load(&config.text_config, source, &weights.pp("text_encoder"))
    };
    let (_, encoder) = part(&folder("vqa"), Precision::Stored, build);
    // [CLS] is cat sleep ##ing ? [SEP]
    let tokenizer = tokenizers::Tokenizer::from_file(folder("vqa").join("tokenizer.json")).unwrap();
    let last = cases.questions.last().unwrap().as_str();
    let ids = tokenizer.encode(last, true).unwrap().get_ids().to_vec();
    for picture in 0..PICTURES {
        let image = look(&folder("vqa"), picture);
        let seen = encoder.remember(&image.tokens).unwrap();
        let question = encoder.encode(&ids, Some(&seen)).unwrap();
        assert!(difference(&question, &golden[&format!("{picture}.question")]) <= TOLERANCE);
        for (question, expected) in cases.questions.iter().zip(&cases.written[picture]) {
            for (settings, expected) in cases.decodings.iter().zip(expected) {
                let decoding = settings.decoding();
                let written = blip.answer(&image, question, &decoding, &Cancel::default(), &mut |_| {});
                let written = written.unwrap();
                assert_eq!(
                    written[0].sequence.ids, *expected,
                    "picture {picture}, {question:?}, {decoding:?}"
                );
            }
        }
    }
}

#[test]
fn matching_equals_the_reference() {
    let (cases, blip) = (cases("itm"), blip(&folder("itm"), Precision::Stored));
    for picture in 0..PICTURES {
        let image = look(&folder("itm"), picture);
        for (number, text) in cases.texts.iter().enumerate() {
            let found = blip.score(&image, text).unwrap();
            let (itm, itc) = (cases.itm[picture][number], cases.itc[picture][number]);
            assert!((found.itm - itm).abs() < TOLERANCE, "{} is not {itm}", found.itm);
            assert!((found.itc - itc).abs() < TOLERANCE, "{} is not {itc}", found.itc);
        }
    }
}

#[test]
fn words_and_stream_agree_with_the_text() {
    let blip = blip(&folder("caption"), Precision::Stored);
    let image = look(&folder("caption"), 0);
    for beams in [1, 3] {
        let decoding = Decoding {
            beams,
            ..blip.caption_decoding()
        };
        let mut told = String::new();
        let mut tell = |text: &str| told.push_str(text);
        let written = blip
            .caption(&image, None, &decoding, &Cancel::default(), &mut tell)
            .unwrap();
        let best = &written[0];
        assert_eq!(told, best.text);
        let words: Vec<&str> = best.words.iter().map(|(word, _)| word.as_str()).collect();
        assert_eq!(words, best.text.split_whitespace().collect::<Vec<_>>());
        let count = best.sequence.ids.len();
        let pieces: f32 = best.sequence.log_probabilities[..count].iter().sum();
        let sum: f32 = best.words.iter().map(|word| word.1).sum();
        assert!((sum - pieces).abs() < 1e-3, "{sum} is not {pieces}");
    }
}

#[test]
fn cancelling_stops_and_other_tasks_are_declined() {
    let blip = blip(&folder("caption"), Precision::Stored);
    let image = look(&folder("caption"), 0);
    let cancel = Cancel::default();
    let decoding = Decoding {
        min_tokens: 5,
        ..Decoding::default()
    };
    let mut told = 0;
    let mut stream = |_: &str| {
        told += 1;
        cancel.cancel();
    };
    assert_eq!(
        blip.caption(&image, None, &decoding, &cancel, &mut stream)
            .unwrap_err()
            .code(),
        "cancelled"
    );
    assert_eq!(told, 1);
    assert!(blip.can(Task::Caption) && !blip.can(Task::Answer) && !blip.can(Task::Match));
    let answer = blip.answer(&image, "how many?", &decoding, &Cancel::default(), &mut |_| {});
    assert_eq!(answer.unwrap_err().code(), "cannot_answer");
}
