//! Choosing a region: a frame is moved over the frozen screen until it is confirmed.

use std::sync::Arc;

use eyebright_domain::Earcon;

use super::{Choosing, Machine};
use crate::effect::Show;
use crate::event::Seen;
use crate::region::{Rect, Step};

impl Machine {
    pub(super) fn freeze(&mut self, screen: Seen) {
        let text = format!(
            "{} {}",
            self.options.strings.get("say.region.begin"),
            Rect::MIDDLE.in_words(&self.options.strings)
        );
        // Speaking comes first: to show the screen takes longer.
        self.speak(&text);
        self.show(Show::Frozen(screen.picture.clone()));
        self.show(Show::Frame(Rect::MIDDLE, text));
        self.choosing = Some(Choosing {
            screen,
            rect: Rect::MIDDLE,
        });
    }

    pub(super) fn region_step(&mut self, step: Step, large: bool) {
        if let Some(choosing) = &self.choosing {
            self.move_frame(choosing.rect.stepped(step, large));
        }
    }

    pub(super) fn move_frame(&mut self, rect: Rect) {
        let Some(choosing) = &mut self.choosing else { return };
        choosing.rect = rect;
        let text = rect.in_words(&self.options.strings);
        self.hush();
        self.show(Show::Frame(rect, text.clone()));
        self.speak(&text);
    }

    pub(super) fn region_done(&mut self) {
        let Some(choosing) = self.choosing.take() else { return };
        self.hush();
        self.show(Show::Unfrozen);
        self.play(Earcon::Start);
        self.describe(Seen {
            name: self.options.strings.get("say.region.name").to_owned(),
            picture: Arc::new(choosing.rect.of(&choosing.screen.picture)),
            path: None,
        });
    }
}
