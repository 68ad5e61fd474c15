//! H3 cells of features.

use std::sync::OnceLock;

use geo::{Centroid, InteriorPoint};
use geo_types::{Coord, Geometry};
use h3o::{CellIndex, LatLng, Resolution};
use rayon::prelude::*;

use super::CollectionSnapshot;

/// Cells by row, one list per resolution, each computed when first asked for. The parent of a
/// fine cell is not always the coarse cell of the same place, so none is derived from another.
pub(super) type CellsByResolution = [OnceLock<Vec<Option<CellIndex>>>; 16];

impl CollectionSnapshot {
    /// The H3 cell of each row: of a point itself, of a line its middle vertex, of an area a
    /// point inside it; `None` without geometry. The first call per resolution computes them.
    pub fn cells(&self, resolution: Resolution) -> &[Option<CellIndex>] {
        self.cells[usize::from(u8::from(resolution))].get_or_init(|| {
            (0..self.len() as u32)
                .into_par_iter()
                .map(|row| cell_at(self.place(row)?, resolution))
                .collect()
        })
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
