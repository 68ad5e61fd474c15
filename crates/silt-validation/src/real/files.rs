//! The real files of a validation: known by their names, read whole, with their checksums.

use std::fs;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use silt_ais::{Feed, FeedOptions, Received, VesselIds};

/// What a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Tracks in which no vessel dredges.
    Negatives,
    /// A feed in which known dredgers occur.
    Feed,
    /// Known dredgers, and senders of type 33 that are none.
    Register,
    /// Which senders of a feed are labelled as dredgers.
    Labels,
    /// Observed speeds of known dredgers.
    Speeds,
    /// Ports of the world.
    Ports,
    /// Published figures.
    Figures,
}

/// A file that the report can use.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Known {
    pub(crate) name: &'static str,
    pub(crate) role: Role,
    /// What it is, in a few words.
    pub(crate) title: &'static str,
    /// Its vessel numbers are pseudonyms.
    pub(crate) pseudonyms: bool,
}

const fn known(name: &'static str, role: Role, title: &'static str) -> Known {
    Known {
        name,
        role,
        title,
        pseudonyms: false,
    }
}

/// The files, by name. Others are left alone.
pub(crate) const FILES: [Known; 12] = [
    Known {
        pseudonyms: true,
        ..known(
            "tracks_dev.csv.gz",
            Role::Negatives,
            "Adriatic fishing vessels",
        )
    },
    known(
        "212123000_drift_1-positions.csv.gz",
        Role::Negatives,
        "drifting tanker, Danish waters 2014",
    ),
    known(
        "219165000_ssc_1-positions.csv.gz",
        Role::Negatives,
        "tanker at anchor, Danish waters 2014",
    ),
    known(
        "dma-20131112-raw.nmea.gz",
        Role::Feed,
        "Danish waters, 12 November 2013, 5 min",
    ),
    known(
        "dma-20100611-raw.nmea.gz",
        Role::Feed,
        "Danish receivers, 11 June 2010, 28 s",
    ),
    known(
        "SolentAIS_20160112_130211.csv.gz",
        Role::Feed,
        "Solent, 12 January 2016, 85 min",
    ),
    known(
        "ais_history_20251211.csv.gz",
        Role::Feed,
        "Baltic, last positions, 11 December 2025",
    ),
    known(
        "test_data_noaa_20230101.csv.gz",
        Role::Feed,
        "US waters, sample of 2023",
    ),
    known("dredgers.csv", Role::Register, "register of known dredgers"),
    known(
        "dredgers-and-type33.csv",
        Role::Labels,
        "labels of the Baltic feed",
    ),
    known(
        "observed_dredger_speeds.csv",
        Role::Speeds,
        "speeds of known dredgers in seven feeds",
    ),
    known("UpdatedPub150.csv.gz", Role::Ports, "World Port Index"),
];
/// The table of published figures.
pub(crate) const FIGURES: Known = known(
    "published_figures.csv",
    Role::Figures,
    "published figures of marine sand",
);

/// Folders below a folder that are searched.
const SEARCH_DEPTH: u32 = 4;

/// A real file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RealError {
    /// A path given cannot be read.
    #[error("{path} cannot be read: {source}")]
    Read {
        /// The path.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A table has another form than its name promises.
    #[error("{file}: {source}")]
    Table {
        /// Name of the file.
        file: &'static str,
        /// Why.
        source: csv::Error,
    },
    /// A feed cannot be read.
    #[error("{file}: {source}")]
    Feed {
        /// Name of the file.
        file: &'static str,
        /// Why.
        source: silt_ais::FeedError,
    },
}

/// A file found.
pub(crate) struct Found {
    pub(crate) known: Known,
    pub(crate) bytes: Vec<u8>,
}

/// A file used, as the report states it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Input {
    /// Name, without folder.
    pub file: &'static str,
    /// What it is.
    pub title: &'static str,
    /// What it is for.
    pub role: Role,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
}

impl Found {
    pub(crate) fn input(&self) -> Input {
        let digest = Sha256::digest(&self.bytes);
        Input {
            file: self.known.name,
            title: self.known.title,
            role: self.known.role,
            sha256: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
            bytes: self.bytes.len() as u64,
        }
    }

    /// Positions and static reports.
    pub(crate) fn feed(&self) -> Result<Received, RealError> {
        let failed = |source| RealError::Feed {
            file: self.known.name,
            source,
        };
        let options = FeedOptions {
            ids: if self.known.pseudonyms {
                VesselIds::Pseudonyms
            } else {
                VesselIds::Mmsi
            },
            ..FeedOptions::default()
        };
        let feed = Feed::open(Cursor::new(&self.bytes), None, options).map_err(failed)?;
        let mut received = Received::default();
        feed.read(&mut received).map_err(failed)?;
        Ok(received)
    }

    /// Rows of a CSV file, plain or gzip.
    pub(crate) fn rows<T: DeserializeOwned>(&self) -> Result<Vec<T>, RealError> {
        let source: Box<dyn Read + '_> = if self.bytes.starts_with(b"\x1f\x8b") {
            Box::new(MultiGzDecoder::new(self.bytes.as_slice()))
        } else {
            Box::new(self.bytes.as_slice())
        };
        let mut reader = csv::Reader::from_reader(source);
        let rows: Result<Vec<T>, csv::Error> = reader.deserialize().collect();
        rows.map_err(|source| RealError::Table {
            file: self.known.name,
            source,
        })
    }
}

/// The known files at some paths, each a file or a folder, in the order of [`FILES`]. Of two files of
/// one name the first path's counts.
///
/// # Errors
/// A path that cannot be read.
pub(crate) fn find(paths: &[PathBuf]) -> Result<Vec<Found>, RealError> {
    let mut candidates = Vec::new();
    for path in paths {
        let is_folder = fs::metadata(path).map_err(at(path))?.is_dir();
        if is_folder {
            list(path, SEARCH_DEPTH, &mut candidates)?;
        } else {
            candidates.push(path.clone());
        }
    }
    let mut found = Vec::new();
    for known in FILES.into_iter().chain([FIGURES]) {
        let named = |path: &&PathBuf| path.file_name().is_some_and(|name| name == known.name);
        if let Some(path) = candidates.iter().find(named) {
            let bytes = fs::read(path).map_err(at(path))?;
            found.push(Found { known, bytes });
        }
    }
    Ok(found)
}

fn list(folder: &Path, depth: u32, files: &mut Vec<PathBuf>) -> Result<(), RealError> {
    let mut entries: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(folder).map_err(at(folder))? {
        entries.push(entry.map_err(at(folder))?.path());
    }
    // The order of a folder is that of the file system.
    entries.sort();
    for entry in entries {
        if !entry.is_dir() {
            files.push(entry);
        } else if depth > 0 {
            list(&entry, depth - 1, files)?;
        }
    }
    Ok(())
}

fn at(path: &Path) -> impl FnOnce(std::io::Error) -> RealError + '_ {
    move |source| RealError::Read {
        path: path.to_owned(),
        source,
    }
}
