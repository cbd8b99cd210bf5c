//! URLs of pictures, for the window: the scheme `eyebright:`.

/// The custom URL scheme.
pub const SCHEME: &str = "eyebright";

/// Beginning of all URLs. On Windows a custom scheme is reached as a host of http.
fn origin() -> &'static str {
    if cfg!(windows) {
        "http://eyebright.localhost"
    } else {
        "eyebright://localhost"
    }
}

/// URL of an entry's picture.
pub fn address(id: u64) -> String {
    format!("{}/picture/{id}", origin())
}
