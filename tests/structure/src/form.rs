//! Checks single files: the length of files and functions, and the naming of module files.

use std::path::Path;

use syn::visit::{self, Visit};
use syn::{Block, ImplItemFn, ItemFn, Signature, TraitItemFn};

use crate::workspace::{self, Error};

const FILE: usize = 400;
/// Most lines of a function, from its signature to its closing brace.
const FUNCTION: usize = 60;

/// Exceptions that may be longer, each with the reason: a file as `path`, a function as `path name`.
pub const LONGER: &[(&str, &str)] = &[];

/// Finds files and functions that are too long, except those listed in `longer`.
pub fn lengths(root: &Path, files: &[String], longer: &[(&str, &str)]) -> Result<Vec<String>, Error> {
    let mut findings = Vec::new();
    for file in files {
        findings.extend(
            too_long(root, file)?
                .into_iter()
                .filter(|found| longer.iter().all(|(key, _)| *key != found.key)),
        );
    }
    Ok(findings.into_iter().map(|found| found.told).collect())
}

/// Finds exceptions that are not needed, because the file or function is not too long.
pub fn unneeded(root: &Path, longer: &[(&str, &str)]) -> Result<Vec<String>, Error> {
    let mut findings = Vec::new();
    for (key, _) in longer {
        let file = key.split(' ').next().unwrap_or(key);
        if !root.join(file).exists() || too_long(root, file)?.iter().all(|found| found.key != *key) {
            findings.push(format!("long: {key} is in the list of form.rs and not too long"));
        }
    }
    Ok(findings)
}

struct TooLong {
    /// The file or function, written as in [`LONGER`].
    key: String,
    told: String,
}

fn too_long(root: &Path, file: &str) -> Result<Vec<TooLong>, Error> {
    let path = root.join(file);
    let lines = workspace::text(&path)?.lines().count();
    let mut functions = Functions {
        file,
        found: Vec::new(),
    };
    if lines > FILE {
        functions.found.push(TooLong {
            key: file.to_owned(),
            told: format!("long: {file} has {lines} lines, more than {FILE}"),
        });
    }
    functions.visit_file(&workspace::rust(&path)?);
    Ok(functions.found)
}

struct Functions<'a> {
    file: &'a str,
    found: Vec<TooLong>,
}

impl Functions<'_> {
    fn measure(&mut self, signature: &Signature, body: &Block) {
        let (file, name) = (self.file, &signature.ident);
        let first = signature.fn_token.span.start().line;
        let lines = body.brace_token.span.close().end().line + 1 - first;
        if lines > FUNCTION {
            let told = format!("long: {file}:{first} fn {name} has {lines} lines, more than {FUNCTION}");
            self.found.push(TooLong {
                key: format!("{file} {name}"),
                told,
            });
        }
    }
}

impl<'a> Visit<'a> for Functions<'_> {
    fn visit_item_fn(&mut self, function: &'a ItemFn) {
        self.measure(&function.sig, &function.block);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'a ImplItemFn) {
        self.measure(&function.sig, &function.block);
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_trait_item_fn(&mut self, function: &'a TraitItemFn) {
        if let Some(body) = &function.default {
            self.measure(&function.sig, body);
        }
        visit::visit_trait_item_fn(self, function);
    }
}

/// Finds modules whose file lies beside their folder (`a.rs`) instead of in it (`a/mod.rs`).
pub fn module_files(files: &[String]) -> Vec<String> {
    let folder = |file: &str| file.trim_end_matches(".rs").to_owned() + "/";
    let beside = files
        .iter()
        .filter(|file| files.iter().any(|other| other.starts_with(&folder(file))));
    beside
        .map(|file| {
            format!(
                "module: {file} lies beside its folder; it is {}mod.rs elsewhere",
                folder(file)
            )
        })
        .collect()
}
