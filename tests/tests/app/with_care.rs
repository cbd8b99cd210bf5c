//! Tests with the real nudity pack `care`.

use crate::keys::MORE;
use eyebright_tests::desktop::{Desktop, until};
use eyebright_tests::{fetched, golden};

#[test]
#[ignore = "needs the pack care"]
fn a_warning_comes_before_a_description_and_more_brings_that_at_once() {
    let packs = fetched("care");
    let desktop = Desktop::start();
    let _app = desktop.app_with(&["open", "--hidden"], &[("EYEBRIGHT_PACKS", packs.as_os_str())]);
    let before = desktop.said().len();
    desktop.open(&golden("moderation.png"));
    desktop.hears(before, "this picture most likely shows nudity");
    desktop.hears(before, "if you do not want it.");
    let warned = desktop.said().len();
    // The description follows the warning without another key press.
    let described = until("the description to follow", || desktop.said().get(warned).cloned());
    let before = desktop.said().len();
    desktop.open(&golden("moderation.png"));
    desktop.hears(before, "this picture most likely shows nudity");
    desktop.press(MORE);
    desktop.hears(before, &described);
}
