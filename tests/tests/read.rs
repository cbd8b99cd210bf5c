//! `read`, and descriptions of pictures that are mostly text, with the real pack `reader`.

#![allow(clippy::unwrap_used)]

use std::path::PathBuf;

use eyebright_tests::{eyebright_with, finish, golden, picture};

const TEXT: &str = include_str!("../../models/tests/golden/reader.txt");

/// Path of a page with a heading over two columns.
fn page() -> PathBuf {
    golden("reader.png")
}

mod with_reader {
    use super::*;

    #[test]
    #[ignore = "needs the pack reader"]
    fn a_page_is_printed_column_by_column() {
        let mut command = eyebright_with("reader");
        let read = finish(command.arg("read").arg(page()));
        assert_eq!((read.code, read.out.as_str()), (0, TEXT), "{read:?}");
    }

    #[test]
    #[ignore = "needs the pack reader"]
    fn json_has_lines_with_scores_and_boxes_and_a_bad_input_stops_no_other() {
        let mut command = eyebright_with("reader");
        let inputs = [page(), PathBuf::from("gone.png"), picture("mountains.jpg")];
        let read = finish(command.args(["read", "--json"]).args(inputs));
        assert_eq!(read.code, 1, "{read:?}");
        let records = read.json();
        let lines = records[0]["text"].as_array().unwrap();
        assert_eq!(lines.len(), TEXT.lines().count());
        for (line, wanted) in lines.iter().zip(TEXT.lines()) {
            assert_eq!(line["line"], wanted);
            assert!((0.8..=1.0).contains(&line["score"].as_f64().unwrap()), "{line}");
            assert_eq!(line["box"].as_array().unwrap().len(), 4);
        }
        assert_eq!(records[1]["error"]["code"], "not_found");
        assert_eq!(records[2]["text"].as_array().unwrap().len(), 0, "{}", records[2]);
    }

    #[test]
    #[ignore = "needs the pack reader"]
    fn a_page_is_described_by_its_heading_and_everything_is_its_text() {
        let mut command = eyebright_with("reader");
        let run = finish(command.args(["describe", "--detail", "all"]).arg(page()));
        assert_eq!(run.code, 0, "{run:?}");
        let first = run.out.lines().next().unwrap();
        assert!(
            first.ends_with("Its largest line says: Eyebright reads. There are 7 lines of text."),
            "{first}"
        );
        let texts: Vec<&str> = run.out.lines().collect();
        assert!(TEXT.lines().all(|line| texts.contains(&line)), "{run:?}");
    }

    #[test]
    #[ignore = "needs the pack reader"]
    fn buttons_of_a_window_are_named_and_are_the_answer_to_a_question() {
        let mut command = eyebright_with("reader");
        let wizard = picture("screenshot-wizard.png");
        let run = finish(command.arg("describe").arg(&wizard));
        let named = "It seems to have the buttons Previous, Next, Cancel and Finish.";
        assert!(run.out.trim_end().ends_with(named), "{run:?}");
        let mut command = eyebright_with("reader");
        let asked = finish(
            command
                .args(["ask", "--json"])
                .arg(&wizard)
                .arg("Which buttons are there?"),
        );
        assert_eq!(
            asked.json()[0]["answer"],
            "Buttons, it seems: Previous; Next; Cancel; Finish",
            "{asked:?}"
        );
    }

    #[test]
    #[ignore = "needs the pack reader"]
    fn a_large_photo_of_text_is_read_in_all_its_pixels() {
        let mut command = eyebright_with("reader");
        // In this photo of 8 megapixels the letters are 12 pixels high. Reduced to 900 pixels they would be 4:
        // unreadable.
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("photo.jpg");
        let mut photo = image::RgbImage::from_pixel(3264, 2448, image::Rgb([248, 248, 240]));
        image::imageops::replace(&mut photo, &image::open(page()).unwrap().to_rgb8(), 1300, 1100);
        photo.save(&path).unwrap();
        let read = finish(command.arg("read").arg(&path));
        assert_eq!((read.code, read.out.as_str()), (0, TEXT), "{read:?}");
    }

    #[test]
    #[ignore = "needs the pack reader"]
    fn questions_about_text_are_answered_from_it() {
        let mut command = eyebright_with("reader");
        let questions = ["what does it say?", "is there an e-mail address?", "Was steht da?"];
        let asked = finish(command.arg("ask").arg(page()).args(questions).arg("--json"));
        assert_eq!(asked.code, 0, "{asked:?}");
        let answers = asked.json();
        for answer in [&answers[0], &answers[2]] {
            let text = answer["answer"].as_str().unwrap();
            assert!(
                text.contains("Eyebright reads") && text.contains("schöne Grüße"),
                "{text}"
            );
            assert_eq!(answer["from"], "text");
        }
        assert!(!answers[1]["answer"].as_str().unwrap().contains('@'), "{asked:?}");
    }
}
