//! Speeds that can be used: missing ones derived from positions, spikes replaced (METHODS 1.2).

use crate::config::CleaningRules;
use crate::result::Quality;
use crate::segments::Segments;
use crate::sphere::{METRES_PER_NM, distance_m};

/// Rewrites the speeds of all segments in place; NaN stays where no speed can be known.
pub(crate) fn repair_speeds(segments: &mut Segments, rules: &CleaningRules, quality: &mut Quality) {
    for sog_kn in &mut segments.track.sog_kn {
        let is_believed = (0.0..=rules.sog_max_kn).contains(sog_kn);
        if !is_believed {
            *sog_kn = f32::NAN;
            quality.speeds_missing += 1;
        }
    }
    for segment in 0..segments.count() {
        let range = segments.range(segment);
        if quality.speeds_missing > 0 {
            derive_missing(segments, range.clone(), rules, quality);
        }
        replace_spikes(&mut segments.track.sog_kn[range], rules, quality);
    }
}

/// Speed over the shortest time of at least `derive_min_s` before the position, else after it. Across
/// a gap the way says nothing about the speed at its end.
fn derive_missing(
    segments: &mut Segments,
    range: std::ops::Range<usize>,
    rules: &CleaningRules,
    quality: &mut Quality,
) {
    let min_ms = (rules.derive_min_s * 1000.0) as i64;
    let max_ms = (rules.slow_gap_max_s * 1000.0) as i64;
    let track = &mut segments.track;
    let (mut before, mut after) = (range.start, range.start);
    for row in range.clone() {
        let time_ms = track.time_ms[row];
        while before + 1 < row && time_ms - track.time_ms[before + 1] >= min_ms {
            before += 1;
        }
        after = after.max(row);
        while after + 1 < range.end && track.time_ms[after] - time_ms < min_ms {
            after += 1;
        }
        if !track.sog_kn[row].is_nan() {
            continue;
        }
        let before_ms = time_ms - track.time_ms[before];
        let after_ms = track.time_ms[after] - time_ms;
        let (other, elapsed_ms) = if (min_ms..=max_ms).contains(&before_ms) {
            (before, before_ms)
        } else {
            (after, after_ms)
        };
        if !(min_ms..=max_ms).contains(&elapsed_ms) || elapsed_ms == 0 {
            continue;
        }
        let (lon1, lat1) = track.position(row);
        let (lon2, lat2) = track.position(other);
        let way_nm = distance_m(lon1, lat1, lon2, lat2) / METRES_PER_NM;
        track.sog_kn[row] = (way_nm / (elapsed_ms as f64 / 3_600_000.0)) as f32;
        quality.speeds_derived += 1;
    }
}

/// Replaces a speed far from the rolling median of five by that median.
fn replace_spikes(speeds: &mut [f32], rules: &CleaningRules, quality: &mut Quality) {
    const WINDOW: usize = 5;
    const SIGMA_PER_IQR: f32 = 1.4826;
    if speeds.len() < WINDOW {
        return;
    }
    // The two speeds before the one at hand, as they were reported.
    let mut behind = [speeds[0], speeds[0]];
    for row in 0..speeds.len() {
        let speed = speeds[row];
        let first = row.saturating_sub(2).min(speeds.len() - WINDOW);
        let is_inside = row >= 2 && row + 2 < speeds.len();
        // With both neighbours as close, three of five are, and so is their median.
        let is_close = is_inside
            && (speed - behind[1]).abs() <= rules.spike_min_kn
            && (speed - speeds[row + 1]).abs() <= rules.spike_min_kn;
        if !is_close && !speed.is_nan() {
            let mut window = [0.0_f32; WINDOW];
            window.copy_from_slice(&speeds[first..first + WINDOW]);
            if row >= 2 && first + 2 == row {
                window[0] = behind[0];
            }
            if row >= 1 && first < row {
                window[row - 1 - first] = behind[1];
            }
            if !window.iter().any(|value| value.is_nan()) {
                window.sort_unstable_by(f32::total_cmp);
                let median = window[2];
                let iqr = window[3] - window[1];
                let limit = (rules.spike_iqr * SIGMA_PER_IQR * iqr).max(rules.spike_min_kn);
                if (speed - median).abs() > limit {
                    speeds[row] = median;
                    quality.speed_spikes += 1;
                }
            }
        }
        behind = [behind[1], speed];
    }
}

#[cfg(test)]
#[path = "speeds_tests.rs"]
mod tests;
