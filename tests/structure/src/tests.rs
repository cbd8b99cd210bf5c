use std::fs;

use tempfile::TempDir;

use super::*;

const RINGS: [&str; 10] = [
    "base",
    "picture",
    "weights",
    "nn",
    "sight",
    "speech",
    "evidence",
    "say",
    "families",
    "describer",
];

/// Makes a temporary workspace of these files.
fn house(files: &[(&str, &str)]) -> TempDir {
    let house = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = house.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    house
}

fn manifest(name: &str, rest: &str) -> String {
    format!("[package]\nname = '{name}'\n{rest}")
}

/// Violations in a crate with these files in `src`. Their common path is removed from the messages.
fn found_in(files: &[(&str, &str)]) -> Vec<String> {
    let house = house(&[
        ("Cargo.toml", "workspace.members = ['it']"),
        ("it/Cargo.toml", &manifest("eyebright-tests", "")),
    ]);
    for (path, text) in files {
        let path = house.path().join("it/src").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let findings = super::findings(house.path()).unwrap();
    findings
        .into_iter()
        .map(|finding| finding.replace("it/src/", ""))
        .collect()
}

/// Violations in a crate where `b.rs` uses `A` of `a.rs`, and `a.rs` contains `a` too.
fn found_with(a: &str) -> Vec<String> {
    found_in(&[
        ("lib.rs", "mod a; mod b; mod face;"),
        ("a.rs", &format!("pub struct A; {a}")),
        (
            "b.rs",
            "use crate::a::A; pub struct B(A); pub enum E { One } pub fn f() {} pub mod inner { pub struct C; }",
        ),
        (
            "face/mod.rs",
            "mod deep; pub use deep::*; pub use crate::b::{self, E as Renamed}; pub(crate) use super::b::B;",
        ),
        ("face/deep.rs", "pub use crate::b::f; pub struct Deep;"),
    ])
}

fn circle_of(names: &str) -> Vec<String> {
    vec![format!("circle: a.rs -> b.rs (names {names}) -> a.rs (A)")]
}

#[test]
fn a_circle_is_told_with_the_names_that_make_it() {
    assert_eq!(found_with("use crate::b::{B, E};"), circle_of("B, E"));
    assert_eq!(found_with(""), [""; 0]);
}

#[test]
fn a_path_is_an_arrow_wherever_it_stands() {
    for a in [
        "fn g(b: super::b::B) {}",
        "fn g() { let one = crate::b::B::default(); }",
        "fn g() { use super::b; if true { b::B.go() } }",
        "use crate::b as other; type T = Vec<Option<other::B>>;",
        "impl From<crate::b::B> for A {}",
        "fn g() { assert!(!matches!(one, [crate::b::B { .. }]), \"{}\", 1); }",
        "macro_rules! m { () => { $crate::b::B } }",
        "#[serde(with = \"crate::b::B\")] struct S;",
        "#[derive(crate::b::B)] struct S;",
        "mod inside { mod further { use super::super::super::b::B; } }",
        "use super::b::*; static S: Option<B> = None;",
        "pub use crate::b::B;",
        "#[cfg(not(test))] use crate::b::B;",
        "use self::inside::B; mod inside { pub use crate::b::B; }",
    ] {
        assert_eq!(found_with(a), circle_of("B"), "{a}");
    }
    assert_eq!(found_with("use super::b::*; fn g() { vec![0..f()] }"), circle_of("f"));
    assert_eq!(found_with("use crate::b::E::One;"), circle_of("E"));
    assert_eq!(found_with("use crate::b::inner::C;"), circle_of("C"));
    assert_eq!(
        found_with("use crate::b::made_by_a_macro;"),
        circle_of("made_by_a_macro")
    );
}

#[test]
fn a_name_leads_to_the_file_that_defines_it_not_to_the_face() {
    assert_eq!(found_with("use crate::face::B;"), circle_of("B"));
    assert_eq!(found_with("use crate::face::Renamed;"), circle_of("E"));
    assert_eq!(found_with("use crate::face::b::f;"), circle_of("f"));
    assert_eq!(found_with("use crate::face::f as g;"), circle_of("f"));
    assert_eq!(
        found_with("use crate::face; fn g() -> face::Renamed {}"),
        circle_of("E")
    );
    assert_eq!(
        found_with("use crate::face::Deep;"),
        ["circle: a.rs -> face/deep.rs (names Deep) -> b.rs (f) -> a.rs (A)"]
    );
}

#[test]
fn what_names_nothing_of_the_other_file_is_no_arrow() {
    for a in [
        "// crate::b::B\n/// [`crate::b::B`]\nfn g() -> &'static str { \"see crate::b::B\" }",
        "#[cfg(test)] mod tests { use crate::b::B; }",
        "#[cfg(all(test, unix))] use crate::b::B;",
        "#[test] fn t() { crate::b::f() }",
        "impl A { #[cfg(test)] fn t() { crate::b::f() } }",
        "use b::B; use ::b::E; fn g() { std::b::f(); self.b.f() }",
        "use crate::b;",
        "pub(in crate::b) struct S;",
        "use image::image; use rand::{self, Rng}; use super::a::*; use super::face::*; fn g() { image(rand::f(unknown)) }",
        "use super::b::*; fn g() { assert!(it.f, 'f: 1.) }",
    ] {
        assert_eq!(found_with(a), [""; 0], "{a}");
    }
}

#[test]
fn a_parent_and_its_child_make_a_circle_and_exports_alone_do_not() {
    let child = "use super::Parent; pub struct Child(Parent);";
    let exports = "mod child; pub use child::Child; pub struct Parent;";
    assert_eq!(
        found_in(&[("lib.rs", "mod p;"), ("p/mod.rs", exports), ("p/child.rs", child)]),
        [""; 0]
    );
    let uses = "mod child; pub use child::Child; pub struct Parent; fn make() -> Child {}";
    let circle = ["circle: p/child.rs -> p/mod.rs (names Parent) -> p/child.rs (Child)"];
    assert_eq!(
        found_in(&[("lib.rs", "mod p;"), ("p/mod.rs", uses), ("p/child.rs", child)]),
        circle
    );
}

#[test]
fn each_arrow_is_told_in_one_circle() {
    let files = [
        ("main.rs", "mod a; mod b; mod c;"),
        ("a.rs", "pub struct A(crate::b::B);"),
        ("b.rs", "pub struct B(crate::a::A, crate::c::C);"),
        ("c.rs", "pub struct C(crate::b::B, crate::a::A);"),
    ];
    let circles = [
        "circle: a.rs -> b.rs (names B) -> a.rs (A)",
        "circle: b.rs -> c.rs (names C) -> b.rs (B)",
    ];
    assert_eq!(found_in(&files), circles);
}

#[test]
fn a_module_for_each_system_is_followed_to_each() {
    let imp = "#[cfg(unix)] mod unix; #[cfg(windows)] mod windows; #[cfg(unix)] use unix as imp; #[cfg(windows)] use windows as imp; fn g() { imp::go() }";
    let go = "pub fn go() { crate::top() }";
    let files = [
        ("lib.rs", "mod p; fn top() { p::start() }"),
        ("p/mod.rs", &format!("{imp} pub fn start() {{}}")),
        ("p/unix.rs", go),
        ("p/windows.rs", go),
    ];
    let circles = ["unix", "windows"]
        .map(|system| format!("circle: lib.rs -> p/mod.rs (names start) -> p/{system}.rs (go) -> lib.rs (top)"));
    assert_eq!(found_in(&files)[0], circles[0]);
    assert_eq!(
        found_in(&[files[0], files[1], ("p/unix.rs", "pub fn go() {}"), files[3]]),
        circles[1..]
    );
}

/// Violations in an engine that has these files and otherwise empty rings.
fn found_in_engine(files: &[(&str, &str)]) -> Vec<String> {
    let house = house(&[
        ("Cargo.toml", "workspace.members = ['models']"),
        ("models/Cargo.toml", &manifest("eyebright-models", "")),
    ]);
    let write = |path: &str, text: &str| {
        let path = house.path().join("models/src").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("lib.rs", &RINGS.map(|ring| format!("pub mod {ring};")).concat());
    for ring in RINGS {
        write(&format!("{ring}/mod.rs"), "");
    }
    for (path, text) in files {
        write(path, text);
    }
    super::findings(house.path()).unwrap()
}

#[test]
fn arrows_between_rings_point_inward() {
    let inward = [
        ("base/mod.rs", "pub struct Pixels;"),
        ("describer/mod.rs", "use crate::base::Pixels; pub struct Found(Pixels);"),
    ];
    assert_eq!(found_in_engine(&inward), [""; 0]);
    let outward = [
        ("base/mod.rs", "use crate::describer::Found;"),
        ("describer/mod.rs", "pub struct Found;"),
        ("say/mod.rs", "fn say(found: crate::describer::Found) {}"),
    ];
    let arrows = [
        "ring: models/src/base/mod.rs -> models/src/describer/mod.rs (names Found); base may use none",
        "ring: models/src/say/mod.rs -> models/src/describer/mod.rs (names Found); say may use base picture sight evidence",
    ];
    assert_eq!(found_in_engine(&outward), arrows);
}

#[test]
fn the_face_of_the_engine_exports_and_is_not_used() {
    let lib = RINGS.map(|ring| format!("pub mod {ring};")).concat();
    let exporting = [
        ("lib.rs", &*format!("{lib} pub use base::Pixels;")),
        ("base/mod.rs", "pub struct Pixels;"),
        ("nn/mod.rs", "use crate::Pixels;"),
    ];
    assert_eq!(found_in_engine(&exporting), [""; 0]);
    let defining = [
        ("lib.rs", &*format!("{lib} pub struct Engine;")),
        ("nn/mod.rs", "use crate::Engine;"),
    ];
    let arrow = "ring: models/src/nn/mod.rs -> models/src/lib.rs (names Engine); nn may use base picture weights";
    assert_eq!(found_in_engine(&defining), [arrow]);
}

#[test]
fn rings_and_their_table_are_the_same() {
    let outside = [("error.rs", ""), ("more/mod.rs", "")];
    let told = ["error.rs", "more/mod.rs"].map(|file| format!("ring: models/src/{file} lies outside the rings"));
    assert_eq!(found_in_engine(&outside), told);
    let house = house(&[
        ("Cargo.toml", "workspace.members = ['models']"),
        ("models/Cargo.toml", &manifest("eyebright-models", "")),
        ("models/src/lib.rs", "mod base;"),
        ("models/src/base/mod.rs", ""),
    ]);
    let findings = super::findings(house.path()).unwrap();
    assert_eq!(findings.len(), RINGS.len() - 1);
    assert_eq!(
        findings[0],
        "ring: models/src/picture is in the table of rings.rs and not on the disk"
    );
}

#[test]
fn packages_depend_on_inner_ones() {
    let house = house(&[
        ("Cargo.toml", "workspace.members = ['models', 'crates/*']"),
        (
            "models/Cargo.toml",
            &manifest(
                "eyebright-models",
                "[dependencies]\nserde = '1'\n[dev-dependencies]\neyebright-net = '0'",
            ),
        ),
        (
            "crates/net/Cargo.toml",
            &manifest(
                "eyebright-net",
                "[target.'cfg(unix)'.dependencies]\nengine = { package = 'eyebright-models' }",
            ),
        ),
        (
            "crates/store/Cargo.toml",
            &manifest("eyebright-store", "[dependencies]\neyebright-models.workspace = true"),
        ),
        ("crates/odd/Cargo.toml", &manifest("odd", "")),
        ("crates/no-package/README.md", ""),
    ]);
    let told = [
        "package: net depends on models; net may use domain",
        "package: odd is not in the table of rings.rs",
    ];
    assert_eq!(super::findings(house.path()).unwrap(), told);
}

#[test]
fn files_and_functions_are_short_but_for_those_in_the_list() {
    let function = |lines: usize| {
        format!(
            "/// Does.\n#[inline]\npub fn does()\n{{\n{}}}\n",
            "//\n".repeat(lines - 3)
        )
    };
    let method = format!("mod m {{ impl A {{\n{} }} }}", function(61));
    let house = house(&[
        ("tests/tests/short.rs", &(function(60) + &"\n".repeat(400 - 62))),
        ("models/src/long.rs", &"\n".repeat(401)),
        ("models/src/method.rs", &method),
    ]);
    let files = ["tests", "models"]
        .map(|folder| workspace::rust_files(house.path(), folder).unwrap())
        .concat();
    let told = [
        "long: models/src/long.rs has 401 lines, more than 400",
        "long: models/src/method.rs:4 fn does has 61 lines, more than 60",
    ];
    assert_eq!(form::lengths(house.path(), &files, &[]).unwrap(), told);
    let longer = [
        ("models/src/long.rs", "a table"),
        ("models/src/method.rs does", "a table"),
        ("tests/tests/short.rs does", "a table"),
    ];
    assert_eq!(form::lengths(house.path(), &files, &longer).unwrap(), [""; 0]);
    let unneeded = "long: tests/tests/short.rs does is in the list of form.rs and not too long";
    assert_eq!(form::unneeded(house.path(), &longer).unwrap(), [unneeded]);
}

#[test]
fn a_module_with_a_folder_is_in_it() {
    let told = ["module: a.rs lies beside its folder; it is a/mod.rs elsewhere"];
    assert_eq!(
        found_in(&[
            ("lib.rs", "mod a; mod c;"),
            ("a.rs", "mod b;"),
            ("a/b.rs", ""),
            ("c/mod.rs", "mod d;"),
            ("c/d.rs", "")
        ]),
        told
    );
}

#[test]
fn a_module_without_a_file_is_an_error() {
    let house = house(&[
        ("Cargo.toml", "workspace.members = ['it']"),
        ("it/Cargo.toml", &manifest("eyebright-tests", "")),
        ("it/src/lib.rs", "mod lost;"),
    ]);
    let error = super::findings(house.path()).unwrap_err().to_string();
    assert_eq!(
        error,
        "it/src/lib.rs declares `mod lost`, and there is neither lost.rs nor lost/mod.rs"
    );
}
