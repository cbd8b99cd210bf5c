//! PNG: XMP is an `iTXt` chunk with a fixed keyword (ISO 16684-3, 5.6), and so is the `Description` that simple
//! programs show (PNG, 11.3.3).

use img_parts::png::{Png, PngChunk};
use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;

use super::error::AltTextError;
use super::xmp;

const TEXT: [u8; 4] = *b"iTXt";
const XMP: &str = "XML:com.adobe.xmp";
const DESCRIPTION: &str = "Description";
/// Largest compressed text that is read, in bytes after decompression.
const LARGEST: usize = 16 << 20;

/// Returns the file with the alt text in its XMP, and in `Description` unless somebody else has written one.
pub fn with_alt_text(bytes: Vec<u8>, sentence: &str) -> Result<Vec<u8>, AltTextError> {
    let mut png = Png::from_bytes(bytes.clone().into())?;
    // Some programs append data after the end of the image; keep it.
    let behind = &bytes[png.len().min(bytes.len())..];
    let old = place_of(&png, XMP);
    let packet = match old {
        Some(old) => Some(text_of(&png.chunks()[old]).ok_or(AltTextError::Metadata)?),
        None => None,
    };
    let merged = xmp::merge(packet.as_deref(), sentence)?;
    put(&mut png, old, XMP, &merged.packet);
    let description = place_of(&png, DESCRIPTION);
    let plain = png
        .chunks()
        .iter()
        .any(|chunk| [*b"tEXt", *b"zTXt"].contains(&chunk.kind()) && chunk.contents().starts_with(b"Description\0"));
    let is_ours = |place: usize| text_of(&png.chunks()[place]).is_some_and(|text| Some(text) == merged.before);
    if !plain && description.is_none_or(is_ours) {
        put(&mut png, description, DESCRIPTION, sentence);
    }
    Ok([&png.encoder().bytes(), behind].concat())
}

/// Index of the `iTXt` chunk with this keyword.
fn place_of(png: &Png, name: &str) -> Option<usize> {
    let begin = [name.as_bytes(), b"\0"].concat();
    png.chunks()
        .iter()
        .position(|chunk| chunk.kind() == TEXT && chunk.contents().starts_with(&begin))
}

/// Writes a text chunk: replaces the one at index `old`, or inserts it right after the header (always the first chunk).
fn put(png: &mut Png, old: Option<usize>, name: &str, text: &str) {
    // Keyword, compression flag and method (0: none), empty language, empty translated keyword.
    let contents = [name.as_bytes(), b"\0\0\0\0\0", text.as_bytes()].concat();
    let chunk = PngChunk::new(TEXT, contents.into());
    let chunks = png.chunks_mut();
    match old {
        Some(old) => chunks[old] = chunk,
        None => chunks.insert(chunks.len().min(1), chunk),
    }
}

/// The text of an `iTXt` chunk. None if the chunk is broken.
fn text_of(chunk: &PngChunk) -> Option<String> {
    let mut parts = chunk.contents().splitn(2, |byte| *byte == 0);
    let (_, rest) = (parts.next()?, parts.next()?);
    let (&[packed, method], rest) = rest.split_first_chunk::<2>()?;
    // Skip the language and the translated keyword.
    let text = rest.splitn(3, |byte| *byte == 0).nth(2)?;
    let text = match (packed, method) {
        (0, _) => text.to_vec(),
        (1, 0) => decompress_to_vec_zlib_with_limit(text, LARGEST).ok()?,
        _ => return None,
    };
    String::from_utf8(text).ok()
}
