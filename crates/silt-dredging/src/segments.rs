//! Splitting a number's positions into segments that one transmitter can have sent (METHODS 1.2,
//! after Global Fishing Watch's gpsdio-segment). Several segments are open at once, so that two
//! transmitters with one MMSI end up apart although their messages alternate.

use crate::clean::Track;
use crate::config::CleaningRules;
use crate::result::Quality;
use crate::sphere::{METRES_PER_NM, distance_m, offset_m};

const HOUR_MS: f64 = 3_600_000.0;
const DAY_MS: i64 = 86_400_000;

/// Positions grouped by segment, by time within each.
#[derive(Debug, Default)]
pub(crate) struct Segments {
    pub(crate) track: Track,
    /// First row of each segment, and the number of rows at the end.
    pub(crate) starts: Vec<usize>,
    /// Distance to the previous position of the segment, in metres; 0 for the first.
    pub(crate) step_m: Vec<f32>,
}

impl Segments {
    pub(crate) fn count(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    pub(crate) fn range(&self, segment: usize) -> std::ops::Range<usize> {
        self.starts[segment]..self.starts[segment + 1]
    }
}

/// The newest position of an open segment.
#[derive(Debug, Clone, Copy)]
struct Open {
    id: u32,
    time_ms: i64,
    lon_deg: f64,
    lat_deg: f64,
    speed_kn: f64,
    course_deg: f64,
}

/// How a position continues an open segment.
#[derive(Debug, Clone, Copy)]
struct Fit {
    distance_m: f64,
    /// Larger is better.
    score: f64,
}

pub(crate) fn segment(track: Track, rules: &CleaningRules, quality: &mut Quality) -> Segments {
    let rows = track.len();
    let mut segment_of = vec![0_u32; rows];
    let mut step_m = vec![0.0_f32; rows];
    let mut open: Vec<Open> = Vec::new();
    let mut count: u32 = 0;
    let segment_gap_ms = (rules.segment_gap_h * HOUR_MS) as i64;

    for row in 0..rows {
        let time_ms = track.time_ms[row];
        open.retain(|newest| time_ms - newest.time_ms <= segment_gap_ms);
        let here = newest_at(&track, row, count, rules);
        let mut best: Option<(usize, Fit)> = None;
        for (place, newest) in open.iter().enumerate() {
            let Some(fit) = fit_of(newest, &here, rules, open.len() == 1) else {
                continue;
            };
            let is_better = best.is_none_or(|(best_place, best_fit)| {
                let newer = newest.time_ms > open[best_place].time_ms;
                fit.score > best_fit.score || (fit.score == best_fit.score && newer)
            });
            if is_better {
                best = Some((place, fit));
            }
        }

        if row > 0 && track.time_ms[row - 1] == time_ms {
            let apart_m = distance_m(
                track.lon_deg[row - 1],
                track.lat_deg[row - 1],
                here.lon_deg,
                here.lat_deg,
            );
            if apart_m > rules.implied_speed_slack_nm * METRES_PER_NM {
                quality.same_time_conflicts += 1;
            }
        }

        if let Some((place, fit)) = best {
            let id = open[place].id;
            segment_of[row] = id;
            step_m[row] = fit.distance_m as f32;
            open[place] = Open { id, ..here };
        } else {
            if !open.is_empty() {
                quality.jumps += 1;
            }
            segment_of[row] = count;
            count += 1;
            if open.len() >= rules.open_segments_max.max(1) {
                close_oldest(&mut open);
            }
            open.push(here);
        }
    }

    let segments = group(track, &segment_of, step_m, count as usize);
    count_sharing(&segments, rules, quality);
    segments
}

fn newest_at(track: &Track, row: usize, id: u32, rules: &CleaningRules) -> Open {
    let sog_kn = track.sog_kn[row];
    let cog_deg = track.cog_deg[row];
    let is_moving = sog_kn > 0.0 && sog_kn <= rules.sog_max_kn && !cog_deg.is_nan();
    Open {
        id,
        time_ms: track.time_ms[row],
        lon_deg: track.lon_deg[row],
        lat_deg: track.lat_deg[row],
        speed_kn: if is_moving { f64::from(sog_kn) } else { 0.0 },
        course_deg: f64::from(cog_deg),
    }
}

fn close_oldest(open: &mut Vec<Open>) {
    let oldest = open
        .iter()
        .enumerate()
        .min_by_key(|(_, newest)| (newest.time_ms, newest.id))
        .map(|(place, _)| place);
    if let Some(place) = oldest {
        open.remove(place);
    }
}

/// `None` when the position cannot follow. With one open segment only that matters, and a position
/// that no reckoning could refuse is not reckoned.
fn fit_of(from: &Open, to: &Open, rules: &CleaningRules, is_only_one: bool) -> Option<Fit> {
    let hours = (to.time_ms - from.time_ms) as f64 / HOUR_MS;
    let distance_m = distance_m(from.lon_deg, from.lat_deg, to.lon_deg, to.lat_deg);
    let distance_nm = distance_m / METRES_PER_NM;
    let reach_nm = rules.implied_speed_max_kn * hours + rules.implied_speed_slack_nm;
    if distance_nm > reach_nm {
        return None;
    }
    let farthest_nm = distance_nm + from.speed_kn.max(to.speed_kn) * hours;
    if is_only_one && farthest_nm <= rules.reckoning_buffer_h * rules.reckoning_knots {
        return Some(Fit {
            distance_m,
            score: 0.0,
        });
    }

    let penalty = libm::pow(
        hours / rules.reckoning_penalty_h,
        1.0 - rules.reckoning_exponent,
    );
    let penalised_h = hours / (1.0 + penalty);
    let padded_h = libm::hypot(penalised_h, rules.reckoning_buffer_h);
    let allowed_nm = padded_h * rules.reckoning_knots;
    let discrepancy_nm = discrepancy_nm(from, to, distance_nm, penalised_h);
    if discrepancy_nm > allowed_nm {
        return None;
    }
    Some(Fit {
        distance_m,
        score: (1.0 - discrepancy_nm / allowed_nm) / padded_h,
    })
}

/// Mean of how far dead reckoning from either position misses the other.
fn discrepancy_nm(from: &Open, to: &Open, distance_nm: f64, hours: f64) -> f64 {
    let (east_m, north_m) = offset_m((from.lon_deg, from.lat_deg), (to.lon_deg, to.lat_deg));
    let plane_m = libm::hypot(east_m, north_m);
    // The direction of the plane with the length of the great circle.
    let scale = if plane_m > 0.0 {
        distance_nm / plane_m
    } else {
        0.0
    };
    let (east_nm, north_nm) = (east_m * scale, north_m * scale);
    let missed_nm = |newest: &Open| {
        if newest.speed_kn == 0.0 {
            return distance_nm;
        }
        let way_nm = newest.speed_kn * hours;
        let (sin_course, cos_course) = libm::sincos(newest.course_deg.to_radians());
        libm::hypot(
            east_nm - way_nm * sin_course,
            north_nm - way_nm * cos_course,
        )
    };
    0.5 * (missed_nm(from) + missed_nm(to))
}

fn group(track: Track, segment_of: &[u32], step_m: Vec<f32>, count: usize) -> Segments {
    let mut starts = vec![0_usize; count + 1];
    for &segment in segment_of {
        starts[segment as usize + 1] += 1;
    }
    for segment in 0..count {
        starts[segment + 1] += starts[segment];
    }
    if count <= 1 {
        return Segments {
            track,
            starts,
            step_m,
        };
    }
    let mut next = starts.clone();
    let mut order = vec![0_u32; segment_of.len()];
    for (row, &segment) in segment_of.iter().enumerate() {
        order[next[segment as usize]] = row as u32;
        next[segment as usize] += 1;
    }
    Segments {
        track: track.gather(&order),
        starts,
        step_m: order.iter().map(|&row| step_m[row as usize]).collect(),
    }
}

/// The spoof score of treniformis: segments that overlap in time sum to more days than there were.
fn count_sharing(segments: &Segments, rules: &CleaningRules, quality: &mut Quality) {
    quality.segments = segments.count() as u64;
    let times = &segments.track.time_ms;
    let mut sum_ms: i64 = 0;
    let mut days: Vec<i64> = Vec::new();
    let (mut first_ms, mut last_ms) = (i64::MAX, i64::MIN);
    for segment in 0..segments.count() {
        let range = segments.range(segment);
        if range.len() == 1 {
            quality.lone_positions += 1;
        }
        let (start_ms, end_ms) = (times[range.start], times[range.end - 1]);
        sum_ms += end_ms - start_ms;
        first_ms = first_ms.min(start_ms);
        last_ms = last_ms.max(end_ms);
        for row in range {
            let day = times[row].div_euclid(DAY_MS);
            if days.last() != Some(&day) {
                days.push(day);
            }
        }
    }
    days.sort_unstable();
    days.dedup();
    quality.active_days = days.len() as u64;
    let active_days = days.len() as f64;
    let total_days = (last_ms.saturating_sub(first_ms)) as f64 / DAY_MS as f64;
    let heard_days = total_days.min(active_days);
    if segments.count() == 0 || heard_days <= 0.0 {
        return;
    }
    let sum_days = sum_ms as f64 / DAY_MS as f64;
    quality.spoof_score = (sum_days - heard_days) / heard_days;
    quality.shared_mmsi =
        active_days > rules.spoof_days_min && quality.spoof_score > rules.spoof_score_max;
}

#[cfg(test)]
#[path = "segments_tests.rs"]
mod tests;
