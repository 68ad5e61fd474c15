//! Hours of a message: the time since the one before in its segment, none across a gap (METHODS 1.2).

use crate::config::CleaningRules;
use crate::result::Quality;
use crate::segments::Segments;

/// Per position the milliseconds since the previous one of its segment: positive when they count,
/// negative when they are a gap, 0 for a segment's first.
pub(crate) fn count_intervals(
    segments: &Segments,
    rules: &CleaningRules,
    quality: &mut Quality,
) -> Vec<i32> {
    let times = &segments.track.time_ms;
    let speeds = &segments.track.sog_kn;
    let mut intervals = vec![0_i32; times.len()];
    let (mut resting, mut moving): (Vec<i32>, Vec<i32>) = (Vec::new(), Vec::new());
    for segment in 0..segments.count() {
        let range = segments.range(segment);
        for row in range.start + 1..range.end {
            let interval_ms = (times[row] - times[row - 1]).min(i64::from(i32::MAX)) as i32;
            intervals[row] = interval_ms;
            if speeds[row] < rules.rest_sog_kn {
                resting.push(interval_ms);
            } else {
                moving.push(interval_ms);
            }
        }
    }

    let rest_median_s = median_s(&mut resting);
    let moving_median_s = median_s(&mut moving);
    quality.median_interval_rest_s = rest_median_s;
    quality.median_interval_moving_s = moving_median_s;
    let rest_gap_ms = gap_ms(rest_median_s, rules);
    let moving_gap_ms = gap_ms(moving_median_s, rules);
    let (mut gap_sum_ms, mut counted_ms, mut counted) = (0_i64, 0_i64, 0_u64);
    for (row, interval_ms) in intervals.iter_mut().enumerate() {
        let limit_ms = if speeds[row] < rules.rest_sog_kn {
            rest_gap_ms
        } else {
            moving_gap_ms
        };
        if *interval_ms > limit_ms {
            quality.gaps += 1;
            gap_sum_ms += i64::from(*interval_ms);
            *interval_ms = -*interval_ms;
        } else {
            counted_ms += i64::from(*interval_ms);
            counted += u64::from(*interval_ms > 0);
        }
    }
    quality.gap_hours = gap_sum_ms as f64 / 3_600_000.0;
    quality.observed_hours = counted_ms as f64 / 3_600_000.0;
    quality.sparse = quality.gaps > counted;
    intervals
}

/// The lower median in seconds; NaN of nothing.
fn median_s(intervals_ms: &mut [i32]) -> f64 {
    if intervals_ms.is_empty() {
        return f64::NAN;
    }
    let middle = (intervals_ms.len() - 1) / 2;
    let (_, median_ms, _) = intervals_ms.select_nth_unstable(middle);
    f64::from(*median_ms) / 1000.0
}

fn gap_ms(median_s: f64, rules: &CleaningRules) -> i32 {
    // A NaN median has no intervals to judge.
    let gap_s = if median_s >= rules.slow_reporter_s {
        (rules.slow_gap_intervals * median_s).min(rules.slow_gap_max_s)
    } else {
        (rules.gap_intervals * median_s)
            .max(rules.gap_min_s)
            .min(rules.gap_max_s)
    };
    (gap_s * 1000.0) as i32
}

#[cfg(test)]
#[path = "hours_tests.rs"]
mod tests;
