//! H3 cells of features.

use std::sync::OnceLock;

use geo::{Centroid, InteriorPoint};
use geo_types::{Coord, Geometry};
use h3o::{CellIndex, LatLng, Resolution};
use rayon::prelude::*;

use super::CollectionSnapshot;

/// Cells by row, one list per resolution, each computed when first asked for. The parent of a
/// fine cell is not always the coarse cell of the same place, so none is derived from another.
pub(super) type CellsByResolution = [OnceLock<RowCells>; 16];

/// The H3 cells of rows at one resolution. Cells are numbered in their order, so that rows are
/// counted by cell without sorting them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowCells {
    /// By row.
    numbers: Vec<u32>,
    cells: Vec<CellIndex>,
}

/// The number of no cell.
const NO_CELL: u32 = u32::MAX;

impl RowCells {
    fn new(of_rows: &[Option<CellIndex>]) -> RowCells {
        let placed = of_rows.par_iter().zip(0_u32..of_rows.len() as u32);
        let mut placed: Vec<(CellIndex, u32)> = placed
            .filter_map(|(cell, row)| Some(((*cell)?, row)))
            .collect();
        placed.par_sort_unstable();
        let mut found = RowCells {
            numbers: vec![NO_CELL; of_rows.len()],
            cells: Vec::new(),
        };
        for same in placed.chunk_by(|(a, _), (b, _)| a == b) {
            let number = found.cells.len() as u32;
            for &(_, row) in same {
                found.numbers[row as usize] = number;
            }
            found.cells.push(same[0].0);
        }
        found.cells.shrink_to_fit();
        found
    }

    /// Number of a row's cell in [`RowCells::cells`]; `None` for a row without geometry.
    pub fn number(&self, row: u32) -> Option<u32> {
        let number = self.numbers[row as usize];
        (number != NO_CELL).then_some(number)
    }

    /// The cell of a row; `None` for a row without geometry.
    pub fn of_row(&self, row: u32) -> Option<CellIndex> {
        Some(self.cells[self.number(row)? as usize])
    }

    /// The cells in which rows lie, ascending, each once.
    pub fn cells(&self) -> &[CellIndex] {
        &self.cells
    }

    fn bytes(&self) -> usize {
        size_of_val(self.numbers.as_slice()) + size_of_val(self.cells.as_slice())
    }
}

impl CollectionSnapshot {
    /// The H3 cell of each row: of a point itself, of a line its middle vertex, of an area a
    /// point inside it. The first call per resolution computes them.
    pub fn cells(&self, resolution: Resolution) -> &RowCells {
        self.cells[usize::from(u8::from(resolution))].get_or_init(|| {
            let of_rows: Vec<Option<CellIndex>> = (0..self.len() as u32)
                .into_par_iter()
                .map(|row| cell_at(self.place(row)?, resolution))
                .collect();
            RowCells::new(&of_rows)
        })
    }

    /// Bytes of the cells computed so far.
    pub(super) fn bytes_of_cells(&self) -> usize {
        let computed = self.cells.iter().filter_map(OnceLock::get);
        computed.map(RowCells::bytes).sum()
    }

    /// The one position that stands for a feature in counts by cell, in degrees.
    pub fn place(&self, row: u32) -> Option<Coord<f64>> {
        if let Some(point) = self.point(row) {
            return Some(point);
        }
        place_of(self.geometry(row)?.as_ref())
    }
}

fn place_of(geometry: &Geometry<f64>) -> Option<Coord<f64>> {
    match geometry {
        Geometry::Point(point) => Some(point.0),
        Geometry::LineString(line) => line.0.get(line.0.len() / 2).copied(),
        Geometry::MultiLineString(lines) => {
            let longest = lines.iter().max_by_key(|line| line.0.len())?;
            longest.0.get(longest.0.len() / 2).copied()
        }
        Geometry::Polygon(_) | Geometry::MultiPolygon(_) => geometry
            .interior_point()
            .or_else(|| geometry.centroid())
            .map(|point| point.0),
        other => other.centroid().map(|point| point.0),
    }
}

fn cell_at(place: Coord<f64>, resolution: Resolution) -> Option<CellIndex> {
    let position = LatLng::new(place.y, place.x).ok()?;
    Some(position.to_cell(resolution))
}
