//! glance as a family: the captioner, and the tags that its prompt contains.

use candle_core::Device;

use super::captioner::{Captioner, Look};
use crate::base::error::Result;
use crate::base::task::Task;
use crate::families::family::{Family, Fit, Match, Memory, Request, Written};
use crate::nn::generation::Sequence;
use crate::picture::Picture;
use crate::sight::tags::{Tag, TagHead};
use crate::weights::pack::Pack;

/// Number of captions that are sampled in addition to beam search, to see whether they agree with it.
const DRAWN: usize = 4;

/// The built-in model: its networks for captions and ImageNet classes.
pub struct Glance {
    name: String,
    captioner: Captioner,
    tags: TagHead,
}

impl Glance {
    /// Loads a pack onto a device.
    pub fn open(pack: &Pack, device: &Device) -> Result<Self> {
        Ok(Self {
            name: pack.manifest().name.clone(),
            captioner: Captioner::open(pack, device)?,
            tags: TagHead::load(pack)?,
        })
    }

    /// The networks that write captions and score texts against pictures.
    #[must_use]
    pub fn captioner(&self) -> &Captioner {
        &self.captioner
    }

    /// All ImageNet classes with their probabilities; empty if the encoder has no classification head.
    #[must_use]
    pub fn tags(&self, look: &Look) -> Vec<Tag> {
        let tags = look.logits.as_ref().map(|logits| self.tags.tags(logits));
        tags.unwrap_or_default()
    }

    fn written(&self, sequence: Sequence, fit: Option<Fit>) -> Result<Written> {
        Ok(Written {
            text: self.captioner.text(&sequence)?,
            words: self.captioner.words(&sequence),
            sequence,
            fit,
        })
    }
}

impl Family for Glance {
    fn name(&self) -> &str {
        &self.name
    }

    fn can(&self, task: Task) -> bool {
        task != Task::Answer
    }

    fn look(&self, picture: &Picture) -> Result<Memory> {
        Ok(Memory::new(self.captioner.look(picture)?))
    }

    /// The caption with the best consensus, then the other captions of beam search, then some sampled ones.
    fn caption(&self, memory: &Memory, request: Request<'_>) -> Result<Vec<Written>> {
        let look: &Look = memory.get()?;
        let probabilities = look.logits.as_ref().map(|logits| self.tags.probabilities(logits));
        let probabilities = probabilities.unwrap_or_default();
        let captioner = &self.captioner;
        let decoding = request.decoding.unwrap_or(captioner.decoding());
        let (captions, drawn) = rayon::join(
            || captioner.caption(look, &probabilities, decoding, request.cancel, &mut |_| {}),
            || captioner.draw(look, &probabilities, DRAWN, request.cancel),
        );
        let neighbours = captioner.neighbours(look)?;
        let mut captions = captioner.by_consensus(look, &neighbours, captions?)?.into_iter();
        let Some(best) = captions.next() else {
            return Ok(Vec::new());
        };
        let mut best = self.written(best, None)?;
        (request.sink)(&best.text);
        let word = |(word, _): &(String, f32)| captioner.written_of(&neighbours, word.trim_end_matches(','));
        best.fit = Some(Fit {
            matched: captioner.score(look, &best.text)?,
            written: best.words.iter().map(word).collect(),
        });
        let others = captions.chain(drawn?).map(|sequence| self.written(sequence, None));
        std::iter::once(Ok(best)).chain(others).collect()
    }

    /// Always fails: glance does not answer questions.
    fn answer(&self, _: &Memory, _: &str, _: Request<'_>) -> Result<Vec<Written>> {
        Err(self.unable(Task::Answer))
    }

    fn match_text(&self, memory: &Memory, text: &str) -> Result<Match> {
        self.captioner.score(memory.get()?, text)
    }

    fn embed(&self, memory: &Memory) -> Result<Vec<f32>> {
        self.captioner.embed(memory.get()?)
    }
}
