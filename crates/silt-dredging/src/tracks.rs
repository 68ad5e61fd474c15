//! Lines of the tracks: one per stretch of one state, simplified, cut at the antimeridian.

use crate::config::TrackRules;
use crate::labels::Stretch;
use crate::result::{State, TrackColumns};
use crate::segments::Segments;
use crate::sphere::{EARTH_RADIUS_M, wrap_degrees};

/// An edge is never longer, so that a plane is good enough for its tolerance.
const EDGE_MAX_M: f64 = 100_000.0;

/// Appends the lines of a segment's stretches; `first_state_row` is the row of the first of them.
pub(crate) fn push_tracks(
    columns: &mut TrackColumns,
    first_state_row: usize,
    stretches: &[Stretch],
    segments: &Segments,
    rules: &TrackRules,
) {
    for (number, stretch) in stretches.iter().enumerate() {
        if stretch.label.state == State::Idle && !rules.idle {
            continue;
        }
        let first = stretch.first - usize::from(stretch.is_joined);
        if first == stretch.last {
            continue;
        }
        push_line(columns, segments, first, stretch.last, rules.tolerance_m);
        columns.state_row.push((first_state_row + number) as u32);
        columns.state.push(stretch.label.state);
        columns.start_ms.push(stretch.start_ms);
        columns.end_ms.push(stretch.end_ms);
        columns.hours.push(stretch.observed_ms as f64 / 3_600_000.0);
    }
}

fn push_line(
    columns: &mut TrackColumns,
    segments: &Segments,
    first: usize,
    last: usize,
    tolerance_m: f64,
) {
    let mut line = Line {
        columns,
        newest: None,
    };
    let track = &segments.track;
    line.push(track.position(first));
    let mut sleeve = Sleeve::new(track.position(first), tolerance_m);
    for row in first + 1..=last {
        let here = track.position(row);
        if !sleeve.takes(here) {
            let corner = track.position(row - 1);
            line.push(corner);
            sleeve = Sleeve::new(corner, tolerance_m);
            sleeve.takes(here);
        }
    }
    line.push(track.position(last));
    line.finish();
}

/// The directions from a corner in which one edge passes all positions since within the tolerance.
struct Sleeve {
    corner: (f64, f64),
    metres_per_lon_deg: f64,
    /// Half of the tolerance's square each for the distance from the line and for turning back.
    share_m: f64,
    farthest_m: f64,
    /// Right and left bound as unit vectors.
    bounds: Option<([f64; 2], [f64; 2])>,
}

impl Sleeve {
    fn new(corner: (f64, f64), tolerance_m: f64) -> Self {
        let metres_per_deg = EARTH_RADIUS_M.to_radians();
        Self {
            corner,
            metres_per_lon_deg: metres_per_deg * libm::cos(corner.1.to_radians()),
            share_m: tolerance_m.max(0.0) * std::f64::consts::FRAC_1_SQRT_2,
            farthest_m: 0.0,
            bounds: None,
        }
    }

    /// Whether an edge from the corner to this position would do; then the sleeve narrows.
    fn takes(&mut self, position: (f64, f64)) -> bool {
        let x = wrap_degrees(position.0 - self.corner.0) * self.metres_per_lon_deg;
        let y = (position.1 - self.corner.1) * EARTH_RADIUS_M.to_radians();
        let away_m = (x * x + y * y).sqrt();
        // The first position is taken wherever it is: an edge needs two ends.
        let is_first = self.farthest_m == 0.0;
        let is_turning_back = away_m < self.farthest_m - self.share_m;
        if !is_first && (is_turning_back || away_m > EDGE_MAX_M) {
            return false;
        }
        self.farthest_m = self.farthest_m.max(away_m);
        if away_m <= self.share_m {
            return true;
        }
        let direction = [x / away_m, y / away_m];
        let cross = |a: [f64; 2], b: [f64; 2]| a[0] * b[1] - a[1] * b[0];
        if let Some((right, left)) = self.bounds {
            let is_ahead = right[0] * direction[0] + right[1] * direction[1] > 0.0;
            if !is_ahead || cross(right, direction) < 0.0 || cross(direction, left) < 0.0 {
                return false;
            }
        }
        let sin_half = self.share_m / away_m;
        let cos_half = (1.0 - sin_half * sin_half).sqrt();
        let turned = |sin: f64| {
            [
                direction[0] * cos_half - direction[1] * sin,
                direction[0] * sin + direction[1] * cos_half,
            ]
        };
        let (new_right, new_left) = (turned(-sin_half), turned(sin_half));
        self.bounds = Some(match self.bounds {
            None => (new_right, new_left),
            Some((right, left)) => (
                if cross(right, new_right) > 0.0 {
                    new_right
                } else {
                    right
                },
                if cross(left, new_left) < 0.0 {
                    new_left
                } else {
                    left
                },
            ),
        });
        true
    }
}

/// Vertices of one row; a new part begins where the antimeridian is crossed.
struct Line<'a> {
    columns: &'a mut TrackColumns,
    newest: Option<(f64, f64)>,
}

impl Line<'_> {
    fn push(&mut self, vertex: (f64, f64)) {
        if let Some(newest) = self.newest {
            if newest == vertex && self.part_vertices() > 1 {
                return;
            }
            let difference_deg = vertex.0 - newest.0;
            if difference_deg.abs() > 180.0 {
                self.cross(newest, vertex);
            }
        }
        self.append(vertex);
        self.newest = Some(vertex);
    }

    fn cross(&mut self, from: (f64, f64), to: (f64, f64)) {
        let side_deg = if from.0 > 0.0 { 180.0 } else { -180.0 };
        let east_deg = wrap_degrees(to.0 - from.0);
        let share = if east_deg == 0.0 {
            0.0
        } else {
            ((side_deg - from.0) / east_deg).clamp(0.0, 1.0)
        };
        let lat_deg = from.1 + share * (to.1 - from.1);
        self.append((side_deg, lat_deg));
        self.end_part();
        self.append((-side_deg, lat_deg));
    }

    fn append(&mut self, vertex: (f64, f64)) {
        self.columns.lon_deg.push(vertex.0);
        self.columns.lat_deg.push(vertex.1);
    }

    fn part_vertices(&self) -> usize {
        let start = self.columns.vertex_offsets.last().copied().unwrap_or(0);
        self.columns.lon_deg.len() - start as usize
    }

    fn end_part(&mut self) {
        self.columns
            .vertex_offsets
            .push(self.columns.lon_deg.len() as u32);
    }

    fn finish(mut self) {
        self.end_part();
        let parts = self.columns.vertex_offsets.len() - 1;
        self.columns.part_offsets.push(parts as u32);
    }
}

#[cfg(test)]
#[path = "tracks_tests.rs"]
mod tests;
