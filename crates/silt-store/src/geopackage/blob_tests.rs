use geo_types::line_string;
use proptest::prelude::*;

use super::*;

fn any_geometry() -> impl Strategy<Value = Geometry<f64>> {
    let coordinate = (-180.0..180.0_f64, -90.0..90.0_f64);
    let line = prop::collection::vec(coordinate.clone(), 0..6).prop_map(LineString::from);
    let polygon = (line.clone(), prop::collection::vec(line.clone(), 0..3))
        .prop_filter("holes need a shell", |(shell, holes)| {
            !shell.0.is_empty() || holes.is_empty()
        })
        .prop_map(|(shell, holes)| Polygon::new(shell, holes));
    let leaf = prop_oneof![
        coordinate.prop_map(|at| Geometry::Point(Point::from(at))),
        line.clone().prop_map(Geometry::LineString),
        polygon.clone().prop_map(Geometry::Polygon),
        prop::collection::vec(line, 0..3).prop_map(|l| MultiLineString(l).into()),
        prop::collection::vec(polygon, 0..3).prop_map(|p| MultiPolygon(p).into()),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop::collection::vec(inner, 0..4)
            .prop_map(|parts| Geometry::GeometryCollection(GeometryCollection(parts)))
    })
}

proptest! {
    #[test]
    fn every_geometry_comes_back(geometry in any_geometry()) {
        let (bytes, bounds) = encode(&geometry);
        prop_assert_eq!(decode(&bytes), Ok(geometry));
        prop_assert_eq!(envelope(&bytes), Ok(bounds));
        prop_assert_eq!(is_empty(&bytes), Ok(bounds.is_none()));
    }

    #[test]
    fn damaged_bytes_never_panic(geometry in any_geometry(), cut in 0..200_usize, at in 0..200_usize, byte: u8) {
        let (mut bytes, _) = encode(&geometry);
        if let Some(place) = bytes.get_mut(at) {
            *place = byte;
        }
        bytes.truncate(bytes.len().saturating_sub(cut));
        let _ = decode(&bytes);
        let _ = envelope(&bytes);
    }
}

#[test]
fn a_point_has_no_envelope_and_a_line_has_one() {
    let (point, _) = encode(&Point::new(1.0, 2.0).into());
    assert_eq!(point.len(), 8 + 21);
    assert_eq!(&point[..8], &[b'G', b'P', 0, 1, 0xe6, 0x10, 0, 0]);
    let (line, bounds) = encode(&line_string![(x: 1.0, y: 5.0), (x: 3.0, y: 2.0)].into());
    assert_eq!(line.len(), 40 + 9 + 32);
    assert_eq!(bounds, Some([1.0, 3.0, 2.0, 5.0]));
}

#[test]
fn big_endian_and_three_dimensional_headers_are_read() {
    // A big-endian point with a big-endian header, as other programs may write it.
    let mut bytes = vec![b'G', b'P', 0, 0, 0, 0, 0x10, 0xe6, 0, 0, 0, 0, 1];
    bytes.extend_from_slice(&1.5_f64.to_be_bytes());
    bytes.extend_from_slice(&2.5_f64.to_be_bytes());
    assert_eq!(decode(&bytes), Ok(Point::new(1.5, 2.5).into()));
    assert_eq!(envelope(&bytes), Ok(Some([1.5, 1.5, 2.5, 2.5])));
}

#[test]
fn deep_nesting_and_huge_counts_are_refused() {
    let mut bytes = vec![b'G', b'P', 0, 1, 0xe6, 0x10, 0, 0];
    for _ in 0..100_000 {
        bytes.extend_from_slice(&[1, 7, 0, 0, 0, 1, 0, 0, 0]);
    }
    assert!(decode(&bytes).is_err());
    let huge = [
        b'G', b'P', 0, 1, 0, 0, 0, 0, 1, 2, 0, 0, 0, 255, 255, 255, 255,
    ];
    assert!(decode(&huge).is_err());
}
