//! Questions, spoken and typed, and the microphone.

use std::fs;
use std::thread;

use crate::keys::{ASK, STOP};
use eyebright_tests::desktop::{A_WHILE, Desktop, until};
use eyebright_tests::{ears, golden};

#[test]
fn a_recording_is_heard_to_begin_to_end_to_be_empty_and_to_be_too_quiet() {
    let desktop = Desktop::start();
    let packs = ears::tiny();
    // With the voice at volume 0, only the earcons are recorded.
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
        // Stop speaking, because the ask key would only interrupt it.
        desktop.press(STOP);
    };
    ask("true", "The microphone is too quiet");
    ask(
        "sox -n -r 48000 -c 1 -t wav - synth 8 noise vol 0.02 | paplay --device=micfeed",
        "No question was heard",
    );
    // The tiny model never understands a word.
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
        // This model only answers questions, so glance describes.
        desktop.hears(before, "coffee");
        // With random weights the words make no sense, but an unsure answer of a published model starts like this.
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
    // Once the microphone is plugged in, it is used.
    let module = desktop.sh("pactl load-module module-remap-source source_name=second master=speaker.monitor source_properties=device.description=Second");
    let before = desktop.said().len();
    desktop.press(ASK);
    desktop.microphone_is(true);
    desktop.sh(&format!("pactl unload-module {module}"));
    desktop.hears(before, "The microphone is gone");
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
    // The second question refers to the first.
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
    // The history shows both questions.
    let tree = desktop.accessible_tree();
    assert!(
        tree.contains("is there a cup") && tree.contains("where is it"),
        "{tree}"
    );
}
