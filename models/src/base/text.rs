//! Small things done to text.

/// The first line of an error. Where `RUST_BACKTRACE` is set, candle's errors go on with a backtrace, which nobody wants to hear.
pub(crate) fn first_line(error: &impl ToString) -> String {
    error.to_string().lines().next().unwrap_or_default().to_owned()
}
