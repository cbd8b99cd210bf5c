//! Opens packs that are fetched and not committed.

use std::path::PathBuf;

use eyebright_models::Pack;

/// A pack that `./dev test` has fetched.
///
/// Tests that need one are ignored by default and are in a module named after it, such as `with_reader`: `./dev test`
/// runs those whose packs are there.
pub fn fetched(pack: &str) -> Pack {
    let packs = PathBuf::from(std::env::var_os("EYEBRIGHT_TEST_PACKS").unwrap_or_default());
    let folder = packs.join(pack);
    assert!(
        folder.is_dir(),
        "the folder EYEBRIGHT_TEST_PACKS has no pack {pack}; ./dev test fetches it"
    );
    Pack::open(&folder).unwrap()
}
