//! Parses one module: the names it defines, imports and uses. Test code is left out.

use std::collections::BTreeMap;

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{Attribute, Block, ImplItemFn, Item, ItemUse, Macro, Meta, Token, UseTree, Visibility};

/// The segments of a path such as `a::b::C`. Paths that begin with `::` lead out of the crate and are left out.
pub type Path = Vec<String>;
pub type Meanings = BTreeMap<String, Vec<Meaning>>;

/// What a name means in a module. A name can have several meanings: a function and a module, or one per operating
/// system.
pub enum Meaning {
    Defined,
    Imported(Path),
}

#[derive(Default)]
pub struct Scope {
    pub names: Meanings,
    /// Imports and items inside functions. They are treated as visible in the whole module.
    pub in_bodies: Meanings,
    /// Paths of glob imports: `use a::b::*`.
    pub globs: Vec<Path>,
    /// All paths used in the code.
    pub used: Vec<Path>,
    /// Inline modules: `mod a { ... }`.
    pub inner: Vec<(String, Scope)>,
    /// Modules in files of their own: `mod a;`.
    pub files: Vec<String>,
}

/// Reads a file. In a face (`mod.rs`, `lib.rs`) re-exports do not count as uses.
pub fn read(file: &syn::File, face: bool) -> Scope {
    let mut reader = Reader {
        scope: Scope::default(),
        face,
        in_body: false,
    };
    if !only_for_tests(&file.attrs) {
        reader.visit_file(file);
    }
    reader.scope
}

struct Reader {
    scope: Scope,
    face: bool,
    in_body: bool,
}

impl Reader {
    fn mean(&mut self, name: String, meaning: Meaning) {
        let names = if self.in_body {
            &mut self.scope.in_bodies
        } else {
            &mut self.scope.names
        };
        names.entry(name).or_default().push(meaning);
    }

    fn import(&mut self, mut path: Path, tree: &UseTree, used: bool) {
        match tree {
            UseTree::Path(step) => {
                path.push(word(&step.ident));
                return self.import(path, &step.tree, used);
            }
            UseTree::Group(group) => {
                return group
                    .items
                    .iter()
                    .for_each(|tree| self.import(path.clone(), tree, used));
            }
            UseTree::Glob(_) => self.scope.globs.push(path.clone()),
            UseTree::Name(name) => {
                // `use a::b::{self}` imports `b`.
                let module = path.last().filter(|_| name.ident == "self").cloned();
                path.push(word(&name.ident));
                self.mean(
                    module.unwrap_or_else(|| word(&name.ident)),
                    Meaning::Imported(path.clone()),
                );
            }
            UseTree::Rename(name) => {
                path.push(word(&name.ident));
                self.mean(word(&name.rename), Meaning::Imported(path.clone()));
            }
        }
        if used {
            self.scope.used.push(path);
        }
    }

    fn import_all(&mut self, item: &ItemUse) {
        if item.leading_colon.is_none() {
            let exported = !matches!(item.vis, Visibility::Inherited);
            self.import(Path::new(), &item.tree, !(self.face && exported));
        }
    }
}

impl<'a> Visit<'a> for Reader {
    fn visit_item(&mut self, item: &'a Item) {
        let (attributes, name) = facts(item);
        if only_for_tests(attributes) {
            return;
        }
        match item {
            Item::Use(item) => return self.import_all(item),
            Item::Mod(module) => {
                let name = word(&module.ident);
                let Some((_, items)) = &module.content else {
                    return self.scope.files.push(name);
                };
                let outer = std::mem::take(&mut self.scope);
                for item in items {
                    self.visit_item(item);
                }
                let inner = std::mem::replace(&mut self.scope, outer);
                return self.scope.inner.push((name, inner));
            }
            _ => {}
        }
        if let Some(name) = name {
            self.mean(word(name), Meaning::Defined);
        }
        visit::visit_item(self, item);
    }

    fn visit_impl_item_fn(&mut self, function: &'a ImplItemFn) {
        if !only_for_tests(&function.attrs) {
            visit::visit_impl_item_fn(self, function);
        }
    }

    fn visit_block(&mut self, block: &'a Block) {
        let outer = std::mem::replace(&mut self.in_body, true);
        visit::visit_block(self, block);
        self.in_body = outer;
    }

    fn visit_path(&mut self, path: &'a syn::Path) {
        if path.leading_colon.is_none() {
            self.scope.used.push(parts(path));
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'a Macro) {
        paths_in(call.tokens.clone(), &mut self.scope.used);
        visit::visit_macro(self, call);
    }

    fn visit_attribute(&mut self, attribute: &'a Attribute) {
        if let Meta::List(list) = &attribute.meta {
            paths_in(list.tokens.clone(), &mut self.scope.used);
        }
        visit::visit_attribute(self, attribute);
    }
}

/// The attributes of an item, and the name it defines.
fn facts(item: &Item) -> (&[Attribute], Option<&Ident>) {
    match item {
        Item::Const(item) => (&item.attrs, Some(&item.ident)),
        Item::Enum(item) => (&item.attrs, Some(&item.ident)),
        Item::Fn(item) => (&item.attrs, Some(&item.sig.ident)),
        Item::Macro(item) => (&item.attrs, item.ident.as_ref()),
        Item::Static(item) => (&item.attrs, Some(&item.ident)),
        Item::Struct(item) => (&item.attrs, Some(&item.ident)),
        Item::Trait(item) => (&item.attrs, Some(&item.ident)),
        Item::Type(item) => (&item.attrs, Some(&item.ident)),
        Item::Union(item) => (&item.attrs, Some(&item.ident)),
        Item::ForeignMod(item) => (&item.attrs, None),
        Item::Impl(item) => (&item.attrs, None),
        Item::Mod(item) => (&item.attrs, None),
        Item::Use(item) => (&item.attrs, None),
        _ => (&[], None),
    }
}

fn only_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let path = attribute.path();
        path.is_ident("test")
            || (path.is_ident("cfg") && attribute.parse_args().is_ok_and(|condition| asks_for_test(&condition)))
    })
}

/// True if a `cfg` condition holds in tests only.
fn asks_for_test(condition: &Meta) -> bool {
    let Meta::List(list) = condition else {
        return condition.path().is_ident("test");
    };
    let Ok(parts) = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated) else {
        return false;
    };
    (list.path.is_ident("all") && parts.iter().any(asks_for_test))
        || (list.path.is_ident("any") && parts.iter().all(asks_for_test))
}

fn word(name: &Ident) -> String {
    name.unraw().to_string()
}

fn parts(path: &syn::Path) -> Path {
    path.segments.iter().map(|segment| word(&segment.ident)).collect()
}

/// Finds everything that looks like a path in the tokens of a macro or an attribute, except fields, methods and
/// lifetimes. Also finds paths with `::` in strings: `#[serde(with = "crate::a::b")]`.
fn paths_in(tokens: TokenStream, found: &mut Vec<Path>) {
    let mut path = Path::new();
    // Number of colons just before this token; whether a single dot, or a `'`, is just before it.
    let (mut colons, mut dot, mut tick) = (0, false, false);
    for token in tokens {
        if let TokenTree::Ident(word) = &token {
            if colons != 2 {
                found.push(std::mem::take(&mut path));
            }
            if if colons == 2 { !path.is_empty() } else { !dot && !tick } {
                path.push(self::word(word));
            }
        }
        if let TokenTree::Literal(text) = &token
            && let Ok(text) = syn::parse_str::<syn::LitStr>(&text.to_string())
            && let Ok(path) = text.parse::<syn::Path>()
            && path.segments.len() > 1
        {
            found.push(parts(&path));
        }
        if let TokenTree::Group(group) = &token {
            paths_in(group.stream(), found);
        }
        let sign = if let TokenTree::Punct(sign) = &token {
            sign.as_char()
        } else {
            ' '
        };
        if !matches!(token, TokenTree::Ident(_)) && sign != ':' {
            found.push(std::mem::take(&mut path));
        }
        colons = if sign == ':' { colons + 1 } else { 0 };
        dot = sign == '.' && !dot;
        tick = sign == '\'';
    }
    found.push(path);
}
