//! What is known of a vessel, checked before anything is computed from it.

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::priors::Priors;
use crate::regression::Prediction;

/// How a vessel dredges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VesselKind {
    /// Trailing suction hopper dredger: trips and loads.
    Tshd,
    /// Cutter suction dredger: pumps from a fixed place.
    Cutter,
    /// Backhoe dredger: loads barges; its loads are not seen in its own positions.
    Backhoe,
    /// Anything else; estimated by trips and time only where a hopper volume is stated.
    Other,
}

/// Stable key of a vessel from a stable name of it, e.g. `imo:9429572` or `mmsi:253373000`.
///
/// The random numbers of a vessel hang on this key: keep it when rows are added or reordered.
#[must_use]
pub fn vessel_key(stable_name: &str) -> u64 {
    xxh3_64(stable_name.as_bytes())
}

/// A vessel as a register states it, unchecked. `None` is "not stated".
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatedVessel {
    /// Stable key, see [`vessel_key`].
    pub key: u64,
    /// How it dredges.
    pub kind: VesselKind,
    /// Hopper volume.
    #[serde(default)]
    pub hopper_m3: Option<f64>,
    /// Who states the hopper volume.
    #[serde(default)]
    pub hopper_source: Option<String>,
    /// Length over all.
    #[serde(default)]
    pub length_m: Option<f64>,
    /// Gross tonnage.
    #[serde(default)]
    pub gross_tonnage: Option<f64>,
    /// Inner diameter of a cutter's discharge pipe.
    #[serde(default)]
    pub pipe_diameter_m: Option<f64>,
    /// Hours in which it fills its hopper, where measured.
    #[serde(default)]
    pub load_time_h: Option<f64>,
}

impl StatedVessel {
    /// A vessel of which nothing but its kind is known.
    #[must_use]
    pub fn unknown(key: u64, kind: VesselKind) -> Self {
        Self {
            key,
            kind,
            hopper_m3: None,
            hopper_source: None,
            length_m: None,
            gross_tonnage: None,
            pipe_diameter_m: None,
            load_time_h: None,
        }
    }
}

/// Closed range of plausible values.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// Smallest plausible value.
    pub low: f64,
    /// Largest plausible value.
    pub high: f64,
}

/// What is plausible. All \[inferred\] from the largest and smallest vessels known.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FactLimits {
    /// Hopper volume, m3. The largest built holds 46,000 m3.
    pub hopper_m3: Range,
    /// Length over all, m. The longest dredger has 230 m.
    pub length_m: Range,
    /// Gross tonnage. The largest dredger has 59,466.
    pub gross_tonnage: Range,
    /// Discharge pipe, m. Cutters have 0.2 to 1.2 m.
    pub pipe_diameter_m: Range,
    /// Time to fill the hopper, h.
    pub load_time_h: Range,
    /// A stated hopper volume further than this many standard deviations from what the vessel's
    /// length predicts is refused. Five are a factor of about 4.7.
    pub hopper_by_length_sds: f64,
}

impl Default for FactLimits {
    fn default() -> Self {
        Self {
            hopper_m3: Range {
                low: 20.0,
                high: 60_000.0,
            },
            length_m: Range {
                low: 10.0,
                high: 300.0,
            },
            gross_tonnage: Range {
                low: 20.0,
                high: 100_000.0,
            },
            pipe_diameter_m: Range {
                low: 0.1,
                high: 1.5,
            },
            load_time_h: Range {
                low: 0.1,
                high: 48.0,
            },
            hopper_by_length_sds: 5.0,
        }
    }
}

/// A stated value that is not used, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FactRefusal {
    /// The vessel.
    pub key: u64,
    /// Field of [`StatedVessel`].
    pub field: String,
    /// The value as text, since it may be no number.
    pub value: String,
    /// Why it is refused.
    pub reason: String,
}

/// Where the hopper volume of a vessel comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CapacityBasis {
    /// A register or publication states it.
    Stated,
    /// Predicted from the length.
    Length,
    /// Predicted from the gross tonnage.
    GrossTonnage,
}

/// A vessel whose facts were checked; the only way to make one is [`VesselFacts::check`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VesselFacts {
    stated: StatedVessel,
}

impl VesselFacts {
    /// Keeps what is plausible and reports the rest: a refused value counts as not stated, so an
    /// absurd capacity never becomes tonnes.
    #[must_use]
    pub fn check(
        mut stated: StatedVessel,
        limits: &FactLimits,
        priors: &Priors,
    ) -> (Self, Vec<FactRefusal>) {
        let mut refusals = Vec::new();
        let key = stated.key;
        let mut keep = |field: &str, slot: &mut Option<f64>, range: Range, unit: &str| {
            let Some(value) = *slot else { return };
            if (range.low..=range.high).contains(&value) {
                return;
            }
            *slot = None;
            refusals.push(FactRefusal {
                key,
                field: field.to_owned(),
                value: value.to_string(),
                reason: implausible(value, range, unit),
            });
        };
        keep("hopper_m3", &mut stated.hopper_m3, limits.hopper_m3, "m3");
        keep("length_m", &mut stated.length_m, limits.length_m, "m");
        keep(
            "gross_tonnage",
            &mut stated.gross_tonnage,
            limits.gross_tonnage,
            "GT",
        );
        keep(
            "pipe_diameter_m",
            &mut stated.pipe_diameter_m,
            limits.pipe_diameter_m,
            "m",
        );
        keep(
            "load_time_h",
            &mut stated.load_time_h,
            limits.load_time_h,
            "h",
        );

        if let (VesselKind::Tshd, Some(hopper_m3), Some(length_m)) =
            (stated.kind, stated.hopper_m3, stated.length_m)
        {
            let prediction = priors.hopper_by_length.predict(length_m);
            let deviation = libm::log(hopper_m3 / prediction.median).abs();
            if deviation > limits.hopper_by_length_sds * prediction.sigma {
                stated.hopper_m3 = None;
                refusals.push(FactRefusal {
                    key,
                    field: "hopper_m3".to_owned(),
                    value: hopper_m3.to_string(),
                    reason: format!(
                        "dredgers of {length_m} m have about {:.0} m3; one of the two values is wrong",
                        prediction.median
                    ),
                });
            }
        }
        if stated.hopper_m3.is_none() {
            stated.hopper_source = None;
        }
        (Self { stated }, refusals)
    }

    /// Stable key.
    #[must_use]
    pub fn key(&self) -> u64 {
        self.stated.key
    }

    /// How it dredges.
    #[must_use]
    pub fn kind(&self) -> VesselKind {
        self.stated.kind
    }

    /// What is left of the stated values.
    #[must_use]
    pub fn stated(&self) -> &StatedVessel {
        &self.stated
    }

    /// Where the hopper volume comes from; `None` where there is nothing to take it from.
    #[must_use]
    pub fn capacity_basis(&self) -> Option<CapacityBasis> {
        let may_have_hopper = matches!(self.stated.kind, VesselKind::Tshd | VesselKind::Other);
        if may_have_hopper && self.stated.hopper_m3.is_some() {
            return Some(CapacityBasis::Stated);
        }
        // The relations are fitted on hopper dredgers; for another kind they mean nothing.
        if self.stated.kind != VesselKind::Tshd {
            return None;
        }
        if self.stated.length_m.is_some() {
            return Some(CapacityBasis::Length);
        }
        self.stated
            .gross_tonnage
            .map(|_| CapacityBasis::GrossTonnage)
    }

    /// Median hopper volume in m3 and its log standard deviation.
    #[must_use]
    pub fn hopper(&self, priors: &Priors) -> Option<Prediction> {
        match self.capacity_basis()? {
            CapacityBasis::Stated => Some(Prediction {
                median: self.stated.hopper_m3?,
                sigma: priors.stated_hopper_sigma,
            }),
            CapacityBasis::Length => Some(priors.hopper_by_length.predict(self.stated.length_m?)),
            CapacityBasis::GrossTonnage => Some(
                priors
                    .hopper_by_gross_tonnage
                    .predict(self.stated.gross_tonnage?),
            ),
        }
    }

    /// Discharge pipe of a cutter.
    #[must_use]
    pub fn cutter_pipe_m(&self) -> Option<f64> {
        match self.stated.kind {
            VesselKind::Cutter => self.stated.pipe_diameter_m,
            _ => None,
        }
    }
}

fn implausible(value: f64, range: Range, unit: &str) -> String {
    if value.is_nan() {
        return "not a number".to_owned();
    }
    if value <= 0.0 {
        return format!("{value} {unit} is not above zero");
    }
    format!(
        "{value} {unit} is outside the plausible {} to {} {unit}",
        range.low, range.high
    )
}

#[cfg(test)]
#[path = "facts_tests.rs"]
mod tests;
