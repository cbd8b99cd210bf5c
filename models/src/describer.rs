//! From a picture to a description: look, tag, find, caption, weigh, compose.

use std::time::Duration;

use candle_core::Device;

use crate::cancel::Cancel;
use crate::captioner::{Captioner, Look, Match};
use crate::clock::Clock;
use crate::description::{Calibration, CaptionEvidence, Description, Evidence};
use crate::error::Result;
use crate::generation::Decoding;
use crate::kind::{self, Kind};
use crate::lexicon::Lexicon;
use crate::objects::{Object, Objects};
use crate::pack::Pack;
use crate::picture::Picture;
use crate::tags::TagHead;

/// Captions drawn beside the best one, to see whether they agree.
const DRAWN: usize = 4;

/// A loaded pack. Shared by reference between threads.
pub struct Describer {
    captioner: Captioner,
    tags: TagHead,
    objects: Objects,
    lexicon: Lexicon,
    calibration: Calibration,
}

/// How long the stages took.
#[derive(Debug, Clone, Copy, Default)]
pub struct Timings {
    /// Image encoder, Q-Former and objects.
    pub encode: Duration,
    /// Caption and its confidence.
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
        })
    }

    /// Describes a picture. `stream` gets the raw caption's text as it becomes certain; only the description says whether it holds.
    pub fn describe(
        &self,
        picture: &Picture,
        cancel: &Cancel,
        clock: &dyn Clock,
        stream: &mut dyn FnMut(&str),
    ) -> Result<(Description, Timings)> {
        let (evidence, timings) = self.evidence(picture, cancel, clock, stream)?;
        Ok((
            Description::compose(&evidence, &self.lexicon, &self.calibration),
            timings,
        ))
    }

    /// What the networks and the pixels tell, before it is weighed.
    pub fn evidence(
        &self,
        picture: &Picture,
        cancel: &Cancel,
        clock: &dyn Clock,
        stream: &mut dyn FnMut(&str),
    ) -> Result<(Evidence, Timings)> {
        let start = clock.now();
        cancel.check()?;
        let pixels = kind::judge(picture.rgb());
        // What pixels alone tell is told without the networks: they would only invent.
        let (mut tags, mut objects, mut look) = (Vec::new(), Vec::new(), None);
        if matches!(pixels.kind, Kind::Photo | Kind::Drawing) {
            let (seen, found) = self.look(picture)?;
            tags = seen
                .logits
                .as_ref()
                .map_or_else(Vec::new, |logits| self.tags.tags(logits));
            objects = found;
            look = Some(seen);
        }
        let encoded = clock.now();
        let caption = match look {
            Some(look) if pixels.kind == Kind::Photo => {
                Some(self.caption_evidence(&look, self.captioner.decoding(), cancel, stream)?)
            }
            _ => None,
        };
        let evidence = Evidence {
            pixels,
            caption,
            tags,
            objects,
            size: (picture.width(), picture.height()),
        };
        Ok((
            evidence,
            Timings {
                encode: encoded.saturating_sub(start),
                generate: clock.now().saturating_sub(encoded),
            },
        ))
    }

    /// How well a text fits a picture.
    pub fn score(&self, picture: &Picture, text: &str) -> Result<Match> {
        self.captioner.score(&self.captioner.look(picture)?, text)
    }

    /// A picture as a unit vector in the contrastive space.
    pub fn embed(&self, picture: &Picture) -> Result<Vec<f32>> {
        self.captioner.embed(&self.captioner.look(picture)?)
    }

    /// Encoder and detector side by side.
    fn look(&self, picture: &Picture) -> Result<(Look, Vec<Object>)> {
        let (look, objects) = rayon::join(|| self.captioner.look(picture), || self.objects.find(picture));
        Ok((look?, objects?))
    }

    fn caption_evidence(
        &self,
        look: &Look,
        decoding: &Decoding,
        cancel: &Cancel,
        stream: &mut dyn FnMut(&str),
    ) -> Result<CaptionEvidence> {
        let probabilities = look
            .logits
            .as_ref()
            .map_or_else(Vec::new, |logits| self.tags.probabilities(logits));
        let captions = self.captioner.caption(look, &probabilities, decoding, cancel, stream)?;
        let Some((best, others)) = captions.split_first() else {
            return Ok(CaptionEvidence::default());
        };
        let text = self.captioner.text(best)?;
        let mut alternatives = others
            .iter()
            .map(|other| self.captioner.text(other))
            .collect::<Result<Vec<_>>>()?;
        alternatives.extend(self.captioner.draw(look, &probabilities, DRAWN, cancel)?);
        let Match { itc, itm } = self.captioner.score(look, &text)?;
        let pieces = best.log_probabilities.len().max(1) as f32;
        Ok(CaptionEvidence {
            words: self.captioner.words(best),
            mean_log_probability: best.log_probabilities.iter().sum::<f32>() / pieces,
            text,
            itc,
            itm,
            alternatives,
        })
    }
}
