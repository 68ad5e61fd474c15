//! Collections like those that are served: a million points with ten attributes, and the administrative
//! divisions of the world.

use std::io::Read;
use std::sync::Arc;

use geo_types::{Coord, Geometry, LineString, MultiPolygon, Point, Polygon};
use serde_json::Value as Json;
use silt_index::snapshot::{CollectionSnapshot, SnapshotBuilder};
use silt_model::{CollectionSchema, Feature, Field, FieldType, StoredFeature, Value};

/// Splitmix64, so that every run draws the same data.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// Any number.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number in [from, to).
    pub(crate) fn between(&mut self, from: f64, to: f64) -> f64 {
        let unit = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        from + unit * (to - from)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
}

/// Half in clumps, as places are, half anywhere; in no order, so that neighbours are far in memory.
pub(crate) fn position(random: &mut Random) -> Coord<f64> {
    let clump = random.below(1000) as f64;
    if clump < 500.0 {
        let west = (clump * 73.0) % 350.0 - 175.0;
        let south = (clump * 31.0) % 130.0 - 60.0;
        Coord {
            x: random.between(west, west + 2.0),
            y: random.between(south, south + 2.0),
        }
    } else {
        Coord {
            x: random.between(-180.0, 180.0),
            y: random.between(-60.0, 70.0),
        }
    }
}

/// Points with three texts of few values, a text of their own, four numbers, a date and a flag.
pub(crate) fn points(count: u32) -> CollectionSnapshot {
    let mut schema = CollectionSchema::new("points");
    schema.fields = [
        ("name", FieldType::Text),
        ("kind", FieldType::Text),
        ("status", FieldType::Text),
        ("commodity", FieldType::Text),
        ("height_m", FieldType::Real),
        ("storage_m3", FieldType::Real),
        ("elevation_m", FieldType::Integer),
        ("score", FieldType::Integer),
        ("updated", FieldType::Date),
        ("active", FieldType::Boolean),
    ]
    .map(|(name, field_type)| Field::new(name, field_type))
    .to_vec();
    let names: Vec<Arc<str>> = schema
        .fields
        .iter()
        .map(|field| Arc::from(field.name.as_str()))
        .collect();
    let mut random = Random(1);
    let mut builder = SnapshotBuilder::new(schema, 1);
    for row in 0..count {
        let text = |words: &[&str], number: u64| {
            Value::Text(words[number as usize % words.len()].to_owned())
        };
        let values = [
            Value::Text(format!("Site {row} of the register")),
            text(&["mine", "quarry", "pond", "dam"], random.next()),
            text(&["active", "closed", "planned"], random.next()),
            text(
                &["copper", "gold", "iron ore", "sand", "coal", "zinc", "lead"],
                random.next(),
            ),
            Value::Real((random.between(1.0, 90.0) * 10.0).round() / 10.0),
            Value::Real(random.between(1e3, 1e8).round()),
            Value::Int(random.below(4000) as i64 - 50),
            Value::Int(random.below(100) as i64),
            Value::Text(format!(
                "20{:02}-{:02}",
                random.below(26),
                1 + random.below(12)
            )),
            Value::Bool(random.below(3) == 0),
        ];
        let point = Geometry::Point(Point(position(&mut random)));
        builder.push(stored(row, point, names.iter().cloned().zip(values)));
    }
    builder.finish()
}

fn stored(
    row: u32,
    geometry: Geometry<f64>,
    properties: impl Iterator<Item = (Arc<str>, Value)>,
) -> StoredFeature {
    StoredFeature {
        fid: i64::from(row) + 1,
        source: "bench".into(),
        edition: "2026".into(),
        synthetic: false,
        feature: Feature {
            row: 0,
            record_id: format!("r{row:07}"),
            geometry: Some(geometry),
            properties: properties.collect(),
            original: None,
            source_crs: None,
            location_accuracy: None,
            flags: Vec::new(),
            regions: Vec::new(),
        },
    }
}

/// Administrative divisions of the first level with forty attributes: those of Natural Earth where the
/// environment variable `SILT_MIRROR` names a folder with them, made up ones otherwise.
pub(crate) fn divisions() -> CollectionSnapshot {
    let rows = natural_earth().unwrap_or_else(made_up_divisions);
    let mut schema = CollectionSchema::new("divisions");
    schema.fields = (0..ATTRIBUTES)
        .map(|place| {
            let field_type = if place % 4 == 3 {
                FieldType::Real
            } else {
                FieldType::Text
            };
            Field::new(format!("attribute_{place}"), field_type)
        })
        .collect();
    let names: Vec<Arc<str>> = schema
        .fields
        .iter()
        .map(|field| Arc::from(field.name.as_str()))
        .collect();
    let mut builder = SnapshotBuilder::new(schema, 1);
    let mut random = Random(3);
    for (row, (name, geometry)) in (0_u32..).zip(rows) {
        // Names in many languages are often the same word.
        let values = (0..ATTRIBUTES).map(|place| match place {
            _ if place % 4 == 3 => Value::Real((random.between(-90.0, 90.0) * 1e4).round() / 1e4),
            0..=19 => Value::Text(name.clone()),
            20..=29 => Value::Text(format!("{name} {}", place / 3)),
            _ => Value::Text(format!("class {}", random.below(12))),
        });
        builder.push(stored(row, geometry, names.iter().cloned().zip(values)));
    }
    builder.finish()
}

const ATTRIBUTES: usize = 40;

fn natural_earth() -> Option<Vec<(String, Geometry<f64>)>> {
    let mirror = std::env::var_os("SILT_MIRROR")?;
    let path = std::path::Path::new(&mirror)
        .join("boundaries/ne_10m_admin_1_simplified_0.01deg.geojson.gz");
    let file = std::fs::File::open(path).ok()?;
    let mut text = String::new();
    flate2::read::GzDecoder::new(file)
        .read_to_string(&mut text)
        .ok()?;
    let document: Json = serde_json::from_str(&text).ok()?;
    let rows = document["features"].as_array()?.iter().map(|feature| {
        let name = feature["properties"]["name"].as_str().unwrap_or("unnamed");
        let coordinates = &feature["geometry"]["coordinates"];
        let polygons = match feature["geometry"]["type"].as_str()? {
            "Polygon" => vec![polygon(coordinates)?],
            "MultiPolygon" => coordinates
                .as_array()?
                .iter()
                .map(polygon)
                .collect::<Option<_>>()?,
            _ => return None,
        };
        Some((name.to_owned(), Geometry::from(MultiPolygon(polygons))))
    });
    rows.collect()
}

fn polygon(rings: &Json) -> Option<Polygon<f64>> {
    let ring = |ring: &Json| -> Option<LineString<f64>> {
        let vertices = ring.as_array()?.iter().map(|vertex| {
            Some(Coord {
                x: vertex[0].as_f64()?,
                y: vertex[1].as_f64()?,
            })
        });
        vertices.collect()
    };
    let mut rings = rings
        .as_array()?
        .iter()
        .map(ring)
        .collect::<Option<Vec<_>>>()?
        .into_iter();
    Some(Polygon::new(rings.next()?, rings.collect()))
}

fn made_up_divisions() -> Vec<(String, Geometry<f64>)> {
    let mut random = Random(2);
    let vertices = 300;
    (0..4600_u32)
        .map(|row| {
            let centre = Coord {
                x: f64::from(row % 92) * 3.9 - 178.0,
                y: f64::from(row / 92) * 2.6 - 60.0,
            };
            let ring: LineString<f64> = (0..vertices)
                .map(|step| {
                    let angle = f64::from(step) / f64::from(vertices) * std::f64::consts::TAU;
                    let distance = random.between(1.2, 1.5);
                    Coord {
                        x: centre.x + distance * angle.cos(),
                        y: centre.y + distance * angle.sin(),
                    }
                })
                .collect();
            let name = format!("Division {row}");
            (name, Geometry::Polygon(Polygon::new(ring, Vec::new())))
        })
        .collect()
}
