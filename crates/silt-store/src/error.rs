//! What can go wrong in a store.

use std::path::PathBuf;

/// What went wrong, and what to do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// No collection with this id.
    #[error("there is no collection `{0}`; `silt collections` lists them")]
    NoSuchCollection(String),
    /// The disk is full.
    #[error(
        "the disk that holds {path} is full; nothing was changed. Free some space and run the command again"
    )]
    DiskFull {
        /// The store file.
        path: PathBuf,
    },
    /// The store or its folder cannot be written.
    #[error("{path} cannot be written: {reason}; nothing was changed")]
    ReadOnly {
        /// The store file.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// Another process is writing.
    #[error("another process is writing to {path}; wait until its import is done and try again")]
    Busy {
        /// The store file.
        path: PathBuf,
    },
    /// The file is not a store of ours, or is damaged.
    #[error("{path} is not a Silt store: {reason}")]
    NotAStore {
        /// The store file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The store was written by a newer version of Silt.
    #[error(
        "{path} was written by a newer Silt (store version {found}, this program reads up to {supported}); update Silt"
    )]
    NewerVersion {
        /// The store file.
        path: PathBuf,
        /// Version found.
        found: u32,
        /// Newest version this program reads.
        supported: u32,
    },
    /// A source is already used for another collection, or an edition key is not usable.
    #[error("{0}")]
    Conflict(String),
    /// A value that the store was given or found breaks a rule.
    #[error("{0}")]
    Invalid(String),
    /// The database said no.
    #[error("the store failed: {0}")]
    Backend(#[source] Box<dyn std::error::Error + Send + Sync>),
}
