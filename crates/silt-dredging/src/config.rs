//! Every threshold of the kernel, with its default and where the default comes from.
//!
//! METHODS names the section of the published method. **[inferred]** marks a value that no source
//! states.

use serde::{Deserialize, Serialize};

/// All thresholds. `Config::default()` is the published method.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Which rows are believed, and how rows become segments and hours.
    pub cleaning: CleaningRules,
    /// Speeds and durations of the states.
    pub states: StateRules,
    /// What makes a cycle.
    pub cycles: CycleRules,
    /// How a cycle's evidence is weighed.
    pub evidence: EvidenceRules,
    /// Thresholds moved per vessel by its own speeds.
    pub mixture: MixtureRules,
    /// Hours per H3 cell.
    pub cells: CellRules,
    /// Lines of the tracks.
    pub tracks: TrackRules,
    /// Proposing unknown vessels for review.
    pub candidates: CandidateRules,
}

/// METHODS 1.2.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CleaningRules {
    /// Earliest believable time; 1990 is before the first AIS transponder [inferred].
    pub time_min_ms: i64,
    /// First time that is not believed: the moment of the import, when the caller knows it. The
    /// default is the year 2100 [inferred].
    pub time_max_ms: i64,
    /// Speeds above it are not believed; the same bound as `implied_speed_max_kn`.
    pub sog_max_kn: f32,
    /// A segment ends after this long without a position (METHODS 1.2).
    pub segment_gap_h: f64,
    /// A segment does not continue where the implied speed is above this (METHODS 1.2).
    pub implied_speed_max_kn: f64,
    /// Distance allowed on top of it: times are rounded to seconds and receivers stamp late
    /// [inferred].
    pub implied_speed_slack_nm: f64,
    /// Speed of the largest allowed discrepancy from dead reckoning (gpsdio-segment).
    pub reckoning_knots: f64,
    /// Hours from which elapsed time counts less in dead reckoning (gpsdio-segment).
    pub reckoning_penalty_h: f64,
    /// Exponent of that penalty (gpsdio-segment).
    pub reckoning_exponent: f64,
    /// Hours added to the allowed discrepancy (gpsdio-segment).
    pub reckoning_buffer_h: f64,
    /// Segments open at once, so that a forged number heard everywhere stays bounded [inferred].
    pub open_segments_max: usize,
    /// Active days above which a spoof score says something (treniformis).
    pub spoof_days_min: f64,
    /// Spoof score above which an MMSI is taken to be shared (treniformis).
    pub spoof_score_max: f64,
    /// Smallest gap that ends the counting of hours, in seconds (METHODS 1.2).
    pub gap_min_s: f64,
    /// Largest such gap (METHODS 1.2).
    pub gap_max_s: f64,
    /// Gap as a multiple of the median interval (METHODS 1.2).
    pub gap_intervals: f64,
    /// Median interval from which a vessel is a slow reporter, in seconds [inferred].
    pub slow_reporter_s: f64,
    /// Largest gap of a slow reporter, in seconds (METHODS 1.2).
    pub slow_gap_max_s: f64,
    /// Gap of a slow reporter as a multiple of its median interval (METHODS 1.2).
    pub slow_gap_intervals: f64,
    /// A vessel at rest reports every three minutes and under way every few seconds (ITU-R M.1371),
    /// so both have a median of their own; at rest is below this speed, in knots.
    pub rest_sog_kn: f32,
    /// A speed further from the rolling median of five than this many times 1.4826 rolling IQR is a
    /// spike (METHODS 1.2).
    pub spike_iqr: f32,
    /// No smaller difference is a spike: the IQR of a constant speed is zero [inferred].
    pub spike_min_kn: f32,
    /// Time over which a missing speed is derived from positions, in seconds; shorter times turn
    /// position noise into speed [inferred].
    pub derive_min_s: f64,
}

impl Default for CleaningRules {
    fn default() -> Self {
        Self {
            time_min_ms: 631_152_000_000,
            time_max_ms: 4_102_444_800_000,
            sog_max_kn: 50.0,
            segment_gap_h: 24.0,
            implied_speed_max_kn: 50.0,
            implied_speed_slack_nm: 0.1,
            reckoning_knots: 25.0,
            reckoning_penalty_h: 4.0,
            reckoning_exponent: 0.5,
            reckoning_buffer_h: 0.25,
            open_segments_max: 64,
            spoof_days_min: 3.0,
            spoof_score_max: 0.010,
            gap_min_s: 180.0,
            gap_max_s: 900.0,
            gap_intervals: 3.0,
            slow_reporter_s: 180.0,
            slow_gap_max_s: 1200.0,
            slow_gap_intervals: 5.0,
            rest_sog_kn: 0.5,
            spike_iqr: 5.0,
            spike_min_kn: 3.0,
            derive_min_s: 30.0,
        }
    }
}

/// METHODS 1.4, states.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StateRules {
    /// Below it a vessel is idle, in knots (METHODS 1.4).
    pub idle_max_kn: f32,
    /// From `idle_max_kn` to this speed a vessel may be dredging (METHODS 1.4).
    pub dredge_max_kn: f32,
    /// From this speed it is in transit; between the two it manoeuvres (METHODS 1.4).
    pub transit_min_kn: f32,
    /// Shortest dredging, in minutes (METHODS 1.4).
    pub dredge_min_min: f64,
    /// Shortest stop that is a discharge at a quay or pumping ashore, in minutes (METHODS 1.4).
    pub berth_min_min: f64,
    /// Shortest dumping or rainbowing, in minutes (METHODS 1.4).
    pub dump_min_min: f64,
    /// Longest dumping or rainbowing, in minutes (METHODS 1.4).
    pub dump_max_min: f64,
    /// Fastest dumping or rainbowing, in knots (METHODS 1.4).
    pub dump_max_kn: f32,
    /// A vessel enters a port within this distance, in km (GFW pipe-anchorages).
    pub port_enter_km: f64,
    /// It leaves beyond this distance, in km (GFW pipe-anchorages).
    pub port_leave_km: f64,
    /// Dredging this far inland is still "at sea": coastlines are generalised and estuaries are
    /// land to them, in km [inferred].
    pub coast_tolerance_km: f64,
    /// Farthest from a coast that a vessel pumps ashore or rainbows, in km: floating pipelines
    /// and jets do not reach farther [inferred].
    pub coast_discharge_km: f64,
    /// Dredging turns at the end of a lane: a pause or a faster stretch of another state up to this
    /// long does not end it, in seconds [inferred].
    pub slow_interruption_s: f64,
    /// The same for a stretch at transit speed [inferred].
    pub slow_transit_interruption_s: f64,
    /// A ship at a berth shifts: a slow stretch this long does not end a stop [inferred].
    pub idle_interruption_s: f64,
    /// A dip this long does not end a transit, and a stretch of transit does not end a stop; shorter than the
    /// shortest dumping [inferred].
    pub transit_interruption_s: f64,
    /// Without messages for up to this long a stretch of one state continues; the time itself is
    /// never counted [inferred].
    pub merge_gap_s: f64,
    /// A vessel whose course differs from its heading by more than this on average drifts, in
    /// degrees; a dredger at 1.6 kn that sets off a cross current of 2 kn crabs by 51 [inferred].
    pub drift_angle_deg: f64,
    /// A slow stretch that stays within this radius swings at anchor, in metres [inferred].
    pub swing_radius_m: f64,
    /// Radius within which a cutter or backhoe works, in metres (METHODS 1.4).
    pub anchored_radius_m: f64,
    /// Shortest stop of a cutter or backhoe that is work, in minutes ("for hours", METHODS 1.4).
    pub anchored_min_min: f64,
    /// Longest stop judged by one radius, in hours: anchors move during a contract [inferred].
    pub anchored_window_h: f64,
}

impl Default for StateRules {
    fn default() -> Self {
        Self {
            idle_max_kn: 0.5,
            dredge_max_kn: 4.0,
            transit_min_kn: 5.0,
            dredge_min_min: 20.0,
            berth_min_min: 30.0,
            dump_min_min: 5.0,
            dump_max_min: 60.0,
            dump_max_kn: 3.0,
            port_enter_km: 3.0,
            port_leave_km: 4.0,
            coast_tolerance_km: 5.0,
            coast_discharge_km: 2.0,
            slow_interruption_s: 600.0,
            slow_transit_interruption_s: 300.0,
            idle_interruption_s: 600.0,
            transit_interruption_s: 240.0,
            merge_gap_s: 1800.0,
            drift_angle_deg: 60.0,
            swing_radius_m: 150.0,
            anchored_radius_m: 500.0,
            anchored_min_min: 120.0,
            anchored_window_h: 24.0,
        }
    }
}

/// METHODS 1.4, cycles.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CycleRules {
    /// Dredging and discharge farther apart than this make a cycle, in nautical miles (METHODS 1.4).
    pub distance_min_nm: f64,
    /// Draught that a load adds at least, in metres [inferred].
    pub draught_rise_min_m: f64,
    /// Loaded and empty speed differ when by this share of the empty speed [inferred].
    pub speed_difference_min: f64,
    /// A gap longer than this breaks a cycle, in hours. It is the shortest time in which a
    /// discharge at a berth (30 min), another dredging (20 min) and the way between could go
    /// unseen [inferred].
    pub gap_max_h: f64,
    /// A gap with the vessel idle at one place before and after breaks a cycle only when longer,
    /// in hours [inferred].
    pub idle_gap_max_h: f64,
    /// Two stretches of dredging within this distance share a dredging ground, in nautical miles
    /// [inferred].
    pub same_ground_nm: f64,
    /// Cycles that a vessel not known as a dredger must show: one may be chance [inferred].
    pub unknown_cycles_min: usize,
    /// A stop at a berth longer than this is flagged: it is not all discharge, in hours [inferred].
    pub long_discharge_h: f64,
}

impl Default for CycleRules {
    fn default() -> Self {
        Self {
            distance_min_nm: 1.0,
            draught_rise_min_m: 0.5,
            speed_difference_min: 0.05,
            gap_max_h: 1.0,
            idle_gap_max_h: 3.0,
            same_ground_nm: 3.0,
            unknown_cycles_min: 2,
            long_discharge_h: 24.0,
        }
    }
}

/// How evidence for and against a cycle adds up, in log-odds [all inferred]. What separates a
/// dredger from a trawler: dredgers work at 1 to 3.5 kn and are hardly ever seen between 4 and 6 kn,
/// a trawler's towing speed lies across 4 kn; a load takes hours, not a day; dredging goes to and fro
/// over one ground, tows lead from ground to ground; a discharge lasts hours, not a weekend.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EvidenceRules {
    /// Log-odds before any evidence for a vessel that a register calls a hopper dredger.
    pub prior_tshd: f64,
    /// The same for any other vessel.
    pub prior_unknown: f64,
    /// Median dredging speed up to which it speaks for dredging, in knots.
    pub speed_for_kn: f64,
    /// Median dredging speed from which it speaks against, in knots.
    pub speed_against_kn: f64,
    /// Weight of the dredging speed.
    pub speed_weight: f64,
    /// Speeds of the valley between dredging and transit, in knots (METHODS 1.4: none of 91
    /// snapshots of dredgers between 4 and 6 kn).
    pub valley_kn: [f32; 2],
    /// Share of a vessel's hours at dredging and valley speeds spent in the valley, up to which it
    /// speaks for dredging.
    pub valley_for: f64,
    /// Share from which it speaks against.
    pub valley_against: f64,
    /// Weight of an empty valley.
    pub valley_weight: f64,
    /// Weight against a full one: it is the surest sign of trawling.
    pub valley_against_weight: f64,
    /// Share of a dredging's positions at 1 to 3.5 kn from which it speaks for dredging
    /// (dredging-footprint-pipeline: the component near 1-3.5 kn is dredging).
    pub steady_for: f64,
    /// Share below which it speaks against.
    pub steady_against: f64,
    /// Weight of that share.
    pub steady_weight: f64,
    /// Way dredged over the greatest distance from its centre: 2 is a straight line.
    pub to_and_fro_for: f64,
    /// Weight of going to and fro.
    pub to_and_fro_weight: f64,
    /// Longest time that a load takes, in hours.
    pub loading_max_h: f64,
    /// Weight against longer ones.
    pub loading_weight: f64,
    /// Weight against a load from several grounds.
    pub grounds_weight: f64,
    /// Weight of a draught that rises; a third of it against when it is reported and does not.
    pub draught_weight: f64,
    /// Weight of a loaded transit slower than the empty one, and against the opposite.
    pub loaded_speed_weight: f64,
    /// Weight against a berth time above `CycleRules::long_discharge_h`.
    pub long_discharge_weight: f64,
    /// Weight of a ground to which the vessel returns in another cycle.
    pub return_weight: f64,
}

impl Default for EvidenceRules {
    fn default() -> Self {
        Self {
            prior_tshd: 3.0,
            prior_unknown: -1.0,
            speed_for_kn: 2.5,
            speed_against_kn: 3.4,
            speed_weight: 1.5,
            valley_kn: [4.0, 5.5],
            valley_for: 0.06,
            valley_against: 0.20,
            valley_weight: 2.0,
            valley_against_weight: 3.5,
            steady_for: 0.85,
            steady_against: 0.5,
            steady_weight: 0.75,
            to_and_fro_for: 4.0,
            to_and_fro_weight: 0.5,
            loading_max_h: 8.0,
            loading_weight: 1.0,
            grounds_weight: 1.0,
            draught_weight: 2.0,
            loaded_speed_weight: 0.5,
            long_discharge_weight: 0.5,
            return_weight: 0.5,
        }
    }
}

/// METHODS 1.4: thresholds from the vessel's own speeds (dredging-footprint-pipeline).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MixtureRules {
    /// Whether the fit may move a vessel's thresholds.
    pub enabled: bool,
    /// Positions below which no fit is made [inferred].
    pub positions_min: usize,
    /// Fewest components (METHODS 1.4).
    pub components_min: usize,
    /// Most components (METHODS 1.4).
    pub components_max: usize,
    /// Steps of expectation maximisation at most [inferred].
    pub steps_max: usize,
    /// Change of the log-likelihood per position that ends it [inferred].
    pub tolerance: f64,
    /// Speeds below it are one speed to the logarithm, in knots [inferred].
    pub floor_kn: f64,
    /// Speeds within which the dredging component's mean lies, in knots (METHODS 1.4).
    pub dredge_mean_kn: [f64; 2],
    /// Bounds of a moved lower threshold, in knots [inferred].
    pub idle_max_bounds_kn: [f32; 2],
    /// Bounds of a moved upper threshold, in knots [inferred].
    pub dredge_max_bounds_kn: [f32; 2],
}

impl Default for MixtureRules {
    fn default() -> Self {
        Self {
            enabled: false,
            positions_min: 2000,
            components_min: 2,
            components_max: 5,
            steps_max: 200,
            tolerance: 1e-7,
            floor_kn: 0.1,
            dredge_mean_kn: [1.0, 3.5],
            idle_max_bounds_kn: [0.3, 0.8],
            dredge_max_bounds_kn: [3.0, 5.0],
        }
    }
}

/// Hours and way per H3 cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CellRules {
    /// H3 resolution, 0 to 15; 8 has cells of 0.74 km2. Values above 15 mean 15.
    pub resolution: u8,
}

impl Default for CellRules {
    fn default() -> Self {
        Self { resolution: 8 }
    }
}

/// Lines of the tracks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TrackRules {
    /// Whether lines are made at all.
    pub enabled: bool,
    /// No position is farther from its line than this, in metres: the position error of AIS
    /// (METHODS 1.6).
    pub tolerance_m: f64,
    /// Whether idle stretches have lines too.
    pub idle: bool,
}

impl Default for TrackRules {
    fn default() -> Self {
        Self {
            enabled: true,
            tolerance_m: 30.0,
            idle: false,
        }
    }
}

/// METHODS 1.3: weights of what proposes a vessel for review, in log-odds [inferred from the
/// counts there].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CandidateRules {
    /// Before any evidence: few vessels are dredgers.
    pub prior: f64,
    /// Ship type 33 (of 104 senders at least 14 are not dredgers, in another feed most).
    pub ship_type_33: f64,
    /// Any other type that is stated: 4 of 22 known dredgers send one.
    pub ship_type_other: f64,
    /// Navigational status 3 while moving.
    pub status_3_moving: f64,
    /// Navigational status 3 at rest only (5 of 11 dredgers that send it were moving).
    pub status_3_rest: f64,
    /// At least one cycle by behaviour.
    pub cycles: f64,
    /// Long work at dredging speed that made no cycle.
    pub slow_work: f64,
    /// Hours of such work that count.
    pub slow_work_min_h: f64,
    /// Many hours in the valley between dredging and transit speeds.
    pub valley: f64,
    /// Score from which a vessel is worth a review.
    pub review_score: f64,
}

impl Default for CandidateRules {
    fn default() -> Self {
        Self {
            prior: -4.0,
            ship_type_33: 2.5,
            ship_type_other: -1.0,
            status_3_moving: 1.0,
            status_3_rest: 0.3,
            cycles: 4.5,
            slow_work: 1.0,
            slow_work_min_h: 5.0,
            valley: -1.0,
            review_score: 0.3,
        }
    }
}
