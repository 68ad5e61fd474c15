//! A file that is built beside its target and appears there complete or not at all.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::WriteError;

/// A file under construction in a folder of its own beside the target, so that side files of a
/// library (an SQLite journal) go with it, and the move into place stays on one file system.
pub(super) struct StagedFile {
    folder: TempDir,
    path: PathBuf,
    target: PathBuf,
}

impl StagedFile {
    /// Makes the folder. `extension` is given to the file within it, since some libraries ask
    /// for theirs.
    pub(super) fn begin(target: &Path, extension: &str) -> Result<Self, WriteError> {
        let target = replaceable(target)?;
        let parent = match target.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let folder = tempfile::Builder::new()
            .prefix(".silt-export-")
            .tempdir_in(parent)
            .map_err(|source| WriteError::File {
                path: target.clone(),
                source,
            })?;
        let path = folder.path().join(format!("export.{extension}"));
        Ok(StagedFile {
            folder,
            path,
            target,
        })
    }

    /// Where the file is built.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The folder around it, for spool files.
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Where the file will stand.
    pub(super) fn target(&self) -> &Path {
        &self.target
    }

    /// Moves the file to its target once its content is on the disk. Returns its size in bytes.
    pub(super) fn publish(self) -> Result<u64, WriteError> {
        let moved = || -> io::Result<u64> {
            let file = File::open(&self.path)?;
            file.sync_all()?;
            let bytes = file.metadata()?.len();
            fs::rename(&self.path, &self.target)?;
            Ok(bytes)
        };
        moved().map_err(|source| WriteError::File {
            path: self.target.clone(),
            source,
        })
    }
}

/// The path to replace: the file itself where `target` is a link to one.
fn replaceable(target: &Path) -> Result<PathBuf, WriteError> {
    let refuse = |what| WriteError::NotAFile {
        path: target.to_owned(),
        what,
    };
    let Ok(metadata) = fs::metadata(target) else {
        return match target.file_name() {
            Some(_) => Ok(target.to_owned()),
            None => Err(refuse("not a file name")),
        };
    };
    if metadata.is_dir() {
        return Err(refuse("a folder"));
    }
    if !metadata.is_file() {
        return Err(refuse("a device or a pipe"));
    }
    fs::canonicalize(target).map_err(|source| WriteError::File {
        path: target.to_owned(),
        source,
    })
}
