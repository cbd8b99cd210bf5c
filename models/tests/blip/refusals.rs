//! Tests the errors for damaged or unsuitable checkpoints.

use std::fs;

use crate::checkpoints::changed;
use candle_core::{Device, Tensor};
use eyebright_models::CheckpointError;
use eyebright_models::checkpoint::Checkpoint;
use eyebright_models::checkpoint::Precision;

#[test]
fn a_model_of_another_kind_or_size_is_refused() {
    let copy = changed("caption", "text_decoder.cls.predictions.bias", Tensor::clone);
    let config = fs::read_to_string(copy.path().join("config.json")).unwrap();
    let error = |config: &str| {
        fs::write(copy.path().join("config.json"), config).unwrap();
        let checkpoint = Checkpoint::open(copy.path()).unwrap();
        let opened = eyebright_models::registry::open(&checkpoint, Precision::Stored, &Device::Cpu);
        opened.err().unwrap()
    };
    assert_eq!(error(&config.replace("\"blip\"", "\"clap\"")).code(), "model_unknown");
    assert_eq!(error(&config.replace("BlipFor", "ClapFor")).code(), "model_unknown");
    let wide = error(&config.replace("\"intermediate_size\": 64", "\"intermediate_size\": 65"));
    assert!(
        wide.to_string().contains("should be [65, 32] and is [64, 32]"),
        "{wide}"
    );
    let deep = error(&config.replace("\"num_hidden_layers\": 3", "\"num_hidden_layers\": 2"));
    assert!(deep.to_string().contains("not known"), "{deep}");
    let heads = error(&config.replace("\"num_attention_heads\": 4", "\"num_attention_heads\": 5"));
    assert_eq!(heads.code(), "pack_file_unusable");
    let patches = error(&config.replace("\"patch_size\": 8", "\"patch_size\": 0"));
    assert_eq!(patches.code(), "pack_file_unusable");
    let missing = error(&config.replace("BlipForConditionalGeneration", "BlipForQuestionAnswering"));
    let eyebright_models::Error::Checkpoint(CheckpointError::Tensors { misfit, .. }) = missing else {
        panic!("{missing}")
    };
    assert!(misfit.missing.iter().all(|name| name.starts_with("text_encoder")) && !misfit.missing.is_empty());
}
