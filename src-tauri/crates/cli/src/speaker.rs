//! Reads the printed output aloud.

use std::borrow::Borrow;
use std::path::Path;

use eyebright_models::Cancel;
use eyebright_platform::voice::{self, Speak, SpeechError};

use crate::output::complain;

/// Speaks what is printed. After the first failure it stays silent.
pub struct Speaker(Result<Box<dyn Speak>, SpeechError>);

impl Speaker {
    /// Starts the speech engine. Reports a failure at once.
    pub fn start() -> Self {
        let voice = voice::system();
        if let Err(error) = &voice {
            complain(&error.to_string());
        }
        Self(voice)
    }

    /// Speaks and waits for the end. Returns false if that failed, now or earlier.
    pub fn say(&mut self, file: Option<&str>, sentences: &[impl Borrow<str>], cancel: &Cancel) -> bool {
        let Ok(voice) = &mut self.0 else { return false };
        voice.speak(&spoken(file, sentences));
        match voice.wait(cancel) {
            Ok(()) => true,
            Err(error) => {
                complain(&error.to_string());
                self.0 = Err(error);
                false
            }
        }
    }
}

/// The text to be spoken. Of the path only the file name is said, without its extension.
fn spoken(file: Option<&str>, sentences: &[impl Borrow<str>]) -> String {
    let name = file
        .and_then(|file| Path::new(file).file_stem())
        .map(|stem| format!("{}. ", stem.to_string_lossy()));
    name.unwrap_or_default() + &sentences.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spoken_text_names_the_picture_not_its_path() {
        assert_eq!(spoken(None, &["A dog.", "Left: a ball."]), "A dog. Left: a ball.");
        assert_eq!(
            spoken(Some("/home/ada/holiday 3.jpg"), &["A dog."]),
            "holiday 3. A dog."
        );
    }
}
