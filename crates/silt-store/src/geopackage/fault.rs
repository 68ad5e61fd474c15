//! Errors inside the backend, before the path of the store is known.

use std::path::Path;

use rusqlite::ffi::{
    SQLITE_IOERR_SHMSIZE, SQLITE_READONLY_CANTINIT, SQLITE_READONLY_DBMOVED,
    SQLITE_READONLY_DIRECTORY,
};
use rusqlite::{Error as SqlError, ErrorCode};

use super::blob::BlobError;
use crate::StoreError;

/// What went wrong inside the backend.
#[derive(Debug)]
pub(super) enum Fault {
    Sql(SqlError),
    Damaged(String),
    Store(StoreError),
}

impl Fault {
    pub(super) fn damaged(what: impl Into<String>) -> Fault {
        Fault::Damaged(what.into())
    }

    /// SQLite's primary code, where SQLite failed.
    pub(super) fn code(&self) -> Option<ErrorCode> {
        match self {
            Fault::Sql(error) => error.sqlite_error_code(),
            _ => None,
        }
    }

    /// The error as callers see it.
    pub(super) fn at(self, path: &Path) -> StoreError {
        let path = path.to_path_buf();
        let error = match self {
            Fault::Store(error) => return error,
            Fault::Damaged(reason) => return StoreError::NotAStore { path, reason },
            Fault::Sql(error) => error,
        };
        let SqlError::SqliteFailure(failure, message) = &error else {
            return StoreError::Backend(Box::new(error));
        };
        let said = message.clone().unwrap_or_else(|| failure.to_string());
        match failure.code {
            ErrorCode::DiskFull => StoreError::DiskFull { path },
            // The shared-memory file of the write-ahead log could not grow.
            ErrorCode::SystemIoFailure if failure.extended_code == SQLITE_IOERR_SHMSIZE => {
                StoreError::DiskFull { path }
            }
            ErrorCode::ReadOnly => StoreError::ReadOnly {
                path,
                reason: match failure.extended_code {
                    SQLITE_READONLY_DIRECTORY | SQLITE_READONLY_CANTINIT => {
                        "its folder is read-only".to_owned()
                    }
                    SQLITE_READONLY_DBMOVED => "the file was moved or replaced".to_owned(),
                    _ => "the file or its folder is read-only".to_owned(),
                },
            },
            ErrorCode::CannotOpen | ErrorCode::PermissionDenied => {
                StoreError::ReadOnly { path, reason: said }
            }
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => StoreError::Busy { path },
            ErrorCode::NotADatabase => StoreError::NotAStore {
                path,
                reason: "it is not a SQLite file".to_owned(),
            },
            ErrorCode::DatabaseCorrupt => StoreError::NotAStore {
                path,
                reason: format!("the file is damaged ({said})"),
            },
            _ => StoreError::Backend(Box::new(error)),
        }
    }
}

impl From<SqlError> for Fault {
    fn from(error: SqlError) -> Fault {
        Fault::Sql(error)
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Fault {
        Fault::Store(error)
    }
}

impl From<BlobError> for Fault {
    fn from(error: BlobError) -> Fault {
        Fault::Damaged(error.to_string())
    }
}

impl From<serde_json::Error> for Fault {
    fn from(error: serde_json::Error) -> Fault {
        Fault::Damaged(format!("JSON text in the store cannot be read: {error}"))
    }
}
