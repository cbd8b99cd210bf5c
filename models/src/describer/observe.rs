//! Gathers the evidence about a picture: pixel statistics, classes, objects and a caption.

use std::time::Duration;

use super::observed::{Observed, Timings, Told, remembered};
use super::pipeline::Describer;
use crate::base::cancel::Cancel;
use crate::base::clock::Clock;
use crate::base::error::{Error, Result};
use crate::base::sentences::Sentences;
use crate::base::task::Task;
use crate::evidence::{CaptionEvidence, Evidence};
use crate::families::family::{Family, Memory, Request, Written};
use crate::families::glance::Look;
use crate::picture::Picture;
use crate::say::description::sentence;
use crate::sight::pixels::{self, Kind};

impl Describer {
    /// Gathers the evidence about a picture. `told` receives the first sentences of the description while a published
    /// model still writes the rest.
    pub fn observe(
        &self,
        picture: &Picture,
        cancel: &Cancel,
        clock: &dyn Clock,
        told: &mut Told<'_>,
    ) -> Result<(Observed, Timings)> {
        self.gather(picture, Observed::default(), cancel, clock, told)
    }

    /// Like [`Self::observe`], for a picture that glance has already encoded.
    pub fn observe_further(
        &self,
        picture: &Picture,
        look: Look,
        cancel: &Cancel,
        clock: &dyn Clock,
    ) -> Result<(Observed, Timings)> {
        let observed = Observed {
            glance: Memory::new(look).into(),
            ..Observed::default()
        };
        self.gather(picture, observed, cancel, clock, &mut |_| {})
    }

    fn gather(
        &self,
        picture: &Picture,
        mut observed: Observed,
        cancel: &Cancel,
        clock: &dyn Clock,
        told: &mut Told<'_>,
    ) -> Result<(Observed, Timings)> {
        let start = clock.now();
        cancel.check()?;
        observed.evidence = by_pixels(picture);
        let mut encoded = None;
        // Screenshots, documents and blank pictures skip the networks, which would only invent something.
        if observed.is_for_networks() {
            encoded = Some(self.by_networks(&mut observed, picture, cancel, clock, told)?);
        }
        let now = clock.now();
        let encoded = encoded.unwrap_or(now);
        let timings = Timings {
            encode: encoded.saturating_sub(start),
            generate: now.saturating_sub(encoded),
        };
        Ok((observed, timings))
    }

    /// Adds tags, objects and a caption to the evidence. Returns the time at which glance had encoded the picture.
    fn by_networks(
        &self,
        observed: &mut Observed,
        picture: &Picture,
        cancel: &Cancel,
        clock: &dyn Clock,
        told: &mut Told<'_>,
    ) -> Result<Duration> {
        let has_caption = observed.evidence.pixels.kind == Kind::Photo;
        let model = self.able(Task::Caption).filter(|_| has_caption);
        // The detector takes as long as all of glance's other networks, so it runs beside them. Only the published
        // model's first sentence needs its result early.
        let (glance, objects) = rayon::join(
            || {
                let memory = remembered(&observed.glance, self.glance(), picture)?;
                let encoded = clock.now();
                if let Some(model) = model {
                    remembered(&observed.model, model, picture)?;
                }
                let is_own = has_caption && model.is_none();
                let caption = is_own.then(|| written(self.glance(), memory, cancel, &mut |_| {}));
                Ok::<_, Error>((self.glance().tags(memory.get()?), encoded, caption.transpose()?))
            },
            || self.objects().find(picture),
        );
        let (tags, encoded, caption) = glance?;
        let evidence = &mut observed.evidence;
        (evidence.tags, evidence.caption, evidence.objects) = (tags, caption, objects?);
        if let Some(model) = model {
            let memory = remembered(&observed.model, model, picture)?;
            cancel.check()?;
            let caption = written(model, memory, cancel, &mut self.tell(&observed.evidence, told))?;
            observed.evidence.caption = Some(caption);
        }
        Ok(encoded)
    }

    /// Returns a sink for pieces of text. It passes each completed sentence on to `told`, if the evidence allows it.
    fn tell<'t>(&'t self, evidence: &'t Evidence, told: &'t mut Told<'_>) -> impl FnMut(&str) + Send + 't {
        let mut text = Sentences::default();
        move |piece| {
            for done in text.push(piece) {
                if let Some(statement) = sentence(evidence, &done, self.lexicon(), self.calibration()) {
                    told(&statement);
                }
            }
        }
    }

    /// glance's encoding of a picture, computed on the first call.
    pub fn looked<'a>(&self, observed: &'a Observed, picture: &Picture) -> Result<&'a Look> {
        remembered(&observed.glance, self.glance(), picture)?.get()
    }
}

/// Kind and colours from pixel statistics. A screen capture that looks like a drawing is a screenshot.
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

/// A family's best caption with its scores and the alternatives; empty if the family wrote none.
fn written(
    family: &dyn Family,
    memory: &Memory,
    cancel: &Cancel,
    sink: &mut (dyn FnMut(&str) + Send),
) -> Result<CaptionEvidence> {
    let mut written = family.caption(memory, Request::new(cancel, sink))?.into_iter();
    let Some(Written {
        text,
        words,
        sequence,
        fit,
    }) = written.next()
    else {
        return Ok(CaptionEvidence::default());
    };
    let uncalibrated = fit.is_none();
    let fit = fit.unwrap_or_default();
    Ok(CaptionEvidence {
        text,
        words,
        written: fit.written,
        mean_log_probability: sequence.mean_log_probability(),
        itc: fit.matched.itc,
        itm: fit.matched.itm,
        uncalibrated,
        alternatives: written.map(|other| other.text).collect(),
    })
}
