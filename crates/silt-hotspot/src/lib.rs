//! Hotspot statistics of Silt on H3 cells: pure arithmetic, without HTTP, storage or regions.
//!
//! A [`StudyArea`] is the set of cells that a question is about. Its empty cells count as zeros in
//! the number of cells, the mean and the standard deviation, but are never stored: a result lists
//! the cells whose neighbourhood holds a value, and says of the others how many there are and which
//! score they share ([`EmptyCells`]).
//!
//! ```
//! use std::sync::Arc;
//! use h3o::{CellIndex, LatLng, Resolution};
//! use silt_hotspot::{
//!     CellValues, GiOptions, Limits, Neighbourhood, Neighbours, StudyArea, gi_star,
//! };
//!
//! let area = Arc::new(StudyArea::world(Resolution::Three));
//! let (limits, neighbours) = (Limits::default(), Neighbours::Ring { k: 1 });
//! let neighbourhood = Neighbourhood::prepare(Arc::clone(&area), neighbours, &limits)?;
//! let dam = LatLng::new(-20.2, -43.5)?.to_cell(Resolution::Three);
//! let values = CellValues::sum(&area, [(dam, 40.0), (dam, 2.0)])?;
//! let result = gi_star(&neighbourhood, &values, &GiOptions::default(), &limits)?;
//! let hottest = result.cells.of_cell(dam).and_then(|cell| cell.score);
//! let score = hottest.expect("a field that varies has a score");
//! assert!(score.z > 70.0 && score.bin() == 3);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What belongs together: [`gi_star`] (Getis-Ord Gi*), [`local_moran`], [`emerging_hotspots`]
//! (space and time), [`mann_kendall`], [`dbscan`], [`benjamini_hochberg`]. A result is a function
//! of values, parameters and seed: the same on any number of threads and for any order of the
//! input.

mod area;
mod caveat;
mod classes;
mod dbscan;
mod disk;
mod emerging;
mod error;
mod fdr;
mod geodesy;
mod gi;
mod gi_cells;
mod lag;
mod lattice;
mod limits;
mod moran;
mod neighbours;
mod normal;
mod permutation;
mod slots;
mod sums;
mod trend;
mod values;

pub use area::{Members, StudyArea};
pub use caveat::Caveat;
pub use classes::EmergingClass;
pub use dbscan::{ClusterPoint, Clustering, DbscanOptions, dbscan};
pub use emerging::{
    EmergingCell, EmergingEmpty, EmergingOptions, EmergingResult, SpaceTimeSummary,
    emerging_hotspots,
};
pub use error::{AreaError, ClusterError, NeighbourError, OptionError, ValueError};
pub use fdr::{FDR_LEVELS, benjamini_hochberg, bin_of_q};
pub use geodesy::EARTH_RADIUS_KM;
pub use gi::{EmptyCells, GiOptions, GiResult, GiScore, Weights, gi_star};
pub use gi_cells::{GiCell, GiCells};
pub use limits::{Effort, Limits};
pub use moran::{
    LocalMoranCell, LocalMoranOptions, LocalMoranResult, LocalMoranScore, MoranEmptyCells,
    Quadrant, local_moran,
};
pub use neighbours::{Neighbourhood, Neighbours};
pub use normal::two_sided_p;
pub use permutation::Permutations;
pub use trend::{MannKendall, mann_kendall};
pub use values::{CellValues, StudySummary};

#[cfg(test)]
mod oracle_tests;
#[cfg(test)]
mod properties_tests;
#[cfg(test)]
mod testing;
