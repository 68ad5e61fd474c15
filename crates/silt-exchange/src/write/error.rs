//! Why an export failed.

use std::io;
use std::path::{Path, PathBuf};

/// An export that cannot be written. Nothing is left at its target.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The name or extension stands for no export format.
    #[error("`{0}` is not an export format; use geojson, geojsonseq, csv, gpkg, fgb or parquet")]
    UnknownFormat(String),
    /// The target exists and is not a file that can be replaced.
    #[error("cannot write `{path}`: it is {what}; name a file", path = path.display())]
    NotAFile {
        /// The target.
        path: PathBuf,
        /// What stands there.
        what: &'static str,
    },
    /// The operating system refused: no space, no permission, no such folder.
    #[error("cannot write `{path}`: {source}", path = path.display())]
    File {
        /// The target.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// The stream that is written to took no more.
    #[error("cannot write: {0}")]
    Output(#[source] io::Error),
    /// Collections with such fields cannot be exported.
    #[error("cannot export collection `{collection}`: {reason}")]
    Schema {
        /// Collection id.
        collection: String,
        /// What is wrong with which field.
        reason: String,
    },
    /// The format cannot hold a value.
    #[error("cannot export feature `{id}`: field `{field}`: {reason}")]
    Value {
        /// Feature id.
        id: String,
        /// Field name.
        field: String,
        /// Why it cannot be held.
        reason: String,
    },
    /// The format cannot hold a geometry.
    #[error("cannot export feature `{id}`: its geometry {reason}")]
    Geometry {
        /// Feature id.
        id: String,
        /// Why it cannot be held.
        reason: String,
    },
    /// The library that writes the format failed.
    #[error("cannot write {format}: {reason}")]
    Library {
        /// Format name.
        format: &'static str,
        /// What the library says.
        reason: String,
    },
    /// An earlier feature could not be written, so the file would lack it.
    #[error("the export is incomplete, since a feature before could not be written; start again")]
    Incomplete,
}

impl WriteError {
    /// Adds the target to an error of the operating system.
    pub(super) fn at(self, target: &Path) -> WriteError {
        match self {
            WriteError::Output(source) => WriteError::File {
                path: target.to_owned(),
                source,
            },
            other => other,
        }
    }
}
