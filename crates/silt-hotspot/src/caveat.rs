//! What a reader has to know before relying on a result.

use serde::Serialize;

/// A circumstance under which a score is missing or says less than it seems to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Caveat {
    /// The study area is a single cell: there is nothing to compare it with, and no score.
    SingleCell,
    /// All cells have the same value (s = 0): no cell differs from the others, and there is no
    /// score.
    AllValuesEqual,
    /// The study area has fewer than 30 cells, too few for z to be near a normal distribution.
    FewCells,
    /// Some neighbourhoods are the whole study area, and have no score.
    NeighbourhoodIsWholeArea,
    /// Some cells have no neighbour in the study area; where the statistic needs one, they have no
    /// score.
    CellsWithoutNeighbour,
    /// Fewer than 10 time steps, too few for a trend to show.
    FewTimeSteps,
}

/// Cells below which z is not trusted: the usual bound of the normal approximation (ArcGIS
/// documentation of Hot Spot Analysis).
pub(crate) const FEW_CELLS: u64 = 30;
/// Time steps below which a trend is not trusted (ArcGIS documentation of space-time cubes).
pub(crate) const FEW_STEPS: usize = 10;

pub(crate) fn of_field(cells: u64, squares: f64) -> Vec<Caveat> {
    let mut caveats = Vec::new();
    if cells == 1 {
        caveats.push(Caveat::SingleCell);
    } else if squares == 0.0 {
        caveats.push(Caveat::AllValuesEqual);
    }
    if cells < FEW_CELLS {
        caveats.push(Caveat::FewCells);
    }
    caveats
}
