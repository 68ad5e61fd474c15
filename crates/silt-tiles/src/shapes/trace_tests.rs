use super::*;

/// Edges of rings given with the area on their left.
fn edges(rings: &[&[[i32; 2]]]) -> Vec<Edge> {
    rings
        .iter()
        .flat_map(|ring| {
            let next = ring.iter().cycle().skip(1);
            ring.iter().zip(next).map(|(&from, &to)| Edge { from, to })
        })
        .collect()
}

fn areas(rings: &[&[[i32; 2]]]) -> Vec<Vec<i128>> {
    let (polygons, is_closed) = polygons(&mut edges(rings));
    assert!(is_closed);
    polygons
        .iter()
        .map(|rings| rings.iter().map(|ring| signed_area(ring)).collect())
        .collect()
}

#[test]
fn squares_that_touch_in_a_corner_are_two_polygons() {
    let first = [[0, 0], [10, 0], [10, 10], [0, 10]];
    let second = [[10, 10], [20, 10], [20, 20], [10, 20]];
    assert_eq!(areas(&[&first, &second]), vec![vec![200], vec![200]]);
}

#[test]
fn a_hole_that_touches_the_border_in_a_point_is_a_hole() {
    let exterior = [[0, 0], [10, 0], [20, 0], [20, 20], [0, 20]];
    let hole = [[10, 0], [5, 10], [15, 10]];
    assert_eq!(areas(&[&exterior, &hole]), vec![vec![800, -100]]);
}

#[test]
fn a_hole_that_touches_twice_cuts_the_area_in_two() {
    let exterior = [[0, 0], [10, 0], [20, 0], [20, 20], [10, 20], [0, 20]];
    let hole = [[10, 0], [5, 10], [10, 20], [15, 10]];
    assert_eq!(areas(&[&exterior, &hole]), vec![vec![300], vec![300]]);
}

#[test]
fn a_hole_goes_to_the_exterior_around_it() {
    let small = [[2, 2], [4, 2], [4, 4], [2, 4]];
    let around_small = [[1, 1], [1, 5], [5, 5], [5, 1]];
    let large = [[0, 0], [20, 0], [20, 20], [0, 20]];
    let elsewhere = [[30, 0], [40, 0], [40, 10], [30, 10]];
    let hole_elsewhere = [[32, 2], [32, 4], [34, 4], [34, 2]];
    let mut found = areas(&[&elsewhere, &large, &around_small, &small, &hole_elsewhere]);
    found.sort();
    assert_eq!(found, vec![vec![8], vec![200, -8], vec![800, -32]]);
}

#[test]
fn straight_vertices_go_and_open_edges_are_told() {
    let ring = [[0, 0], [5, 0], [10, 0], [10, 10], [0, 10]];
    let (found, _) = polygons(&mut edges(&[&ring]));
    assert_eq!(found[0][0].len(), 4);
    let mut open = edges(&[&ring]);
    open.pop();
    assert_eq!(polygons(&mut open), (vec![], false));
}
