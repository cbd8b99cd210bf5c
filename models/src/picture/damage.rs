//! Errors for pictures that a decoder cannot finish.

use std::io;

use crate::base::error::PictureError;

/// True if the error or one of its sources is an unexpected end of the bytes.
fn ran_out(error: &(dyn std::error::Error + 'static)) -> bool {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes
        .filter_map(|error| error.downcast_ref::<io::Error>())
        .any(|error| error.kind() == io::ErrorKind::UnexpectedEof)
}

/// The error for a decoder's.
pub(super) fn damaged(error: &(dyn std::error::Error + 'static)) -> PictureError {
    PictureError::Damaged(if ran_out(error) {
        "it breaks off before its end"
    } else {
        "some of its data are wrong"
    })
}
