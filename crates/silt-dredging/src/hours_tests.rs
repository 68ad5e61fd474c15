use super::*;
use crate::clean::Track;

fn counted(seconds: &[i64], speed: f32) -> (Vec<i32>, Quality) {
    let rows = seconds.len();
    let segments = Segments {
        track: Track {
            time_ms: seconds.iter().map(|second| second * 1000).collect(),
            sog_kn: vec![speed; rows],
            ..Track::default()
        },
        starts: vec![0, rows],
        step_m: vec![0.0; rows],
    };
    let mut quality = Quality::default();
    let intervals = count_intervals(&segments, &CleaningRules::default(), &mut quality);
    (intervals, quality)
}

#[test]
fn fast_reporters_have_gaps_of_three_minutes() {
    let (intervals, quality) = counted(&[0, 10, 20, 30, 210, 391], 8.0);
    assert_eq!(intervals, [0, 10_000, 10_000, 10_000, 180_000, -181_000]);
    assert_eq!(quality.gaps, 1);
    assert!((quality.gap_hours - 181.0 / 3600.0).abs() < 1e-12);
    assert!((quality.observed_hours - 210.0 / 3600.0).abs() < 1e-12);
    assert_eq!(quality.median_interval_moving_s, 10.0);
    assert!(quality.median_interval_rest_s.is_nan());
}

#[test]
fn the_gap_follows_the_median_interval() {
    // Median 100 s: three intervals. Median 170 s: 510 s. Slow reporters, median 230 s: five
    // intervals, and never more than 1200 s.
    assert_eq!(counted(&[0, 100, 200, 300, 600, 901], 8.0).1.gaps, 1);
    assert_eq!(counted(&[0, 170, 340, 510, 1020, 1531], 8.0).1.gaps, 1);
    assert_eq!(counted(&[0, 230, 460, 690, 1840, 2991], 8.0).1.gaps, 1);
    assert_eq!(counted(&[0, 300, 600, 900, 2100, 3301], 8.0).1.gaps, 1);
    assert_eq!(counted(&[0, 300, 600, 900, 2100, 3300], 8.0).1.gaps, 0);
}

#[test]
fn rest_and_way_have_medians_of_their_own() {
    let mut seconds: Vec<i64> = (0..100).map(|step| step * 10).collect();
    let mut speeds = vec![9.0; 100];
    for step in 0..10 {
        seconds.push(990 + 181 * (step + 1));
        speeds.push(0.0);
    }
    let segments = Segments {
        track: Track {
            time_ms: seconds.iter().map(|second| second * 1000).collect(),
            sog_kn: speeds,
            ..Track::default()
        },
        starts: vec![0, 110],
        step_m: vec![0.0; 110],
    };
    let mut quality = Quality::default();
    count_intervals(&segments, &CleaningRules::default(), &mut quality);
    assert_eq!(quality.gaps, 0);
    assert!((quality.observed_hours - 2800.0 / 3600.0).abs() < 1e-9);
}

#[test]
fn a_record_of_gaps_is_sparse() {
    let (_, quality) = counted(&[0, 3600, 7200, 10_800], 8.0);
    assert!(quality.sparse);
    assert_eq!(quality.observed_hours, 0.0);
}
