use super::*;
use crate::clean::Track;

fn repaired(speeds: &[f32], lats: &[f64]) -> (Vec<f32>, Quality) {
    let rows = speeds.len();
    let track = Track {
        time_ms: (0..rows as i64).map(|row| row * 60_000).collect(),
        lon_deg: vec![4.0; rows],
        lat_deg: lats.to_vec(),
        sog_kn: speeds.to_vec(),
        cog_deg: vec![0.0; rows],
        heading_deg: vec![0.0; rows],
        draught_m: vec![f32::NAN; rows],
        nav_status: vec![0; rows],
    };
    let mut segments = Segments {
        track,
        starts: vec![0, rows],
        step_m: vec![0.0; rows],
    };
    let mut quality = Quality::default();
    repair_speeds(&mut segments, &CleaningRules::default(), &mut quality);
    (segments.track.sog_kn, quality)
}

#[test]
fn a_spike_becomes_the_median_and_a_step_stays() {
    let (speeds, quality) = repaired(&[1.5, 1.5, 1.6, 12.0, 1.5, 1.6, 1.5], &[52.0; 7]);
    assert_eq!(speeds, [1.5, 1.5, 1.6, 1.6, 1.5, 1.6, 1.5]);
    assert_eq!(quality.speed_spikes, 1);
    let step = [0.0, 0.0, 0.0, 9.0, 9.1, 9.0, 9.0];
    let (speeds, quality) = repaired(&step, &[52.0; 7]);
    assert_eq!(speeds, step);
    assert_eq!(quality.speed_spikes, 0);
    let (speeds, _) = repaired(&[20.0, 1.5, 1.5, 1.5, 1.5, 1.5, 30.0], &[52.0; 7]);
    assert_eq!(speeds, [1.5; 7]);
}

#[test]
fn missing_speeds_come_from_positions() {
    // A nautical mile in six minutes is ten knots.
    let step_deg = (1852.0 / 6.0 / crate::sphere::EARTH_RADIUS_M).to_degrees();
    let lats: Vec<f64> = (0..6).map(|row| 52.0 + step_deg * f64::from(row)).collect();
    let (speeds, quality) = repaired(&[f32::NAN, 102.3, 10.0, 10.0, -1.0, 10.0], &lats);
    assert!(
        speeds.iter().all(|speed| (speed - 10.0).abs() < 1e-3),
        "{speeds:?}"
    );
    assert_eq!(quality.speeds_missing, 3);
    assert_eq!(quality.speeds_derived, 3);
}

#[test]
fn a_lone_position_has_no_speed() {
    let (speeds, quality) = repaired(&[f32::NAN], &[52.0]);
    assert!(speeds[0].is_nan());
    assert_eq!(quality.speeds_derived, 0);
    assert_eq!(quality.speeds_missing, 1);
}
