//! GeoPackage, through GDAL.
//!
//! The row key is `silt_fid`, the fid of the store. SQLite takes no two columns whose names
//! differ in letter case only: the later gets a number and the summary says so.

use std::collections::HashSet;
use std::path::Path;

use gdal::errors::GdalError;
use gdal::spatial_ref::{AxisMappingStrategy, SpatialRef};
use gdal::vector::{
    Feature, FieldDefn, Geometry, Layer, LayerAccess, LayerOptions, OGRFieldType,
    OGRwkbGeometryType,
};
use gdal::{Dataset, DriverManager, Metadata};
use silt_model::{CollectionSchema, StoredFeature};

use super::table::{Cell, Column, ColumnKind, Table};
use super::{Encoder, ExportMeta, WriteError, geometry};

/// Rows of a transaction.
const BATCH_ROWS: usize = 10_000;

/// A batch also ends here, so that large geometries do not pile up.
const BATCH_BYTES: usize = 32 << 20;

pub(super) struct GpkgEncoder {
    dataset: Dataset,
    table: Table,
    batch: Vec<Row>,
    batch_bytes: usize,
    notes: Vec<String>,
}

/// One feature on its way into the file.
struct Row {
    id: String,
    fid: i64,
    wkb: Option<Vec<u8>>,
    cells: Vec<OwnedCell>,
}

enum OwnedCell {
    Null,
    Integer(i64),
    Real(f64),
    Text(String),
}

impl GpkgEncoder {
    pub(super) fn begin(
        path: &Path,
        schema: &CollectionSchema,
        meta: &ExportMeta,
    ) -> Result<Self, WriteError> {
        let table = Table::new(schema);
        let (names, notes) = column_names(table.columns());
        let title = meta.title.as_ref().unwrap_or(&schema.title);
        let dataset = create_layer(path, schema, &table, &names, title, meta)?;
        Ok(GpkgEncoder {
            dataset,
            table,
            batch: Vec::new(),
            batch_bytes: 0,
            notes,
        })
    }

    fn write_batch(&mut self) -> Result<(), WriteError> {
        if self.batch.is_empty() {
            return Ok(());
        }
        let transaction = self.dataset.start_transaction().map_err(gpkg_error)?;
        let layer = transaction.layer(0).map_err(gpkg_error)?;
        for row in &self.batch {
            let mut feature = Feature::new(layer.defn()).map_err(gpkg_error)?;
            feature
                .set_field_integer64(0, row.fid)
                .map_err(gpkg_error)?;
            for (position, cell) in row.cells.iter().enumerate() {
                // The row key stands before the columns of the table.
                let field = position + 1;
                let set = match cell {
                    OwnedCell::Null => Ok(()),
                    OwnedCell::Integer(number) => feature.set_field_integer64(field, *number),
                    OwnedCell::Real(number) => feature.set_field_double(field, *number),
                    OwnedCell::Text(text) => feature.set_field_string(field, text),
                };
                set.map_err(|error| WriteError::Value {
                    id: row.id.clone(),
                    field: self.table.columns()[position].name.clone(),
                    reason: error.to_string(),
                })?;
            }
            if let Some(wkb) = &row.wkb {
                let geometry =
                    Geometry::from_wkb(wkb).and_then(|shape| feature.set_geometry(shape));
                geometry.map_err(|error| WriteError::Geometry {
                    id: row.id.clone(),
                    reason: format!("was refused by GDAL: {error}"),
                })?;
            }
            feature
                .create(&layer)
                .map_err(|error| WriteError::Library {
                    format: "GeoPackage",
                    reason: format!("feature `{}`: {error}", row.id),
                })?;
        }
        transaction.commit().map_err(gpkg_error)?;
        self.batch.clear();
        self.batch_bytes = 0;
        Ok(())
    }
}

impl Encoder for GpkgEncoder {
    fn encode(&mut self, stored: &StoredFeature) -> Result<(), WriteError> {
        geometry::bounds(stored)?;
        let wkb = geometry::wkb(stored)?;
        let mut cells = Vec::with_capacity(self.table.columns().len());
        for (cell, column) in self
            .table
            .cells(stored)?
            .into_iter()
            .zip(self.table.columns())
        {
            let cell = owned(cell);
            if let OwnedCell::Text(text) = &cell {
                self.batch_bytes += text.len();
                if text.contains('\0') {
                    return Err(WriteError::Value {
                        id: stored.id().to_string(),
                        field: column.name.clone(),
                        reason: "GeoPackage text cannot hold the character U+0000".to_owned(),
                    });
                }
            }
            cells.push(cell);
        }
        self.batch_bytes += wkb.as_ref().map_or(0, Vec::len);
        self.batch.push(Row {
            id: stored.id().to_string(),
            fid: stored.fid,
            wkb,
            cells,
        });
        if self.batch.len() >= BATCH_ROWS || self.batch_bytes >= BATCH_BYTES {
            self.write_batch()?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<Vec<String>, WriteError> {
        self.write_batch()?;
        let GpkgEncoder { dataset, notes, .. } = *self;
        dataset.close().map_err(gpkg_error)?;
        Ok(notes)
    }
}

fn create_layer(
    path: &Path,
    schema: &CollectionSchema,
    table: &Table,
    names: &[String],
    title: &str,
    meta: &ExportMeta,
) -> Result<Dataset, WriteError> {
    let driver = DriverManager::get_driver_by_name("GPKG").map_err(gpkg_error)?;
    let mut dataset = driver.create_vector_only(path).map_err(gpkg_error)?;
    let mut reference = SpatialRef::from_epsg(4326).map_err(gpkg_error)?;
    reference.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
    let geometry_option = format!("GEOMETRY_NAME={}", table.free_name("geometry"));
    let title_option = format!("IDENTIFIER={title}");
    let description_option = format!("DESCRIPTION={}", meta.to_text());
    let options = [
        "FID=silt_fid",
        &geometry_option,
        &title_option,
        &description_option,
        "SPATIAL_INDEX=YES",
    ];
    let layer = dataset
        .create_layer(LayerOptions {
            name: &schema.id,
            srs: Some(&reference),
            ty: OGRwkbGeometryType::wkbUnknown,
            options: Some(&options),
        })
        .map_err(gpkg_error)?;
    // GDAL takes a field with the name of the row key as the row key.
    let key = FieldDefn::new("silt_fid", OGRFieldType::OFTInteger64).map_err(gpkg_error)?;
    key.add_to_layer(&layer).map_err(gpkg_error)?;
    for (position, (column, name)) in table.columns().iter().zip(names).enumerate() {
        let field = FieldDefn::new(name, field_type(column.kind)).map_err(|error| {
            let reason = format!("field `{name}`: {error}");
            WriteError::Schema {
                collection: schema.id.clone(),
                reason,
            }
        })?;
        field.add_to_layer(&layer).map_err(gpkg_error)?;
        // The row key stands before the columns of the table.
        set_subtype(&layer, position + 1, column.kind);
    }
    for (name, value) in meta.to_json() {
        let text = match value {
            serde_json::Value::String(text) => text,
            other => other.to_string(),
        };
        dataset
            .set_metadata_item(&name, &text, "")
            .map_err(gpkg_error)?;
    }
    Ok(dataset)
}

/// Marks a column as boolean or JSON, which would otherwise come back as number or text.
///
/// GDAL makes the table at the first feature, so that the mark is in time.
#[expect(
    unsafe_code,
    reason = "the gdal crate has no call for the subtype of a field"
)]
fn set_subtype(layer: &Layer<'_>, field: usize, kind: ColumnKind) {
    let subtype = match kind {
        ColumnKind::Boolean => gdal_sys::OGRFieldSubType::OFSTBoolean,
        ColumnKind::Json | ColumnKind::TextList => gdal_sys::OGRFieldSubType::OFSTJSON,
        ColumnKind::Integer | ColumnKind::Real | ColumnKind::Text => return,
    };
    let Ok(field) = i32::try_from(field) else {
        return;
    };
    // SAFETY: the definition lives as long as its layer, which is borrowed here; GDAL answers a
    // field number that it does not have with null, which is not used.
    unsafe {
        let field = gdal_sys::OGR_FD_GetFieldDefn(layer.defn().c_defn(), field);
        if !field.is_null() {
            gdal_sys::OGR_Fld_SetSubType(field, subtype);
        }
    }
}

fn field_type(kind: ColumnKind) -> OGRFieldType::Type {
    match kind {
        // Booleans are a subtype of the 32-bit integer.
        ColumnKind::Boolean => OGRFieldType::OFTInteger,
        ColumnKind::Integer => OGRFieldType::OFTInteger64,
        ColumnKind::Real => OGRFieldType::OFTReal,
        ColumnKind::Text | ColumnKind::Json | ColumnKind::TextList => OGRFieldType::OFTString,
    }
}

fn owned(cell: Cell<'_>) -> OwnedCell {
    match cell {
        Cell::Null => OwnedCell::Null,
        Cell::Boolean(flag) => OwnedCell::Integer(i64::from(flag)),
        Cell::Integer(number) => OwnedCell::Integer(number),
        Cell::Real(number) => OwnedCell::Real(number),
        Cell::Text(text) => OwnedCell::Text(text.into_owned()),
        Cell::TextList(items) => match Cell::list_json(items) {
            Some(json) => OwnedCell::Text(json),
            None => OwnedCell::Null,
        },
    }
}

/// Names that differ also without letter case, and a note for each name that had to change.
fn column_names(columns: &[Column]) -> (Vec<String>, Vec<String>) {
    let mut taken: HashSet<String> = columns
        .iter()
        .map(|column| column.name.to_ascii_lowercase())
        .collect();
    let mut first_seen = HashSet::new();
    let mut names = Vec::with_capacity(columns.len());
    let mut notes = Vec::new();
    for column in columns {
        if first_seen.insert(column.name.to_ascii_lowercase()) {
            names.push(column.name.clone());
            continue;
        }
        let mut number = 2;
        let mut name = format!("{}_{number}", column.name);
        while !taken.insert(name.to_ascii_lowercase()) {
            number += 1;
            name = format!("{}_{number}", column.name);
        }
        notes.push(format!(
            "field `{}` is written as `{name}`, since GeoPackage does not tell letter cases apart",
            column.name
        ));
        names.push(name);
    }
    (names, notes)
}

fn gpkg_error(error: GdalError) -> WriteError {
    WriteError::Library {
        format: "GeoPackage",
        reason: error.to_string(),
    }
}
