//! JPEG: XMP is stored in an APP1 segment of its own (ISO 16684-3, 5.2.4).

use img_parts::jpeg::{Jpeg, JpegSegment, markers};

use super::error::AltTextError;
use super::xmp;

const NAME: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
const EXIF: &[u8] = b"Exif\0";
/// Identifier of the Multi-Picture Format segment, which lists further pictures in the file by their offset from it.
const SEVERAL: &[u8] = b"MPF\0";
/// Largest content of a segment, in bytes.
const LARGEST: usize = 65_533;

/// Returns the file with the alt text in its XMP.
pub fn with_alt_text(bytes: Vec<u8>, sentence: &str) -> Result<Vec<u8>, AltTextError> {
    let mut jpeg = Jpeg::from_bytes(bytes.into())?;
    let segments = jpeg.segments_mut();
    let is = |segment: &JpegSegment, marker: u8, name: &[u8]| {
        segment.marker() == marker && segment.contents().starts_with(name)
    };
    let old = segments.iter().position(|segment| is(segment, markers::APP1, NAME));
    let several = segments.iter().position(|segment| is(segment, markers::APP2, SEVERAL));
    // The list stores offsets, so nothing after it may change its length: refuse if the XMP lies there.
    if several.zip(old).is_some_and(|(several, old)| several < old) {
        return Err(AltTextError::Metadata);
    }
    let packet = match old {
        Some(old) => {
            Some(std::str::from_utf8(&segments[old].contents()[NAME.len()..]).map_err(|_| AltTextError::Metadata)?)
        }
        None => None,
    };
    let packet = xmp::merge(packet, sentence)?.packet;
    let segment = JpegSegment::new_with_contents(markers::APP1, segment_of(&packet)?.into());
    if let Some(old) = old {
        segments[old] = segment;
    } else {
        // Insert after JFIF and Exif, which readers expect first.
        let first = |segment: &JpegSegment| segment.marker() == markers::APP0 || is(segment, markers::APP1, EXIF);
        let place = segments
            .iter()
            .position(|segment| !first(segment))
            .unwrap_or(segments.len());
        segments.insert(place, segment);
    }
    Ok(jpeg.encoder().bytes().to_vec())
}

fn segment_of(packet: &str) -> Result<Vec<u8>, AltTextError> {
    let whole = [NAME, packet.as_bytes()].concat();
    if whole.len() <= LARGEST {
        return Ok(whole);
    }
    // XMP packets end with padding (white space), which may be dropped to make room.
    let (body, end) = packet.rsplit_once("<?xpacket").ok_or(AltTextError::Full)?;
    let tight = format!("{}\n<?xpacket{end}", body.trim_end());
    let whole = [NAME, tight.as_bytes()].concat();
    if whole.len() > LARGEST {
        return Err(AltTextError::Full);
    }
    Ok(whole)
}
