//! What a fleet is made of. Every default stands here, with its source.

use serde::{Deserialize, Serialize};

use crate::fitted::Fitted;

/// A configuration that no fleet can be made from.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ConfigError {
    /// A number lies outside what it may be.
    #[error("`{field}` is {value}; it must be {must_be}")]
    OutOfRange {
        /// The field, as in the configuration.
        field: &'static str,
        /// Its value.
        value: f64,
        /// What it may be.
        must_be: &'static str,
    },
    /// No kind of vessel has a weight above zero.
    #[error("every weight of `mix` is zero; at least one must be above")]
    EmptyMix,
}

/// A fleet. The same configuration gives the same bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FleetConfig {
    /// Number of vessels.
    pub vessels: u32,
    /// Length of the window, days.
    pub days: u32,
    /// Seed of every draw.
    pub seed: u64,
    /// Begin of the window, ms since 1970-01-01 UTC.
    pub start_ms: i64,
    /// Shortest interval between reports that is kept, s. Archives thin the
    /// 2 to 10 s that vessels send; MarineCadastre keeps one report a minute.
    pub min_interval_s: f64,
    /// The same for fishing vessels: the interval of the Adriatic archive (fitted).
    pub fishing_min_interval_s: f64,
    /// Reports to aim at per vessel; intervals are stretched or shrunk to get
    /// about as many, in the same proportions. None: as they come.
    pub positions_per_vessel: Option<u32>,
    /// A cycle counts as complete in AIS when no silence in it is longer, s.
    /// One hour [inferred].
    pub complete_max_gap_s: f64,
    /// How many of each kind.
    pub mix: Mix,
    /// What is wrong with the reports.
    pub defects: Defects,
    /// What breaks the rules of the method.
    pub rule_breakers: RuleBreakers,
    /// How full and how dense loads are.
    pub loads: Loads,
    /// How long work takes.
    pub durations: Durations,
    /// What the register knows.
    pub register: RegisterConfig,
}

impl Default for FleetConfig {
    fn default() -> FleetConfig {
        FleetConfig {
            vessels: 60,
            days: 14,
            seed: 1,
            // 2024-03-01T00:00:00Z
            start_ms: 1_709_251_200_000,
            min_interval_s: 60.0,
            fishing_min_interval_s: Fitted::bundled().fishing.interval_s.median,
            positions_per_vessel: None,
            complete_max_gap_s: 3600.0,
            mix: Mix::default(),
            defects: Defects::default(),
            rule_breakers: RuleBreakers::default(),
            loads: Loads::default(),
            durations: Durations::default(),
            register: RegisterConfig::default(),
        }
    }
}

impl FleetConfig {
    /// Length of the window, ms.
    pub fn length_ms(&self) -> i64 {
        i64::from(self.days) * 86_400_000
    }

    /// End of the window, ms since 1970-01-01 UTC; exclusive.
    pub fn end_ms(&self) -> i64 {
        self.start_ms.saturating_add(self.length_ms())
    }
}

/// Weights of the kinds of vessel; they need not sum to 1. [inferred]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mix {
    /// Trailing suction hopper dredgers.
    pub tshd: f64,
    /// Cutter suction dredgers.
    pub cutter: f64,
    /// Backhoe dredgers.
    pub backhoe: f64,
    /// Coasters between a port and the sea beyond the pit.
    pub transit: f64,
    /// Trawlers.
    pub fishing: f64,
    /// Tankers at anchor, adrift, waiting.
    pub anchored: f64,
    /// Tugs, some with a tow.
    pub tug: f64,
    /// Survey ships, which run lines over pits and send type 33.
    pub survey: f64,
}

impl Default for Mix {
    fn default() -> Mix {
        Mix {
            tshd: 0.30,
            cutter: 0.08,
            backhoe: 0.04,
            transit: 0.20,
            fishing: 0.18,
            anchored: 0.08,
            tug: 0.07,
            survey: 0.05,
        }
    }
}

impl Mix {
    /// Only hopper dredgers.
    pub const HOPPERS_ONLY: Mix = Mix {
        tshd: 1.0,
        cutter: 0.0,
        backhoe: 0.0,
        transit: 0.0,
        fishing: 0.0,
        anchored: 0.0,
        tug: 0.0,
        survey: 0.0,
    };

    pub(crate) fn weights(&self) -> [f64; 8] {
        [
            self.tshd,
            self.cutter,
            self.backhoe,
            self.transit,
            self.fishing,
            self.anchored,
            self.tug,
            self.survey,
        ]
    }
}

/// Defects of the reports. Rates per report are of the reports made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Defects {
    /// Gaps per hour heard, beside the coverage of satellites (fitted to
    /// fishing vessels, a quarter of it: dredgers work nearer to stations [inferred]).
    pub gaps_per_hour: f64,
    /// Share of vessels that only satellites hear: minutes between hours of silence. [inferred]
    pub satellite_share: f64,
    /// Positions over 50 kn away, per report (fitted).
    pub spikes_per_report: f64,
    /// Share of the spikes whose latitude or longitude has lost its sign. [inferred]
    pub wrong_hemisphere_share: f64,
    /// Reports heard by several stations, per report (fitted).
    pub duplicates_per_report: f64,
    /// Reports stamped up to a day too early, per report. [inferred]
    pub clock_backwards_per_report: f64,
    /// Reports stamped up to 400 days in the future, per report. [inferred]
    pub clock_future_per_report: f64,
    /// Reports without speed, course or heading, per report. [inferred]
    pub missing_per_report: f64,
    /// Share of vessels that use the MMSI of another one. [inferred]
    pub shared_mmsi_share: f64,
    /// Share of vessels whose MMSI changes within the window. [inferred]
    pub changed_mmsi_share: f64,
}

impl Default for Defects {
    fn default() -> Defects {
        let fitted = &Fitted::bundled().defects;
        Defects {
            gaps_per_hour: fitted.gaps.per_hour / 4.0,
            satellite_share: 0.04,
            spikes_per_report: fitted.spikes.per_report,
            wrong_hemisphere_share: 0.15,
            duplicates_per_report: fitted.duplicates.share,
            clock_backwards_per_report: 2e-5,
            clock_future_per_report: 1e-5,
            missing_per_report: 2e-3,
            shared_mmsi_share: 0.02,
            changed_mmsi_share: 0.03,
        }
    }
}

impl Defects {
    /// Reports with noise, and nothing else wrong.
    pub const NONE: Defects = Defects {
        gaps_per_hour: 0.0,
        satellite_share: 0.0,
        spikes_per_report: 0.0,
        wrong_hemisphere_share: 0.0,
        duplicates_per_report: 0.0,
        clock_backwards_per_report: 0.0,
        clock_future_per_report: 0.0,
        missing_per_report: 0.0,
        shared_mmsi_share: 0.0,
        changed_mmsi_share: 0.0,
    };
}

/// How often vessels do what METHODS 1.4 does not foresee. All [inferred].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RuleBreakers {
    /// Cycles dredged at 4 to 4.8 kn over ground, with a tide.
    pub fast_dredge: f64,
    /// Dumpings under way at 3 to 5 kn.
    pub fast_discharge: f64,
    /// Cycles with 12 to 18 minutes of dredging, and a load to match.
    pub short_dredge: f64,
    /// Dumpings within 1 nm of the place of dredging.
    pub near_discharge: f64,
    /// Cycles before which the dredger drifts at sea for hours.
    pub waiting_adrift: f64,
    /// Cycles that end early: a load of 30 to 60 % of the usual one.
    pub half_full: f64,
    /// Cycles with 75 to 92 % of the usual load, for draught or weather.
    pub reduced_load: f64,
    /// Vessels that send one wrong status all the time, besides those of the fit.
    pub wrong_status: f64,
    /// Passages with a stretch at 2.5 to 3.5 kn in fog.
    pub fog: f64,
    /// Voyages of tugs with a tow at 2 to 3 kn.
    pub slow_tow: f64,
    /// Trips of trawlers that come home at 3 kn.
    pub slow_return: f64,
}

impl Default for RuleBreakers {
    fn default() -> RuleBreakers {
        RuleBreakers {
            fast_dredge: 0.03,
            fast_discharge: 0.05,
            short_dredge: 0.03,
            near_discharge: 0.05,
            waiting_adrift: 0.08,
            half_full: 0.03,
            reduced_load: 0.04,
            wrong_status: 0.05,
            fog: 0.03,
            slow_tow: 0.5,
            slow_return: 0.25,
        }
    }
}

impl RuleBreakers {
    /// Everybody keeps to the rules.
    pub const NONE: RuleBreakers = RuleBreakers {
        fast_dredge: 0.0,
        fast_discharge: 0.0,
        short_dredge: 0.0,
        near_discharge: 0.0,
        waiting_adrift: 0.0,
        half_full: 0.0,
        reduced_load: 0.0,
        wrong_status: 0.0,
        fog: 0.0,
        slow_tow: 0.0,
        slow_return: 0.0,
    };
}

/// Loads. The fleet's mean is drawn once per seed, from a normal with mean and
/// standard deviation of the prior of METHODS 1.6 (a triangle there): a 90 %
/// interval can only cover the truth of 90 % of fleets if fleets differ as
/// much as the prior says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Loads {
    /// Mean fill, share of the hopper volume: that of Tri(0.70, 0.85, 1.0).
    pub fill_mean: f64,
    /// Between fleets: sd of that triangle.
    pub fill_sd_fleet: f64,
    /// Between vessels. [inferred]
    pub fill_sd_vessel: f64,
    /// Between cycles. [inferred]
    pub fill_sd_cycle: f64,
    /// Mean in-hopper bulk density, t/m3: that of Tri(1.5, 1.75, 2.0).
    pub density_mean_t_m3: f64,
    /// Between fleets: sd of that triangle.
    pub density_sd_fleet: f64,
    /// Between vessels, which is between pits. [inferred]
    pub density_sd_vessel: f64,
    /// Between cycles. [inferred]
    pub density_sd_cycle: f64,
}

impl Default for Loads {
    fn default() -> Loads {
        Loads {
            fill_mean: 0.85,
            fill_sd_fleet: 0.0612,
            fill_sd_vessel: 0.02,
            fill_sd_cycle: 0.03,
            density_mean_t_m3: 1.75,
            density_sd_fleet: 0.102,
            density_sd_vessel: 0.03,
            density_sd_cycle: 0.03,
        }
    }
}

/// Medians of log-normal durations. No track of a real dredger over a whole
/// cycle was at hand: all [inferred] from the literature unless noted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Durations {
    /// Loading a hopper of 3000 m3, min; grows with volume^0.15.
    pub load_min: f64,
    /// Spread of loading, sd of the logarithm.
    pub load_sigma_ln: f64,
    /// Unloading at a wharf, min.
    pub wharf_min: f64,
    /// Pumping ashore, min.
    pub pump_ashore_min: f64,
    /// Rainbowing, min.
    pub rainbow_min: f64,
    /// Dumping through bottom doors, min.
    pub dump_min: f64,
    /// Spread of unloading, sd of the logarithm.
    pub unload_sigma_ln: f64,
    /// Cycles between two rests in port, mean. With the length of a rest it is
    /// set so that time below 0.5 kn comes near the share of real snapshots (fitted).
    pub cycles_between_rests: f64,
    /// A rest in port, h; see above.
    pub rest_h: f64,
    /// An episode of pumping of a cutter, min (METHODS 1.4: mean 94).
    pub cutter_episode_min: f64,
    /// Utilisation of cutters and backhoes: least, likeliest, most (METHODS 1.6).
    pub stationary_utilisation: [f64; 3],
}

impl Default for Durations {
    fn default() -> Durations {
        Durations {
            load_min: 95.0,
            load_sigma_ln: 0.35,
            wharf_min: 210.0,
            pump_ashore_min: 80.0,
            rainbow_min: 38.0,
            dump_min: 12.0,
            unload_sigma_ln: 0.3,
            cycles_between_rests: 8.0,
            rest_h: 16.0,
            cutter_episode_min: 80.0,
            stationary_utilisation: [0.30, 0.46, 0.65],
        }
    }
}

/// What `vessels.csv` tells of the vessels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RegisterConfig {
    /// Share of hopper dredgers without a hopper volume. [inferred]
    pub hopper_missing_share: f64,
    /// Share of other vessels that send type 33 (METHODS 1.3: 14 of 104 senders). [inferred]
    pub wrong_33_share: f64,
}

impl Default for RegisterConfig {
    fn default() -> RegisterConfig {
        RegisterConfig {
            hopper_missing_share: 0.15,
            wrong_33_share: 0.02,
        }
    }
}

#[cfg(test)]
#[path = "config_tests.rs"]
mod tests;
