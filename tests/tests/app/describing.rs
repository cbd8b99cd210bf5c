//! Hotkeys for describing: screen, window, region, clipboard, more, stop.

use std::fs;
use std::thread;
use std::time::Duration;

use crate::keys::{CLIPBOARD, MORE, REGION, REPEAT, SCREEN, SPELL, STOP, WINDOW};
use crate::viewer::show;
use eyebright_tests::desktop::{A_WHILE, Desktop, until};
use eyebright_tests::picture;

#[test]
fn keys_work_while_another_window_has_the_focus() {
    let desktop = Desktop::start();
    let mut app = desktop.app(&["open", "--hidden"]);
    let _viewer = show(&desktop, "coffee.jpg");
    desktop.press(WINDOW);
    let sentence = desktop.hears(0, "coffee");
    assert_eq!(
        desktop.front(),
        "ImageMagick: coffee.jpg",
        "the focus stays where it was"
    );

    // Spelling interrupts speech. Repeating then says the sentence, not the letters.
    let before = desktop.said().len();
    desktop.press(SPELL);
    desktop.hears(before, "c, o, f, f, e, e");
    let before = desktop.said().len();
    desktop.press(REPEAT);
    desktop.hears(before, &sentence);
    desktop.press(STOP);

    // The whole screen is mostly empty.
    let before = desktop.said().len();
    desktop.press(SCREEN);
    until("the screen to be described", || desktop.said().get(before).cloned());
    let before = desktop.said().len();
    desktop.press(MORE);
    until("more to be said", || desktop.said().get(before).cloned());

    assert!(app.is_running());
    assert_eq!(desktop.app_log(), "");
}

#[test]
fn each_form_of_clipboard_is_understood() {
    let desktop = Desktop::start();
    let _app = desktop.app(&["open", "--hidden"]);
    let folder = desktop.folder().join("a folder");
    fs::create_dir(&folder).unwrap();
    let file = folder.join("Kaffee für zwei.jpg");
    fs::copy(picture("coffee.jpg"), &file).unwrap();
    for (name, format) in [("picture.png", "png"), ("picture.bmp", "bmp"), ("picture.jpg", "jpeg")] {
        let image = image::open(picture("coffee.jpg")).unwrap();
        image.save(folder.join(name)).unwrap();
        let before = desktop.said().len();
        let path = folder.join(name);
        desktop.sh(&format!(
            "xclip -selection clipboard -t image/{format} -i '{}' >/dev/null 2>&1",
            path.display()
        ));
        desktop.press(CLIPBOARD);
        desktop.hears(before, "coffee");
        desktop.press(STOP);
    }
    let link = format!("file://{}", file.display())
        .replace(' ', "%20")
        .replace('ü', "%C3%BC");
    for (kind, text) in [
        ("text/uri-list", format!("{link}\r\n")),
        ("x-special/gnome-copied-files", format!("copy\n{link}")),
        ("UTF8_STRING", file.display().to_string()),
    ] {
        let before = desktop.said().len();
        let copied = desktop.folder().join("copied");
        fs::write(&copied, text).unwrap();
        desktop.sh(&format!(
            "xclip -selection clipboard -t {kind} -i '{}' >/dev/null 2>&1",
            copied.display()
        ));
        desktop.press(CLIPBOARD);
        desktop.hears(before, "coffee");
        desktop.press(STOP);
    }
    let before = desktop.said().len();
    desktop.sh("printf 'Dear Anna' | xclip -selection clipboard >/dev/null 2>&1");
    desktop.press(CLIPBOARD);
    desktop.hears(before, "no picture");
}

#[test]
fn a_region_is_chosen_with_keys_alone() {
    let desktop = Desktop::start();
    let _app = desktop.app(&["open", "--hidden"]);
    let _viewer = show(&desktop, "coffee.jpg");
    desktop.sh("xdotool getactivewindow windowmove --sync 0 0");
    desktop.press(REGION);
    desktop.hears(0, "25 from the left");
    until("the frame's window to be in front", || {
        let front = desktop.front();
        (!front.contains("ImageMagick") && !front.is_empty()).then_some(())
    });
    // Give the page of the region window time to load.
    thread::sleep(A_WHILE);
    let mut left = 25;
    while left > 0 {
        let before = desktop.said().len();
        desktop.press("Left");
        left -= 5;
        desktop.hears(before, &format!("{left} from the left"));
    }
    let before = desktop.said().len();
    desktop.press("ctrl+Up");
    desktop.hears(before, "0 from the top");
    let before = desktop.said().len();
    desktop.press("Return");
    desktop.hears(before, "coffee");
    until("the window underneath to come back", || {
        desktop.front().contains("ImageMagick").then_some(())
    });
}

#[test]
fn two_hundred_rapid_presses_leave_it_working() {
    let desktop = Desktop::start();
    let mut app = desktop.app(&["open", "--hidden"]);
    let presses = [SCREEN, WINDOW, CLIPBOARD, STOP].join(" ");
    desktop.sh(&format!("for i in $(seq 50); do xdotool key --delay 4 {presses}; done"));
    thread::sleep(A_WHILE);
    desktop.press(STOP);
    let before = desktop.said().len();
    desktop.open_coffee();
    desktop.hears(before, "coffee");
    assert!(app.is_running());
    assert_eq!(desktop.app_log(), "");
}

#[test]
fn nothing_is_said_after_stop() {
    let desktop = Desktop::start();
    let _app = desktop.app(&["open", "--hidden"]);
    for _ in 0..5 {
        desktop.press(SCREEN);
        desktop.press(STOP);
        thread::sleep(Duration::from_millis(300));
        let before = desktop.said().len();
        thread::sleep(A_WHILE);
        assert_eq!(desktop.said().len(), before, "{:?}", desktop.said());
    }
}
