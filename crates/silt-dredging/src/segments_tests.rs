use super::*;

const T: i64 = 1_700_000_000_000;
const MINUTE: i64 = 60_000;

fn track(rows: &[(i64, f64, f64, f32, f32)]) -> Track {
    Track {
        time_ms: rows.iter().map(|row| row.0).collect(),
        lon_deg: rows.iter().map(|row| row.1).collect(),
        lat_deg: rows.iter().map(|row| row.2).collect(),
        sog_kn: rows.iter().map(|row| row.3).collect(),
        cog_deg: rows.iter().map(|row| row.4).collect(),
        heading_deg: vec![f32::NAN; rows.len()],
        draught_m: vec![f32::NAN; rows.len()],
        nav_status: vec![15; rows.len()],
    }
}

fn segmented(rows: &[(i64, f64, f64, f32, f32)]) -> (Segments, Quality) {
    let mut quality = Quality::default();
    let segments = segment(track(rows), &CleaningRules::default(), &mut quality);
    (segments, quality)
}

#[test]
fn two_transmitters_with_one_number_end_up_apart() {
    // Four and a half days, one north of Scotland and one off Spain, every ten minutes by turns.
    let mut rows = Vec::new();
    for step in 0..1300 {
        let time_ms = T + step * 5 * MINUTE;
        if step % 2 == 0 {
            rows.push((time_ms, 1.0 + 1e-4 * step as f64, 60.0, 0.2, 90.0));
        } else {
            rows.push((time_ms, -9.0, 43.0 + 1e-4 * step as f64, 0.2, 0.0));
        }
    }
    let (segments, quality) = segmented(&rows);
    assert_eq!(segments.count(), 2);
    assert_eq!(segments.range(0).len(), 650);
    assert!(
        segments
            .range(0)
            .all(|row| segments.track.lat_deg[row] == 60.0)
    );
    assert!(
        segments
            .range(1)
            .all(|row| segments.track.lon_deg[row] == -9.0)
    );
    // Twice the days of one: the score is 1 less two steps.
    assert!((quality.spoof_score - 1.0).abs() < 0.01, "{quality:?}");
    assert!(quality.shared_mmsi);
    assert_eq!(quality.jumps, 1);
}

#[test]
fn one_wrong_position_is_a_segment_of_its_own() {
    let mut rows: Vec<_> = (0..100)
        .map(|step| (T + step * MINUTE, 4.0, 52.0 + 0.002 * step as f64, 7.2, 0.0))
        .collect();
    rows[50].1 = -4.0;
    let (segments, quality) = segmented(&rows);
    assert_eq!(segments.count(), 2);
    assert_eq!(quality.lone_positions, 1);
    assert_eq!(segments.range(0).len(), 99);
    assert!(!quality.shared_mmsi);
}

#[test]
fn a_day_of_silence_ends_a_segment_and_less_does_not() {
    let rows = |hours: i64| {
        let later = T + hours * 60 * MINUTE;
        [
            (T, 4.0, 52.0, 0.0, 0.0),
            (later, 4.0, 52.0, 0.0, 0.0),
            (later + MINUTE, 4.0, 52.0, 0.0, 0.0),
        ]
    };
    assert_eq!(segmented(&rows(24)).0.count(), 1);
    assert_eq!(segmented(&rows(25)).0.count(), 2);
}

#[test]
fn dead_reckoning_allows_what_gpsdio_segment_allows() {
    // A vessel that lay still, eight hours later: h_pen = 8 / (1 + sqrt 2), allowed
    // hypot(h_pen, 0.25) * 25 = 83.08 nm; both reckonings miss by the whole distance.
    let after = |nm: f64| {
        [
            (T, 4.0, 10.0, 0.0, 0.0),
            (T + 480 * MINUTE, 4.0, 10.0 + nm / 60.0, 0.0, 0.0),
        ]
    };
    let nm_of_degree = 60.0 * 1852.0 / (EARTH_DEGREE_M);
    assert_eq!(segmented(&after(83.0 * nm_of_degree)).0.count(), 1);
    assert_eq!(segmented(&after(83.2 * nm_of_degree)).0.count(), 2);
    // At 15 kn in that direction both reckonings fall short by 83.1 - 49.7 nm only.
    let mut sailing = after(83.2 * nm_of_degree);
    sailing[0].3 = 15.0;
    sailing[1].3 = 15.0;
    assert_eq!(segmented(&sailing).0.count(), 1);
}

const EARTH_DEGREE_M: f64 = crate::sphere::EARTH_RADIUS_M * std::f64::consts::PI / 180.0;

#[test]
fn an_implied_speed_above_fifty_knots_is_a_jump() {
    let rows = |nm: f64| {
        [
            (T, 4.0, 10.0, 0.0, 0.0),
            (T + 6 * MINUTE, 4.0, 10.0 + nm / 60.0, 0.0, 0.0),
        ]
    };
    assert_eq!(segmented(&rows(5.0)).0.count(), 1);
    assert_eq!(segmented(&rows(5.2)).0.count(), 2);
}

#[test]
fn a_number_in_thirty_four_places_is_thirty_four_segments() {
    let rows: Vec<_> = (0..10_828)
        .map(|step| {
            let place = f64::from(step % 34);
            let time_ms = T + i64::from(step) * 20_000;
            (
                time_ms,
                -170.0 + 10.0 * place,
                -50.0 + 3.0 * place,
                0.0,
                0.0,
            )
        })
        .collect();
    let (segments, quality) = segmented(&rows);
    assert_eq!(segments.count(), 34);
    assert_eq!(quality.jumps, 33);
    let sum: usize = (0..34).map(|segment| segments.range(segment).len()).sum();
    assert_eq!(sum, 10_828);
}

#[test]
fn open_segments_stay_bounded() {
    let rows: Vec<_> = (0..5_000)
        .map(|step| {
            let lon_deg = f64::from(step * 37 % 360) - 180.0;
            let lat_deg = f64::from(step * 53 % 170) - 85.0;
            (T + i64::from(step) * 1000, lon_deg, lat_deg, 0.0, 0.0)
        })
        .collect();
    let (segments, _) = segmented(&rows);
    assert_eq!(segments.track.len(), 5_000);
    assert_eq!(*segments.starts.last().expect("an end"), 5_000);
}

#[test]
fn nothing_and_one_position_are_no_segment_and_one() {
    assert_eq!(segmented(&[]).0.count(), 0);
    let (segments, quality) = segmented(&[(T, 4.0, 52.0, 1.0, 1.0)]);
    assert_eq!(segments.count(), 1);
    assert_eq!(quality.spoof_score, 0.0);
}
