//! Estimates of Silt: dredging cycles to cubic metres and tonnes with intervals.
//!
//! Pure arithmetic: no files, no clock, no network. Begin with [`fn@estimate`], which states
//! its formulas; its assumptions are in [`Priors`].
//!
//! - [`fn@estimate`]: work of vessels in groups, to hopper m3, in-situ m3 and tonnes with p05, p50, p95.
//! - [`VesselFacts`]: what is known of a vessel, checked; [`regression`]: hopper volume from size.
//! - [`score`]: how well states, cycles and tonnes agree with a truth.
//! - [`published`]: published figures against our arithmetic.
//! - [`manifest`]: what a result was made from, in canonical JSON.

mod distribution;
mod draws;
mod estimate;
mod facts;
mod normal;
mod priors;
mod quantity;
mod stream;
mod summary;
mod work;

pub mod manifest;
pub mod published;
pub mod regression;
pub mod score;

pub use distribution::{Distribution, DistributionError};
pub use estimate::{Counts, Estimate, GroupEstimate, Volumes, estimate, estimate_watched};
pub use facts::{
    CapacityBasis, FactLimits, FactRefusal, Range, StatedVessel, VesselFacts, VesselKind,
    vessel_key,
};
pub use normal::normal_quantile;
pub use priors::{LoadPrior, METHOD_VERSION, PRIOR_VERSION, Priors, PriorsError};
pub use quantity::{
    HopperM3, Hours, InSituM3, M3_PER_CUBIC_YARD, METRES_PER_NAUTICAL_MILE, SECONDS_PER_HOUR,
    Tonnes, concentration, cutter_in_situ,
};
pub use summary::{Summary, mean_and_sd, percentile};
pub use work::{EstimateError, Group, MAX_DRAWS, MIN_DRAWS, Settings, WorkRow};
