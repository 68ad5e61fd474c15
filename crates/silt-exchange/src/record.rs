//! Records as files give them, before a recipe gives them meaning.

use std::sync::Arc;

use geo_types::Geometry;
use silt_model::Value;

/// Names of the columns of a table, in file order. Shared by all its rows.
pub type Columns = Arc<[Arc<str>]>;

/// One record of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Row number from 1: a spreadsheet's or text file's own line number of the row's first line;
    /// the ordinal of the feature for GeoJSON and GDAL formats.
    pub row: u64,
    /// The id member of a GeoJSON feature; `None` for formats without ids of their own.
    pub id: Option<String>,
    /// Field names and published values in file order. Cells of text formats are
    /// [`Value::Text`], trimmed of nothing; empty cells are [`Value::Null`].
    pub fields: Vec<(Arc<str>, Value)>,
    /// The geometry, for formats that carry one.
    pub geometry: RawGeometry,
    /// What the reader had to settle to read this row; almost always empty.
    pub notes: Vec<RowNote>,
}

/// Something about a row that a reader settled, and that a report must mention.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowNote {
    /// Stable code: `duplicate_key` (the last value was kept) or `ring_not_closed` (the first
    /// position was repeated at the end).
    pub code: &'static str,
    /// Field concerned.
    pub field: Option<String>,
    /// What was found and what was done.
    pub reason: String,
}

impl Record {
    /// A record without fields or geometry.
    pub fn new(row: u64) -> Self {
        Record {
            row,
            id: None,
            fields: Vec::new(),
            geometry: RawGeometry::Absent,
            notes: Vec::new(),
        }
    }

    /// The value of the first field with this exact name.
    pub fn field(&self, name: &str) -> Option<&Value> {
        self.fields
            .iter()
            .find(|(key, _)| key.as_ref() == name)
            .map(|(_, value)| value)
    }
}

/// A geometry as read, in the reference system of the file.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum RawGeometry {
    /// The format has no geometry member, or it is null or empty.
    #[default]
    Absent,
    /// A geometry; coordinates are finite, nothing else has been checked.
    Parsed {
        /// x, y in file order east, north (GIS order) whatever the axis order of the CRS.
        geometry: Geometry<f64>,
        /// Whether the file gave a third coordinate, which was left out.
        had_elevation: bool,
    },
    /// A geometry that cannot be read.
    Unreadable {
        /// The published text, cut to some 200 characters.
        value: String,
        /// What is wrong with it and where.
        reason: String,
    },
}

/// What became of one row of the file.
#[derive(Debug, Clone, PartialEq)]
pub enum Row {
    /// A record.
    Record(Record),
    /// A row that cannot be read as a record.
    Reject(Reject),
}

/// A row that did not become a feature, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// Row number from 1.
    pub row: u64,
    /// Stable code, e.g. `unequal_columns`, `not_a_feature`, `too_large`.
    pub code: &'static str,
    /// Field concerned, where there is one.
    pub field: Option<String>,
    /// Published value or the start of the row, cut to some 200 characters.
    pub value: Option<String>,
    /// What is wrong.
    pub reason: String,
}
