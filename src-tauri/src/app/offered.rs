//! The packs that the window offers.

use std::collections::BTreeSet;

use eyebright_store::packs::{self, Listed};

use crate::contract::{Pack, Presence};

/// The packs that the app can use. `coming` are the names of those being fetched.
pub fn packs(coming: &BTreeSet<String>) -> Vec<Pack> {
    let pack = |pack: &Listed| Pack {
        name: pack.name.clone(),
        title: pack.summary.clone(),
        bytes: pack.bytes(),
        licence: pack.licence.clone(),
        describes: pack.describes(),
        presence: match pack.folder() {
            _ if pack.built_in => Presence::BuiltIn,
            _ if coming.contains(&pack.name) => Presence::Coming,
            Some(_) => Presence::Here,
            None => Presence::Absent,
        },
    };
    packs::catalog()
        .iter()
        .filter(|pack| !pack.is_on_hub() || pack.describes())
        .map(pack)
        .collect()
}
