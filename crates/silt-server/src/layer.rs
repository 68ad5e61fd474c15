//! One collection as it is served.

use silt_index::snapshot::{CollectionSnapshot, Column};
use silt_query::datetime::{TemporalField, temporal_field};
use silt_store::CollectionInfo;

use crate::layer_tiles::LayerTiles;

/// A collection: its snapshot and what is derived from it on demand.
pub(crate) struct Layer {
    pub(crate) info: CollectionInfo,
    pub(crate) data: CollectionSnapshot,
    pub(crate) tiles: LayerTiles,
    /// Name of the one GeoJSON geometry type, where there is one.
    geometry_kind: Option<&'static str>,
    temporal_extent: Option<(String, String)>,
}

impl Layer {
    pub(crate) fn new(data: CollectionSnapshot, info: CollectionInfo) -> Layer {
        Layer {
            geometry_kind: geometry_kind(&data),
            temporal_extent: temporal_extent(&data),
            tiles: LayerTiles::default(),
            info,
            data,
        }
    }

    /// Collection id.
    pub(crate) fn id(&self) -> &str {
        &self.info.schema.id
    }

    /// The GeoJSON type that all geometries have, where it is one.
    pub(crate) fn geometry_kind(&self) -> Option<&'static str> {
        self.geometry_kind
    }

    /// First and last moment of the features, RFC 3339, where the collection has times.
    pub(crate) fn temporal_extent(&self) -> Option<(&str, &str)> {
        let (start, end) = self.temporal_extent.as_ref()?;
        Some((start, end))
    }
}

fn geometry_kind(data: &CollectionSnapshot) -> Option<&'static str> {
    use geo_types::Geometry;
    if data.is_all_points() {
        return Some("Point");
    }
    let mut kind = None;
    for row in 0..data.len() as u32 {
        let Some(geometry) = data.geometry(row) else {
            continue;
        };
        let own = match geometry.as_ref() {
            Geometry::Point(_) => "Point",
            Geometry::MultiPoint(_) => "MultiPoint",
            Geometry::Line(_) | Geometry::LineString(_) => "LineString",
            Geometry::MultiLineString(_) => "MultiLineString",
            Geometry::Polygon(_) | Geometry::Rect(_) | Geometry::Triangle(_) => "Polygon",
            Geometry::MultiPolygon(_) => "MultiPolygon",
            Geometry::GeometryCollection(_) => return None,
        };
        if kind.is_some_and(|known| known != own) {
            return None;
        }
        kind = Some(own);
    }
    kind
}

fn temporal_extent(data: &CollectionSnapshot) -> Option<(String, String)> {
    let (first, last) = match temporal_field(data.schema())? {
        TemporalField::Instant(name) => (name.clone(), name),
        TemporalField::Span(start, end) => (start, end),
    };
    let texts = |name: &str| match data.column(name) {
        Some(Column::Date(texts)) => Some(texts),
        _ => None,
    };
    // Dates are of year, month or day: the start of the earliest and the end of the latest.
    let earliest = texts(&first)?.texts.iter().min()?;
    let latest = texts(&last)?.texts.iter().max()?;
    let start: silt_model::PartialDate = earliest.parse().ok()?;
    let end: silt_model::PartialDate = latest.parse().ok()?;
    let start = format!(
        "{:04}-{:02}-{:02}T00:00:00Z",
        start.year(),
        start.month().unwrap_or(1),
        start.day().unwrap_or(1)
    );
    let month = end.month().unwrap_or(12);
    let last_day = jiff::civil::Date::new(
        i16::try_from(end.year()).ok()?,
        i8::try_from(month).ok()?,
        1,
    )
    .ok()?
    .days_in_month();
    let day = end.day().unwrap_or(u8::try_from(last_day).ok()?);
    let end = format!("{:04}-{month:02}-{day:02}T23:59:59Z", end.year());
    Some((start, end))
}
