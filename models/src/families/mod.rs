//! Models that look at a picture and write: each family is a folder, `vision_language` opens the one that a `config.json` names.

pub mod blip;
pub mod blip2;
pub mod glance;
pub mod registry;
pub mod vision_language;
