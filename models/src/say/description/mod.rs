//! From evidence to an honest sentence.
//!
//! The caption is said only where its nouns are probably right. Else only what tags and objects support is named, after "Possibly"; and where nothing is
//! supported, the kind and the colours of the picture. Blank, black, noisy pictures, screenshots and documents are told from pixels and never captioned.

mod more;
pub mod text;
pub(crate) mod words;

use crate::evidence::calibration::{Calibration, Thresholds};
use crate::evidence::{CaptionEvidence, Evidence, Thing, caption, features, things};
pub(crate) use more::colours;

use crate::evidence::lexicon::{Lexicon, Noun, NounKind, Seen};
use crate::sight::moderation::Judgement;
use crate::sight::objects::Object;
use crate::sight::ocr::Line;
use crate::sight::pixels::Kind;
use crate::sight::tags::Tag;

/// At most so many things in one sentence.
const NAMED: usize = 3;
/// Tags below this probability, and more than this many, are noise to a reader.
const TAG_SHOWN: f32 = 0.02;
const TAGS_SHOWN: usize = 10;
/// Objects below this probability are not reported.
const OBJECT_SHOWN: f32 = 0.35;
/// A caption whose pieces have a lower probability in the mean is no more than chance.
const STAMMERED: f32 = 0.05;
/// What pixels alone decide is right nearly always.
const BY_PIXELS: f32 = 0.98;
/// Words on which no caption ends; one that was cut off at its greatest length may.
const NEVER_LAST: [&str; 28] = [
    "a", "an", "the", "of", "in", "on", "at", "to", "by", "with", "and", "or", "is", "are", "his", "her", "their",
    "its", "for", "from", "while", "as", "into", "onto", "near", "over", "through", ",",
];

/// What is said and shown about a picture.
#[derive(Debug, Clone)]
pub struct Description {
    /// The kind of picture.
    pub kind: Kind,
    /// What is spoken first: one sentence, or two halves joined by a semicolon.
    pub sentence: String,
    /// Whether the sentence is said without "possibly" or "may".
    pub sure: bool,
    /// The probability, 0 to 1, that everything the sentence names is there.
    pub confidence: f32,
    /// The raw caption of the language model, whether it was said or not.
    pub caption: Option<String>,
    /// The likeliest classes, best first.
    pub tags: Vec<Tag>,
    /// The objects that are likely there, with calibrated scores, best first; boxes in pixels of the picture.
    pub objects: Vec<Object>,
    /// Lines of text in reading order; None: not looked for.
    pub text: Option<Vec<Line>>,
    /// Whether it may show nudity; None: not judged.
    pub moderation: Option<Judgement>,
    /// Further sentences: objects and places.
    pub more: Vec<String>,
    /// Still further sentences: text, tags, colours, size.
    pub everything: Vec<String>,
}

/// A sentence before the rest is added.
struct Said {
    sentence: String,
    sure: bool,
    confidence: f32,
}

impl Description {
    /// Makes the description that `evidence` supports.
    pub fn compose(evidence: &Evidence, lexicon: &Lexicon, calibration: &Calibration) -> Self {
        let evidence = &evidence.weighed(lexicon, calibration);
        let faint = calibration.thresholds.faint;
        let seen = evidence.seen(lexicon);
        let things = things(evidence, &seen, lexicon, calibration, faint);
        let said = by_pixels(evidence, &things, calibration)
            .unwrap_or_else(|| photo(evidence, &things, &seen, lexicon, calibration));
        let shown = matches!(evidence.pixels.kind, Kind::Photo | Kind::Drawing);
        let possible: Vec<_> = things
            .iter()
            .filter(|thing| thing.probability >= calibration.thresholds.possible)
            .cloned()
            .collect();
        Self {
            kind: evidence.pixels.kind,
            sentence: said.sentence,
            sure: said.sure,
            confidence: said.confidence,
            caption: evidence.caption.as_ref().map(|caption| caption.text.clone()),
            tags: if shown { tags_shown(&evidence.tags) } else { Vec::new() },
            objects: if shown {
                objects_shown(&evidence.objects)
            } else {
                Vec::new()
            },
            text: None,
            moderation: None,
            more: if shown {
                more::places(&possible, evidence)
            } else {
                Vec::new()
            },
            everything: everything(evidence, shown),
        }
    }
}

/// The sentence for pictures that need no networks to be told; None for a photo.
fn by_pixels(evidence: &Evidence, things: &[Thing<'_>], calibration: &Calibration) -> Option<Said> {
    let colours = colours(&evidence.pixels.colours);
    let mostly = if colours.is_empty() {
        String::new()
    } else {
        format!(", mostly {colours}")
    };
    let sentence = match evidence.pixels.kind {
        Kind::Photo => return None,
        Kind::Black => "The picture is black; a screen curtain may be on".to_string(),
        Kind::Blank if evidence.pixels.noise => "The picture is only noise; nothing can be made out".to_string(),
        Kind::Blank if evidence.pixels.gradient => {
            format!("The picture is blank; its colour changes smoothly{mostly}")
        }
        Kind::Blank if colours.is_empty() => "The picture is blank".to_string(),
        Kind::Blank => format!("The picture is blank, all {}", evidence.pixels.colours[0].name),
        Kind::Screenshot => format!("A screenshot{mostly}"),
        Kind::Document => format!("A page of text{mostly}"),
        Kind::Drawing => match things
            .first()
            .filter(|thing| thing.probability >= calibration.thresholds.possible)
        {
            Some(thing) => {
                let sentence = words::sentence(&format!(
                    "A drawing or an icon{mostly}; it may show {}",
                    words::thing(thing)
                ));
                return Some(Said {
                    sentence,
                    sure: false,
                    confidence: thing.probability,
                });
            }
            None => format!("A drawing or an icon{mostly}"),
        },
    };
    Some(Said {
        sentence: words::sentence(&sentence),
        sure: true,
        confidence: BY_PIXELS,
    })
}

/// The most telling sentence about a photo that the evidence allows.
fn photo(evidence: &Evidence, things: &[Thing<'_>], seen: &Seen, lexicon: &Lexicon, calibration: &Calibration) -> Said {
    captioned(evidence, seen, lexicon, calibration)
        .or_else(|| uncalibrated(evidence, seen, lexicon, &calibration.thresholds))
        .or_else(|| half_captioned(evidence, things, seen, lexicon, &calibration.thresholds))
        .or_else(|| named(things, &calibration.thresholds))
        .unwrap_or_else(|| unclear(evidence, things))
}

/// The caption, unless it names a thing twice.
fn fluent<'a>(evidence: &'a Evidence, lexicon: &Lexicon) -> Option<&'a CaptionEvidence> {
    let caption = evidence.caption.as_ref();
    caption.filter(|caption| !caption::names_twice(caption, lexicon))
}

/// The caption, if all its nouns are probably right; whether persons are men or women is left out.
fn captioned(evidence: &Evidence, seen: &Seen, lexicon: &Lexicon, calibration: &Calibration) -> Option<Said> {
    let caption = fluent(evidence, lexicon).filter(|caption| !caption.uncalibrated)?;
    let confidence = calibration.caption(&features(evidence, seen, lexicon));
    let sure = confidence >= calibration.thresholds.caption
        && !is_vetoed(caption, evidence, seen, lexicon, &calibration.thresholds);
    sure.then(|| Said {
        sentence: words::sentence(&tidy(&caption::neutrally(caption, lexicon))),
        sure: true,
        confidence,
    })
}

/// The caption as it is, after "Possibly", of a model of which nobody knows how often it is right.
fn uncalibrated(evidence: &Evidence, seen: &Seen, lexicon: &Lexicon, thresholds: &Thresholds) -> Option<Said> {
    let caption = evidence.caption.as_ref().filter(|caption| caption.uncalibrated)?;
    let confidence = caption.mean_log_probability.exp();
    let text = tidy(&caption.text);
    let said = confidence >= STAMMERED && !text.is_empty() && !is_vetoed(caption, evidence, seen, lexicon, thresholds);
    said.then(|| Said {
        sentence: words::sentence(&format!("Possibly {text}")),
        sure: false,
        confidence,
    })
}

/// Whether the caption tells of a person or an animal for which there is no evidence at all: the worst inventions, so no score outweighs this.
fn is_vetoed(
    caption: &CaptionEvidence,
    evidence: &Evidence,
    seen: &Seen,
    lexicon: &Lexicon,
    thresholds: &Thresholds,
) -> bool {
    let words = caption.bare_words();
    let must_be_seen = |noun: &Noun| match noun.kind {
        NounKind::Person => true,
        NounKind::Thing => lexicon.is_animal(&noun.extent),
        NounKind::Scene | NounKind::Other => false,
    };
    let mentions = lexicon.mentions(&words);
    let has_evidence = !evidence.tags.is_empty() || !evidence.objects.is_empty();
    has_evidence
        && mentions
            .iter()
            .filter(|mention| must_be_seen(mention.noun))
            .any(|mention| seen.support(&mention.noun.extent) < thresholds.veto)
}

/// The supported beginning of the caption, if it tells of the most prominent thing and of more than that.
fn half_captioned(
    evidence: &Evidence,
    things: &[Thing<'_>],
    seen: &Seen,
    lexicon: &Lexicon,
    thresholds: &Thresholds,
) -> Option<Said> {
    let supported = caption::supported(fluent(evidence, lexicon)?, lexicon, seen, thresholds)?;
    let top = things
        .first()
        .filter(|thing| thing.probability >= thresholds.possible)?;
    let mentioned = |thing: &Thing<'_>| {
        supported
            .nouns
            .iter()
            .filter_map(|name| lexicon.noun(name))
            .any(|noun| noun.extent.meets(&thing.concept.extent))
    };
    if supported.nouns.len() < 2 || !mentioned(top) {
        return None;
    }
    let also = things
        .iter()
        .skip(1)
        .find(|thing| thing.probability >= thresholds.possible && thing.is_prominent() && !mentioned(thing));
    let text = tidy(&supported.text);
    let sentence = match also {
        Some(thing) => format!("Possibly {text}; also {}", words::thing(thing)),
        None => format!("Possibly {text}"),
    };
    Some(Said {
        sentence: words::sentence(&sentence),
        sure: false,
        confidence: supported.probability,
    })
}

/// The most prominent things, if the first is likely enough.
fn named(things: &[Thing<'_>], thresholds: &Thresholds) -> Option<Said> {
    let top = things.first()?;
    let sure = top.probability >= thresholds.sure;
    let least = if sure { thresholds.sure } else { thresholds.possible };
    let named: Vec<_> = things
        .iter()
        .take_while(|_| top.probability >= least)
        .filter(|thing| thing.probability >= least)
        .take(NAMED)
        .collect();
    let confidence = named.iter().map(|thing| thing.probability).reduce(f32::min)?;
    let phrases = words::list(&named.iter().map(|thing| words::thing(thing)).collect::<Vec<_>>());
    let sentence = if sure {
        format!("A photo of {phrases}")
    } else {
        format!("Possibly {phrases}")
    };
    Some(Said {
        sentence: words::sentence(&sentence),
        sure,
        confidence,
    })
}

/// Colours, and a guess if there is a faint one.
fn unclear(evidence: &Evidence, things: &[Thing<'_>]) -> Said {
    let colours = colours(&evidence.pixels.colours);
    let photo = if colours.is_empty() {
        "A photo".to_string()
    } else {
        format!("A photo, mostly {colours}")
    };
    let (rest, confidence) = match things.first() {
        Some(thing) => (format!("it may show {}", words::thing(thing)), thing.probability),
        None => ("what it shows is unclear".to_string(), 0.0),
    };
    Said {
        sentence: words::sentence(&format!("{photo}; {rest}")),
        sure: false,
        confidence,
    }
}

/// The caption without a dangling end, and with "a" and "an" as they should be.
fn tidy(caption: &str) -> String {
    let mut words: Vec<&str> = caption.split_whitespace().collect();
    while words.last().is_some_and(|last| NEVER_LAST.contains(last)) {
        words.pop();
    }
    let mut tidied: Vec<String> = Vec::with_capacity(words.len());
    for (place, &word) in words.iter().enumerate() {
        match words.get(place + 1).filter(|_| word == "a" || word == "an") {
            Some(next) => tidied.push(words::with_article(next).split(' ').next().unwrap_or(word).to_string()),
            None => tidied.push(word.to_string()),
        }
    }
    tidied.join(" ")
}

fn tags_shown(tags: &[Tag]) -> Vec<Tag> {
    let mut shown: Vec<Tag> = tags.iter().filter(|tag| tag.score >= TAG_SHOWN).cloned().collect();
    shown.sort_by(|a, b| b.score.total_cmp(&a.score));
    shown.truncate(TAGS_SHOWN);
    shown
}

fn objects_shown(objects: &[Object]) -> Vec<Object> {
    let mut shown: Vec<Object> = objects
        .iter()
        .filter(|object| object.score >= OBJECT_SHOWN)
        .cloned()
        .collect();
    shown.sort_by(|a, b| b.score.total_cmp(&a.score));
    shown
}

/// Tags, colours and size.
fn everything(evidence: &Evidence, with_tags: bool) -> Vec<String> {
    let mut sentences = Vec::new();
    let tags = tags_shown(&evidence.tags);
    if with_tags && !tags.is_empty() {
        let tags: Vec<String> = tags
            .iter()
            .map(|tag| format!("{} {:.0} percent", tag.name, tag.score * 100.0))
            .collect();
        sentences.push(words::sentence(&format!("Tags: {}", tags.join(", "))));
    }
    let colours = colours(&evidence.pixels.colours);
    if !colours.is_empty() {
        sentences.push(words::sentence(&format!("Mostly {colours}")));
    }
    sentences.push(format!(
        "The picture is {} pixels wide and {} high.",
        evidence.size.0, evidence.size.1
    ));
    sentences
}

#[cfg(test)]
mod tests;
