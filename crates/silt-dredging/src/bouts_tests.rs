use super::*;
use crate::clean::Track;
use crate::config::Config;

/// Bouts of one report a minute at the given speeds; `gaps` are minutes of silence before a row.
fn bouts(speeds: &[f32], gaps: &[(usize, i64)]) -> Vec<Bout> {
    let rows = speeds.len();
    let mut time_ms = Vec::new();
    let mut intervals = Vec::new();
    let mut now_ms = 0;
    for row in 0..rows {
        let gap = gaps.iter().find(|(place, _)| *place == row);
        let step_ms = if row == 0 {
            0
        } else {
            gap.map_or(60_000, |(_, minutes)| minutes * 60_000)
        };
        now_ms += step_ms;
        time_ms.push(now_ms);
        intervals.push(if gap.is_some() {
            -(step_ms as i32)
        } else {
            step_ms as i32
        });
    }
    let segments = Segments {
        track: Track {
            time_ms,
            lon_deg: vec![4.0; rows],
            lat_deg: vec![52.0; rows],
            sog_kn: speeds.to_vec(),
            ..Track::default()
        },
        starts: vec![0, rows],
        step_m: vec![0.0; rows],
    };
    let config = Config::default();
    let places = Places::default();
    let limits = PaceLimits {
        idle_max_kn: 0.5,
        dredge_max_kn: 4.0,
        transit_min_kn: 5.0,
    };
    bouts_of(
        &segments,
        0..rows,
        &intervals,
        &limits,
        &config.states,
        &config.cycles,
        &mut port_tracker(&places, &config.states),
    )
}

fn repeated(parts: &[(usize, f32)]) -> Vec<f32> {
    parts
        .iter()
        .flat_map(|&(count, speed)| std::iter::repeat_n(speed, count))
        .collect()
}

fn paces(bouts: &[Bout]) -> Vec<Pace> {
    bouts.iter().map(|bout| bout.pace).collect()
}

#[test]
fn paces_change_at_the_thresholds() {
    let found = bouts(&[0.49, 0.5, 3.9, 4.0, 4.9, 5.0, f32::NAN], &[]);
    assert_eq!(
        paces(&found),
        [
            Pace::Idle,
            Pace::Slow,
            Pace::Valley,
            Pace::Transit,
            Pace::Unknown
        ]
    );
    // Each stretch begins where the one before ends.
    for pair in found.windows(2) {
        assert_eq!(pair[0].end_ms, pair[1].start_ms);
    }
}

#[test]
fn a_turn_does_not_end_dredging_and_a_pause_does() {
    let turn = repeated(&[(20, 1.6), (3, 0.2), (3, 4.5), (20, 1.6)]);
    let found = bouts(&turn, &[]);
    assert_eq!(paces(&found), [Pace::Slow]);
    assert_eq!(found[0].observed_ms, 45 * 60_000);
    let pause = repeated(&[(20, 1.6), (15, 0.2), (20, 1.6)]);
    assert_eq!(
        paces(&bouts(&pause, &[])),
        [Pace::Slow, Pace::Idle, Pace::Slow]
    );
}

#[test]
fn dumping_interrupts_a_transit_and_a_dip_does_not() {
    let dump = repeated(&[(30, 10.0), (6, 2.0), (30, 10.0)]);
    assert_eq!(
        paces(&bouts(&dump, &[])),
        [Pace::Transit, Pace::Slow, Pace::Transit]
    );
    let dip = repeated(&[(30, 10.0), (3, 2.0), (30, 10.0)]);
    assert_eq!(paces(&bouts(&dip, &[])), [Pace::Transit]);
}

#[test]
fn long_interruptions_of_short_stretches_stay() {
    let blips = repeated(&[(2, 1.6), (9, 0.1), (2, 1.6)]);
    assert_eq!(
        paces(&bouts(&blips, &[])),
        [Pace::Slow, Pace::Idle, Pace::Slow]
    );
}

#[test]
fn silence_is_never_counted() {
    let short = bouts(&repeated(&[(60, 1.6)]), &[(30, 25)]);
    assert_eq!(paces(&short), [Pace::Slow]);
    assert_eq!(short[0].observed_ms, 58 * 60_000);
    assert_eq!(short[0].elapsed_ms(), (58 + 25) * 60_000);
    let long = bouts(&repeated(&[(60, 1.6)]), &[(30, 45)]);
    assert_eq!(paces(&long), [Pace::Slow, Pace::Slow]);
    assert_eq!(long[1].gap_before_ms, 45 * 60_000);
    // At a berth the vessel is found again where it was.
    let berth = bouts(&repeated(&[(60, 0.0)]), &[(30, 150)]);
    assert_eq!(paces(&berth), [Pace::Idle]);
    assert_eq!(berth[0].observed_ms, 58 * 60_000);
    let too_long = bouts(&repeated(&[(60, 0.0)]), &[(30, 200)]);
    assert_eq!(too_long.len(), 2);
}
