//! Hopper volume of a vessel whose register entry has none, from its length or gross tonnage.
//!
//! `ln H = a + b ln x + e`, `e` normal: a straight line through the reference dredgers below, by
//! least squares. METHODS 1.6 asks for a log-normal on length or gross tonnage and gives no
//! coefficients, so all of it is \[inferred\].
//!
//! Fitted on: length, n = 20 (58 to 230 m, slope 2.94, so volume grows with the cube of length as
//! it should; residual 0.30, a factor of 1.35 either way); gross tonnage, n = 3, so few that the
//! residual of the length fit is taken where it is the larger. Of the register's ten dredgers with a hopper
//! volume only one has a length and tonnage, so lengths come from publications of owners, yards and the trade press.
//! Not fitted on: barges, split hoppers below 900 m3, inland vessels; a prediction for them is an extrapolation,
//! and its interval widens accordingly.

use serde::{Deserialize, Serialize};

/// A trailing suction hopper dredger with a published hopper volume.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReferenceDredger {
    /// Name, or class.
    pub name: &'static str,
    /// Length over all.
    pub length_m: f64,
    /// Gross tonnage, where published together with the hopper volume.
    pub gross_tonnage: Option<f64>,
    /// Hopper volume.
    pub hopper_m3: f64,
    /// Who published it.
    pub source: &'static str,
}

const fn dredger(
    name: &'static str,
    length_m: f64,
    hopper_m3: f64,
    source: &'static str,
) -> ReferenceDredger {
    ReferenceDredger {
        name,
        length_m,
        gross_tonnage: None,
        hopper_m3,
        source,
    }
}

const fn measured(dredger: ReferenceDredger, gross_tonnage: f64) -> ReferenceDredger {
    ReferenceDredger {
        gross_tonnage: Some(gross_tonnage),
        ..dredger
    }
}

/// The dredgers that the default relations are fitted on. One of each class of sisters.
pub const REFERENCE_DREDGERS: [ReferenceDredger; 20] = [
    measured(
        dredger(
            "Cristobal Colon",
            223.0,
            46_000.0,
            "Jan De Nul fleet list; MEED 2008; shipshots 2012 (GT)",
        ),
        59_466.0,
    ),
    dredger(
        "Queen of the Netherlands",
        230.0,
        35_500.0,
        "container-mag.com 2009-04-09",
    ),
    dredger(
        "Vasco da Gama",
        200.0,
        33_125.0,
        "BenLFR ship_specs (MIT); marineinsight.com",
    ),
    dredger(
        "Charles Darwin",
        183.2,
        30_500.0,
        "Royal IHC Vuyk, project 07195",
    ),
    dredger(
        "HAM 318 (as built)",
        170.0,
        23_700.0,
        "BAM press release 1999-11-18",
    ),
    dredger("Vox Amalia", 158.0, 18_000.0, "Van Oord 2017-03-30"),
    dredger(
        "Bartolomeu Dias",
        147.8,
        14_000.0,
        "Jan De Nul press release 2012",
    ),
    dredger(
        "Vox Ariane",
        138.0,
        10_500.0,
        "dredgingtoday.com 2020-06-18",
    ),
    measured(
        dredger(
            "Stuyvesant",
            108.0,
            8_410.0,
            "vessel register (11,000 cu yd; NOAA length and GT)",
        ),
        8_432.0,
    ),
    dredger("Antigoon class", 104.0, 8_000.0, "HANSA 2015-06"),
    dredger("Amelia Island", 105.0, 4_840.0, "Baird Maritime 2025-08-29"),
    dredger(
        "Hanson Thames",
        103.5,
        3_500.0,
        "Baird Maritime; PortNews 2019 (MAD 3500)",
    ),
    dredger("Anchorage", 105.9, 3_000.0, "SWZ Maritime 2020-01-27"),
    dredger(
        "Arco Avon",
        98.0,
        2_700.0,
        "Lobnitz, conversion to dredging loadline",
    ),
    measured(
        dredger(
            "Padre Island",
            81.0,
            2_752.0,
            "vessel register (length, GT); USACE Galveston 2023 (3,600 cu yd)",
        ),
        2_820.0,
    ),
    dredger("Orwell class successor", 77.0, 3_000.0, "HANSA 2015-06"),
    dredger("Mahury", 75.0, 1_840.0, "MTG Dolphin 2014"),
    dredger("Jose Duarte", 73.0, 1_045.0, "Damen 2019-01"),
    dredger("Ursa", 62.75, 950.0, "Baird Maritime 2024-07-09"),
    dredger("Damen TSHD 1000", 58.0, 1_000.0, "Damen 2026-03-12"),
];

/// A straight line through logarithms, with what its prediction interval needs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogLogFit {
    /// `a` of `ln y = a + b ln x`.
    pub intercept: f64,
    /// `b`.
    pub slope: f64,
    /// Standard deviation of `ln y` about the line (n - 2 degrees of freedom).
    pub residual_sd: f64,
    /// Mean of `ln x`.
    pub mean_ln_x: f64,
    /// Sum of squared deviations of `ln x` from its mean.
    pub sum_squares_ln_x: f64,
    /// Number of points.
    pub n: u32,
}

/// Median and log standard deviation of a predicted quantity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prediction {
    /// Median.
    pub median: f64,
    /// Standard deviation of the natural logarithm.
    pub sigma: f64,
}

impl LogLogFit {
    /// Least squares through `(x, y)`; `None` for fewer than three points, values not above zero,
    /// or all `x` equal.
    #[must_use]
    pub fn through(points: &[(f64, f64)]) -> Option<Self> {
        let n = points.len();
        if n < 3 || points.iter().any(|&(x, y)| !(x > 0.0 && y > 0.0)) {
            return None;
        }
        let logs: Vec<(f64, f64)> = points
            .iter()
            .map(|&(x, y)| (libm::log(x), libm::log(y)))
            .collect();
        let count = n as f64;
        let mean_x = logs.iter().map(|&(x, _)| x).sum::<f64>() / count;
        let mean_y = logs.iter().map(|&(_, y)| y).sum::<f64>() / count;
        let sum_xx: f64 = logs.iter().map(|&(x, _)| (x - mean_x) * (x - mean_x)).sum();
        let sum_xy: f64 = logs.iter().map(|&(x, y)| (x - mean_x) * (y - mean_y)).sum();
        if sum_xx <= 0.0 {
            return None;
        }
        let slope = sum_xy / sum_xx;
        let intercept = mean_y - slope * mean_x;
        let residuals: f64 = logs
            .iter()
            .map(|&(x, y)| y - intercept - slope * x)
            .map(|residual| residual * residual)
            .sum();
        Some(Self {
            intercept,
            slope,
            residual_sd: (residuals / (count - 2.0)).sqrt(),
            mean_ln_x: mean_x,
            sum_squares_ln_x: sum_xx,
            n: n as u32,
        })
    }

    /// The default relation on length in metres.
    #[must_use]
    pub fn hopper_by_length() -> Self {
        let points: Vec<(f64, f64)> = REFERENCE_DREDGERS
            .iter()
            .map(|d| (d.length_m, d.hopper_m3))
            .collect();
        Self::through(&points).expect("the reference dredgers have different positive lengths")
    }

    /// The default relation on gross tonnage.
    ///
    /// Three vessels say where the line runs and too little about the spread around it, so the
    /// spread is not taken below that of the relation on length.
    #[must_use]
    pub fn hopper_by_gross_tonnage() -> Self {
        let points: Vec<(f64, f64)> = REFERENCE_DREDGERS
            .iter()
            .filter_map(|d| Some((d.gross_tonnage?, d.hopper_m3)))
            .collect();
        let fit = Self::through(&points).expect("three reference dredgers have a gross tonnage");
        let residual_sd = fit.residual_sd.max(Self::hopper_by_length().residual_sd);
        Self { residual_sd, ..fit }
    }

    /// Prediction for one further vessel with `x`; its spread has the residual and the error of the line:
    /// `s^2 (1 + 1/n + (ln x - mean)^2 / Sxx)`.
    #[must_use]
    pub fn predict(&self, x: f64) -> Prediction {
        let ln_x = libm::log(x);
        let from_mean = ln_x - self.mean_ln_x;
        let error_of_line = 1.0 / f64::from(self.n) + from_mean * from_mean / self.sum_squares_ln_x;
        Prediction {
            median: libm::exp(self.intercept + self.slope * ln_x),
            sigma: self.residual_sd * (1.0 + error_of_line).sqrt(),
        }
    }

    /// Whether the numbers can be used for predictions.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        let numbers = [self.intercept, self.slope, self.mean_ln_x];
        numbers.iter().all(|number| number.abs() <= 100.0)
            && (0.0..=3.0).contains(&self.residual_sd)
            && (1e-6..=1e6).contains(&self.sum_squares_ln_x)
            && self.n >= 3
    }
}

#[cfg(test)]
#[path = "regression_tests.rs"]
mod tests;
