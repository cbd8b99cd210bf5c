//! Statistics over several runs.

use eyebright_domain::Fault;

/// Error: a measurement could not be made.
pub(super) fn failed(what: &str, error: &dyn std::fmt::Display) -> Fault {
    Fault::new("bench_failed", format!("{what}: {error}."))
}

/// The median; the greater of the two middle values if their number is even.
pub(super) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
