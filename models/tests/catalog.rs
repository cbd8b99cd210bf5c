//! The catalogue knows each file of the built-in pack, its licence and its source.

#![cfg(feature = "glance")]
#![allow(clippy::unwrap_used)]

use eyebright_models::Pack;
use serde::Deserialize;

#[derive(Deserialize)]
struct Catalog {
    pack: Vec<Listed>,
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
