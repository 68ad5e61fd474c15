//! GeoJSON, as one FeatureCollection or as one feature per line.
//!
//! Coordinates have the shortest digits that read back as the same double. Rings keep the order
//! of their places, also where RFC 7946 would have them the other way round.

use std::io::Write;

use serde_json::{Map, Value as Json};
use silt_model::geojson::to_geojson;
use silt_model::{CollectionSchema, StoredFeature, Value};

use super::{Encoder, ExportMeta, WriteError, geometry};

/// Writes a FeatureCollection to any stream, feature by feature.
pub struct FeatureCollectionWriter<W: Write> {
    out: W,
    features: u64,
}

impl<W: Write> FeatureCollectionWriter<W> {
    /// Starts the collection. `members` stand before the features, as RFC 7946 foreign members.
    ///
    /// # Errors
    /// [`WriteError::Output`] when the stream takes no more.
    pub fn begin(mut out: W, members: &Map<String, Json>) -> Result<Self, WriteError> {
        out.write_all(b"{\"type\":\"FeatureCollection\"")
            .map_err(WriteError::Output)?;
        write_members(&mut out, members)?;
        out.write_all(b",\"features\":[")
            .map_err(WriteError::Output)?;
        Ok(FeatureCollectionWriter { out, features: 0 })
    }

    /// Adds a feature.
    ///
    /// # Errors
    /// When the stream takes no more, or a number of the feature is not finite.
    pub fn write(&mut self, feature: &StoredFeature) -> Result<(), WriteError> {
        let separator: &[u8] = if self.features == 0 { b"\n" } else { b",\n" };
        self.out.write_all(separator).map_err(WriteError::Output)?;
        write_feature(&mut self.out, feature)?;
        self.features += 1;
        Ok(())
    }

    /// Number of features so far.
    pub fn features(&self) -> u64 {
        self.features
    }

    /// Ends the collection. `members` stand after the features: what is known only then, such as
    /// `numberReturned`.
    ///
    /// # Errors
    /// [`WriteError::Output`] when the stream takes no more.
    pub fn finish(mut self, members: &Map<String, Json>) -> Result<W, WriteError> {
        self.out.write_all(b"\n]").map_err(WriteError::Output)?;
        write_members(&mut self.out, members)?;
        self.out.write_all(b"}\n").map_err(WriteError::Output)?;
        self.out.flush().map_err(WriteError::Output)?;
        Ok(self.out)
    }
}

/// Writes one feature on one line, without the line's end.
///
/// # Errors
/// When the stream takes no more, or a number of the feature is not finite.
pub fn write_feature(out: &mut impl Write, feature: &StoredFeature) -> Result<(), WriteError> {
    check_finite(feature)?;
    serde_json::to_writer(out, &to_geojson(feature))
        .map_err(|error| WriteError::Output(error.into()))
}

/// JSON has no NaN: the serialiser would write null in its place.
fn check_finite(feature: &StoredFeature) -> Result<(), WriteError> {
    geometry::bounds(feature)?;
    for (name, value) in &feature.feature.properties {
        if let Value::Real(number) = value
            && !number.is_finite()
        {
            return Err(WriteError::Value {
                id: feature.id().to_string(),
                field: name.to_string(),
                reason: format!("{number} is not a finite number"),
            });
        }
    }
    Ok(())
}

fn write_members(out: &mut impl Write, members: &Map<String, Json>) -> Result<(), WriteError> {
    for (name, value) in members {
        let name = Json::from(name.as_str());
        write!(out, ",{name}:{value}").map_err(WriteError::Output)?;
    }
    Ok(())
}

/// A file that is one FeatureCollection.
pub(super) struct CollectionEncoder<W: Write> {
    writer: FeatureCollectionWriter<W>,
}

impl<W: Write> CollectionEncoder<W> {
    pub(super) fn begin(
        out: W,
        schema: &CollectionSchema,
        meta: &ExportMeta,
    ) -> Result<Self, WriteError> {
        let mut members = Map::new();
        members.insert("name".to_owned(), schema.id.as_str().into());
        members.insert("title".to_owned(), schema.title.as_str().into());
        members.extend(meta.to_json());
        Ok(CollectionEncoder {
            writer: FeatureCollectionWriter::begin(out, &members)?,
        })
    }
}

impl<W: Write + Send> Encoder for CollectionEncoder<W> {
    fn encode(&mut self, feature: &StoredFeature) -> Result<(), WriteError> {
        self.writer.write(feature)
    }

    fn finish(self: Box<Self>) -> Result<Vec<String>, WriteError> {
        self.writer.finish(&Map::new())?;
        Ok(Vec::new())
    }
}

/// A file with one feature per line.
pub(super) struct LineEncoder<W: Write> {
    out: W,
}

impl<W: Write> LineEncoder<W> {
    pub(super) fn begin(out: W) -> Self {
        LineEncoder { out }
    }
}

impl<W: Write + Send> Encoder for LineEncoder<W> {
    fn encode(&mut self, feature: &StoredFeature) -> Result<(), WriteError> {
        write_feature(&mut self.out, feature)?;
        self.out.write_all(b"\n").map_err(WriteError::Output)
    }

    fn finish(mut self: Box<Self>) -> Result<Vec<String>, WriteError> {
        self.out.flush().map_err(WriteError::Output)?;
        Ok(Vec::new())
    }
}
