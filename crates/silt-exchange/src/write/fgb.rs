//! FlatGeobuf 3 with its packed Hilbert R-tree.
//!
//! Features of any geometry type and without geometry stand in one file. The two writers at hand
//! do not do that: GDAL 3.6 leaves features without geometry out when it writes an index, and the
//! `flatgeobuf` crate gives them the place of the feature before. So the buffers are put together
//! here, with that crate's tables and tree. A feature without geometry has an empty box in the
//! tree: a window never finds it, a full read does.
//!
//! Features are spooled to a temporary file; memory holds 48 bytes per feature for the tree.

use std::fs::File;
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

use flatbuffers::{FlatBufferBuilder, WIPOffset};
use flatgeobuf::packed_r_tree::{NodeItem, PackedRTree, calc_extent, hilbert_sort};
use flatgeobuf::{
    Column, ColumnArgs, ColumnType, Crs, CrsArgs, Feature, FeatureArgs, GeometryType, Header,
    HeaderArgs,
};
use geo::CoordsIter;
use silt_model::{CollectionSchema, StoredFeature};

use super::table::{Cell, ColumnKind, Table};
use super::{Encoder, ExportMeta, WriteError, fgb_geometry, geometry};

const MAGIC: [u8; 8] = *b"fgb\x03fgb\x00";

/// A flat buffer holds 2 GiB at most. 100 million places take 1.6 GB, and leave room for values.
const MAX_PLACES: usize = 100_000_000;

/// Most bytes of values of one feature, for the same reason.
const MAX_VALUE_BYTES: usize = 256 << 20;

pub(super) struct FgbEncoder<W: Write> {
    out: W,
    spool: BufWriter<File>,
    builder: FlatBufferBuilder<'static>,
    table: Table,
    values: Vec<u8>,
    /// Box of each feature; `offset` is its position in `spans`.
    nodes: Vec<NodeItem>,
    /// Where each feature stands in the spool.
    spans: Vec<Span>,
    spooled_bytes: u64,
    geometry_types: GeometryTypes,
    name: String,
    title: String,
    meta: ExportMeta,
}

struct Span {
    offset: u64,
    bytes: usize,
}

/// The one type of all geometries so far, if it is one.
#[derive(Clone, Copy)]
enum GeometryTypes {
    None,
    One(GeometryType),
    Several,
}

impl<W: Write> FgbEncoder<W> {
    /// `folder` takes the spool.
    pub(super) fn begin(
        out: W,
        folder: &Path,
        schema: &CollectionSchema,
        meta: &ExportMeta,
    ) -> Result<Self, WriteError> {
        let table = Table::new(schema);
        if u16::try_from(table.columns().len()).is_err() {
            return Err(WriteError::Schema {
                collection: schema.id.clone(),
                reason: "it has more fields than FlatGeobuf's 65,535".to_owned(),
            });
        }
        let spool = tempfile::tempfile_in(folder).map_err(WriteError::Output)?;
        Ok(FgbEncoder {
            out,
            spool: BufWriter::with_capacity(1 << 16, spool),
            builder: FlatBufferBuilder::new(),
            table,
            values: Vec::new(),
            nodes: Vec::new(),
            spans: Vec::new(),
            spooled_bytes: 0,
            geometry_types: GeometryTypes::None,
            name: schema.id.clone(),
            title: meta.title.clone().unwrap_or_else(|| schema.title.clone()),
            meta: meta.clone(),
        })
    }

    /// Values as FlatGeobuf has them: column number, then the value; nulls are left out.
    fn encode_values(&mut self, stored: &StoredFeature) -> Result<(), WriteError> {
        self.values.clear();
        for (position, cell) in self.table.cells(stored)?.into_iter().enumerate() {
            // `begin` checked that the number of columns fits.
            let column = (position as u16).to_le_bytes();
            match cell {
                Cell::Null => {}
                Cell::Boolean(flag) => {
                    self.values.extend(column);
                    self.values.push(u8::from(flag));
                }
                Cell::Integer(number) => {
                    self.values.extend(column);
                    self.values.extend(number.to_le_bytes());
                }
                Cell::Real(number) => {
                    self.values.extend(column);
                    self.values.extend(number.to_le_bytes());
                }
                Cell::Text(text) => push_text(&mut self.values, column, &text),
                Cell::TextList(items) => {
                    if let Some(json) = Cell::list_json(items) {
                        push_text(&mut self.values, column, &json);
                    }
                }
            }
            if self.values.len() > MAX_VALUE_BYTES {
                return Err(WriteError::Value {
                    id: stored.id().to_string(),
                    field: self.table.columns()[position].name.clone(),
                    reason: "the values of the feature exceed 256 MiB".to_owned(),
                });
            }
        }
        Ok(())
    }

    fn note_type(&mut self, code: GeometryType) {
        self.geometry_types = match self.geometry_types {
            GeometryTypes::None => GeometryTypes::One(code),
            GeometryTypes::One(known) if known == code => GeometryTypes::One(known),
            _ => GeometryTypes::Several,
        };
    }

    fn header(&mut self, extent: Option<[f64; 4]>) -> Vec<u8> {
        let builder = &mut self.builder;
        builder.reset();
        let mut columns: Vec<WIPOffset<Column<'static>>> = Vec::new();
        for column in self.table.columns() {
            let name = Some(builder.create_string(&column.name));
            let title = column
                .title
                .as_ref()
                .map(|text| builder.create_string(text));
            let description = column
                .description
                .as_ref()
                .map(|text| builder.create_string(text));
            let type_ = column_type(column.kind);
            let args = ColumnArgs {
                name,
                type_,
                title,
                description,
                ..Default::default()
            };
            columns.push(Column::create(builder, &args));
        }
        let columns = Some(builder.create_vector(&columns));
        let org = Some(builder.create_string("EPSG"));
        let crs_name = Some(builder.create_string("WGS 84"));
        let crs_args = CrsArgs {
            org,
            code: 4326,
            name: crs_name,
            ..Default::default()
        };
        let crs = Some(Crs::create(builder, &crs_args));
        let envelope = extent.map(|extent| builder.create_vector(&extent));
        let name = Some(builder.create_string(&self.name));
        let title = Some(builder.create_string(&self.title));
        let description = Some(builder.create_string(&self.meta.to_text()));
        let metadata = serde_json::Value::Object(self.meta.to_json()).to_string();
        let metadata = Some(builder.create_string(&metadata));
        let geometry_type = match self.geometry_types {
            GeometryTypes::One(code) => code,
            GeometryTypes::None | GeometryTypes::Several => GeometryType::Unknown,
        };
        let header = Header::create(
            builder,
            &HeaderArgs {
                name,
                envelope,
                geometry_type,
                columns,
                features_count: self.spans.len() as u64,
                index_node_size: if self.spans.is_empty() {
                    0
                } else {
                    PackedRTree::DEFAULT_NODE_SIZE
                },
                crs,
                title,
                description,
                metadata,
                ..Default::default()
            },
        );
        builder.finish_size_prefixed(header, None);
        builder.finished_data().to_vec()
    }
}

impl<W: Write + Send> Encoder for FgbEncoder<W> {
    fn encode(&mut self, stored: &StoredFeature) -> Result<(), WriteError> {
        let bounds = geometry::bounds(stored)?;
        let geometry = stored.feature.geometry.as_ref();
        let places = geometry.map_or(0, |geometry| geometry.coords_count());
        if places > MAX_PLACES {
            return Err(WriteError::Geometry {
                id: stored.id().to_string(),
                reason: format!("has {places} vertices; FlatGeobuf holds {MAX_PLACES} here"),
            });
        }
        self.encode_values(stored)?;

        let mut node = NodeItem::create(self.spans.len() as u64);
        if let Some(bounds) = bounds {
            node.expand_xy(bounds.west, bounds.south);
            node.expand_xy(bounds.east, bounds.north);
        }
        self.nodes.push(node);
        if let Some(geometry) = geometry {
            self.note_type(fgb_geometry::type_code(geometry));
        }

        self.builder.reset();
        let geometry = geometry.map(|geometry| fgb_geometry::add(&mut self.builder, geometry));
        let properties = Some(self.builder.create_vector(&self.values));
        let args = FeatureArgs {
            geometry,
            properties,
            columns: None,
        };
        let feature = Feature::create(&mut self.builder, &args);
        self.builder.finish_size_prefixed(feature, None);
        let bytes = self.builder.finished_data();
        self.spool.write_all(bytes).map_err(WriteError::Output)?;
        self.spans.push(Span {
            offset: self.spooled_bytes,
            bytes: bytes.len(),
        });
        self.spooled_bytes += bytes.len() as u64;
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<Vec<String>, WriteError> {
        let extent = calc_extent(&self.nodes);
        let is_somewhere = extent.min_x <= extent.max_x;
        let envelope = [extent.min_x, extent.min_y, extent.max_x, extent.max_y];
        let header = self.header(is_somewhere.then_some(envelope));
        self.out.write_all(&MAGIC).map_err(WriteError::Output)?;
        self.out.write_all(&header).map_err(WriteError::Output)?;

        if !self.nodes.is_empty() {
            hilbert_sort(&mut self.nodes, &extent);
            let mut leaves = self.nodes.clone();
            let mut offset = 0;
            for leaf in &mut leaves {
                let span = &self.spans[leaf.offset as usize];
                leaf.offset = offset;
                offset += span.bytes as u64;
            }
            let tree = PackedRTree::build(&leaves, &extent, PackedRTree::DEFAULT_NODE_SIZE)
                .map_err(|error| WriteError::Library {
                    format: "FlatGeobuf",
                    reason: error.to_string(),
                })?;
            tree.stream_write(&mut self.out)
                .map_err(WriteError::Output)?;
        }

        let FgbEncoder {
            mut out,
            spool,
            nodes,
            spans,
            ..
        } = *self;
        let mut spool = spool
            .into_inner()
            .map_err(|error| WriteError::Output(error.into_error()))?;
        let mut bytes = Vec::new();
        for node in &nodes {
            let span = &spans[node.offset as usize];
            bytes.resize(span.bytes, 0);
            spool
                .seek(SeekFrom::Start(span.offset))
                .map_err(WriteError::Output)?;
            spool.read_exact(&mut bytes).map_err(WriteError::Output)?;
            out.write_all(&bytes).map_err(WriteError::Output)?;
        }
        out.flush().map_err(WriteError::Output)?;
        Ok(Vec::new())
    }
}

fn push_text(values: &mut Vec<u8>, column: [u8; 2], text: &str) {
    values.extend(column);
    // Texts beyond 4 GiB are refused right after by the limit on all values.
    values.extend((text.len() as u32).to_le_bytes());
    values.extend(text.as_bytes());
}

fn column_type(kind: ColumnKind) -> ColumnType {
    match kind {
        ColumnKind::Boolean => ColumnType::Bool,
        ColumnKind::Integer => ColumnType::Long,
        ColumnKind::Real => ColumnType::Double,
        ColumnKind::Text => ColumnType::String,
        ColumnKind::Json | ColumnKind::TextList => ColumnType::Json,
    }
}
