//! Packs that are fetched, not committed.

use std::path::Path;

use eyebright_models::Pack;

/// A pack that `./dev test` has fetched. Where it could not, the test says so and passes.
pub fn fetched(pack: &str) -> Option<Pack> {
    let packs = std::env::var_os("EYEBRIGHT_TEST_PACKS").unwrap_or_default();
    let folder = Path::new(&packs).join(pack);
    if !folder.is_dir() {
        eprintln!("left out: the folder EYEBRIGHT_TEST_PACKS has no pack {pack}; ./dev test fetches it");
        return None;
    }
    Some(Pack::open(&folder).unwrap())
}
