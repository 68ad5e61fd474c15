use geo::{BoundingRect, Intersects};
use geo_types::{
    Geometry, LineString, MultiPoint, Point, Polygon, Rect, line_string, point, polygon,
};
use proptest::prelude::*;
use silt_model::{CollectionSchema, Feature, Field, FieldType, Flag, FlagCode, StoredFeature};

use super::*;

fn feature(fid: i64, geometry: Option<Geometry<f64>>) -> StoredFeature {
    StoredFeature {
        fid,
        source: "demo".into(),
        edition: "2024".into(),
        synthetic: fid % 2 == 0,
        feature: Feature {
            row: 0,
            record_id: format!("r{fid}"),
            geometry,
            properties: vec![("name".into(), format!("n{fid}").into())],
            original: None,
            source_crs: None,
            location_accuracy: None,
            flags: Vec::new(),
            regions: vec!["iso3:BRA".into()],
        },
    }
}

fn schema() -> CollectionSchema {
    let mut schema = CollectionSchema::new("mines");
    schema.fields.push(Field::new("height_m", FieldType::Real));
    schema.fields.push(Field::new("name", FieldType::Text));
    schema
}

fn snapshot_of(geometries: Vec<Option<Geometry<f64>>>) -> CollectionSnapshot {
    let mut builder = SnapshotBuilder::new(schema(), 7);
    for (row, geometry) in geometries.into_iter().enumerate() {
        builder.push(feature(row as i64 * 3 + 1, geometry));
    }
    builder.finish()
}

#[test]
fn what_is_put_in_comes_out() {
    let mut builder = SnapshotBuilder::new(schema(), 7);
    let mut first = feature(4, Some(point!(x: 1.0, y: 2.0).into()));
    first.feature.flags = vec![Flag::new(FlagCode::NullIsland, "at 0 0")];
    first.feature.regions = vec!["sea:north-sea".into(), "iso3:NLD".into()];
    let mut second = feature(9, None);
    second.feature.properties = vec![
        ("unheard_of".into(), 1.into()),
        ("height_m".into(), 2.5.into()),
        ("height_m".into(), 3.5.into()),
    ];
    builder.push(first);
    builder.push(second);
    let snapshot = builder.finish();

    assert_eq!((snapshot.len(), snapshot.version()), (2, 7));
    assert_eq!(snapshot.value(0, "name"), "n4".into());
    assert_eq!(snapshot.value(0, "height_m"), Value::Null);
    assert_eq!(snapshot.value(1, "height_m"), 2.5.into());
    assert_eq!(snapshot.value(1, "unheard_of"), Value::Null);
    assert!(
        snapshot
            .flags()
            .get(0)
            .is_some_and(|flags| flags.contains("null_island"))
    );
    assert_eq!(snapshot.flags().get(1), None);
    assert_eq!(snapshot.geometry(1), None);
    assert!(snapshot.is_synthetic(0) && !snapshot.is_synthetic(1));
    assert_eq!(
        snapshot
            .regions(0)
            .map(|id| id.as_ref())
            .collect::<Vec<_>>(),
        ["iso3:NLD", "sea:north-sea"]
    );
    assert_eq!(snapshot.rows_in_region("iso3:BRA"), [1]);
    assert_eq!(
        snapshot.rows_in_regions(&["iso3:BRA", "iso3:NLD", "iso3:XXX"]),
        [0, 1]
    );
    assert_eq!(snapshot.row_of(&snapshot.id(1)), Some(1));
    assert_eq!(
        snapshot.row_of(&FeatureId::parse("demo:r5").expect("an id")),
        None
    );
    assert_eq!(
        (snapshot.first_row_after(4), snapshot.first_row_after(9)),
        (1, 2)
    );
}

#[test]
fn a_track_is_found_where_it_runs_and_not_in_its_box() {
    // From 0 0 to 40 0 and up to 40 40, with a vertex per degree.
    let mut positions: Vec<(f64, f64)> = (0..=40).map(|x| (f64::from(x), 0.0)).collect();
    positions.extend((1..=40).map(|y| (40.0, f64::from(y))));
    let track: LineString<f64> = positions.into();
    let snapshot = snapshot_of(vec![Some(track.into())]);
    let far_inside = [5.0, 20.0, 15.0, 30.0];
    assert_eq!(
        snapshot.rows_near_bbox(far_inside),
        [0_u32; 0],
        "boxes by segment"
    );
    assert_eq!(snapshot.rows_in_bbox([39.5, 20.2, 40.5, 20.4]), [0]);
}

#[test]
fn across_the_antimeridian_from_either_side() {
    let track = line_string![(x: 179.0, y: 0.0), (x: -179.0, y: 1.0)];
    let beyond = polygon![(x: 178.0, y: -20.0), (x: 183.0, y: -20.0), (x: 183.0, y: -15.0), (x: 178.0, y: -15.0)];
    let snapshot = snapshot_of(vec![
        Some(track.into()),
        Some(beyond.into()),
        Some(point!(x: 180.0, y: 5.0).into()),
        Some(point!(x: -180.0, y: 5.0).into()),
        Some(point!(x: 0.0, y: 0.0).into()),
    ]);
    assert_eq!(snapshot.rows_in_bbox([170.0, -1.0, 180.0, 2.0]), [0]);
    assert_eq!(snapshot.rows_in_bbox([-180.0, -1.0, -170.0, 2.0]), [0]);
    assert_eq!(snapshot.rows_in_bbox([-179.5, -17.0, -178.0, -16.0]), [1]);
    assert_eq!(
        snapshot.rows_in_bbox([179.5, -90.0, -179.5, 90.0]),
        [0, 1, 2, 3]
    );
    assert_eq!(snapshot.rows_in_bbox([179.5, 4.0, 180.0, 6.0]), [2, 3]);
    assert_eq!(
        snapshot.rows_in_bbox([-10.0, -10.0, 10.0, 10.0]),
        [4],
        "not round the Earth"
    );
}

#[test]
fn a_box_inside_a_polygon_meets_it_and_one_in_its_hole_does_not() {
    let shell = Rect::new((0.0, 0.0), (10.0, 10.0)).to_polygon();
    let hole = Rect::new((3.0, 3.0), (7.0, 7.0)).to_polygon();
    let ring = Polygon::new(shell.exterior().clone(), vec![hole.exterior().clone()]);
    let snapshot = snapshot_of(vec![Some(ring.into())]);
    assert_eq!(snapshot.rows_in_bbox([1.0, 1.0, 2.0, 2.0]), [0]);
    assert!(snapshot.rows_in_bbox([4.0, 4.0, 6.0, 6.0]).is_empty());
}

#[test]
fn a_thousand_bytes_are_not_needed_for_a_point() {
    let geometries = (0..10_000).map(|n| Some(point!(x: f64::from(n) / 100.0, y: 1.0).into()));
    let snapshot = snapshot_of(geometries.collect());
    assert!(snapshot.is_all_points());
    let per_feature = snapshot.bytes() / snapshot.len();
    assert!((100..400).contains(&per_feature), "{per_feature} bytes");
}

#[test]
fn cells_are_those_of_the_place_at_each_resolution() {
    use h3o::{LatLng, Resolution};
    let dam = point!(x: -44.12, y: -20.12);
    let mine = point!(x: 20.0, y: 50.0);
    let geometries = [Some(dam), None, Some(mine), Some(dam)];
    let snapshot = snapshot_of(geometries.map(|point| point.map(Into::into)).to_vec());
    let cell_of = |point: Point, resolution| {
        let place = LatLng::new(point.y(), point.x()).expect("a position");
        place.to_cell(resolution)
    };
    for resolution in [Resolution::Zero, Resolution::Five, Resolution::Nine] {
        let cells = snapshot.cells(resolution);
        for (row, point) in (0..).zip(geometries) {
            let expected = point.map(|point| cell_of(point, resolution));
            assert_eq!(cells.of_row(row), expected);
            let by_number = cells
                .number(row)
                .map(|number| cells.cells()[number as usize]);
            assert_eq!(by_number, expected);
        }
        assert!(cells.cells().len() == 2 && cells.cells().is_sorted());
    }
}

fn any_geometry() -> impl Strategy<Value = Geometry<f64>> {
    let position = (-179.0..179.0_f64, -89.0..89.0_f64);
    let positions = |count| prop::collection::vec(position.clone(), count);
    prop_oneof![
        (-179.0..179.0_f64, -89.0..89.0_f64).prop_map(|(x, y)| Geometry::Point(Point::new(x, y))),
        positions(2..40).prop_map(|list| {
            // Steps of under half the world, so that the plane oracle is right.
            let near = list.into_iter().map(|(x, y)| (x / 4.0, y));
            Geometry::LineString(near.collect())
        }),
        positions(1..5).prop_map(|list| Geometry::MultiPoint(MultiPoint::from(list))),
        ((-170.0..160.0_f64, -80.0..70.0_f64), 0.1..10.0_f64).prop_map(|((x, y), size)| {
            Geometry::Polygon(polygon![(x: x, y: y), (x: x + size, y: y), (x: x, y: y + size)])
        }),
    ]
}

proptest! {
    #[test]
    fn the_tree_finds_what_a_look_at_every_feature_finds(
        geometries in prop::collection::vec(any_geometry(), 1..60),
        west in -180.0..180.0_f64, south in -90.0..80.0_f64,
        width in 0.0..90.0_f64, height in 0.0..90.0_f64,
    ) {
        let bbox = [west, south, (west + width).min(180.0), (south + height).min(90.0)];
        let window = Rect::new((bbox[0], bbox[1]), (bbox[2], bbox[3]));
        let expected: Vec<u32> = (0..)
            .zip(&geometries)
            .filter(|(_, geometry)| geometry.intersects(&window))
            .map(|(row, _)| row)
            .collect();
        let boxes: Vec<u32> = (0..)
            .zip(&geometries)
            .filter(|(_, geometry)| geometry.bounding_rect().is_some_and(|own| own.intersects(&window)))
            .map(|(row, _)| row)
            .collect();
        let snapshot = snapshot_of(geometries.into_iter().map(Some).collect());
        prop_assert_eq!(&snapshot.rows_in_bbox(bbox), &expected);
        let near = snapshot.rows_near_bbox(bbox);
        prop_assert!(near.iter().all(|row| boxes.contains(row)));
        prop_assert!(expected.iter().all(|row| near.contains(row)));
    }
}
