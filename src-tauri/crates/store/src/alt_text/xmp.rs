//! Alt text in an XMP packet (ISO 16684-1): `Iptc4xmpCore:AltTextAccessibility` (IPTC Photo Metadata 2021.1), and
//! `dc:description` unless somebody else has written one. Everything else in the packet stays byte for byte.

use std::collections::BTreeMap;
use std::ops::Range;

use quick_xml::escape::escape;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};
use quick_xml::{NsReader, XmlVersion};

use super::error::AltTextError;

const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
const DC: &str = "http://purl.org/dc/elements/1.1/";
const IPTC: &str = "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/";
const ALT_TEXT: (&str, &str) = ("Iptc4xmpCore:AltTextAccessibility", IPTC);
const DESCRIPTION: (&str, &str) = ("dc:description", DC);
/// The language code of the default text.
const DEFAULT: &str = "x-default";

/// Result of [`merge`].
pub struct Merged {
    /// The new packet, with the alt text.
    pub packet: String,
    /// The alt text that the packet had before, if any.
    pub before: Option<String>,
}

/// Writes the alt text into a packet, replacing an earlier one. Without a packet, makes a new one.
pub fn merge(packet: Option<&str>, alt_text: &str) -> Result<Merged, AltTextError> {
    let Some(packet) = packet.filter(|packet| !packet.trim().is_empty()) else {
        return Ok(fresh(alt_text));
    };
    let Some(found) = Found::read(packet).map_err(|_| AltTextError::Metadata)? else {
        return Err(AltTextError::Metadata);
    };
    let before = found.alt.texts.get(DEFAULT).cloned();
    let description = found.description.texts.get(DEFAULT);
    // A description that is not our own earlier alt text was written by a person: keep it.
    let describes = description.is_none() || description == before.as_ref();
    let mut edits = Vec::new();
    let mut new = found.alt.replaced(ALT_TEXT, alt_text, &mut edits);
    if describes {
        new += &found.description.replaced(DESCRIPTION, alt_text, &mut edits);
    }
    if !new.is_empty() {
        edits.push((found.end..found.end, described(&escape(found.about.as_str()), &new)));
    }
    Ok(Merged {
        packet: edited(packet, edits),
        before,
    })
}

fn fresh(alt_text: &str) -> Merged {
    let own = [ALT_TEXT, DESCRIPTION].map(|name| property(name, &BTreeMap::new(), alt_text));
    let packet = format!(
        "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n\
         <rdf:RDF xmlns:rdf=\"{RDF}\">\n{}</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"w\"?>",
        described("", &own.concat())
    );
    Merged { packet, before: None }
}

fn described(about: &str, properties: &str) -> String {
    format!("<rdf:Description rdf:about=\"{about}\" xmlns:rdf=\"{RDF}\">\n{properties}</rdf:Description>\n")
}

/// XML of a property: `text` as the default, and the texts in other languages kept. Declares its own namespace
/// prefixes, because the packet may use the same prefixes for other namespaces.
fn property((name, namespace): (&str, &str), texts: &BTreeMap<String, String>, text: &str) -> String {
    let item =
        |(language, text): (&str, &str)| format!("<rdf:li xml:lang=\"{}\">{}</rdf:li>", escape(language), escape(text));
    let others = texts.iter().map(|(language, text)| (language.as_str(), text.as_str()));
    let others = others.filter(|(language, _)| *language != DEFAULT);
    // The default comes first: readers that ignore languages take the first text.
    let items: String = std::iter::once((DEFAULT, text)).chain(others).map(item).collect();
    let prefix = name.split(':').next().unwrap_or_default();
    format!("<{name} xmlns:{prefix}=\"{namespace}\"><rdf:Alt xmlns:rdf=\"{RDF}\">{items}</rdf:Alt></{name}>\n")
}

/// The packet with the given byte ranges replaced.
fn edited(packet: &str, mut edits: Vec<(Range<usize>, String)>) -> String {
    edits.sort_by_key(|(place, _)| place.start);
    let mut text = String::with_capacity(packet.len() + 1024);
    let mut done = 0;
    for (place, new) in edits {
        text.push_str(&packet[done..place.start]);
        text.push_str(&new);
        done = place.end;
    }
    text.push_str(&packet[done..]);
    text
}

/// A property as found in a packet.
#[derive(Default)]
struct Property {
    /// Text by language.
    texts: BTreeMap<String, String>,
    /// Byte ranges where it is written as an element.
    elements: Vec<Range<usize>>,
    /// Byte ranges where it is written as an attribute.
    attributes: Vec<Range<usize>>,
}

impl Property {
    /// Adds the edits that put the new text in place of the old one. Returns the XML still to be inserted if there was
    /// no element to replace; else an empty string.
    fn replaced(&self, name: (&str, &str), text: &str, edits: &mut Vec<(Range<usize>, String)>) -> String {
        let mut new = property(name, &self.texts, text);
        for place in &self.elements {
            edits.push((place.clone(), std::mem::take(&mut new).trim_end().to_owned()));
        }
        edits.extend(self.attributes.iter().map(|place| (place.clone(), String::new())));
        new
    }
}

#[derive(Default)]
struct Found {
    alt: Property,
    description: Property,
    /// The `rdf:about` of the packet; all of its descriptions have the same.
    about: String,
    /// Byte offset of the end of the last description.
    end: usize,
}

/// The two properties that are read and written.
#[derive(Clone, Copy, PartialEq)]
enum Which {
    Alt,
    Description,
}

impl Which {
    fn of(namespace: &ResolveResult, name: &str) -> Option<Self> {
        match (namespace, name) {
            (ResolveResult::Bound(Namespace(IPTC)), "AltTextAccessibility") => Some(Self::Alt),
            (ResolveResult::Bound(Namespace(DC)), "description") => Some(Self::Description),
            _ => None,
        }
    }
}

impl Found {
    /// Parses a packet. None if it contains no RDF.
    fn read(packet: &str) -> Result<Option<Self>, quick_xml::Error> {
        let mut reader = NsReader::from_str(packet);
        let mut found = Self::default();
        // Nesting depth: 0 outside rdf:RDF, 1 inside it.
        let mut depth = 0;
        loop {
            let begin = reader.buffer_position() as usize;
            let (namespace, event) = reader.read_resolved_event()?;
            let is_rdf = namespace == ResolveResult::Bound(Namespace(RDF));
            match event {
                Event::Start(start) => {
                    let which = Which::of(&namespace, start.local_name().into_inner());
                    if depth == 0 && is_rdf && start.local_name().into_inner() == "RDF" {
                        depth = 1;
                    } else if depth == 1 && is_rdf {
                        let tag = begin..reader.buffer_position() as usize;
                        found.take_attributes(&reader, &start, packet, tag)?;
                        depth = 2;
                    } else if let Some(which) = which.filter(|_| depth == 2) {
                        let texts = read_texts(&mut reader)?;
                        let end = reader.buffer_position() as usize;
                        found.property(which).texts.extend(texts);
                        found.property(which).elements.push(begin..end);
                    } else if depth > 0 {
                        depth += 1;
                    }
                }
                Event::Empty(start) if depth == 1 && is_rdf => {
                    let tag = begin..reader.buffer_position() as usize;
                    found.take_attributes(&reader, &start, packet, tag)?;
                }
                Event::Empty(start) if depth == 2 => {
                    if let Some(which) = Which::of(&namespace, start.local_name().into_inner()) {
                        let end = reader.buffer_position() as usize;
                        found.property(which).elements.push(begin..end);
                    }
                }
                Event::End(_) if depth == 1 => {
                    found.end = begin;
                    return Ok(Some(found));
                }
                Event::End(_) if depth > 1 => depth -= 1,
                Event::Eof => return Ok(None),
                _ => {}
            }
        }
    }

    fn property(&mut self, which: Which) -> &mut Property {
        match which {
            Which::Alt => &mut self.alt,
            Which::Description => &mut self.description,
        }
    }

    /// Reads `rdf:about` and the two properties from the attributes of a description.
    fn take_attributes(
        &mut self,
        reader: &NsReader<&[u8]>,
        start: &BytesStart,
        packet: &str,
        tag: Range<usize>,
    ) -> Result<(), quick_xml::Error> {
        let mut taken = Vec::new();
        for attribute in start.attributes() {
            let attribute = attribute?;
            let (namespace, name) = reader.resolver().resolve_attribute(attribute.key);
            let value = attribute.normalized_value(XmlVersion::Implicit1_0)?.into_owned();
            if namespace == ResolveResult::Bound(Namespace(RDF)) && name.into_inner() == "about" {
                self.about = value;
            } else if let Some(which) = Which::of(&namespace, name.into_inner()) {
                self.property(which).texts.insert(DEFAULT.to_owned(), value);
                taken.push((which, attribute.key.into_inner().to_owned()));
            }
        }
        for (which, name) in taken {
            if let Some(place) = place_of_attribute(&packet[tag.clone()], &name) {
                let place = tag.start + place.start..tag.start + place.end;
                self.property(which).attributes.push(place);
            }
        }
        Ok(())
    }
}

/// Byte range of ` NAME="VALUE"` in a tag that has already been parsed.
fn place_of_attribute(tag: &str, name: &str) -> Option<Range<usize>> {
    let mut rest = tag.find(char::is_whitespace)?;
    loop {
        let begin = rest;
        let from = begin + tag[begin..].find(|letter: char| !letter.is_whitespace())?;
        let equals = from + tag[from..].find('=')?;
        let open = equals + tag[equals..].find(['"', '\''])?;
        let quote = tag[open..].chars().next()?;
        let end = open + 1 + tag[open + 1..].find(quote)? + 1;
        if tag[from..equals].trim_end() == name {
            return Some(begin..end);
        }
        rest = end;
    }
}

/// Reads a property from after its start tag to its end. Returns its texts by language.
fn read_texts(reader: &mut NsReader<&[u8]>) -> Result<BTreeMap<String, String>, quick_xml::Error> {
    let mut texts = BTreeMap::new();
    let mut language = DEFAULT.to_owned();
    let mut text = String::new();
    let mut depth = 1;
    while depth > 0 {
        match reader.read_event()? {
            Event::Start(start) => {
                depth += 1;
                if start.local_name().into_inner() == "li" {
                    let lang = start.try_get_attribute("xml:lang")?;
                    language = match lang {
                        Some(lang) => lang.normalized_value(XmlVersion::Implicit1_0)?.into_owned(),
                        None => DEFAULT.to_owned(),
                    };
                    text.clear();
                }
            }
            Event::End(end) => {
                depth -= 1;
                // Without rdf:li, the text stands directly in the property.
                if end.local_name().into_inner() == "li" || (depth == 0 && texts.is_empty()) {
                    texts.insert(language.clone(), std::mem::take(&mut text));
                }
            }
            Event::Text(part) => text.push_str(&part.xml10_content()),
            Event::CData(part) => text.push_str(&part.xml10_content()),
            Event::GeneralRef(reference) => match reference.resolve_char_ref()? {
                Some(letter) => text.push(letter),
                None => text.push_str(
                    quick_xml::escape::resolve_predefined_entity(&reference.xml10_content()).unwrap_or_default(),
                ),
            },
            Event::Eof => return Err(quick_xml::Error::Syntax(quick_xml::errors::SyntaxError::UnclosedTag)),
            _ => {}
        }
    }
    texts.retain(|_, text| !text.trim().is_empty());
    Ok(texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIGHTROOM: &str = r#"<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 5.6.0">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="uuid:1" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:iptc="http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/"
    xmp:Rating="4" iptc:AltTextAccessibility='An old "text"' xmp:Label="a &gt; b">
   <d:description xmlns:d="http://purl.org/dc/elements/1.1/"><rdf:Alt>
     <rdf:li xml:lang="x-default">Café &amp; b&#97;r</rdf:li><rdf:li xml:lang="de">Café, innen</rdf:li>
   </rdf:Alt></d:description>
   <xmp:Thumbs><rdf:Description><d:description xmlns:d="http://purl.org/dc/elements/1.1/">not mine</d:description></rdf:Description></xmp:Thumbs>
  </rdf:Description>
  <rdf:Description rdf:about="uuid:1" xmlns:crs="urn:crs" crs:Exposure="+1"/>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"#;

    fn read(packet: &str) -> Found {
        Found::read(packet).unwrap().unwrap()
    }

    #[test]
    fn a_new_packet_says_it_twice_and_saving_again_replaces() {
        let first = merge(None, "A dog & a \"cat\" <3.").unwrap();
        assert_eq!(first.before, None);
        let found = read(&first.packet);
        assert_eq!(found.alt.texts[DEFAULT], "A dog & a \"cat\" <3.");
        assert_eq!(found.description.texts[DEFAULT], "A dog & a \"cat\" <3.");
        let second = merge(Some(&first.packet), "Two dogs.").unwrap();
        assert_eq!(second.before.as_deref(), Some("A dog & a \"cat\" <3."));
        assert!(!second.packet.contains("cat"));
        let found = read(&second.packet);
        assert_eq!(
            (&*found.alt.texts[DEFAULT], &*found.description.texts[DEFAULT]),
            ("Two dogs.", "Two dogs.")
        );
        // Saving again does not add anything.
        let third = merge(Some(&second.packet), "Two dogs.").unwrap().packet;
        let fourth = merge(Some(&third), "Two dogs.").unwrap().packet;
        assert_eq!(third.matches("</Iptc4xmpCore:AltTextAccessibility>").count(), 1);
        assert_eq!(third, fourth);
    }

    #[test]
    fn a_persons_own_description_and_everything_else_stay() {
        let merged = merge(Some(LIGHTROOM), "A cup.").unwrap();
        assert_eq!(merged.before.as_deref(), Some("An old \"text\""));
        let found = read(&merged.packet);
        assert_eq!(found.about, "uuid:1");
        assert_eq!(found.alt.texts[DEFAULT], "A cup.");
        assert_eq!(found.description.texts[DEFAULT], "Café & bar");
        assert_eq!(found.description.texts["de"], "Café, innen");
        // Everything is still there except the attribute that was replaced.
        let kept = LIGHTROOM.replace(" iptc:AltTextAccessibility='An old \"text\"'", "");
        let (head, tail) = kept.split_once("</rdf:RDF>").unwrap();
        assert!(
            merged.packet.starts_with(head) && merged.packet.ends_with(tail),
            "{}",
            merged.packet
        );
    }

    #[test]
    fn other_languages_of_an_own_description_stay() {
        let own = LIGHTROOM.replace("An old \"text\"", "Café &amp; bar");
        let found = read(&merge(Some(&own), "A cup.").unwrap().packet);
        assert_eq!(found.description.texts[DEFAULT], "A cup.");
        assert_eq!(found.description.texts["de"], "Café, innen");
    }

    #[test]
    fn what_is_no_packet_is_refused() {
        let cut = &LIGHTROOM[..LIGHTROOM.len() / 2];
        for packet in ["<a/>", "not xml <", "<x><rdf:RDF></x>", cut] {
            assert!(
                matches!(merge(Some(packet), "A cup."), Err(AltTextError::Metadata)),
                "{packet}"
            );
        }
        assert!(merge(Some("  "), "A cup.").is_ok());
    }
}
