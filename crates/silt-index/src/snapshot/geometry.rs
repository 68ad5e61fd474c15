//! Geometries by row.

use std::borrow::Cow;
use std::ops::Range;

use geo::BoundingRect;
use geo_types::{Coord, Geometry, Point, Rect};

/// One geometry per row, or none. A collection of points costs 16 bytes each.
#[derive(Debug)]
pub(super) enum Geometries {
    /// NaN where the row has no geometry.
    Points(Vec<Coord<f64>>),
    Any(Vec<Option<Box<Geometry<f64>>>>),
}

const NONE: Coord<f64> = Coord {
    x: f64::NAN,
    y: f64::NAN,
};

impl Default for Geometries {
    fn default() -> Self {
        Geometries::Points(Vec::new())
    }
}

impl Geometries {
    pub(super) fn push(&mut self, geometry: Option<Geometry<f64>>) {
        match (&mut *self, geometry) {
            (Geometries::Points(points), None) => points.push(NONE),
            (Geometries::Points(points), Some(Geometry::Point(point))) if !point.x().is_nan() => {
                points.push(point.0);
            }
            (Geometries::Any(geometries), geometry) => geometries.push(geometry.map(Box::new)),
            (Geometries::Points(points), geometry) => {
                let boxed = |&point: &Coord<f64>| {
                    (!point.x.is_nan()).then(|| Box::new(Geometry::Point(Point(point))))
                };
                let mut geometries: Vec<Option<Box<Geometry<f64>>>> =
                    points.iter().map(boxed).collect();
                geometries.push(geometry.map(Box::new));
                *self = Geometries::Any(geometries);
            }
        }
    }

    /// Adds rows of another list.
    pub(super) fn copy_rows(&mut self, earlier: &Geometries, rows: Range<usize>) {
        match (&mut *self, earlier) {
            (Geometries::Points(own), Geometries::Points(other)) => {
                own.extend_from_slice(&other[rows]);
            }
            (Geometries::Any(own), Geometries::Any(other)) => own.extend_from_slice(&other[rows]),
            (_, earlier) => {
                for row in rows {
                    self.push(earlier.get(row as u32).map(Cow::into_owned));
                }
            }
        }
    }

    /// Frees what is not needed; points alone become a list of points again.
    pub(super) fn shrink(&mut self) {
        let is_point = |geometry: &Option<Box<Geometry<f64>>>| match geometry.as_deref() {
            None => true,
            Some(Geometry::Point(point)) => !point.x().is_nan(),
            Some(_) => false,
        };
        if let Geometries::Any(geometries) = self
            && geometries.iter().all(is_point)
        {
            let rows = 0..geometries.len() as u32;
            let points = rows.map(|row| self.point(row).unwrap_or(NONE)).collect();
            *self = Geometries::Points(points);
        }
        match self {
            Geometries::Points(points) => points.shrink_to_fit(),
            Geometries::Any(geometries) => geometries.shrink_to_fit(),
        }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Geometries::Points(points) => points.len(),
            Geometries::Any(geometries) => geometries.len(),
        }
    }

    pub(super) fn get(&self, row: u32) -> Option<Cow<'_, Geometry<f64>>> {
        match self {
            Geometries::Points(_) => self
                .point(row)
                .map(|point| Cow::Owned(Geometry::Point(Point(point)))),
            Geometries::Any(geometries) => geometries[row as usize].as_deref().map(Cow::Borrowed),
        }
    }

    pub(super) fn point(&self, row: u32) -> Option<Coord<f64>> {
        match self {
            Geometries::Points(points) => {
                let point = points[row as usize];
                (!point.x.is_nan()).then_some(point)
            }
            Geometries::Any(geometries) => match geometries[row as usize].as_deref() {
                Some(Geometry::Point(point)) => Some(point.0),
                _ => None,
            },
        }
    }

    pub(super) fn is_all_points(&self) -> bool {
        matches!(self, Geometries::Points(_))
    }

    pub(super) fn bounds(&self, row: u32) -> Option<Rect<f64>> {
        match self {
            Geometries::Points(_) => self.point(row).map(|point| Rect::new(point, point)),
            Geometries::Any(geometries) => geometries[row as usize].as_deref()?.bounding_rect(),
        }
    }

    pub(super) fn bytes(&self) -> usize {
        match self {
            Geometries::Points(points) => points.capacity() * size_of::<Coord<f64>>(),
            Geometries::Any(geometries) => {
                let own = |geometry: &Geometry<f64>| {
                    let positions = geo::CoordsIter::coords_count(geometry);
                    size_of::<Geometry<f64>>() + positions * size_of::<Coord<f64>>()
                };
                let pointers = geometries.capacity() * size_of::<usize>();
                pointers
                    + geometries
                        .iter()
                        .flatten()
                        .map(|one| own(one))
                        .sum::<usize>()
            }
        }
    }
}
