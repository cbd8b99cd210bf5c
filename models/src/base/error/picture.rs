//! Why a picture cannot be used.

/// Why a picture cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// No bytes.
    #[error("The file is empty. Save or download the picture again.")]
    Empty,
    /// More bytes than are read.
    #[error("The file is too large: {found} megabytes, and at most {limit} are read. Save it smaller.")]
    TooManyBytes {
        /// Megabytes.
        found: usize,
        /// Megabytes.
        limit: usize,
    },
    /// More pixels than are read.
    #[error(
        "The picture is too large: {width} by {height} pixels, and at most {limit} megapixels are read. Save it smaller."
    )]
    TooManyPixels {
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
        /// Megapixels.
        limit: u64,
    },
    /// A picture format that is not read.
    #[error("{0} pictures cannot be read yet. Save it as JPEG or PNG and try again.")]
    Unsupported(&'static str),
    /// No picture at all.
    #[error("This is not a picture. Give a JPEG, PNG, GIF, WebP, TIFF or BMP file.")]
    NotAPicture,
    /// A picture that breaks off or contradicts itself; the decoder's own words are for programmers only.
    #[error("The picture is damaged: {0}. Save or download it again.")]
    Damaged(&'static str),
}

impl PictureError {
    /// A stable word for scripts.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "picture_empty",
            Self::TooManyBytes { .. } | Self::TooManyPixels { .. } => "picture_too_large",
            Self::Unsupported(_) => "picture_format_unsupported",
            Self::NotAPicture => "not_a_picture",
            Self::Damaged(_) => "picture_damaged",
        }
    }
}
