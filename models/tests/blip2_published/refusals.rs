//! Tests the errors for tasks that a model cannot do and for damaged checkpoints.

use std::fs;

use crate::checkpoints::{WRITERS, changed, open, picture, stored};
use candle_core::{DType, Tensor};
use eyebright_models::Task;
use eyebright_models::checkpoint::Precision;
use eyebright_models::parts::generation::Decoding;
use eyebright_models::{Cancel, Device, Error};
use tempfile::TempDir;

#[test]
fn what_a_model_was_not_made_for_is_told() {
    let matching = stored("itm");
    let image = matching.look(&picture("dogs")).unwrap();
    let result = matching.caption(&image, None, &Decoding::default(), &Cancel::default(), &mut |_| {});
    assert!(matches!(
        result,
        Err(Error::Unable {
            task: Task::Caption,
            ..
        })
    ));
    let writer = stored("opt");
    let image = writer.look(&picture("dogs")).unwrap();
    assert!(matches!(
        writer.score(&image, "a dog"),
        Err(Error::Unable { task: Task::Match, .. })
    ));
}

#[test]
fn damaged_checkpoints_are_told() {
    let message = |folder: &TempDir| open(folder.path(), Precision::Stored).err().unwrap().to_string();
    let name = "qformer.encoder.layer.0.output_query.dense.weight";
    for model in WRITERS {
        let missing = changed(model, |tensors| drop(tensors.remove(name)), |_| {});
        assert!(message(&missing).contains(name), "{}", message(&missing));
    }
    let misshapen = changed(
        "t5",
        |tensors| {
            let zeros = Tensor::zeros((3, 3), DType::F32, &Device::Cpu).unwrap();
            tensors.insert(
                "language_model.decoder.block.1.layer.2.DenseReluDense.wo.weight".into(),
                zeros,
            );
        },
        |_| {},
    );
    let told = message(&misshapen);
    assert!(
        told.contains("layer.2.DenseReluDense.wo.weight should be [32, 36] and is [3, 3]"),
        "{told}"
    );
    let other = changed(
        "opt",
        |_| {},
        |config| config["text_config"]["model_type"] = "llama".into(),
    );
    assert!(message(&other).contains("llama"), "{}", message(&other));
    let swapped = changed("t5", |_| {}, |config| config["text_config"]["vocab_size"] = 40.into());
    assert!(message(&swapped).contains("40"), "{}", message(&swapped));
    let cut = changed("itm", |_| {}, |_| {});
    let path = cut.path().join("model.safetensors");
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    assert!(message(&cut).contains("model.safetensors"), "{}", message(&cut));
}
