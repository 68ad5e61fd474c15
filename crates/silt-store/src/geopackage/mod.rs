//! The embedded store: one SQLite file in WAL mode that is a valid GeoPackage 1.3.
//!
//! QGIS and GDAL open it while it is in use. Every collection is a features table; the change log
//! is the attributes table `silt_change`; the other `silt_` tables are for Silt alone.
//!
//! - `ddl` tables and triggers, `open` files, `layout` fields and columns, `rows` features,
//!   `codec` values, `blob` geometries, `functions` SQL functions
//! - `begin`, `import` and `edit` write, through `writer` (one edition) and `history` (timelines)
//! - `journal` lists what each change touched
//! - `bulk_rtree` and `extent` keep the spatial index and the bounds
//! - `read` answers questions

mod begin;
mod blob;
mod bulk_rtree;
mod check;
mod codec;
mod ddl;
mod edit;
mod extent;
mod fault;
mod functions;
mod history;
mod import;
mod journal;
mod layout;
mod open;
mod read;
mod remarks;
mod rows;
mod writer;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use silt_model::{
    Change, CollectionSchema, Feature, FeatureId, ImportReport, ObservedState, ReportEntry,
    StoredFeature,
};

use self::fault::Fault;
use self::import::GeoPackageImport;
use self::journal::Touched;
use self::layout::Layout;
pub use self::open::OpenMode;
use crate::types::{ChangeFilter, CollectionInfo, EditionInfo, ImportSpec, Selection, SourceInfo};
use crate::{Import, Store, StoreError};

/// A store in one GeoPackage file.
#[derive(Debug)]
pub struct GeoPackageStore {
    conn: Connection,
    path: PathBuf,
    touched: Touched,
}

impl GeoPackageStore {
    /// Opens a store; the folder must exist.
    ///
    /// # Errors
    /// [`StoreError::ReadOnly`] where the file cannot be created or written,
    /// [`StoreError::NotAStore`] where it is something else or, for reading, absent,
    /// [`StoreError::NewerVersion`], [`StoreError::Busy`], [`StoreError::DiskFull`].
    pub fn open(path: impl AsRef<Path>, mode: OpenMode) -> Result<GeoPackageStore, StoreError> {
        let path = path.as_ref().to_path_buf();
        let opened = open::open(&path, mode).and_then(|mut conn| {
            let touched = Touched::follow(&mut conn)?;
            Ok((conn, touched))
        });
        match opened {
            Ok((conn, touched)) => Ok(GeoPackageStore {
                conn,
                path,
                touched,
            }),
            Err(fault) => Err(fault.at(&path)),
        }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Checks the file and its spatial indexes with SQLite's own means. Reads the whole file.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] with the first damage found.
    pub fn check(&self) -> Result<(), StoreError> {
        self.reading(check::check)
    }

    /// Runs `work` in a transaction that only reads, so that all of it sees one state.
    fn reading<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        let outcome = (|| {
            let transaction = self.conn.unchecked_transaction()?;
            let answer = work(&transaction)?;
            transaction.finish()?;
            Ok(answer)
        })();
        outcome.map_err(|fault: Fault| fault.at(&self.path))
    }

    /// Runs `work` in a transaction that writes to a collection, and commits if it succeeds and
    /// says that it changed something.
    fn writing<T>(
        &mut self,
        collection: &str,
        work: impl FnOnce(&Connection) -> Result<(T, bool), Fault>,
    ) -> Result<T, StoreError> {
        let outcome = (|| {
            self.conn.execute_batch("BEGIN IMMEDIATE")?;
            let (answer, changed) = work(&self.conn)?;
            if changed {
                journal::bump_version(&self.conn, &self.touched, collection)?;
                self.conn.execute_batch("COMMIT")?;
            } else {
                self.roll_back();
            }
            Ok(answer)
        })();
        outcome.map_err(|fault: Fault| {
            self.roll_back();
            fault.at(&self.path)
        })
    }

    /// Ends a transaction without effect. SQLite ends it by itself after some errors.
    fn roll_back(&self) {
        self.touched.clear();
        if !self.conn.is_autocommit() {
            // Nothing more can be done about a failing rollback: closing the file rolls back.
            let _ = self.conn.execute_batch("ROLLBACK");
        }
    }

    /// Moves the write-ahead log into the file and empties it, so that it does not stay large.
    /// Readers may prevent that; the next commit then does it.
    fn checkpoint(&self) {
        let outcome = self
            .conn
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        // The commit is durable in the log already.
        drop(outcome);
    }
}

impl Store for GeoPackageStore {
    fn data_version(&self) -> Result<u64, StoreError> {
        self.reading(read::data_version)
    }

    fn collections(&self) -> Result<Vec<CollectionInfo>, StoreError> {
        self.reading(read::collections)
    }

    fn ensure_collection(&mut self, schema: &CollectionSchema) -> Result<(), StoreError> {
        self.writing(&schema.id, |conn| {
            let (_, changed) = Layout::ensure(conn, schema)?;
            Ok(((), changed))
        })
    }

    fn begin_import<'store>(
        &'store mut self,
        spec: &ImportSpec,
    ) -> Result<Box<dyn Import + 'store>, StoreError> {
        Ok(Box::new(GeoPackageImport::begin(self, spec)?))
    }

    fn edit(
        &mut self,
        collection: &str,
        id: &FeatureId,
        feature: Option<&Feature>,
        observed_at: &str,
    ) -> Result<bool, StoreError> {
        self.writing(collection, |conn| {
            edit::edit(conn, collection, id, feature, observed_at)
        })
    }

    fn feature(
        &self,
        collection: &str,
        id: &FeatureId,
    ) -> Result<Option<StoredFeature>, StoreError> {
        self.reading(|conn| read::feature(conn, collection, id))
    }

    fn scan(
        &self,
        collection: &str,
        selection: &Selection,
        visit: &mut dyn FnMut(StoredFeature) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        self.reading(|conn| read::scan(conn, collection, selection, visit))
    }

    fn touched_since(&self, collection: &str, since: u64) -> Result<Option<Vec<i64>>, StoreError> {
        self.reading(|conn| journal::touched_since(conn, collection, since))
    }

    fn history(&self, collection: &str, id: &FeatureId) -> Result<Vec<ObservedState>, StoreError> {
        self.reading(|conn| read::history(conn, collection, id))
    }

    fn changes(
        &self,
        filter: &ChangeFilter,
        visit: &mut dyn FnMut(Change) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        self.reading(|conn| remarks::changes(conn, filter, visit))
    }

    fn sources(&self) -> Result<Vec<SourceInfo>, StoreError> {
        self.reading(remarks::sources)
    }

    fn editions(&self, source: Option<&str>) -> Result<Vec<EditionInfo>, StoreError> {
        self.reading(|conn| remarks::editions(conn, source))
    }

    fn report(&self, source: &str, edition: &str) -> Result<Option<ImportReport>, StoreError> {
        self.reading(|conn| remarks::report(conn, source, edition))
    }

    fn report_entries(&self, source: &str, edition: &str) -> Result<Vec<ReportEntry>, StoreError> {
        self.reading(|conn| remarks::report_entries(conn, source, edition))
    }

    fn reassign_regions(
        &mut self,
        collection: &str,
        regions_of: &mut dyn FnMut(&mut Feature),
    ) -> Result<u64, StoreError> {
        self.writing(collection, |conn| {
            let changed = edit::reassign_regions(conn, collection, regions_of)?;
            Ok((changed, changed > 0))
        })
    }
}

#[cfg(test)]
#[path = "geopackage_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "failure_tests.rs"]
mod failure_tests;
