//! Compares Whisper with `transformers` on a tiny model with random weights, made by `training/reference_ears.py`, and
//! tests its file formats.

#![allow(clippy::unwrap_used)]

mod made;

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use candle_core::{DType, Device, Tensor};
use candle_nn::ops::log_softmax;
use eyebright_models::checkpoint::Precision;
use eyebright_models::parts::Weights;
use eyebright_models::parts::generation::Decoding;
use eyebright_models::parts::generation::Sampling;
use eyebright_models::parts::language::Cache;
use eyebright_models::parts::language::LanguageModel;
use eyebright_models::speech::Checkpoint;
use eyebright_models::speech::Decoder;
use eyebright_models::speech::Encoder;
use eyebright_models::speech::LogMel;
use eyebright_models::speech::Outcome;
use eyebright_models::speech::Rules;
use eyebright_models::speech::Transcriber;
use eyebright_models::speech::Writing;
use eyebright_models::speech::Written;
use eyebright_models::speech::write;
use eyebright_models::{Cancel, Error, Pack};
use serde::Deserialize;

const TOLERANCE: f32 = 1e-4;
const MOST: usize = 12;

#[derive(Deserialize)]
struct Cases {
    start: u32,
    end: u32,
    no_timestamps: u32,
    written: Vec<Text>,
    beams: Vec<Text>,
}

#[derive(Deserialize)]
struct Text {
    ids: Vec<u32>,
    ended: bool,
}

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

fn cases() -> Cases {
    serde_json::from_slice(&fs::read(golden().join("ears.json")).unwrap()).unwrap()
}

fn values() -> HashMap<String, Tensor> {
    candle_core::safetensors::load(golden().join("ears_values.safetensors"), &Device::Cpu).unwrap()
}

/// A pack of the tiny checkpoint in the hub's format, with some files replaced.
fn hub_pack(replaced: &[(&str, &[u8])]) -> (tempfile::TempDir, Pack) {
    let read = |name: &str| match replaced.iter().find(|(other, _)| *other == name) {
        Some((_, bytes)) => bytes.to_vec(),
        None => fs::read(golden().join("ears").join(name)).unwrap(),
    };
    let files = ["config.json", "tokenizer.json", "model.safetensors"].map(|name| (name, read(name)));
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (*name, &**bytes)).collect();
    made::pack(&files)
}

fn checkpoint() -> Checkpoint {
    Checkpoint::load(&hub_pack(&[]).1, &Device::Cpu).unwrap()
}

fn rules(cases: &Cases, checkpoint: &Checkpoint) -> Rules {
    Rules {
        end: cases.end,
        no_speech: Some(cases.end + 2),
        timestamps: Some(cases.no_timestamps),
        suppressed: checkpoint.suppressed.clone(),
    }
}

fn numbers(tensor: &Tensor) -> Vec<f32> {
    tensor.flatten_all().unwrap().to_vec1().unwrap()
}

/// Largest difference, relative to the largest value of the reference.
fn difference(ours: &Tensor, theirs: &Tensor) -> f32 {
    assert_eq!(ours.dims(), theirs.dims());
    let (ours, theirs) = (numbers(ours), numbers(theirs));
    let largest = theirs.iter().fold(0.0, |largest: f32, x| largest.max(x.abs()));
    let differences = ours.iter().zip(&theirs).map(|(a, b)| (a - b).abs());
    differences.fold(0.0, f32::max) / largest
}

fn ids(tensor: &Tensor) -> Vec<u32> {
    numbers(tensor).into_iter().map(|id| id as u32).collect()
}

#[test]
fn spectrograms_equal_the_reference() {
    let values = values();
    let noise = |place: u64| {
        let loud = ((place * place * 31 + place * 17) % 2001) as f32 / 1000.0 - 1.0;
        loud * if place < 3000 { 1.0 } else { 1e-4 }
    };
    let noise: Vec<f32> = (0..20_000).map(noise).collect();
    for (mels, samples) in [(80, 7321), (80, 20_000), (128, 7321)] {
        let ours = LogMel::new(mels).unwrap().spectrogram(&noise[..samples], 100).unwrap();
        assert_eq!(ours.dims(), [1, mels, 100]);
        let seventh = Tensor::arange_step(0u32, 100, 7, &Device::Cpu).unwrap();
        let ours = ours.index_select(&seventh, 2).unwrap();
        let far = difference(&ours, &values[&format!("mel.{mels}.{samples}")]);
        assert!(far < TOLERANCE, "{mels} bands, {samples} samples: {far}");
    }
}

/// The last layer's outputs for ids that are fed in parts, with a cache.
fn read(model: &Writing, parts: &[&[u32]]) -> Tensor {
    let mut cache = Cache::default();
    let mut read = |ids: &&[u32]| model.forward(&model.embed(ids).unwrap(), &mut cache).unwrap();
    Tensor::cat(&parts.iter().map(&mut read).collect::<Vec<_>>(), 1).unwrap()
}

#[test]
fn encoder_and_decoder_equal_the_reference_at_once_and_from_the_cache() {
    let (values, checkpoint) = (values(), checkpoint());
    let encoder = Encoder::load(&checkpoint.config, &checkpoint.weights).unwrap();
    let decoder = Decoder::load(&checkpoint.config, &checkpoint.weights).unwrap();
    for sound in 0..cases().written.len() {
        let value = |name: &str| &values[&format!("{sound}.{name}")];
        let heard = encoder.forward(value("spectrogram")).unwrap();
        assert!(difference(&heard, value("heard")) < TOLERANCE, "sound {sound}");

        let (ids, heard) = (ids(value("ids")), decoder.listen(&heard).unwrap());
        let model = decoder.before(&heard, []).unwrap();
        let far = difference(&model.logits(&read(&model, &[&ids])).unwrap(), value("logits"));
        assert!(far < TOLERANCE, "sound {sound}: {far}");

        let stepwise = read(&model, &[&ids[..2], &ids[2..3], &ids[3..7], &ids[7..]]);
        let stepwise = model.logits(&stepwise).unwrap();
        assert!(
            difference(&stepwise, value("logits")) < TOLERANCE,
            "sound {sound}, stepwise"
        );
    }
}

/// Transcribes a sound from one or more encodings of it, given by the numbers of their spectrograms. Returns the result
/// and the ids that were streamed last.
fn written(ways: &[usize], decoding: &Decoding) -> (Written, Vec<u32>) {
    let (cases, values, checkpoint) = (cases(), values(), checkpoint());
    let decoder = Decoder::load(&checkpoint.config, &checkpoint.weights).unwrap();
    let heard: Vec<&Tensor> = ways.iter().map(|sound| &values[&format!("{sound}.heard")]).collect();
    let sound = decoder.listen(&Tensor::cat(&heard, 0).unwrap()).unwrap();
    let (rules, prompt) = (rules(&cases, &checkpoint), [cases.start, cases.no_timestamps]);
    let (cancel, mut told) = (Cancel::default(), Vec::new());
    let mut stream = |ids: &[u32]| told = ids.to_vec();
    let written = write(&decoder, &sound, (&prompt, &rules), decoding, &cancel, &mut stream).unwrap();
    (written, told)
}

fn with_beams(beams: usize) -> Decoding {
    Decoding {
        beams,
        early_stopping: true,
        max_tokens: MOST,
        ..Decoding::default()
    }
}

#[test]
fn greedy_and_beam_ids_equal_the_reference() {
    let cases = cases();
    for (sound, (greedy, beams)) in cases.written.iter().zip(&cases.beams).enumerate() {
        for (expected, count) in [(greedy, 1), (beams, 5)] {
            let (written, told) = written(&[sound], &with_beams(count));
            assert_eq!(
                (&written.ids, written.ended),
                (&expected.ids, expected.ended),
                "sound {sound}, {count} beams"
            );
            assert_eq!(told, expected.ids);
            assert!(written.no_speech > 0.0 && written.no_speech < 1.0 && written.average_log_probability < 0.0);
        }
    }
    for texts in [&cases.written, &cases.beams] {
        assert!(texts.iter().any(|text| text.ended) && texts.iter().any(|text| !text.ended));
    }
    let differ = |(one, other): (&Text, &Text)| one.ids != other.ids;
    assert!(cases.written.iter().zip(&cases.beams).any(differ));
}

#[test]
fn several_ways_of_hearing_are_one_text() {
    let (values, checkpoint) = (values(), checkpoint());
    let decoder = Decoder::load(&checkpoint.config, &checkpoint.weights).unwrap();
    let heard = |sound: usize| &values[&format!("{sound}.heard")];
    let ids = ids(&values["0.ids"]);
    let scores = |heard: &Tensor, parts: &[&[u32]]| {
        let sound = decoder.listen(heard).unwrap();
        let model = decoder.before(&sound, [7]).unwrap();
        model.logits(&read(&model, parts)).unwrap()
    };
    let [one, other] = [0, 1].map(|sound| log_softmax(&scores(heard(sound), &[&ids]), 2).unwrap());
    let mean = ((one.clone() + &other).unwrap() / 2.0).unwrap();
    let both = Tensor::cat(&[heard(0), heard(1)], 0).unwrap();
    let kept: Vec<u32> = (0..checkpoint.config.vocab_size as u32).filter(|id| *id != 7).collect();
    let kept = Tensor::new(kept, &Device::Cpu).unwrap();
    let kept = |x: &Tensor| x.index_select(&kept, 2).unwrap();
    for parts in [vec![&ids[..]], vec![&ids[..3], &ids[3..4], &ids[4..]]] {
        let together = scores(&both, &parts);
        assert!(difference(&kept(&together), &kept(&mean)) < TOLERANCE);
    }
    assert!(difference(&kept(&one), &kept(&mean)) > 10.0 * TOLERANCE);

    // The same encoding twice gives the same result as once, also with beams.
    let (single, _) = written(&[2], &with_beams(5));
    let (double, _) = written(&[2, 2], &with_beams(5));
    assert_eq!(single.ids, double.ids);
    assert!((single.average_log_probability - double.average_log_probability).abs() < TOLERANCE);
    assert_ne!(written(&[1, 2], &with_beams(5)).0.ids, single.ids);
}

#[test]
fn drawing_repeats_itself_and_keeps_to_the_rules() {
    let (cases, checkpoint) = (cases(), checkpoint());
    let rules = rules(&cases, &checkpoint);
    let draw = |temperature| {
        let sampling = Sampling {
            temperature,
            top_k: 0,
            top_p: 1.0,
            seed: 0,
        };
        let decoding = Decoding {
            max_tokens: 38,
            sampling: Some(sampling),
            ..Decoding::default()
        };
        written(&[0], &decoding).0.ids
    };
    assert_eq!(draw(1.0), draw(1.0));
    let wild = draw(50.0);
    assert_ne!(wild, draw(1e-3));
    assert!(!wild.is_empty() && !rules.suppressed.first.contains(&wild[0]));
    assert!(
        wild.iter()
            .all(|id| !rules.suppressed.always.contains(id) && *id < cases.no_timestamps)
    );
}

#[test]
fn no_token_sees_a_later_one() {
    let (values, checkpoint) = (values(), checkpoint());
    let decoder = Decoder::load(&checkpoint.config, &checkpoint.weights).unwrap();
    let sound = decoder.listen(&values["0.heard"]).unwrap();
    let model = decoder.before(&sound, []).unwrap();
    let hidden = |ids: &[u32]| read(&model, &[ids]);
    let (before, after) = (hidden(&[1, 2, 3, 4, 5]), hidden(&[1, 2, 3, 4, 6]));
    let part = |x: &Tensor, from, count| numbers(&x.narrow(1, from, count).unwrap());
    assert_eq!(part(&before, 0, 4), part(&after, 0, 4));
    assert_ne!(part(&before, 4, 1), part(&after, 4, 1));
}

/// The golden values detect a skipped part: setting its output weights to zero changes the results by far more than the
/// tolerance.
#[test]
fn a_skipped_layer_is_noticed() {
    let (values, whole) = (values(), checkpoint());
    let tensors = candle_core::safetensors::load(golden().join("ears/model.safetensors"), &Device::Cpu).unwrap();
    let ends = ["out_proj.weight", "fc2.weight", "embed_positions.weight"];
    let mut seen = 0;
    for name in tensors.keys().filter(|name| ends.iter().any(|end| name.ends_with(end))) {
        let mut damaged = tensors.clone();
        damaged.insert(name.clone(), damaged[name].zeros_like().unwrap());
        let weights = Weights::of_tensors(damaged, Precision::Stored, &Device::Cpu);
        let far = if name.starts_with("model.encoder") {
            let encoder = Encoder::load(&whole.config, &weights).unwrap();
            difference(&encoder.forward(&values["0.spectrogram"]).unwrap(), &values["0.heard"])
        } else {
            let decoder = Decoder::load(&whole.config, &weights).unwrap();
            let sound = decoder.listen(&values["0.heard"]).unwrap();
            let model = decoder.before(&sound, []).unwrap();
            let hidden = read(&model, &[&ids(&values["0.ids"])]);
            difference(&model.logits(&hidden).unwrap(), &values["0.logits"])
        };
        assert!(far > 10.0 * TOLERANCE, "{name} does not show: {far}");
        seen += 1;
    }
    assert_eq!(seen, (2 * 2 + 1) + (3 * 3 + 1), "every layer's parts, and positions");
}

#[test]
fn cancelling_stops_at_the_next_token() {
    let (cases, values, checkpoint) = (cases(), values(), checkpoint());
    let decoder = Decoder::load(&checkpoint.config, &checkpoint.weights).unwrap();
    let sound = decoder.listen(&values["0.heard"]).unwrap();
    let (cancel, mut told) = (Cancel::default(), 0);
    let mut stream = |_: &[u32]| {
        told += 1;
        cancel.cancel();
    };
    let prompt = [cases.start, cases.no_timestamps];
    let rules = rules(&cases, &checkpoint);
    let result = write(
        &decoder,
        &sound,
        (&prompt, &rules),
        &with_beams(1),
        &cancel,
        &mut stream,
    );
    assert!(matches!(result, Err(Error::Cancelled)) && told == 1);

    let transcriber = Transcriber::open(&hub_pack(&[]).1, &Device::Cpu).unwrap();
    let result = transcriber.transcribe(&vec![0.1; 8000], &cancel, &mut |_| {});
    assert!(matches!(result, Err(Error::Cancelled)));
}

#[test]
fn a_text_too_long_or_a_sound_too_long_is_told() {
    let (values, checkpoint) = (values(), checkpoint());
    let encoder = Encoder::load(&checkpoint.config, &checkpoint.weights).unwrap();
    let decoder = Decoder::load(&checkpoint.config, &checkpoint.weights).unwrap();
    let long = Tensor::zeros((1, 80, 62), DType::F32, &Device::Cpu).unwrap();
    assert!(encoder.forward(&long).unwrap_err().to_string().contains("62 frames"));
    let sound = decoder.listen(&values["0.heard"]).unwrap();
    let model = decoder.before(&sound, []).unwrap();
    let error = model.forward(&model.embed(&[1; 41]).unwrap(), &mut Cache::default());
    let error = error.unwrap_err();
    assert!(error.to_string().contains("41 tokens"), "{error}");
}

#[test]
fn a_recording_of_no_numbers_is_refused() {
    let transcriber = Transcriber::open(&hub_pack(&[]).1, &Device::Cpu).unwrap();
    let error = transcriber.transcribe(&[0.0, f32::NAN], &Cancel::default(), &mut |_| {});
    assert_eq!(error.unwrap_err().code(), "sound_damaged");
    let nothing = transcriber.transcribe(&[], &Cancel::default(), &mut |_| {}).unwrap();
    assert_eq!((nothing.outcome, &*nothing.text), (Outcome::Silence, ""));
}

#[test]
fn files_that_do_not_fit_are_named() {
    let message = |replaced: &[(&str, &[u8])]| {
        let error = Transcriber::open(&hub_pack(replaced).1, &Device::Cpu).err().unwrap();
        assert_eq!(error.code(), "pack_file_unusable", "{error}");
        error.to_string()
    };
    let config = fs::read_to_string(golden().join("ears/config.json")).unwrap();
    let wider = config.replace("\"d_model\": 32", "\"d_model\": 36");
    let misfit = message(&[("config.json", wider.as_bytes())]);
    assert!(misfit.contains("model.decoder.embed_positions.weight"), "{misfit}");
    let heads = config.replace("\"encoder_attention_heads\": 4", "\"encoder_attention_heads\": 5");
    assert!(message(&[("config.json", heads.as_bytes())]).contains("5 heads"));
    assert!(message(&[("config.json", b"{}")]).contains("config.json"));
    assert!(message(&[("model.safetensors", b"nonsense")]).contains("model.safetensors"));
    assert!(message(&[("tokenizer.json", b"{}")]).contains("tokenizer.json"));
    let tokenizer = fs::read_to_string(golden().join("ears/tokenizer.json")).unwrap();
    let unmarked = tokenizer.replace("<|notimestamps|>", "<|other|>");
    assert!(message(&[("tokenizer.json", unmarked.as_bytes())]).contains("lacks <|notimestamps|>"));
}
