//! The describer: a loaded pack that describes pictures, answers questions and scores texts.

use candle_core::Device;

use super::finding::Finding;
use super::observed::{Observed, Timings, Told, remembered};
use crate::base::cancel::Cancel;
use crate::base::clock::Clock;
use crate::base::error::Result;
use crate::base::task::Task;
use crate::evidence::lexicon::Lexicon;
use crate::evidence::{Calibration, Evidence};
use crate::families::family::{Family, Request};
use crate::families::glance::{Glance, Look};
use crate::nn::qformer::ImageMemory;
use crate::picture::Picture;
use crate::say::description::Description;
use crate::say::question::{self, Answer, Known, Language, TextLine, Turn};
use crate::sight::objects::Objects;
use crate::weights::pack::{CALIBRATION, Pack};

/// A loaded pack, with or without a published model beside it. Can be shared by reference between threads.
pub struct Describer {
    glance: Glance,
    objects: Objects,
    lexicon: Lexicon,
    calibration: Calibration,
    finding: Finding,
    model: Option<Box<dyn Family>>,
    space: String,
}

impl Describer {
    /// Loads a pack onto a device.
    pub fn open(pack: &Pack, device: &Device) -> Result<Self> {
        let json = |file: &str, error: serde_json::Error| pack.unusable(file, error);
        Ok(Self {
            glance: Glance::open(pack, device)?,
            objects: Objects::load(pack)?,
            lexicon: Lexicon::read(&pack.file("lexicon.json")?).map_err(|error| json("lexicon.json", error))?,
            calibration: Calibration::read(&pack.file(CALIBRATION)?).map_err(|error| json(CALIBRATION, error))?,
            finding: pack.section(CALIBRATION, "finding")?,
            model: None,
            space: space(pack),
        })
    }

    /// Adds a published model that writes captions and answers. The pack's networks still find tags and objects, which
    /// are used to check them.
    #[must_use]
    pub fn with_model(self, model: Box<dyn Family>) -> Self {
        Self {
            model: Some(model),
            ..self
        }
    }

    /// Describes a picture. `told` receives each finished sentence while the rest is still being written.
    pub fn describe(
        &self,
        picture: &Picture,
        cancel: &Cancel,
        clock: &dyn Clock,
        told: &mut Told<'_>,
    ) -> Result<(Description, Timings)> {
        if let Some(model) = &self.model
            && !model.can(Task::Caption)
        {
            return Err(model.unable(Task::Caption));
        }
        let (observed, timings) = self.observe(picture, cancel, clock, told)?;
        Ok((self.compose(&observed.evidence), timings))
    }

    /// Answers a question about a picture: with the published model if it answers questions and this one is in English
    /// and not about text, otherwise from the evidence. `lines`: the picture's text, None if there is no reader;
    /// `turns`: the conversation so far, see [`question::answer`].
    pub fn answer(
        &self,
        observed: &Observed,
        picture: &Picture,
        lines: Option<&[TextLine<'_>]>,
        turns: &[Turn],
        question: &str,
        cancel: &Cancel,
    ) -> Result<Answer> {
        let known = Known {
            evidence: &observed.evidence,
            picture,
            lines,
            lexicon: &self.lexicon,
            calibration: &self.calibration,
        };
        let answer = question::answer(&known, turns, question);
        let Some(model) = self.able(Task::Answer) else {
            return Ok(answer);
        };
        let is_for_model =
            observed.is_for_networks() && answer.turn.language == Language::English && !answer.turn.is_about_text();
        if !is_for_model {
            return Ok(answer);
        }
        let before: Vec<_> = turns.iter().filter_map(|turn| turn.answered.clone()).collect();
        let unheard = &mut |_: &str| {};
        let request = Request {
            before: &before,
            ..Request::new(cancel, unheard)
        };
        let answers = model.answer(remembered(&observed.model, model, picture)?, question, request)?;
        let text = answers.into_iter().next().map(|best| best.text).unwrap_or_default();
        Ok(question::by_model(answer, question, text))
    }

    pub(super) fn glance(&self) -> &Glance {
        &self.glance
    }

    pub(super) fn objects(&self) -> &Objects {
        &self.objects
    }

    pub(super) fn lexicon(&self) -> &Lexicon {
        &self.lexicon
    }

    pub(super) fn calibration(&self) -> &Calibration {
        &self.calibration
    }

    /// The published model, if there is one and it can do the task.
    pub(super) fn able(&self, task: Task) -> Option<&dyn Family> {
        self.model.as_deref().filter(|model| model.can(task))
    }

    /// Composes the description that the evidence supports.
    pub fn compose(&self, evidence: &Evidence) -> Description {
        Description::compose(evidence, &self.lexicon, &self.calibration)
    }

    /// Encodes a picture with the pack's networks.
    pub fn look(&self, picture: &Picture) -> Result<Look> {
        self.glance.captioner().look(picture)
    }

    /// Reads back a memory that was stored with [`ImageMemory::to_bytes`].
    pub fn recall(&self, bytes: &[u8]) -> Result<ImageMemory> {
        self.glance.captioner().recall(bytes)
    }

    /// The log-odds that a text matches each of the pictures, one per picture.
    pub fn weigh(&self, pictures: &[&ImageMemory], text: &str) -> Result<Vec<f32>> {
        self.glance.captioner().weigh(pictures, text)
    }

    /// The log-likelihood of a text as a caption of each of the pictures, one per picture. Only for ordering pictures
    /// for one text.
    pub fn likelihoods(&self, pictures: &[&ImageMemory], text: &str) -> Result<Vec<f32>> {
        self.glance.captioner().likelihoods(pictures, text)
    }

    /// The published model, if it scores how well texts match pictures.
    #[must_use]
    pub fn matcher(&self) -> Option<&dyn Family> {
        self.able(Task::Match)
    }

    /// An encoded picture as a unit vector in the pack's contrastive space, the same as that of [`Self::embed_text`].
    pub fn vector(&self, look: &Look) -> Result<Vec<f32>> {
        self.glance.captioner().embed(look)
    }

    /// A picture as a unit vector in the contrastive space of the published model if there is one, otherwise of the
    /// pack.
    pub fn embed(&self, picture: &Picture) -> Result<Vec<f32>> {
        if let Some(model) = &self.model {
            return model.embed(&model.look(picture)?);
        }
        self.glance.embed(&self.glance.look(picture)?)
    }

    /// A text as a unit vector in the pack's contrastive space.
    pub fn embed_text(&self, text: &str) -> Result<Vec<f32>> {
        self.glance.captioner().embed_text(text)
    }

    /// Weights with which a search combines its scores.
    #[must_use]
    pub fn finding(&self) -> Finding {
        self.finding
    }

    /// Name of the pack's contrastive space. Vectors are comparable only if this is equal.
    #[must_use]
    pub fn space(&self) -> &str {
        &self.space
    }
}

/// Files of a pack that decide where pictures and texts lie in its contrastive space.
const PLACING: [&str; 3] = ["encoder.safetensors", "model.gguf", "tokenizer.json"];

/// The pack's name and the first four digits of the hashes of [`PLACING`]: other weights make another space, other
/// calibrations do not.
fn space(pack: &Pack) -> String {
    let manifest = pack.manifest();
    let files = manifest
        .files
        .iter()
        .filter(|file| PLACING.contains(&file.name.as_str()));
    let hashes = files.map(|file| file.sha256.get(..4).unwrap_or_default());
    std::iter::once(manifest.name.as_str())
        .chain(hashes)
        .collect::<Vec<_>>()
        .join(" ")
}
