//! The stretches that can be part of a cycle: possible work, possible discharge.

use crate::bouts::{Bout, Pace};
use crate::config::Config;
use crate::places::Places;
use crate::segments::Segments;
use crate::sphere::{Centre, distance_m, wrap_degrees};

const MINUTE_MS: f64 = 60_000.0;

/// Where a vessel stops to discharge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Berth {
    /// In the port with that number.
    Quay(u32),
    /// Near a coast outside ports.
    PumpAshore,
}

/// What the positions of a stretch look like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Shape {
    pub(crate) centre: (f64, f64),
    /// Greatest distance from the centre, in metres.
    pub(crate) radius_m: f64,
    /// Way between positions, in metres; none across a gap.
    pub(crate) way_m: f64,
    pub(crate) median_kn: f32,
    /// Share of the positions at 1 to 3.5 kn.
    pub(crate) steady_share: f64,
    /// Mean angle between course and heading; NaN when less than half of the positions have both.
    pub(crate) drift_deg: f64,
}

/// A stretch that can be part of a cycle.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Token {
    pub(crate) first_bout: usize,
    pub(crate) last_bout: usize,
    pub(crate) start_ms: i64,
    pub(crate) end_ms: i64,
    pub(crate) observed_ms: i64,
    pub(crate) shape: Shape,
    /// By speed, length and place it can be dredging.
    pub(crate) can_work: bool,
    /// It can be dumping or rainbowing.
    pub(crate) can_dump: bool,
    pub(crate) berth: Option<Berth>,
}

impl Token {
    pub(crate) fn elapsed_ms(&self) -> i64 {
        self.end_ms - self.start_ms
    }

    pub(crate) fn distance_nm(&self, other: &Self) -> f64 {
        let (lon1, lat1) = self.shape.centre;
        let (lon2, lat2) = other.shape.centre;
        distance_m(lon1, lat1, lon2, lat2) / crate::sphere::METRES_PER_NM
    }
}

/// Tokens of a segment in order, and the bouts that drift or swing rather than move.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    pub(crate) tokens: Vec<Token>,
    pub(crate) drifting_bouts: Vec<usize>,
}

/// Finds the tokens among the bouts of one segment.
pub(crate) fn tokens_of(
    segments: &Segments,
    intervals_ms: &[i32],
    bouts: &[Bout],
    places: &Places,
    config: &Config,
) -> Tokens {
    let mut found = Tokens::default();
    // The pieces of a short stop or slow stretch at sea that no single bout explains.
    let mut pieces: Vec<usize> = Vec::new();
    for (number, bout) in bouts.iter().enumerate() {
        let is_break = bout.gap_before_ms as f64 > config.states.merge_gap_s * 1000.0
            || bout.pace == Pace::Transit
            || bout.port.is_some();
        if is_break {
            end_pieces(
                &mut found,
                &mut pieces,
                segments,
                intervals_ms,
                bouts,
                config,
            );
        }
        let is_token = match bout.pace {
            Pace::Slow if bout.port.is_none() => slow_token(
                &mut found,
                number,
                bout,
                segments,
                intervals_ms,
                places,
                config,
            ),
            Pace::Idle => idle_token(
                &mut found,
                number,
                bout,
                segments,
                intervals_ms,
                places,
                config,
            ),
            _ => false,
        };
        let can_be_piece = matches!(bout.pace, Pace::Slow | Pace::Idle) && bout.port.is_none();
        if is_token {
            // What leads to work or to a berth is no dumping.
            pieces.clear();
        } else if can_be_piece {
            pieces.push(number);
        }
    }
    end_pieces(
        &mut found,
        &mut pieces,
        segments,
        intervals_ms,
        bouts,
        config,
    );
    found
}

/// A slow bout long enough to be work, at sea, that neither drifts nor swings.
fn slow_token(
    found: &mut Tokens,
    number: usize,
    bout: &Bout,
    segments: &Segments,
    intervals_ms: &[i32],
    places: &Places,
    config: &Config,
) -> bool {
    let states = &config.states;
    if (bout.observed_ms as f64) < states.dredge_min_min * MINUTE_MS {
        return false;
    }
    let shape = shape_of(segments, intervals_ms, bout.first, bout.last);
    let is_drifting = shape.drift_deg > states.drift_angle_deg;
    let is_swinging = shape.radius_m <= states.swing_radius_m;
    if is_drifting || is_swinging {
        found.drifting_bouts.push(number);
        return false;
    }
    if !places.is_at_sea(shape.centre, states.coast_tolerance_km) {
        return false;
    }
    let elapsed_ms = bout.elapsed_ms() as f64;
    let is_short = elapsed_ms <= states.dump_max_min * MINUTE_MS;
    found.tokens.push(Token {
        first_bout: number,
        last_bout: number,
        start_ms: bout.start_ms,
        end_ms: bout.end_ms,
        observed_ms: bout.observed_ms,
        shape,
        can_work: true,
        can_dump: is_short && shape.median_kn <= states.dump_max_kn,
        berth: None,
    });
    true
}

/// A stop long enough for a discharge, in a port or near a coast.
fn idle_token(
    found: &mut Tokens,
    number: usize,
    bout: &Bout,
    segments: &Segments,
    intervals_ms: &[i32],
    places: &Places,
    config: &Config,
) -> bool {
    let states = &config.states;
    if (bout.elapsed_ms() as f64) < states.berth_min_min * MINUTE_MS {
        return false;
    }
    let berth = match bout.port {
        Some(port) => Berth::Quay(port),
        None => {
            let middle = segments
                .track
                .position(usize::midpoint(bout.first, bout.last));
            if !places.is_near_coast(middle, states.coast_discharge_km) {
                return false;
            }
            Berth::PumpAshore
        }
    };
    let shape = shape_of(segments, intervals_ms, bout.first, bout.last);
    found.tokens.push(Token {
        first_bout: number,
        last_bout: number,
        start_ms: bout.start_ms,
        end_ms: bout.end_ms,
        observed_ms: bout.observed_ms,
        shape,
        can_work: false,
        can_dump: false,
        berth: Some(berth),
    });
    true
}

fn end_pieces(
    found: &mut Tokens,
    pieces: &mut Vec<usize>,
    segments: &Segments,
    intervals_ms: &[i32],
    bouts: &[Bout],
    config: &Config,
) {
    let states = &config.states;
    if let (Some(&first_bout), Some(&last_bout)) = (pieces.first(), pieces.last()) {
        let (first, last) = (&bouts[first_bout], &bouts[last_bout]);
        let elapsed_min = (last.end_ms - first.start_ms) as f64 / MINUTE_MS;
        if (states.dump_min_min..=states.dump_max_min).contains(&elapsed_min) {
            let shape = shape_of(segments, intervals_ms, first.first, last.last);
            if shape.median_kn <= states.dump_max_kn {
                found.tokens.push(Token {
                    first_bout,
                    last_bout,
                    start_ms: first.start_ms,
                    end_ms: last.end_ms,
                    observed_ms: bouts[first_bout..=last_bout]
                        .iter()
                        .map(|bout| bout.observed_ms)
                        .sum(),
                    shape,
                    can_work: false,
                    can_dump: true,
                    berth: None,
                });
            }
        }
    }
    pieces.clear();
}

/// Measures the positions of some rows. Positions count by the time since the one before, so that the
/// centre does not follow the reporting rate.
pub(crate) fn shape_of(
    segments: &Segments,
    intervals_ms: &[i32],
    first: usize,
    last: usize,
) -> Shape {
    /// Speeds of the dredging component (METHODS 1.4).
    const STEADY_KN: std::ops::RangeInclusive<f32> = 1.0..=3.5;
    let track = &segments.track;
    let mut sum = Centre::default();
    let (mut way_m, mut steady, mut known_angles, mut angle_sum) = (0.0, 0_usize, 0_usize, 0.0);
    for (row, &interval_ms) in (first..=last).zip(&intervals_ms[first..=last]) {
        let weight = f64::from(interval_ms.max(0)) + 1.0;
        sum.add(track.lon_deg[row], track.lat_deg[row], weight);
        if interval_ms > 0 {
            way_m += f64::from(segments.step_m[row]);
        }
        steady += usize::from(STEADY_KN.contains(&track.sog_kn[row]));
        let angle = f64::from(track.cog_deg[row]) - f64::from(track.heading_deg[row]);
        if !angle.is_nan() {
            known_angles += 1;
            angle_sum += wrap_degrees(angle).abs();
        }
    }
    let centre = sum.position().unwrap_or_else(|| track.position(first));
    let mut radius_m: f64 = 0.0;
    for row in first..=last {
        let (lon_deg, lat_deg) = track.position(row);
        radius_m = radius_m.max(distance_m(centre.0, centre.1, lon_deg, lat_deg));
    }
    let rows = last - first + 1;
    let drift_deg = if known_angles * 2 >= rows {
        angle_sum / known_angles as f64
    } else {
        f64::NAN
    };
    Shape {
        centre,
        radius_m,
        way_m,
        median_kn: median(track.sog_kn[first..=last].iter().copied()),
        steady_share: steady as f64 / rows as f64,
        drift_deg,
    }
}

/// The lower median of the values that are numbers; NaN without one.
pub(crate) fn median(values: impl Iterator<Item = f32>) -> f32 {
    let mut known: Vec<f32> = values.filter(|value| !value.is_nan()).collect();
    if known.is_empty() {
        return f32::NAN;
    }
    let middle = (known.len() - 1) / 2;
    *known.select_nth_unstable_by(middle, f32::total_cmp).1
}
