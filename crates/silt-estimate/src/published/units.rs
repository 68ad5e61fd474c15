//! Units of published figures.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Figure;
use crate::quantity::M3_PER_CUBIC_YARD;

/// A figure in base units.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Normalised {
    /// Central or only value.
    pub value: Option<f64>,
    /// Lower end.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Base unit.
    pub unit: String,
}

/// A unit that we do not know.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the unit {0:?} is not known")]
pub struct UnitError(
    /// The unit as published.
    pub String,
);

/// Unit as published, factor, base unit.
const UNITS: [(&str, f64, &str); 18] = [
    ("Gt/yr", 1e9, "t/yr"),
    ("Gt", 1e9, "t"),
    ("Mt/yr", 1e6, "t/yr"),
    ("Mt/yr per yr", 1e6, "t/yr2"),
    ("Mt", 1e6, "t"),
    ("t", 1.0, "t"),
    ("t/h", 1.0, "t/h"),
    ("t/m3", 1.0, "t/m3"),
    ("Gm3", 1e9, "m3"),
    ("Mm3/yr", 1e6, "m3/yr"),
    ("Mm3", 1e6, "m3"),
    ("m3", 1.0, "m3"),
    ("M cu yd", 1e6 * M3_PER_CUBIC_YARD, "m3"),
    ("km2", 1.0, "km2"),
    ("km", 1.0, "km"),
    ("h", 1.0, "h"),
    ("trucks/day", 365.25, "trucks/yr"),
    ("%", 0.01, "1"),
];

/// The figure in base units.
///
/// # Errors
/// A unit that is not in our table.
pub fn normalise(figure: &Figure) -> Result<Normalised, UnitError> {
    let (_, factor, base) = UNITS
        .iter()
        .find(|(unit, _, _)| *unit == figure.unit)
        .ok_or_else(|| UnitError(figure.unit.clone()))?;
    let scaled = |number: Option<f64>| number.map(|number| number * factor);
    Ok(Normalised {
        value: scaled(figure.value),
        low: scaled(figure.low),
        high: scaled(figure.high),
        unit: (*base).to_owned(),
    })
}
