use geo::{Area, Contains};
use geo_types::Point;
use h3o::{LatLng, Resolution};

use super::*;

fn cell(lat: f64, lon: f64, resolution: Resolution) -> CellIndex {
    LatLng::new(lat, lon).expect("a place").to_cell(resolution)
}

fn polygons(geometry: Geometry<f64>) -> Vec<Polygon<f64>> {
    match geometry {
        Geometry::Polygon(polygon) => vec![polygon],
        Geometry::MultiPolygon(polygons) => polygons.0,
        other => panic!("no outline: {other:?}"),
    }
}

#[test]
fn outlines_are_closed_counterclockwise_and_within_the_world() {
    let mut cut = 0;
    for base in CellIndex::base_cells() {
        for cell in base.children(Resolution::Two) {
            let parts = polygons(outline(cell));
            cut += usize::from(parts.len() > 1);
            for part in parts {
                let ring = part.exterior();
                assert_eq!(ring.0.first(), ring.0.last(), "{cell}");
                assert!(ring.0.len() >= 4, "{cell}");
                assert!(
                    ring.0
                        .iter()
                        .all(|at| at.x.abs() <= 180.0 && at.y.abs() <= 90.0),
                    "{cell}"
                );
                assert!(part.signed_area() > 0.0, "{cell}: {part:?}");
                let width = |ring: &LineString<f64>| {
                    let xs = || ring.0.iter().map(|at| at.x);
                    xs().fold(f64::MIN, f64::max) - xs().fold(f64::MAX, f64::min)
                };
                let near_pole = ring.0.iter().any(|at| at.y.abs() > 80.0);
                assert!(width(ring) < 180.0 || near_pole, "{cell}: {}", width(ring));
            }
        }
    }
    assert!(cut > 10, "cells lie on the antimeridian: {cut}");
}

#[test]
fn an_outline_holds_the_places_of_its_cell() {
    for resolution in [Resolution::One, Resolution::Four] {
        for (lat, lon) in [
            (89.9, 17.0),
            (-89.9, -100.0),
            (10.0, 179.9999),
            (-17.8, -179.99),
            (65.0, 180.0),
            (0.0, 0.0),
        ] {
            let parts = polygons(outline(cell(lat, lon, resolution)));
            let holds = |lon: f64| {
                parts
                    .iter()
                    .any(|part| part.contains(&Point::new(lon, lat)))
            };
            // What lies on the cut lies on the border of both parts.
            let beside = [lon, lon - 1e-7, lon + 1e-7 - 360.0];
            assert!(
                beside.into_iter().any(holds),
                "{resolution} {lat} {lon}: {parts:?}"
            );
        }
    }
}
