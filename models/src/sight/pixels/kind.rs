//! Kinds of pictures.

/// Kind of picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A photo, or anything else with natural texture, such as a painting.
    #[default]
    Photo,
    /// A program's window or a page with panels.
    Screenshot,
    /// Lines of text on an even ground.
    Document,
    /// Icon, diagram, clip art.
    Drawing,
    /// One colour, a smooth change of colours, or noise.
    Blank,
    /// Black or nearly so.
    Black,
}
