//! Geometries in FlatGeobuf's layout.

use flatbuffers::{FlatBufferBuilder, WIPOffset};
use flatgeobuf::{Geometry as FgbGeometry, GeometryArgs, GeometryType};
use geo_types::{Coord, Geometry, LineString, Polygon};

type Builder = FlatBufferBuilder<'static>;
type Offset = WIPOffset<FgbGeometry<'static>>;

/// FlatGeobuf's code of the type that a geometry is written as.
pub(super) fn type_code(geometry: &Geometry<f64>) -> GeometryType {
    match geometry {
        Geometry::Point(_) => GeometryType::Point,
        Geometry::Line(_) | Geometry::LineString(_) => GeometryType::LineString,
        Geometry::Polygon(_) | Geometry::Rect(_) | Geometry::Triangle(_) => GeometryType::Polygon,
        Geometry::MultiPoint(_) => GeometryType::MultiPoint,
        Geometry::MultiLineString(_) => GeometryType::MultiLineString,
        Geometry::MultiPolygon(_) => GeometryType::MultiPolygon,
        Geometry::GeometryCollection(_) => GeometryType::GeometryCollection,
    }
}

/// Adds a geometry to the builder.
pub(super) fn add(builder: &mut Builder, geometry: &Geometry<f64>) -> Offset {
    let code = type_code(geometry);
    match geometry {
        Geometry::Point(point) => flat(builder, code, &[&[point.0]], false),
        Geometry::Line(line) => flat(builder, code, &[&[line.start, line.end]], false),
        Geometry::LineString(line) => flat(builder, code, &[&line.0], false),
        Geometry::Polygon(polygon) => rings(builder, polygon),
        Geometry::Rect(rect) => rings(builder, &rect.to_polygon()),
        Geometry::Triangle(triangle) => rings(builder, &triangle.to_polygon()),
        Geometry::MultiPoint(points) => {
            let places: Vec<Coord<f64>> = points.0.iter().map(|point| point.0).collect();
            flat(builder, code, &[&places], false)
        }
        Geometry::MultiLineString(lines) => {
            let lines: Vec<&[Coord<f64>]> = lines.0.iter().map(|line| line.0.as_slice()).collect();
            // Readers want the ends also where there is one line.
            flat(builder, code, &lines, true)
        }
        Geometry::MultiPolygon(polygons) => {
            let parts: Vec<Offset> = polygons
                .0
                .iter()
                .map(|polygon| rings(builder, polygon))
                .collect();
            collect(builder, code, &parts)
        }
        Geometry::GeometryCollection(members) => {
            let parts: Vec<Offset> = members
                .0
                .iter()
                .map(|member| add(builder, member))
                .collect();
            collect(builder, code, &parts)
        }
    }
}

fn rings(builder: &mut Builder, polygon: &Polygon<f64>) -> Offset {
    let rings: Vec<&[Coord<f64>]> = std::iter::once(polygon.exterior())
        .chain(polygon.interiors())
        .map(|ring: &LineString<f64>| ring.0.as_slice())
        .collect();
    flat(builder, GeometryType::Polygon, &rings, rings.len() > 1)
}

/// Coordinates one after the other; with `ends`, the number of places up to each sequence's end.
fn flat(
    builder: &mut Builder,
    code: GeometryType,
    sequences: &[&[Coord<f64>]],
    with_ends: bool,
) -> Offset {
    let places: usize = sequences.iter().map(|sequence| sequence.len()).sum();
    let mut xy = Vec::with_capacity(places * 2);
    let mut ends = Vec::with_capacity(sequences.len());
    for sequence in sequences {
        xy.extend(sequence.iter().flat_map(|place| [place.x, place.y]));
        // The number of places is limited far below 2^32 before a feature gets here.
        ends.push((xy.len() / 2) as u32);
    }
    let xy = Some(builder.create_vector(&xy));
    let ends = with_ends.then(|| builder.create_vector(&ends));
    FgbGeometry::create(
        builder,
        &GeometryArgs {
            xy,
            ends,
            type_: code,
            ..Default::default()
        },
    )
}

fn collect(builder: &mut Builder, code: GeometryType, parts: &[Offset]) -> Offset {
    let parts = Some(builder.create_vector(parts));
    FgbGeometry::create(
        builder,
        &GeometryArgs {
            parts,
            type_: code,
            ..Default::default()
        },
    )
}
