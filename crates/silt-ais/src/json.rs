//! Positions and vessels as JSON: the API of Digitraffic (Fintraffic) and snapshots kept of it.
//!
//! Read are lists of objects, bare or in an object under any name: GeoJSON features of
//! `locations`, objects of `vessels`, and flat snapshots whose time stands beside the list. An
//! object of its own, or one per line, is read too. Only one element is held at a time.

use std::cell::Cell;
use std::fmt;
use std::io::{self, BufReader, Read};
use std::rc::Rc;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::batch::{MAX_BATCH_ROWS, PositionBatch, Sink, SinkError};
use crate::checks::{Checks, Reading, Refused};
use crate::error::FeedError;
use crate::number::parse_decimal;
use crate::reason::{Note, Refusal};
use crate::report::FeedReport;
use crate::static_report::{StaticReport, clean_text};
use crate::time::{TimeFormat, epoch_ms, parse_time_ms};
use crate::words::NAV_STATUS_NOT_DEFINED;

/// Static reports kept before they are given to the sink.
const STATICS_AT_ONCE: usize = 10_000;
/// Digitraffic counts draught in tenths of a metre.
const DRAUGHTS_PER_METRE: f64 = 10.0;
/// Numbers below it in `timestamp` are the second of the minute, not a time.
const FIRST_EPOCH: f64 = 1e8;

/// Reads a document to its end.
pub(crate) fn read<S: Sink>(
    source: impl Read,
    checks: &Checks,
    sink: &mut S,
) -> Result<FeedReport, FeedError> {
    let budget = Rc::new(Cell::new(0));
    let source = Metered {
        source,
        used: Rc::clone(&budget),
        limit: checks.options().json_max_element_bytes,
    };
    let mut elements = Elements {
        checks,
        sink,
        budget,
        file_time_ms: None,
        positions: PositionBatch::default(),
        statics: Vec::new(),
        report: FeedReport::new("json".to_owned(), checks.options().max_examples),
        sink_error: None,
    };
    let mut deserializer = serde_json::Deserializer::from_reader(BufReader::new(source));
    loop {
        if let Err(error) = Document(&mut elements).deserialize(&mut deserializer) {
            return Err(elements.failure(&error));
        }
        match deserializer.end() {
            Ok(()) => break,
            // Another document follows.
            Err(error) if error.is_syntax() => {}
            Err(error) => return Err(elements.failure(&error)),
        }
    }
    elements.flush().map_err(FeedError::Sink)?;
    Ok(elements.report)
}

/// Fails when a single element uses too many bytes.
struct Metered<R> {
    source: R,
    used: Rc<Cell<usize>>,
    limit: usize,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        self.used.set(self.used.get() + read);
        if self.used.get() > self.limit + buffer.len() {
            return Err(io::Error::other(format!(
                "an element has more than {} bytes",
                self.limit
            )));
        }
        Ok(read)
    }
}

struct Elements<'a, S> {
    checks: &'a Checks,
    sink: &'a mut S,
    /// Bytes read since the last element ended.
    budget: Rc<Cell<usize>>,
    file_time_ms: Option<i64>,
    positions: PositionBatch,
    statics: Vec<StaticReport>,
    report: FeedReport,
    sink_error: Option<SinkError>,
}

impl<S: Sink> Elements<'_, S> {
    fn failure(&mut self, error: &serde_json::Error) -> FeedError {
        if let Some(stopped) = self.sink_error.take() {
            return FeedError::Sink(stopped);
        }
        if self.report.lines_read == 0 && error.is_eof() && error.line() <= 1 && error.column() == 0
        {
            return FeedError::Empty;
        }
        FeedError::Json {
            elements: self.report.lines_read,
            line: error.line(),
            column: error.column(),
            message: error.to_string(),
        }
    }

    fn flush(&mut self) -> Result<(), SinkError> {
        if !self.positions.is_empty() {
            self.sink.positions(&self.positions)?;
            self.positions.clear();
        }
        if !self.statics.is_empty() {
            self.sink.statics(&self.statics)?;
            self.statics.clear();
        }
        Ok(())
    }

    /// Takes one element; an error means that the sink stopped.
    fn element(&mut self, text: &str) -> Result<(), SinkError> {
        self.budget.set(0);
        match serde_json::from_str::<Map<String, Value>>(text) {
            Ok(object) => self.object(&object)?,
            Err(_) => {
                self.report.lines_read += 1;
                let line = self.report.lines_read;
                let shown = || text.chars().take(200).collect();
                self.report
                    .refuse(Refusal::ElementMalformed, line, "element", shown);
            }
        }
        Ok(())
    }

    fn object(&mut self, object: &Map<String, Value>) -> Result<(), SinkError> {
        self.report.lines_read += 1;
        let line = self.report.lines_read;
        if let Err(refused) = self.checked(&Element { object }, line) {
            refused.report(line, &mut self.report);
        }
        if self.positions.len() >= MAX_BATCH_ROWS || self.statics.len() >= STATICS_AT_ONCE {
            self.flush()?;
        }
        Ok(())
    }

    fn checked(&mut self, element: &Element<'_>, line: u64) -> Result<(), Refused> {
        let mmsi = self.checks.vessel(element.vessel_number()?)?;
        let Some(time_ms) = element.time_ms()?.or(self.file_time_ms) else {
            return Err(Refused::new(Refusal::TimeMissing, "time", ""));
        };
        self.checks.time(time_ms)?;
        let mut said = element.static_report();
        if let Some(tenths) = element.number(&["draught", "draft"]) {
            let draught_m = tenths / DRAUGHTS_PER_METRE;
            said.draught_m = self.checks.draught_m(draught_m, line, &mut self.report);
        }
        let draught_m = said.draught_m.map_or(f64::NAN, f64::from);
        let has_static = said.says_something();
        if has_static {
            if let (Some(imo), false) = (said.imo, said.imo_valid) {
                self.report
                    .note(Note::ImoCheckFailed, line, "imo", || imo.to_string());
            }
            said.mmsi = mmsi;
            said.time_ms = Some(time_ms);
            said.last_time_ms = Some(time_ms);
            said.messages = 1;
            self.report.static_reports += 1;
            self.statics.push(said);
        }
        let Some((lon_deg, lat_deg)) = element.place() else {
            if has_static {
                self.report.static_only += 1;
                return Ok(());
            }
            return Err(Refused::new(
                Refusal::PositionMissing,
                "lon_deg,lat_deg",
                "",
            ));
        };
        let mut reading = Reading {
            mmsi,
            time_ms,
            lon_deg,
            lat_deg,
            draught_m,
            ..element.motion()
        };
        let status = element.number(&["navStat", "nav_stat", "nav_status", "navStatus"]);
        reading.nav_status = match status {
            None => NAV_STATUS_NOT_DEFINED,
            Some(code) if (0.0..=255.0).contains(&code) => code as u8,
            Some(_) => u8::MAX,
        };
        self.checks
            .accept(&reading, line, &mut self.positions, &mut self.report)
    }
}

struct Element<'a> {
    object: &'a Map<String, Value>,
}

impl Element<'_> {
    /// A value of the object itself or of its `properties`.
    fn value(&self, names: &[&str]) -> Option<&Value> {
        let properties = self.object.get("properties").and_then(Value::as_object);
        let places = [Some(self.object), properties];
        names.iter().find_map(|name| {
            let mut found = places.iter().flatten().filter_map(|place| place.get(*name));
            found.find(|value| !value.is_null())
        })
    }

    fn number(&self, names: &[&str]) -> Option<f64> {
        match self.value(names)? {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => parse_decimal(text.as_bytes()),
            _ => None,
        }
    }

    fn vessel_number(&self) -> Result<u64, Refused> {
        let Some(value) = self.value(&["mmsi", "MMSI"]) else {
            return Err(Refused::new(Refusal::MmsiMissing, "mmsi", ""));
        };
        let number = self.number(&["mmsi", "MMSI"]);
        match number {
            Some(number) if number >= 0.0 && number.fract() == 0.0 && number < 1e15 => {
                Ok(number as u64)
            }
            _ => Err(Refused::new(
                Refusal::MmsiUnreadable,
                "mmsi",
                value.to_string(),
            )),
        }
    }

    /// The element's own time.
    fn time_ms(&self) -> Result<Option<i64>, Refused> {
        let names = ["timestampExternal", "time", "datetime", "timestamp"];
        for name in names {
            let (read, value) = match self.value(&[name]) {
                Some(value @ Value::String(text)) => (
                    parse_time_ms(text.as_bytes(), &[TimeFormat::Iso, TimeFormat::Epoch]),
                    value,
                ),
                Some(value @ Value::Number(number)) => match number.as_f64() {
                    Some(number) if number >= FIRST_EPOCH => (epoch_ms(number), value),
                    _ => continue,
                },
                _ => continue,
            };
            return read
                .map(Some)
                .ok_or_else(|| Refused::new(Refusal::TimeUnreadable, "time", value.to_string()));
        }
        Ok(None)
    }

    /// Longitude and latitude; `None` where one is missing. Text that is no number counts as out
    /// of range.
    fn place(&self) -> Option<(f64, f64)> {
        let point = self
            .object
            .get("geometry")
            .and_then(|geometry| geometry.get("coordinates"))
            .and_then(Value::as_array);
        if let Some([lon, lat, ..]) = point.map(Vec::as_slice) {
            return Some((
                lon.as_f64().unwrap_or(f64::NAN),
                lat.as_f64().unwrap_or(f64::NAN),
            ));
        }
        let lon = ["lon", "longitude", "x"];
        let lat = ["lat", "latitude", "y"];
        self.value(&lon)?;
        self.value(&lat)?;
        let degrees = |names: &[&str]| self.number(names).unwrap_or(f64::NAN);
        Some((degrees(&lon), degrees(&lat)))
    }

    fn motion(&self) -> Reading {
        Reading {
            sog_kn: self.number(&["sog", "speed"]).unwrap_or(f64::NAN),
            cog_deg: self.number(&["cog", "course"]).unwrap_or(f64::NAN),
            heading_deg: self.number(&["heading"]).unwrap_or(f64::NAN),
            synthetic: self.value(&["synthetic"]) == Some(&Value::Bool(true)),
            ..Reading::default()
        }
    }

    fn text(&self, names: &[&str]) -> Option<String> {
        clean_text(self.value(names)?.as_str()?)
    }

    fn static_report(&self) -> StaticReport {
        let ship_type = self.number(&["shipType", "ship_type"]);
        let size_m = |one: &str, other: &str| -> Option<f32> {
            let metres = self.number(&[one])? + self.number(&[other])?;
            (metres > 0.0).then_some(metres as f32)
        };
        let mut said = StaticReport {
            name: self.text(&["name"]),
            callsign: self.text(&["callSign", "call_sign", "callsign"]),
            destination: self.text(&["destination"]),
            ship_type: ship_type
                .filter(|code| (1.0..=255.0).contains(code))
                .map(|code| code as u8),
            length_m: size_m("referencePointA", "referencePointB"),
            beam_m: size_m("referencePointC", "referencePointD"),
            ..StaticReport::default()
        };
        let imo = self.number(&["imo"]).filter(|imo| (0.0..1e9).contains(imo));
        said.set_imo(imo.unwrap_or(0.0) as u32);
        said
    }
}

/// A top-level value: a list, an object around a list, or an element.
struct Document<'a, 'b, S>(&'a mut Elements<'b, S>);

impl<'de, S: Sink> DeserializeSeed<'de> for Document<'_, '_, S> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, S: Sink> Visitor<'de> for Document<'_, '_, S> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of vessels or an object that holds one")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<(), A::Error> {
        List(self.0).visit_seq(list)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut own = Map::new();
        let mut had_list = false;
        while let Some(key) = map.next_key::<String>()? {
            let of_lists = matches!(key.as_str(), "features" | "vessels" | "locations" | "data");
            if of_lists {
                map.next_value_seed(List(self.0))?;
                had_list = true;
                continue;
            }
            let value: Value = map.next_value()?;
            if matches!(key.as_str(), "timestamp" | "dataUpdatedTime")
                && let Value::String(text) = &value
            {
                self.0.file_time_ms = parse_time_ms(text.as_bytes(), &[TimeFormat::Iso]);
            }
            own.insert(key, value);
        }
        if had_list {
            return Ok(());
        }
        self.0.budget.set(0);
        // An object without a list is an element itself.
        self.0.file_time_ms = None;
        self.0.object(&own).map_err(|error| self.0.stop(error))
    }
}

impl<S: Sink> Elements<'_, S> {
    /// Keeps the sink's error and makes the deserializer stop.
    fn stop<E: serde::de::Error>(&mut self, error: SinkError) -> E {
        self.sink_error = Some(error);
        E::custom("stopped")
    }
}

/// A list of elements; a value of another kind under a list's name is passed over.
struct List<'a, 'b, S>(&'a mut Elements<'b, S>);

impl<'de, S: Sink> DeserializeSeed<'de> for List<'_, '_, S> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, S: Sink> Visitor<'de> for List<'_, '_, S> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of vessels")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(element) = list.next_element::<Box<RawValue>>()? {
            self.0
                .element(element.get())
                .map_err(|error| self.0.stop(error))?;
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

#[cfg(test)]
#[path = "json_tests.rs"]
mod tests;
