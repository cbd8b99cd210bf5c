//! Tests descriptions of things without a caption: how likely, how many and where.

use super::*;

#[test]
fn things_are_named_by_how_likely_they_are() {
    let dog = |score| photo().object("dog", score, [20.0, 30.0, 50.0, 50.0]);
    assert_eq!(dog(0.9).sentence(), "A photo of a dog.");
    assert_eq!(dog(0.5).sentence(), "Possibly a dog.");
    assert_eq!(
        dog(0.2).sentence(),
        "A photo, mostly brown and white; it may show a dog."
    );
    assert_eq!(
        dog(0.05).sentence(),
        "A photo, mostly brown and white; what it shows is unclear."
    );
    assert!(dog(0.9).describe().sure && !dog(0.5).describe().sure);
}

#[test]
fn counts_and_names_agree_with_the_objects() {
    let person = |x| ("person", 0.9, [x, 20.0, 20.0, 70.0]);
    let mut made = photo()
        .tag("golden retriever", 0.9)
        .object("dog", 0.9, [40.0, 60.0, 30.0, 30.0]);
    for (name, score, bbox) in [person(5.0), person(75.0)] {
        made = made.object(name, score, bbox);
    }
    let description = made.describe();
    assert_eq!(
        description.sentence(Language::English),
        "A photo of two people and a golden retriever."
    );
    assert_eq!(
        description.more(Language::English),
        [
            "Two people: one on the left and one on the right.",
            "A golden retriever in the middle."
        ]
    );
}

#[test]
fn everything_adds_tags_colours_and_size() {
    let description = photo()
        .tag("espresso", 0.7)
        .tag("cup", 0.2)
        .tag("dog sled", 0.001)
        .describe();
    assert_eq!(
        description.everything(Language::English),
        [
            "Tags: espresso 70 percent, cup 20 percent.",
            "Mostly brown and white.",
            "The picture is 100 pixels wide and 100 high."
        ]
    );
}

#[test]
fn near_and_far_go_by_size() {
    let near = photo().object("dog", 0.9, [0.0, 0.0, 40.0, 90.0]).describe();
    assert_eq!(near.more(Language::English), ["A dog on the left, near."]);
    let far = photo().object("dog", 0.9, [80.0, 50.0, 8.0, 8.0]).describe();
    assert_eq!(far.more(Language::English), ["A dog on the right, far away."]);
}
