//! Why a feed as a whole could not be read.

use crate::batch::SinkError;
use crate::csv::HeaderError;

/// Why a feed as a whole could not be read. Mistakes of single rows are in the report instead.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// The source could not be read, or its compression is damaged.
    #[error("the file cannot be read: {0}")]
    Io(#[from] std::io::Error),
    /// No byte at all.
    #[error("the file is empty")]
    Empty,
    /// A file of another kind.
    #[error("this is {what}, not a feed of vessel positions; {advice}")]
    NotAFeed {
        /// What it is, e.g. `an HTML page`.
        what: &'static str,
        /// What to do.
        advice: &'static str,
    },
    /// Nothing in the file's beginning looks like a known format.
    #[error(
        "neither NMEA 0183, nor CSV with a known header, nor JSON; the file begins with \"{beginning}\""
    )]
    Unrecognised {
        /// The first characters of the file.
        beginning: String,
    },
    /// A CSV header without the columns needed.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// JSON that is damaged: what came before it was read.
    #[error(
        "the JSON is damaged after element {elements} (line {line}, column {column}): {message}"
    )]
    Json {
        /// Elements read before.
        elements: u64,
        /// Line of the damage.
        line: usize,
        /// Column of the damage.
        column: usize,
        /// What is wrong.
        message: String,
    },
    /// The sink stopped.
    #[error("the positions could not be stored: {0}")]
    Sink(#[source] SinkError),
}
