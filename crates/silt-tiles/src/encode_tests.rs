use super::*;
use crate::testing::{decode, encode, tile};
use crate::{PointPyramid, ShapePyramid, TileOptions};
use fast_mvt::MvtValue;
use geo_types::{Geometry, polygon};

struct EveryType;

impl FeatureSource for EveryType {
    fn id(&self, _row: u32) -> Option<u64> {
        Some(u64::from(u32::MAX) + 5)
    }

    fn properties(&self, rows: &[u32], out: &mut Properties<'_>) {
        let columns = [
            ("text", PropertyValue::Text("Ünïcode")),
            ("flag", PropertyValue::Bool(true)),
            ("negative", PropertyValue::Int(i64::MIN)),
            ("positive", PropertyValue::Int(5)),
            ("large", PropertyValue::Uint(u64::MAX)),
            ("number", PropertyValue::Double(0.1)),
            ("missing", PropertyValue::Double(f64::NAN)),
        ];
        for (key, value) in columns {
            out.column(key, rows.iter().map(|_| Some(value)));
        }
    }
}

#[test]
fn properties_keep_their_types() {
    let points = PointPyramid::build([(0, 0.0, 0.0)]);
    let encoded = encode(
        tile(0, 0, 0),
        TileOptions::default(),
        &EveryType,
        |content| {
            points.collect_points(content, None);
        },
    );
    let features = decode(&encoded.bytes);
    assert_eq!(features[0].id, Some(u64::from(u32::MAX) + 5));
    let expected = [
        ("text", MvtValue::String("Ünïcode".into())),
        ("flag", MvtValue::Bool(true)),
        ("negative", MvtValue::SInt(i64::MIN)),
        ("positive", MvtValue::UInt(5)),
        ("large", MvtValue::UInt(u64::MAX)),
        ("number", MvtValue::Double(0.1)),
    ];
    let expected: Vec<(String, MvtValue)> = expected
        .map(|(key, value)| (key.to_owned(), value))
        .to_vec();
    assert_eq!(features[0].properties, expected);
    assert_eq!(encoded.stats.features, 1);
    assert_eq!(encoded.stats.bytes, encoded.bytes.len());
}

#[test]
fn nothing_is_no_bytes() {
    let encoded = encode(tile(0, 0, 0), TileOptions::default(), &EveryType, |_| {});
    assert!(encoded.bytes.is_empty());
}

#[test]
fn a_layer_needs_a_name() {
    let points = PointPyramid::build([(0, 0.0, 0.0)]);
    let mut content = TileContent::new(tile(0, 0, 0), TileOptions::default());
    points.collect_points(&mut content, None);
    assert!(matches!(
        content.encode("", &EveryType),
        Err(EncodeError::MissingName)
    ));
}

#[test]
fn points_and_polygons_share_a_layer() {
    let square: Geometry<f64> =
        polygon![(x: 0.0, y: 0.0), (x: 9.0, y: 0.0), (x: 9.0, y: 9.0), (x: 0.0, y: 9.0)].into();
    let shapes = ShapePyramid::build([(1, &square)]);
    let points = PointPyramid::build([(2, 50.0, 50.0)]);
    let encoded = encode(
        tile(0, 0, 0),
        TileOptions::default(),
        &EveryType,
        |content| {
            shapes.collect(content, None, None);
            points.collect_points(content, None);
        },
    );
    assert_eq!(decode(&encoded.bytes).len(), 2);
    assert_eq!(
        fast_mvt::MvtReaderRef::new(&encoded.bytes)
            .expect("a tile")
            .layer_count(),
        1
    );
}

#[test]
fn one_feature_is_written_whatever_its_size() {
    let points = PointPyramid::build([(0, 0.0, 0.0), (1, 1.0, 1.0)]);
    let options = TileOptions {
        max_bytes: 10,
        ..TileOptions::default()
    };
    let encoded = encode(tile(0, 0, 0), options, &EveryType, |content| {
        points.collect_points(content, None);
    });
    assert_eq!((encoded.stats.features, encoded.stats.thinned), (1, 1));
}

#[test]
fn counts_are_abbreviated() {
    let cases = [
        (2, "2"),
        (999, "999"),
        (1000, "1.0k"),
        (9_949, "9.9k"),
        (9_950, "10k"),
        (15_499, "15k"),
        (999_499, "999k"),
        (999_500, "1.0M"),
        (12_000_000, "12M"),
    ];
    for (count, expected) in cases {
        assert_eq!(abbreviated(count), expected);
    }
}

#[test]
fn cells_have_ids_of_their_own() {
    let mut ids = std::collections::HashSet::new();
    for resolution in [0, 1, 5, 12] {
        let resolution = h3o::Resolution::try_from(resolution).expect("a resolution");
        let place = h3o::LatLng::new(50.0, 8.0)
            .expect("a position")
            .to_cell(resolution);
        for cell in place.grid_disk::<Vec<_>>(3) {
            let id = cell_feature_id(cell);
            assert!((1 << 52..1 << 53).contains(&id));
            assert!(ids.insert(id), "{cell}");
        }
    }
}
