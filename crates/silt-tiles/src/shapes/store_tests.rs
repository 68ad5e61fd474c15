use super::*;
use crate::shapes::clip::clip_ring;
use crate::shapes::repair::{Repairer, Rings};
use crate::testing::Random;

/// A closed walk of many small steps.
fn ragged_ring(random: &mut Random, vertices: u32) -> Vec<[i32; 2]> {
    (0..vertices)
        .map(|step| {
            let angle = f64::from(step) / f64::from(vertices) * std::f64::consts::TAU;
            let distance = random.between(700.0, 1000.0);
            [distance * angle.cos(), distance * angle.sin()].map(|value| value.round() as i32)
        })
        .collect()
}

fn repaired(ring: Vec<[i32; 2]>) -> Vec<Vec<[i32; 2]>> {
    let mut rings = Rings::default();
    rings.push_ring(ring, true);
    Repairer::default().overlay_until_closed(&mut rings);
    rings.iter().map(|(ring, _)| ring.to_vec()).collect()
}

#[test]
fn vertices_far_from_a_window_leave_no_trace_in_it() {
    let mut random = Random(41);
    let (mut all_vertices, mut near_vertices, mut filled) = (0, 0, 0);
    for round in 0..400_u32 {
        let mut store = ShapeStore::default();
        store.push_ring(ragged_ring(&mut random, 3 + round * 2));
        store.push_ring(ragged_ring(&mut random, 50));
        store.end_part();
        store.end_shape(0, Kind::Polygons);
        store.find_runs();
        if round % 2 == 0 {
            store.find_min_zooms();
        }
        let [x, y] = [0, 1].map(|_| random.between(-1100.0, 1000.0) as i32);
        let [width, height] = [0, 1].map(|_| random.between(0.0, 600.0) as i32);
        let window = [x, y, x + width, y + height];
        let zoom = 12 + (round % 7) as u8;
        let part = store.parts(0).next().expect("a part");
        for (number, ring) in part.rings(zoom).enumerate() {
            let mut all: Vec<[i32; 2]> = ring.collect();
            let mut near = Vec::new();
            part.push_near(number, zoom, &window, &mut near);
            all_vertices += all.len();
            near_vertices += near.len();
            let mut scratch = Vec::new();
            clip_ring(&mut all, &mut scratch, window);
            clip_ring(&mut near, &mut scratch, window);
            // Before they are repaired, one may go back and forth along the border where the other
            // does not.
            let (near, all) = (repaired(near), repaired(all));
            assert_eq!(near, all, "{window:?}");
            filled += usize::from(!all.is_empty());
        }
        assert_eq!(part.ring_count(), 2);
    }
    assert!(
        near_vertices * 2 < all_vertices,
        "{near_vertices} {all_vertices}"
    );
    assert!(filled > 200, "{filled}");
}
