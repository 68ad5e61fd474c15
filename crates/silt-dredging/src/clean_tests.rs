use super::*;

struct Columns {
    time_ms: Vec<i64>,
    lon_deg: Vec<f64>,
    lat_deg: Vec<f64>,
    sog_kn: Vec<f32>,
}

fn cleaned(columns: &Columns, vessel: &Vessel) -> (Track, Quality) {
    let nothing = vec![f32::NAN; columns.time_ms.len()];
    let status = vec![15; columns.time_ms.len()];
    let positions = Positions::new(PositionSlices {
        time_ms: &columns.time_ms,
        lon_deg: &columns.lon_deg,
        lat_deg: &columns.lat_deg,
        sog_kn: &columns.sog_kn,
        cog_deg: &nothing,
        heading_deg: &nothing,
        draught_m: &nothing,
        nav_status: &status,
    })
    .expect("columns of one length");
    let mut quality = Quality::default();
    let track = clean(&positions, vessel, &CleaningRules::default(), &mut quality);
    (track, quality)
}

const T: i64 = 1_700_000_000_000;

#[test]
fn every_row_is_used_or_counted_with_its_reason() {
    let columns = Columns {
        time_ms: vec![T + 9, T, T, T, T + 1, T + 2, T + 3, -5, i64::MAX, T + 100],
        lon_deg: vec![4.0, 4.0, 4.0, 5.0, 181.0, f64::NAN, 4.0, 4.0, 4.0, 4.0],
        lat_deg: vec![52.0, 52.0, 52.0, 52.0, 52.0, 52.0, 91.0, 52.0, 52.0, 52.0],
        sog_kn: vec![1.0; 10],
    };
    let vessel = Vessel {
        valid_from_ms: Some(T),
        valid_until_ms: Some(T + 100),
        ..Vessel::default()
    };
    let (track, quality) = cleaned(&columns, &vessel);
    assert_eq!(track.time_ms, [T, T, T + 9]);
    assert_eq!(track.lon_deg, [4.0, 5.0, 4.0]);
    assert_eq!(quality.positions_in, 10);
    assert_eq!(quality.positions_used, 3);
    assert_eq!(quality.duplicates, 1);
    assert_eq!(quality.bad_coordinates, 3);
    assert_eq!(quality.bad_times, 2);
    assert_eq!(quality.outside_validity, 1);
}

#[test]
fn of_duplicates_the_one_that_says_more_is_kept_in_any_order() {
    let mut columns = Columns {
        time_ms: vec![T; 3],
        lon_deg: vec![4.0; 3],
        lat_deg: vec![52.0; 3],
        sog_kn: vec![f32::NAN, 7.0, 6.0],
    };
    for _ in 0..3 {
        let (track, quality) = cleaned(&columns, &Vessel::default());
        assert_eq!(track.sog_kn, [6.0]);
        assert_eq!(quality.duplicates, 2);
        columns.sog_kn.rotate_left(1);
    }
}

#[test]
fn both_names_of_the_antimeridian_are_one_place() {
    let columns = Columns {
        time_ms: vec![T; 2],
        lon_deg: vec![-180.0, 180.0],
        lat_deg: vec![0.0, -0.0],
        sog_kn: vec![1.0; 2],
    };
    let (track, quality) = cleaned(&columns, &Vessel::default());
    assert_eq!(track.lon_deg, [180.0]);
    assert_eq!(quality.duplicates, 1);
}

#[test]
fn sentinels_are_missing_and_draughts_outside_the_hull_are_refused() {
    assert!(angle_or_nan(360.0).is_nan());
    assert!(angle_or_nan(511.0).is_nan());
    assert!(angle_or_nan(-1.0).is_nan());
    assert_eq!(angle_or_nan(359.9), 359.9);
    let vessel = Vessel {
        draught_min_m: Some(3.0),
        draught_max_m: Some(8.0),
        ..Vessel::default()
    };
    let mut quality = Quality::default();
    assert!(believed_draught(0.0, &vessel, &mut quality).is_nan());
    assert!(believed_draught(12.0, &vessel, &mut quality).is_nan());
    assert!(believed_draught(2.0, &vessel, &mut quality).is_nan());
    assert_eq!(believed_draught(7.5, &vessel, &mut quality), 7.5);
    assert_eq!(quality.draughts_refused, 2);
}
