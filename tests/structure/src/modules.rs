//! The modules of one crate, and the resolution of paths to the files that define them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::arrows::Arrows;
use crate::names::{self, Meaning, Scope};
use crate::workspace::{self, Error};

pub struct Crate {
    /// All modules; the first is the crate root.
    modules: Vec<Module>,
}

struct Module {
    file: String,
    parent: Option<usize>,
    /// Indices of the child modules by name. A name can have several, for example one per operating system.
    inner: BTreeMap<String, Vec<usize>>,
    scope: Scope,
}

/// What a path resolves to.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Module(usize),
    /// An item that the module defines, by name.
    Item(usize, String),
}

/// The lookups in progress. A nested lookup does not repeat them, because `use image::image` means another crate.
type Asked = Vec<(usize, String)>;

impl Crate {
    /// Reads the crate whose root is `file`.
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

    /// Adds a module and its child modules. `folder` contains the files of the children.
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

    /// The arrows between the files of the crate. Naming a module makes no arrow; using an item in it does.
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

    /// Resolves a path in the module `at`. Empty if it leads out of the crate.
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
                // The rest of the path is a variant, a method or the like.
                break;
            }
            places = modules
                .into_iter()
                .flat_map(|module| self.step(module, name, asked))
                .collect();
        }
        places
    }

    /// Resolves `name` after a path to the module `at`.
    fn step(&self, at: usize, name: &str, asked: &mut Asked) -> BTreeSet<Place> {
        match name {
            "self" => BTreeSet::from([Place::Module(at)]),
            "super" => self.modules[at].parent.map(Place::Module).into_iter().collect(),
            // A name without a visible definition is taken for one that a macro of that module defines.
            _ => self
                .look_up(at, name, asked)
                .unwrap_or_else(|| BTreeSet::from([Place::Item(at, name.to_owned())])),
        }
    }

    /// Resolves a single name by the definitions and imports of the module `at`. None if it is unknown there.
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
