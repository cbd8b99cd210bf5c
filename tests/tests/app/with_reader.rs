//! Tests with the real pack `reader` (text in pictures).

use crate::keys::MORE;
use eyebright_tests::desktop::Desktop;
use eyebright_tests::{fetched, golden};

#[test]
#[ignore = "needs the pack reader"]
fn a_page_is_read_behind_its_first_sentence() {
    let packs = fetched("reader");
    let desktop = Desktop::start();
    let _app = desktop.app_with(&["open", "--hidden"], &[("EYEBRIGHT_PACKS", packs.as_os_str())]);
    let before = desktop.said().len();
    desktop.open(&golden("reader.png"));
    desktop.hears(before, "A page of text");
    desktop.hears(before, "Its largest line says: Eyebright reads.");
    let before = desktop.said().len();
    desktop.press(MORE);
    desktop.hears(before, "schöne Grüße");
}
