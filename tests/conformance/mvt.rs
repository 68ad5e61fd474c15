//! A reader of Mapbox vector tiles, written from their specification 2.1 and apart from the
//! program's own encoder.

use std::collections::BTreeMap;

/// One layer.
#[derive(Debug, Default)]
pub(super) struct Layer {
    pub(super) name: String,
    pub(super) version: u64,
    pub(super) extent: u64,
    pub(super) features: Vec<Feature>,
}

/// One feature.
#[derive(Debug, Default)]
pub(super) struct Feature {
    /// 1 point, 2 line, 3 polygon.
    pub(super) kind: u64,
    /// Points, lines or rings in tile units, from the top left corner.
    pub(super) parts: Vec<Vec<(i64, i64)>>,
    pub(super) properties: BTreeMap<String, Value>,
}

/// The value of a property.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Text(String),
    Number(f64),
    Boolean(bool),
}

struct Field<'a> {
    number: u64,
    content: Content<'a>,
}

enum Content<'a> {
    Varint(u64),
    Fixed64([u8; 8]),
    Bytes(&'a [u8]),
    Fixed32([u8; 4]),
}

fn varint(bytes: &mut &[u8]) -> u64 {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let (first, rest) = bytes.split_first().expect("a varint ends");
        *bytes = rest;
        value |= u64::from(first & 0x7F) << shift;
        if first & 0x80 == 0 {
            return value;
        }
    }
    panic!("a varint of more than ten bytes");
}

fn fields(mut bytes: &[u8]) -> Vec<Field<'_>> {
    let mut fields = Vec::new();
    while !bytes.is_empty() {
        let key = varint(&mut bytes);
        let content = match key & 7 {
            0 => Content::Varint(varint(&mut bytes)),
            1 => {
                let (value, rest) = bytes.split_first_chunk().expect("eight bytes");
                bytes = rest;
                Content::Fixed64(*value)
            }
            2 => {
                let length = usize::try_from(varint(&mut bytes)).expect("a length");
                let (value, rest) = bytes.split_at_checked(length).expect("the bytes told of");
                bytes = rest;
                Content::Bytes(value)
            }
            5 => {
                let (value, rest) = bytes.split_first_chunk().expect("four bytes");
                bytes = rest;
                Content::Fixed32(*value)
            }
            other => panic!("wire type {other}"),
        };
        fields.push(Field {
            number: key >> 3,
            content,
        });
    }
    fields
}

fn packed(mut bytes: &[u8]) -> Vec<u64> {
    let mut values = Vec::new();
    while !bytes.is_empty() {
        values.push(varint(&mut bytes));
    }
    values
}

fn utf8(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

fn zigzag(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -((value & 1).cast_signed())
}

fn value(bytes: &[u8]) -> Value {
    let all = fields(bytes);
    let field = all.first().expect("a value");
    match (field.number, &field.content) {
        (1, Content::Bytes(text)) => Value::Text(utf8(text)),
        (2, Content::Fixed32(bytes)) => Value::Number(f64::from(f32::from_le_bytes(*bytes))),
        (3, Content::Fixed64(bytes)) => Value::Number(f64::from_le_bytes(*bytes)),
        (4, Content::Varint(number)) => Value::Number(number.cast_signed() as f64),
        (5, Content::Varint(number)) => Value::Number(*number as f64),
        (6, Content::Varint(number)) => Value::Number(zigzag(*number) as f64),
        (7, Content::Varint(number)) => Value::Boolean(*number != 0),
        _ => panic!("a value of an unknown type"),
    }
}

fn parts(kind: u64, commands: &[u64]) -> Vec<Vec<(i64, i64)>> {
    let mut parts: Vec<Vec<(i64, i64)>> = Vec::new();
    let mut cursor = (0_i64, 0_i64);
    let mut rest = commands.iter().copied();
    while let Some(command) = rest.next() {
        let count = command >> 3;
        match command & 7 {
            operation @ (1 | 2) => {
                for _ in 0..count {
                    cursor.0 += zigzag(rest.next().expect("a horizontal step"));
                    cursor.1 += zigzag(rest.next().expect("a vertical step"));
                    if operation == 1 {
                        parts.push(Vec::new());
                    }
                    parts.last_mut().expect("MoveTo comes first").push(cursor);
                }
            }
            7 => {
                assert_eq!(kind, 3, "ClosePath belongs to polygons");
                assert_eq!(count, 1, "ClosePath counts one");
            }
            other => panic!("command {other}"),
        }
    }
    parts
}

fn feature(bytes: &[u8], keys: &[String], values: &[Value]) -> Feature {
    let mut feature = Feature::default();
    let mut tags = Vec::new();
    let mut commands = Vec::new();
    for field in fields(bytes) {
        match (field.number, field.content) {
            (2, Content::Bytes(bytes)) => tags = packed(bytes),
            (3, Content::Varint(kind)) => feature.kind = kind,
            (4, Content::Bytes(bytes)) => commands = packed(bytes),
            _ => {}
        }
    }
    feature.parts = parts(feature.kind, &commands);
    assert!(tags.len().is_multiple_of(2), "a tag without a value");
    let index = |number: u64| usize::try_from(number).expect("an index");
    for pair in tags.chunks_exact(2) {
        let key = keys.get(index(pair[0])).expect("a key of the layer");
        let value = values.get(index(pair[1])).expect("a value of the layer");
        feature.properties.insert(key.clone(), value.clone());
    }
    feature
}

fn layer(bytes: &[u8]) -> Layer {
    let all = fields(bytes);
    let mut layer = Layer {
        version: 1,
        extent: 4096,
        ..Layer::default()
    };
    let mut keys = Vec::new();
    let mut values = Vec::new();
    for field in &all {
        match (field.number, &field.content) {
            (1, Content::Bytes(name)) => layer.name = utf8(name),
            (3, Content::Bytes(key)) => keys.push(utf8(key)),
            (4, Content::Bytes(bytes)) => values.push(value(bytes)),
            (5, Content::Varint(extent)) => layer.extent = *extent,
            (15, Content::Varint(version)) => layer.version = *version,
            _ => {}
        }
    }
    for field in &all {
        if let (2, Content::Bytes(bytes)) = (field.number, &field.content) {
            layer.features.push(feature(bytes, &keys, &values));
        }
    }
    layer
}

/// The layers of a tile.
pub(super) fn decode(tile: &[u8]) -> Vec<Layer> {
    fields(tile)
        .iter()
        .map(|field| match (field.number, &field.content) {
            (3, Content::Bytes(bytes)) => layer(bytes),
            (other, _) => panic!("field {other} in a tile"),
        })
        .collect()
}

/// Twice the area of a ring; positive for an exterior ring, whose y axis points down.
pub(super) fn doubled_area(ring: &[(i64, i64)]) -> i64 {
    let next = ring.iter().cycle().skip(1);
    ring.iter()
        .zip(next)
        .map(|(a, b)| a.0 * b.1 - b.0 * a.1)
        .sum()
}
