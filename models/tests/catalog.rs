//! Tests that the catalogue lists each file of the built-in pack with its licence and source.

#![cfg(feature = "glance")]
#![allow(clippy::unwrap_used)]

use eyebright_models::Pack;
use serde::Deserialize;

#[derive(Deserialize)]
struct Catalog {
    pack: Vec<Listed>,
    published: Vec<Published>,
}

#[derive(Deserialize)]
struct Published {
    name: String,
    licence: String,
    repository: String,
    revision: String,
    files: Vec<String>,
}

#[derive(Deserialize)]
struct Listed {
    name: String,
    file: Vec<File>,
}

#[derive(Deserialize)]
struct File {
    name: String,
    bytes: u64,
    sha256: String,
    licence: String,
    source: String,
}

#[test]
fn every_file_of_glance_has_its_licence_and_source() {
    let catalog: Catalog = toml::from_str(include_str!("../catalog.toml")).unwrap();
    let listed = catalog.pack.iter().find(|pack| pack.name == "glance").unwrap();
    let pack = Pack::glance().unwrap();
    let files = &pack.manifest().files;
    assert_eq!(listed.file.len(), files.len());
    for (listed, file) in listed.file.iter().zip(files) {
        assert_eq!(
            (&listed.name, listed.bytes, &listed.sha256),
            (&file.name, file.bytes, &file.sha256)
        );
        assert!(
            !listed.licence.is_empty() && !listed.source.is_empty(),
            "{}",
            listed.name
        );
    }
}

#[test]
fn every_published_model_is_pinned_and_safe_to_load() {
    let catalog: Catalog = toml::from_str(include_str!("../catalog.toml")).unwrap();
    assert!(!catalog.published.is_empty());
    for model in &catalog.published {
        let Published { name, revision, .. } = model;
        assert!(!model.licence.is_empty() && model.repository.contains('/'), "{name}");
        assert!(
            revision.len() >= 7 && revision.chars().all(|c| c.is_ascii_hexdigit()),
            "{name}"
        );
        assert!(model.files.iter().any(|file| file.ends_with(".safetensors")), "{name}");
        let is_safe = |file: &String| [".safetensors", ".json"].iter().any(|end| file.ends_with(end));
        assert!(model.files.iter().all(is_safe), "{name}");
    }
}
