//! Durable state of Silt: editions, features and the change log behind one trait.
//!
//! [`Store`] is what every backend offers; [`geopackage::GeoPackageStore`] is the embedded one.
//! `behaviour` holds the tests that every backend must pass.
//!
//! **How time is kept.** A source is observed in *editions*; each edition shows a set of records.
//! A single edit is an observation of one record. The store keeps, for each record, the states
//! that differ from the one before, each with the observation that first showed it. The newest
//! state stands in the collection's own table, older ones in the history. An edition that arrives
//! late is put in its place in time, and only what lies between its neighbours changes.

#[cfg(any(test, feature = "behaviour"))]
pub mod behaviour;
pub mod error;
mod fields;
pub mod geopackage;
mod state;
mod tally;
mod timeline;
pub mod types;

pub use error::StoreError;
pub use geopackage::{GeoPackageStore, OpenMode};
pub use types::{
    ChangeFilter, CollectionInfo, EditionInfo, EditionKind, ImportSpec, Selection, SourceInfo,
};

use std::ops::ControlFlow;

use silt_model::{
    Change, CollectionSchema, Feature, FeatureId, ImportReport, ObservedState, ReportEntry,
    StoredFeature,
};

/// What every store offers. Reads see one committed state for their whole duration; writes are
/// one transaction each.
pub trait Store: Send {
    /// A number that grows with every committed change of the store, by whichever process.
    fn data_version(&self) -> Result<u64, StoreError>;

    /// All collections, by id.
    fn collections(&self) -> Result<Vec<CollectionInfo>, StoreError>;

    /// Creates a collection, or adds the fields that an existing one does not have yet.
    fn ensure_collection(&mut self, schema: &CollectionSchema) -> Result<(), StoreError>;

    /// Begins the import of one edition. Nothing is visible before [`Import::finish`]; dropping
    /// the import leaves the store as it was.
    fn begin_import<'store>(
        &'store mut self,
        spec: &ImportSpec,
    ) -> Result<Box<dyn Import + 'store>, StoreError>;

    /// Records that one feature has this state from `observed_at` (RFC 3339) on, or is absent
    /// where `feature` is `None`. Returns whether anything differs from the state before.
    fn edit(
        &mut self,
        collection: &str,
        id: &FeatureId,
        feature: Option<&Feature>,
        observed_at: &str,
    ) -> Result<bool, StoreError>;

    /// The newest state of one feature, or `None` where there is no such feature now.
    fn feature(
        &self,
        collection: &str,
        id: &FeatureId,
    ) -> Result<Option<StoredFeature>, StoreError>;

    /// Passes the selected features to `visit` in the order of their `fid`, streamed, until it breaks.
    fn scan(
        &self,
        collection: &str,
        selection: &Selection,
        visit: &mut dyn FnMut(StoredFeature) -> ControlFlow<()>,
    ) -> Result<(), StoreError>;

    /// Fids of features that were written or removed after version `since` of a collection,
    /// ascending; `None` where the store does not know, and any may have been.
    fn touched_since(&self, collection: &str, since: u64) -> Result<Option<Vec<i64>>, StoreError>;

    /// All observed states of a feature, oldest first; empty where it never existed.
    fn history(&self, collection: &str, id: &FeatureId) -> Result<Vec<ObservedState>, StoreError>;

    /// Passes the change log to `visit`, oldest edition first.
    fn changes(
        &self,
        filter: &ChangeFilter,
        visit: &mut dyn FnMut(Change) -> ControlFlow<()>,
    ) -> Result<(), StoreError>;

    /// Sources known to the store, by id.
    fn sources(&self) -> Result<Vec<SourceInfo>, StoreError>;

    /// Editions of a source (or of all), oldest first.
    fn editions(&self, source: Option<&str>) -> Result<Vec<EditionInfo>, StoreError>;

    /// The stored report of an import.
    fn report(&self, source: &str, edition: &str) -> Result<Option<ImportReport>, StoreError>;

    /// All remarks of an import, in row order.
    fn report_entries(&self, source: &str, edition: &str) -> Result<Vec<ReportEntry>, StoreError>;

    /// Recomputes the regions of every current feature of a collection, in one transaction.
    /// `regions_of` sets the regions (and flags) of the feature it is given.
    fn reassign_regions(
        &mut self,
        collection: &str,
        regions_of: &mut dyn FnMut(&mut Feature),
    ) -> Result<u64, StoreError>;
}

/// An import under way. It is one transaction.
///
/// Where exactly this edition, from a file with the same SHA-256, is in the store already, what is
/// put is ignored and the report of [`Import::finish`] says so.
pub trait Import {
    /// Adds records of the edition, in file order. A record id that the edition already has gets
    /// the suffix `~2`, `~3` ... and a `duplicate_id` flag.
    fn put(&mut self, features: Vec<Feature>) -> Result<(), StoreError>;

    /// Adds remarks that concern rows which did not become features.
    fn reject(&mut self, entries: Vec<ReportEntry>) -> Result<(), StoreError>;

    /// Adds a note to the report.
    fn note(&mut self, note: String);

    /// Ends the import and makes it visible. With a dry run the report is what it would be and
    /// the store stays as it was.
    fn finish(self: Box<Self>, summary: FileSummary) -> Result<ImportReport, StoreError>;
}

/// What is known of the file only when it has been read to its end.
#[derive(Debug, Clone, Default)]
pub struct FileSummary {
    /// SHA-256 of the file as read, in hex.
    pub sha256: String,
    /// Rows in the file.
    pub rows_read: u64,
}
