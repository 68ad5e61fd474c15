//! Opening a store file.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension};

use super::ddl::{self, APPLICATION_ID, STORE_VERSION};
use super::fault::Fault;
use super::functions;
use crate::StoreError;

/// How a store is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenMode {
    /// Read and write; the file is created if absent.
    ReadWriteCreate,
    /// Read only; the file must exist. Works on a read-only medium too.
    ReadOnly,
}

/// How long a statement waits for another process before the store is reported as busy. Readers
/// never wait in WAL mode; only a second writer does.
const BUSY_TIMEOUT: Duration = Duration::from_millis(1_000);
/// Page cache, in kibibytes.
const CACHE_KIB: i64 = 65_536;

/// Opens the file and checks that it is a store of ours.
pub(super) fn open(path: &Path, mode: OpenMode) -> Result<Connection, Fault> {
    match mode {
        OpenMode::ReadWriteCreate => open_for_writing(path),
        OpenMode::ReadOnly => open_for_reading(path),
    }
}

fn prepare(conn: &Connection) -> rusqlite::Result<()> {
    conn.busy_timeout(BUSY_TIMEOUT)?;
    conn.set_prepared_statement_cache_capacity(64);
    conn.pragma_update(None, "cache_size", -CACHE_KIB)?;
    functions::register(conn)
}

fn open_for_writing(path: &Path) -> Result<Connection, Fault> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    prepare(&conn)?;
    if conn.is_readonly("main")? {
        return Err(StoreError::ReadOnly {
            path: path.to_path_buf(),
            reason: "the file is read-only".to_owned(),
        }
        .into());
    }
    if is_empty_file(&conn)? {
        create(&conn)?;
    }
    check(&conn, path)?;
    let mode: String =
        conn.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
    if !mode.eq_ignore_ascii_case("wal") {
        return Err(StoreError::ReadOnly {
            path: path.to_path_buf(),
            reason: "its file system cannot hold a write-ahead log".to_owned(),
        }
        .into());
    }
    // A commit that was reported survives a power cut.
    conn.pragma_update(None, "synchronous", "FULL")?;
    Ok(conn)
}

fn is_empty_file(conn: &Connection) -> Result<bool, Fault> {
    let objects: i64 =
        conn.query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0))?;
    Ok(objects == 0)
}

fn create(conn: &Connection) -> Result<(), Fault> {
    // Created in rollback mode, so that the header is in the file itself before WAL mode begins
    // and a program that reads only the first bytes sees a GeoPackage.
    conn.execute_batch("BEGIN IMMEDIATE")?;
    // Another process may have been faster.
    let outcome = match is_empty_file(conn) {
        Ok(true) => ddl::create_store(conn),
        Ok(false) => Ok(()),
        Err(fault) => Err(fault),
    };
    match outcome {
        Ok(()) => Ok(conn.execute_batch("COMMIT")?),
        Err(fault) => {
            // The first error is the one to report.
            let _ = conn.execute_batch("ROLLBACK");
            Err(fault)
        }
    }
}

fn open_for_reading(path: &Path) -> Result<Connection, Fault> {
    if !path.is_file() {
        return Err(StoreError::NotAStore {
            path: path.to_path_buf(),
            reason: "there is no such file".to_owned(),
        }
        .into());
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let first_try = Connection::open_with_flags(path, flags)
        .map_err(Fault::from)
        .and_then(|conn| {
            prepare(&conn)?;
            check(&conn, path)?;
            Ok(conn)
        });
    let fault = match first_try {
        Ok(conn) => return Ok(conn),
        Err(fault) => fault,
    };
    let cannot_make_log = matches!(
        fault.code(),
        Some(rusqlite::ErrorCode::CannotOpen | rusqlite::ErrorCode::ReadOnly)
    );
    if !cannot_make_log || !log_is_empty(path) {
        return Err(fault);
    }
    // On a read-only medium SQLite cannot make the files beside a WAL database. Nobody can write
    // there either, and no log holds later changes: the file can be read as it is.
    let uri = format!("file:{}?immutable=1", percent_encoded(path)?);
    let conn = Connection::open_with_flags(uri, flags | OpenFlags::SQLITE_OPEN_URI)?;
    prepare(&conn)?;
    check(&conn, path)?;
    Ok(conn)
}

fn log_is_empty(path: &Path) -> bool {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    std::fs::metadata(PathBuf::from(log)).map_or(true, |log| log.len() == 0)
}

/// The path as it stands in a `file:` URI.
fn percent_encoded(path: &Path) -> Result<String, Fault> {
    let text = path.to_str().ok_or_else(|| {
        StoreError::Invalid(format!(
            "the path {} is not UTF-8 and cannot be opened on a read-only medium",
            path.display()
        ))
    })?;
    let mut encoded = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '%' => encoded.push_str("%25"),
            '?' => encoded.push_str("%3f"),
            '#' => encoded.push_str("%23"),
            other => encoded.push(other),
        }
    }
    Ok(encoded)
}

fn check(conn: &Connection, path: &Path) -> Result<(), Fault> {
    let not_a_store = |reason: &str| StoreError::NotAStore {
        path: path.to_path_buf(),
        reason: reason.to_owned(),
    };
    let application: i32 = conn.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let has_meta = conn
        .query_row(
            "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'silt_meta'",
            [],
            |_| Ok(()),
        )
        .optional()?
        .is_some();
    if !has_meta {
        let reason = if application == APPLICATION_ID {
            "it is a GeoPackage of another program; `silt import` reads it"
        } else {
            "it is a SQLite file of another program"
        };
        return Err(not_a_store(reason).into());
    }
    let version: u32 = conn.query_row(
        "SELECT value FROM silt_meta WHERE key = 'store_version'",
        [],
        |row| row.get(0),
    )?;
    if version > STORE_VERSION {
        return Err(StoreError::NewerVersion {
            path: path.to_path_buf(),
            found: version,
            supported: STORE_VERSION,
        }
        .into());
    }
    Ok(())
}
