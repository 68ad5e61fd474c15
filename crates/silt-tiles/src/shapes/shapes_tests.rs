use geo::{Area, BooleanOps, BoundingRect, Validation};
use geo_types::{
    GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon,
    Rect, coord, line_string, polygon,
};
use proptest::prelude::*;

use super::*;
use crate::mercator::unit_position;
use crate::testing::*;
use crate::{EncodedTile, TileOptions};

fn draw(shapes: &ShapePyramid, tile: TileId) -> EncodedTile {
    encode(tile, TileOptions::default(), &Rows, |content| {
        shapes.collect(content, None, None);
    })
}

/// The polygons of a tile, in tile units.
fn polygons(encoded: &EncodedTile) -> Vec<MultiPolygon<f64>> {
    decode(&encoded.bytes)
        .into_iter()
        .filter_map(|feature| {
            let geometry: Geometry<f64> = geo::Convert::convert(&feature.geometry);
            match geometry {
                Geometry::Polygon(polygon) => Some(MultiPolygon(vec![polygon])),
                Geometry::MultiPolygon(polygons) => Some(polygons),
                _ => None,
            }
        })
        .collect()
}

fn lines(encoded: &EncodedTile) -> Vec<MultiLineString<f64>> {
    decode(&encoded.bytes)
        .into_iter()
        .filter_map(|feature| {
            let geometry: Geometry<f64> = geo::Convert::convert(&feature.geometry);
            match geometry {
                Geometry::LineString(line) => Some(MultiLineString(vec![line])),
                Geometry::MultiLineString(lines) => Some(lines),
                _ => None,
            }
        })
        .collect()
}

fn square(west: f64, south: f64, side: f64) -> Geometry<f64> {
    let rect = Rect::new(
        coord! { x: west, y: south },
        coord! { x: west + side, y: south + side },
    );
    Geometry::Polygon(rect.to_polygon())
}

fn assert_valid(encoded: &EncodedTile) {
    for polygon in polygons(encoded) {
        if let Err(error) = polygon.check_validation() {
            panic!("{error}: {polygon:?}");
        }
    }
}

#[test]
fn a_square_keeps_its_place_and_winding() {
    let shapes = ShapePyramid::build([(3, square(0.0, 0.0, 90.0))]);
    let encoded = draw(&shapes, TileId::WORLD);
    let features = decode(&encoded.bytes);
    assert_eq!((features.len(), features[0].id), (1, Some(3)));
    let Geometry::Polygon(polygon) = &features[0].geometry else {
        panic!("a polygon was expected");
    };
    let ring = &polygon.exterior().0;
    let vertices: Vec<[i32; 2]> = ring.iter().map(|vertex| [vertex.x, vertex.y]).collect();
    let bounds = boxes::around(&vertices);
    assert_eq!((bounds[0], bounds[2], bounds[3]), (2048, 3072, 2048));
    let twice_area: i64 = ring
        .windows(2)
        .map(|pair| {
            i64::from(pair[0].x) * i64::from(pair[1].y)
                - i64::from(pair[1].x) * i64::from(pair[0].y)
        })
        .sum();
    assert!(
        twice_area > 0,
        "exteriors have a positive area with y downwards"
    );
}

#[test]
fn small_polygons_never_vanish() {
    // A tailings pond of 300 m, a thin dam of 20 km, and a ring whose vertices are all the same place.
    let pond = square(-43.5, -20.2, 0.003);
    let dam = polygon![(x: 10.0, y: 50.0), (x: 10.2, y: 50.1), (x: 10.2, y: 50.10001), (x: 10.0, y: 50.00001)];
    let shapes = ShapePyramid::build([(0, pond), (1, Geometry::Polygon(dam))]);
    for z in 0..=crate::MAX_ZOOM.min(16) {
        let mut seen = [false; 2];
        let points = crate::PointPyramid::build([(0, -43.4985, -20.1985), (1, 10.1, 50.05)]);
        for tile in points.tiles(z) {
            let encoded = draw(&shapes, tile);
            assert_valid(&encoded);
            for feature in decode(&encoded.bytes) {
                seen[feature.id.expect("an id") as usize] = true;
            }
            assert!(
                polygons(&encoded)
                    .iter()
                    .all(|polygon| polygon.unsigned_area() > 0.0)
            );
        }
        assert_eq!(seen, [true; 2], "zoom {z}");
    }
}

#[test]
fn a_polygon_across_the_antimeridian_is_whole_on_both_sides() {
    let jumping = polygon![(x: 179.0, y: -10.0), (x: -179.0, y: -10.0), (x: -179.0, y: 10.0), (x: 179.0, y: 10.0)];
    let counted_on = polygon![(x: 179.0, y: -10.0), (x: 181.0, y: -10.0), (x: 181.0, y: 10.0), (x: 179.0, y: 10.0)];
    let west_counted = polygon![(x: -181.0, y: -10.0), (x: -179.0, y: -10.0), (x: -179.0, y: 10.0), (x: -181.0, y: 10.0)];
    for polygon in [jumping, counted_on, west_counted] {
        let shapes = ShapePyramid::build([(0, Geometry::Polygon(polygon))]);
        let east = polygons(&draw(&shapes, tile(2, 3, 1)));
        let west = polygons(&draw(&shapes, tile(2, 0, 1)));
        let bounds =
            |polygons: &[MultiPolygon<f64>]| polygons[0].bounding_rect().expect("not empty");
        assert!((bounds(&east).min().x - 4050.0).abs() <= 1.0);
        assert!((bounds(&east).max().x - (4096.0 + 46.0)).abs() <= 1.0);
        assert!((bounds(&west).min().x + 46.0).abs() <= 1.0);
        assert!((bounds(&west).max().x - 46.0).abs() <= 1.0);
        // The middle of the map stays free.
        assert!(polygons(&draw(&shapes, tile(2, 1, 1))).is_empty());
        assert_eq!(polygons(&draw(&shapes, TileId::WORLD))[0].0.len(), 2);
    }
}

#[test]
fn a_polygon_around_the_pole_reaches_it() {
    let antarctic: LineString<f64> = (0..36)
        .map(|step| coord! { x: f64::from(step) * 10.0 - 180.0, y: -70.0 })
        .collect();
    let shapes = ShapePyramid::build(
        [(0, Polygon::new(antarctic, vec![]).into())] as [(u32, Geometry<f64>); 1]
    );
    let south = polygons(&draw(&shapes, tile(1, 0, 1)));
    let bounds = south[0].bounding_rect().expect("not empty");
    assert!(
        bounds.max().y >= 4096.0 && bounds.width() > 4096.0,
        "{bounds:?}"
    );
    assert!(draw(&shapes, tile(1, 0, 0)).bytes.is_empty());
    // The same as bundled country files have it: along 180 degrees to the pole and back.
    let closed = polygon![(x: -180.0, y: -90.0), (x: -180.0, y: -70.0), (x: 0.0, y: -70.0), (x: 180.0, y: -70.0), (x: 180.0, y: -90.0)];
    let shapes = ShapePyramid::build([(0, Geometry::Polygon(closed))]);
    let again = polygons(&draw(&shapes, tile(1, 0, 1)));
    assert!(
        (again[0].unsigned_area() - south[0].unsigned_area()).abs()
            < 0.02 * south[0].unsigned_area()
    );
}

#[test]
fn a_rectangle_around_the_world_is_not_a_line() {
    let world = Rect::new(coord! { x: -180.0, y: -60.0 }, coord! { x: 180.0, y: 60.0 });
    let shapes = ShapePyramid::build([(0, Geometry::Rect(world))]);
    let area = polygons(&draw(&shapes, tile(1, 0, 0)))[0].unsigned_area();
    assert!(area > 4096.0 * 1700.0, "{area}");
}

#[test]
fn a_line_across_the_antimeridian_does_not_cross_the_map() {
    let jump = line_string![(x: 170.0, y: 0.0), (x: -170.0, y: 10.0)];
    let shapes = ShapePyramid::build([(0, Geometry::LineString(jump))]);
    assert!(draw(&shapes, tile(3, 3, 3)).bytes.is_empty());
    for x in [0, 7] {
        assert!(!draw(&shapes, tile(3, x, 3)).bytes.is_empty());
    }
    // Around the world four times.
    let spiral: LineString<f64> = (0..=144)
        .map(|step| {
            let longitude = (f64::from(step) * 10.0 + 180.0).rem_euclid(360.0) - 180.0;
            coord! { x: longitude, y: f64::from(step) / 10.0 }
        })
        .collect();
    let shapes = ShapePyramid::build([(0, Geometry::LineString(spiral))]);
    for x in 0..8 {
        let pieces = &lines(&draw(&shapes, tile(3, x, 3)))[0];
        assert!(pieces.0.len() >= 4, "{x}: {}", pieces.0.len());
        // Eastwards is northwards on a spiral; a step back across the map would go west.
        for step in pieces.0.iter().flat_map(LineString::lines) {
            assert!(step.dx() * step.dy() <= 2.0 * step.dx().abs(), "{step:?}");
        }
    }
}

#[test]
fn lines_have_no_steps_without_length() {
    let mut random = Random(11);
    let track: LineString<f64> = (0..5000)
        .scan((3.0, 52.0), |at, _| {
            at.0 += random.between(-0.001, 0.0011);
            at.1 += random.between(-0.001, 0.001);
            Some(coord! { x: at.0, y: at.1 })
        })
        .collect();
    let start = track.0[0];
    let shapes = ShapePyramid::build([(0, Geometry::LineString(track))]);
    let place = crate::PointPyramid::build([(0, start.x, start.y)]);
    let mut counts = Vec::new();
    for z in 0..=20 {
        let home = place.tiles(z).next().expect("the tile of the start");
        let drawn = lines(&draw(&shapes, home));
        assert_eq!(drawn.len(), 1, "zoom {z}");
        for line in &drawn[0].0 {
            assert!(line.0.len() >= 2);
            assert!(line.lines().all(|step| step.start != step.end));
        }
        counts.push(drawn[0].0.iter().map(|line| line.0.len()).sum::<usize>());
    }
    assert!(counts[0] <= 4 && counts[6] < 600, "{counts:?}");
}

#[test]
fn neighbours_do_not_tear() {
    // A border of 20,000 steps shared by two polygons, as two files would have it.
    let mut random = Random(12);
    let border: Vec<_> = (0..=20_000)
        .map(|step| coord! { x: 10.0 + random.between(-0.02, 0.02), y: 40.0 + f64::from(step) * 0.0005 })
        .collect();
    let mut west = border.clone();
    west.extend([coord! { x: 5.0, y: 50.0 }, coord! { x: 5.0, y: 40.0 }]);
    let mut east: Vec<_> = border.iter().rev().copied().collect();
    east.extend([coord! { x: 15.0, y: 40.0 }, coord! { x: 15.0, y: 50.0 }]);
    let shapes = ShapePyramid::build([
        (0, Geometry::Polygon(Polygon::new(LineString(west), vec![]))),
        (1, Geometry::Polygon(Polygon::new(LineString(east), vec![]))),
    ]);
    let place = crate::PointPyramid::build([(0, 10.0, 45.0)]);
    for z in [4, 6, 8] {
        let home = place.tiles(z).next().expect("the tile of the border");
        let encoded = draw(&shapes, home);
        assert_valid(&encoded);
        let sides = polygons(&encoded);
        let overlap = sides[0].intersection(&sides[1]).unsigned_area();
        let union = sides[0].union(&sides[1]);
        let hull_area = union
            .bounding_rect()
            .expect("not empty")
            .to_polygon()
            .unsigned_area();
        let gap = (hull_area - union.unsigned_area()).max(0.0);
        let border_units = union.bounding_rect().expect("not empty").height();
        assert!(
            overlap + gap < 3.0 * border_units,
            "zoom {z}: {overlap} {gap} along {border_units}"
        );
    }
}

#[test]
fn copies_do_not_depend_on_the_order_of_requests() {
    let build = || {
        let mut random = Random(13);
        ShapePyramid::build((0..50).map(|row| {
            let centre = (random.between(-30.0, 30.0), random.between(-30.0, 30.0));
            (row, Geometry::Polygon(star(&mut random, centre, 4.0, 200)))
        }))
    };
    let (forwards, backwards) = (build(), build());
    let tiles: Vec<TileId> = (0..=3).flat_map(all_tiles).collect();
    let in_order: Vec<EncodedTile> = tiles.iter().map(|&tile| draw(&forwards, tile)).collect();
    let mut in_reverse: Vec<EncodedTile> = tiles
        .iter()
        .rev()
        .map(|&tile| draw(&backwards, tile))
        .collect();
    in_reverse.reverse();
    assert_eq!(in_order, in_reverse);
    assert!(forwards.bytes() > 50 * 200 * 9);
}

#[test]
fn candidates_and_filters_select_rows() {
    let shapes =
        ShapePyramid::build((0..100).map(|row| (row, square(f64::from(row) - 50.0, 0.0, 0.5))));
    let filter = |row: u32| row.is_multiple_of(2);
    let all = draw(&shapes, TileId::WORLD);
    assert_eq!(all.stats.features, 100);
    let rows: Vec<u32> = (0..200).rev().collect();
    let by_candidates = encode(TileId::WORLD, TileOptions::default(), &Rows, |content| {
        shapes.collect(content, Some(&rows), None);
    });
    assert_eq!(all, by_candidates);
    let even = encode(TileId::WORLD, TileOptions::default(), &Rows, |content| {
        shapes.collect(content, Some(&rows[..150]), Some(&filter));
    });
    assert_eq!(even.stats.features, 25);
}

#[test]
fn a_full_tile_keeps_the_largest_and_an_even_share_of_the_rest() {
    let mut random = Random(14);
    let mut list: Vec<(u32, Geometry<f64>)> = (0..40_000)
        .map(|row| {
            (
                row,
                square(
                    random.between(-170.0, 169.0),
                    random.between(-79.0, 78.0),
                    0.05,
                ),
            )
        })
        .collect();
    list.push((50_000, square(20.0, 20.0, 30.0)));
    let shapes = ShapePyramid::build(list);
    let options = TileOptions {
        max_bytes: 100_000,
        ..TileOptions::default()
    };
    let encoded = encode(TileId::WORLD, options, &Texts(30), |content| {
        shapes.collect(content, None, None);
    });
    assert!(encoded.bytes.len() <= 100_000);
    assert_eq!(encoded.stats.features + encoded.stats.thinned, 40_001);
    let features = decode(&encoded.bytes);
    assert!(features.iter().any(|feature| feature.id == Some(50_000)));
    let mut quadrants = [0.0_f64; 4];
    for feature in &features {
        let corner = feature.geometry.bounding_rect().expect("not empty").min();
        quadrants[usize::from(corner.x >= 2048) + 2 * usize::from(corner.y >= 2048)] += 1.0;
    }
    for quadrant in quadrants {
        assert!(
            (quadrant / features.len() as f64 - 0.25).abs() < 0.06,
            "{quadrants:?}"
        );
    }
}

#[test]
fn a_heavy_polygon_is_drawn_more_coarsely_before_any_is_left_out() {
    let mut random = Random(15);
    let shapes = ShapePyramid::build((0..20).map(|row| {
        let centre = (f64::from(row) * 8.0 - 80.0, 0.0);
        (row, Geometry::Polygon(star(&mut random, centre, 3.5, 4000)))
    }));
    let options = TileOptions {
        max_bytes: 20_000,
        ..TileOptions::default()
    };
    let encoded = encode(tile(0, 0, 0), options, &Rows, |content| {
        shapes.collect(content, None, None);
    });
    assert!(encoded.bytes.len() <= 20_000);
    let tight = TileOptions {
        max_bytes: encoded.bytes.len() / 3,
        ..options
    };
    let coarse = encode(tile(0, 0, 0), tight, &Rows, |content| {
        shapes.collect(content, None, None);
    });
    assert!(coarse.bytes.len() <= tight.max_bytes);
    assert!(coarse.stats.grid_units > encoded.stats.grid_units);
    assert_eq!(coarse.stats.thinned, 0);
    assert_valid(&coarse);
}

#[test]
fn a_collection_gives_its_lines_and_its_polygons() {
    let collection = GeometryCollection(vec![
        square(0.0, 0.0, 10.0),
        Geometry::LineString(line_string![(x: 20.0, y: 0.0), (x: 30.0, y: 5.0)]),
        Geometry::Point(Point::new(1.0, 1.0)),
        Geometry::GeometryCollection(GeometryCollection(vec![square(40.0, 0.0, 5.0)])),
    ]);
    let geometry = Geometry::GeometryCollection(collection);
    let shapes = ShapePyramid::build([(9, &geometry)]);
    assert_eq!(shapes.len(), 2);
    let encoded = draw(&shapes, TileId::WORLD);
    assert_eq!(polygons(&encoded)[0].0.len(), 2);
    assert_eq!(lines(&encoded).len(), 1);
    assert_eq!(point_positions(&geometry), vec![(1.0, 1.0)]);
    let points = Geometry::MultiPoint(MultiPoint::from(vec![(1.0, 2.0), (3.0, 4.0)]));
    assert_eq!(point_positions(&points), vec![(1.0, 2.0), (3.0, 4.0)]);
}

#[test]
fn odd_geometries_do_no_harm() {
    let nan = f64::NAN;
    let odd: Vec<Geometry<f64>> = vec![
        Geometry::Polygon(Polygon::new(LineString(vec![]), vec![])),
        Geometry::LineString(LineString(vec![])),
        Geometry::MultiPolygon(MultiPolygon(vec![])),
        Geometry::GeometryCollection(GeometryCollection(vec![])),
        Geometry::LineString(line_string![(x: nan, y: 0.0), (x: 1.0, y: nan)]),
        Geometry::Polygon(polygon![(x: 0.0, y: 0.0), (x: 0.0, y: 0.0), (x: 0.0, y: 0.0)]),
        Geometry::Polygon(polygon![(x: 0.0, y: 0.0), (x: 1.0, y: 1.0)]),
        Geometry::Polygon(polygon![(x: 1e308, y: 91.0), (x: -1e308, y: -91.0), (x: nan, y: 2.0)]),
        Geometry::Polygon(
            polygon![(x: -3000.0, y: -500.0), (x: 3000.0, y: 500.0), (x: 0.0, y: 1e9)],
        ),
        Geometry::LineString(
            line_string![(x: -3000.0, y: 91.0), (x: 3000.0, y: -91.0), (x: 5.0, y: 5.0)],
        ),
        Geometry::LineString(line_string![(x: 5.0, y: 5.0), (x: 5.0, y: 5.0)]),
        Geometry::Polygon(polygon![(x: 0.0, y: 89.5), (x: 120.0, y: 89.5), (x: 240.0, y: 89.5)]),
    ];
    let rows = odd
        .iter()
        .enumerate()
        .map(|(row, geometry)| (row as u32, geometry));
    let shapes = ShapePyramid::build(rows);
    assert!(shapes.skipped() > 0);
    for buffer_units in [0, 1, 64, 5000] {
        for tile in [
            TileId::WORLD,
            tile(1, 1, 0),
            tile(5, 16, 15),
            tile(24, 1 << 23, 1 << 23),
        ] {
            let options = TileOptions {
                buffer_units,
                ..TileOptions::default()
            };
            let encoded = encode(tile, options, &Rows, |content| {
                shapes.collect(content, None, None)
            });
            assert_valid(&encoded);
        }
    }
}

/// A polygon without crossings: its vertices lie around a centre in order.
fn star(random: &mut Random, centre: (f64, f64), radius: f64, count: u32) -> Polygon<f64> {
    let ring = (0..count)
        .map(|step| {
            let angle = f64::from(step) / f64::from(count) * std::f64::consts::TAU;
            let distance = radius * random.between(0.4, 1.0);
            coord! { x: centre.0 + distance * angle.cos(), y: centre.1 + distance * angle.sin() }
        })
        .collect();
    Polygon::new(ring, vec![])
}

/// A star with a hole around its centre.
fn holed(seed: u64, count: u32) -> Polygon<f64> {
    let mut random = Random(seed);
    let centre = (random.between(-40.0, 40.0), random.between(-40.0, 40.0));
    let exterior = star(&mut random, centre, 20.0, count);
    let hole = star(&mut random, centre, 7.0, count / 2 + 3);
    Polygon::new(exterior.exterior().clone(), vec![hole.exterior().clone()])
}

/// The polygon in the units of a tile, without rounding.
fn exact(polygon: &Polygon<f64>, tile: TileId) -> Polygon<f64> {
    let side = f64::from(1_u32 << tile.z()) * 4096.0;
    geo::MapCoords::map_coords(polygon, |vertex| {
        let (x, y) = unit_position(vertex.x, vertex.y);
        coord! {
            x: x * side - f64::from(tile.x()) * 4096.0,
            y: y * side - f64::from(tile.y()) * 4096.0,
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn what_is_drawn_is_valid_and_has_the_area_of_the_clip(seed: u64, count in 5_u32..400, z in 0_u8..8) {
        let polygon = holed(seed, count);
        let shapes = ShapePyramid::build([(0, Geometry::Polygon(polygon.clone()))]);
        let centre = polygon.bounding_rect().expect("not empty").center();
        let edge = polygon.exterior().0[0];
        let places = crate::PointPyramid::build([(0, centre.x, centre.y), (1, edge.x, edge.y)]);
        for tile in places.tiles(z) {
            let encoded = draw(&shapes, tile);
            assert_valid(&encoded);
            let drawn: f64 = polygons(&encoded).iter().map(|polygon| polygon.unsigned_area()).sum();
            let window = Rect::new(coord! { x: -64.0, y: -64.0 }, coord! { x: 4160.0, y: 4160.0 });
            let clip = exact(&polygon, tile).intersection(&window.to_polygon());
            let outline = outline_length(&clip);
            let difference = (drawn - clip.unsigned_area()).abs();
            // Every edge may move by the tolerance and half a unit.
            prop_assert!(difference <= 4.0 + 2.0 * outline, "{difference} along {outline}");
        }
    }

    #[test]
    fn crossing_rings_become_valid(seed: u64, count in 3_u32..60, z in 0_u8..20) {
        let mut random = Random(seed);
        let mut ring = |count: u32| -> LineString<f64> {
            (0..count)
                .map(|_| coord! { x: random.between(-0.2, 0.2), y: random.between(-0.2, 0.2) })
                .collect()
        };
        let polygon = MultiPolygon(vec![
            Polygon::new(ring(count), vec![ring(4)]),
            Polygon::new(ring(5), vec![]),
        ]);
        let shapes = ShapePyramid::build([(0, Geometry::MultiPolygon(polygon))]);
        let places = crate::PointPyramid::build([(0, 0.01, 0.01), (1, -0.05, 0.07)]);
        for tile in places.tiles(z) {
            assert_valid(&draw(&shapes, tile));
        }
    }

    #[test]
    fn any_numbers_are_survived(
        vertices in prop::collection::vec((prop::num::f64::ANY, prop::num::f64::ANY), 0..12),
        near in prop::collection::vec((-400.0..400.0_f64, -100.0..100.0_f64), 0..30),
        z in 0_u8..=24,
    ) {
        let ring: LineString<f64> = vertices.iter().chain(&near).map(|&(x, y)| coord! { x: x, y: y }).collect();
        let near_ring: LineString<f64> = near.iter().map(|&(x, y)| coord! { x: x, y: y }).collect();
        let geometries = [
            Geometry::LineString(ring.clone()),
            Geometry::Polygon(Polygon::new(ring.clone(), vec![near_ring.clone()])),
            Geometry::Polygon(Polygon::new(near_ring, vec![ring])),
        ];
        let rows = geometries.iter().enumerate().map(|(row, geometry)| (row as u32, geometry));
        let shapes = ShapePyramid::build(rows);
        let last = (1_u32 << z) - 1;
        for (x, y) in [(0, 0), (last, last), (last / 2, last / 2)] {
            assert_valid(&draw(&shapes, tile(z, x, y)));
        }
    }
}

fn outline_length(polygons: &MultiPolygon<f64>) -> f64 {
    let ring_length = |ring: &LineString<f64>| -> f64 {
        ring.lines().map(|step| step.dx().hypot(step.dy())).sum()
    };
    polygons
        .iter()
        .flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()))
        .map(ring_length)
        .sum()
}
