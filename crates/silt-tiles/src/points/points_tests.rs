use std::collections::{BTreeMap, HashMap};

use super::*;
use crate::testing::*;
use crate::{ClusterGrid, TileOptions, h3_resolution_for_zoom};

fn clusters(
    points: &PointPyramid,
    tile: TileId,
    filter: Option<&dyn Fn(u32) -> bool>,
) -> crate::EncodedTile {
    encode(tile, TileOptions::default(), &Rows, |content| {
        points.collect_clusters(content, ClusterGrid::default(), filter);
    })
}

#[test]
fn every_point_is_counted_by_exactly_one_cluster_of_a_zoom() {
    let points = PointPyramid::build(scattered(20_000, 1));
    for z in 0..=4 {
        let mut total = 0;
        for tile in all_tiles(z) {
            for feature in decode(&clusters(&points, tile, None).bytes) {
                if is_home(position(&feature)) {
                    total += uint(&feature, "point_count").unwrap_or(1);
                }
            }
        }
        assert_eq!(total, 20_000, "zoom {z}");
    }
}

#[test]
fn filtered_clusters_equal_those_of_the_filtered_points() {
    let scattered = scattered(5_000, 2);
    let all = PointPyramid::build(scattered.iter().copied());
    let filter = |row: u32| row.is_multiple_of(3);
    let kept = scattered.iter().copied().filter(|(row, ..)| filter(*row));
    let some = PointPyramid::build(kept);
    let as_filtered = all.filtered(&filter);
    for z in 0..=3 {
        for tile in all_tiles(z) {
            let by_pass = clusters(&all, tile, Some(&filter));
            assert_eq!(by_pass, clusters(&some, tile, None), "{tile}");
            assert_eq!(by_pass, clusters(&as_filtered, tile, None), "{tile}");
        }
    }
    let everything = |_: u32| true;
    for tile in all_tiles(2) {
        assert_eq!(
            clusters(&all, tile, Some(&everything)),
            clusters(&all, tile, None)
        );
    }
}

#[test]
fn a_cluster_is_the_same_in_the_buffer_of_its_neighbours() {
    let points = PointPyramid::build(scattered(20_000, 3));
    let z = 3;
    let side = 8;
    let mut home: HashMap<u64, (i64, i64, u64)> = HashMap::new();
    let mut in_buffers: Vec<(u64, i64, i64, u64)> = Vec::new();
    for tile in all_tiles(z) {
        for feature in decode(&clusters(&points, tile, None).bytes) {
            let Some(count) = uint(&feature, "point_count") else {
                continue;
            };
            let id = feature.id.expect("clusters have ids");
            let (x, y) = position(&feature);
            let world_x = (i64::from(tile.x()) * 4096 + i64::from(x)).rem_euclid(side * 4096);
            let world_y = i64::from(tile.y()) * 4096 + i64::from(y);
            if is_home((x, y)) {
                assert!(
                    home.insert(id, (world_x, world_y, count)).is_none(),
                    "ids are unique"
                );
            } else {
                in_buffers.push((id, world_x, world_y, count));
            }
        }
    }
    assert!(in_buffers.len() > 20, "{}", in_buffers.len());
    for (id, x, y, count) in in_buffers {
        assert_eq!(home.get(&id), Some(&(x, y, count)));
    }
    // And none is missing: every cluster near an edge stands in the neighbour's buffer.
    let tile_east = tile(z, 1, 3);
    let expected = home
        .values()
        .filter(|(x, y, _)| (4096 - 64..4096).contains(x) && (3 * 4096..4 * 4096).contains(y))
        .count();
    let found = decode(&clusters(&points, tile_east, None).bytes)
        .iter()
        .filter(|feature| uint(feature, "point_count").is_some())
        .map(position)
        .filter(|&(x, y)| x < 0 && (0..4096).contains(&y))
        .count();
    assert_eq!(found, expected);
}

#[test]
fn a_cluster_carries_the_names_that_clients_expect() {
    let points = PointPyramid::build((0..1500).map(|row| (row, 10.0, 10.0)));
    let features = decode(&clusters(&points, tile(0, 0, 0), None).bytes);
    let cluster = features.first().expect("one cluster");
    assert_eq!(uint(cluster, "point_count"), Some(1500));
    assert_eq!(text(cluster, "point_count_abbreviated"), Some("1.5k"));
    let names: Vec<&str> = cluster
        .properties
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    let expected = [
        "clustered",
        "point_count",
        "sqrt_point_count",
        "point_count_abbreviated",
    ];
    assert_eq!(names, expected);
    assert!(
        cluster
            .id
            .is_some_and(|id| (1 << 52..1 << 53).contains(&id))
    );
    // The mean of equal points is that point, at every zoom with clusters.
    let deep = PointPyramid::build((0..9).map(|row| (row, 10.0, 10.0)));
    let at_20 = deep.tiles(20).next().expect("the tile of the points");
    let features = decode(&clusters(&deep, at_20, None).bytes);
    assert_eq!(uint(&features[0], "point_count"), Some(9));
    // Beyond the finest level of clusters all are drawn.
    let at_21 = deep.tiles(21).next().expect("the tile of the points");
    assert_eq!(decode(&clusters(&deep, at_21, None).bytes).len(), 9);
}

#[test]
fn a_lone_point_is_drawn_as_itself() {
    let points = PointPyramid::build([(7, -58.0, -34.0)]);
    let features = decode(&clusters(&points, TileId::WORLD, None).bytes);
    assert_eq!(features.len(), 1);
    assert_eq!(features[0].id, Some(7));
    assert_eq!(uint(&features[0], "row"), Some(7));
    assert_eq!(uint(&features[0], "point_count"), None);
}

#[test]
fn the_mean_position_is_exact() {
    // Two points in one cell of zoom 0, one a quarter of the way.
    let points = PointPyramid::build([(0, 1.0, -1.0), (1, 2.0, -1.0)]);
    let features = decode(&clusters(&points, TileId::WORLD, None).bytes);
    let expected = ((181.5 / 360.0) * 4096.0_f64).floor() as i32;
    assert_eq!(position(&features[0]).0, expected);
}

#[test]
fn points_are_in_their_tile_and_in_the_buffers_around() {
    let scattered = scattered(3_000, 4);
    let points = PointPyramid::build(scattered.iter().copied());
    let options = TileOptions::default();
    for tile in all_tiles(2) {
        let encoded = encode(tile, options, &Rows, |content| {
            points.collect_points(content, None);
        });
        let mut found: BTreeMap<(i32, i32), u64> = BTreeMap::new();
        for feature in decode(&encoded.bytes) {
            *found.entry(position(&feature)).or_default() += 1;
        }
        // By hand: every point, in three worlds side by side.
        let mut expected: BTreeMap<(i32, i32), u64> = BTreeMap::new();
        for &(_, longitude, latitude) in &scattered {
            let (x, y) = point_position(longitude, latitude).expect("finite");
            for world in -1..=1 {
                let units = |value: i64| (value * 4096).div_euclid(1 << 30);
                let local_x = units(i64::from(x) + (world << 32)) - i64::from(tile.x()) * 4096;
                let local_y = units(i64::from(y)) - i64::from(tile.y()) * 4096;
                let inside = -64..4096 + 64;
                if inside.contains(&local_x) && inside.contains(&local_y) {
                    *expected
                        .entry((local_x as i32, local_y as i32))
                        .or_default() += 1;
                }
            }
        }
        assert_eq!(found, expected, "{tile}");
        assert_eq!(encoded.stats.thinned, 0);
        assert_eq!(!found.is_empty(), points.holds(tile, 64));
    }
}

#[test]
fn a_full_tile_keeps_a_share_of_every_quadrant() {
    let mut random = Random(5);
    // The north-western quadrant has ten times the points of the others.
    let all: Vec<(u32, f64, f64)> = (0..130_000)
        .map(|row| {
            let quadrant = if row % 13 < 10 { 0 } else { row % 13 - 9 };
            let west = if quadrant % 2 == 0 { -179.0 } else { 1.0 };
            let south = if quadrant / 2 == 0 { 1.0 } else { -80.0 };
            (
                row,
                random.between(west, west + 178.0),
                random.between(south, south + 79.0),
            )
        })
        .collect();
    let points = PointPyramid::build(all.iter().copied());
    let filter = |_: u32| true;
    for filter in [None, Some(&filter as &dyn Fn(u32) -> bool)] {
        let options = TileOptions {
            max_bytes: 60_000,
            ..TileOptions::default()
        };
        let encoded = encode(TileId::WORLD, options, &Texts(20), |content| {
            points.collect_points(content, filter);
        });
        assert!(encoded.bytes.len() <= 60_000);
        assert!(encoded.bytes.len() > 40_000, "{}", encoded.bytes.len());
        let mut by_quadrant = [0.0_f64; 4];
        let features = decode(&encoded.bytes);
        for feature in &features {
            let (x, y) = position(feature);
            by_quadrant[usize::from(x >= 2048) + 2 * usize::from(y >= 2048)] += 1.0;
        }
        let total = features.len() as f64;
        for (quadrant, expected) in [
            (0, 10.0 / 13.0),
            (1, 1.0 / 13.0),
            (2, 1.0 / 13.0),
            (3, 1.0 / 13.0),
        ] {
            let share = by_quadrant[quadrant] / total;
            assert!(
                (share - expected).abs() < 0.25 * expected,
                "{quadrant}: {share}"
            );
        }
        assert_eq!(encoded.stats.features, features.len());
        assert!(encoded.stats.features + encoded.stats.thinned >= 130_000);
    }
}

#[test]
fn cells_are_counted_whole_and_once() {
    let points = PointPyramid::build(scattered(20_000, 6));
    for z in [0, 2, 4] {
        let resolution = h3_resolution_for_zoom(z);
        let mut counts: HashMap<String, u64> = HashMap::new();
        for tile in all_tiles(z) {
            let encoded = encode(tile, TileOptions::default(), &Rows, |content| {
                points.collect_cells(content, resolution, None);
            });
            assert_eq!(encoded.stats.thinned, 0);
            for feature in decode(&encoded.bytes) {
                let cell = text(&feature, "h3").expect("cells have names").to_owned();
                let count = uint(&feature, "point_count").expect("cells have counts");
                let before = counts.insert(cell, count);
                assert!(
                    before.is_none_or(|before| before == count),
                    "counts do not depend on the tile"
                );
            }
        }
        assert_eq!(counts.values().sum::<u64>(), 20_000, "zoom {z}");
    }
    let filter = |row: u32| row.is_multiple_of(2);
    let mut total = 0;
    let mut content = TileContent::new(TileId::WORLD, TileOptions::default());
    points.collect_cells(&mut content, 2, Some(&filter));
    for item in &content.items {
        if let What::Cell { count, .. } = item.what {
            total += count;
        }
    }
    assert_eq!(total, 10_000);
}

#[test]
fn a_cell_across_the_antimeridian_is_drawn_on_both_sides() {
    let points = PointPyramid::build([(0, 179.999, 5.0), (1, -179.999, 5.0)]);
    for (x, side) in [(0, "west"), (7, "east")] {
        let encoded = encode(tile(3, x, 3), TileOptions::default(), &Rows, |content| {
            points.collect_cells(content, 3, None);
        });
        for feature in decode(&encoded.bytes) {
            let bounds = geo::BoundingRect::bounding_rect(&feature.geometry).expect("an outline");
            assert!(bounds.width() < 600, "{side}: {bounds:?}");
        }
        assert!(encoded.stats.features >= 1);
    }
}

#[test]
fn resolutions_follow_the_zoom() {
    assert_eq!(h3_resolution_for_zoom(0), 1);
    assert!((0..24).all(|z| h3_resolution_for_zoom(z) <= h3_resolution_for_zoom(z + 1)));
    assert_eq!(h3_resolution_for_zoom(24), MAX_H3_RESOLUTION);
    assert_eq!(h3_resolution_for_zoom(255), MAX_H3_RESOLUTION);
}

#[test]
fn tiles_lists_every_tile_with_a_point() {
    let points = PointPyramid::build(scattered(2_000, 7));
    for z in [0, 1, 5, 24] {
        let listed: Vec<TileId> = points.tiles(z).collect();
        let total: usize = listed.iter().map(|&tile| points.count(tile, None)).sum();
        assert_eq!(total, 2_000);
        assert!(listed.iter().all(|&tile| points.count(tile, None) > 0));
    }
}

#[test]
fn odd_points_do_no_harm() {
    let odd = [
        (0, f64::NAN, 1.0),
        (1, 1.0, f64::NEG_INFINITY),
        (2, 10.0, 91.0),
        (3, 1e300, -90.0),
        (u32::MAX, 180.0, 0.0),
    ];
    let points = PointPyramid::build(odd);
    assert_eq!((points.len(), points.skipped()), (3, 2));
    for buffer_units in [0, 1, 63, 64, 4096, 9000] {
        let options = TileOptions {
            buffer_units,
            max_bytes: 1,
            max_features: 0,
        };
        for tile in [
            TileId::WORLD,
            tile(1, 0, 0),
            tile(24, 0, 0),
            tile(24, (1 << 24) - 1, 0),
        ] {
            for collect in [
                &(|content: &mut TileContent| points.collect_points(content, None))
                    as &dyn Fn(&mut TileContent),
                &|content| points.collect_clusters(content, ClusterGrid::new(8), None),
                &|content| points.collect_cells(content, 255, None),
            ] {
                let encoded = encode(tile, options, &Rows, collect);
                assert_eq!(encoded.bytes.is_empty(), encoded.stats.features == 0);
            }
        }
    }
    let nothing = PointPyramid::build([]);
    assert!(nothing.is_empty() && nothing.tiles(3).next().is_none());
    assert!(clusters(&nothing, TileId::WORLD, None).bytes.is_empty());
}
