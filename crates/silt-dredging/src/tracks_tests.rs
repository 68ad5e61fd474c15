use super::*;
use crate::clean::Track;
use crate::sphere::offset_m;

fn line_of(positions: &[(f64, f64)], tolerance_m: f64) -> TrackColumns {
    let segments = Segments {
        track: Track {
            lon_deg: positions.iter().map(|position| position.0).collect(),
            lat_deg: positions.iter().map(|position| position.1).collect(),
            ..Track::default()
        },
        starts: vec![0, positions.len()],
        step_m: vec![0.0; positions.len()],
    };
    let mut columns = TrackColumns::default();
    push_line(&mut columns, &segments, 0, positions.len() - 1, tolerance_m);
    columns
}

fn distance_to_line_m(position: (f64, f64), line: &[(f64, f64)]) -> f64 {
    let mut nearest_m = f64::INFINITY;
    for edge in line.windows(2) {
        let (bx, by) = offset_m(position, edge[0]);
        let (ex, ey) = offset_m(edge[0], edge[1]);
        let length_2 = ex * ex + ey * ey;
        let share = if length_2 > 0.0 {
            (-(bx * ex + by * ey) / length_2).clamp(0.0, 1.0)
        } else {
            0.0
        };
        nearest_m = nearest_m.min(libm::hypot(bx + share * ex, by + share * ey));
    }
    nearest_m
}

#[test]
fn a_straight_way_is_one_edge() {
    let positions: Vec<_> = (0..500)
        .map(|step| (4.0, 52.0 + 1e-4 * f64::from(step)))
        .collect();
    let columns = line_of(&positions, 30.0);
    assert_eq!(columns.parts(0), vec![vec![positions[0], positions[499]]]);
}

#[test]
fn no_position_is_farther_from_its_line_than_the_tolerance() {
    // A meander that also turns back on itself.
    let positions: Vec<_> = (0..4000)
        .map(|step| {
            let turn = f64::from(step) * 0.01;
            let lon = 4.0 + 0.02 * libm::sin(turn * 1.7) + 0.003 * libm::sin(turn * 13.0);
            (lon, 52.0 + 0.02 * libm::cos(turn))
        })
        .collect();
    for tolerance_m in [0.0, 10.0, 30.0, 200.0] {
        let columns = line_of(&positions, tolerance_m);
        let parts = columns.parts(0);
        assert_eq!(parts.len(), 1);
        let line = &parts[0];
        if tolerance_m >= 30.0 {
            assert!(line.len() < 900, "{} of 4000 vertices stay", line.len());
        }
        for &position in &positions {
            let distance_m = distance_to_line_m(position, line);
            assert!(
                distance_m <= tolerance_m * 1.001 + 0.01,
                "{distance_m} m off at {tolerance_m} m"
            );
        }
    }
}

#[test]
fn a_line_is_cut_at_the_antimeridian() {
    let east = [
        (179.98, -17.0),
        (179.99, -17.001),
        (-179.99, -17.003),
        (-179.97, -17.0),
    ];
    let columns = line_of(&east, 1.0);
    let parts = columns.parts(0);
    assert_eq!(parts.len(), 2);
    let end = parts[0][parts[0].len() - 1];
    assert_eq!(end.0, 180.0);
    assert!((end.1 - -17.002).abs() < 1e-9);
    assert_eq!(parts[1][0], (-180.0, end.1));
    for part in &parts {
        for edge in part.windows(2) {
            assert!((edge[1].0 - edge[0].0).abs() < 1.0);
        }
    }
    assert_eq!(columns.part_offsets, [0, 2]);
}

#[test]
fn long_jumps_keep_both_ends() {
    let positions = [(0.0, 0.0), (3.0, 0.0), (6.0, 0.0), (6.0, 0.0)];
    let columns = line_of(&positions, 30.0);
    let line = &columns.parts(0)[0];
    assert_eq!(line[..3], positions[..3]);
    assert!(columns.parts(1).is_empty());
}
