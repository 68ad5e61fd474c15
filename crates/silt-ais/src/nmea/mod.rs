//! Logs of NMEA 0183 AIS sentences (IEC 61162-1, tag blocks of IEC 61162-450).
//!
//! The bits are read here and not by a crate: `nmea-parser` 0.10 knows no message 19, reads speed
//! and course of message 27 from the wrong bits, loses statics whose arrival time is not a date
//! and panics on short payloads; `ais` 0.12 holds coordinates as `f32`, which is up to 0.8 m off
//! and differs from the sixth decimal of a real log in most rows. Neither keeps a log's times.

mod assemble;
mod bits;
mod message;
mod sentence;

use std::io::Read;

use crate::batch::{MAX_BATCH_ROWS, PositionBatch, Sink};
use crate::checks::{Checks, Refused};
use crate::error::FeedError;
use crate::lines::{Line, LineReader};
use crate::reason::{Note, Other, Refusal};
use crate::report::FeedReport;
use crate::static_report::StaticReport;

use assemble::{Assembled, Assembler, GivenUp};
use message::Message;
use sentence::{Content, Sentence, TagBlock};

/// Static reports kept before they are given to the sink.
const STATICS_AT_ONCE: usize = 10_000;

/// Reads a log to its end.
pub(crate) fn read(
    source: impl Read,
    checks: &Checks,
    sink: &mut impl Sink,
) -> Result<FeedReport, FeedError> {
    let max_line_bytes = checks.options().nmea_max_line_bytes;
    let mut lines = LineReader::new(source, max_line_bytes);
    let mut reader = LogReader::new(checks);
    while let Some(line) = lines.next_line()? {
        reader.line(&line);
        if reader.positions.len() >= MAX_BATCH_ROWS || reader.statics.len() >= STATICS_AT_ONCE {
            reader.flush(sink)?;
        }
    }
    reader.give_up_incomplete();
    reader.flush(sink)?;
    Ok(reader.report)
}

struct LogReader<'a> {
    checks: &'a Checks,
    assembler: Assembler,
    /// Time of a `$PGHP` that waits for its sentence.
    stamp_ms: Option<i64>,
    /// Time of a tag block that waits for its sentence.
    tag_ms: Option<i64>,
    positions: PositionBatch,
    statics: Vec<StaticReport>,
    report: FeedReport,
}

impl<'a> LogReader<'a> {
    fn new(checks: &'a Checks) -> Self {
        let options = checks.options();
        Self {
            checks,
            assembler: Assembler::new(options.nmea_part_window),
            stamp_ms: None,
            tag_ms: None,
            positions: PositionBatch::default(),
            statics: Vec::new(),
            report: FeedReport::new("nmea".to_owned(), options.max_examples),
        }
    }

    fn flush(&mut self, sink: &mut impl Sink) -> Result<(), FeedError> {
        if !self.positions.is_empty() {
            sink.positions(&self.positions).map_err(FeedError::Sink)?;
            self.positions.clear();
        }
        if !self.statics.is_empty() {
            sink.statics(&self.statics).map_err(FeedError::Sink)?;
            self.statics.clear();
        }
        Ok(())
    }

    fn line(&mut self, line: &Line<'_>) {
        self.report.lines_read += 1;
        if line.too_long {
            self.refuse(Refusal::LineTooLong, line.number, line.bytes);
            return;
        }
        let mut text = line.bytes.trim_ascii();
        if text.is_empty() {
            self.report.others.add(Other::Blank);
            return;
        }
        let mut had_tag = false;
        while let Some((tag, rest)) = TagBlock::split(text) {
            had_tag = true;
            match tag {
                TagBlock::Valid { time_ms } => self.tag_ms = time_ms.or(self.tag_ms),
                TagBlock::Invalid => {
                    let shown = || String::from_utf8_lossy(line.bytes).into_owned();
                    self.report
                        .note(Note::TagBlockInvalid, line.number, "tag_block", shown);
                }
            }
            text = rest.trim_ascii_start();
        }
        if had_tag && text.is_empty() {
            self.report.others.add(Other::TagBlock);
            return;
        }
        match sentence::parse(text) {
            Ok(Content::Stamp(time_ms)) => {
                self.report.others.add(Other::TimeStamp);
                self.stamp_ms = Some(time_ms);
            }
            Ok(Content::Comment) => self.report.others.add(Other::Comment),
            Ok(Content::Proprietary) => {
                self.report.others.add(Other::Proprietary);
                self.forget_times();
            }
            Ok(Content::OtherSentence) => {
                self.report.others.add(Other::OtherSentence);
                self.forget_times();
            }
            Ok(Content::Ais(sentence)) => self.sentence(&sentence, line),
            Err(reason) => self.refuse(reason, line.number, line.bytes),
        }
    }

    /// A time belongs to the sentence after it and to no other.
    fn forget_times(&mut self) {
        self.stamp_ms = None;
        self.tag_ms = None;
    }

    fn refuse(&mut self, reason: Refusal, line: u64, bytes: &[u8]) {
        self.forget_times();
        self.report.refuse(reason, line, "line", || {
            String::from_utf8_lossy(bytes).into_owned()
        });
    }

    fn sentence(&mut self, sentence: &Sentence<'_>, line: &Line<'_>) {
        // The receiver's own stamp is the finest; what was added on the way comes after it.
        let time_ms = self.stamp_ms.or(self.tag_ms).or(sentence.trailing_ms);
        self.forget_times();
        let given_up = &mut Vec::new();
        let assembled = self.assembler.add(sentence, time_ms, line.number, given_up);
        for message in given_up.drain(..) {
            self.give_up(&message);
        }
        match assembled {
            Assembled::Waiting => self.report.others.add(Other::Part),
            Assembled::Orphan => {
                self.report
                    .refuse(Refusal::PartsMissing, line.number, "line", || {
                        String::from_utf8_lossy(line.bytes).into_owned()
                    });
            }
            Assembled::Message {
                payload,
                fill_bits,
                time_ms,
            } => {
                if let Err(refused) = self.message(&payload, fill_bits, time_ms, line.number) {
                    refused.report(line.number, &mut self.report);
                }
            }
        }
    }

    /// Parts that were counted as parts turn out to be refused.
    fn give_up(&mut self, message: &GivenUp) {
        for line in &message.lines {
            self.report.others.take_back(Other::Part);
            let value = || format!("{} parts of {}", message.lines.len(), message.parts);
            self.report
                .refuse(Refusal::PartsMissing, *line, "parts", value);
        }
    }

    fn give_up_incomplete(&mut self) {
        for message in self.assembler.finish() {
            self.give_up(&message);
        }
    }

    fn message(
        &mut self,
        payload: &[u8],
        fill_bits: u8,
        time_ms: Option<i64>,
        line: u64,
    ) -> Result<(), Refused> {
        let shown = || String::from_utf8_lossy(payload).into_owned();
        let message = message::decode(payload, fill_bits)
            .map_err(|reason| Refused::new(reason, "payload", shown()))?;
        if let Message::NoVesselData { kind } = message {
            self.report.others.add(Other::Message(kind));
            return Ok(());
        }
        let mmsi = self.checks.vessel(u64::from(message.sender()))?;
        let Some(time_ms) = time_ms else {
            return Err(Refused::new(Refusal::TimeMissing, "time_ms", shown()));
        };
        self.checks.time(time_ms)?;
        match message {
            Message::NoVesselData { .. } => {}
            Message::Static(said) => {
                self.static_report(*said, mmsi, time_ms, line);
                self.report.static_only += 1;
            }
            Message::Position(mut reading, said) => {
                if let Some(said) = said {
                    self.static_report(*said, mmsi, time_ms, line);
                }
                reading.time_ms = time_ms;
                self.checks
                    .accept(&reading, line, &mut self.positions, &mut self.report)?;
            }
        }
        Ok(())
    }

    fn static_report(&mut self, mut said: StaticReport, mmsi: u32, time_ms: i64, line: u64) {
        said.mmsi = mmsi;
        said.time_ms = Some(time_ms);
        said.last_time_ms = Some(time_ms);
        said.messages = 1;
        if let (Some(imo), false) = (said.imo, said.imo_valid) {
            self.report
                .note(Note::ImoCheckFailed, line, "imo", || imo.to_string());
        }
        self.report.static_reports += 1;
        self.statics.push(said);
    }
}

/// Whether a line of a file's beginning is one of a log: for detecting the format.
pub(crate) fn looks_like_a_log(beginning: &[u8]) -> bool {
    beginning.split(|byte| *byte == b'\n').any(|line| {
        let mut text = line.trim_ascii();
        while let Some((_, rest)) = TagBlock::split(text) {
            text = rest.trim_ascii_start();
        }
        matches!(
            sentence::parse(text),
            Ok(Content::Ais(_) | Content::Stamp(_))
        )
    })
}

#[cfg(test)]
#[path = "nmea_tests.rs"]
mod tests;
