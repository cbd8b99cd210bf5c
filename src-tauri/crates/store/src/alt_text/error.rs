//! Why a file can carry no alt text.

use eyebright_domain::Fault;

/// Why a file can carry no alt text.
#[derive(Debug, thiserror::Error)]
pub enum AltTextError {
    /// A format without a place for it, or one that is not known here.
    #[error("Alt text can be saved in JPEG, PNG and WebP files only. Save the picture as one of these first.")]
    Format,
    /// The file's structure is broken.
    #[error("The file is damaged, and was left as it is. Save the picture anew with another program first.")]
    Damaged,
    /// Its XMP is broken, or of a form that cannot be kept whole.
    #[error(
        "The file's own information about the picture cannot be read, and was left as it is. Save the picture anew with another program first."
    )]
    Metadata,
    /// A JPEG's segment holds 65,533 bytes.
    #[error(
        "The file carries so much other information that no alt text fits in. Remove some of it with another program first."
    )]
    Full,
    /// Another picture is there now.
    #[error("The file has another picture in it than the one that was described. Describe it again first.")]
    Changed,
    /// It must not be written.
    #[error("The file may not be changed. Remove its write protection first.")]
    ReadOnly,
}

impl AltTextError {
    /// A stable word for scripts.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Format => "alt_text_format",
            Self::Damaged => "alt_text_damaged",
            Self::Metadata => "alt_text_metadata",
            Self::Full => "alt_text_full",
            Self::Changed => "alt_text_changed",
            Self::ReadOnly => "alt_text_read_only",
        }
    }
}

impl From<img_parts::Error> for AltTextError {
    fn from(_: img_parts::Error) -> Self {
        Self::Damaged
    }
}

impl From<AltTextError> for Fault {
    fn from(error: AltTextError) -> Self {
        Self::new(error.code(), error.to_string())
    }
}
