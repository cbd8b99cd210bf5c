//! The modules of one crate, and which file defines what a path names.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::arrows::Arrows;
use crate::names::{self, Meaning, Scope};
use crate::workspace::{self, Error};

pub struct Crate {
    /// The first is the crate itself.
    modules: Vec<Module>,
}

struct Module {
    file: String,
    parent: Option<usize>,
    /// Modules inside by name; several of one name where each system has its own.
    inner: BTreeMap<String, Vec<usize>>,
    scope: Scope,
}

/// What a path leads to.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Module(usize),
    /// A name that the file of the module defines.
    Item(usize, String),
}

/// The lookups under way, which a lookup inside them does not repeat: `use image::image` means another crate.
type Asked = Vec<(usize, String)>;

impl Crate {
    /// Reads the crate that begins with `file`.
    pub fn read(root: &Path, file: &str) -> Result<Self, Error> {
        let mut modules = Self { modules: Vec::new() };
        let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
        modules.add_file(root, file, folder, None)?;
        Ok(modules)
    }

    fn add_file(&mut self, root: &Path, file: &str, folder: &str, parent: Option<usize>) -> Result<usize, Error> {
        let face = parent.is_none() || file.ends_with("/mod.rs");
        let scope = names::read(&workspace::rust(&root.join(file))?, face);
        self.add(root, file, folder, parent, scope)
    }

    /// Adds a module and those inside it. `folder` is where the files of those lie.
    fn add(
        &mut self,
        root: &Path,
        file: &str,
        folder: &str,
        parent: Option<usize>,
        mut scope: Scope,
    ) -> Result<usize, Error> {
        let inline = std::mem::take(&mut scope.inner);
        let files = std::mem::take(&mut scope.files);
        let module = self.modules.len();
        self.modules.push(Module {
            file: file.to_owned(),
            parent,
            inner: BTreeMap::new(),
            scope,
        });
        for (name, scope) in inline {
            let inner = self.add(root, file, &format!("{folder}/{name}"), Some(module), scope)?;
            self.modules[module].inner.entry(name).or_default().push(inner);
        }
        for name in files {
            let inside = format!("{folder}/{name}");
            let candidates = [format!("{inside}.rs"), format!("{inside}/mod.rs")];
            let Some(inner_file) = candidates.iter().find(|candidate| root.join(candidate).exists()) else {
                return Err(Error::NoModule {
                    file: file.to_owned(),
                    name,
                });
            };
            let inner = self.add_file(root, inner_file, &inside, Some(module))?;
            self.modules[module].inner.entry(name).or_default().push(inner);
        }
        Ok(module)
    }

    /// Which file uses names of which other one. A module alone is no such name: what is used of it is.
    pub fn arrows(&self) -> Arrows {
        let mut arrows = Arrows::default();
        for (at, module) in self.modules.iter().enumerate() {
            for path in &module.scope.used {
                for place in self.resolve(at, path, &mut Asked::new()) {
                    if let Place::Item(definer, name) = place {
                        arrows.add(&module.file, &self.modules[definer].file, name);
                    }
                }
            }
        }
        arrows
    }

    /// What a path means in a module; nothing where it leads out of the crate.
    fn resolve(&self, at: usize, path: &[String], asked: &mut Asked) -> BTreeSet<Place> {
        let Some((first, rest)) = path.split_first() else {
            return BTreeSet::new();
        };
        let mut places = match first.as_str() {
            "crate" => BTreeSet::from([Place::Module(0)]),
            "self" | "super" => self.step(at, first, asked),
            name => self.look_up(at, name, asked).unwrap_or_default(),
        };
        for name in rest {
            let modules: Vec<usize> = places
                .iter()
                .filter_map(|place| {
                    if let Place::Module(module) = place {
                        Some(*module)
                    } else {
                        None
                    }
                })
                .collect();
            if modules.is_empty() {
                // The rest is a variant, a method or the like of an item.
                break;
            }
            places = modules
                .into_iter()
                .flat_map(|module| self.step(module, name, asked))
                .collect();
        }
        places
    }

    /// What `name` means after a path to the module `at`.
    fn step(&self, at: usize, name: &str, asked: &mut Asked) -> BTreeSet<Place> {
        match name {
            "self" => BTreeSet::from([Place::Module(at)]),
            "super" => self.modules[at].parent.map(Place::Module).into_iter().collect(),
            // A name that is nowhere to be seen comes out of a macro of that module.
            _ => self
                .look_up(at, name, asked)
                .unwrap_or_else(|| BTreeSet::from([Place::Item(at, name.to_owned())])),
        }
    }

    /// What a single name means in a module, by what is seen there; `None` if nothing tells.
    fn look_up(&self, at: usize, name: &str, asked: &mut Asked) -> Option<BTreeSet<Place>> {
        let module = &self.modules[at];
        let question = (at, name.to_owned());
        if asked.contains(&question) {
            return None;
        }
        asked.push(question);
        let mut places: BTreeSet<Place> = module
            .inner
            .get(name)
            .into_iter()
            .flatten()
            .copied()
            .map(Place::Module)
            .collect();
        let meanings = module.scope.names.get(name).or_else(|| {
            if places.is_empty() {
                module.scope.in_bodies.get(name)
            } else {
                None
            }
        });
        for meaning in meanings.into_iter().flatten() {
            match meaning {
                Meaning::Defined => drop(places.insert(Place::Item(at, name.to_owned()))),
                Meaning::Imported(path) => places.extend(self.resolve(at, path, asked)),
            }
        }
        let mut known = meanings.is_some() || !places.is_empty();
        for glob in if known { &[] } else { module.scope.globs.as_slice() } {
            for place in self.resolve(at, glob, asked) {
                if let Place::Module(exporter) = place
                    && let Some(more) = self.look_up(exporter, name, asked)
                {
                    known = true;
                    places.extend(more);
                }
            }
        }
        asked.pop();
        known.then_some(places)
    }
}
