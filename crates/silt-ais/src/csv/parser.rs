//! Records to positions.

use std::borrow::Cow;

use memchr::memchr_iter;

use crate::batch::PositionBatch;
use crate::checks::{Checks, Reading, Refused};
use crate::number::{is_blank, parse_decimal, parse_whole};
use crate::reason::{Note, Other, Refusal};
use crate::report::FeedReport;
use crate::static_report::{StaticReport, clean_text};
use crate::time::parse_time_ms;
use crate::words::{Coded, NAV_STATUS_NOT_DEFINED, nav_status, ship_type};

use super::dialect::Field;
use super::layout::CsvLayout;
use super::records::{Piece, Record, next_piece};
use super::summary::{ContentHash, Summary};

/// Fields whose content makes a static report. The draught is not among them: positions have it.
const STATIC_FIELDS: [Field; 11] = [
    Field::Imo,
    Field::Name,
    Field::Callsign,
    Field::ShipType,
    Field::Length,
    Field::Beam,
    Field::ToBow,
    Field::ToStern,
    Field::ToPort,
    Field::ToStarboard,
    Field::Destination,
];

/// Bytes of a damaged record that a report shows.
const SHOWN_BYTES: usize = 80;

/// What blocks gave. A parser adds to it.
#[derive(Clone, Debug, Default)]
pub struct Parsed {
    /// Positions in the order of the rows.
    pub positions: PositionBatch,
    /// Static reports: one per vessel and content of a block, and one per static row.
    pub statics: Vec<StaticReport>,
    /// What became of the rows.
    pub report: FeedReport,
}

/// Parses blocks of whole records; each thread has its own.
pub struct CsvParser {
    layout: CsvLayout,
    checks: Checks,
    record: Record,
    summary: Summary,
    /// Columns that make a static report.
    static_columns: Vec<usize>,
}

impl CsvLayout {
    pub(super) fn empty_report(&self, max_examples: usize) -> FeedReport {
        let format = format!("csv/{}", self.dialect_name());
        let mut report = FeedReport::new(format, max_examples);
        report.columns_ignored = self.columns_ignored().to_vec();
        report
    }
}

impl CsvParser {
    pub(super) fn new(layout: CsvLayout, checks: Checks) -> Self {
        let static_columns = STATIC_FIELDS
            .iter()
            .filter_map(|field| layout.column(*field))
            .collect();
        Self {
            layout,
            checks,
            record: Record::default(),
            summary: Summary::default(),
            static_columns,
        }
    }

    /// An empty result for [`CsvParser::parse_block`].
    #[must_use]
    pub fn empty(&self) -> Parsed {
        let report = self.layout.empty_report(self.checks.options().max_examples);
        Parsed {
            report,
            ..Parsed::default()
        }
    }

    /// Parses the records of a block, whose first line is `first_line` of the file, and adds what
    /// they give to `parsed`.
    pub fn parse_block(&mut self, block: &[u8], first_line: u64, parsed: &mut Parsed) {
        self.summary.clear();
        let rules = self
            .layout
            .rules(self.checks.options().csv_max_record_bytes);
        let mut line = first_line;
        let mut start = 0;
        while start < block.len() {
            parsed.report.lines_read += 1;
            let rest = &block[start..];
            let mut lines = 1;
            let (reason, bytes) = match next_piece(block, start, rules, true, &mut self.record) {
                Piece::Record {
                    bytes,
                    several_lines,
                } => {
                    if several_lines {
                        lines = memchr_iter(b'\n', &rest[..bytes]).count() as u64;
                    }
                    self.record(&rest[..bytes], line, parsed);
                    (None, bytes)
                }
                Piece::QuoteUnclosed { bytes } => (Some(Refusal::QuoteUnclosed), bytes),
                // Only a text that goes on is incomplete, and a block does not.
                Piece::Incomplete => (Some(Refusal::QuoteUnclosed), rest.len()),
                Piece::TooLong { bytes } => {
                    (Some(Refusal::LineTooLong), bytes.unwrap_or(rest.len()))
                }
            };
            if let Some(reason) = reason {
                let beginning = &rest[..bytes.min(SHOWN_BYTES)];
                let shown = || String::from_utf8_lossy(beginning).into_owned();
                parsed.report.refuse(reason, line, "record", shown);
            }
            line += lines;
            start += bytes;
        }
    }

    fn record(&mut self, text: &[u8], line: u64, parsed: &mut Parsed) {
        if self.record.len() == 1 && text.trim_ascii().is_empty() {
            parsed.report.others.add(Other::Blank);
            return;
        }
        if self.record.len() != self.layout.columns {
            let (found, expected) = (self.record.len(), self.layout.columns);
            let value = || format!("{found} columns instead of {expected}");
            parsed
                .report
                .refuse(Refusal::ColumnCount, line, "record", value);
            return;
        }
        if let Err(refused) = self.row(text, line, parsed) {
            refused.report(line, &mut parsed.report);
        }
    }

    fn row(&mut self, text: &[u8], line: u64, parsed: &mut Parsed) -> Result<(), Refused> {
        let row = Row {
            text,
            record: &self.record,
            layout: &self.layout,
        };
        let kind = match row.kind() {
            Kind::Other(other) => {
                parsed.report.others.add(other);
                return Ok(());
            }
            kind => kind,
        };
        let mmsi = self.checks.vessel(row.vessel_number()?)?;
        let time_ms = row.time_ms()?;
        self.checks.time(time_ms)?;
        if kind == Kind::Static {
            let mut said = row.static_report(line, &mut parsed.report);
            let draught_m = row.number(Field::Draught).unwrap_or(f64::NAN);
            let draught_m = draught_m * self.layout.dialect().draught_unit_m;
            said.draught_m = self.checks.draught_m(draught_m, line, &mut parsed.report);
            said.mmsi = mmsi;
            said.time_ms = Some(time_ms);
            said.last_time_ms = Some(time_ms);
            said.messages = 1;
            parsed.statics.push(said);
            parsed.report.static_only += 1;
            parsed.report.static_reports += 1;
            return Ok(());
        }
        if !self.static_columns.is_empty() {
            let mut content = ContentHash::default();
            let mut any = false;
            for column in &self.static_columns {
                let field = row.record.bytes(text, *column);
                any |= !field.is_empty();
                content.add(field);
            }
            if any {
                let before = parsed.statics.len();
                let report = &mut parsed.report;
                let make = || row.static_report(line, report);
                let key = (mmsi, content.finish());
                self.summary.add(key, time_ms, &mut parsed.statics, make);
                parsed.report.static_reports += (parsed.statics.len() - before) as u64;
            }
        }
        let reading = row.reading(mmsi, time_ms, kind == Kind::LongRange, line, parsed)?;
        self.checks
            .accept(&reading, line, &mut parsed.positions, &mut parsed.report)
    }
}

/// What a row is by its message type or kind of station.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Position,
    /// AIS message 27.
    LongRange,
    Static,
    Other(Other),
}

struct Row<'a> {
    text: &'a [u8],
    record: &'a Record,
    layout: &'a CsvLayout,
}

impl<'a> Row<'a> {
    /// The bytes of a field; `None` where the file has no such column.
    fn bytes(&self, field: Field) -> Option<&'a [u8]> {
        let column = self.layout.column(field)?;
        Some(self.record.bytes(self.text, column))
    }

    fn shown(&self, field: Field) -> String {
        String::from_utf8_lossy(self.bytes(field).unwrap_or_default()).into_owned()
    }

    fn kind(&self) -> Kind {
        if let Some(mobile) = self.bytes(Field::MobileType) {
            let is_vessel = matches!(mobile, b"Class A" | b"Class B") || is_blank(mobile);
            if !is_vessel {
                return Kind::Other(Other::NotAVessel);
            }
        }
        let Some(number) = self.bytes(Field::MessageType).and_then(parse_whole) else {
            return Kind::Position;
        };
        match number {
            1..=3 | 18 | 19 => Kind::Position,
            27 => Kind::LongRange,
            5 | 24 => Kind::Static,
            _ => Kind::Other(Other::Message(u8::try_from(number).unwrap_or(u8::MAX))),
        }
    }

    fn vessel_number(&self) -> Result<u64, Refused> {
        let text = self.bytes(Field::Mmsi).unwrap_or_default();
        parse_whole(text).ok_or_else(|| {
            let reason = if is_blank(text) {
                Refusal::MmsiMissing
            } else {
                Refusal::MmsiUnreadable
            };
            Refused::new(reason, "mmsi", self.shown(Field::Mmsi))
        })
    }

    fn time_ms(&self) -> Result<i64, Refused> {
        let text = self.bytes(Field::Time).unwrap_or_default();
        let Some(time_ms) = parse_time_ms(text, self.layout.dialect().times) else {
            let reason = if is_blank(text) {
                Refusal::TimeMissing
            } else {
                Refusal::TimeUnreadable
            };
            return Err(Refused::new(reason, "time", self.shown(Field::Time)));
        };
        let millisecond = self.bytes(Field::Millisecond).and_then(parse_whole);
        let added = millisecond.filter(|added| *added < 1000).unwrap_or(0);
        Ok(time_ms + i64::try_from(added).expect("it is less than 1000"))
    }

    /// A number that need not be there; `None` where it cannot be read.
    fn number(&self, field: Field) -> Option<f64> {
        match self.bytes(field) {
            None | Some(b"") => Some(f64::NAN),
            Some(text) => parse_decimal(text).or_else(|| is_blank(text).then_some(f64::NAN)),
        }
    }

    fn coordinate(&self, field: Field, name: &'static str) -> Result<f64, Refused> {
        match self.number(field) {
            Some(degrees) if !degrees.is_nan() => Ok(degrees),
            Some(_) => Err(Refused::new(Refusal::PositionMissing, name, "")),
            None => Err(Refused::new(
                Refusal::PositionUnreadable,
                name,
                self.shown(field),
            )),
        }
    }

    fn reading(
        &self,
        mmsi: u32,
        time_ms: i64,
        long_range: bool,
        line: u64,
        parsed: &mut Parsed,
    ) -> Result<Reading, Refused> {
        let lat_deg = self.coordinate(Field::Lat, "lat_deg")?;
        let lon_deg = self.coordinate(Field::Lon, "lon_deg")?;
        let mut measured = |field: Field, note: Note, name: &'static str| {
            self.number(field).unwrap_or_else(|| {
                parsed.report.note(note, line, name, || self.shown(field));
                f64::NAN
            })
        };
        let sog_kn = measured(Field::Sog, Note::SogInvalid, "sog_kn");
        let cog_deg = measured(Field::Cog, Note::CogInvalid, "cog_deg");
        let heading_deg = measured(Field::Heading, Note::HeadingInvalid, "heading_deg");
        let draught = measured(Field::Draught, Note::DraughtInvalid, "draught_m");
        let nav_status = match self.bytes(Field::NavStatus).map_or(Coded::None, nav_status) {
            Coded::Code(code) => code,
            Coded::None => NAV_STATUS_NOT_DEFINED,
            Coded::Unreadable => {
                let shown = || self.shown(Field::NavStatus);
                parsed
                    .report
                    .note(Note::NavStatusInvalid, line, "nav_status", shown);
                NAV_STATUS_NOT_DEFINED
            }
        };
        let synthetic = self.bytes(Field::Synthetic).is_some_and(says_yes);
        Ok(Reading {
            mmsi,
            time_ms,
            lon_deg,
            lat_deg,
            sog_kn,
            cog_deg,
            heading_deg,
            draught_m: scaled(draught, self.layout.dialect().draught_unit_m),
            nav_status,
            long_range,
            synthetic,
        })
    }

    fn text(&self, field: Field) -> Option<String> {
        let column = self.layout.column(field)?;
        let bytes: Cow<'_, [u8]> = self.record.text(self.text, column);
        clean_text(&String::from_utf8_lossy(&bytes))
    }

    fn static_report(&self, line: u64, report: &mut FeedReport) -> StaticReport {
        let mut said = StaticReport {
            name: self.text(Field::Name),
            callsign: self.text(Field::Callsign),
            destination: self.text(Field::Destination),
            length_m: self.size_m(Field::Length, Field::ToBow, Field::ToStern),
            beam_m: self.size_m(Field::Beam, Field::ToPort, Field::ToStarboard),
            ..StaticReport::default()
        };
        if let Some(imo) = self.imo() {
            said.set_imo(imo);
            if imo != 0 && !said.imo_valid {
                report.note(Note::ImoCheckFailed, line, "imo", || self.shown(Field::Imo));
            }
        }
        match self.bytes(Field::ShipType).map_or(Coded::None, ship_type) {
            Coded::Code(code) => said.ship_type = Some(code),
            Coded::None => {}
            Coded::Unreadable => {
                let shown = || self.shown(Field::ShipType);
                report.note(Note::ShipTypeInvalid, line, "ship_type", shown);
            }
        }
        said
    }

    /// `IMO9307839` or `9307839`.
    fn imo(&self) -> Option<u32> {
        let text = self.bytes(Field::Imo)?.trim_ascii();
        let digits = match text.get(..3) {
            Some(prefix) if prefix.eq_ignore_ascii_case(b"imo") => &text[3..],
            _ => text,
        };
        u32::try_from(parse_whole(digits)?).ok()
    }

    /// A size of its own column, or the sum of two distances.
    fn size_m(&self, whole: Field, one: Field, other: Field) -> Option<f32> {
        let positive = |metres: f64| (metres > 0.0).then_some(metres as f32);
        let own = self.number(whole).and_then(positive);
        own.or_else(|| positive(self.number(one)? + self.number(other)?))
    }
}

/// A value in its unit; 36 tenths are 3.6, as it is written, not 36 times the double next to 0.1.
fn scaled(value: f64, unit: f64) -> f64 {
    if unit < 1.0 {
        value / (1.0 / unit)
    } else {
        value * unit
    }
}

fn says_yes(text: &[u8]) -> bool {
    matches!(text, b"true" | b"True" | b"TRUE" | b"1" | b"yes")
}
