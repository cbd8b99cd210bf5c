//! The real app on a desktop of its own: keys pressed in another window, pictures dropped, copied and handed over, and what is heard.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use eyebright_tests::desktop::{A_WHILE, Desktop, Running, lab, until};
use eyebright_tests::{ears, eyebright, fetched, finish, golden, picture};

const SCREEN: &str = "ctrl+alt+shift+d";
const WINDOW: &str = "ctrl+alt+shift+w";
const REGION: &str = "ctrl+alt+shift+f";
const CLIPBOARD: &str = "ctrl+alt+shift+v";
const ASK: &str = "ctrl+alt+shift+q";
const REPEAT: &str = "ctrl+alt+shift+g";
const MORE: &str = "ctrl+alt+shift+m";
const SPELL: &str = "ctrl+alt+shift+b";
const ALT_TEXT: &str = "ctrl+alt+shift+t";
const STOP: &str = "ctrl+alt+shift+h";

/// A picture in a window of its own, which has the focus.
fn show(desktop: &Desktop, name: &str) -> Running {
    let mut viewer = Running(desktop.command("display").arg(picture(name)).spawn().unwrap());
    let title = format!("ImageMagick: {name}");
    until(&format!("{title} to be in front"), || {
        assert!(viewer.is_running(), "display ended");
        // The window manager gives no focus to a window that it finds there when it starts.
        desktop.sh(&format!("xdotool search --name '^{title}$' windowactivate"));
        (desktop.front() == title).then_some(())
    });
    viewer
}

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

    // Spelling interrupts what is being said, repeating says the sentence and not its letters.
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
fn a_page_is_read_behind_its_first_sentence() {
    let Some(packs) = fetched("reader") else { return };
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

#[test]
fn a_warning_comes_before_a_description_and_more_brings_that_at_once() {
    let Some(packs) = fetched("care") else { return };
    let desktop = Desktop::start();
    let _app = desktop.app_with(&["open", "--hidden"], &[("EYEBRIGHT_PACKS", packs.as_os_str())]);
    let before = desktop.said().len();
    desktop.open(&golden("moderation.png"));
    desktop.hears(before, "this picture most likely shows nudity");
    desktop.hears(before, "if you do not want it.");
    let warned = desktop.said().len();
    // The description follows unasked.
    let described = until("the description to follow", || desktop.said().get(warned).cloned());
    let before = desktop.said().len();
    desktop.open(&golden("moderation.png"));
    desktop.hears(before, "this picture most likely shows nudity");
    desktop.press(MORE);
    desktop.hears(before, &described);
}

#[test]
fn a_spoken_question_is_answered_aloud() {
    let (Some(packs), Some(_)) = (fetched("ears"), fetched("reader")) else {
        return;
    };
    let desktop = Desktop::start();
    let _app = desktop.app_with(&["open", "--hidden"], &[("EYEBRIGHT_PACKS", packs.as_os_str())]);
    let before = desktop.said().len();
    desktop.open(&golden("reader.png"));
    desktop.hears(before, "There are 7 lines of text.");
    let before = desktop.said().len();
    desktop.press(ASK);
    desktop.microphone_is(true);
    thread::sleep(Duration::from_millis(500));
    // "What does the sign say?"
    let question = golden("question.wav");
    desktop.sh(&format!("paplay --device=micfeed '{}'", question.display()));
    desktop.hears(before, "It says: Eyebright reads");
}

#[test]
fn a_question_is_heard_while_its_key_is_held_and_a_second_press_ends_it() {
    let (Some(packs), Some(_)) = (fetched("ears"), fetched("reader")) else {
        return;
    };
    let desktop = Desktop::start();
    let _app = desktop.app_with(&["open", "--hidden"], &[("EYEBRIGHT_PACKS", packs.as_os_str())]);
    let before = desktop.said().len();
    desktop.open(&golden("reader.png"));
    desktop.hears(before, "There are 7 lines of text.");
    // "What does the sign say?"
    let question = golden("question.wav");
    let ask = format!("paplay --device=micfeed '{}'", question.display());
    let before = desktop.said().len();
    desktop.hold(ASK, || {
        desktop.microphone_is(true);
        thread::sleep(Duration::from_millis(500));
        desktop.sh(&ask);
        // Longer than the silence that ends a question otherwise.
        thread::sleep(A_WHILE);
        desktop.microphone_is(true);
    });
    desktop.hears(before, "It says: Eyebright reads");
    desktop.press(STOP);

    desktop.press(ASK);
    desktop.microphone_is(true);
    let line = format!("while {ask}; do :; done");
    let mut voice = Running(desktop.command("sh").args(["-c", &line]).spawn().unwrap());
    thread::sleep(A_WHILE);
    desktop.microphone_is(true);
    let pressed = Instant::now();
    desktop.press(ASK);
    desktop.microphone_is(false);
    // A voice without end is listened to for half a minute.
    assert!(pressed.elapsed() < Duration::from_secs(5) && voice.is_running());
}

#[test]
fn a_recording_is_heard_to_begin_to_end_to_be_empty_and_to_be_too_quiet() {
    let desktop = Desktop::start();
    let packs = ears::tiny();
    // Without a voice only the earcons are left to be recorded.
    fs::write(desktop.settings(), "version = 1\nvolume = 0.0\n").unwrap();
    let _app = desktop.app_with(&["open", "--hidden"], &[("EYEBRIGHT_PACKS", packs.path().as_os_str())]);
    let before = desktop.said().len();
    desktop.open_coffee();
    desktop.hears(before, "coffee");
    let ask = |sound: &str, told: &str| {
        let before = desktop.said().len();
        desktop.press(ASK);
        desktop.microphone_is(true);
        desktop.sh(sound);
        desktop.hears(before, told);
        desktop.microphone_is(false);
        thread::sleep(A_WHILE);
        // While the words are said, the same key would only interrupt them.
        desktop.press(STOP);
    };
    ask("true", "The microphone is too quiet");
    ask(
        "sox -n -r 48000 -c 1 -t wav - synth 8 noise vol 0.02 | paplay --device=micfeed",
        "No question was heard",
    );
    // The tiny model understands nobody.
    let question = golden("question.wav");
    ask(
        &format!("sleep 0.3; paplay --device=micfeed '{}'", question.display()),
        "The words were not understood",
    );
    let played = desktop.tones(&[220, 330, 392, 523, 660, 990]);
    assert_eq!(played, [660, 990, 523, 660, 990, 392, 660, 990, 660, 330, 220]);
}

#[test]
fn the_model_of_the_settings_answers_and_a_broken_one_leaves_the_built_in() {
    let desktop = Desktop::start();
    let folder = desktop.folder().join("a model");
    let copy = |name: &str| {
        let from = golden("blip/vqa").join(name);
        fs::copy(from, folder.join(name)).unwrap();
    };
    fs::create_dir(&folder).unwrap();
    for file in fs::read_dir(golden("blip/vqa")).unwrap() {
        copy(file.unwrap().file_name().to_str().unwrap());
    }
    let settings = format!("version = 1\npack = '{}'\n", folder.display());
    fs::write(desktop.settings(), settings).unwrap();
    let ask = |part: &str| {
        desktop.press(ASK);
        desktop.comes_to_front("Eyebright");
        thread::sleep(A_WHILE);
        let before = desktop.said().len();
        let typed = desktop
            .command("xdotool")
            .args(["type", "is there a cup"])
            .status()
            .unwrap();
        assert!(typed.success());
        desktop.press("Return");
        desktop.hears(before, part)
    };
    {
        let _app = desktop.app(&["open", "--hidden"]);
        let before = desktop.said().len();
        desktop.open_coffee();
        // It answers and cannot describe, which glance does.
        desktop.hears(before, "coffee");
        // Random weights have no sensible words, but they have some, and what a published model says begins so.
        let answer = ask("Possibly");
        assert!(!answer.contains("cup"), "{answer}");
    }
    fs::write(folder.join("model.safetensors"), "no weights").unwrap();
    let _app = desktop.app(&["open", "--hidden"]);
    let before = desktop.said().len();
    desktop.open_coffee();
    desktop.hears(before, "cannot be used, so the built-in one goes on");
    desktop.hears(before, "coffee");
    let before = desktop.said().len();
    ask("Yes, a cup");
    let told = desktop.said().split_off(before).concat();
    assert!(!told.contains("cannot be used"), "it is told once");
}

#[test]
fn the_microphone_of_the_settings_is_told_when_it_is_not_there_and_when_it_goes() {
    let desktop = Desktop::start();
    let packs = ears::tiny();
    let variables = [("EYEBRIGHT_PACKS", packs.path().as_os_str())];
    fs::write(desktop.settings(), "version = 1\nmicrophone = 'Second'\n").unwrap();
    let _app = desktop.app_with(&["open", "--hidden"], &variables);
    let before = desktop.said().len();
    desktop.open_coffee();
    desktop.hears(before, "coffee");
    desktop.press(ASK);
    desktop.hears(before, "There is no microphone called Second. Plug it in");
    desktop.press(STOP);
    // Once it is plugged in it is used, and it does not go unnoticed.
    let module = desktop.sh("pactl load-module module-remap-source source_name=second master=speaker.monitor source_properties=device.description=Second");
    let before = desktop.said().len();
    desktop.press(ASK);
    desktop.microphone_is(true);
    desktop.sh(&format!("pactl unload-module {module}"));
    desktop.hears(before, "The microphone is gone");
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
fn a_second_start_hands_its_files_to_the_first() {
    let desktop = Desktop::start();
    let mut app = desktop.app(&["open", "--hidden"]);
    let folder = desktop.folder().join("füße und hände");
    fs::create_dir(&folder).unwrap();
    fs::copy(picture("coffee.jpg"), folder.join("eins zwei.jpg")).unwrap();
    fs::write(folder.join("kaputt.png"), b"no picture").unwrap();
    let before = desktop.said().len();
    let second = finish(
        desktop
            .eyebright(&["open", "eins zwei.jpg", "kaputt.png"])
            .current_dir(&folder),
    );
    assert_eq!(second.code, 0, "{second:?}");
    desktop.hears(before, "1: eins zwei");
    desktop.hears(before, "coffee");
    desktop.hears(before, "2: kaputt");
    desktop.hears(before, "not a picture");

    // Where a desktop gives the app no keys, its own settings can: they run this.
    let before = desktop.said().len();
    let act = finish(&mut desktop.eyebright(&["do", "repeat"]));
    assert_eq!(act.code, 0, "{act:?}");
    desktop.hears(before, "not a picture");
    assert!(app.is_running());
}

#[test]
fn what_was_described_is_found_again_and_gets_its_alt_text() {
    let desktop = Desktop::start();
    let app = desktop.app(&["open", "--hidden"]);
    let file = desktop.folder().join("breakfast.jpg");
    fs::copy(picture("coffee.jpg"), &file).unwrap();
    let before = desktop.said().len();
    assert!(desktop.eyebright(&["open"]).arg(&file).status().unwrap().success());
    let sentence = desktop.hears(before, "coffee");
    let before = desktop.said().len();
    desktop.press(ALT_TEXT);
    desktop.hears(before, "alt text of breakfast");
    let bytes = fs::read(&file).unwrap();
    assert!(String::from_utf8_lossy(&bytes).contains(&format!(">{sentence}<")));

    // While the app runs, and after it.
    let find = || finish(&mut desktop.eyebright(&["find", "a cup of coffee", "--json"]));
    until("the description to be kept", || {
        find().out.contains("breakfast").then_some(())
    });
    drop(app);
    let found = &find().json()[0];
    assert_eq!(
        (found["sentence"].as_str(), found["file"].as_str()),
        (Some(&*sentence), file.to_str())
    );
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
    // Its page may not listen yet.
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
fn a_question_without_ears_brings_up_the_box_where_it_can_be_typed() {
    let desktop = Desktop::start();
    let _app = desktop.app(&["open", "--hidden"]);
    desktop.press(ASK);
    desktop.hears(0, "Nothing was described yet");
    let before = desktop.said().len();
    desktop.open_coffee();
    desktop.hears(before, "coffee");
    let before = desktop.said().len();
    desktop.press(ASK);
    desktop.hears(before, "type your question");
    desktop.comes_to_front("Eyebright");
    thread::sleep(A_WHILE);
    // The second question goes on from the first.
    for (question, part) in [("is there a cup", "Yes, a cup"), ("where is it", "in the middle")] {
        let before = desktop.said().len();
        let typed = desktop.command("xdotool").args(["type", question]).status().unwrap();
        assert!(typed.success());
        desktop.press("Return");
        let answer = desktop.hears(before, part);
        until("the answer in the window", || {
            desktop.accessible_tree().contains(&answer).then_some(())
        });
    }
    // Both turns stand in the history, with their questions.
    let tree = desktop.accessible_tree();
    assert!(
        tree.contains("is there a cup") && tree.contains("where is it"),
        "{tree}"
    );
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

#[test]
fn a_first_run_welcomes_by_ear() {
    let desktop = Desktop::start();
    fs::remove_file(desktop.settings()).unwrap();
    let _app = desktop.app(&["open", "--hidden"]);
    desktop.hears(0, "Welcome to Eyebright");
    assert!(desktop.hears(0, "Welcome").contains("Ctrl Alt Shift D"));
}

#[test]
fn files_are_dropped() {
    let desktop = Desktop::start();
    let _app = desktop.app(&["open"]);
    let files: Vec<_> = ["eins zwei.jpg", "größe.jpg", "three.jpg"]
        .iter()
        .map(|name| desktop.folder().join(name))
        .collect();
    for file in &files {
        fs::copy(picture("coffee.jpg"), file).unwrap();
    }
    let before = desktop.said().len();
    let drag = lab("drag.py");
    let dragged = desktop.command(drag).args(["Eyebright", "uris"]).args(&files).status();
    assert!(dragged.unwrap().success());
    for name in ["1: eins zwei", "2: größe", "3: three"] {
        desktop.hears(before, name);
    }
    let sentences = || {
        desktop
            .said()
            .iter()
            .skip(before)
            .filter(|text| text.contains("coffee"))
            .count()
    };
    until("the last one to be described", || (sentences() == 3).then_some(()));
}

#[test]
fn every_control_of_the_window_works_in_webkit_and_axe_finds_nothing() {
    let desktop = Desktop::start();
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("window");
    let mut node = desktop.command("node");
    node.args(["--test", "real/app.js"]).current_dir(tests);
    node.env("EYEBRIGHT", eyebright().get_program())
        .env("PICTURE", picture("coffee.jpg"));
    let run = finish(&mut node);
    assert_eq!(run.code, 0, "{}\n{}", run.out, run.err);
}

/// One line of `lab/accessible_tree.py`.
#[derive(Debug, serde::Deserialize)]
struct Accessible {
    role: String,
    name: String,
    states: Vec<String>,
    text: Option<String>,
}

#[test]
fn the_accessible_tree_names_everything_that_takes_the_focus() {
    let desktop = Desktop::start();
    let _app = desktop.app(&["open"]);
    let before = desktop.said().len();
    desktop.open_coffee();
    let sentence = desktop.hears(before, "coffee");
    let found = until("the sentence in the tree", || {
        let lines = desktop.accessible_tree();
        let tree: Vec<Accessible> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let heard = |node: &Accessible| node.role == "entry" && node.text.as_deref() == Some(&sentence);
        tree.iter().any(heard).then_some(tree)
    });
    let heard = found
        .iter()
        .find(|node| node.text.as_deref() == Some(&sentence) && node.role == "entry")
        .unwrap();
    assert!(heard.states.iter().any(|state| state == "FOCUSED"), "{heard:?}");
    assert!(found.iter().any(|node| node.role == "image" && node.name == sentence));
    let buttons = found.iter().filter(|node| node.role.ends_with("button")).count();
    assert!(buttons >= 14, "{buttons} buttons");
    for node in &found {
        let takes_focus = node.states.iter().any(|state| state == "FOCUSABLE");
        assert!(
            !takes_focus || !node.name.is_empty() || node.role == "scroll pane",
            "{node:?}"
        );
    }
}

#[test]
fn a_speech_server_that_died_is_started_again() {
    let desktop = Desktop::start();
    // Every sound after this is speech.
    fs::write(desktop.settings(), "version = 1\nearcons = false\n").unwrap();
    let _app = desktop.app(&["open", "--hidden"]);
    desktop.signal_speech("KILL");
    desktop.open_coffee();
    thread::sleep(Duration::from_secs(8));
    let loud = desktop.loud();
    assert!(loud > 0.6, "{loud} s of sound");
}

#[test]
fn a_wedged_speech_server_is_told_by_a_sound_and_spoken_to_again_later() {
    let desktop = Desktop::start();
    let _app = desktop.app(&["open"]);
    desktop.signal_speech("STOP");
    desktop.open_coffee();
    let tree = until("the window to say that speech does not answer", || {
        let tree = desktop.accessible_tree();
        tree.contains("does not answer").then_some(tree)
    });
    assert!(tree.contains("coffee"), "what could not be said is shown: {tree}");
    desktop.signal_speech("CONT");
    thread::sleep(A_WHILE);
    let before = desktop.said().len();
    desktop.open_coffee();
    desktop.hears(before, "coffee");
}

#[test]
fn no_connection_to_a_network_is_opened() {
    let desktop = Desktop::start();
    let trace = desktop.folder().join("trace");
    let mut traced = desktop.command("strace");
    traced.args(["-f", "-qq", "-e", "trace=socket", "-o"]).arg(&trace);
    let mut app = traced.arg(eyebright().get_program()).arg("open").spawn().unwrap();
    desktop.comes_to_front("Eyebright");
    desktop.open_coffee();
    desktop.hears(0, "coffee");
    for key in [SCREEN, MORE, ASK, STOP] {
        desktop.press(key);
        thread::sleep(A_WHILE);
    }
    desktop.press("ctrl+q");
    until("the app to end", || app.try_wait().unwrap());
    let trace = fs::read_to_string(trace).unwrap();
    assert!(trace.contains("AF_UNIX"), "the trace is empty");
    let network: Vec<&str> = trace.lines().filter(|line| line.contains("AF_INET")).collect();
    assert!(network.is_empty(), "{network:?}");
}

/// By hand, with Orca installed: `cargo nextest run -p eyebright-tests orca --run-ignored only`.
#[test]
#[ignore = "Orca gives up events that come late: needs an idle machine"]
fn orca_reads_the_description_when_speaking_is_left_to_it() {
    let desktop = Desktop::start();
    fs::write(desktop.settings(), "version = 1\nspeech = \"screen_reader\"\n").unwrap();
    let log = desktop.folder().join("orca");
    let mut orca = desktop.command("orca");
    orca.args(["--replace", "--enable", "speech"]);
    let debug = format!("--debug-file={}", log.display());
    let _orca = Running(
        orca.arg(debug)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap(),
    );
    let speech = || fs::read_to_string(&log).unwrap_or_default();
    until("Orca to speak", || {
        speech().contains("SPEECH OUTPUT: 'Screen reader on").then_some(())
    });
    let _app = Running(desktop.eyebright(&["open", "--hidden"]).spawn().unwrap());
    let _viewer = show(&desktop, "coffee.jpg");
    // Orca misses some of what happens on a machine that is busy: the person presses again.
    until("Orca to read the description", || {
        desktop.sh("xdotool search --name ImageMagick windowactivate --sync");
        desktop.press(WINDOW);
        thread::sleep(4 * A_WHILE);
        let is_read =
            |line: &str| line.contains("SPEECH OUTPUT") && line.contains("read only entry A photo of a cup of coffee");
        let read = speech().lines().any(is_read);
        desktop.press("ctrl+w");
        read.then_some(())
    });
}
