use fast_mvt::{
    MvtCoord, MvtFeature, MvtGeomType, MvtLayerBuilder, MvtReaderRef, MvtValue, MvtValueRef,
};
use proptest::prelude::*;

use super::*;

/// A feature as it is given to both writers.
#[derive(Debug, Clone)]
struct Sample {
    id: Option<u64>,
    kind: GeometryKind,
    /// A position, lines, or rings of which the first is an exterior.
    paths: Vec<Vec<[i32; 2]>>,
    /// One place per key.
    values: Vec<Option<MvtValue>>,
    group: Group,
}

const KEYS: [&str; 5] = ["name", "kind", "height_m", "", "other"];

/// Texts that a coded column names by number.
const TEXTS: [&str; 3] = ["pond", "", "mine"];

fn value() -> impl Strategy<Value = MvtValue> {
    prop_oneof![
        "[a-cé]{0,3}".prop_map(MvtValue::String),
        "[a-z ]{100,200}".prop_map(MvtValue::String),
        any::<bool>().prop_map(MvtValue::Bool),
        (0_u64..5).prop_map(MvtValue::UInt),
        any::<u64>().prop_map(MvtValue::UInt),
        (i64::MIN..0).prop_map(MvtValue::SInt),
        (-9_i32..9).prop_map(|number| MvtValue::Double(f64::from(number) / 4.0)),
        any::<f64>().prop_map(|number| MvtValue::Double(if number.is_finite() {
            number
        } else {
            0.0
        })),
    ]
}

fn position() -> impl Strategy<Value = [i32; 2]> {
    [-64_i32..4160, -64_i32..4160]
}

/// A rectangle, turned either way.
fn ring() -> impl Strategy<Value = Vec<[i32; 2]>> {
    (position(), 1_i32..900, 1_i32..900, any::<bool>()).prop_map(
        |([x, y], width, height, is_turned)| {
            let mut ring = vec![
                [x, y],
                [x + width, y],
                [x + width, y + height],
                [x, y + height],
            ];
            if is_turned {
                ring.reverse();
            }
            ring
        },
    )
}

fn geometry() -> impl Strategy<Value = (GeometryKind, Vec<Vec<[i32; 2]>>)> {
    let lines = prop::collection::vec(prop::collection::vec(position(), 2..40), 1..4);
    let rings = prop::collection::vec(ring(), 1..4);
    prop_oneof![
        position().prop_map(|position| (GeometryKind::Point, vec![vec![position]])),
        lines.prop_map(|lines| (GeometryKind::Lines, lines)),
        rings.prop_map(|rings| (GeometryKind::Polygons, rings)),
    ]
}

fn sample() -> impl Strategy<Value = Sample> {
    let values = prop::collection::vec(prop::option::of(value()), KEYS.len());
    (
        prop::option::of(any::<u64>()),
        geometry(),
        values,
        any::<bool>(),
    )
        .prop_map(|(id, (kind, paths), values, is_row)| Sample {
            id,
            kind,
            paths,
            values,
            group: if is_row { Group::Rows } else { Group::Counts },
        })
}

fn property(value: &MvtValue) -> PropertyValue<'_> {
    match value {
        MvtValue::String(text) => PropertyValue::Text(text),
        MvtValue::Bool(flag) => PropertyValue::Bool(*flag),
        MvtValue::UInt(number) => PropertyValue::Uint(*number),
        MvtValue::SInt(number) => PropertyValue::Int(*number),
        MvtValue::Double(number) => PropertyValue::Double(*number),
        other => panic!("{other:?} is no value of the tests"),
    }
}

/// Number of a text in the coded column of a feature.
fn code(sample: &Sample) -> Option<u32> {
    let length = sample.paths[0].len() + sample.paths.len();
    (length % 4 != 3).then_some(length as u32 % 3)
}

fn written(samples: &[Sample]) -> Vec<u8> {
    LayerWriter::with(|writer| {
        let mut places = vec![0; samples.len()];
        for group in [Group::Rows, Group::Counts] {
            let members: Vec<usize> = (0..samples.len())
                .filter(|&place| samples[place].group == group)
                .collect();
            for (place, &member) in members.iter().enumerate() {
                places[member] = place;
            }
            let mut properties = writer.properties(group, members.len());
            for (number, key) in KEYS.into_iter().enumerate() {
                let column = members.iter().map(|&place| &samples[place].values[number]);
                properties.column(key, column.map(|value| value.as_ref().map(property)));
            }
            let codes = members.iter().map(|&place| code(&samples[place]));
            let text = |code: u32| TEXTS[code as usize];
            properties.coded_texts("coded", codes, TEXTS.len(), text);
        }
        writer.number_values();
        for (sample, place) in samples.iter().zip(places) {
            match sample.kind {
                GeometryKind::Point => writer.point(sample.paths[0][0]),
                GeometryKind::Lines => {
                    writer.begin_paths();
                    sample.paths.iter().for_each(|line| writer.line(line));
                }
                GeometryKind::Polygons => {
                    writer.begin_paths();
                    for (number, ring) in sample.paths.iter().enumerate() {
                        writer.ring(ring, number == 0);
                    }
                }
            }
            writer.end_feature(sample.id, sample.kind, (sample.group, place));
        }
        assert_eq!(writer.count(), samples.len());
        assert!(!writer.is_overfull());
        writer.finish("layer")
    })
}

/// The same layer by the builder of another author, feature by feature.
fn expected(samples: &[Sample]) -> Vec<u8> {
    let mut layer = MvtLayerBuilder::new("layer").expect("a named layer");
    let coords = |path: &[[i32; 2]]| -> Vec<MvtCoord> {
        path.iter().map(|&[x, y]| MvtCoord { x, y }).collect()
    };
    for sample in samples {
        let mut feature = match sample.kind {
            GeometryKind::Point => layer.feature_of(MvtGeomType::Point),
            GeometryKind::Lines => layer.feature_of(MvtGeomType::LineString),
            GeometryKind::Polygons => layer.feature_of(MvtGeomType::Polygon),
        };
        for (number, path) in sample.paths.iter().enumerate() {
            match sample.kind {
                GeometryKind::Point => feature.points(coords(path)),
                GeometryKind::Lines => feature.line(coords(path)),
                GeometryKind::Polygons => feature.ring(coords(path), number == 0),
            }
            .expect("a geometry");
        }
        feature.id(sample.id);
        for (key, value) in KEYS.into_iter().zip(&sample.values) {
            if let Some(value) = value {
                feature.tag_ref(key, value.into()).expect("a tag");
            }
        }
        if let Some(code) = code(sample) {
            let text = MvtValueRef::String(TEXTS[code as usize]);
            feature.tag_ref("coded", text).expect("a tag");
        }
        layer = feature.end();
    }
    layer.encode()
}

fn read(bytes: &[u8]) -> Vec<MvtFeature> {
    let reader = MvtReaderRef::new(bytes).expect("a vector tile");
    let layer = reader.layers().next().expect("a layer");
    assert_eq!((layer.version(), layer.extent()), (2, 4096));
    assert_eq!(layer.name(), "layer");
    layer
        .features()
        .map(|feature| feature.to_feature().expect("a feature"))
        .collect()
}

proptest! {
    #[test]
    fn features_are_those_of_another_writer(samples in prop::collection::vec(sample(), 1..60)) {
        let (own, other) = (written(&samples), expected(&samples));
        prop_assert_eq!(read(&own), read(&other));
        prop_assert_eq!(written(&samples), own);
    }
}

#[test]
fn ten_thousand_values_of_their_own_come_back() {
    let samples: Vec<Sample> = (0..10_000_u64)
        .map(|number| Sample {
            id: Some(number),
            kind: GeometryKind::Point,
            paths: vec![vec![[number as i32 % 4096, 7]]],
            values: vec![
                Some(MvtValue::String(format!("site {number}"))),
                None,
                Some(MvtValue::Double(number as f64 / 8.0)),
                None,
                Some(MvtValue::UInt(number % 2)),
            ],
            group: Group::Rows,
        })
        .collect();
    let (own, other) = (written(&samples), expected(&samples));
    assert_eq!(read(&own), read(&other));
    // Values that features share have the short numbers.
    assert!(own.len() <= other.len(), "{} {}", own.len(), other.len());
}

#[test]
fn columns_without_values_leave_no_key() {
    let bytes = LayerWriter::with(|writer| {
        let mut properties = writer.properties(Group::Rows, 2);
        properties.column("empty", [None, None]);
        properties.column("short", [Some(PropertyValue::Bool(true))]);
        let long = [1, 2, 3].map(|number| Some(PropertyValue::Uint(number)));
        properties.column("long", long);
        writer.properties(Group::Counts, 0);
        writer.number_values();
        for place in 0..2 {
            writer.point([1, 1]);
            writer.end_feature(None, GeometryKind::Point, (Group::Rows, place));
        }
        writer.finish("layer")
    });
    let features = read(&bytes);
    let pair = |key: &str, value| (key.to_owned(), value);
    assert_eq!(
        features[0].properties,
        [
            pair("short", MvtValue::Bool(true)),
            pair("long", MvtValue::UInt(1))
        ]
    );
    assert_eq!(features[1].properties, [pair("long", MvtValue::UInt(2))]);
    assert!(!bytes.windows(5).any(|window| window == b"empty"));
}

#[test]
fn texts_of_many_numbers_are_found_by_text() {
    let texts: Vec<String> = (0..5000)
        .map(|number| format!("text {}", number % 1000))
        .collect();
    let bytes = LayerWriter::with(|writer| {
        let mut properties = writer.properties(Group::Rows, 3);
        let codes = [Some(4999), None, Some(999)];
        properties.coded_texts("text", codes, texts.len(), |code| &texts[code as usize]);
        writer.properties(Group::Counts, 0);
        writer.number_values();
        for place in 0..3 {
            writer.point([0, 0]);
            writer.end_feature(Some(0), GeometryKind::Point, (Group::Rows, place));
        }
        writer.finish("layer")
    });
    let features = read(&bytes);
    let text = vec![("text".to_owned(), MvtValue::String("text 999".into()))];
    assert_eq!(features[0].properties, text);
    assert!(features[1].properties.is_empty());
    assert_eq!(features[2].properties, text);
}
