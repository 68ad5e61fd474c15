//! A feed of any format: what it is, and reading it.

use std::io::{self, BufRead, BufReader, Cursor, Read};

use flate2::bufread::MultiGzDecoder;

use crate::batch::Sink;
use crate::checks::Checks;
use crate::csv::{CsvFeed, CsvLayout};
use crate::error::FeedError;
use crate::lines::read_some;
use crate::options::FeedOptions;
use crate::report::FeedReport;
use crate::{json, nmea};

/// The formats of feeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A log of NMEA 0183 sentences.
    Nmea,
    /// A table; its dialect is known by its header.
    Csv,
    /// JSON of Digitraffic.
    Json,
}

/// Bytes looked at to tell the format: enough for a long header and many lines of a log.
const BEGINNING_BYTES: usize = 64 * 1024;

type Source<'a> = Box<dyn Read + Send + 'a>;

/// A feed that is ready to be read.
pub struct Feed<'a> {
    source: Source<'a>,
    format: Format,
    options: FeedOptions,
}

impl<'a> Feed<'a> {
    /// Opens a feed, plain or compressed by gzip. Its format is told by its content, unless
    /// `format` says it.
    ///
    /// # Errors
    /// When the source cannot be read, is empty, or is no feed.
    pub fn open(
        source: impl Read + Send + 'a,
        format: Option<Format>,
        options: FeedOptions,
    ) -> Result<Self, FeedError> {
        let mut source = inflate(source)?;
        let mut beginning = vec![0; BEGINNING_BYTES];
        let mut filled = 0;
        while filled < beginning.len() {
            match read_some(&mut source, &mut beginning[filled..])? {
                0 => break,
                read => filled += read,
            }
        }
        beginning.truncate(filled);
        let format = match format {
            Some(format) if filled > 0 => format,
            Some(_) => return Err(FeedError::Empty),
            None => detect_with(&beginning, options.csv_dialect.as_deref())?,
        };
        let source: Source<'a> = Box::new(Cursor::new(beginning).chain(source));
        Ok(Self {
            source,
            format,
            options,
        })
    }

    /// The format, as told by the content or by the caller.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// Reads the feed to its end on this thread.
    ///
    /// # Errors
    /// When the source cannot be read, a CSV header lacks a column, JSON is damaged, or the sink
    /// stops. What was given to the sink before stays given: a caller that needs all or nothing
    /// discards it.
    pub fn read(self, sink: &mut impl Sink) -> Result<FeedReport, FeedError> {
        let checks = Checks::new(self.options);
        match self.format {
            Format::Nmea => nmea::read(self.source, &checks, sink),
            Format::Csv => CsvFeed::new(self.source, checks)?.read(sink),
            Format::Json => json::read(self.source, &checks, sink),
        }
    }

    /// The feed as CSV, to be parsed on several threads.
    ///
    /// # Errors
    /// When the header lacks a column, or the source cannot be read.
    pub fn into_csv(self) -> Result<CsvFeed<Box<dyn Read + Send + 'a>>, FeedError> {
        CsvFeed::new(self.source, Checks::new(self.options))
    }
}

/// The source behind gzip, if it is compressed.
fn inflate<'a>(source: impl Read + Send + 'a) -> io::Result<Source<'a>> {
    let mut source = BufReader::with_capacity(BEGINNING_BYTES, source);
    let compressed = loop {
        match source.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => break result?.starts_with(b"\x1f\x8b"),
        }
    };
    Ok(if compressed {
        Box::new(MultiGzDecoder::new(source))
    } else {
        Box::new(source)
    })
}

/// Tells the format by the beginning of a file, without compression.
///
/// # Errors
/// When it is no feed; the error says what it is where that is known.
pub fn detect(beginning: &[u8]) -> Result<Format, FeedError> {
    detect_with(beginning, None)
}

fn detect_with(beginning: &[u8], dialect: Option<&str>) -> Result<Format, FeedError> {
    if beginning.is_empty() {
        return Err(FeedError::Empty);
    }
    foreign(beginning)?;
    let text = beginning
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(beginning)
        .trim_ascii_start();
    if matches!(text.first(), Some(b'{' | b'[')) {
        return Ok(Format::Json);
    }
    let header = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let no_header = match CsvLayout::detect(header, dialect) {
        Ok(_) => return Ok(Format::Csv),
        Err(error) => error,
    };
    if nmea::looks_like_a_log(text) {
        return Ok(Format::Nmea);
    }
    let is_text = std::str::from_utf8(header).is_ok();
    if is_text && no_header.columns.len() > 1 {
        return Err(FeedError::Header(no_header));
    }
    let shown = String::from_utf8_lossy(&header[..header.len().min(60)]);
    Err(FeedError::Unrecognised {
        beginning: shown.escape_debug().to_string(),
    })
}

/// Files of other kinds that people mistake for feeds.
fn foreign(beginning: &[u8]) -> Result<(), FeedError> {
    let not = |what, advice| Err(FeedError::NotAFeed { what, advice });
    let text = beginning.trim_ascii_start();
    if beginning.starts_with(b"PAR1") {
        return not("a Parquet file", "import it as Parquet");
    }
    if beginning.starts_with(b"PK\x03\x04") {
        return not("a ZIP archive", "unpack it first");
    }
    if beginning.starts_with(b"\x28\xb5\x2f\xfd") {
        return not("a Zstandard archive", "unpack it first");
    }
    if beginning.starts_with(b"\xff\xfe") || beginning.starts_with(b"\xfe\xff") {
        return not("a text in UTF-16", "save it as UTF-8");
    }
    if text.starts_with(b"<") {
        return not(
            "an HTML or XML page",
            "the download failed; fetch the file again",
        );
    }
    Ok(())
}

#[cfg(test)]
#[path = "feed_tests.rs"]
mod tests;
