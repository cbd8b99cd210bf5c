//! Composes the first statement about a photo: the most informative one that the evidence allows.
//!
//! The caption is used only if its nouns are probably right. Otherwise only things that tags and objects support are
//! named, after "Possibly" if they are not sure. If nothing is supported, the colours of the picture are named.

use super::first::First;
use super::more::amount;
use crate::base::sentences::sentences;
use crate::evidence::calibration::{Calibration, Thresholds};
use crate::evidence::lexicon::{Lexicon, Noun, NounKind, Seen};
use crate::evidence::{CaptionEvidence, Evidence, Thing, caption, features, main_colours, neutral, things};
use crate::say::english::captions::tidy;
use crate::say::statement::{Amount, Caption, Statement};

/// Maximum number of things named in one sentence.
const NAMED: usize = 3;
/// Minimum geometric mean of the token probabilities of an uncalibrated caption. Below it the text is no better than
/// chance.
const STAMMERED: f32 = 0.05;

/// Everything needed to compose a statement about a photo.
struct Photo<'p> {
    evidence: &'p Evidence,
    things: &'p [Thing<'p>],
    seen: &'p Seen,
    lexicon: &'p Lexicon,
    thresholds: &'p Thresholds,
}

/// Composes the beginning of a photo's description. `evidence` must be weighed, `seen` is its summary, and `things` are
/// sorted most prominent first.
pub fn photo(
    evidence: &Evidence,
    things: &[Thing<'_>],
    seen: &Seen,
    lexicon: &Lexicon,
    calibration: &Calibration,
) -> First {
    let photo = Photo::new(evidence, things, seen, lexicon, calibration);
    photo
        .captioned(calibration)
        .or_else(|| photo.uncalibrated())
        .or_else(|| photo.half_captioned())
        .unwrap_or_else(|| photo.uncaptioned())
}

/// The statement for one sentence of a language model, before the model has written the next; None if the evidence
/// forbids it. `evidence` has no caption yet and is not weighed.
pub fn sentence(evidence: &Evidence, text: &str, lexicon: &Lexicon, calibration: &Calibration) -> Option<Statement> {
    let evidence = &evidence.weighed(lexicon, calibration);
    let seen = &evidence.seen(lexicon);
    let things = &things(evidence, seen, lexicon, calibration, calibration.thresholds.faint);
    let photo = Photo::new(evidence, things, seen, lexicon, calibration);
    photo.hedged(text)
}

impl<'p> Photo<'p> {
    fn new(
        evidence: &'p Evidence,
        things: &'p [Thing<'p>],
        seen: &'p Seen,
        lexicon: &'p Lexicon,
        calibration: &'p Calibration,
    ) -> Self {
        Self {
            evidence,
            things,
            seen,
            lexicon,
            thresholds: &calibration.thresholds,
        }
    }
}

impl Photo<'_> {
    /// The caption, unless it names a thing twice.
    fn fluent(&self) -> Option<&CaptionEvidence> {
        let caption = self.evidence.caption.as_ref();
        caption.filter(|caption| !caption::names_twice(caption, self.lexicon))
    }

    /// The caption with neutral nouns for persons, if all its nouns are probably right.
    fn captioned(&self, calibration: &Calibration) -> Option<First> {
        let caption = self.fluent().filter(|caption| !caption.uncalibrated)?;
        let confidence = calibration.caption(&features(self.evidence, self.seen, self.lexicon));
        let sure = confidence >= self.thresholds.caption && !self.is_vetoed(&caption.bare_words());
        sure.then(|| First {
            statements: vec![self.written(caption::neutrally(caption, self.lexicon), true, None)],
            sure: true,
            confidence,
        })
    }

    /// The sentences of a model without calibration, each after "Possibly".
    fn uncalibrated(&self) -> Option<First> {
        let caption = self.evidence.caption.as_ref().filter(|caption| caption.uncalibrated)?;
        let confidence = caption.mean_log_probability.exp();
        let statements = sentences(&caption.text)
            .iter()
            .filter_map(|text| self.hedged(text))
            .collect::<Vec<_>>();
        let said = confidence >= STAMMERED && !statements.is_empty();
        said.then_some(First {
            statements,
            sure: false,
            confidence,
        })
    }

    /// A sentence of a model without calibration, after "Possibly"; None if it is empty or vetoed.
    fn hedged(&self, text: &str) -> Option<Statement> {
        let text = text.trim_end_matches('.');
        let plain = text.to_lowercase();
        let words: Vec<&str> = plain.split_whitespace().collect();
        let said = !tidy(text).is_empty() && !self.is_vetoed(&words);
        said.then(|| self.written(after_possibly(text), false, None))
    }

    /// True if the words mention a person or an animal with almost no support. Those are the worst inventions, so no
    /// score outweighs this.
    fn is_vetoed(&self, words: &[&str]) -> bool {
        let must_be_seen = |noun: &Noun| match noun.kind {
            NounKind::Person => true,
            NounKind::Thing => self.lexicon.is_animal(&noun.extent),
            NounKind::Scene | NounKind::Other => false,
        };
        let has_evidence = !self.evidence.tags.is_empty() || !self.evidence.objects.is_empty();
        let mentions = self.lexicon.mentions(words);
        has_evidence
            && mentions
                .iter()
                .filter(|mention| must_be_seen(mention.noun))
                .any(|mention| self.seen.support(&mention.noun.extent) < self.thresholds.veto)
    }

    /// The supported beginning of the caption, if it mentions the most prominent thing and at least one other noun.
    fn half_captioned(&self) -> Option<First> {
        let supported = caption::supported(self.fluent()?, self.lexicon, self.seen, self.thresholds)?;
        let is_possible = |thing: &&Thing<'_>| thing.probability >= self.thresholds.possible;
        let top = self.things.first().filter(is_possible)?;
        let mentioned = |thing: &Thing<'_>| {
            let nouns = supported.nouns.iter().filter_map(|name| self.lexicon.noun(name));
            nouns.into_iter().any(|noun| noun.extent.meets(&thing.concept.extent))
        };
        if supported.nouns.len() < 2 || !mentioned(top) {
            return None;
        }
        let mut others = self.things.iter().skip(1);
        let also = others.find(|thing| is_possible(thing) && thing.is_prominent() && !mentioned(thing));
        Some(First {
            confidence: supported.probability,
            statements: vec![self.written(supported.text, false, also.map(amount))],
            sure: false,
        })
    }

    /// A statement without the caption: the most prominent things, or the colours if none is likely enough.
    fn uncaptioned(&self) -> First {
        self.named().unwrap_or_else(|| self.unclear())
    }

    /// The most prominent things, if the first is likely enough: all sure, or all possible.
    fn named(&self) -> Option<First> {
        let top = self.things.first()?;
        let sure = top.probability >= self.thresholds.sure;
        let least = if sure {
            self.thresholds.sure
        } else {
            self.thresholds.possible
        };
        let named: Vec<_> = self
            .things
            .iter()
            .take_while(|_| top.probability >= least)
            .filter(|thing| thing.probability >= least)
            .take(NAMED)
            .collect();
        let confidence = named.iter().map(|thing| thing.probability).reduce(f32::min)?;
        let amounts = named.into_iter().map(amount).collect();
        Some(First {
            statements: vec![if sure {
                Statement::Photo(amounts)
            } else {
                Statement::Possibly(amounts)
            }],
            sure,
            confidence,
        })
    }

    /// The colours, and the most prominent unlikely thing as a guess if there is one.
    fn unclear(&self) -> First {
        let guess = self.things.first();
        First {
            statements: vec![Statement::Unclear(
                main_colours(&self.evidence.pixels.colours),
                guess.map(amount),
            )],
            sure: false,
            confidence: guess.map_or(0.0, |thing| thing.probability),
        }
    }

    /// A caption as a statement, with its nouns for languages other than English.
    fn written(&self, text: String, sure: bool, also: Option<Amount>) -> Statement {
        let plain = text.to_lowercase();
        let words: Vec<&str> = plain.split_whitespace().collect();
        let mentions = self.lexicon.mentions(&words);
        let mut end = 0;
        let mut nouns = Vec::new();
        for mention in mentions.iter().filter(|mention| !mention.words.is_empty()) {
            nouns.push(Amount {
                name: neutral(mention.name).to_owned(),
                count: counted(&words[end..mention.words.start], mention.plural),
                countable: true,
            });
            end = mention.words.end;
        }
        Statement::Caption(Caption {
            nouns,
            text,
            sure,
            also,
            otherwise: self.uncaptioned().statements,
        })
    }
}

/// The count of a noun, from the words between it and the noun before ("and two small white"); None for a plural
/// without a number.
fn counted(before: &[&str], plural: bool) -> Option<usize> {
    let number = |word: &&str| ["two", "three", "four"].iter().position(|name| name == word);
    let counted = before.iter().rev().find_map(number).map(|index| index + 2);
    if plural { counted } else { Some(1) }
}

/// Lowercases the first word of a sentence if it is a common one, so that "Possibly" can precede it: "A dog" to "a
/// dog". Names keep their capitals.
fn after_possibly(text: &str) -> String {
    const BEGIN: [&str; 12] = [
        "A", "An", "The", "There", "It", "This", "Two", "Three", "Several", "In", "On", "At",
    ];
    match text.split_once(' ') {
        Some((first, rest)) if BEGIN.contains(&first) => format!("{} {rest}", first.to_lowercase()),
        _ => text.to_owned(),
    }
}
