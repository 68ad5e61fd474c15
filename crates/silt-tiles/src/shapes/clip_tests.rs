use super::*;

const BOX: ClipBox = [0, 0, 10, 10];

fn clipped(ring: &[[i32; 2]]) -> Vec<[i32; 2]> {
    let mut ring = ring.to_vec();
    clip_ring(&mut ring, &mut Vec::new(), BOX);
    ring
}

fn pieces(line: &[[i32; 2]]) -> Vec<Vec<[i32; 2]>> {
    let mut pieces = Vec::new();
    clip_line(line.iter().copied(), BOX, &mut Vec::new(), |piece| {
        pieces.push(piece.to_vec())
    });
    pieces
}

#[test]
fn a_ring_around_the_box_becomes_the_box() {
    let ring = clipped(&[[-5, -5], [15, -5], [15, 15], [-5, 15]]);
    assert_eq!(ring.len(), 4);
    for corner in [[0, 0], [10, 0], [10, 10], [0, 10]] {
        assert!(ring.contains(&corner));
    }
}

#[test]
fn rings_inside_and_outside() {
    let inside = [[1, 1], [9, 1], [5, 9]];
    assert_eq!(clipped(&inside), inside);
    assert!(clipped(&[[11, 0], [20, 0], [20, 10]]).is_empty());
    assert!(clipped(&[]).is_empty());
}

#[test]
fn a_crossing_is_the_same_from_both_sides() {
    let (a, b) = ([-7, 3], [12, 8]);
    assert_eq!(at_x(a, b, 0), at_x(b, a, 0));
    assert_eq!(at_y([3, -7], [8, 12], 10), at_y([8, 12], [3, -7], 10));
}

#[test]
fn lines_are_cut_into_pieces() {
    let line = [[-5, 5], [5, 5], [5, 15], [7, 15], [7, 5], [15, 5]];
    assert_eq!(
        pieces(&line),
        vec![
            vec![[0, 5], [5, 5], [5, 10]],
            vec![[7, 10], [7, 5], [10, 5]]
        ]
    );
    assert!(pieces(&[[-5, -5], [-1, 20]]).is_empty());
    assert!(pieces(&[[3, 3]]).is_empty());
    assert!(pieces(&[]).is_empty());
    // Past a corner, inside neither side's shadow alone.
    assert!(pieces(&[[-3, 5], [5, 20]]).is_empty());
    assert_eq!(pieces(&[[-10, 5], [20, 5]]), vec![vec![[0, 5], [10, 5]]]);
}

#[test]
fn the_largest_coordinates_do_not_overflow() {
    let (low, high) = (i32::MIN, i32::MAX);
    let ring = clipped(&[[low, low], [high, low], [high, high], [low, high]]);
    assert_eq!(ring.len(), 4);
    assert_eq!(
        pieces(&[[low, low], [high, high]]),
        vec![vec![[0, 0], [10, 10]]]
    );
}
