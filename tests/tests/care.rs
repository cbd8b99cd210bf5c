//! Nudity warnings, with the real pack `care`.

#![allow(clippy::unwrap_used)]

use std::fs;

use eyebright_tests::{eyebright, eyebright_with, fetched, finish, golden, picture};

mod with_care {
    use super::*;

    #[test]
    #[ignore = "needs the pack care"]
    fn a_warning_is_printed_first_and_the_description_all_the_same() {
        let mut command = eyebright_with("care");
        let warned = finish(command.arg("describe").arg(golden("moderation.png")));
        let lines: Vec<&str> = warned.out.lines().collect();
        assert_eq!((warned.code, lines.len()), (0, 2), "{warned:?}");
        assert_eq!(lines[0], "Careful: this picture most likely shows nudity.");
    }

    #[test]
    #[ignore = "needs the pack care"]
    fn json_has_level_and_score() {
        let mut command = eyebright_with("care");
        let inputs = [golden("moderation.png"), picture("coffee.jpg")];
        let records = finish(command.args(["describe", "--json"]).args(inputs)).json();
        assert_eq!(records[0]["moderation"]["level"], "likely");
        assert!((records[0]["moderation"]["score"].as_f64().unwrap() - 0.93).abs() < 0.01);
        assert_eq!(records[1]["moderation"]["level"], "none");
    }

    #[test]
    #[ignore = "needs the pack care"]
    fn a_damaged_pack_is_told_with_what_to_do() {
        let packs = fetched("care");
        let home = tempfile::tempdir().unwrap();
        let care = home.path().join("care");
        fs::create_dir(&care).unwrap();
        for entry in fs::read_dir(packs.join("care")).unwrap() {
            let path = entry.unwrap().path();
            fs::copy(&path, care.join(path.file_name().unwrap())).unwrap();
        }
        fs::write(care.join("open-nsfw.onnx"), b"cut").unwrap();
        let run = finish(
            eyebright()
                .env("EYEBRIGHT_PACKS", home.path())
                .arg("describe")
                .arg(picture("coffee.jpg")),
        );
        assert_eq!(run.code, 1, "{run:?}");
        assert!(
            run.err.contains("open-nsfw.onnx") && run.err.contains("etch"),
            "{run:?}"
        );
    }
}
