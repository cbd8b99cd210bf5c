//! The settings, their defaults and their validation.

use std::sync::LazyLock;

use eyebright_domain::{Detail, Fault, Hotkeys, Language, Moderation};
use serde::{Deserialize, Serialize};

/// Every key with its default and what it is for, to read before editing by hand.
pub const DEFAULTS: &str = include_str!("defaults.toml");

/// All settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[allow(clippy::struct_excessive_bools, reason = "each is a checkbox of its own")]
pub struct Settings {
    /// Of the app.
    pub language: Language,
    /// How much is said at once.
    pub detail: Detail,
    /// Name of the pack, or folder of the model, that describes and answers.
    pub pack: String,
    /// Whether it is warned of nudity.
    pub moderation: Moderation,
    /// Who says it.
    pub speech: SpeechBy,
    /// Identifier of the voice; "" is the system's choice.
    pub voice: String,
    /// 0.25 to 4; 1 is the engine's normal rate.
    pub rate: f32,
    /// 0 to 1.
    pub volume: f32,
    /// Whether tones tell of begin, end and failure.
    pub earcons: bool,
    /// Name of the microphone that questions are heard with; "" is the system's choice.
    pub microphone: String,
    /// Whether descriptions are kept on this computer.
    pub keep_history: bool,
    /// 10 to 100,000: how many of them.
    pub history_entries: u32,
    /// 1 to 10,000: millions of bytes that they may take.
    pub history_megabytes: u32,
    /// Whether the app starts without showing its window.
    pub start_hidden: bool,
    /// Whether the app starts with the computer.
    pub autostart: bool,
    /// 1 to 120: how long an idle model stays in memory.
    pub unload_minutes: u32,
    /// Keys that work everywhere.
    pub hotkeys: Hotkeys,
}

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum SpeechBy {
    /// The app, through the system's speech engine.
    Own,
    /// The person's screen reader, from the window.
    ScreenReader,
}

impl Default for Settings {
    fn default() -> Self {
        static PARSED: LazyLock<Settings> = LazyLock::new(|| {
            let read = toml_edit::de::from_str(DEFAULTS);
            let settings = read.unwrap_or_else(|error| unreachable!("every test reads defaults.toml: {error}"));
            // The hotkeys of the file are not those of macOS.
            Settings {
                hotkeys: Hotkeys::default(),
                ..settings
            }
        });
        PARSED.clone()
    }
}

impl Settings {
    /// Checks that all values are in range, and that every hotkey is possible and used once only.
    pub fn check(&self) -> Result<(), Fault> {
        if let Some(key) = self.out_of_range() {
            let message = format!("{key:?} must be {}. Choose another value.", wanted(key));
            return Err(Fault::new("settings_value", message));
        }
        self.hotkeys.check()
    }

    pub(super) fn out_of_range(&self) -> Option<&'static str> {
        if self.pack.trim().is_empty() {
            return Some("pack");
        }
        // Not-a-number fails these comparisons too.
        if !(0.25..=4.0).contains(&self.rate) {
            return Some("rate");
        }
        if !(0.0..=1.0).contains(&self.volume) {
            return Some("volume");
        }
        if !(10..=100_000).contains(&self.history_entries) {
            return Some("history_entries");
        }
        if !(1..=10_000).contains(&self.history_megabytes) {
            return Some("history_megabytes");
        }
        (!(1..=120).contains(&self.unload_minutes)).then_some("unload_minutes")
    }
}

/// The allowed values of a key, in words for error messages.
fn wanted(key: &str) -> &'static str {
    match key {
        "language" => "\"system\", \"en\" or \"de\"",
        "detail" => "\"one\", \"more\" or \"all\"",
        "moderation" => "\"off\", \"warn\" or \"describe\"",
        "speech" => "\"own\" or \"screen_reader\"",
        "pack" => "the name of a pack or a folder, in quotes",
        "voice" | "microphone" => "text in quotes",
        "rate" => "a number from 0.25 to 4",
        "volume" => "a number from 0 to 1",
        "history_entries" => "a whole number from 10 to 100000",
        "history_megabytes" => "a whole number from 1 to 10000",
        "unload_minutes" => "a whole number from 1 to 120",
        "hotkeys" => "a table of hotkeys",
        "version" => "the number 1",
        _ => "true or false",
    }
}

/// Fault: the file's value for a key is invalid and was ignored.
pub(super) fn not_good(key: &str) -> Fault {
    let message = format!(
        "{key:?} in settings.toml must be {}. Its default is used instead. Choose it again in the settings.",
        wanted(key)
    );
    Fault::new("settings_value", message)
}
