//! Arguments and answers of the store.

use serde::{Deserialize, Serialize};
use silt_model::CollectionSchema;

/// One edition that is about to be imported.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportSpec {
    /// Collection that receives the features; created if absent.
    pub schema: CollectionSchema,
    /// The source with its citation.
    pub source: SourceInfo,
    /// Edition key: an ISO 8601 date at any precision. Keys sort as text.
    pub edition: String,
    /// File name without folders, for the report.
    pub file: String,
    /// SHA-256 of the file where it is known before reading; used to recognise the same edition.
    pub sha256: Option<String>,
    /// Rehearse: do everything, report, and leave the store as it was.
    pub dry_run: bool,
    /// A partial update: records that the file does not mention stay as they are, instead of
    /// being taken as removed.
    pub partial: bool,
    /// Read an edition again that the store has already with the same file (after a recipe
    /// changed); by default that is recognised and nothing is done.
    pub again: bool,
}

/// Where data came from.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct SourceInfo {
    /// Source id; never contains a colon.
    pub id: String,
    /// Title of the register.
    pub title: String,
    /// Publisher.
    pub publisher: String,
    /// Licence, as the publisher states it.
    pub licence: String,
    /// How to cite it.
    pub citation: String,
    /// Home page or download page.
    pub url: String,
    /// Whether the data is synthetic.
    pub synthetic: bool,
}

/// A collection with its current content.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CollectionInfo {
    /// Id, title, fields.
    pub schema: CollectionSchema,
    /// Number of current features.
    pub features: u64,
    /// West, south, east, north of the geometries in degrees; `None` without any geometry.
    pub bbox: Option<[f64; 4]>,
    /// Whether any feature is synthetic.
    pub synthetic: bool,
    /// The data version at which this collection last changed: its features, fields, title or
    /// regions. Never decreases, and never exceeds the data version of the store.
    pub version: u64,
}

/// What an edition is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EditionKind {
    /// All records of a register at a date.
    Full,
    /// Some records of a register at a date.
    Partial,
    /// One record, edited.
    Edit,
}

/// One edition in the store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EditionInfo {
    /// Source id.
    pub source: String,
    /// Collection id.
    pub collection: String,
    /// Edition key.
    pub edition: String,
    /// Full, partial or edit.
    pub kind: EditionKind,
    /// File name.
    pub file: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// When it was imported, RFC 3339.
    pub imported_at: String,
    /// Records that the edition shows.
    pub records: u64,
}

/// Which features of a collection are wanted. All conditions must hold.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Selection {
    /// West, south, east, north in degrees; west > east crosses the antimeridian. Features whose
    /// bounding box meets it; features without geometry never do.
    pub bbox: Option<[f64; 4]>,
    /// Leaf region ids: features in any of them.
    pub regions: Option<Vec<String>>,
    /// Only features with a larger fid (paging).
    pub after_fid: Option<i64>,
    /// Only features up to and with this fid, so that several readers can share a collection.
    pub until_fid: Option<i64>,
    /// Only features with these fids.
    pub fids: Option<Vec<i64>>,
    /// At most so many features.
    pub limit: Option<u64>,
    /// Only features of this source.
    pub source: Option<String>,
    /// Leave `Feature::original` out, which is often longer than all the rest.
    pub without_original: bool,
}

/// Which changes are wanted. All conditions must hold.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ChangeFilter {
    /// Collection id.
    pub collection: Option<String>,
    /// Source id.
    pub source: Option<String>,
    /// Only changes whose newer edition is at or after this date.
    pub since: Option<String>,
    /// Only changes whose newer edition is before or at this date.
    pub until: Option<String>,
    /// Only changes of this field; `added` and `removed` select those events.
    pub field: Option<String>,
    /// Leaf region ids: changes of features in any of them.
    pub regions: Option<Vec<String>>,
    /// One record of the source.
    pub record_id: Option<String>,
    /// At most so many changes.
    pub limit: Option<u64>,
}
