//! Pieces of a CSV file that hold whole records.

use std::io::{self, Read};

use memchr::{memchr, memchr_iter};

use crate::batch::Sink;
use crate::checks::Checks;
use crate::error::FeedError;
use crate::lines::read_some;
use crate::report::FeedReport;

use super::layout::CsvLayout;
use super::parser::{CsvParser, Parsed};
use super::records::{Cut, cut};

/// Bytes of a block. The shortest row with a position has 24, so a block never gives more
/// positions than a batch may hold.
const BLOCK_BYTES: usize = 1 << 20;
/// Positions after which a batch is given to the sink.
const BATCH_ROWS: usize = 50_000;

/// Whole records of a CSV file.
#[derive(Clone, Debug)]
pub struct CsvBlock {
    /// The line of the file at which the block begins.
    pub first_line: u64,
    /// The records.
    pub bytes: Vec<u8>,
}

/// A CSV feed whose header has been read.
///
/// For several threads: one takes blocks from [`CsvFeed::next_block`], others have a parser each
/// from [`CsvFeed::parser`]; batches, static reports and reports are put together in the order of
/// the blocks, beginning with [`CsvFeed::empty_report`].
pub struct CsvFeed<R> {
    source: R,
    checks: Checks,
    layout: CsvLayout,
    /// Read and not yet given.
    rest: Vec<u8>,
    next_line: u64,
    at_end: bool,
    block_bytes: usize,
}

impl<R: Read> CsvFeed<R> {
    pub(crate) fn new(mut source: R, checks: Checks) -> Result<Self, FeedError> {
        let (header, rest) = header(&mut source, checks.options().csv_max_record_bytes)?;
        let layout = CsvLayout::detect(&header, checks.options().csv_dialect.as_deref())?;
        let next_line = 2 + memchr_iter(b'\n', &header).count() as u64;
        Ok(Self {
            source,
            checks,
            layout,
            rest,
            next_line,
            at_end: false,
            block_bytes: BLOCK_BYTES,
        })
    }

    /// Reads blocks of this size instead: for tests of the division.
    #[cfg(test)]
    pub(crate) fn with_block_bytes(mut self, block_bytes: usize) -> Self {
        self.block_bytes = block_bytes;
        self
    }

    /// The columns that were recognised.
    pub fn layout(&self) -> &CsvLayout {
        &self.layout
    }

    /// A parser of this feed's records.
    pub fn parser(&self) -> CsvParser {
        CsvParser::new(self.layout.clone(), self.checks.clone())
    }

    /// The report of no record yet, to which the blocks' reports are merged in their order.
    pub fn empty_report(&self) -> FeedReport {
        self.layout.empty_report(self.checks.options().max_examples)
    }

    /// The next records; `None` at the end.
    ///
    /// # Errors
    /// When the source cannot be read.
    pub fn next_block(&mut self) -> io::Result<Option<CsvBlock>> {
        let rules = self
            .layout
            .rules(self.checks.options().csv_max_record_bytes);
        let mut bytes = std::mem::take(&mut self.rest);
        let mut size = self.block_bytes;
        loop {
            self.fill(&mut bytes, size)?;
            if bytes.is_empty() {
                return Ok(None);
            }
            if self.at_end {
                break;
            }
            match cut(&bytes, rules) {
                Cut::At(end) => {
                    self.rest = bytes.split_off(end);
                    break;
                }
                Cut::SkipLine => {
                    self.skip_line(&mut bytes)?;
                    break;
                }
                // No record is longer than the rules allow, so this ends.
                Cut::ReadMore => size = bytes.len() * 2,
            }
        }
        let first_line = self.next_line;
        self.next_line += memchr_iter(b'\n', &bytes).count() as u64;
        Ok(Some(CsvBlock { first_line, bytes }))
    }

    fn fill(&mut self, bytes: &mut Vec<u8>, size: usize) -> io::Result<()> {
        let mut filled = bytes.len();
        bytes.resize(filled.max(size), 0);
        while filled < bytes.len() && !self.at_end {
            let read = read_some(&mut self.source, &mut bytes[filled..])?;
            filled += read;
            self.at_end = read == 0;
        }
        bytes.truncate(filled);
        Ok(())
    }

    /// Drops what a line longer than a block has beyond it; the parser refuses the line.
    fn skip_line(&mut self, bytes: &mut Vec<u8>) -> io::Result<()> {
        let mut more = vec![0; self.block_bytes];
        loop {
            let read = read_some(&mut self.source, &mut more)?;
            if read == 0 {
                self.at_end = true;
                return Ok(());
            }
            if let Some(end) = memchr(b'\n', &more[..read]) {
                bytes.push(b'\n');
                self.rest = more[end + 1..read].to_vec();
                return Ok(());
            }
        }
    }

    /// Reads the feed to its end on this thread.
    pub(crate) fn read(mut self, sink: &mut impl Sink) -> Result<FeedReport, FeedError> {
        let mut parser = self.parser();
        let mut parsed = Parsed {
            report: self.empty_report(),
            ..Parsed::default()
        };
        while let Some(block) = self.next_block()? {
            parser.parse_block(&block.bytes, block.first_line, &mut parsed);
            if parsed.positions.len() >= BATCH_ROWS {
                sink.positions(&parsed.positions).map_err(FeedError::Sink)?;
                parsed.positions.clear();
            }
            if !parsed.statics.is_empty() {
                sink.statics(&parsed.statics).map_err(FeedError::Sink)?;
                parsed.statics.clear();
            }
        }
        if !parsed.positions.is_empty() {
            sink.positions(&parsed.positions).map_err(FeedError::Sink)?;
        }
        Ok(parsed.report)
    }
}

/// The first line that is not blank, and what was read behind it.
fn header(source: &mut impl Read, max_bytes: usize) -> Result<(Vec<u8>, Vec<u8>), FeedError> {
    let mut read_bytes = Vec::new();
    let mut piece = [0; 8192];
    loop {
        let blank = read_bytes
            .iter()
            .take_while(|byte| matches!(byte, b'\r' | b'\n'))
            .count();
        let found = memchr(b'\n', &read_bytes[blank..]).map(|length| blank + length);
        if let Some(end) = found {
            let rest = read_bytes.split_off(end + 1);
            read_bytes.truncate(end);
            return Ok((read_bytes, rest));
        }
        let read = read_some(source, &mut piece)?;
        if read == 0 || read_bytes.len() > max_bytes {
            if read_bytes.len() == blank {
                return Err(FeedError::Empty);
            }
            return Ok((read_bytes, Vec::new()));
        }
        read_bytes.extend_from_slice(&piece[..read]);
    }
}

#[cfg(test)]
#[path = "csv_tests.rs"]
mod tests;
