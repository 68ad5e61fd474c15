//! The cells of a result of Gi*, in a store that keeps only what cannot be computed again at once:
//! the world has millions of them, of which an answer shows some hundred.

use h3o::CellIndex;

use crate::gi::{GiScore, Scale};
use crate::lag::{Lag, LagCell};

/// A cell that has a value, or a neighbour with one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GiCell {
    /// The cell.
    pub cell: CellIndex,
    /// Its own value, 0 when it has none.
    pub value: f64,
    /// Whether it has a value, be it 0.
    pub has_value: bool,
    /// Sum over the neighbourhood, the cell itself included.
    pub sum: f64,
    /// Cells of the neighbourhood in the study area, the cell itself included.
    pub neighbourhood: u32,
    /// The score; `None` where none exists, for which [`crate::GiResult::caveats`] names the reason.
    pub score: Option<GiScore>,
}

/// Cells with a value or a neighbour with one, ascending by cell. 40 bytes each.
#[derive(Clone, Debug)]
pub struct GiCells {
    cells: Vec<LagCell>,
    /// By cell; not a number without a score.
    q: Vec<f64>,
    p_permutation: Option<Vec<f64>>,
    scale: Scale,
}

impl GiCells {
    pub(crate) fn new(
        lag: Lag,
        q: Vec<f64>,
        p_permutation: Option<Vec<f64>>,
        scale: Scale,
    ) -> Self {
        Self {
            cells: lag.cells,
            q,
            p_permutation,
            scale,
        }
    }

    /// Number of cells.
    #[must_use]
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether there is no cell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// Bytes in memory.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let numbers = self.q.len() + self.p_permutation.as_ref().map_or(0, Vec::len);
        std::mem::size_of_val(self.cells.as_slice()) + numbers * size_of::<f64>()
    }

    /// The cell at a place in the order.
    #[must_use]
    pub fn get(&self, at: usize) -> Option<GiCell> {
        let own = self.cells.get(at)?;
        let score = self.z(at).map(|z| GiScore {
            z,
            q: self.q[at],
            p_permutation: self.p_permutation.as_ref().map(|p| p[at]),
        });
        Some(GiCell {
            cell: own.cell(),
            value: own.own,
            has_value: own.row().is_some(),
            sum: own.sum + own.own,
            neighbourhood: own.size,
            score,
        })
    }

    /// z of the cell at a place: what a look at all cells needs of most of them.
    #[must_use]
    pub fn z(&self, at: usize) -> Option<f64> {
        let own = self.cells.get(at)?;
        self.scale.z(own.sum + own.own, own.size)
    }

    /// q of the cell at a place; `None` without a score.
    #[must_use]
    pub fn q(&self, at: usize) -> Option<f64> {
        self.q.get(at).copied().filter(|q| !q.is_nan())
    }

    /// Value of the cell at a place, 0 when it has none.
    #[must_use]
    pub fn value(&self, at: usize) -> f64 {
        self.cells.get(at).map_or(0.0, |own| own.own)
    }

    /// All cells in their order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = GiCell> + '_ {
        let listed = |at| self.get(at).expect("a place below the length");
        (0..self.len()).map(listed)
    }

    /// A cell by its index; `None` for one that is not listed.
    #[must_use]
    pub fn of_cell(&self, cell: CellIndex) -> Option<GiCell> {
        let index = u64::from(cell);
        let at = self.cells.binary_search_by_key(&index, |own| own.index);
        self.get(at.ok()?)
    }
}

impl PartialEq for GiCells {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}
