//! Geometries in a filter: counted, checked and brought to longitude and latitude.

use geo_types::{Coord, LineString, Polygon};

use super::{CqlError, Transform};

/// Longitudes beyond this cannot be meant, also not by someone who counts on past 180.
const MAX_LON_DEG: f64 = 540.0;
/// The poles.
const MAX_LAT_DEG: f64 = 90.0;
/// Positions on each side of a box that is transformed.
const STEPS_PER_SIDE: usize = 16;

pub(super) struct Literals<'a> {
    left: usize,
    limit: usize,
    transform: Option<Transform<'a>>,
}

impl<'a> Literals<'a> {
    pub(super) fn new(limit: usize, transform: Option<Transform<'a>>) -> Literals<'a> {
        Literals {
            left: limit,
            limit,
            transform,
        }
    }

    /// Counts a position and brings it to longitude and latitude.
    pub(super) fn position(&mut self, x: f64, y: f64) -> Result<Coord<f64>, CqlError> {
        if self.left == 0 {
            return Err(CqlError::TooManyVertices { limit: self.limit });
        }
        self.left -= 1;
        self.to_degrees(x, y)
    }

    fn to_degrees(&self, x: f64, y: f64) -> Result<Coord<f64>, CqlError> {
        let written = Coord { x, y };
        let position = match self.transform {
            Some(transform) => transform(written),
            None => Some(written),
        };
        let on_earth = |position: &Coord<f64>| {
            position.x.abs() <= MAX_LON_DEG && position.y.abs() <= MAX_LAT_DEG
        };
        position
            .filter(on_earth)
            .ok_or_else(|| CqlError::Geometry(format!("{x} {y} is not a position on Earth")))
    }

    /// A position that stands alone: there is nothing that it could continue beyond 180 degrees.
    pub(super) fn point(position: Coord<f64>) -> Result<Coord<f64>, CqlError> {
        if position.x.abs() <= 180.0 {
            return Ok(position);
        }
        let Coord { x, y } = position;
        Err(CqlError::Geometry(format!(
            "{x} {y} is not a position on Earth"
        )))
    }

    pub(super) fn line(positions: Vec<Coord<f64>>) -> Result<LineString<f64>, CqlError> {
        if positions.len() == 1 {
            return Err(CqlError::Geometry(
                "a line of a single position; it needs two".to_owned(),
            ));
        }
        Ok(LineString(positions))
    }

    pub(super) fn polygon(rings: Vec<Vec<Coord<f64>>>) -> Result<Polygon<f64>, CqlError> {
        let mut closed = Vec::with_capacity(rings.len());
        for mut ring in rings {
            if ring.first() != ring.last()
                && let Some(&first) = ring.first()
            {
                ring.push(first);
            }
            if ring.len() < 4 {
                return Err(CqlError::Geometry(
                    "a ring of fewer than three positions".to_owned(),
                ));
            }
            closed.push(LineString(ring));
        }
        let mut closed = closed.into_iter();
        let exterior = closed.next().unwrap_or_else(|| LineString(Vec::new()));
        Ok(Polygon::new(exterior, closed.collect()))
    }

    /// The box `west, south, east, north` of four numbers, or of six with heights.
    pub(super) fn bbox(&mut self, numbers: &[f64]) -> Result<[f64; 4], CqlError> {
        let [x1, y1, x2, y2] = match *numbers {
            [x1, y1, x2, y2] | [x1, y1, _, x2, y2, _] => [x1, y1, x2, y2],
            _ => {
                return Err(CqlError::Geometry(
                    "BBOX takes four numbers, or six with heights".to_owned(),
                ));
            }
        };
        let in_order = x1 <= x2 && y1 <= y2;
        let [west, south, east, north] = if self.transform.is_some() && in_order {
            self.envelope([x1, y1, x2, y2])?
        } else {
            let low = self.position(x1, y1)?;
            let high = self.position(x2, y2)?;
            [low.x, low.y, high.x, high.y]
        };
        if south > north {
            return Err(CqlError::Geometry(format!(
                "BBOX with its south {south} above its north {north}"
            )));
        }
        Ok([west, south, east, north])
    }

    /// The box around a transformed box: its sides may bend outwards.
    fn envelope(&mut self, [x1, y1, x2, y2]: [f64; 4]) -> Result<[f64; 4], CqlError> {
        let mut around: Option<[f64; 4]> = None;
        for step in 0..=STEPS_PER_SIDE {
            let share = step as f64 / STEPS_PER_SIDE as f64;
            let (x, y) = (x1 + (x2 - x1) * share, y1 + (y2 - y1) * share);
            for (x, y) in [(x, y1), (x, y2), (x1, y), (x2, y)] {
                let at = self.to_degrees(x, y)?;
                let [west, south, east, north] = around.unwrap_or([at.x, at.y, at.x, at.y]);
                around = Some([
                    west.min(at.x),
                    south.min(at.y),
                    east.max(at.x),
                    north.max(at.y),
                ]);
            }
        }
        around.ok_or_else(|| CqlError::Geometry("an empty BBOX".to_owned()))
    }
}
