//! From the edges of an area to its rings.
//!
//! The overlay gives edges with their filled side. Following the filled side around every vertex gives
//! rings that are valid by construction, also where parts of the area touch in a point.

use super::boxes::around;
use super::repair::signed_area;

/// A ring without its closing vertex.
pub(super) type Ring = Vec<[i32; 2]>;

/// An edge with the area on its left (x eastwards, y counted upwards in the sense of the formula).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Edge {
    pub(super) from: [i32; 2],
    pub(super) to: [i32; 2],
}

/// The polygons (an exterior and its holes) that edges enclose.
///
/// Edges that do not close are dropped, and `false` tells so; the overlay gives such only when moving
/// crossings to the grid made new ones.
pub(super) fn polygons(edges: &mut Vec<Edge>) -> (Vec<Vec<Ring>>, bool) {
    edges.sort_unstable();
    edges.dedup();
    let mut is_used = vec![false; edges.len()];
    let mut exteriors: Vec<Vec<Ring>> = Vec::new();
    let mut holes: Vec<Ring> = Vec::new();
    let mut is_closed = true;
    for first in 0..edges.len() {
        if is_used[first] {
            continue;
        }
        let Some(walk) = walk(edges, &mut is_used, first) else {
            is_closed = false;
            continue;
        };
        for mut ring in simple_rings(walk) {
            drop_straight_vertices(&mut ring);
            match signed_area(&ring) {
                1.. => exteriors.push(vec![ring]),
                0 => {}
                _ => holes.push(ring),
            }
        }
    }
    place_holes(&mut exteriors, holes);
    (exteriors, is_closed)
}

/// Follows the area around until the walk is back at its first edge; none when it ends before.
fn walk(edges: &[Edge], is_used: &mut [bool], first: usize) -> Option<Ring> {
    let mut ring = Vec::new();
    let mut current = first;
    loop {
        is_used[current] = true;
        let edge = edges[current];
        ring.push(edge.from);
        if edge.to == edges[first].from {
            // Back at the start; but the area may go on beyond a point where it touches itself.
            let next = next_edge(edges, is_used, edge, Some(first))?;
            if next == first {
                return Some(ring);
            }
            current = next;
        } else {
            current = next_edge(edges, is_used, edge, None)?;
        }
    }
}

/// The edge that leaves the end of `edge` on the border of the same part of the area: the first one
/// clockwise from where the edge came.
fn next_edge(edges: &[Edge], is_used: &[bool], edge: Edge, also: Option<usize>) -> Option<usize> {
    let start = edges.partition_point(|other| other.from < edge.to);
    let back = direction(edge.to, edge.from);
    edges[start..]
        .iter()
        .take_while(|other| other.from == edge.to)
        .enumerate()
        .map(|(offset, other)| (start + offset, direction(other.from, other.to)))
        .filter(|&(place, _)| !is_used[place] || also == Some(place))
        .reduce(|best, other| {
            if is_earlier_clockwise(back, other.1, best.1) {
                other
            } else {
                best
            }
        })
        .map(|(place, _)| place)
}

fn direction(from: [i32; 2], to: [i32; 2]) -> [i64; 2] {
    [
        i64::from(to[0]) - i64::from(from[0]),
        i64::from(to[1]) - i64::from(from[1]),
    ]
}

/// True when, turning clockwise from `back`, direction `a` comes before `b`.
fn is_earlier_clockwise(back: [i64; 2], a: [i64; 2], b: [i64; 2]) -> bool {
    let (half_a, half_b) = (clockwise_half(back, a), clockwise_half(back, b));
    if half_a != half_b {
        return half_a < half_b;
    }
    cross(a, b) < 0
}

/// Half turns clockwise from `back`: 0 for less than one, 1 for one or more, 2 for a whole turn.
fn clockwise_half(back: [i64; 2], other: [i64; 2]) -> u8 {
    match cross(back, other) {
        ..=-1 => 0,
        0 if dot(back, other) > 0 => 2,
        0.. => 1,
    }
}

fn cross(a: [i64; 2], b: [i64; 2]) -> i128 {
    i128::from(a[0]) * i128::from(b[1]) - i128::from(a[1]) * i128::from(b[0])
}

fn dot(a: [i64; 2], b: [i64; 2]) -> i128 {
    i128::from(a[0]) * i128::from(b[0]) + i128::from(a[1]) * i128::from(b[1])
}

/// Splits a walk where it comes to a vertex again.
fn simple_rings(walk: Ring) -> Vec<Ring> {
    let mut order: Vec<u32> = (0..walk.len() as u32).collect();
    order.sort_unstable_by_key(|&place| (walk[place as usize], place));
    let is_simple = order
        .windows(2)
        .all(|pair| walk[pair[0] as usize] != walk[pair[1] as usize]);
    if is_simple {
        return vec![walk];
    }
    // Equal vertices go by the place of the first of them.
    let mut first_place = vec![0_u32; walk.len()];
    let mut previous: Option<u32> = None;
    for place in order {
        let first = match previous {
            Some(first) if walk[first as usize] == walk[place as usize] => first,
            _ => place,
        };
        first_place[place as usize] = first;
        previous = Some(first);
    }
    let mut place_on_path: Vec<Option<usize>> = vec![None; walk.len()];
    let mut path: Vec<usize> = Vec::new();
    let mut rings = Vec::new();
    for vertex in first_place {
        let vertex = vertex as usize;
        if let Some(start) = place_on_path[vertex] {
            let ring: Ring = path[start..].iter().map(|&vertex| walk[vertex]).collect();
            for vertex in path.drain(start..) {
                place_on_path[vertex] = None;
            }
            rings.push(ring);
        }
        place_on_path[vertex] = Some(path.len());
        path.push(vertex);
    }
    rings.push(path.into_iter().map(|vertex| walk[vertex]).collect());
    rings
}

/// Drops vertices that lie on the straight line between their neighbours.
pub(super) fn drop_straight_vertices(ring: &mut Ring) {
    let count = ring.len();
    let is_corner = |place: usize| {
        let before = ring[(place + count - 1) % count];
        let after = ring[(place + 1) % count];
        cross(
            direction(before, ring[place]),
            direction(ring[place], after),
        ) != 0
    };
    let corners: Ring = (0..count)
        .filter(|&place| is_corner(place))
        .map(|place| ring[place])
        .collect();
    *ring = corners;
}

/// Gives every hole to the smallest exterior that it lies in.
fn place_holes(polygons: &mut [Vec<Ring>], holes: Vec<Ring>) {
    if let [polygon] = polygons {
        polygon.extend(holes);
        return;
    }
    for hole in holes {
        let home = polygons
            .iter_mut()
            .filter(|polygon| holds(&polygon[0], &hole))
            .min_by_key(|polygon| signed_area(&polygon[0]));
        if let Some(home) = home {
            home.push(hole);
        }
    }
}

/// True when a hole lies in an exterior that it does not cross: the first vertex, or middle of an
/// edge, that is not on the border tells.
fn holds(exterior: &[[i32; 2]], hole: &[[i32; 2]]) -> bool {
    let (outer, inner) = (around(exterior), around(hole));
    if inner[0] < outer[0] || inner[1] < outer[1] || inner[2] > outer[2] || inner[3] > outer[3] {
        return false;
    }
    let next = hole.iter().cycle().skip(1);
    hole.iter()
        .map(|vertex| vertex.map(|value| 2 * i64::from(value)))
        .chain(hole.iter().zip(next).map(|(a, b)| {
            [
                i64::from(a[0]) + i64::from(b[0]),
                i64::from(a[1]) + i64::from(b[1]),
            ]
        }))
        .find_map(|point| side_of(exterior, point))
        .unwrap_or(false)
}

/// Whether a point, in half units, lies inside a ring; none on its border.
fn side_of(ring: &[[i32; 2]], point: [i64; 2]) -> Option<bool> {
    let mut is_inside = false;
    let next = ring.iter().cycle().skip(1);
    for (a, b) in ring.iter().zip(next) {
        let a = a.map(|value| 2 * i64::from(value));
        let b = b.map(|value| 2 * i64::from(value));
        let along = [b[0] - a[0], b[1] - a[1]];
        let turn = cross(along, [point[0] - a[0], point[1] - a[1]]);
        let is_between = (0..2)
            .all(|axis| point[axis] >= a[axis].min(b[axis]) && point[axis] <= a[axis].max(b[axis]));
        if turn == 0 && is_between {
            return None;
        }
        if (a[1] > point[1]) != (b[1] > point[1]) && (turn > 0) == (b[1] > a[1]) {
            is_inside = !is_inside;
        }
    }
    Some(is_inside)
}

#[cfg(test)]
#[path = "trace_tests.rs"]
mod tests;
