//! The dependency graph of source files, and its cycles. An arrow leads from a file to one that it uses.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Maps each file to the files it uses, and to the names it uses from each of them.
#[derive(Default)]
pub struct Arrows(BTreeMap<String, BTreeMap<String, BTreeSet<String>>>);

impl Arrows {
    pub fn add(&mut self, from: &str, to: &str, name: String) {
        if from != to {
            self.0
                .entry(from.to_owned())
                .or_default()
                .entry(to.to_owned())
                .or_default()
                .insert(name);
        }
    }

    /// Every arrow as (from, to, names), in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str, String)> {
        self.0.iter().flat_map(|(from, uses)| {
            uses.iter()
                .map(move |(to, names)| (from.as_str(), to.as_str(), list(names)))
        })
    }

    /// Descriptions of cycles, short ones first. Cycles that share an arrow with an earlier one are left out until that
    /// is fixed.
    pub fn circles(&self) -> Vec<String> {
        let mut circles = BTreeSet::new();
        for (from, to, _) in self.iter() {
            if let Some(mut circle) = self.way(to, from) {
                // Rotate it to start with the first file by name, so that the same cycle is listed once.
                let first = circle
                    .iter()
                    .enumerate()
                    .min_by_key(|(_, file)| **file)
                    .map_or(0, |(first, _)| first);
                circle.rotate_left(first);
                circles.insert((circle.len(), circle));
            }
        }
        let mut told = Vec::new();
        let mut drawn = BTreeSet::new();
        for (_, circle) in &circles {
            let mut arrows = steps(circle);
            if arrows.all(|arrow| !drawn.contains(&arrow)) {
                drawn.extend(steps(circle));
                told.push(self.told(circle));
            }
        }
        told
    }

    /// The files on a shortest path along the arrows, both ends included. None if there is no path.
    fn way<'a>(&'a self, from: &'a str, to: &str) -> Option<Vec<&'a str>> {
        let mut reached_from = BTreeMap::from([(from, from)]);
        let mut waiting = VecDeque::from([from]);
        while let Some(file) = waiting.pop_front() {
            if file == to {
                let mut way = vec![file];
                while way[way.len() - 1] != from {
                    way.push(reached_from[way[way.len() - 1]]);
                }
                way.reverse();
                return Some(way);
            }
            for next in self.0.get(file).into_iter().flat_map(BTreeMap::keys) {
                reached_from.entry(next).or_insert_with(|| {
                    waiting.push_back(next);
                    file
                });
            }
        }
        None
    }

    fn told(&self, circle: &[&str]) -> String {
        let arrows = steps(circle).map(|(from, to)| format!(" -> {to} ({})", list(&self.0[from][to])));
        let arrows: String = arrows.collect();
        format!("circle: {}{}", circle[0], arrows.replacen('(', "(names ", 1))
    }
}

/// The arrows of a cycle.
fn steps<'a>(circle: &[&'a str]) -> impl Iterator<Item = (&'a str, &'a str)> {
    circle.iter().copied().zip(circle.iter().copied().cycle().skip(1))
}

fn list(names: &BTreeSet<String>) -> String {
    names.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}
