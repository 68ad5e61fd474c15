//! Vector tiles of one collection: what stands in them, and how much of it at which zoom.

use std::sync::OnceLock;

use silt_index::snapshot::{Bits, CollectionSnapshot, Column, NULL_CODE};
use silt_model::{Field, FieldType};
use silt_tiles::{
    ClusterGrid, EncodeError, EncodedTile, FeatureSource, LayerInfo, PointPyramid, Properties,
    PropertyValue, ShapePyramid, TileContent, TileId, TileOptions, h3_resolution_for_zoom,
    point_positions,
};

/// Deepest zoom that a map needs tiles of: a unit of such a tile is 0.6 m.
pub const LAST_ZOOM: u8 = 14;

/// How points are drawn where there are many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Clustering {
    /// Clusters at zooms where single points would run together.
    #[default]
    Auto,
    /// Clusters at every zoom.
    Grid,
    /// H3 cells with the number of points in them.
    H3,
    /// Every point, thinned evenly where a tile would be too large.
    None,
}

impl Clustering {
    /// The value of the parameter `cluster`.
    pub fn from_name(name: &str) -> Option<Clustering> {
        match name {
            "auto" => Some(Clustering::Auto),
            "grid" => Some(Clustering::Grid),
            "h3" => Some(Clustering::H3),
            "none" => Some(Clustering::None),
            _ => None,
        }
    }
}

/// The geometries of a collection as tiles need them, made at the first tile.
#[derive(Default)]
pub struct LayerTiles {
    points: OnceLock<PointPyramid>,
    shapes: OnceLock<ShapePyramid>,
}

impl LayerTiles {
    /// The points of the collection in Web Mercator.
    pub fn points(&self, data: &CollectionSnapshot) -> &PointPyramid {
        self.points.get_or_init(|| {
            PointPyramid::build((0..data.len() as u32).flat_map(|row| positions(data, row)))
        })
    }

    /// The lines and polygons of the collection in Web Mercator.
    pub fn shapes(&self, data: &CollectionSnapshot) -> &ShapePyramid {
        self.shapes.get_or_init(|| {
            let rows = if data.is_all_points() {
                0
            } else {
                data.len() as u32
            };
            ShapePyramid::build(
                (0..rows).filter_map(|row| Some((row, data.geometry(row)?.into_owned()))),
            )
        })
    }

    /// Makes what the first tiles would have to wait for.
    pub fn prepare(&self, data: &CollectionSnapshot) {
        /// Copies of shapes for the zooms of a first look; finer ones are quick to make.
        const FIRST_LOOK: std::ops::RangeInclusive<u8> = 0..=6;
        self.points(data);
        let shapes = self.shapes(data);
        if !shapes.is_empty() {
            FIRST_LOOK.for_each(|z| shapes.prepare(z));
        }
    }

    /// One tile, of the rows whose bit is set, or of all.
    ///
    /// # Errors
    /// The layer cannot be expressed in MVT.
    pub fn encode(
        &self,
        data: &CollectionSnapshot,
        tile: TileId,
        rows: Option<&Bits>,
        clustering: Clustering,
        options: TileOptions,
    ) -> Result<EncodedTile, EncodeError> {
        let mut content = TileContent::new(tile, options);
        let is_selected = |row: u32| rows.is_none_or(|rows| rows.get(row));
        let filter: Option<&dyn Fn(u32) -> bool> = match rows {
            Some(_) => Some(&is_selected),
            None => None,
        };
        let points = self.points(data);
        if !points.is_empty() {
            let z = tile.z();
            match clustering {
                Clustering::H3 => {
                    points.collect_cells(&mut content, h3_resolution_for_zoom(z), filter)
                }
                Clustering::Grid => {
                    points.collect_clusters(&mut content, ClusterGrid::default(), filter)
                }
                Clustering::Auto if z < first_zoom_of_points(points.len()) => {
                    points.collect_clusters(&mut content, ClusterGrid::default(), filter);
                }
                Clustering::Auto | Clustering::None => points.collect_points(&mut content, filter),
            }
        }
        let shapes = self.shapes(data);
        if !shapes.is_empty() {
            shapes.collect(&mut content, None, filter);
        }
        content.encode(&data.schema().id, &RowSource { data })
    }

    /// Whether anything may lie in a tile or its margin; never wrongly no.
    pub fn may_hold(&self, data: &CollectionSnapshot, tile: TileId, options: TileOptions) -> bool {
        self.points(data).holds(tile, options.buffer_units)
            || self.shapes(data).may_hold(tile, options.buffer_units)
    }

    /// Bytes in memory.
    pub fn bytes(&self) -> usize {
        self.points.get().map_or(0, PointPyramid::bytes)
            + self.shapes.get().map_or(0, ShapePyramid::bytes)
    }
}

/// The first zoom at which a collection of so many points is drawn point by point. It depends on
/// the whole collection and not on the tile or filter, so that neighbouring tiles agree.
fn first_zoom_of_points(points: usize) -> u8 {
    /// Fewer points are drawn as they are at every zoom.
    const FEW: usize = 2_000;
    /// Facilities lie together in districts: zooms beyond an even spread over the world.
    const DENSITY_ZOOMS: f64 = 3.0;
    if points <= FEW {
        return 0;
    }
    let even_spread = (points as f64 / FEW as f64).log(4.0);
    (even_spread + DENSITY_ZOOMS)
        .round()
        .clamp(0.0, f64::from(LAST_ZOOM)) as u8
}

fn positions(data: &CollectionSnapshot, row: u32) -> Vec<(u32, f64, f64)> {
    if let Some(point) = data.point(row) {
        return vec![(row, point.x, point.y)];
    }
    match data.geometry(row) {
        Some(geometry) => {
            let positions = point_positions(&geometry).into_iter();
            positions.map(|(lon, lat)| (row, lon, lat)).collect()
        }
        None => Vec::new(),
    }
}

/// Properties of tiles: `silt_id`, the fields with one value each, and the mark of synthetic data.
struct RowSource<'d> {
    data: &'d CollectionSnapshot,
}

impl FeatureSource for RowSource<'_> {
    fn id(&self, row: u32) -> Option<u64> {
        u64::try_from(self.data.fid(row)).ok()
    }

    fn properties(&self, rows: &[u32], out: &mut Properties<'_>) {
        put_ids(out, self.data, rows);
        for (field, column) in self.data.schema().fields.iter().zip(self.data.columns()) {
            put(out, &field.name, column, rows);
        }
        let flags = rows.iter().map(|&row| self.data.is_synthetic(row));
        let flags = flags.map(|flag| flag.then_some(PropertyValue::Bool(true)));
        out.column("silt_synthetic", flags);
    }
}

/// `source:record`, as [`silt_model::FeatureId`] is written.
fn put_ids(out: &mut Properties<'_>, data: &CollectionSnapshot, rows: &[u32]) {
    let (sources, records) = (data.sources(), data.records());
    // All texts are found before the first is copied, so that they are fetched together.
    let parts: Vec<(&str, &str)> = rows
        .iter()
        .map(|&row| {
            let source = sources.get(row).unwrap_or_default();
            (source, records.get(row).unwrap_or_default())
        })
        .collect();
    let mut joined = String::new();
    let ends: Vec<usize> = parts
        .into_iter()
        .map(|(source, record)| {
            joined.push_str(source);
            joined.push(':');
            joined.push_str(record);
            joined.len()
        })
        .collect();
    let starts = std::iter::once(0).chain(ends.iter().copied());
    let ids = starts.zip(&ends).map(|(start, &end)| &joined[start..end]);
    out.column("silt_id", ids.map(|id| Some(PropertyValue::Text(id))));
}

fn put(out: &mut Properties<'_>, name: &str, column: &Column, rows: &[u32]) {
    match column {
        Column::Boolean(values) => {
            let flags = rows.iter().map(|&row| values[row as usize]);
            out.column(name, flags.map(|flag| flag.map(PropertyValue::Bool)));
        }
        Column::Integer(numbers) => {
            let values = rows.iter().map(|&row| numbers.get(row));
            out.column(name, values.map(|number| number.map(PropertyValue::Int)));
        }
        Column::Real(numbers) => {
            let values = rows.iter().map(|&row| numbers.get(row));
            out.column(name, values.map(|number| number.map(PropertyValue::Double)));
        }
        Column::Text(column) | Column::Date(column) => {
            let codes = rows.iter().map(|&row| column.codes[row as usize]);
            let codes = codes.map(|code| (code != NULL_CODE).then_some(code));
            out.coded_texts(name, codes, column.texts.len(), |code| {
                column.texts.get(code)
            });
        }
        // Arrays and objects are for items; a map cannot draw by them.
        Column::Json(_) => {}
        Column::Mixed(values) => {
            let values = rows.iter().map(|&row| match &values[row as usize] {
                silt_model::Value::Null | silt_model::Value::Json(_) => None,
                silt_model::Value::Bool(flag) => Some(PropertyValue::Bool(*flag)),
                silt_model::Value::Int(number) => Some(PropertyValue::Int(*number)),
                silt_model::Value::Real(number) => Some(PropertyValue::Double(*number)),
                silt_model::Value::Text(text) => Some(PropertyValue::Text(text)),
            });
            out.column(name, values);
        }
    }
}

/// The layer of a collection for TileJSON and PMTiles.
pub fn layer_info(data: &CollectionSnapshot, last_zoom: u8) -> LayerInfo {
    let schema = data.schema();
    let mut fields = vec![silt_tiles::Field {
        name: "silt_id".to_owned(),
        kind: silt_tiles::FieldType::String,
    }];
    fields.extend(schema.fields.iter().filter_map(tile_field));
    let added: &[(&str, silt_tiles::FieldType)] = &[
        ("silt_synthetic", silt_tiles::FieldType::Boolean),
        ("clustered", silt_tiles::FieldType::Boolean),
        ("point_count", silt_tiles::FieldType::Number),
        ("sqrt_point_count", silt_tiles::FieldType::Number),
        ("point_count_abbreviated", silt_tiles::FieldType::String),
    ];
    fields.extend(added.iter().map(|(name, kind)| silt_tiles::Field {
        name: (*name).to_owned(),
        kind: *kind,
    }));
    LayerInfo {
        id: schema.id.clone(),
        description: schema.description.clone(),
        min_zoom: 0,
        max_zoom: last_zoom,
        fields,
    }
}

fn tile_field(field: &Field) -> Option<silt_tiles::Field> {
    let kind = match field.field_type {
        FieldType::Boolean => silt_tiles::FieldType::Boolean,
        FieldType::Integer | FieldType::Real => silt_tiles::FieldType::Number,
        FieldType::Text | FieldType::Date => silt_tiles::FieldType::String,
        FieldType::Json => return None,
    };
    Some(silt_tiles::Field {
        name: field.name.clone(),
        kind,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_points_are_never_clustered_and_many_up_to_a_town() {
        assert_eq!(first_zoom_of_points(836), 0);
        assert_eq!(first_zoom_of_points(146_694), 6);
        assert_eq!(first_zoom_of_points(1_000_000), 7);
        assert_eq!(first_zoom_of_points(usize::MAX), LAST_ZOOM);
    }
}
