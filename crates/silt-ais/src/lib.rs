//! Vessel position feeds of Silt: NMEA, CSV dialects and JSON to positions and static reports.
//!
//! A feed is read in a stream, with memory bounded whatever its size. Each line or row ends in
//! exactly one way: a position, a static report, something that is neither (counted by kind), or
//! a refusal with its reason and, for the first hundred, its line, field and value. Values that
//! the sender marked "not available" become NaN or `None` (ITU-R M.1371); nothing is guessed.
//!
//! ```
//! use silt_ais::{Feed, FeedOptions, Received};
//!
//! let log = "mmsi,timestamp,lat,lon,sog\n219000751,2013-11-12T12:00:00Z,55.32,15.18,1.5\n";
//! let feed = Feed::open(log.as_bytes(), None, FeedOptions::default())?;
//! let mut received = Received::default();
//! let report = feed.read(&mut received)?;
//! assert_eq!(received.positions.mmsi, [219_000_751]);
//! assert_eq!(report.positions, 1);
//! # Ok::<(), silt_ais::FeedError>(())
//! ```
//!
//! A CSV feed can be parsed on several threads: see [`Feed::into_csv`].
//!
//! Duplicates, segments and shared MMSI are properties of tracks, not of messages: they are left
//! to whoever sorts the positions by vessel.

mod batch;
mod checks;
mod csv;
mod error;
mod feed;
mod json;
mod lines;
mod mmsi;
mod nmea;
mod number;
mod options;
mod reason;
mod report;
mod rows;
mod static_report;
mod time;
mod words;

#[cfg(test)]
mod mirror_tests;

pub use batch::{MAX_BATCH_ROWS, PositionBatch, Received, Sink, SinkError};
pub use csv::{CsvBlock, CsvFeed, CsvLayout, CsvParser, DIALECT_NAMES, HeaderError, Parsed};
pub use error::FeedError;
pub use feed::{Feed, Format, detect};
pub use mmsi::{MmsiKind, mmsi_kind};
pub use number::parse_decimal;
pub use options::{FeedOptions, VesselIds};
pub use reason::{Note, Other, Reason, Refusal};
pub use report::{Example, FeedReport, Tally};
pub use rows::{RawRow, RowChecks};
pub use static_report::{StaticReport, imo_check_digit_is_right, merge_static};
pub use time::{TimeFormat, parse_time_ms};
