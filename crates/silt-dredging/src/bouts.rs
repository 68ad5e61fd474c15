//! Stretches of one pace: speed decides first, places are asked per stretch (METHODS 1.4).

use crate::config::{CycleRules, StateRules};
use crate::places::{Places, PortTracker};
use crate::segments::Segments;
use crate::sphere::distance_m;

/// What the speed alone says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    Unknown,
    Idle,
    Slow,
    Valley,
    Transit,
}

/// Speeds that separate the paces, for one vessel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct PaceLimits {
    pub(crate) idle_max_kn: f32,
    pub(crate) dredge_max_kn: f32,
    pub(crate) transit_min_kn: f32,
}

impl PaceLimits {
    pub(crate) fn pace(&self, sog_kn: f32) -> Pace {
        if sog_kn.is_nan() {
            Pace::Unknown
        } else if sog_kn < self.idle_max_kn {
            Pace::Idle
        } else if sog_kn < self.dredge_max_kn {
            Pace::Slow
        } else if sog_kn < self.transit_min_kn {
            Pace::Valley
        } else {
            Pace::Transit
        }
    }
}

/// A stretch of one pace. It starts at the position before it when no gap lies between, because the
/// time since that position belongs to its first message.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Bout {
    pub(crate) pace: Pace,
    pub(crate) port: Option<u32>,
    /// First and last row.
    pub(crate) first: usize,
    pub(crate) last: usize,
    pub(crate) start_ms: i64,
    pub(crate) end_ms: i64,
    /// Time that counts.
    pub(crate) observed_ms: i64,
    /// The gap between the bout before and this one; 0 without one.
    pub(crate) gap_before_ms: i64,
    /// The segment begins here.
    pub(crate) begins_segment: bool,
}

impl Bout {
    pub(crate) fn elapsed_ms(&self) -> i64 {
        self.end_ms - self.start_ms
    }

    fn is_like(&self, other: &Self) -> bool {
        self.pace == other.pace && self.port.is_some() == other.port.is_some()
    }
}

/// The bouts of one segment, in order.
pub(crate) fn bouts_of(
    segments: &Segments,
    range: std::ops::Range<usize>,
    intervals_ms: &[i32],
    limits: &PaceLimits,
    states: &StateRules,
    cycles: &CycleRules,
    ports: &mut PortTracker<'_>,
) -> Vec<Bout> {
    ports.reset();
    let mut bouts: Vec<Bout> = Vec::new();
    let mut current: Option<Bout> = None;
    for row in range.clone() {
        let (lon_deg, lat_deg) = segments.track.position(row);
        let port = ports.advance(lon_deg, lat_deg);
        let pace = limits.pace(segments.track.sog_kn[row]);
        let interval_ms = i64::from(intervals_ms[row]);
        let is_gap = interval_ms < 0;
        if let Some(bout) = &mut current
            && !is_gap
            && bout.pace == pace
            && bout.port.is_some() == port.is_some()
        {
            bout.last = row;
            bout.end_ms = segments.track.time_ms[row];
            bout.observed_ms += interval_ms;
            continue;
        }
        if let Some(bout) = current.take() {
            push_merging(&mut bouts, bout, segments, states, cycles);
        }
        let time_ms = segments.track.time_ms[row];
        current = Some(Bout {
            pace,
            port,
            first: row,
            last: row,
            start_ms: time_ms - interval_ms.max(0),
            end_ms: time_ms,
            observed_ms: interval_ms.max(0),
            gap_before_ms: (-interval_ms).max(0),
            begins_segment: row == range.start,
        });
    }
    if let Some(bout) = current {
        push_merging(&mut bouts, bout, segments, states, cycles);
    }
    bouts
}

/// How far back an interrupted stretch is looked for.
const INTERRUPTIONS_MAX: usize = 6;

/// Appends a bout; where it continues an earlier one across a short interruption, the two and what
/// lies between become one.
fn push_merging(
    bouts: &mut Vec<Bout>,
    bout: Bout,
    segments: &Segments,
    states: &StateRules,
    cycles: &CycleRules,
) {
    bouts.push(bout);
    while let Some(first) = continued_by_last(bouts, segments, states, cycles) {
        let last = bouts[bouts.len() - 1];
        let observed_ms: i64 = bouts[first..].iter().map(|part| part.observed_ms).sum();
        bouts.truncate(first + 1);
        let merged = &mut bouts[first];
        merged.last = last.last;
        merged.end_ms = last.end_ms;
        merged.observed_ms = observed_ms;
    }
}

fn continued_by_last(
    bouts: &[Bout],
    segments: &Segments,
    states: &StateRules,
    cycles: &CycleRules,
) -> Option<usize> {
    let last_place = bouts.len().checked_sub(1)?;
    let last = &bouts[last_place];
    let farthest = last_place.saturating_sub(INTERRUPTIONS_MAX);
    for place in (farthest..last_place).rev() {
        let earlier = &bouts[place];
        let between = &bouts[place + 1..last_place];
        let longest_gap_ms = bouts[place + 1..]
            .iter()
            .map(|part| part.gap_before_ms)
            .max()
            .unwrap_or(0);
        if longest_gap_ms as f64 > states.merge_gap_s * 1000.0 {
            let is_same_stop = between.is_empty()
                && earlier.is_like(last)
                && last.pace == Pace::Idle
                && longest_gap_ms as f64 <= cycles.idle_gap_max_h * 3_600_000.0
                && distance_between(segments, earlier.last, last.first) <= states.anchored_radius_m;
            return is_same_stop.then_some(place);
        }
        if !earlier.is_like(last) {
            continue;
        }
        let between_ms = last.start_ms - earlier.end_ms - last.gap_before_ms;
        if between.is_empty() {
            return Some(place);
        }
        let has_transit = between.iter().any(|part| part.pace == Pace::Transit);
        let limit_s = match (last.pace, has_transit) {
            (Pace::Slow, false) => states.slow_interruption_s,
            (Pace::Slow, true) => states.slow_transit_interruption_s,
            (Pace::Idle, false) => states.idle_interruption_s,
            (Pace::Idle, true) | (Pace::Transit | Pace::Valley, _) => states.transit_interruption_s,
            (Pace::Unknown, _) => 0.0,
        };
        let is_short = between_ms as f64 <= limit_s * 1000.0;
        let is_minor = earlier.elapsed_ms() + last.elapsed_ms() >= between_ms;
        return (is_short && is_minor).then_some(place);
    }
    None
}

fn distance_between(segments: &Segments, a: usize, b: usize) -> f64 {
    let (lon1, lat1) = segments.track.position(a);
    let (lon2, lat2) = segments.track.position(b);
    distance_m(lon1, lat1, lon2, lat2)
}

/// A tracker for all segments of a vessel.
pub(crate) fn port_tracker<'a>(places: &'a Places, states: &StateRules) -> PortTracker<'a> {
    PortTracker::new(places, states)
}

#[cfg(test)]
#[path = "bouts_tests.rs"]
mod tests;
