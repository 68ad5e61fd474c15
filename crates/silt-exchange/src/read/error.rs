//! Why a file cannot be read. Every message names the file, the place in it and the next step.

use std::io;
use std::path::{Path, PathBuf};

use super::text::NotThisEncoding;
use super::unpack::UnpackError;

/// A file cannot be read, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// There is no such file.
    #[error("{path}: no such file; check the path")]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// The path is a directory.
    #[error("{path}: is a directory; name one file in it")]
    Directory {
        /// The path.
        path: PathBuf,
    },
    /// The path is a pipe, socket or device.
    #[error("{path}: is not a regular file; save its content to a file first")]
    NotAFile {
        /// The path.
        path: PathBuf,
    },
    /// The file has no content.
    #[error("{path}: the file is empty; fetch it again")]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// The operating system refused.
    #[error("{path}: cannot be read: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The content is not what the name or the options say.
    #[error("{path}: {found}; {advice}")]
    WrongFormat {
        /// The file.
        path: PathBuf,
        /// What it really is.
        found: String,
        /// What to do.
        advice: String,
    },
    /// A compressed file or archive is broken, unsafe or out of bounds.
    #[error("{path}: {source}")]
    Unpack {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: UnpackError,
    },
    /// An archive holds several files and none was named.
    #[error(
        "{path}: the archive holds {}; choose one with `member`",
        list(members)
    )]
    MemberNeeded {
        /// The archive.
        path: PathBuf,
        /// Names of the files in it.
        members: Vec<String>,
    },
    /// A file holds several layers or sheets and none or an unknown one was named.
    #[error(
        "{path}: {problem}; the {kind}s are {}; choose one with `{kind}`",
        list(names)
    )]
    LayerNeeded {
        /// The file.
        path: PathBuf,
        /// `layer` or `sheet`.
        kind: &'static str,
        /// What was wrong with the choice.
        problem: String,
        /// Names to choose from.
        names: Vec<String>,
    },
    /// The file ends in the middle of something.
    #[error(
        "{path}: the file ends too early, at byte {offset} inside {inside}; {}; fetch it again",
        after_row(*last_row)
    )]
    Truncated {
        /// The file.
        path: PathBuf,
        /// Offset of the end in the unpacked text.
        offset: u64,
        /// What was not complete.
        inside: String,
        /// Last complete row, 0 when there is none.
        last_row: u64,
    },
    /// The text breaks the rules of its format in a place from which reading cannot go on.
    #[error("{path}: row {row}, byte {offset}: {reason}")]
    Syntax {
        /// The file.
        path: PathBuf,
        /// Row concerned.
        row: u64,
        /// Offset in the unpacked text.
        offset: u64,
        /// What is wrong.
        reason: String,
    },
    /// The bytes are not text in the encoding expected.
    #[error("{path}: {place}: {reason}")]
    Encoding {
        /// The file.
        path: PathBuf,
        /// Row and byte offset.
        place: String,
        /// What is wrong and what to do.
        reason: String,
    },
    /// A table cannot be made out.
    #[error("{path}: row {row}: {reason}")]
    Table {
        /// The file.
        path: PathBuf,
        /// Row concerned.
        row: u64,
        /// What is wrong and what to do.
        reason: String,
    },
    /// An option contradicts the file or itself.
    #[error("{path}: option `{option}`: {reason}")]
    Option {
        /// The file.
        path: PathBuf,
        /// Name of the option.
        option: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// A library that reads a format gave up.
    #[error("{path}: cannot be read as {format}: {reason}")]
    Library {
        /// The file.
        path: PathBuf,
        /// Format.
        format: String,
        /// Messages of the library.
        reason: String,
    },
}

impl ReadError {
    /// The stable code of the error.
    pub fn code(&self) -> &'static str {
        match self {
            ReadError::Missing { .. } => "file_missing",
            ReadError::Directory { .. } => "file_is_directory",
            ReadError::NotAFile { .. } => "file_not_regular",
            ReadError::Empty { .. } => "file_empty",
            ReadError::Io { .. } => "file_unreadable",
            ReadError::WrongFormat { .. } => "wrong_format",
            ReadError::Unpack { source, .. } => source.code(),
            ReadError::MemberNeeded { .. } => "member_needed",
            ReadError::LayerNeeded { .. } => "layer_needed",
            ReadError::Truncated { .. } => "file_truncated",
            ReadError::Syntax { .. } => "syntax",
            ReadError::Encoding { .. } => "encoding",
            ReadError::Table { .. } => "table",
            ReadError::Option { .. } => "option",
            ReadError::Library { .. } => "library",
        }
    }

    /// Gives an I/O error its file, and brings back an [`UnpackError`] that travelled inside it.
    pub(crate) fn from_io(path: &Path, error: io::Error) -> ReadError {
        let path = path.to_owned();
        if error.kind() == io::ErrorKind::NotFound {
            return ReadError::Missing { path };
        }
        let error = match error.downcast::<NotThisEncoding>() {
            Ok(wrong) => {
                let place = format!("byte {}", wrong.offset);
                return ReadError::Encoding {
                    path,
                    place,
                    reason: wrong.to_string(),
                };
            }
            Err(error) => error,
        };
        match error.downcast::<UnpackError>() {
            Ok(source) => ReadError::Unpack { path, source },
            Err(source) => ReadError::Io { path, source },
        }
    }
}

/// How many names an error lists before it says how many more there are.
const NAMES_LISTED: usize = 20;

fn list(names: &[String]) -> String {
    let mut text = names
        .iter()
        .take(NAMES_LISTED)
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ");
    if names.len() > NAMES_LISTED {
        text.push_str(&format!(" and {} more", names.len() - NAMES_LISTED));
    }
    text
}

fn after_row(last_row: u64) -> String {
    if last_row == 0 {
        "no row is complete".to_owned()
    } else {
        format!("row {last_row} is the last complete one")
    }
}
