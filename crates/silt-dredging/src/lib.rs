//! The per-vessel kernel of Silt: positions to segments, states and dredging cycles.
//!
//! [`process_vessel`] is a pure function of one vessel's positions, what is known of the vessel, the
//! places around it and the thresholds. It does no I/O, holds no state, and gives the same bytes for
//! the same input on any number of threads; neither the order of the rows nor duplicates matter.
//! Columns go in as slices and come out as plain vectors, so that a caller can wrap both as Arrow
//! arrays without copying values one by one.
//!
//! ```
//! use silt_dredging::{process_vessel, Config, Places, PositionSlices, Positions, Vessel, VesselKind};
//!
//! let positions = Positions::new(PositionSlices {
//!     time_ms: &[1_700_000_000_000, 1_700_000_010_000, 1_700_000_020_000],
//!     lon_deg: &[4.0, 4.0, 4.0],
//!     lat_deg: &[52.5, 52.5005, 52.501],
//!     sog_kn: &[10.0, 10.0, 10.0],
//!     cog_deg: &[0.0, 0.0, 0.0],
//!     heading_deg: &[0.0, 0.0, 0.0],
//!     draught_m: &[f32::NAN; 3],
//!     nav_status: &[0, 0, 0],
//! })?;
//! let vessel = Vessel::new(244_000_001, VesselKind::Tshd);
//! let result = process_vessel(positions, &vessel, &Places::default(), &Config::default());
//! assert_eq!(result.quality.positions_used, 3);
//! assert!(result.cycles.is_empty());
//! # Ok::<(), silt_dredging::RaggedColumns>(())
//! ```

mod bouts;
mod calendar;
mod candidate;
mod cells;
mod clean;
pub mod config;
mod cycles;
mod evidence;
mod hours;
mod input;
mod kernel;
mod labels;
mod mixture;
mod places;
mod polygons;
mod result;
mod roles;
mod segments;
mod speeds;
mod sphere;
mod tokens;
mod tracks;

pub use candidate::{CandidateReason, CandidateScore, candidate_score};
pub use config::Config;
pub use input::{PositionSlices, Positions, RaggedColumns, Vessel, VesselKind};
pub use kernel::process_vessel;
pub use mixture::{SpeedComponent, SpeedMixture};
pub use places::{Area, AreaKind, Places, Port};
pub use result::{
    Behaviour, CellColumns, CycleColumns, DischargeKind, IncompleteReason, NavStatusStats, Purpose,
    Quality, SegmentColumns, State, StateColumns, TrackColumns, VesselResult, cycle_flags,
};
pub use sphere::{EARTH_RADIUS_M, METRES_PER_NM, distance_m};

/// The version of the method, to be stored with every result made by this crate.
pub const METHOD_VERSION: &str = "dredging-1";
