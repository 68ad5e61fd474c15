//! Which features each committed change touched, so that a reader that holds an earlier state reads
//! only those.
//!
//! SQLite itself reports the rows that a transaction writes or removes; at the commit their fids
//! become one row of `silt_touched`. It names the version of the collection that it follows: a
//! change by a program that keeps no journal leaves a gap, and the answer is then "not known".

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::hooks::Action;
use rusqlite::{Connection, OptionalExtension, params};

use super::fault::Fault;

/// Changes of more features than this are not listed: reading the collection costs as much.
const MOST_FIDS: usize = 20_000;

/// Changes kept per collection. A running service asks twice a second.
const KEPT_CHANGES: u64 = 100;

/// The rows written since the transaction began, by table; `None` where they are too many.
#[derive(Debug, Clone, Default)]
pub(super) struct Touched(Arc<Mutex<HashMap<String, Option<BTreeSet<i64>>>>>);

impl Touched {
    /// Begins to note what a connection writes.
    pub(super) fn follow(conn: &mut Connection) -> Result<Touched, Fault> {
        let touched = Touched::default();
        let noted = touched.clone();
        let hook = move |_: Action, _: &str, table: &str, fid: i64| noted.note(table, fid);
        conn.update_hook(Some(hook))?;
        Ok(touched)
    }

    fn tables(&self) -> MutexGuard<'_, HashMap<String, Option<BTreeSet<i64>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, table: &str, fid: i64) {
        if is_own_table(table) {
            return;
        }
        let mut tables = self.tables();
        match tables.get_mut(table) {
            Some(Some(fids)) if fids.len() < MOST_FIDS => {
                fids.insert(fid);
            }
            Some(too_many) => *too_many = None,
            None => {
                tables.insert(table.to_owned(), Some(BTreeSet::from([fid])));
            }
        }
    }

    /// Forgets what a transaction wrote that came to nothing.
    pub(super) fn clear(&self) {
        self.tables().clear();
    }

    /// What was written to a collection, ascending; `None` where it is not known.
    fn take(&self, collection: &str) -> Option<Vec<i64>> {
        let mut tables = self.tables();
        let fids = match tables.remove(collection) {
            Some(fids) => fids,
            // A change of the title or of the fields touches no feature.
            None => Some(BTreeSet::new()),
        };
        tables.clear();
        Some(fids?.into_iter().collect())
    }
}

/// Whether a table of this name may be one of those beside the tables of collections.
fn is_own_table(name: &str) -> bool {
    ["silt_", "gpkg_", "rtree_"]
        .iter()
        .any(|start| name.starts_with(start))
}

/// Counts the change that is about to be committed, notes it as the collection's newest, and
/// writes down what it touched.
pub(super) fn bump_version(
    conn: &Connection,
    touched: &Touched,
    collection: &str,
) -> Result<(), Fault> {
    let key = format!("version:{collection}");
    let previous: Option<u64> = conn
        .prepare_cached("SELECT value FROM silt_meta WHERE key = ?1")?
        .query_row([&key], |row| row.get(0))
        .optional()?;
    conn.execute(
        "UPDATE silt_meta SET value = value + 1 WHERE key = 'data_version'",
        [],
    )?;
    conn.execute(
        "INSERT OR REPLACE INTO silt_meta (key, value)
         SELECT ?1, value FROM silt_meta WHERE key = 'data_version'",
        [&key],
    )?;
    let fids = touched
        .take(collection)
        .filter(|_| !is_own_table(collection));
    let fids = fids.map(|fids| serde_json::to_string(&fids)).transpose()?;
    // Stores of older builds have no journal yet.
    conn.execute_batch(
        "CREATE TABLE IF NOT EXISTS silt_touched (
           collection TEXT NOT NULL, version INTEGER NOT NULL, previous INTEGER, fids TEXT,
           PRIMARY KEY (collection, version)) WITHOUT ROWID",
    )?;
    conn.prepare_cached(
        "INSERT INTO silt_touched (collection, version, previous, fids)
         SELECT ?1, value, ?2, ?3 FROM silt_meta WHERE key = 'data_version'",
    )?
    .execute(params![collection, previous, fids])?;
    conn.prepare_cached(
        "DELETE FROM silt_touched WHERE collection = ?1 AND version <
           (SELECT min(version) FROM (SELECT version FROM silt_touched WHERE collection = ?1
            ORDER BY version DESC LIMIT ?2))",
    )?
    .execute(params![collection, KEPT_CHANGES])?;
    Ok(())
}

/// Fids of features written or removed after version `since` of a collection, ascending; `None`
/// where that is not known, so that any may have been.
pub(super) fn touched_since(
    conn: &Connection,
    collection: &str,
    since: u64,
) -> Result<Option<Vec<i64>>, Fault> {
    let has_journal = conn
        .prepare_cached("SELECT 1 FROM sqlite_master WHERE name = 'silt_touched'")?
        .exists([])?;
    if !has_journal {
        return Ok(None);
    }
    let newest: Option<u64> = conn
        .prepare_cached("SELECT value FROM silt_meta WHERE key = 'version:' || ?1")?
        .query_row([collection], |row| row.get(0))
        .optional()?;
    let mut statement = conn.prepare_cached(
        "SELECT version, previous, fids FROM silt_touched
         WHERE collection = ?1 AND version > ?2 ORDER BY version",
    )?;
    let mut rows = statement.query(params![collection, since])?;
    let mut reached = since;
    let mut fids = BTreeSet::new();
    while let Some(row) = rows.next()? {
        let (version, previous): (u64, Option<u64>) = (row.get(0)?, row.get(1)?);
        let listed: Option<String> = row.get(2)?;
        let (Some(listed), true) = (listed, previous == Some(reached)) else {
            return Ok(None);
        };
        let listed: Vec<i64> = serde_json::from_str(&listed)?;
        fids.extend(listed);
        reached = version;
    }
    let is_whole = newest == Some(reached) && fids.len() <= MOST_FIDS;
    Ok(is_whole.then(|| fids.into_iter().collect()))
}

#[cfg(test)]
#[path = "journal_tests.rs"]
mod tests;
