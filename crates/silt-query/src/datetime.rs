//! The `datetime` parameter of OGC API Features, and the fields that it applies to.
//!
//! Requirement `/req/core/fc-time-response` of Part 1 (1.0.1): a feature is selected when its time
//! shares a moment with the parameter, and a feature without a time is always selected. A date is
//! the period that it names, so a failure of `2019` is found by every day of 2019.

use silt_index::snapshot::CollectionSnapshot;
use silt_model::{CollectionSchema, FieldType};

use crate::filter::source::TimeColumn;
use crate::queryable::Queryable;
use crate::time::{Granule, Period};

/// Pairs of fields that hold the beginning and the end of a feature, best first. Where one of the
/// two is null that side is open.
const SPANS: [(&str, &str); 8] = [
    ("start_datetime", "end_datetime"),
    ("start_date", "end_date"),
    ("start_time", "end_time"),
    ("start", "end"),
    ("begin", "end"),
    ("valid_from", "valid_to"),
    ("opened", "closed"),
    ("from", "to"),
];

/// Fields that hold the time of a feature, best first.
const INSTANTS: [&str; 9] = [
    "datetime",
    "date",
    "timestamp",
    "time",
    "incident_date",
    "event_date",
    "observed_on",
    "observation_date",
    "image_date",
];

/// A `datetime` that is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DatetimeError {
    /// Neither a date nor a date-time nor an interval of them.
    #[error(
        "{0:?} is no datetime; write 2019-01-25, 2019-01-25T12:00:00Z, or an interval such as 2019-01-01/2019-12-31, ../2019-12-31 or 2019-01-01/.."
    )]
    Unreadable(String),
    /// The interval ends before it begins.
    #[error("the interval {0:?} ends before it begins")]
    Reversed(String),
    /// Both ends are open. The standard's grammar has no such interval.
    #[error("{0:?} is open at both ends; leave datetime out instead")]
    Open(String),
}

/// Reads `date-time`, `a/b`, `../b`, `a/..`, `/b` or `a/`, where each end is an RFC 3339 date-time
/// or a full date. A date covers its day.
///
/// # Errors
/// [`DatetimeError`] for anything else, for a reversed interval and for `../..`.
pub fn parse(text: &str) -> Result<Period, DatetimeError> {
    const MAX_SHOWN_CHARS: usize = 80;
    let shown = || text.chars().take(MAX_SHOWN_CHARS).collect::<String>();
    let instant = |written: &str| {
        // Years and months are dates of our sources, but not of RFC 3339.
        let is_full = written.len() >= 10;
        let granule = Granule::parse(written).ok().filter(|_| is_full);
        granule.ok_or_else(|| DatetimeError::Unreadable(shown()))
    };
    let Some((start, end)) = text.split_once('/') else {
        return instant(text).map(Period::from);
    };
    let is_open = |end: &str| end.is_empty() || end == "..";
    let first = if is_open(start) {
        Granule::OPEN_START
    } else {
        instant(start)?
    };
    let last = if is_open(end) {
        Granule::OPEN_END
    } else {
        instant(end)?
    };
    if is_open(start) && is_open(end) {
        return Err(DatetimeError::Open(shown()));
    }
    Period::new(first, last).ok_or_else(|| DatetimeError::Reversed(shown()))
}

/// The fields that hold the time of a feature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemporalField {
    /// One date.
    Instant(String),
    /// Beginning and end; null is open.
    Span(String, String),
}

/// The time of the features of a collection: the first pair, else the first single field, of the
/// lists above that the collection has as dates.
///
/// `None` where there is none; then `datetime` selects every feature, as the standard demands.
/// The edition is not used instead: it says since when a register holds a value, and a facility of
/// the register of 2024 stood in 2019 too. What a register said in 2019 is a matter of history.
pub fn temporal_field(schema: &CollectionSchema) -> Option<TemporalField> {
    let is_date = |name: &str| {
        let field = schema.field(name);
        field.is_some_and(|field| field.field_type == FieldType::Date)
    };
    let span = SPANS
        .iter()
        .find(|(start, end)| is_date(start) && is_date(end));
    if let Some((start, end)) = span {
        return Some(TemporalField::Span((*start).into(), (*end).into()));
    }
    let instant = INSTANTS.iter().find(|name| is_date(name));
    instant.map(|name| TemporalField::Instant((*name).into()))
}

/// Dates of a snapshot, ready to be compared with a period.
pub(crate) enum Times<'a> {
    Instant(TimeColumn<'a>),
    Span(TimeColumn<'a>, TimeColumn<'a>),
}

impl<'a> Times<'a> {
    pub(crate) fn new(snapshot: &'a CollectionSnapshot, field: &TemporalField) -> Times<'a> {
        let column = |name: &String| {
            TimeColumn::new(snapshot, &Queryable::Field(name.clone(), FieldType::Date))
        };
        match field {
            TemporalField::Instant(name) => Times::Instant(column(name)),
            TemporalField::Span(start, end) => Times::Span(column(start), column(end)),
        }
    }

    /// Whether the feature's time shares a moment with the period, or it has none.
    pub(crate) fn matches(&self, row: u32, period: &Period) -> bool {
        let (first, last) = match self {
            Times::Instant(column) => {
                let granule = column.get(row);
                (granule, granule)
            }
            Times::Span(start, end) => (start.get(row), end.get(row)),
        };
        let starts_in_time = first.is_none_or(|first| first.start_us <= period.end_us());
        let ends_in_time = last.is_none_or(|last| last.end_us >= period.start_us());
        starts_in_time && ends_in_time
    }
}

#[cfg(test)]
#[path = "datetime_tests.rs"]
mod tests;
