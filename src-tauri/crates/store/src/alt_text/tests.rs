//! Saving alt text must leave everything else in the file unchanged.

use std::io::Cursor;

use eyebright_models::{Limits, Picture};
use image::{DynamicImage, ImageFormat, RgbImage};
use img_parts::jpeg::{Jpeg, JpegSegment, markers};
use img_parts::png::{Png, PngChunk};
use img_parts::webp::{CHUNK_VP8X, CHUNK_XMP, WebP};
use img_parts::{ImageEXIF, ImageICC};

use super::save::with_alt_text;
use super::*;

const SENTENCE: &str = "Hunde laufen <über> & \"auf\" die Wiese.";
const FORMATS: [ImageFormat; 3] = [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP];

fn image() -> DynamicImage {
    RgbImage::from_fn(90, 60, |x, y| {
        image::Rgb([(x * 2) as u8, (y * 4) as u8, ((x * y) % 256) as u8])
    })
    .into()
}

fn file(format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image().write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A file with other metadata in it: Exif, a colour profile, a comment, and data after the end.
fn laden(format: ImageFormat) -> Vec<u8> {
    let (exif, profile) = (&b"II*\0\x08\0\0\0\0\0\0\0\0\0"[..], &b"a profile"[..]);
    let bytes = file(format).into();
    match format {
        ImageFormat::Jpeg => {
            let mut jpeg = Jpeg::from_bytes(bytes).unwrap();
            jpeg.set_exif(Some(exif.into()));
            jpeg.set_icc_profile(Some(profile.into()));
            let comment = JpegSegment::new_with_contents(markers::COM, b"a comment"[..].into());
            jpeg.segments_mut().insert(3, comment);
            // Data after the end of the image, where phones put videos.
            [&jpeg.encoder().bytes()[..], b"a film"].concat()
        }
        ImageFormat::Png => {
            let mut png = Png::from_bytes(bytes).unwrap();
            png.set_exif(Some(exif.into()));
            png.set_icc_profile(Some(profile.into()));
            png.chunks_mut()
                .insert(2, PngChunk::new(*b"tEXt", b"Author\0Ada"[..].into()));
            [&png.encoder().bytes()[..], b"behind"].concat()
        }
        _ => {
            let mut webp = WebP::from_bytes(bytes).unwrap();
            webp.set_exif(Some(exif.into()));
            webp.set_icc_profile(Some(profile.into()));
            [&webp.encoder().bytes()[..], b"behind"].concat()
        }
    }
}

/// All parts of a file except those that carry the alt text, and its XMP packet.
fn parts(bytes: &[u8]) -> (Vec<Vec<u8>>, Option<String>) {
    let (mut others, mut packet) = (Vec::new(), None);
    let mut take = |is_packet: bool, skip: usize, content: &[u8]| {
        if is_packet {
            assert!(packet.is_none(), "two packets");
            packet = Some(String::from_utf8(content[skip..].to_vec()).unwrap());
        } else {
            others.push(content.to_vec());
        }
    };
    match image::guess_format(bytes).unwrap() {
        ImageFormat::Jpeg => {
            let name = b"http://ns.adobe.com/xap/1.0/\0";
            for segment in Jpeg::from_bytes(bytes.to_vec().into()).unwrap().segments() {
                take(segment.contents().starts_with(name), name.len(), segment.contents());
                if segment.has_entropy() {
                    take(false, 0, &segment.clone().encoder().bytes()[segment.len()..]);
                }
            }
        }
        ImageFormat::Png => {
            let name = b"XML:com.adobe.xmp\0\0\0\0\0";
            let png = Png::from_bytes(bytes.to_vec().into()).unwrap();
            for chunk in png.chunks() {
                if !chunk.contents().starts_with(b"Description\0") {
                    take(chunk.contents().starts_with(name), name.len(), chunk.contents());
                }
            }
            take(false, 0, &bytes[png.len()..]);
        }
        _ => {
            let webp = WebP::from_bytes(bytes.to_vec().into()).unwrap();
            for chunk in webp.chunks().iter().filter(|chunk| chunk.id() != CHUNK_VP8X) {
                take(chunk.id() == CHUNK_XMP, 0, chunk.content().data().unwrap());
            }
            take(false, 0, &bytes[webp.len() as usize..]);
        }
    }
    (others, packet)
}

#[test]
fn every_other_part_stays_bit_for_bit_and_saving_again_replaces() {
    for format in FORMATS {
        for before in [file(format), laden(format)] {
            let after = with_alt_text(before.clone(), SENTENCE).unwrap();
            assert!(parts(&before).0 == parts(&after).0, "{format:?}");
            assert!(parts(&after).1.unwrap().contains("Hunde laufen &lt;über&gt; &amp; "));
            let pixels = |bytes: &[u8]| image::load_from_memory(bytes).unwrap().into_rgb8();
            assert_eq!(pixels(&before), pixels(&after));

            assert_eq!(with_alt_text(after.clone(), SENTENCE).unwrap(), after, "{format:?}");
            let other = with_alt_text(after, "Another one.").unwrap();
            assert!(!String::from_utf8_lossy(&other).contains("Hund"), "{format:?}");
            assert_eq!(other, with_alt_text(before, "Another one.").unwrap(), "{format:?}");
        }
    }
}

#[test]
fn a_webp_tells_of_its_xmp() {
    let flags = |bytes: Vec<u8>| {
        let webp = WebP::from_bytes(bytes.into()).unwrap();
        assert_eq!(webp.chunks()[0].id(), CHUNK_VP8X);
        webp.chunks()[0].content().data().unwrap()[0]
    };
    assert_eq!(
        flags(with_alt_text(file(ImageFormat::WebP), SENTENCE).unwrap()),
        0b0000_0100
    );
    assert_eq!(
        flags(with_alt_text(laden(ImageFormat::WebP), SENTENCE).unwrap()),
        0b0010_1100
    );
}

#[test]
fn a_png_is_described_unless_somebody_else_has() {
    let texts = |bytes: &[u8]| {
        let png = Png::from_bytes(bytes.to_vec().into()).unwrap();
        let described = png
            .chunks()
            .iter()
            .filter(|chunk| chunk.contents().starts_with(b"Description\0"));
        described
            .map(|chunk| String::from_utf8_lossy(chunk.contents()).into_owned())
            .collect::<Vec<_>>()
    };
    let after = with_alt_text(file(ImageFormat::Png), SENTENCE).unwrap();
    assert_eq!(texts(&after), [format!("Description\0\0\0\0\0{SENTENCE}")]);
    let mut png = Png::from_bytes(file(ImageFormat::Png).into()).unwrap();
    png.chunks_mut()
        .insert(1, PngChunk::new(*b"tEXt", b"Description\0Mine"[..].into()));
    let after = with_alt_text(png.encoder().bytes().to_vec(), SENTENCE).unwrap();
    assert_eq!(texts(&after), ["Description\0Mine"]);
}

#[test]
fn a_packed_packet_is_unpacked() {
    let mut png = Png::from_bytes(file(ImageFormat::Png).into()).unwrap();
    let packet = xmp::merge(None, "Before.").unwrap().packet;
    let deflated = miniz_oxide::deflate::compress_to_vec_zlib(packet.as_bytes(), 6);
    let contents = [&b"XML:com.adobe.xmp\0\x01\0\0\0"[..], &deflated].concat();
    png.chunks_mut().insert(1, PngChunk::new(*b"iTXt", contents.into()));
    let after = with_alt_text(png.encoder().bytes().to_vec(), SENTENCE).unwrap();
    assert_eq!(
        parts(&after).1,
        Some(xmp::merge(Some(&packet), SENTENCE).unwrap().packet)
    );
}

#[test]
fn what_cannot_be_kept_whole_is_refused() {
    let refused = |bytes: Vec<u8>| with_alt_text(bytes, SENTENCE).unwrap_err().code();
    assert_eq!(refused(file(ImageFormat::Bmp)), "alt_text_format");
    assert_eq!(refused(b"GIF89a".to_vec()), "alt_text_format");
    for format in FORMATS {
        let whole = laden(format);
        for length in (12..200).step_by(9) {
            let _ = with_alt_text(whole[..length].to_vec(), SENTENCE);
        }
        assert_eq!(refused(whole[..60].to_vec()), "alt_text_damaged", "{format:?}");
    }
    let with = |segments: &[(u8, &[u8])]| {
        let mut jpeg = Jpeg::from_bytes(file(ImageFormat::Jpeg).into()).unwrap();
        for &(marker, contents) in segments.iter().rev() {
            let segment = JpegSegment::new_with_contents(marker, contents.to_vec().into());
            jpeg.segments_mut().insert(1, segment);
        }
        jpeg.encoder().bytes().to_vec()
    };
    let xmp = |packet: &str| [b"http://ns.adobe.com/xap/1.0/\0", packet.as_bytes()].concat();
    let fresh = xmp::merge(None, "x").unwrap().packet;
    assert_eq!(refused(with(&[(markers::APP1, &xmp("<broken"))])), "alt_text_metadata");
    let several = [(markers::APP2, &b"MPF\0"[..]), (markers::APP1, &xmp(&fresh))];
    assert_eq!(refused(with(&several)), "alt_text_metadata");
    assert!(with_alt_text(with(&[several[1], several[0]]), SENTENCE).is_ok());

    // Padding is dropped to make room; other content is not.
    let padded = fresh.replace("<?xpacket end", &format!("{}<?xpacket end", " ".repeat(64_000)));
    let after = with_alt_text(with(&[(markers::APP1, &xmp(&padded))]), &"word ".repeat(300)).unwrap();
    assert!(after.len() < 20_000);
    let full = fresh.replace("</rdf:RDF>", &format!("<!--{}--></rdf:RDF>", "x".repeat(64_000)));
    let long = "word ".repeat(300);
    let code = with_alt_text(with(&[(markers::APP1, &xmp(&full))]), &long)
        .unwrap_err()
        .code();
    assert_eq!(code, "alt_text_full");
}

#[test]
fn only_the_picture_that_was_described_gets_the_text() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jpg");
    let limits = Limits::default();
    std::fs::write(&path, file(ImageFormat::Jpeg)).unwrap();
    let small = image::imageops::thumbnail(&image().into_rgb8(), 45, 30);
    save(&path, SENTENCE, &Picture::from_rgb(small.clone())).unwrap();
    save(
        &path,
        "Again.",
        &Picture::decode(&file(ImageFormat::Jpeg), &limits).unwrap(),
    )
    .unwrap();
    assert!(parts(&std::fs::read(&path).unwrap()).1.unwrap().contains("Again."));

    let saved = std::fs::read(&path).unwrap();
    let turned = Picture::from_rgb(image::imageops::rotate180(&small));
    assert_eq!(save(&path, SENTENCE, &turned).unwrap_err().code, "alt_text_changed");
    let mut permissions = std::fs::metadata(&path).unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&path, permissions).unwrap();
    let same = Picture::from_rgb(small);
    assert_eq!(save(&path, SENTENCE, &same).unwrap_err().code, "alt_text_read_only");
    assert_eq!(
        save(&folder.path().join("gone.jpg"), SENTENCE, &same).unwrap_err().code,
        "not_found"
    );
    assert_eq!(std::fs::read(&path).unwrap(), saved);
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        1,
        "nothing is left over"
    );
}
