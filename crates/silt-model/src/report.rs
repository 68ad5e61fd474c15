//! What an import did, row by row where something was wrong.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::FlagCode;

/// Whether a row was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The row became a feature that carries a flag.
    Flagged,
    /// The row did not become a feature.
    Rejected,
}

/// One remark about one row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportEntry {
    /// Row number in the source file, from 1.
    pub row: u64,
    /// Record id, where the row has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record_id: Option<String>,
    /// Kept with a flag, or rejected.
    pub severity: Severity,
    /// Stable code: a [`FlagCode`] or the code of the reject.
    pub code: String,
    /// Source field concerned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Published value concerned, verbatim.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// What was found.
    pub reason: String,
}

/// Summary of one import. Always `rows_read = created + updated + unchanged + rejected`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ImportReport {
    /// Source id.
    pub source: String,
    /// Collection that received the features.
    pub collection: String,
    /// Edition date or label.
    pub edition: String,
    /// File name (without folders) that was read.
    pub file: String,
    /// SHA-256 of the file as read, in hex.
    pub sha256: String,
    /// Whether the import was a rehearsal that left the store as it was.
    pub dry_run: bool,
    /// Whether exactly this edition was in the store already, so that nothing was done.
    pub already_present: bool,
    /// Whether the data is synthetic.
    pub synthetic: bool,
    /// Rows (records, features) in the file.
    pub rows_read: u64,
    /// Features that this edition has and the one before it (in time) did not.
    pub created: u64,
    /// Features whose state differs from the one in the edition before.
    pub updated: u64,
    /// Features whose state is that of the edition before.
    pub unchanged: u64,
    /// Features that the edition before had and this one does not.
    pub removed: u64,
    /// Features that carry at least one flag.
    pub flagged: u64,
    /// Rows that did not become a feature.
    pub rejected: u64,
    /// Features without a geometry.
    pub without_geometry: u64,
    /// How many flags of each kind.
    pub flags: BTreeMap<FlagCode, u64>,
    /// Remarks worth a sentence: encoding found, columns not mapped, older edition put in place.
    pub notes: Vec<String>,
    /// The first remarks, rejects first; all of them are in the store.
    pub entries: Vec<ReportEntry>,
    /// How many remarks there are in all.
    pub entries_total: u64,
}
