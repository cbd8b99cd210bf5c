//! Figures of many runs.

use eyebright_domain::Fault;

/// A measurement that could not be made.
pub(super) fn failed(what: &str, error: &dyn std::fmt::Display) -> Fault {
    Fault::new("bench_failed", format!("{what}: {error}."))
}

/// Of an even number of values the greater one in the middle.
pub(super) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
