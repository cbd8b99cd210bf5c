//! The error of saving alt text.

use eyebright_domain::Fault;

/// Reason why alt text could not be saved in a file.
#[derive(Debug, thiserror::Error)]
pub enum AltTextError {
    /// The file format is not JPEG, PNG or WebP.
    #[error("Alt text can be saved in JPEG, PNG and WebP files only. Save the picture as one of these first.")]
    Format,
    /// The file's structure is broken.
    #[error("The file is damaged, and was left as it is. Save the picture anew with another program first.")]
    Damaged,
    /// The file's XMP is broken, or in a form that cannot be edited without loss.
    #[error(
        "The file's own information about the picture cannot be read, and was left as it is. Save the picture anew with another program first."
    )]
    Metadata,
    /// The XMP would exceed the 65,533 bytes that a JPEG segment can hold.
    #[error(
        "The file carries so much other information that no alt text fits in. Remove some of it with another program first."
    )]
    Full,
    /// The file now shows another picture than the one described.
    #[error("The file has another picture in it than the one that was described. Describe it again first.")]
    Changed,
    /// The file is write-protected.
    #[error("The file may not be changed. Remove its write protection first.")]
    ReadOnly,
}

impl AltTextError {
    /// Stable error code for scripts.
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
