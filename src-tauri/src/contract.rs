//! What the window and the app say to each other, declared once: the TypeScript in `ui/contract.d.ts` is written from here by a test.

use std::collections::BTreeMap;

use eyebright_domain::{Action, Fault};
use eyebright_platform::voice::voices;
use eyebright_session as session;
use eyebright_store::settings::Settings;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What the window asks for, by `invoke("send", { command })`.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Command {
    /// As if the action's hotkey were pressed.
    Act { action: Action },
    /// Shows the system's dialog for opening files.
    ChooseFiles,
    /// Describes what was copied.
    Paste,
    /// Describes the current picture again.
    Caption,
    /// Asks about the current picture.
    Question { text: String },
    /// Makes an entry of the history the current one and says it again.
    Select {
        #[ts(type = "number")]
        entry: u64,
    },
    /// Copies the text of an entry.
    Copy {
        #[ts(type = "number")]
        entry: u64,
    },
    /// Removes an entry, or all, from the disk too.
    Forget {
        #[ts(type = "number | null")]
        entry: Option<u64>,
    },
    /// Looks for entries of all sessions: the update `found` brings them. Without words the list is that of this session again.
    Find { text: String },
    /// Asks for a folder and writes the whole history into it.
    ExportHistory,
    /// Takes over all settings, or refuses them and changes nothing.
    ChangeSettings { settings: Settings },
    /// Asks for a folder; the model in it describes and answers from then on.
    ChooseModel,
    /// Lists the voices, which takes long: the update `voices` brings them.
    ListVoices,
    /// Lists the microphones: the update `microphones` brings them.
    ListMicrophones,
    /// Speaks a sample.
    TryVoice,
    /// Lets the hotkeys go while a new one is pressed in the window, and holds them again.
    RecordHotkey { on: bool },
    /// Fetches a pack from the registry; the update `packs` tells how it stands.
    FetchPack { name: String },
    /// Deletes a pack that was fetched.
    RemovePack { name: String },
    /// The welcome was read.
    WelcomeDone,
    /// Closes the window; the app goes on without it.
    Close,
    /// Ends the app.
    Quit,
    /// Moves the frame over the frozen screen.
    RegionStep { step: Step, large: bool },
    /// The frame as drawn with the mouse.
    RegionSet { rect: Rect },
    /// Describes what is in the frame.
    RegionDone,
    /// Gives the frame up.
    RegionCancel,
}

/// All that the window shows, by `invoke("snapshot")`.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Snapshot {
    /// The words of the language in use.
    pub strings: BTreeMap<String, String>,
    /// "en", "de".
    pub language: String,
    /// What can be set.
    pub settings: Settings,
    /// What is going on.
    pub status: Status,
    /// What was said last.
    pub heard: String,
    /// The history of this session, newest first.
    pub entries: Vec<Entry>,
    /// The entry that questions are about.
    #[ts(type = "number | null")]
    pub current: Option<u64>,
    /// What was looked for in the history.
    pub found: Option<Found>,
    /// The packs of weights.
    pub packs: Vec<Pack>,
    /// Whether this is the first run.
    pub welcome: bool,
    /// Where the focus is wanted.
    pub focus: Option<Place>,
    /// What does not work, such as hotkeys that another program holds.
    pub problems: Vec<Fault>,
}

/// What has changed, by `listen("update", ...)`.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Update {
    /// What is going on.
    Status { status: Status },
    /// What is being said.
    Heard { text: String },
    /// The history.
    Entries {
        entries: Vec<Entry>,
        #[ts(type = "number | null")]
        current: Option<u64>,
    },
    /// What was looked for in the history, and found.
    Found { found: Option<Found> },
    /// The settings, and with them perhaps the language.
    Settings {
        settings: Settings,
        strings: BTreeMap<String, String>,
        language: String,
        problems: Vec<Fault>,
    },
    /// The voices.
    Voices { voices: Vec<Voice> },
    /// The names of the microphones.
    Microphones { names: Vec<String> },
    /// The packs.
    Packs { packs: Vec<Pack> },
    /// Where the frame is, and what is said of that.
    Region { rect: Rect, text: String },
    /// Where the focus is wanted.
    Focus { place: Place },
}

/// A part of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// The text that was heard.
    Heard,
    /// The question box.
    Question,
    /// The settings.
    Settings,
    /// The welcome and help.
    Welcome,
}

/// A described picture.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct Entry {
    /// Its number.
    #[ts(type = "number")]
    pub id: u64,
    /// A file's name, a window's title, or where the picture came from.
    pub name: String,
    /// All that was said of it; questions and answers too.
    pub sentences: Vec<String>,
    /// Whether the first sentence was said without "possibly".
    pub sure: bool,
    /// Address of the picture, if it is kept.
    pub picture: Option<String>,
}

/// What was found in the history.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct Found {
    /// The words that were looked for.
    pub words: String,
    /// Entries of any session, best first.
    pub entries: Vec<Entry>,
}

/// A pack of weights.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Pack {
    /// As on the command line.
    pub name: String,
    /// What it is.
    pub title: String,
    /// Its size.
    #[ts(type = "number")]
    pub bytes: u64,
    /// Its licence.
    pub licence: String,
    /// Whether it says what pictures show, or answers questions about them.
    pub describes: bool,
    /// Whether it can be used.
    pub presence: Presence,
}

/// Whether a pack can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// It is part of the program.
    BuiltIn,
    /// It was fetched.
    Here,
    /// It is being fetched.
    Coming,
    /// It can be fetched.
    Absent,
}

/// What is going on, for the window.
#[derive(Debug, Clone, Copy, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Nothing.
    Idle,
    /// A picture is looked at, a question is answered.
    Working,
    /// Something is spoken.
    Speaking,
    /// The frame of a region is moved.
    ChoosingRegion,
}

impl From<session::Status> for Status {
    fn from(status: session::Status) -> Self {
        match status {
            session::Status::Idle => Self::Idle,
            session::Status::Working => Self::Working,
            session::Status::Speaking => Self::Speaking,
            session::Status::ChoosingRegion => Self::ChoosingRegion,
        }
    }
}

/// Part of the screen, in fractions of its width and height: 0 to 1, inside the screen, never smaller than [`SMALLEST`].
#[allow(rustdoc::broken_intra_doc_links, reason = "the session knows the smallest one")]
#[derive(Debug, Clone, Copy, Serialize, Deserialize, TS)]
pub struct Rect {
    /// Left edge.
    pub x: f32,
    /// Upper edge.
    pub y: f32,
    /// From the left edge to the right one.
    pub width: f32,
    /// From the upper edge to the lower one.
    pub height: f32,
}

impl From<session::Rect> for Rect {
    fn from(session::Rect { x, y, width, height }: session::Rect) -> Self {
        Self { x, y, width, height }
    }
}

impl From<Rect> for session::Rect {
    fn from(Rect { x, y, width, height }: Rect) -> Self {
        Self { x, y, width, height }
    }
}

/// How a key changes the frame.
#[derive(Debug, Clone, Copy, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    Left,
    Right,
    Up,
    Down,
    Wider,
    Narrower,
    Taller,
    Shorter,
    Larger,
    Smaller,
    Whole,
}

impl From<Step> for session::Step {
    fn from(step: Step) -> Self {
        match step {
            Step::Left => Self::Left,
            Step::Right => Self::Right,
            Step::Up => Self::Up,
            Step::Down => Self::Down,
            Step::Wider => Self::Wider,
            Step::Narrower => Self::Narrower,
            Step::Taller => Self::Taller,
            Step::Shorter => Self::Shorter,
            Step::Larger => Self::Larger,
            Step::Smaller => Self::Smaller,
            Step::Whole => Self::Whole,
        }
    }
}

/// A voice to choose.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Voice {
    /// Language tag, such as "en-GB".
    pub language: String,
    /// As the engine calls it.
    pub name: String,
    /// For the settings.
    pub id: String,
}

impl From<voices::Voice> for Voice {
    fn from(voices::Voice { language, name, id }: voices::Voice) -> Self {
        Self { language, name, id }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use ts_rs::Config;

    use super::*;

    /// Every type of the contract, those that others use first.
    fn declarations() -> String {
        let config = Config::default();
        let mut text =
            String::from("// Written by a test of src-tauri/src/contract.rs from the types there. Do not edit.\n");
        let mut add = |declaration: String, docs: Option<String>| {
            text.push('\n');
            text.push_str(&docs.unwrap_or_default());
            text.push_str("export ");
            text.push_str(&declaration);
            text.push('\n');
        };
        macro_rules! declare {
            ($($type:ty),* $(,)?) => { $(add(<$type as TS>::decl(&config), <$type as TS>::docs());)* };
        }
        declare!(
            Action,
            Step,
            Rect,
            Status,
            Place,
            Fault,
            Voice,
            eyebright_domain::Language,
            eyebright_domain::Detail,
            eyebright_domain::Moderation,
            eyebright_store::settings::SpeechBy,
            eyebright_domain::Hotkeys,
            Settings,
            Entry,
            Presence,
            Found,
            Pack,
            Command,
            Snapshot,
            Update,
        );
        text
    }

    /// `EYEBRIGHT_WRITE=1` writes the file anew; without it a difference fails.
    #[test]
    fn the_typescript_is_what_these_types_say() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/contract.d.ts");
        let wanted = declarations();
        if std::env::var_os("EYEBRIGHT_WRITE").is_some() {
            std::fs::write(&path, &wanted).unwrap();
        }
        let found = std::fs::read_to_string(&path).unwrap();
        assert!(
            found == wanted,
            "ui/contract.d.ts is old: run EYEBRIGHT_WRITE=1 cargo test -p eyebright contract"
        );
    }
}
