//! What can stop an import. Whatever it is, the store is as it was before.

use silt_exchange::map::MapError;
use silt_exchange::read::ReadError;
use silt_store::StoreError;

/// Why an import stopped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IngestError {
    /// The file cannot be opened or read.
    #[error("{file} cannot be read: {source}")]
    Unreadable {
        /// File name.
        file: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is not what it should be.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The recipe or the options do not fit the file.
    #[error("{file}: {source}")]
    Map {
        /// File name.
        file: String,
        /// What does not fit.
        source: MapError,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A thread of the import stopped without an answer.
    #[error(
        "the import of {file} stopped because of an internal error; please report it with the file"
    )]
    Internal {
        /// File name.
        file: String,
    },
}
