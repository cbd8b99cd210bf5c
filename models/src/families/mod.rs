//! Models that look at a picture and write. A family is a folder that implements [`family::Family`]; [`registry`] opens the one that a
//! `config.json` names.

pub mod blip;
pub mod blip2;
pub mod family;
pub mod glance;
pub mod image;
pub mod registry;
