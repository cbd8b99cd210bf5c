//! The addresses of pictures, of the scheme `eyebright:`.

/// The scheme.
pub const SCHEME: &str = "eyebright";

/// Windows and Android know custom schemes only as hosts.
fn origin() -> &'static str {
    if cfg!(windows) {
        "http://eyebright.localhost"
    } else {
        "eyebright://localhost"
    }
}

/// The address of an entry's picture.
pub fn address(id: u64) -> String {
    format!("{}/picture/{id}", origin())
}
