use geo_types::{Geometry, line_string, point, polygon};
use geozero::{CoordDimensions, ToWkb};

use super::*;

fn read(bytes: &[u8]) -> RawGeometry {
    geometry(bytes, &mut Vec::new())
}

fn wkb(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

fn doubles(values: &[f64]) -> Vec<u8> {
    values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect()
}

#[test]
fn what_another_library_writes_is_read_back() {
    let hole = polygon!(exterior: [(x: 0.0, y: 0.0), (x: 4.0, y: 0.0), (x: 4.0, y: 4.0), (x: 0.0, y: 0.0)], interiors: [[(x: 1.0, y: 0.5), (x: 2.0, y: 0.5), (x: 2.0, y: 1.0), (x: 1.0, y: 0.5)]]);
    let line = line_string![(x: 1.0, y: 2.0), (x: 3.0, y: 4.0)];
    let geometries: Vec<Geometry<f64>> = vec![
        point!(x: 1.5, y: -2.0).into(),
        line.clone().into(),
        hole.clone().into(),
        MultiPoint(vec![point!(x: 1.0, y: 2.0)]).into(),
        MultiLineString(vec![line.clone(), line]).into(),
        MultiPolygon(vec![hole.clone(), hole]).into(),
        Geometry::GeometryCollection(GeometryCollection(vec![point!(x: 1.0, y: 2.0).into()])),
    ];
    for geometry in geometries {
        for bytes in [
            geometry.to_wkb(CoordDimensions::xy()).expect("WKB"),
            geometry
                .to_ewkb(CoordDimensions::xy(), Some(4326))
                .expect("EWKB"),
        ] {
            assert_eq!(
                read(&bytes),
                RawGeometry::Parsed {
                    geometry: geometry.clone(),
                    had_elevation: false
                }
            );
        }
    }
}

#[test]
fn elevations_are_left_out_in_both_dialects() {
    for code in [1001_u32, 0x8000_0001] {
        let bytes = wkb(&[&[1], &code.to_le_bytes(), &doubles(&[1.0, 2.0, 300.0])]);
        assert_eq!(
            read(&bytes),
            RawGeometry::Parsed {
                geometry: point!(x: 1.0, y: 2.0).into(),
                had_elevation: true
            }
        );
    }
}

#[test]
fn empty_is_absent_and_broken_is_unreadable() {
    assert_eq!(
        read(&wkb(&[
            &[1],
            &1_u32.to_le_bytes(),
            &doubles(&[f64::NAN, f64::NAN])
        ])),
        RawGeometry::Absent
    );
    let cases = [
        (vec![], "end too early"),
        (vec![9, 0, 0, 0, 0], "no byte order"),
        (
            wkb(&[&[1], &2_u32.to_le_bytes(), &u32::MAX.to_le_bytes()]),
            "end too early",
        ),
        (
            wkb(&[&[1], &3_u32.to_le_bytes(), &u32::MAX.to_le_bytes()]),
            "end too early",
        ),
        (wkb(&[&[1], &99_u32.to_le_bytes()]), "no geometry type"),
        (
            wkb(&[&[1], &1_u32.to_le_bytes(), &doubles(&[1.0, f64::INFINITY])]),
            "not finite",
        ),
        (
            wkb(&[&[1_u8][..], &7_u32.to_le_bytes(), &1_u32.to_le_bytes()]
                .map(|part| part)
                .repeat(200)),
            "nested deeper",
        ),
    ];
    for (bytes, expected) in cases {
        let RawGeometry::Unreadable { reason, .. } = read(&bytes) else {
            panic!("{expected}")
        };
        assert!(reason.contains(expected), "{reason}");
    }
}

#[test]
fn arcs_become_lines_on_the_circle() {
    let quarter = arcs(&[
        Coord { x: 1.0, y: 0.0 },
        Coord {
            x: 0.5_f64.sqrt(),
            y: 0.5_f64.sqrt(),
        },
        Coord { x: 0.0, y: 1.0 },
    ]);
    assert!(quarter.len() > 20);
    assert!(
        quarter
            .iter()
            .all(|coord| (coord.x.hypot(coord.y) - 1.0).abs() < 1e-12)
    );
    let clockwise = arcs(&[
        Coord { x: 0.0, y: 1.0 },
        Coord {
            x: 0.5_f64.sqrt(),
            y: 0.5_f64.sqrt(),
        },
        Coord { x: 1.0, y: 0.0 },
    ]);
    assert_eq!(clockwise.len(), quarter.len());
    let circle = arcs(&[
        Coord { x: 0.0, y: 0.0 },
        Coord { x: 2.0, y: 0.0 },
        Coord { x: 0.0, y: 0.0 },
    ]);
    assert!(
        circle
            .iter()
            .skip(1)
            .all(|coord| ((coord.x - 1.0).hypot(coord.y) - 1.0).abs() < 1e-12)
    );
    let straight = arcs(&[
        Coord { x: 0.0, y: 0.0 },
        Coord { x: 1.0, y: 1.0 },
        Coord { x: 2.0, y: 2.0 },
    ]);
    assert_eq!(straight.len(), 3);
}
