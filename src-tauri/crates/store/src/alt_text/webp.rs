//! WebP: XMP is a chunk at the end, announced by a flag in the `VP8X` chunk (RFC 9649, 2.7).

use img_parts::ImageICC;
use img_parts::riff::{RiffChunk, RiffContent};
use img_parts::webp::{CHUNK_VP8X, CHUNK_XMP, WebP};

use super::error::AltTextError;
use super::xmp;

const XMP_FLAG: u8 = 0b0000_0100;

/// Returns the file with the alt text in its XMP.
pub fn with_alt_text(bytes: Vec<u8>, sentence: &str) -> Result<Vec<u8>, AltTextError> {
    let mut webp = WebP::from_bytes(bytes.clone().into())?;
    // Some programs append data after the end of the image; keep it.
    let behind = &bytes[(webp.len() as usize).min(bytes.len())..];
    let old = webp.chunks().iter().position(|chunk| chunk.id() == CHUNK_XMP);
    let packet = match old.and_then(|old| webp.chunks()[old].content().data()) {
        Some(data) => Some(std::str::from_utf8(data).map_err(|_| AltTextError::Metadata)?),
        None => None,
    };
    let packet = xmp::merge(packet, sentence)?.packet;
    let chunk = RiffChunk::new(CHUNK_XMP, RiffContent::Data(packet.into_bytes().into()));
    match old {
        Some(old) => webp.chunks_mut()[old] = chunk,
        None => webp.chunks_mut().push(chunk),
    }
    // Setting the colour profile, even to what it was, makes the library add the `VP8X` chunk where it is missing.
    let profile = webp.icc_profile();
    webp.set_icc_profile(profile);
    let extended = webp.chunks_mut().iter_mut().find(|chunk| chunk.id() == CHUNK_VP8X);
    let Some(RiffContent::Data(data)) = extended.map(RiffChunk::content_mut) else {
        return Err(AltTextError::Damaged);
    };
    let mut flags = data.to_vec();
    *flags.first_mut().ok_or(AltTextError::Damaged)? |= XMP_FLAG;
    *data = flags.into();
    Ok([&webp.encoder().bytes(), behind].concat())
}
