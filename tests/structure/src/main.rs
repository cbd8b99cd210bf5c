//! Checks the structure of the source: no cycles between files, dependencies between rings and between packages point
//! inward only, files and functions are short, and module files are named consistently. Prints each violation on a
//! line, and fails if there are any.

mod arrows;
mod form;
mod modules;
mod names;
mod rings;
#[cfg(test)]
mod tests;
mod workspace;

use std::path::Path;
use std::process::ExitCode;

use workspace::Error;

fn main() -> ExitCode {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    match findings(here.ancestors().nth(2).unwrap_or(here)) {
        Ok(findings) if findings.is_empty() => ExitCode::SUCCESS,
        Ok(findings) => {
            for finding in findings {
                println!("{finding}");
            }
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

/// All violations in the workspace at `root`.
fn findings(root: &Path) -> Result<Vec<String>, Error> {
    let packages = workspace::packages(root)?;
    let mut findings = rings::packages(&packages);
    for package in &packages {
        for file in package.roots(root)? {
            let arrows = modules::Crate::read(root, &file)?.arrows();
            findings.extend(arrows.circles());
            if package.name == rings::RINGED {
                findings.extend(rings::folders(root, package, &arrows)?);
            }
        }
        findings.extend(form::module_files(&workspace::rust_files(root, &package.sources())?));
    }
    for folder in ["models", "src-tauri", "tests"] {
        findings.extend(form::lengths(
            root,
            &workspace::rust_files(root, folder)?,
            form::LONGER,
        )?);
    }
    findings.extend(form::unneeded(root, form::LONGER)?);
    Ok(findings)
}
