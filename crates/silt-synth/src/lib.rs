//! Synthetic vessels of Silt, with the truth beside what they report.
//!
//! A [`Fleet`] holds suction, cutter and backhoe dredgers, and traffic that
//! is not dredging: coasters, trawlers, tankers at anchor or adrift, tugs,
//! survey ships. Each vessel moves between real ports, pits and coasts
//! ([`sites`]), and its reports carry the defects of real ones ([`Defects`]).
//!
//! The fleet is not the detector's model read backwards. Speeds, report
//! intervals, gaps and noise are drawn from distributions fitted to real files
//! ([`Fitted`]); durations of loading and unloading, of which no track of a
//! real dredger was at hand, are stated in [`Durations`]; and
//! [`RuleBreakers`] says how often a vessel does what the rules of the method
//! do not foresee.
//!
//! Every vessel is a function of the configuration and its own number, so
//! vessels can be made in any order, on any thread, in any subset:
//!
//! ```
//! use silt_synth::{Fleet, FleetConfig};
//!
//! let fleet = Fleet::new(FleetConfig { vessels: 20, days: 2, ..FleetConfig::default() })?;
//! let track = fleet.track(3);
//! assert!(track.positions.len() > 0);
//! assert_eq!(track, fleet.track(3));
//! # Ok::<(), silt_synth::ConfigError>(())
//! ```
//!
//! Nothing here is an observation. Names begin with "Synthetic", MMSI lie in
//! 280-299, which ITU has allocated to nobody, and every file that the
//! [`write`] module makes carries `synthetic`.

mod config;
mod config_check;
mod draw;
mod fitted;
mod fleet;
mod motion;
mod plan;
mod report;
mod schedule;
mod sites;
mod track;
mod truth;
mod vessel;
pub mod write;

pub use config::{
    ConfigError, Defects, Durations, FleetConfig, Loads, Mix, RegisterConfig, RuleBreakers,
};
pub use fitted::{
    Fitted, FittedClassIntervals, FittedDefects, FittedDredger, FittedDredgerStatus,
    FittedDredgerType, FittedError, FittedFishing, FittedGaps, FittedInterval, FittedIntervals,
    FittedLengths, FittedLogNormal, FittedMode, FittedNoise, FittedNormal, FittedPosition,
    FittedShare, FittedSpikes, FittedStatus, FittedStatuses, FittedStillSpeed, FittedTraffic,
};
pub use fleet::Fleet;
pub use sites::{LonLat, Site, sites};
pub use track::{Positions, RowDefect, TruePositions, VesselTrack};
pub use truth::{
    Case, CaseSet, Counts, DischargeKind, StationaryWork, TrueState, TruthCycle, TruthState,
};
pub use vessel::{DraughtReported, Identity, SynthVessel, Transponder, VesselKind};
