use super::*;
use crate::PointPyramid;

#[test]
fn empty_tiles_are_not_visited() {
    let points = PointPyramid::build([(0, 10.0, 50.0), (1, -120.0, -30.0)]);
    let mut visited = Vec::new();
    walk_tiles(
        2..=6,
        |tile| points.holds(tile, 0),
        |tile| {
            visited.push(tile);
            Ok::<bool, ()>(true)
        },
    )
    .expect("visiting does not fail");
    assert_eq!(visited.len(), 2 * 5);
    assert!(visited.iter().all(|tile| points.count(*tile, None) == 1));
    let mut ids: Vec<u64> = visited.iter().map(|&tile| hilbert_id(tile)).collect();
    let in_order = ids.clone();
    ids.sort_unstable();
    assert_eq!(ids, in_order);
}

#[test]
fn nothing_is_tried_below_an_empty_tile() {
    let mut visited = 0;
    let result: Result<(), ()> = walk_tiles(
        0..=24,
        |_| true,
        |tile| {
            visited += 1;
            Ok(tile.z() < 2)
        },
    );
    assert_eq!((result, visited), (Ok(()), 1 + 4 + 16));
}

#[test]
fn an_error_ends_the_walk() {
    let result = walk_tiles(0..=3, |_| true, |_| Err::<bool, &str>("disk full"));
    assert_eq!(result, Err("disk full"));
}
