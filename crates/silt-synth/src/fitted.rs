//! Parameters fitted to real vessel positions by `datasets/synthetic/fit_ais.py`.

use std::sync::OnceLock;

use serde::Deserialize;

const BUNDLED: &str = include_str!("../../../datasets/synthetic/fitted_ais.toml");

/// A table of fitted parameters cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("fitted parameters: {0}")]
pub struct FittedError(#[from] toml::de::Error);

/// A log-normal distribution.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct FittedLogNormal {
    /// Median, in the unit of the table's name.
    #[serde(alias = "median_s", alias = "median_kn")]
    pub median: f64,
    /// Standard deviation of the natural logarithm.
    pub sigma_ln: f64,
    /// Observations.
    #[serde(default)]
    pub n: u64,
}

/// A normal distribution.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct FittedNormal {
    /// Mean, in the unit of the table's name.
    #[serde(default)]
    pub mean: f64,
    /// Standard deviation in the same unit.
    pub sd: f64,
    /// Observations.
    pub n: u64,
}

/// One component of a mixture of log-normal speeds.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct FittedMode {
    /// Share of the observations, 0 to 1.
    pub weight: f64,
    /// Median speed, kn.
    pub median_kn: f64,
    /// Standard deviation of the natural logarithm.
    pub sigma_ln: f64,
}

/// Seconds between reports of one class in one band of speed.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct FittedInterval {
    /// Median of the vessels' median intervals, s.
    pub median: f64,
    /// Between vessels: standard deviation of the natural logarithm.
    #[serde(default)]
    pub sigma_ln: f64,
    /// Within a vessel: standard deviation of the logarithm of interval over median.
    pub jitter_ln: f64,
    /// Vessels, or intervals where one archive samples all alike.
    pub n: u64,
}

/// What is observed with a share, a rate or both.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct FittedShare {
    /// Share of the observations, 0 to 1.
    pub share: f64,
    /// Observations.
    pub n: u64,
}

/// Navigational status sent by vessels, as shares.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct FittedStatus {
    /// Vessels observed.
    pub n: u64,
    /// Under way using engine.
    pub status_0: f64,
    /// At anchor.
    pub status_1: f64,
    /// Restricted in ability to manoeuvre.
    pub status_3: f64,
    /// Moored.
    pub status_5: f64,
    /// Fishing.
    pub status_7: f64,
    /// Under way sailing.
    pub status_8: f64,
    /// Not defined.
    pub status_15: f64,
}

impl FittedStatus {
    /// The codes of [`FittedStatus::shares`], in their order.
    pub const CODES: [u8; 7] = [0, 1, 3, 5, 7, 8, 15];

    /// Shares in the order of [`FittedStatus::CODES`]; codes not listed are left out.
    pub fn shares(&self) -> [f64; 7] {
        [
            self.status_0,
            self.status_1,
            self.status_3,
            self.status_5,
            self.status_7,
            self.status_8,
            self.status_15,
        ]
    }
}

/// Every fitted parameter. The file names n and source of each.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Fitted {
    /// Real dredgers.
    pub dredger: FittedDredger,
    /// Real fishing vessels.
    pub fishing: FittedFishing,
    /// A tanker adrift.
    pub drift: FittedLogNormal,
    /// Other traffic under way.
    pub traffic: FittedTraffic,
    /// Report intervals.
    pub interval_s: FittedIntervals,
    /// Navigational status.
    pub status: FittedStatuses,
    /// Noise of the reported values.
    pub noise: FittedNoise,
    /// Defects of the feeds.
    pub defects: FittedDefects,
    /// Lengths of other vessels, m.
    pub length_m: FittedLengths,
}

/// Of dredgers.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct FittedDredger {
    /// Share of snapshots below 0.5 kn.
    pub idle_share: f64,
    /// Share of snapshots between 0.5 and 4 kn.
    pub working_share: f64,
    /// Share of snapshots at 6 kn or more.
    pub transit_share: f64,
    /// Speed over ground between 0.5 and 4 kn.
    pub working_kn: FittedLogNormal,
    /// Speed over ground of 6 kn or more.
    pub transit_kn: FittedNormal,
    /// Overall length, m.
    pub length_m: FittedLogNormal,
    /// The type that known dredgers send.
    pub ship_type: FittedDredgerType,
    /// The status of dredgers that move.
    pub status_moving: FittedDredgerStatus,
}

/// Ship type of dredgers.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct FittedDredgerType {
    /// Share that sends another type than 33.
    pub other_than_33: f64,
    /// Dredgers observed.
    pub n: u64,
}

/// Status of moving dredgers.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct FittedDredgerStatus {
    /// Share that sends 3, restricted in ability to manoeuvre.
    pub restricted_3: f64,
    /// Share that sends neither 0 nor 3.
    pub other: f64,
    /// Dredgers observed.
    pub n: u64,
}

/// Of fishing vessels.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct FittedFishing {
    /// Slow and irregular: setting, hauling, leaving port.
    pub hauling: FittedMode,
    /// Towing the gear.
    pub towing: FittedMode,
    /// To and from the ground.
    pub steaming: FittedMode,
    /// Length of a tow, s.
    pub tow_s: FittedLogNormal,
    /// Length of a passage, s.
    pub steam_s: FittedLogNormal,
    /// Length of a rest, s.
    pub rest_s: FittedLogNormal,
    /// Change of towing speed between reports.
    pub tow_wander_kn: FittedNormal,
    /// Seconds between reports in the archive of these tracks.
    pub interval_s: FittedInterval,
    /// Share of rows at 1 to 3.5 kn among those at 0.5 kn or more.
    pub share_1_to_3_5_kn: f64,
    /// Share of rows at 3.5 to 5 kn among those at 0.5 kn or more.
    pub share_3_5_to_5_kn: f64,
}

/// Of all other traffic.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct FittedTraffic {
    /// Speed of class A vessels at 5 kn or more.
    pub transit_kn: FittedNormal,
}

/// Report intervals of both classes.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct FittedIntervals {
    /// Class A.
    pub class_a: FittedClassIntervals,
    /// Class B.
    pub class_b: FittedClassIntervals,
    /// Vessels at rest that send every third minute.
    pub slow_reporters: FittedLogNormal,
}

/// Report intervals of one class.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct FittedClassIntervals {
    /// Below 0.5 kn, without those that send every third minute.
    pub still: FittedInterval,
    /// Share of resting vessels that send every third minute.
    pub still_slow: FittedShare,
    /// 0.5 to 5 kn.
    pub slow: FittedInterval,
    /// 5 kn or more.
    pub fast: FittedInterval,
}

/// Status of class A vessels.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct FittedStatuses {
    /// Below 0.5 kn.
    pub still: FittedStatus,
    /// 0.5 kn or more.
    pub moving: FittedStatus,
}

/// Noise of reported values.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct FittedNoise {
    /// Scatter of moored vessels in one direction, m.
    pub position_m: FittedPosition,
    /// Speed over ground under way, kn.
    pub sog_kn: FittedNormal,
    /// Speed over ground of a vessel at rest.
    pub sog_still: FittedStillSpeed,
    /// Course over ground, degrees.
    pub cog_deg: FittedNormal,
    /// Heading against course, degrees.
    pub heading_deg: FittedNormal,
    /// Class A vessels that never send a heading.
    pub heading_missing: FittedShare,
}

/// Scatter of positions.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct FittedPosition {
    /// Median over vessels of the standard deviation, m.
    pub median: f64,
    /// Between vessels: standard deviation of its logarithm.
    pub sigma_ln: f64,
    /// Time after which the error is forgotten to 1/e, s.
    pub correlation_time_s: f64,
    /// Vessels.
    pub n: u64,
}

/// Speed that a vessel at rest reports.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct FittedStillSpeed {
    /// Share of reports with 0.0 kn.
    pub zero_share: f64,
    /// Mean of the others, kn.
    pub mean_above_zero_kn: f64,
    /// Reports.
    pub n: u64,
}

/// Defects of feeds.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct FittedDefects {
    /// Rows that repeat another.
    pub duplicates: FittedShare,
    /// Silence within a voyage.
    pub gaps: FittedGaps,
    /// Positions that no vessel can have reached.
    pub spikes: FittedSpikes,
}

/// Silence within a voyage.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct FittedGaps {
    /// Gaps per hour heard.
    pub per_hour: f64,
    /// Median length, s.
    pub median_s: f64,
    /// Standard deviation of the logarithm of the length.
    pub sigma_ln: f64,
    /// Gaps.
    pub n: u64,
}

/// Positions far off.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct FittedSpikes {
    /// Spikes per report.
    pub per_report: f64,
    /// Reports.
    pub n: u64,
}

/// Lengths of vessels, m.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct FittedLengths {
    /// Fishing vessels.
    pub fishing: FittedLogNormal,
    /// Tugs and towing vessels.
    pub tug: FittedLogNormal,
    /// Passenger vessels, cargo vessels and tankers.
    pub traffic: FittedLogNormal,
}

impl Fitted {
    /// Reads the parameters from TOML as `fit_ais.py` writes it.
    ///
    /// # Errors
    /// When the text is not TOML or a table is missing.
    pub fn from_toml(text: &str) -> Result<Fitted, FittedError> {
        Ok(toml::from_str(text)?)
    }

    /// The parameters that the crate was built with.
    pub fn bundled() -> &'static Fitted {
        static FITTED: OnceLock<Fitted> = OnceLock::new();
        FITTED.get_or_init(|| Fitted::from_toml(BUNDLED).expect("a test reads the bundled file"))
    }
}

#[cfg(test)]
#[path = "fitted_tests.rs"]
mod tests;
