use super::*;
use crate::shapes::repair::{Repairer, Rings};
use crate::testing::Random;

fn is_simple(rings: &[&[[i32; 2]]]) -> bool {
    let rings = rings.iter().map(|&ring| (ring, true));
    ContactSearch::default().are_simple_exteriors(rings)
}

#[test]
fn simple_rings_are_told_from_others() {
    let square = [[0, 0], [10, 0], [10, 10], [0, 10]];
    assert!(is_simple(&[&square]));
    assert!(is_simple(&[&[[0, 0], [10, 0], [5, 5], [10, 10], [0, 10]]]));
    assert!(is_simple(&[&[[0, 0], [5, 0], [10, 0], [10, 10]]]));
    assert!(is_simple(&[&[[0, 0], [10, 0], [0, 10]]]));
    let cases: [&[[i32; 2]]; 7] = [
        // A bow tie, a spike, a ring that touches itself at a vertex, and at an edge.
        &[[0, 0], [10, 10], [10, 0], [0, 10]],
        &[[0, 0], [10, 0], [20, 0], [10, 0], [10, 10], [0, 10]],
        &[[0, 0], [10, 0], [5, 5], [10, 10], [0, 10], [5, 5]],
        &[[0, 0], [10, 0], [10, 10], [5, 0], [0, 10]],
        // Turned the other way, without area, and along a border and back.
        &[[0, 10], [10, 10], [10, 0], [0, 0]],
        &[[0, 0], [10, 0], [20, 0]],
        &[
            [0, 0],
            [20, 0],
            [20, 10],
            [10, 10],
            [10, 0],
            [5, 0],
            [5, 10],
            [0, 10],
        ],
    ];
    for ring in cases {
        assert!(!is_simple(&[ring]), "{ring:?}");
    }
}

#[test]
fn rings_must_lie_apart() {
    let square = |x: i32, side: i32| [[x, x], [x + side, x], [x + side, x + side], [x, x + side]];
    assert!(is_simple(&[&square(0, 10), &square(20, 10)]));
    assert!(!is_simple(&[&square(0, 10), &square(10, 10)]));
    assert!(!is_simple(&[&square(0, 10), &square(5, 10)]));
    assert!(!is_simple(&[&square(0, 10), &square(2, 3)]));
    assert!(!is_simple(&[&square(2, 3), &square(0, 10)]));
}

#[test]
fn holes_and_rings_of_half_the_world_are_left_to_the_overlay() {
    let mut search = ContactSearch::default();
    let hole: &[[i32; 2]] = &[[0, 0], [0, 10], [10, 10], [10, 0]];
    assert!(!search.are_simple_exteriors([(hole, false)].into_iter()));
    let far = i32::MAX - 1;
    assert!(!is_simple(&[&[
        [-far, -far],
        [far, -far],
        [far, far],
        [-far, far]
    ]]));
}

#[test]
fn long_edges_side_by_side_end_in_time() {
    let teeth = 2000;
    let mut comb: Vec<[i32; 2]> = (0..teeth)
        .flat_map(|tooth| {
            [
                [0, tooth * 4],
                [9000, tooth * 4 + 1],
                [9000, tooth * 4 + 2],
                [0, tooth * 4 + 3],
            ]
        })
        .collect();
    comb.extend([[-5, teeth * 4], [-5, 0]]);
    assert!(!is_simple(&[&comb]));
}

/// What counts as simple is left as it is by the overlay, but for vertices on straight lines.
#[test]
fn the_shorter_way_and_the_overlay_agree() {
    let mut random = Random(11);
    let (mut simple, mut others) = (0, 0);
    for _ in 0..3000 {
        let mut rings = Rings::default();
        let parts = 1 + random.next() % 3;
        for part in 0..parts {
            let vertices = 3 + random.next() % 30;
            let centre = part as f64 * random.between(10.0, 60.0);
            let size = random.between(3.0, 30.0);
            let ring: Vec<[i32; 2]> = (0..vertices)
                .map(|step| {
                    let angle = step as f64 / vertices as f64 * std::f64::consts::TAU;
                    let distance = random.between(0.5, 1.0) * size;
                    [centre + distance * angle.cos(), distance * angle.sin()]
                        .map(|value| value.round() as i32)
                })
                .collect();
            rings.push_ring(ring, true);
        }
        let mut by_overlay = rings.clone();
        if rings.is_empty() || !ContactSearch::default().are_simple_exteriors(rings.iter()) {
            others += 1;
            continue;
        }
        simple += 1;
        Repairer::default().overlay_until_closed(&mut by_overlay);
        Repairer::default().repair_without_convex(&mut rings);
        let list = |rings: &Rings| -> Vec<(Vec<[i32; 2]>, bool)> {
            let rings = rings.iter();
            rings
                .map(|(ring, is_exterior)| (ring.to_vec(), is_exterior))
                .collect()
        };
        assert_eq!(list(&rings), list(&by_overlay));
    }
    assert!(simple > 500 && others > 500, "{simple} {others}");
}
