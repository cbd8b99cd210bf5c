//! The allowed dependencies between rings and between packages, and the check for others. Rings are the folders of the
//! engine.

use std::path::Path;

use crate::arrows::Arrows;
use crate::workspace::{self, Error, Package};

/// The package whose folders are checked as rings.
pub const RINGED: &str = "eyebright-models";

/// Each folder in the engine's `src`, and the folders it may use. `lib.rs` is the face: it may use all, and none may
/// use it.
const RINGS: &[(&str, &str)] = &[
    ("base", ""),
    ("picture", "base"),
    ("weights", "base"),
    ("nn", "base picture weights"),
    ("sight", "base picture weights nn"),
    ("speech", "base weights nn"),
    ("evidence", "base picture weights sight"),
    ("say", "base picture sight evidence"),
    ("families", "base picture weights nn sight speech evidence say"),
    (
        "describer",
        "base picture weights nn sight speech evidence say families",
    ),
];

/// Each package, and the workspace packages it may depend on, without the prefix `eyebright-`. Some do not exist yet.
const PACKAGES: &[(&str, &str)] = &[
    ("kernels", ""),
    ("models", "kernels"),
    ("domain", "models"),
    ("session", "models domain"),
    ("platform", "models domain"),
    ("store", "models domain"),
    ("net", "domain"),
    ("assistant", "models domain store net"),
    ("cli", "models domain store platform assistant net"),
    (
        "eyebright",
        "kernels models domain session platform store net assistant cli",
    ),
    // Runs the binary only.
    ("tests", ""),
    ("structure", ""),
];

/// Finds dependencies between workspace packages that the table does not allow.
pub fn packages(packages: &[Package]) -> Vec<String> {
    let mut findings = Vec::new();
    for package in packages {
        let name = short(&package.name);
        if allowed(PACKAGES, name).is_none() {
            findings.push(format!("package: {name} is not in the table of rings.rs"));
        }
        for used in packages.iter().filter(|used| package.uses.contains(&used.name)) {
            if let Some(refusal) = refusal(PACKAGES, name, short(&used.name)) {
                findings.push(format!("package: {name} depends on {}; {refusal}", short(&used.name)));
            }
        }
    }
    findings
}

fn short(package: &str) -> &str {
    package.strip_prefix("eyebright-").unwrap_or(package)
}

/// Finds arrows between the folders of a package that the table does not allow, and files and folders missing from it.
/// Finds nothing in a package without a folder `base`, which has no rings.
pub fn folders(root: &Path, package: &Package, arrows: &Arrows) -> Result<Vec<String>, Error> {
    let sources = package.sources();
    let mut findings = Vec::new();
    let there = workspace::folders(root, &sources)?;
    if !there.contains(&format!("{sources}/base")) {
        return Ok(findings);
    }
    for (ring, _) in RINGS {
        if !there.contains(&format!("{sources}/{ring}")) {
            findings.push(format!(
                "ring: {sources}/{ring} is in the table of rings.rs and not on the disk"
            ));
        }
    }
    for file in workspace::rust_files(root, &sources)? {
        if file != format!("{sources}/lib.rs")
            && ring(&sources, &file).is_none_or(|ring| allowed(RINGS, ring).is_none())
        {
            findings.push(format!("ring: {file} lies outside the rings"));
        }
    }
    for (from, to, names) in arrows.iter() {
        if let (Some(user), target) = (ring(&sources, from), ring(&sources, to).unwrap_or("lib.rs"))
            && user != target
            && let Some(refusal) = refusal(RINGS, user, target)
        {
            findings.push(format!("ring: {from} -> {to} (names {names}); {refusal}"));
        }
    }
    Ok(findings)
}

/// The top-level folder in `sources` that contains a file.
fn ring<'a>(sources: &str, file: &'a str) -> Option<&'a str> {
    file[sources.len() + 1..].split_once('/').map(|(ring, _)| ring)
}

fn allowed<'a>(table: &[(&str, &'a str)], name: &str) -> Option<&'a str> {
    table
        .iter()
        .find(|(listed, _)| *listed == name)
        .map(|(_, allowed)| *allowed)
}

/// If `name` may not use `other`: a message with what it may use. None if it may, or if `name` is not in the table.
fn refusal(table: &[(&str, &str)], name: &str, other: &str) -> Option<String> {
    let allowed = allowed(table, name)?;
    if allowed.split(' ').any(|listed| listed == other) {
        return None;
    }
    Some(format!(
        "{name} may use {}",
        if allowed.is_empty() { "none" } else { allowed }
    ))
}
