//! Is the file sound? Used by `silt doctor` and after a crash.

use rusqlite::Connection;

use super::fault::Fault;
use crate::StoreError;

/// SQLite's own checks of the file and of every spatial index.
pub(super) fn check(conn: &Connection) -> Result<(), Fault> {
    let found: String = conn.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if found != "ok" {
        return Err(damage(found));
    }
    let mut indexes = conn.prepare(
        "SELECT 'rtree_' || table_name || '_' || column_name FROM gpkg_extensions \
         WHERE extension_name = 'gpkg_rtree_index'",
    )?;
    let names = indexes.query_map([], |row| row.get::<_, String>(0))?;
    for name in names {
        let found: String = conn.query_row("SELECT rtreecheck(?1)", [name?], |row| row.get(0))?;
        if found != "ok" {
            return Err(damage(found));
        }
    }
    Ok(())
}

fn damage(found: String) -> Fault {
    Fault::from(StoreError::Invalid(format!(
        "the store is damaged: {found}"
    )))
}
