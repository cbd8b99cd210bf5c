//! The objects that `--json` prints. Field names and order are stable, because scripts rely on them.

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
    /// The input as named on the command line, or the path found in a folder.
    pub file: &'a str,
    /// Kind of picture.
    pub kind: &'static str,
    /// The first sentence, which is spoken first.
    pub sentence: String,
    /// False if the sentence is hedged with "possibly".
    pub sure: bool,
    /// Confidence in the sentence, 0 to 1.
    pub confidence: f32,
    /// The language model's caption; null if it was not run.
    pub caption: Option<&'a str>,
    /// Recognized classes, best first.
    pub tags: Vec<Named<'a>>,
    /// Detected objects, best first.
    pub objects: Vec<Boxed<'a>>,
    /// Lines of text in the picture, in reading order; null if not looked for.
    pub text: Option<Vec<Line>>,
    /// Nudity judgement; null if not judged.
    pub moderation: Option<Judgement>,
    /// Name of the pack.
    pub pack: &'a str,
    /// Device used: cpu, cuda or metal.
    pub device: &'static str,
    /// Time of each stage, in milliseconds.
    pub ms: Milliseconds,
}

/// A recognized class with its score, 0 to 1.
#[derive(Debug, Serialize)]
pub struct Named<'a> {
    name: &'a str,
    score: f32,
}

/// A detected object with its score, 0 to 1.
#[derive(Debug, Serialize)]
pub struct Boxed<'a> {
    name: &'a str,
    score: f32,
    /// x, y, width, height in pixels of the picture.
    r#box: [f32; 4],
}

/// Times of the stages in milliseconds. `total` includes reading the file.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Milliseconds {
    /// Decoding the file to pixels.
    pub decode: f64,
    /// Running the image networks.
    pub encode: f64,
    /// Writing the caption and computing its confidence.
    pub generate: f64,
    /// All of the work on this picture.
    pub total: f64,
}

/// The text of a picture.
#[derive(Debug, Serialize)]
pub struct Read<'a> {
    /// The input as named on the command line, or the path found in a folder.
    pub file: &'a str,
    /// Lines in reading order.
    pub text: Vec<Line>,
    /// Milliseconds from opening the file to having the text.
    pub ms: f64,
}

/// An answer to a question.
#[derive(Debug, Serialize)]
pub struct Answered<'a> {
    /// The input as named on the command line, or the path found in a folder.
    pub file: &'a str,
    /// The question as asked.
    pub question: &'a str,
    /// The answer, in the language of the question.
    pub answer: &'a str,
    /// Kind of evidence for the answer.
    pub from: Basis,
    /// True if the question could not be answered.
    pub declined: bool,
    /// The thing that "it" refers to in the next question.
    pub about: Option<&'a str>,
    /// Name of the pack.
    pub pack: &'a str,
    /// Device used: cpu, cuda or metal.
    pub device: &'static str,
}

/// A picture that failed.
#[derive(Debug, Serialize)]
pub struct Failed<'a> {
    /// The input as named on the command line, or the path found in a folder.
    pub file: &'a str,
    /// The error.
    pub error: &'a Fault,
}

/// A picture as a vector.
#[derive(Debug, Serialize)]
pub struct Embedded<'a> {
    /// The input as named on the command line, or the path found in a folder.
    pub file: &'a str,
    /// The vector, of unit length.
    pub embedding: &'a [f32],
    /// Name of the pack.
    pub pack: &'a str,
}

impl<'a> Described<'a> {
    /// The record of a description.
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

/// Lines of text with scores and boxes rounded for JSON.
pub fn lines(lines: &[Line]) -> Vec<Line> {
    let line = |line: &Line| Line {
        score: rounded(line.score),
        bbox: line.bbox.map(f32::round),
        ..line.clone()
    };
    lines.iter().map(line).collect()
}

impl<'a> Answered<'a> {
    /// The record of an answer.
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

/// Serializes a record as one line of JSON.
pub fn json(record: &impl Serialize) -> String {
    // Serializing plain structs of numbers and strings cannot fail.
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

/// Rounds a score to three decimals; more would be noise.
pub fn rounded(score: f32) -> f32 {
    (score * 1000.0).round() / 1000.0
}
