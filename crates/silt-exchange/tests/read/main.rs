//! Reading files of the disk: broken ones, packed ones, and real registers.

#![allow(missing_docs, clippy::unwrap_used)]

mod bad;
mod real;
mod vector;

use std::path::{Path, PathBuf};

use silt_exchange::read::{FileInfo, ReadError, ReadOptions, Reader};
use silt_exchange::record::{Record, Reject, Row};

/// What reading a file to its end gave.
pub struct Whole {
    pub info: FileInfo,
    pub records: Vec<Record>,
    pub rejects: Vec<Reject>,
}

pub fn read_with(path: &Path, options: &ReadOptions) -> Result<Whole, ReadError> {
    let mut reader = Reader::open(path, options)?;
    let (mut records, mut rejects) = (Vec::new(), Vec::new());
    while let Some(batch) = reader.next_batch()? {
        for row in batch.decode() {
            match row {
                Row::Record(record) => records.push(record),
                Row::Reject(reject) => rejects.push(reject),
            }
        }
    }
    assert_eq!(reader.rows_read(), (records.len() + rejects.len()) as u64);
    Ok(Whole {
        info: reader.info().clone(),
        records,
        rejects,
    })
}

pub fn read(path: &Path) -> Result<Whole, ReadError> {
    read_with(path, &ReadOptions::default())
}

/// A folder with one file in it.
pub struct TestFile {
    _folder: tempfile::TempDir,
    pub path: PathBuf,
}

pub fn file(name: &str, content: impl AsRef<[u8]>) -> TestFile {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, content).unwrap();
    TestFile {
        _folder: folder,
        path,
    }
}

/// The error of a file that cannot be read; its message must name the file.
pub fn error_of(file: &TestFile, options: &ReadOptions) -> ReadError {
    let Err(error) = read_with(&file.path, options) else {
        panic!("{} was read", file.path.display())
    };
    let name = file
        .path
        .file_name()
        .unwrap()
        .to_string_lossy()
        .into_owned();
    assert!(error.to_string().contains(&name), "{error}");
    error
}

#[track_caller]
pub fn assert_says(error: &ReadError, code: &str, words: &[&str]) {
    assert_eq!(error.code(), code, "{error}");
    for word in words {
        assert!(
            error.to_string().contains(word),
            "`{word}` is missing in: {error}"
        );
    }
}
