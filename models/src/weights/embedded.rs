//! The files of the default pack, linked into the binary so that it works wherever it is copied.

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_bytes!(concat!("../../packs/glance/", $name)))),*]
    };
}

/// Name and contents of every file of `packs/glance` but the manifest.
pub(crate) const GLANCE: &[(&str, &[u8])] = files![
    "calibration.json",
    "config.json",
    "consensus.safetensors",
    "encoder.safetensors",
    "imagenet.json",
    "lexicon.json",
    "matcher.gguf",
    "model.gguf",
    "objects.safetensors",
    "tokenizer.json",
];
