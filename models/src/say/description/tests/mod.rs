//! Tests every way in which a description can be composed, with evidence made up for it.

mod things;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::Description;
use crate::evidence::calibration::Calibration;
use crate::evidence::lexicon::Lexicon;
use crate::evidence::{CaptionEvidence, Evidence};
use crate::say::english::captions::tidy;
use crate::say::language::Language;
use crate::sight::objects::Object;
use crate::sight::pixels::{Colour, Kind, PixelEvidence};
use crate::sight::tags::Tag;

fn lexicon() -> Lexicon {
    Lexicon::read(include_bytes!("../../../../packs/glance/lexicon.json")).unwrap()
}

/// A fixed calibration, so that refitting the pack's does not change these tests.
fn calibration() -> Calibration {
    let json = r#"{
        "caption": {"bias": 1.0, "weights": {"mean_log_probability": 2.0, "support_min": 0.5, "unmentioned_object": -3.0, "unmentioned_tag": -1.0}},
        "object": {"bias": 0.0, "score": 1.0, "tags": 0.0, "share": 0.0}, "unclassed_object": {"slope": 1.0, "bias": 0.0}, "tag": {"slope": 1.0, "bias": 0.0},
        "boxes": {"fills": 0.6, "known": 0.02, "whole": 0.85, "whole_at_most": 0.8},
        "thresholds": {"caption": 0.8, "sure": 0.85, "possible": 0.35, "faint": 0.12, "specific": 0.6, "supported": 0.35, "person_word": 0.6, "veto": 0.05}
    }"#;
    Calibration::read(json.as_bytes()).unwrap()
}

struct Made(Evidence);

fn made(kind: Kind, colours: &[(&'static str, f32)]) -> Made {
    let colours = colours.iter().map(|&(name, share)| Colour { name, share }).collect();
    let pixels = PixelEvidence {
        kind,
        colours,
        ..PixelEvidence::default()
    };
    Made(Evidence {
        pixels,
        size: (100, 100),
        ..Evidence::default()
    })
}

fn photo() -> Made {
    made(Kind::Photo, &[("brown", 0.5), ("white", 0.3), ("red", 0.05)])
}

impl Made {
    fn tag(mut self, name: &str, score: f32) -> Self {
        self.0.tags.push(Tag {
            name: name.into(),
            score,
        });
        self
    }

    /// Adds an object with its box, in a picture of 100 by 100 pixels.
    fn object(mut self, name: &'static str, score: f32, bbox: [f32; 4]) -> Self {
        self.0.objects.push(Object { name, score, bbox });
        self
    }

    /// Sets a caption in which every word has the log-probability `score`.
    fn caption(mut self, text: &str, score: f32) -> Self {
        let words = text.split_whitespace().map(|word| (word.to_string(), score)).collect();
        self.0.caption = Some(CaptionEvidence {
            text: text.into(),
            words,
            mean_log_probability: score,
            itm: 0.5,
            ..CaptionEvidence::default()
        });
        self
    }

    fn describe(&self) -> Description {
        Description::compose(&self.0, &lexicon(), &calibration())
    }

    fn sentence(&self) -> String {
        self.describe().sentence(Language::English)
    }
}

#[test]
fn pixels_alone_decide_where_there_is_no_photo() {
    let said =
        |kind, colours: &[(&'static str, f32)]| made(kind, colours).caption("a man rides a horse", -0.01).describe();
    assert_eq!(
        said(Kind::Black, &[("black", 1.0)]).sentence(Language::English),
        "The picture is black; a screen curtain may be on."
    );
    assert_eq!(
        said(Kind::Blank, &[("white", 1.0)]).sentence(Language::English),
        "The picture is blank, all white."
    );
    assert_eq!(
        said(Kind::Screenshot, &[("white", 0.7), ("blue", 0.2)]).sentence(Language::English),
        "A screenshot, mostly white and blue."
    );
    assert_eq!(
        said(Kind::Document, &[("white", 0.9)]).sentence(Language::English),
        "A page of text, mostly white."
    );
    assert_eq!(
        said(Kind::Drawing, &[("blue", 0.4)]).sentence(Language::English),
        "A drawing or an icon, mostly blue."
    );
    assert!(said(Kind::Document, &[("white", 0.9)]).sure);
    let mut noise = made(Kind::Blank, &[]);
    noise.0.pixels.noise = true;
    assert_eq!(noise.sentence(), "The picture is only noise; nothing can be made out.");
}

#[test]
fn a_drawing_is_named_with_care() {
    let fox = made(Kind::Drawing, &[("orange", 0.4)])
        .tag("red fox", 0.9)
        .caption("a dog runs through the snow", -0.01)
        .describe();
    assert_eq!(
        fox.sentence(Language::English),
        "A drawing or an icon, mostly orange; it may show a fox."
    );
    assert!(!fox.sure);
}

#[test]
fn a_supported_caption_is_said() {
    let made = photo()
        .caption("a dog runs on the beach", -0.2)
        .object("dog", 0.9, [20.0, 30.0, 50.0, 50.0])
        .tag("beagle", 0.6);
    let description = made.describe();
    assert_eq!(description.sentence(Language::English), "A dog runs on the beach.");
    assert!(description.sure && description.confidence > 0.8);
    assert_eq!(description.caption.as_deref(), Some("a dog runs on the beach"));
}

#[test]
fn a_caption_that_names_a_thing_twice_is_not_said() {
    for score in [-0.01, -2.0] {
        let made = photo()
            .caption("a man on a motorcycle is riding a motorcycle", score)
            .object("motorcycle", 0.9, [20.0, 30.0, 50.0, 50.0])
            .object("person", 0.9, [30.0, 10.0, 20.0, 40.0]);
        assert!(!made.sentence().contains("riding"), "{}", made.sentence());
        assert!(made.sentence().contains("a motorcycle"), "{}", made.sentence());
    }
}

/// A caption without calibration is said after "Possibly", even if the model is sure of its words and evidence supports
/// them.
#[test]
fn a_caption_of_unknown_truth_is_possible_at_most() {
    let made = |text: &str, score| {
        let mut made = photo()
            .caption(text, score)
            .object("dog", 0.9, [20.0, 30.0, 50.0, 50.0])
            .tag("beagle", 0.6);
        made.0.caption.as_mut().unwrap().uncalibrated = true;
        made.describe()
    };
    let dog = made("a dog runs on the beach", -0.01);
    assert_eq!(dog.sentence(Language::English), "Possibly a dog runs on the beach.");
    assert!(!dog.sure && (dog.confidence - 0.99).abs() < 0.01);
    let horse = made("a man rides a horse", -0.01);
    assert!(
        !horse.sentence(Language::English).contains("horse") && horse.sentence(Language::English).contains("dog"),
        "{}",
        horse.sentence(Language::English)
    );
    let stammered = made("a dog runs on on the beach", -4.0);
    assert!(
        !stammered.sentence(Language::English).contains(" on on "),
        "{}",
        stammered.sentence(Language::English)
    );
}

/// A detector sometimes takes a cat's face for a dog; an animal that fills the picture needs support from the tags.
#[test]
fn an_animal_that_fills_the_picture_is_known_to_the_tags() {
    let made = |side: f32| {
        photo()
            .tag("Egyptian cat", 0.95)
            .object("dog", 0.95, [0.0, 0.0, side, side])
            .sentence()
    };
    assert_eq!(made(95.0), "A photo of a cat.");
    assert!(made(50.0).contains("dog"));
}

#[test]
fn two_boxes_around_one_thing_are_one() {
    let made = |second| {
        let first = photo().object("dog", 0.9, [10.0, 10.0, 60.0, 60.0]).tag("beagle", 0.9);
        first.object("dog", 0.9, second).sentence()
    };
    assert_eq!(made([20.0, 20.0, 45.0, 45.0]), "A photo of a hound.");
    assert_eq!(made([60.0, 60.0, 35.0, 35.0]), "A photo of two dogs.");
}

#[test]
fn coffee_is_never_a_dog() {
    let made = photo()
        .caption("a dog is sitting on a table", -0.01)
        .tag("espresso", 0.7)
        .tag("cup", 0.2)
        .object("cup", 0.6, [30.0, 30.0, 40.0, 40.0]);
    let description = made.describe();
    assert_eq!(description.sentence(Language::English), "A photo of a cup of coffee.");
    assert!(!description.sentence(Language::English).contains("dog"));
}

#[test]
fn a_cat_is_never_a_man() {
    let made = photo()
        .caption("a man is sitting on a couch", -0.01)
        .tag("Egyptian cat", 0.5)
        .object("cat", 0.5, [10.0, 30.0, 60.0, 60.0]);
    assert_eq!(made.sentence(), "Possibly a cat.");
}

#[test]
fn an_unsure_caption_is_cut_where_support_ends() {
    let made = photo()
        .caption("a dog running through the snow with a ball", -2.0)
        .object("dog", 0.6, [20.0, 30.0, 50.0, 50.0])
        .tag("mountain", 0.4);
    assert_eq!(made.sentence(), "Possibly a dog running through the snow.");
}

#[test]
fn unsure_men_and_surfers_are_persons() {
    let person = [20.0, 30.0, 50.0, 50.0];
    let made = photo()
        .caption("an old man rides a bicycle", -2.0)
        .object("person", 0.6, person)
        .object("bicycle", 0.6, [20.0, 50.0, 50.0, 50.0]);
    assert_eq!(made.sentence(), "Possibly an old person rides a bicycle.");
    let made = photo()
        .caption("a surfer near the ocean with a dog", -0.3)
        .object("person", 0.7, person)
        .tag("beach", 0.6);
    assert_eq!(made.sentence(), "Possibly a person near the ocean.");
    let couple = |text| {
        let made = photo()
            .caption(text, -0.7)
            .object("person", 0.7, person)
            .object("bench", 0.7, person);
        made.sentence()
    };
    assert_eq!(
        couple("a man and a woman on a bench"),
        "Possibly two people on a bench."
    );
    assert_eq!(couple("a man and woman on a bench"), "Possibly two people on a bench.");
}

#[test]
fn a_prominent_thing_that_an_unsure_caption_leaves_out_is_added() {
    let made = photo()
        .caption("a dog on the beach", -2.0)
        .object("dog", 0.6, [20.0, 30.0, 60.0, 60.0])
        .object("umbrella", 0.6, [50.0, 0.0, 50.0, 60.0])
        .tag("beach", 0.4);
    assert_eq!(made.sentence(), "Possibly a dog on the beach; also an umbrella.");
}

#[test]
fn a_cut_off_caption_has_no_loose_end() {
    assert_eq!(
        tidy("a man in a red shirt is standing on the"),
        "a man in a red shirt is standing"
    );
    assert_eq!(tidy("a orange sits on an table"), "an orange sits on a table");
}

#[test]
fn a_sure_caption_does_not_tell_the_sex_of_people() {
    let seen = photo().object("person", 0.98, [10.0, 10.0, 50.0, 80.0]);
    let seen = seen.object("dog", 0.98, [60.0, 60.0, 20.0, 20.0]);
    let said = |text| {
        let description = Made(seen.0.clone()).caption(text, -0.01).describe();
        assert!(description.sure, "{description:?}");
        assert_eq!(description.caption.as_deref(), Some(text));
        description.sentence(Language::English)
    };
    assert_eq!(said("a man and a woman with a dog"), "Two people with a dog.");
    assert_eq!(
        said("an old man, a boy and two girls with a dog"),
        "An old person, a child and two children with a dog."
    );
    assert_eq!(
        said("a child with a dog and two women"),
        "A child with a dog and two people."
    );
}

#[test]
fn nothing_at_all_is_unclear() {
    let description = made(Kind::Photo, &[]).describe();
    assert_eq!(
        description.sentence(Language::English),
        "A photo; what it shows is unclear."
    );
    assert!(description.confidence < 0.01 && !description.sure);
}

/// An unsure sentence names only nouns that tags or objects support, whatever the evidence.
#[test]
fn no_unsure_sentence_names_what_nothing_supports() {
    const CAPTIONS: [&str; 6] = [
        "a man in a blue shirt is riding a bike down the street",
        "two dogs play with a ball in the snow",
        "a group of people standing in front of a building",
        "a little girl in a pink dress is eating an apple at a table",
        "a cat lies on a bed next to a laptop and a cup",
        "a surfer rides a wave in the ocean",
    ];
    const OBJECTS: [&str; 8] = ["person", "dog", "bicycle", "cat", "cup", "laptop", "surfboard", "apple"];
    let (lexicon, calibration) = (lexicon(), calibration());
    let mut chance = StdRng::seed_from_u64(7);
    for _ in 0..500 {
        let mut made = photo().caption(
            CAPTIONS[chance.random_range(0..CAPTIONS.len())],
            -chance.random_range(0.5..4.0),
        );
        for _ in 0..chance.random_range(0..5) {
            let bbox = [
                chance.random_range(0.0..60.0),
                chance.random_range(0.0..60.0),
                chance.random_range(5.0..40.0),
                chance.random_range(5.0..40.0),
            ];
            made = made.object(
                OBJECTS[chance.random_range(0..OBJECTS.len())],
                chance.random_range(0.05..0.95),
                bbox,
            );
        }
        for _ in 0..chance.random_range(0..4) {
            made = made.tag(
                &lexicon.classes()[chance.random_range(0..1000)],
                chance.random_range(0.0..0.3),
            );
        }
        let description = made.describe();
        if description.sure {
            continue;
        }
        let seen = made.0.weighed(&lexicon, &calibration).seen(&lexicon);
        let sentence = description
            .sentence(Language::English)
            .trim_end_matches('.')
            .to_lowercase()
            .replace([';', ','], " ,");
        let shown = sentence.split("it may show").last().unwrap_or_default();
        let words: Vec<&str> = shown.split_whitespace().filter(|word| *word != "possibly").collect();
        for mention in lexicon.mentions(&words) {
            let support = seen.support(&mention.noun.extent);
            let implied = mention.words.is_empty();
            assert!(
                implied || support >= calibration.thresholds.faint,
                "{} ({support}) in {:?}",
                mention.name,
                description.sentence(Language::English)
            );
        }
    }
}
