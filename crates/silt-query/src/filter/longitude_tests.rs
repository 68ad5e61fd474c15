use geo::Area;

use super::*;

fn rect(west: f64, east: f64) -> Rect<f64> {
    Rect::new(Coord { x: west, y: -10.0 }, Coord { x: east, y: 10.0 })
}

#[test]
fn areas_beyond_180_come_in_two_parts() {
    let moved = normalized(rect(170.0, 190.0).to_polygon().into());
    assert_eq!(moved.unsigned_area(), 400.0);
    let bounds = moved.bounding_rect().expect("bounds");
    assert!(is_within_globe(&bounds));
    let Geometry::MultiPolygon(parts) = moved else {
        panic!("two parts");
    };
    let rects: Vec<Rect<f64>> = parts
        .iter()
        .filter_map(BoundingRect::bounding_rect)
        .collect();
    assert_eq!(narrow_bbox(&rects), Some([170.0, -10.0, -170.0, 10.0]));
}

#[test]
fn boxes_wrap() {
    assert_eq!(
        wrapped_bbox([170.0, 0.0, 190.0, 1.0]),
        [170.0, 0.0, -170.0, 1.0]
    );
    assert_eq!(
        wrapped_bbox([-200.0, 0.0, 200.0, 1.0]),
        [-180.0, 0.0, 180.0, 1.0]
    );
    assert_eq!(
        wrapped_bbox([170.0, 0.0, -170.0, 1.0]),
        [170.0, 0.0, -170.0, 1.0]
    );
    assert!(bbox_holds(
        [170.0, 0.0, -170.0, 1.0],
        Coord { x: -175.0, y: 0.5 }
    ));
    assert!(bbox_holds(
        [170.0, 0.0, 180.0, 1.0],
        Coord { x: -180.0, y: 0.5 }
    ));
    assert!(!bbox_holds(
        [170.0, 0.0, -170.0, 1.0],
        Coord { x: 0.0, y: 0.5 }
    ));
}

#[test]
fn the_widest_gap_is_left_out() {
    let bbox = |parts: &[(f64, f64)]| {
        let rects: Vec<Rect<f64>> = parts.iter().map(|(w, e)| rect(*w, *e)).collect();
        narrow_bbox(&rects)
    };
    assert_eq!(
        bbox(&[(10.0, 20.0), (30.0, 40.0)]),
        Some([10.0, -10.0, 40.0, 10.0])
    );
    assert_eq!(
        bbox(&[(-180.0, -170.0), (160.0, 180.0)]),
        Some([160.0, -10.0, -170.0, 10.0])
    );
    assert_eq!(bbox(&[(-180.0, 180.0)]), Some([-180.0, -10.0, 180.0, 10.0]));
    assert_eq!(bbox(&[]), None);
}
