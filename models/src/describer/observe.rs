//! Gathering evidence: pixels, classes, objects and a caption.

use std::sync::OnceLock;
use std::time::Duration;

use super::observed::{Observed, Timings};
use super::pipeline::Describer;
use crate::base::cancel::Cancel;
use crate::base::clock::Clock;
use crate::base::error::Result;
use crate::base::task::Task;
use crate::evidence::{CaptionEvidence, Evidence};
use crate::families::glance::Look;
use crate::families::vision_language::{Image, Match, VisionLanguage};
use crate::picture::Picture;
use crate::sight::pixels::{self, Kind};
use crate::sight::tags::Tag;

/// Captions drawn beside the best one, to see whether they agree.
const DRAWN: usize = 4;

/// What the model that writes found, and when it had looked.
struct Written {
    tags: Vec<Tag>,
    caption: Option<CaptionEvidence>,
    encoded: Duration,
}

impl Describer {
    /// Looks at a picture. `stream` gets the raw caption's text as it becomes certain; only the description says whether it holds.
    pub fn observe(
        &self,
        picture: &Picture,
        cancel: &Cancel,
        clock: &dyn Clock,
        stream: &mut (dyn FnMut(&str) + Send),
    ) -> Result<(Observed, Timings)> {
        self.gather(picture, OnceLock::new(), cancel, clock, stream)
    }

    /// Goes on with a picture that the pack's networks looked at already.
    pub fn observe_further(
        &self,
        picture: &Picture,
        look: Look,
        cancel: &Cancel,
        clock: &dyn Clock,
        stream: &mut (dyn FnMut(&str) + Send),
    ) -> Result<(Observed, Timings)> {
        self.gather(picture, look.into(), cancel, clock, stream)
    }

    fn gather(
        &self,
        picture: &Picture,
        look: OnceLock<Look>,
        cancel: &Cancel,
        clock: &dyn Clock,
        stream: &mut (dyn FnMut(&str) + Send),
    ) -> Result<(Observed, Timings)> {
        let start = clock.now();
        cancel.check()?;
        let mut observed = Observed {
            evidence: by_pixels(picture),
            look,
            image: OnceLock::new(),
        };
        // What pixels alone tell is told without the networks: they would only invent.
        if !observed.is_for_networks() {
            let timings = Timings {
                encode: clock.now().saturating_sub(start),
                ..Timings::default()
            };
            return Ok((observed, timings));
        }
        // The detector is as slow as all the rest together, and nothing waits for it.
        let (written, objects) = rayon::join(
            || self.write(&observed, picture, cancel, clock, stream),
            || self.objects.find(picture),
        );
        let Written { tags, caption, encoded } = written?;
        let evidence = &mut observed.evidence;
        (evidence.objects, evidence.caption, evidence.tags) = (objects?, caption, tags);
        let timings = Timings {
            encode: encoded.saturating_sub(start),
            generate: clock.now().saturating_sub(encoded),
        };
        Ok((observed, timings))
    }

    fn write(
        &self,
        observed: &Observed,
        picture: &Picture,
        cancel: &Cancel,
        clock: &dyn Clock,
        stream: &mut (dyn FnMut(&str) + Send),
    ) -> Result<Written> {
        let look = self.looked(observed, picture)?;
        let encoded = clock.now();
        let caption = match self.able(Task::Caption) {
            _ if observed.evidence.pixels.kind != Kind::Photo => None,
            Some(model) => {
                let image = observed.image(model, picture)?;
                cancel.check()?;
                Some(published_caption(model, image, cancel, stream)?)
            }
            None => Some(self.caption_evidence(look, cancel, stream)?),
        };
        let tags = look.logits.as_ref().map(|logits| self.tags.tags(logits));
        Ok(Written {
            tags: tags.unwrap_or_default(),
            caption,
            encoded,
        })
    }

    /// What the pack's networks remember of a picture; they look once.
    pub fn looked<'a>(&self, observed: &'a Observed, picture: &Picture) -> Result<&'a Look> {
        if let Some(look) = observed.look.get() {
            return Ok(look);
        }
        let look = self.look(picture)?;
        Ok(observed.look.get_or_init(|| look))
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

/// Kind and colours. What looks drawn on a screen is a program.
fn by_pixels(picture: &Picture) -> Evidence {
    let mut pixels = pixels::judge(picture.rgb());
    if picture.is_capture() && pixels.kind == Kind::Drawing {
        pixels.kind = Kind::Screenshot;
    }
    Evidence {
        pixels,
        size: (picture.width(), picture.height()),
        ..Evidence::default()
    }
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
