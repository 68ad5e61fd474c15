//! Outlines of cells as RFC 7946 wants them: cut at the antimeridian, exterior rings
//! counterclockwise.

use geo_types::{Coord, Geometry, LineString, MultiPolygon, Polygon};
use h3o::CellIndex;

/// The outline of a cell: a Polygon, or a MultiPolygon where the antimeridian cuts it.
pub fn outline(cell: CellIndex) -> Geometry<f64> {
    let corners: Vec<Coord<f64>> = cell
        .boundary()
        .iter()
        .map(|corner| Coord {
            x: corner.lng(),
            y: corner.lat(),
        })
        .collect();
    let (ring, turn) = unwrapped(&corners);
    if turn.abs() > 180.0 {
        return polygon(around_pole(ring, turn));
    }
    let west = ring.iter().map(|at| at.x).fold(f64::INFINITY, f64::min);
    let east = ring.iter().map(|at| at.x).fold(f64::NEG_INFINITY, f64::max);
    let cut = if west < -180.0 {
        -180.0
    } else if east > 180.0 {
        180.0
    } else {
        return polygon(ring);
    };
    let parts = [clipped(&ring, cut, true), clipped(&ring, cut, false)];
    let polygons: Vec<Polygon<f64>> = parts
        .into_iter()
        .filter(|part| part.len() >= 3)
        .map(|part| {
            let middle = part.iter().map(|at| at.x).sum::<f64>() / part.len() as f64;
            let shift = if middle > 180.0 {
                -360.0
            } else if middle < -180.0 {
                360.0
            } else {
                0.0
            };
            let moved = part.into_iter().map(|at| Coord {
                x: at.x + shift,
                y: at.y,
            });
            Polygon::new(closed(moved.collect()), Vec::new())
        })
        .collect();
    Geometry::MultiPolygon(MultiPolygon::new(polygons))
}

fn polygon(ring: Vec<Coord<f64>>) -> Geometry<f64> {
    Geometry::Polygon(Polygon::new(closed(ring), Vec::new()))
}

fn closed(mut ring: Vec<Coord<f64>>) -> LineString<f64> {
    if let Some(&first) = ring.first() {
        ring.push(first);
    }
    LineString::new(ring)
}

/// The corners with continuous longitudes, and how far the last step back to the first turns: 0,
/// or a whole turn around a pole.
fn unwrapped(corners: &[Coord<f64>]) -> (Vec<Coord<f64>>, f64) {
    let step = |from: f64, to: f64| {
        let plain = to - from;
        plain - (plain / 360.0).round() * 360.0
    };
    let mut ring: Vec<Coord<f64>> = Vec::with_capacity(corners.len());
    for &corner in corners {
        let x = match ring.last() {
            Some(before) => before.x + step(before.x, corner.x),
            None => corner.x,
        };
        ring.push(Coord { x, y: corner.y });
    }
    let turn = match (ring.first(), ring.last()) {
        (Some(first), Some(last)) => last.x + step(last.x, first.x) - first.x,
        _ => 0.0,
    };
    (ring, turn)
}

/// A ring around a pole as one from antimeridian to antimeridian and along the pole.
fn around_pole(mut ring: Vec<Coord<f64>>, turn: f64) -> Vec<Coord<f64>> {
    if turn < 0.0 {
        ring.reverse();
    }
    let pole = if ring.iter().map(|at| at.y).sum::<f64>() > 0.0 {
        90.0
    } else {
        -90.0
    };
    let mut wrapped: Vec<Coord<f64>> = ring
        .iter()
        .map(|at| Coord {
            x: (at.x + 180.0).rem_euclid(360.0) - 180.0,
            y: at.y,
        })
        .collect();
    wrapped.sort_by(|a, b| a.x.total_cmp(&b.x));
    let (Some(&first), Some(&last)) = (wrapped.first(), wrapped.last()) else {
        return ring;
    };
    // Latitude where the side from the easternmost to the westernmost corner meets 180 degrees.
    let share = (180.0 - last.x) / (first.x + 360.0 - last.x);
    let y = last.y + share * (first.y - last.y);
    let at = |x: f64, y: f64| Coord { x, y };
    let mut whole = vec![at(-180.0, y)];
    whole.extend(wrapped);
    whole.extend([at(180.0, y), at(180.0, pole), at(-180.0, pole)]);
    if pole < 0.0 {
        whole.reverse();
    }
    whole
}

/// The part of a convex ring west (or east) of a meridian.
fn clipped(ring: &[Coord<f64>], meridian: f64, west: bool) -> Vec<Coord<f64>> {
    let is_in = |at: &Coord<f64>| {
        if west {
            at.x <= meridian
        } else {
            at.x >= meridian
        }
    };
    let mut kept = Vec::new();
    for (place, at) in ring.iter().enumerate() {
        let next = &ring[(place + 1) % ring.len()];
        if is_in(at) {
            kept.push(*at);
        }
        let strictly_crosses =
            (at.x < meridian && next.x > meridian) || (at.x > meridian && next.x < meridian);
        if strictly_crosses {
            let share = (meridian - at.x) / (next.x - at.x);
            kept.push(Coord {
                x: meridian,
                y: at.y + share * (next.y - at.y),
            });
        }
    }
    kept
}

#[cfg(test)]
#[path = "outline_tests.rs"]
mod tests;
