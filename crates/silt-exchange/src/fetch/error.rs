//! Why a file cannot be had. Every message says what to do next.

use std::io;
use std::path::{Path, PathBuf};

/// The file of a source cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The recipe knows no address, and the mirror does not have the file.
    #[error(
        "{source_id} {edition}: the recipe has no address to download from{}; {}",
        in_mirror(mirror.as_deref()),
        next_step(notes)
    )]
    NoAddress {
        /// Source id.
        source_id: String,
        /// Edition.
        edition: String,
        /// Path in a mirror.
        mirror: Option<String>,
        /// What the recipe says about getting it.
        notes: String,
    },
    /// Downloads are not allowed.
    #[error(
        "{url}: not fetched, since the network is switched off; name a mirror folder with SILT_MIRROR or allow the network"
    )]
    Offline {
        /// Address.
        url: String,
    },
    /// The address does not end in a file name.
    #[error("{url}: does not end in the name of a file; give the recipe a `mirror` path as well")]
    NoName {
        /// Address.
        url: String,
    },
    /// The server cannot be reached.
    #[error(
        "{url}: cannot be reached: {reason}; check the network, or name a mirror folder with SILT_MIRROR"
    )]
    Unreachable {
        /// Address.
        url: String,
        /// What failed.
        reason: String,
    },
    /// The server answers with an error.
    #[error(
        "{url}: the server answers {status}; check whether the source has moved, and correct the recipe"
    )]
    Status {
        /// Address.
        url: String,
        /// HTTP status.
        status: u16,
    },
    /// The download broke off.
    #[error("{url}: broke off after {done} bytes{}: {reason}; try again", of_total(*total))]
    Interrupted {
        /// Address.
        url: String,
        /// Bytes received.
        done: u64,
        /// Bytes announced.
        total: Option<u64>,
        /// What failed.
        reason: String,
    },
    /// The download is larger than any register.
    #[error(
        "{url}: more than {limit} bytes; this is not the file of a register, check the address"
    )]
    TooLarge {
        /// Address.
        url: String,
        /// Most bytes taken.
        limit: u64,
    },
    /// The file is not what its name says.
    #[error("{from}: {found}, and not {expected}; {advice}")]
    NotTheFile {
        /// Address or path.
        from: String,
        /// What it is.
        found: String,
        /// What it should be.
        expected: String,
        /// What to do.
        advice: String,
    },
    /// The file is another than the recipe was written for.
    #[error(
        "{from}: SHA-256 is {found}, the recipe wants {wanted}; the file was damaged on its way, or the source has changed: compare the two, then correct `sha256` in the recipe or give the new file an edition of its own"
    )]
    Checksum {
        /// Address or path.
        from: String,
        /// SHA-256 in the recipe.
        wanted: String,
        /// SHA-256 of the file.
        found: String,
    },
    /// A file cannot be read or written.
    #[error("{}: {source}{}", path.display(), disk_advice(source))]
    Io {
        /// Path.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl FetchError {
    /// Whether there is no way to the network at all, so that trying other addresses is no use.
    pub fn network_is_unreachable(&self) -> bool {
        matches!(self, FetchError::Unreachable { .. })
    }

    pub(super) fn io(path: &Path, source: io::Error) -> FetchError {
        FetchError::Io {
            path: path.to_owned(),
            source,
        }
    }
}

fn in_mirror(path: Option<&str>) -> String {
    path.map_or_else(String::new, |path| format!(", and no mirror has {path}"))
}

fn next_step(notes: &str) -> String {
    if notes.is_empty() {
        "name a mirror folder with SILT_MIRROR, or import a file of your own with --source"
            .to_owned()
    } else {
        notes.to_owned()
    }
}

fn of_total(total: Option<u64>) -> String {
    total.map_or_else(String::new, |total| format!(" of {total}"))
}

fn disk_advice(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull => "; free some space and try again",
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "; choose a data folder that can be written to with --data"
        }
        _ => "",
    }
}
