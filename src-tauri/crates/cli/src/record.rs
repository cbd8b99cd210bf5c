//! The lines of `--json`: their field names and order are promised to scripts.

use eyebright_domain::Fault;
use eyebright_models::Description;
use eyebright_models::Judgement;
use eyebright_models::Kind;
use eyebright_models::Line;
use eyebright_models::question::Answer;
use eyebright_models::question::Basis;
use serde::Serialize;

use crate::output::LANGUAGE;

/// A described picture.
#[derive(Debug, Serialize)]
pub struct Described<'a> {
    /// As named on the command line, or found.
    pub file: &'a str,
    /// Kind of picture.
    pub kind: &'static str,
    /// What is spoken first.
    pub sentence: String,
    /// Whether it is said without "possibly".
    pub sure: bool,
    /// 0 to 1.
    pub confidence: f32,
    /// The language model's own words; null where it was not asked.
    pub caption: Option<&'a str>,
    /// Classes, best first.
    pub tags: Vec<Named<'a>>,
    /// Objects, best first.
    pub objects: Vec<Boxed<'a>>,
    /// Lines of text in the picture, in reading order; null: not looked for.
    pub text: Option<Vec<Line>>,
    /// How likely nudity is; null: not judged.
    pub moderation: Option<Judgement>,
    /// Name of the pack.
    pub pack: &'a str,
    /// cpu, cuda or metal.
    pub device: &'static str,
    /// Milliseconds.
    pub ms: Milliseconds,
}

/// A class.
#[derive(Debug, Serialize)]
pub struct Named<'a> {
    name: &'a str,
    score: f32,
}

/// An object.
#[derive(Debug, Serialize)]
pub struct Boxed<'a> {
    name: &'a str,
    score: f32,
    /// x, y, width, height in pixels of the picture.
    r#box: [f32; 4],
}

/// How long the stages took; `total` counts reading the file too.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Milliseconds {
    /// Bytes to pixels.
    pub decode: f64,
    /// Networks that look.
    pub encode: f64,
    /// Caption and confidence.
    pub generate: f64,
    /// All of it.
    pub total: f64,
}

/// The text of a picture.
#[derive(Debug, Serialize)]
pub struct Read<'a> {
    /// As named on the command line, or found.
    pub file: &'a str,
    /// Lines in reading order.
    pub text: Vec<Line>,
    /// Milliseconds from file to text.
    pub ms: f64,
}

/// An answer to a question.
#[derive(Debug, Serialize)]
pub struct Answered<'a> {
    /// As named on the command line, or found.
    pub file: &'a str,
    /// As it was asked.
    pub question: &'a str,
    /// In the language of the question.
    pub answer: &'a str,
    /// What it rests on.
    pub from: Basis,
    /// Whether the question stays open.
    pub declined: bool,
    /// The thing that "it" means from now on.
    pub about: Option<&'a str>,
    /// Name of the pack.
    pub pack: &'a str,
    /// cpu, cuda or metal.
    pub device: &'static str,
}

/// A picture that failed.
#[derive(Debug, Serialize)]
pub struct Failed<'a> {
    /// As named on the command line, or found.
    pub file: &'a str,
    /// Why.
    pub error: &'a Fault,
}

/// A picture as a vector.
#[derive(Debug, Serialize)]
pub struct Embedded<'a> {
    /// As named on the command line, or found.
    pub file: &'a str,
    /// Unit length.
    pub embedding: &'a [f32],
    /// Name of the pack.
    pub pack: &'a str,
}

impl<'a> Described<'a> {
    /// The line for a description.
    pub fn new(
        file: &'a str,
        description: &'a Description,
        pack: &'a str,
        device: &'static str,
        ms: Milliseconds,
    ) -> Self {
        let tags = description.tags.iter().map(|tag| Named {
            name: &tag.name,
            score: rounded(tag.score),
        });
        let objects = description.objects.iter().map(|object| Boxed {
            name: object.name,
            score: rounded(object.score),
            r#box: object.bbox.map(f32::round),
        });
        Self {
            file,
            kind: kind(description.kind),
            sentence: description.sentence(LANGUAGE),
            sure: description.sure,
            confidence: rounded(description.confidence),
            caption: description.caption.as_deref(),
            tags: tags.collect(),
            objects: objects.collect(),
            text: description.text.as_deref().map(lines),
            moderation: description.moderation.map(|judgement| Judgement {
                score: rounded(judgement.score),
                ..judgement
            }),
            pack,
            device,
            ms,
        }
    }
}

/// Lines of text with what a reader of JSON wants of their numbers.
pub fn lines(lines: &[Line]) -> Vec<Line> {
    let line = |line: &Line| Line {
        score: rounded(line.score),
        bbox: line.bbox.map(f32::round),
        ..line.clone()
    };
    lines.iter().map(line).collect()
}

impl<'a> Answered<'a> {
    /// The line for an answer.
    pub fn new(file: &'a str, question: &'a str, answer: &'a Answer, pack: &'a str, device: &'static str) -> Self {
        Self {
            file,
            question,
            answer: &answer.text,
            from: answer.from,
            declined: answer.declined,
            about: answer.turn.about.as_deref(),
            pack,
            device,
        }
    }
}

/// A line of JSON.
pub fn json(record: &impl Serialize) -> String {
    // Plain structs of numbers and strings cannot fail.
    serde_json::to_string(record).unwrap_or_default()
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Photo => "photo",
        Kind::Screenshot => "screenshot",
        Kind::Document => "document",
        Kind::Drawing => "drawing",
        Kind::Blank => "blank",
        Kind::Black => "black",
    }
}

/// Scores beyond the third digit say nothing.
pub fn rounded(score: f32) -> f32 {
    (score * 1000.0).round() / 1000.0
}
