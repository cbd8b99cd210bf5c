//! From a picture to a description: look, tag, find, caption, weigh, compose.

use std::sync::OnceLock;
use std::time::Duration;

use candle_core::Device;

use crate::base::cancel::Cancel;
use crate::base::clock::Clock;
use crate::base::error::{Error, Result};
use crate::base::task::Task;
use crate::evidence::Calibration;
use crate::evidence::CaptionEvidence;
use crate::evidence::Evidence;
use crate::evidence::lexicon::Lexicon;
use crate::families::glance::captioner::{Captioner, Look};
use crate::families::vision_language::Match;
use crate::families::vision_language::{self, Image, VisionLanguage};
use crate::nn::qformer::ImageMemory;
use crate::picture::Picture;
use crate::say::description::Description;
use crate::say::question::{self, Answer, Basis, Known, Language, TextLine, Turn};
use crate::sight::objects::Objects;
use crate::sight::pixels::{self, Kind};
use crate::sight::tags::TagHead;
use crate::weights::pack::Pack;

/// Captions drawn beside the best one, to see whether they agree.
const DRAWN: usize = 4;

/// A loaded pack. Shared by reference between threads.
pub struct Describer {
    captioner: Captioner,
    tags: TagHead,
    objects: Objects,
    lexicon: Lexicon,
    calibration: Calibration,
    model: Option<Box<dyn VisionLanguage>>,
    space: String,
}

/// How long the stages took.
#[derive(Debug, Clone, Copy, Default)]
pub struct Timings {
    /// Pixels, image encoder and queries.
    pub encode: Duration,
    /// Caption and its confidence, and objects, which are looked for at the same time.
    pub generate: Duration,
}

impl Describer {
    /// Loads a pack onto a device.
    pub fn open(pack: &Pack, device: &Device) -> Result<Self> {
        let json = |file: &str, error: serde_json::Error| pack.unusable(file, error);
        Ok(Self {
            captioner: Captioner::open(pack, device)?,
            tags: TagHead::load(pack)?,
            objects: Objects::load(pack)?,
            lexicon: Lexicon::read(&pack.file("lexicon.json")?).map_err(|error| json("lexicon.json", error))?,
            calibration: Calibration::read(&pack.file("calibration.json")?)
                .map_err(|error| json("calibration.json", error))?,
            model: None,
            space: space(pack),
        })
    }

    /// Lets a published model write captions and answers. The pack's networks still find tags and objects, against which they are held.
    #[must_use]
    pub fn with_model(self, model: Box<dyn VisionLanguage>) -> Self {
        Self {
            model: Some(model),
            ..self
        }
    }

    /// Describes a picture. `stream` gets the raw caption's text as it becomes certain; only the description says whether it holds.
    pub fn describe(
        &self,
        picture: &Picture,
        cancel: &Cancel,
        clock: &dyn Clock,
        stream: &mut (dyn FnMut(&str) + Send),
    ) -> Result<(Description, Timings)> {
        if let Some(model) = &self.model
            && !model.can(Task::Caption)
        {
            return Err(model.unable(Task::Caption));
        }
        let (evidence, timings) = self.evidence(picture, cancel, clock, stream)?;
        Ok((self.compose(&evidence), timings))
    }

    /// What the networks and the pixels tell, before it is weighed.
    pub fn evidence(
        &self,
        picture: &Picture,
        cancel: &Cancel,
        clock: &dyn Clock,
        stream: &mut (dyn FnMut(&str) + Send),
    ) -> Result<(Evidence, Timings)> {
        self.gather(picture, OnceLock::new(), cancel, clock, stream)
    }

    /// The same of a picture that was looked at already.
    pub fn evidence_of(
        &self,
        picture: &Picture,
        look: Look,
        cancel: &Cancel,
        clock: &dyn Clock,
        stream: &mut (dyn FnMut(&str) + Send),
    ) -> Result<(Evidence, Timings)> {
        self.gather(picture, look.into(), cancel, clock, stream)
    }

    fn gather(
        &self,
        picture: &Picture,
        look: OnceLock<Look>,
        cancel: &Cancel,
        clock: &dyn Clock,
        stream: &mut (dyn FnMut(&str) + Send),
    ) -> Result<(Evidence, Timings)> {
        let start = clock.now();
        cancel.check()?;
        let mut evidence = Evidence {
            pixels: pixels::judge(picture.rgb()),
            size: (picture.width(), picture.height()),
            look,
            ..Evidence::default()
        };
        if picture.is_capture() && evidence.pixels.kind == Kind::Drawing {
            evidence.pixels.kind = Kind::Screenshot;
        }
        // What pixels alone tell is told without the networks: they would only invent.
        if !is_for_networks(evidence.pixels.kind) {
            let encode = clock.now().saturating_sub(start);
            return Ok((
                evidence,
                Timings {
                    encode,
                    ..Timings::default()
                },
            ));
        }
        let has_caption = evidence.pixels.kind == Kind::Photo;
        // The detector is as slow as all the rest together, and nothing waits for it.
        let (written, objects) = rayon::join(
            || {
                let look = self.looked(&evidence, picture)?;
                let encoded = clock.now();
                let caption = match self.able(Task::Caption) {
                    _ if !has_caption => None,
                    Some(model) => {
                        let image = looked(model, &evidence, picture)?;
                        cancel.check()?;
                        Some(published_caption(model, image, cancel, stream)?)
                    }
                    None => Some(self.caption_evidence(look, cancel, stream)?),
                };
                let tags = look
                    .logits
                    .as_ref()
                    .map_or_else(Vec::new, |logits| self.tags.tags(logits));
                Ok::<_, Error>((tags, encoded, caption))
            },
            || self.objects.find(picture),
        );
        let (tags, encoded, caption) = written?;
        evidence.objects = objects?;
        evidence.caption = caption;
        evidence.tags = tags;
        Ok((
            evidence,
            Timings {
                encode: encoded.saturating_sub(start),
                generate: clock.now().saturating_sub(encoded),
            },
        ))
    }

    /// Answers a question about a picture, by a published model that can, if it is in English and not about
    /// text, else from evidence. `lines`: the picture's text, None if there is no reader; `turns`: what was asked before, see
    /// [`question::answer`].
    pub fn answer(
        &self,
        evidence: &Evidence,
        picture: &Picture,
        lines: Option<&[TextLine<'_>]>,
        turns: &[Turn],
        question: &str,
        cancel: &Cancel,
    ) -> Result<Answer> {
        let known = Known {
            evidence,
            picture,
            lines,
            lexicon: &self.lexicon,
            calibration: &self.calibration,
        };
        let mut answer = question::answer(&known, turns, question);
        if let Some(model) = self.able(Task::Answer)
            && is_for_networks(evidence.pixels.kind)
            && answer.turn.language == Language::English
            && !answer.turn.is_about_text()
        {
            let before: Vec<_> = turns.iter().filter_map(|turn| turn.answered.clone()).collect();
            let said = model.say(looked(model, evidence, picture)?, &before, question, cancel)?;
            answer.from = Basis::Model;
            answer.declined = said.text.is_empty();
            answer.text = said.sentence;
            answer.turn.answered = Some(vision_language::Turn {
                question: question.to_owned(),
                answer: said.text,
            });
        }
        Ok(answer)
    }

    /// The published model, if there is one that was made for a task.
    fn able(&self, task: Task) -> Option<&dyn VisionLanguage> {
        self.model.as_deref().filter(|model| model.can(task))
    }

    /// What evidence says unasked.
    pub fn compose(&self, evidence: &Evidence) -> Description {
        Description::compose(evidence, &self.lexicon, &self.calibration)
    }

    /// What the pack's networks remember of a picture; they look once.
    pub fn looked<'a>(&self, evidence: &'a Evidence, picture: &Picture) -> Result<&'a Look> {
        if let Some(look) = evidence.look.get() {
            return Ok(look);
        }
        let look = self.look(picture)?;
        Ok(evidence.look.get_or_init(|| look))
    }

    /// Looks at a picture with the pack's networks.
    pub fn look(&self, picture: &Picture) -> Result<Look> {
        self.captioner.look(picture)
    }

    /// A memory that was kept as [`ImageMemory::to_bytes`].
    pub fn recall(&self, bytes: &[u8]) -> Result<ImageMemory> {
        self.captioner.recall(bytes)
    }

    /// The log-odds that a text belongs to each of the pictures that are remembered.
    pub fn weigh(&self, pictures: &[&ImageMemory], text: &str) -> Result<Vec<f32>> {
        self.captioner.weigh(pictures, text)
    }

    /// The log-likelihood of a text as a caption of each of the pictures that are remembered: it orders pictures for a text.
    pub fn likelihoods(&self, pictures: &[&ImageMemory], text: &str) -> Result<Vec<f32>> {
        self.captioner.likelihoods(pictures, text)
    }

    /// The published model, if it was made to hold texts against pictures.
    #[must_use]
    pub fn matcher(&self) -> Option<&dyn VisionLanguage> {
        self.able(Task::Match)
    }

    /// A picture that was looked at as a unit vector in the pack's contrastive space, that of [`Self::embed_text`].
    pub fn vector(&self, look: &Look) -> Result<Vec<f32>> {
        self.captioner.embed(look)
    }

    /// A picture as a unit vector in the contrastive space of the published model, if there is one, else of the pack.
    pub fn embed(&self, picture: &Picture) -> Result<Vec<f32>> {
        if let Some(model) = &self.model {
            return model.embed(&model.look(picture)?);
        }
        self.captioner.embed(&self.captioner.look(picture)?)
    }

    /// A text as a unit vector in the pack's contrastive space.
    pub fn embed_text(&self, text: &str) -> Result<Vec<f32>> {
        self.captioner.embed_text(text)
    }

    /// Names the contrastive space: vectors are comparable where this is the same.
    #[must_use]
    pub fn space(&self) -> &str {
        &self.space
    }

    fn caption_evidence(
        &self,
        look: &Look,
        cancel: &Cancel,
        stream: &mut (dyn FnMut(&str) + Send),
    ) -> Result<CaptionEvidence> {
        let probabilities = look
            .logits
            .as_ref()
            .map_or_else(Vec::new, |logits| self.tags.probabilities(logits));
        let (captions, drawn) = rayon::join(
            || {
                let decoding = self.captioner.decoding();
                self.captioner
                    .caption(look, &probabilities, decoding, cancel, &mut |_| {})
            },
            || self.captioner.draw(look, &probabilities, DRAWN, cancel),
        );
        let neighbours = self.captioner.neighbours(look)?;
        let captions = self.captioner.by_consensus(look, &neighbours, captions?)?;
        let Some((best, others)) = captions.split_first() else {
            return Ok(CaptionEvidence::default());
        };
        let text = self.captioner.text(best)?;
        stream(&text);
        let mut alternatives = others
            .iter()
            .map(|other| self.captioner.text(other))
            .collect::<Result<Vec<_>>>()?;
        alternatives.extend(drawn?);
        let Match { itc, itm } = self.captioner.score(look, &text)?;
        let words = self.captioner.words(best);
        let written = words.iter().map(|(word, _)| {
            let word = word.trim_end_matches(',');
            self.captioner.written_of(&neighbours, word)
        });
        Ok(CaptionEvidence {
            written: written.collect(),
            words,
            mean_log_probability: best.mean_log_probability(),
            text,
            itc,
            itm,
            alternatives,
            uncalibrated: false,
        })
    }
}

/// Whether the networks are asked about such pictures; of others pixels tell enough.
fn is_for_networks(kind: Kind) -> bool {
    matches!(kind, Kind::Photo | Kind::Drawing)
}

/// What a published model remembers of a picture; it looks once.
fn looked<'a>(model: &dyn VisionLanguage, evidence: &'a Evidence, picture: &Picture) -> Result<&'a Image> {
    if let Some(image) = evidence.image.get() {
        return Ok(image);
    }
    let image = model.look(picture)?;
    Ok(evidence.image.get_or_init(|| image))
}

/// The caption of a published model.
fn published_caption(
    model: &dyn VisionLanguage,
    image: &Image,
    cancel: &Cancel,
    stream: &mut dyn FnMut(&str),
) -> Result<CaptionEvidence> {
    let mut written = model
        .caption(image, None, &model.caption_decoding(), cancel, stream)?
        .into_iter();
    let Some(best) = written.next() else {
        return Ok(CaptionEvidence::default());
    };
    Ok(CaptionEvidence {
        mean_log_probability: best.sequence.mean_log_probability(),
        text: best.text,
        words: best.words,
        alternatives: written.map(|other| other.text).collect(),
        uncalibrated: true,
        ..CaptionEvidence::default()
    })
}

/// The pack and the beginnings of its files' hashes: other weights make another space.
fn space(pack: &Pack) -> String {
    let manifest = pack.manifest();
    let hashes = manifest
        .files
        .iter()
        .map(|file| file.sha256.get(..4).unwrap_or_default());
    std::iter::once(manifest.name.as_str())
        .chain(hashes)
        .collect::<Vec<_>>()
        .join(" ")
}
