use super::*;

fn repaired(list: &[(&[[i32; 2]], bool)]) -> Vec<(Vec<[i32; 2]>, bool)> {
    let mut rings = Rings::default();
    for &(ring, is_exterior) in list {
        rings.push_ring(ring.iter().copied(), is_exterior);
    }
    Repairer::default().repair(&mut rings);
    rings
        .iter()
        .map(|(ring, is_exterior)| (ring.to_vec(), is_exterior))
        .collect()
}

#[test]
fn a_bow_tie_becomes_two_triangles() {
    let rings = repaired(&[(&[[0, 0], [10, 10], [10, 0], [0, 10]], true)]);
    assert_eq!(rings.len(), 2);
    for (ring, is_exterior) in rings {
        assert!(is_exterior);
        assert_eq!(signed_area(&ring), 50);
    }
}

#[test]
fn a_spike_is_cut_off_and_a_hole_stays() {
    let exterior = [
        [0, 0],
        [20, 0],
        [20, 10],
        [30, 10],
        [20, 10],
        [20, 20],
        [0, 20],
    ];
    let rings = repaired(&[
        (&exterior, true),
        (&[[5, 5], [5, 10], [10, 10], [10, 5]], false),
    ]);
    assert_eq!(rings.len(), 2);
    assert_eq!(signed_area(&rings[0].0), 800);
    assert!(!rings[1].1);
    assert_eq!(signed_area(&rings[1].0), -50);
}

#[test]
fn convex_rings_are_told_from_stars() {
    assert!(is_convex(&[[0, 0], [10, 0], [10, 10], [0, 10]]));
    assert!(is_convex(&[[5, 0], [10, 4], [8, 10], [2, 10], [0, 4]]));
    // A pentagram turns the same way at every vertex, but goes around twice.
    assert!(!is_convex(&[
        [50, 0],
        [79, 90],
        [2, 35],
        [98, 35],
        [21, 90]
    ]));
    assert!(!is_convex(&[[0, 0], [10, 0], [5, 5], [10, 10], [0, 10]]));
    assert!(!is_convex(&[[0, 0], [5, 0], [10, 0]]));
}

#[test]
fn what_vanishes_leaves_a_square_or_a_strip() {
    for (ring, area) in [
        (vec![[7, 7], [7, 7]], 8),
        (vec![[7, 7], [8, 7], [7, 7]], 8),
        (vec![[0, 0], [100, 3], [0, 0]], 400),
        (vec![[0, 0], [3, 100]], 400),
        (vec![[0, 50], [-30, -100]], 600),
    ] {
        let mut rings = Rings::default();
        assert!(!rings.push_ring(ring.iter().copied(), true) || ring.len() > 2);
        Repairer::default().repair(&mut rings);
        rings.replace_vanished_polygon();
        let drawn: Vec<i128> = rings.iter().map(|(ring, _)| signed_area(ring)).collect();
        assert_eq!(drawn, vec![area], "{ring:?}");
    }
}

#[test]
fn a_line_in_one_place_gets_a_unit_of_length() {
    let mut rings = Rings::default();
    rings.push_line([[4, 4], [4, 4]]);
    assert!(rings.is_empty());
    rings.replace_vanished_line();
    let lines: Vec<Vec<[i32; 2]>> = rings.iter().map(|(line, _)| line.to_vec()).collect();
    assert_eq!(lines, vec![vec![[4, 4], [5, 4]]]);
}
