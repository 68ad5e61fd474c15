use geo_types::{GeometryCollection, MultiPoint, line_string, point, polygon};

use super::*;

fn checked(geometry: impl Into<Geometry<f64>>) -> (Option<Geometry<f64>>, Vec<Flag>) {
    let mut flags = Vec::new();
    let kept = GeometryChecker::default().check(geometry.into(), &mut flags);
    (kept, flags)
}

fn codes(flags: &[Flag]) -> Vec<FlagCode> {
    flags.iter().map(|flag| flag.code).collect()
}

#[test]
fn latitude_91_and_longitude_181_have_no_geometry() {
    let (kept, flags) = checked(point!(x: 181.0, y: 91.0));
    assert_eq!(kept, None);
    assert_eq!(codes(&flags), [FlagCode::CoordinatesInvalid]);
    assert!(flags[0].reason.contains("latitude"), "{}", flags[0].reason);
    let (kept, flags) = checked(line_string![(x: 0.0, y: 0.0), (x: 181.0, y: 0.0)]);
    assert_eq!(kept, None);
    assert_eq!(flags[0].value.as_deref(), Some("181 0"));
}

#[test]
fn exchanged_coordinates_are_recognised_where_the_scale_shows_it() {
    let (kept, flags) = checked(point!(x: -20.5, y: -120.25));
    assert_eq!(kept, None);
    assert_eq!(
        codes(&flags),
        [FlagCode::CoordinatesInvalid, FlagCode::CoordinatesSwapped]
    );
}

#[test]
fn infinite_and_nan_coordinates_have_no_geometry() {
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let (kept, flags) = checked(point!(x: value, y: 1.0));
        assert_eq!(
            (kept, codes(&flags)),
            (None, vec![FlagCode::CoordinatesInvalid])
        );
        let (kept, _) = checked(MultiPoint::from(vec![(1.0, 1.0), (1.0, value)]));
        assert_eq!(kept, None);
    }
}

#[test]
fn null_island_is_kept_and_flagged() {
    let (kept, flags) = checked(point!(x: 0.0, y: 0.0));
    assert_eq!(kept, Some(Geometry::Point(point!(x: 0.0, y: 0.0))));
    assert_eq!(codes(&flags), [FlagCode::NullIsland]);
    let (_, flags) = checked(point!(x: 0.0, y: 0.5));
    assert!(flags.is_empty());
}

#[test]
fn rounding_beyond_the_end_of_the_scale_is_taken_off() {
    let (kept, flags) =
        checked(line_string![(x: 179.0, y: 0.0), (x: 180.000_000_05, y: 90.000_000_01)]);
    let expected = line_string![(x: 179.0, y: 0.0), (x: 180.0, y: 90.0)];
    assert_eq!(
        (kept, flags),
        (Some(Geometry::LineString(expected)), Vec::new())
    );
}

#[test]
fn a_bow_tie_is_kept_as_published_and_flagged() {
    let bow_tie = polygon![(x: 0.0, y: 0.0), (x: 2.0, y: 2.0), (x: 2.0, y: 0.0), (x: 0.0, y: 2.0)];
    let (kept, flags) = checked(bow_tie.clone());
    assert_eq!(kept, Some(Geometry::Polygon(bow_tie)));
    assert_eq!(codes(&flags), [FlagCode::GeometryInvalid]);
    assert!(
        flags[0].reason.contains("1.000000, 1.000000"),
        "{}",
        flags[0].reason
    );
}

#[test]
fn a_lopsided_bow_tie_is_not_repaired_either() {
    let bow_tie = polygon![(x: 0.0, y: 0.0), (x: 2.0, y: 2.0), (x: 2.0, y: 0.0), (x: 0.0, y: 1.0)];
    assert_eq!(codes(&checked(bow_tie).1), [FlagCode::GeometryInvalid]);
}

#[test]
fn a_loop_of_the_outer_ring_becomes_a_hole() {
    // The outer ring runs in to (4, 4), round the hole and out again.
    let inverted = polygon![
        (x: 0.0, y: 0.0), (x: 8.0, y: 0.0), (x: 4.0, y: 4.0), (x: 3.0, y: 6.0), (x: 5.0, y: 6.0),
        (x: 4.0, y: 4.0), (x: 8.0, y: 0.0), (x: 8.0, y: 8.0), (x: 0.0, y: 8.0)
    ];
    let (kept, flags) = checked(inverted);
    assert_eq!(codes(&flags), [FlagCode::GeometryRepaired], "{flags:?}");
    let Some(Geometry::Polygon(polygon)) = kept else {
        panic!("{kept:?}");
    };
    assert_eq!(polygon.interiors().len(), 1);
    assert_eq!(polygon.unsigned_area(), 64.0 - 2.0);
    assert!(polygon.is_valid());
}

#[test]
fn a_spike_without_area_goes() {
    let spike = polygon![(x: 0.1, y: 0.1), (x: 4.0, y: 0.3), (x: 4.0, y: 4.0), (x: 4.0, y: 9.0), (x: 4.0, y: 4.0), (x: 0.2, y: 4.0)];
    let (kept, flags) = checked(spike);
    assert_eq!(codes(&flags), [FlagCode::GeometryRepaired], "{flags:?}");
    let expected = polygon![(x: 0.1, y: 0.1), (x: 4.0, y: 0.3), (x: 4.0, y: 4.0), (x: 0.2, y: 4.0)];
    let Some(Geometry::Polygon(polygon)) = kept else {
        panic!("{kept:?}");
    };
    assert!((polygon.unsigned_area() - expected.unsigned_area()).abs() < 1e-12);
    for vertex in polygon.exterior().coords() {
        assert!(
            expected.exterior().0.contains(vertex),
            "{vertex:?} was not published"
        );
    }
}

#[test]
fn a_pinched_ring_becomes_two_parts() {
    let pinch = polygon![
        (x: 0.0, y: 0.0), (x: 2.0, y: 2.0), (x: 4.0, y: 4.0), (x: 0.0, y: 4.0), (x: 2.0, y: 2.0), (x: -2.0, y: 2.0)
    ];
    let (kept, flags) = checked(pinch.clone());
    if codes(&flags) == [FlagCode::GeometryRepaired] {
        let area = kept.map_or(0.0, |geometry| geometry.unsigned_area());
        assert!((area - pinch.unsigned_area()).abs() < 1e-9);
    } else {
        assert_eq!(kept, Some(Geometry::Polygon(pinch)));
    }
}

#[test]
fn holes_must_lie_inside_and_apart() {
    let square = |low: f64, high: f64| {
        LineString::from(vec![(low, low), (high, low), (high, high), (low, high)])
    };
    let valid = Polygon::new(square(0.0, 10.0), vec![square(1.0, 2.0), square(3.0, 4.0)]);
    assert!(checked(valid).1.is_empty());
    let outside = Polygon::new(square(0.0, 10.0), vec![square(11.0, 12.0)]);
    assert_eq!(codes(&checked(outside).1), [FlagCode::GeometryInvalid]);
    let nested = Polygon::new(square(0.0, 10.0), vec![square(1.0, 9.0), square(3.0, 4.0)]);
    assert_eq!(codes(&checked(nested).1), [FlagCode::GeometryInvalid]);
}

#[test]
fn parts_that_overlap_are_flagged_and_parts_apart_are_not() {
    let square = |low: f64, high: f64| polygon![(x: low, y: low), (x: high, y: low), (x: high, y: high), (x: low, y: high)];
    let apart = MultiPolygon(vec![square(0.0, 1.0), square(2.0, 3.0)]);
    assert!(checked(apart).1.is_empty());
    let in_a_corner = MultiPolygon(vec![square(0.0, 1.0), square(1.0, 3.0)]);
    assert!(checked(in_a_corner).1.is_empty());
    let overlapping = MultiPolygon(vec![square(0.0, 2.0), square(1.0, 3.0)]);
    let (kept, flags) = checked(overlapping.clone());
    assert_eq!(codes(&flags), [FlagCode::GeometryInvalid]);
    assert_eq!(kept, Some(Geometry::MultiPolygon(overlapping)));
}

#[test]
fn collapsed_rings_and_lines_are_flagged() {
    let collapsed = polygon![(x: 1.0, y: 1.0), (x: 2.0, y: 2.0), (x: 1.0, y: 1.0)];
    assert_eq!(codes(&checked(collapsed).1), [FlagCode::GeometryInvalid]);
    let dot = line_string![(x: 1.0, y: 1.0), (x: 1.0, y: 1.0)];
    assert_eq!(codes(&checked(dot.clone()).1), [FlagCode::GeometryInvalid]);
    let collection = GeometryCollection(vec![Geometry::LineString(dot)]);
    assert_eq!(
        codes(&checked(Geometry::GeometryCollection(collection)).1),
        [FlagCode::GeometryInvalid]
    );
}

#[test]
fn winding_is_normalised_without_a_flag() {
    let clockwise =
        polygon![(x: 0.0, y: 0.0), (x: 0.0, y: 1.0), (x: 1.0, y: 1.0), (x: 1.0, y: 0.0)];
    let (kept, flags) = checked(clockwise);
    assert!(flags.is_empty());
    let Some(Geometry::Polygon(polygon)) = kept else {
        panic!("{kept:?}");
    };
    assert!(polygon.signed_area() > 0.0);
}

#[test]
fn a_ring_of_two_million_vertices_is_checked() {
    let vertices = 2_000_000;
    let ring = (0..vertices).map(|number| {
        let angle = f64::from(number) / f64::from(vertices) * std::f64::consts::TAU;
        let radius = if number % 2 == 0 { 20.0 } else { 20.001 };
        (radius * angle.cos(), radius * angle.sin())
    });
    let (kept, flags) = checked(Polygon::new(LineString::from_iter(ring), Vec::new()));
    assert!(kept.is_some());
    assert!(flags.is_empty());
}
