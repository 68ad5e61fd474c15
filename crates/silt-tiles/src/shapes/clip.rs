//! Lines and rings cut to a rectangle.

/// West, north, east, south; what lies on the border is inside.
pub(crate) type ClipBox = [i32; 4];

/// Cuts an open ring to the rectangle (Sutherland and Hodgman 1974). Where the ring leaves and enters
/// again, the result runs along the border, so it must be repaired afterwards.
pub(crate) fn clip_ring(ring: &mut Vec<[i32; 2]>, scratch: &mut Vec<[i32; 2]>, bounds: ClipBox) {
    clip_side(
        ring,
        scratch,
        |v| v[0] >= bounds[0],
        |a, b| at_x(a, b, bounds[0]),
    );
    clip_side(
        ring,
        scratch,
        |v| v[0] <= bounds[2],
        |a, b| at_x(a, b, bounds[2]),
    );
    clip_side(
        ring,
        scratch,
        |v| v[1] >= bounds[1],
        |a, b| at_y(a, b, bounds[1]),
    );
    clip_side(
        ring,
        scratch,
        |v| v[1] <= bounds[3],
        |a, b| at_y(a, b, bounds[3]),
    );
}

fn clip_side(
    ring: &mut Vec<[i32; 2]>,
    scratch: &mut Vec<[i32; 2]>,
    is_inside: impl Fn([i32; 2]) -> bool,
    crossing: impl Fn([i32; 2], [i32; 2]) -> [i32; 2],
) {
    if ring.iter().all(|&vertex| is_inside(vertex)) {
        return;
    }
    scratch.clear();
    if let Some(&last) = ring.last() {
        let mut previous = last;
        let mut previous_inside = is_inside(last);
        for &vertex in ring.iter() {
            let inside = is_inside(vertex);
            if inside != previous_inside {
                scratch.push(crossing(previous, vertex));
            }
            if inside {
                scratch.push(vertex);
            }
            previous = vertex;
            previous_inside = inside;
        }
    }
    std::mem::swap(ring, scratch);
}

/// Cuts a line to the rectangle and hands out the pieces (Liang and Barsky 1984).
pub(crate) fn clip_line(
    line: impl IntoIterator<Item = [i32; 2]>,
    bounds: ClipBox,
    piece: &mut Vec<[i32; 2]>,
    mut emit: impl FnMut(&[[i32; 2]]),
) {
    piece.clear();
    let mut vertices = line.into_iter();
    let Some(mut from) = vertices.next() else {
        return;
    };
    for to in vertices {
        if let Some((start, end)) = clip_segment(from, to, bounds) {
            if piece.last() != Some(&start) {
                flush(piece, &mut emit);
                piece.push(start);
            }
            piece.push(end);
            if end != to {
                flush(piece, &mut emit);
            }
        }
        from = to;
    }
    flush(piece, &mut emit);
}

fn flush(piece: &mut Vec<[i32; 2]>, emit: &mut impl FnMut(&[[i32; 2]])) {
    if piece.len() >= 2 {
        emit(piece);
    }
    piece.clear();
}

fn clip_segment(from: [i32; 2], to: [i32; 2], bounds: ClipBox) -> Option<([i32; 2], [i32; 2])> {
    let mut start = from;
    let mut end = to;
    let sides: [(usize, i32, bool); 4] = [
        (0, bounds[0], true),
        (0, bounds[2], false),
        (1, bounds[1], true),
        (1, bounds[3], false),
    ];
    for (axis, limit, is_lower) in sides {
        let outside = |v: [i32; 2]| {
            if is_lower {
                v[axis] < limit
            } else {
                v[axis] > limit
            }
        };
        let crossing = |a, b| {
            if axis == 0 {
                at_x(a, b, limit)
            } else {
                at_y(a, b, limit)
            }
        };
        match (outside(start), outside(end)) {
            (true, true) => return None,
            (true, false) => start = crossing(from, to),
            (false, true) => end = crossing(from, to),
            (false, false) => {}
        }
    }
    Some((start, end))
}

/// Where a segment crosses a column. The same point for both directions, so that neighbours who share
/// the segment share the crossing.
fn at_x(a: [i32; 2], b: [i32; 2], x: i32) -> [i32; 2] {
    let (a, b) = if a <= b { (a, b) } else { (b, a) };
    [x, interpolate(a[0], b[0], a[1], b[1], x)]
}

fn at_y(a: [i32; 2], b: [i32; 2], y: i32) -> [i32; 2] {
    let (a, b) = if a <= b { (a, b) } else { (b, a) };
    [interpolate(a[1], b[1], a[0], b[0], y), y]
}

fn interpolate(from: i32, to: i32, value_from: i32, value_to: i32, at: i32) -> i32 {
    let span = f64::from(to) - f64::from(from);
    if span == 0.0 {
        return value_from;
    }
    let share = ((f64::from(at) - f64::from(from)) / span).clamp(0.0, 1.0);
    let value = f64::from(value_from) + share * (f64::from(value_to) - f64::from(value_from));
    value.round() as i32
}

#[cfg(test)]
#[path = "clip_tests.rs"]
mod tests;
