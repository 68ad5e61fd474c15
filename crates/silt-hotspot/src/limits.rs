//! What a single computation may cost. A service sets these from its configuration.

use crate::error::OptionError;

/// Upper bounds of what one call computes; the defaults are sized for two cores and a few hundred
/// MB of memory **[inferred]**.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Cells of a study area that have to be looked at one by one: all of a listed area, and all of
    /// any area with a distance band. The whole world with k-rings is looked at only where its
    /// neighbours are kept. Default 20,000,000.
    pub max_scanned_cells: u64,
    /// Cells of one neighbourhood, the cell itself included. Default 20,000 (a ring of k = 81).
    pub max_neighbourhood_cells: u64,
    /// Neighbours of all cells of an area that [`crate::Neighbourhood`] keeps, 4 bytes each; those
    /// of larger areas are found anew for each request, which takes longer. Default 16,000,000 (64
    /// MB): the world at resolution 5 has 12,100,992.
    pub max_kept_neighbours: u64,
    /// Pairs of a cell with a value and one of its neighbours, or of places in a clustering.
    /// Default 200,000,000.
    pub max_pairs: u64,
    /// Conditional permutations. Default 99,999, beyond which p gains digits that no decision
    /// needs.
    pub max_permutations: u32,
    /// Cells times time steps of an emerging hotspot analysis, counting cells whose neighbourhood
    /// ever holds a value. Default 20,000,000.
    pub max_space_time_bins: u64,
    /// Points of a clustering. Default 2,000,000.
    pub max_points: u64,
}

/// What a computation may cost, and when to give up.
#[derive(Clone, Copy)]
pub struct Effort<'a> {
    /// Upper bounds.
    pub limits: &'a Limits,
    /// Asked every few milliseconds of work; the computation ends with
    /// [`crate::OptionError::Stopped`] when it says so.
    pub stop: &'a (dyn Fn() -> bool + Sync),
}

impl<'a> From<&'a Limits> for Effort<'a> {
    /// Never gives up.
    fn from(limits: &'a Limits) -> Self {
        Self {
            limits,
            stop: &|| false,
        }
    }
}

impl Effort<'_> {
    pub(crate) fn check(&self) -> Result<(), OptionError> {
        if (self.stop)() {
            return Err(OptionError::Stopped);
        }
        Ok(())
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_scanned_cells: 20_000_000,
            max_neighbourhood_cells: 20_000,
            max_kept_neighbours: 16_000_000,
            max_pairs: 200_000_000,
            max_permutations: 99_999,
            max_space_time_bins: 20_000_000,
            max_points: 2_000_000,
        }
    }
}
