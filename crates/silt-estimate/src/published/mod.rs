//! Published figures of marine sand against our arithmetic (METHODS 1.7).
//!
//! These checks test units, conversions and formulas, and whether published figures agree with one
//! another. They do **not** test detection: no positions of those fleets are at hand.

mod rules;
mod units;

pub use units::{Normalised, UnitError, normalise};

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One published figure, as the table has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// Identifier within the table.
    pub id: String,
    /// Where.
    pub area: String,
    /// When, as published.
    pub year: String,
    /// What.
    pub quantity: String,
    /// Central or only value.
    pub value: Option<f64>,
    /// Lower end.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Unit, as published.
    pub unit: String,
}

/// Our arithmetic beside one published number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// Identifier of the figure.
    pub id: String,
    /// What comes of it.
    pub outcome: Outcome,
    /// The figure in base units (t, m3, km2, h, km, per year where it is a rate), where known.
    pub normalised: Option<Normalised>,
}

/// What comes of a figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Outcome {
    /// Both sides are there.
    Checked(Comparison),
    /// Nothing to compare with.
    NotCheckable {
        /// Why.
        reason: String,
    },
}

/// Two numbers that should be the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// What is computed from what.
    pub what: String,
    /// Our result.
    pub ours: f64,
    /// The published number, or the nearer end of a published range where ours is outside of it.
    pub theirs: f64,
    /// Unit of both.
    pub unit: String,
    /// `ours / theirs - 1`; zero where ours lies in a published range.
    pub relative_difference: f64,
    /// Largest difference that rounding of the published numbers explains.
    pub tolerance: f64,
    /// Whether the difference is within the tolerance. One that is not is a finding about the figures.
    pub agrees: bool,
}

/// One or more checks of every figure, in the order of the figures.
///
/// A figure that no arithmetic can check is listed with the reason. So is one whose partner is
/// missing from the table, and one of an unknown unit.
#[must_use]
pub fn checks(figures: &[Figure]) -> Vec<Check> {
    let by_id: BTreeMap<&str, &Figure> = figures
        .iter()
        .map(|figure| (figure.id.as_str(), figure))
        .collect();
    let table = rules::Table { by_id };
    let mut found = Vec::new();
    for figure in figures {
        let normalised = normalise(figure);
        for outcome in rules::outcomes(figure, &table, normalised.as_ref().err()) {
            let normalised = normalised.as_ref().ok().cloned();
            found.push(Check {
                id: figure.id.clone(),
                outcome,
                normalised,
            });
        }
    }
    found
}

impl Comparison {
    /// Ours against one number, to the relative `tolerance`.
    #[must_use]
    pub fn with_number(what: &str, ours: f64, theirs: f64, unit: &str, tolerance: f64) -> Self {
        let relative_difference = ours / theirs - 1.0;
        Self {
            what: what.to_owned(),
            ours,
            theirs,
            unit: unit.to_owned(),
            relative_difference,
            tolerance,
            agrees: relative_difference.abs() <= tolerance,
        }
    }

    /// Ours against a range, ends included.
    #[must_use]
    pub fn with_range(what: &str, ours: f64, low: f64, high: f64, unit: &str) -> Self {
        let theirs = ours.clamp(low.min(high), high.max(low));
        Self::with_number(what, ours, theirs, unit, 0.0)
    }
}

#[cfg(test)]
#[path = "published_tests.rs"]
mod tests;
