//! Which vertex is needed from which zoom on.
//!
//! Douglas and Peucker (1973): a vertex matters as much as the line would move without it. One pass
//! gives every vertex its importance, so each zoom takes the vertices above its own tolerance and the
//! coarser zooms draw subsets of the finer ones.

use super::unit_log2;

/// How far a line may move, in units of 4096 per tile side: a fifth of a pixel when drawn with 512.
const TOLERANCE_UNITS: f64 = 1.5;

/// From this zoom on every vertex is drawn: a tile unit is finer than the coordinates.
const ALL_VERTICES_ZOOM: u8 = 19;

/// Longest run simplified as one. The search is quadratic in the worst case, so long lines are cut;
/// the cuts are drawn at every zoom.
const LONGEST_RUN: usize = 2048;

/// Appends the first zoom of each vertex to `zooms`; ends of lines and two vertices of a ring have zoom 0.
pub(crate) fn min_zooms(vertices: &[[i32; 2]], is_closed: bool, zooms: &mut Vec<u8>) {
    let offset = zooms.len();
    zooms.resize(offset + vertices.len(), ALL_VERTICES_ZOOM);
    let zooms = &mut zooms[offset..];
    let Some((&first, _)) = vertices.split_first() else {
        return;
    };
    zooms[0] = 0;
    let last = vertices.len() - 1;
    if !is_closed {
        zooms[last] = 0;
        run(vertices, 0, last, zooms);
        return;
    }
    // The vertex farthest from the first splits the ring into two lines.
    let farthest = (1..vertices.len()).max_by_key(|&i| {
        let (dx, dy) = difference(first, vertices[i]);
        (dx * dx + dy * dy) as u64
    });
    let Some(farthest) = farthest else { return };
    zooms[farthest] = 0;
    run(vertices, 0, farthest, zooms);
    let mut back: Vec<[i32; 2]> = vertices[farthest..].to_vec();
    back.push(first);
    let mut back_zooms = vec![ALL_VERTICES_ZOOM; back.len()];
    run(&back, 0, back.len() - 1, &mut back_zooms);
    for (zoom, back_zoom) in zooms[farthest..].iter_mut().zip(back_zooms).skip(1) {
        *zoom = back_zoom;
    }
}

fn run(vertices: &[[i32; 2]], first: usize, last: usize, zooms: &mut [u8]) {
    let mut stack: Vec<(usize, usize, f64)> = Vec::new();
    let mut start = first;
    while start < last {
        let end = last.min(start + LONGEST_RUN);
        if end < last {
            zooms[end] = 0;
        }
        stack.push((start, end, f64::INFINITY));
        start = end;
    }
    while let Some((from, to, importance_above)) = stack.pop() {
        if to - from < 2 {
            continue;
        }
        let mut farthest = from + 1;
        let mut farthest_square = -1.0;
        for i in from + 1..to {
            let square = square_distance(vertices[i], vertices[from], vertices[to]);
            if square > farthest_square {
                farthest_square = square;
                farthest = i;
            }
        }
        // A vertex is never drawn before the one that splits the line above it.
        let importance = farthest_square.max(0.0).sqrt().min(importance_above);
        zooms[farthest] = first_zoom(importance);
        stack.push((from, farthest, importance));
        stack.push((farthest, to, importance));
    }
}

/// Smallest zoom whose tolerance is below `importance` (base units).
fn first_zoom(importance: f64) -> u8 {
    let base_units_at_zoom_0 = TOLERANCE_UNITS * f64::from(unit_log2(0)).exp2();
    let zoom = (base_units_at_zoom_0 / importance).log2().floor() + 1.0;
    // An importance of zero gives infinity; casts saturate.
    zoom.clamp(0.0, f64::from(ALL_VERTICES_ZOOM)) as u8
}

fn square_distance(point: [i32; 2], from: [i32; 2], to: [i32; 2]) -> f64 {
    let (along_x, along_y) = difference(from, to);
    let (mut dx, mut dy) = difference(from, point);
    let square_length = along_x * along_x + along_y * along_y;
    if square_length > 0.0 {
        let share = ((dx * along_x + dy * along_y) / square_length).clamp(0.0, 1.0);
        dx -= share * along_x;
        dy -= share * along_y;
    }
    dx * dx + dy * dy
}

fn difference(from: [i32; 2], to: [i32; 2]) -> (f64, f64) {
    (
        f64::from(to[0]) - f64::from(from[0]),
        f64::from(to[1]) - f64::from(from[1]),
    )
}
