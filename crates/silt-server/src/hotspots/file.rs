//! Answers as files, the same from the service and from the command line.

use geo_types::{Geometry, MultiPolygon};
use silt_analysis::{AnalysisError, Asked, Hotspots, Subject, Table, View};
use silt_exchange::write::{self, ExportFormat, ExportMeta, WriteError};

use crate::stream::Kept;

/// A format of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HotspotFile {
    /// A GeoJSON FeatureCollection with the question and its study area.
    GeoJson,
    /// Comma-separated text.
    Csv,
    /// GeoParquet 1.1.
    GeoParquet,
}

/// What was found, as the bytes of a file.
///
/// # Errors
/// [`AnalysisError`] when the time is up; inside, a file that cannot be written.
pub fn render(
    subject: Subject<'_>,
    found: &Hotspots,
    view: &View,
    asked: &Asked<'_>,
    format: HotspotFile,
) -> Result<Result<Vec<u8>, WriteError>, AnalysisError> {
    let (table, matched) = found.table(subject, view)?;
    let head = || found.head(subject, view, asked, matched, table.rows.len() as u64);
    Ok(match format {
        HotspotFile::GeoJson => Ok(table.geojson(&head())),
        HotspotFile::Csv => Ok(table.csv().into_bytes()),
        HotspotFile::GeoParquet => {
            let title = format!(
                "Hotspots of {}: {}",
                subject.data.schema().title,
                head()["parameters"]
            );
            let meta = ExportMeta {
                title: Some(title),
                synthetic: found.gathered.synthetic,
                licences: vec![asked.attribution.to_owned()],
                disclaimer: Some(silt_index::regions::DISCLAIMER.to_owned()),
                data_version: Some(subject.data.version().to_string()),
                ..ExportMeta::default()
            };
            geoparquet(&table, &meta)
        }
    })
}

/// A table as GeoParquet.
pub(super) fn geoparquet(table: &Table, meta: &ExportMeta) -> Result<Vec<u8>, WriteError> {
    let schema = table.schema("hotspots", meta.title.as_deref().unwrap_or("Hotspots"));
    let (kept, writer) = Kept::new();
    let folder = std::env::temp_dir();
    let mut file = write::stream(writer, &folder, ExportFormat::GeoParquet, &schema, meta)?;
    for feature in table.features(meta.synthetic) {
        file.write(&feature)?;
    }
    file.finish()?;
    Ok(kept.into_bytes())
}

/// The polygons of a GeoJSON text: of a Polygon or MultiPolygon, alone or in features.
///
/// # Errors
/// What is wrong with the text, a sentence.
pub fn polygons_of(text: &[u8]) -> Result<MultiPolygon<f64>, String> {
    let text = std::str::from_utf8(text).map_err(|_| "the polygon is not UTF-8".to_owned())?;
    let document: geojson::GeoJson = text
        .parse()
        .map_err(|error: geojson::Error| format!("the polygon is not GeoJSON: {error}"))?;
    let geometries: Vec<geojson::Geometry> = match document {
        geojson::GeoJson::Geometry(geometry) => vec![geometry],
        geojson::GeoJson::Feature(feature) => feature.geometry.into_iter().collect(),
        geojson::GeoJson::FeatureCollection(collection) => collection
            .features
            .into_iter()
            .filter_map(|feature| feature.geometry)
            .collect(),
    };
    let mut polygons = Vec::new();
    for geometry in geometries {
        match Geometry::<f64>::try_from(geometry) {
            Ok(Geometry::Polygon(polygon)) => polygons.push(polygon),
            Ok(Geometry::MultiPolygon(parts)) => polygons.extend(parts),
            _ => return Err("the geometry is no Polygon or MultiPolygon".to_owned()),
        }
    }
    Ok(MultiPolygon::new(polygons))
}
