//! In-memory indexes of Silt: regions and collection snapshots over an R-tree.

pub mod regions;
pub mod snapshot;
