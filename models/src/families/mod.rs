//! Vision-language models. A family is a folder that implements [`family::Family`]; [`registry`] opens the one that a
//! checkpoint's `config.json` names.

pub mod blip;
pub mod blip2;
pub mod family;
pub mod glance;
pub mod image;
pub mod registry;
