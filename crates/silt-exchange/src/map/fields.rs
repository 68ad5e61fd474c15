//! One field of a collection, read from the cells of a record.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use silt_model::{Field, FieldType, Flag, FlagCode, PartialDate, Value};

use super::shown;
use super::slot::{Nulls, Slot, Slots, slots};
use crate::read::ColumnInfo;
use crate::recipe::{FieldRule, Unmapped, ValueRules};
use crate::record::Record;
use crate::values::{
    DateFormat, NumberFormat, Unit, convert, from_excel_serial, parse_bool, parse_date,
    parse_integer, parse_number, parse_quantity,
};

/// Reads one field.
#[derive(Debug)]
pub(super) struct FieldReader {
    pub(super) name: Arc<str>,
    source: Source,
    field_type: FieldType,
    nulls: Nulls,
    number: NumberFormat,
    dates: DateFormat,
    year_slot: Option<Slot>,
    /// Unit published and unit of the field.
    units: Option<(Unit, Unit)>,
    zero_is_null: bool,
    range: Option<[f64; 2]>,
    /// Published values in lower case.
    map: HashMap<String, Value>,
    other: Option<Value>,
    unmapped: Unmapped,
    allowed: Vec<String>,
}

#[derive(Debug)]
enum Source {
    Constant(Value),
    First(Slots),
    Joined(Slots, String),
}

impl FieldReader {
    pub(super) fn new(
        field: &Field,
        rule: &FieldRule,
        values: &ValueRules,
        dates: DateFormat,
        columns: &[ColumnInfo],
    ) -> FieldReader {
        let slots = slots(&rule.from, columns);
        let source = match (&rule.constant, &rule.join) {
            (Some(constant), _) => Source::Constant(value_of_toml(constant)),
            (None, Some(separator)) => Source::Joined(slots, separator.clone()),
            (None, None) => Source::First(slots),
        };
        let target = field
            .unit
            .as_deref()
            .and_then(|unit| Unit::parse(unit).ok());
        let published = rule
            .unit
            .as_deref()
            .and_then(|unit| Unit::parse(unit).ok())
            .or(target);
        let mapped = |text: &String| mapped_value(text, field.field_type);
        let map = rule
            .map
            .iter()
            .map(|(key, text)| (key.trim().to_lowercase(), mapped(text)));
        FieldReader {
            name: Arc::from(field.name.as_str()),
            source,
            field_type: field.field_type,
            nulls: Nulls::new(values.nulls.iter().chain(&rule.nulls)),
            number: rule.decimal.unwrap_or(values.decimal).into(),
            dates: DateFormat {
                order: rule.date_order.unwrap_or(values.date_order).into(),
                ..dates
            },
            year_slot: rule
                .year_from
                .as_deref()
                .map(|name| Slot::new(name, columns)),
            units: published.zip(target),
            zero_is_null: rule.zero_is_null,
            range: rule.range,
            map: map.collect(),
            other: rule.other.as_ref().map(mapped),
            unmapped: rule.unmapped,
            allowed: field.allowed.clone(),
        }
    }

    /// Whether the field can have a value in this file at all.
    pub(super) fn has_source(&self) -> bool {
        match &self.source {
            Source::Constant(_) => true,
            Source::First(slots) | Source::Joined(slots, _) => !slots.is_empty(),
        }
    }

    /// The value of the field, null where there is none; `flags` gets what could not be read.
    pub(super) fn read(&self, record: &Record, flags: &mut Vec<Flag>) -> Value {
        match &self.source {
            Source::Constant(value) => value.clone(),
            Source::First(slots) => match self.nulls.first(slots, record) {
                None => Value::Null,
                Some((slot, value)) => match &self.year_slot {
                    Some(year) => self.dated(slot, value, year.value(record), flags),
                    None => self.settled(slot, value, flags),
                },
            },
            Source::Joined(slots, separator) => {
                let given = slots.iter().map(|slot| slot.value(record));
                let texts: Vec<Cow<'_, str>> = given
                    .filter(|value| !self.nulls.is_null(value))
                    .map(text_of)
                    .collect();
                if texts.is_empty() {
                    Value::Null
                } else {
                    Value::Text(texts.join(separator))
                }
            }
        }
    }

    fn settled(&self, slot: &Slot, published: &Value, flags: &mut Vec<Flag>) -> Value {
        match self.converted(published) {
            Ok(value) => value,
            Err((code, reason)) => {
                let text = text_of(published);
                flags.push(Flag::on_field(
                    code,
                    slot.name.as_ref(),
                    shown(&text),
                    reason,
                ));
                Value::Null
            }
        }
    }

    /// A date whose year stands in another column as well.
    fn dated(&self, slot: &Slot, published: &Value, year: &Value, flags: &mut Vec<Flag>) -> Value {
        let Ok(year) = self
            .integer(year)
            .and_then(|year| i32::try_from(year).map_err(|_| String::new()))
        else {
            return self.settled(slot, published, flags);
        };
        // The century that brings a year of two digits nearest to the one known.
        let dates = DateFormat {
            reference_year: year + 49,
            ..self.dates
        };
        let known = date_of_known_year(published, year, &dates);
        let reason = match known.map_or_else(|| date(published, &dates), Ok) {
            Ok(date) if (date.year() - year).abs() <= 1 => return Value::Text(date.to_string()),
            Ok(date) => format!("{date} does not lie in the year {year}; the year alone was taken"),
            Err(reason) => format!("{reason}; the year alone was taken"),
        };
        let text = text_of(published);
        flags.push(Flag::on_field(
            FlagCode::ValueUnreadable,
            slot.name.as_ref(),
            shown(&text),
            reason,
        ));
        PartialDate::new(year, None, None).map_or(Value::Null, |date| Value::Text(date.to_string()))
    }

    fn converted(&self, published: &Value) -> Result<Value, (FlagCode, String)> {
        let unreadable = |reason: String| (FlagCode::ValueUnreadable, reason);
        if !self.map.is_empty() || self.other.is_some() {
            let text = text_of(published);
            if let Some(value) = self.map.get(&text.to_lowercase()).or(self.other.as_ref()) {
                return Ok(value.clone());
            }
            match self.unmapped {
                Unmapped::Flag => {
                    return Err(unreadable(
                        "the recipe does not say what this value means".into(),
                    ));
                }
                Unmapped::Null => return Ok(Value::Null),
                Unmapped::Keep => {}
            }
        }
        if self.zero_is_null && is_zero(published) {
            return Ok(Value::Null);
        }
        match self.field_type {
            FieldType::Text => {
                let text = text_of(published);
                if self.allowed.is_empty() || self.allowed.iter().any(|one| *one == text) {
                    return Ok(Value::Text(text.into_owned()));
                }
                Err(unreadable(format!(
                    "not one of: {}",
                    self.allowed.join(", ")
                )))
            }
            FieldType::Real => {
                let number = self.real(published).map_err(unreadable)?;
                self.in_range(number).map(|()| Value::Real(number))
            }
            FieldType::Integer => {
                let number = self.integer(published).map_err(unreadable)?;
                self.in_range(number as f64).map(|()| Value::Int(number))
            }
            FieldType::Boolean => boolean(published).map(Value::Bool).map_err(unreadable),
            FieldType::Date => {
                let date = date(published, &self.dates).map_err(unreadable)?;
                self.in_range(f64::from(date.year()))
                    .map(|()| Value::Text(date.to_string()))
            }
            FieldType::Json => Ok(match published {
                Value::Json(json) => Value::Json(json.clone()),
                other => Value::Json(other.to_json().to_string()),
            }),
        }
    }

    fn in_range(&self, number: f64) -> Result<(), (FlagCode, String)> {
        match self.range {
            Some([low, high]) if !(low..=high).contains(&number) => Err((
                FlagCode::ValueOutOfRange,
                format!("{number} lies outside {low} to {high}"),
            )),
            _ => Ok(()),
        }
    }

    /// The number in the unit of the field.
    fn real(&self, published: &Value) -> Result<f64, String> {
        let number = match published {
            Value::Int(number) => *number as f64,
            Value::Real(number) => *number,
            Value::Text(text) => match parse_number(text, self.number) {
                Ok(number) => number,
                Err(error) => return self.quantity(text).ok_or_else(|| error.to_string()),
            },
            _ => return Err("not a number".to_owned()),
        };
        self.in_unit_of_field(number, None)
            .ok_or_else(|| "the unit cannot be converted".to_owned())
    }

    /// A number with its own unit in the same cell.
    fn quantity(&self, text: &str) -> Option<f64> {
        let quantity = parse_quantity(text, self.number).ok()?;
        self.in_unit_of_field(quantity.value, Some(quantity.unit?))
    }

    fn in_unit_of_field(&self, number: f64, own: Option<Unit>) -> Option<f64> {
        let Some((published, target)) = self.units else {
            return own.is_none().then_some(number);
        };
        let unit = own.unwrap_or(published);
        if unit == target {
            return Some(number);
        }
        let converted = convert(number, unit, target).ok()?;
        Some(without_noise(converted))
    }

    fn integer(&self, published: &Value) -> Result<i64, String> {
        match published {
            Value::Int(number) => Ok(*number),
            Value::Real(number) if number.fract() == 0.0 && number.abs() < 9e15 => {
                Ok(*number as i64)
            }
            Value::Text(text) => {
                parse_integer(text, self.number).map_err(|error| error.to_string())
            }
            _ => Err("not a whole number".to_owned()),
        }
    }
}

fn date(published: &Value, format: &DateFormat) -> Result<PartialDate, String> {
    let number = match published {
        Value::Text(text) => {
            return parse_date(text, format).map_err(|error| error.to_string());
        }
        Value::Int(number) => *number as f64,
        Value::Real(number) => *number,
        _ => return Err("not a date".to_owned()),
    };
    let is_year = number.fract() == 0.0 && (1000.0..3000.0).contains(&number);
    if is_year {
        return PartialDate::new(number as i32, None, None).ok_or_else(|| "not a year".to_owned());
    }
    from_excel_serial(number, false).map_err(|error| error.to_string())
}

/// A date that has one reading only because its year is known: `May/17` in 2017 lies in that May
/// whatever the 17 means, and 24732 is the day number of a day in 1967.
fn date_of_known_year(published: &Value, year: i32, format: &DateFormat) -> Option<PartialDate> {
    let text = text_of(published);
    if let Ok(serial) = text.parse::<f64>() {
        let day = from_excel_serial(serial, false).ok()?;
        return Some(day).filter(|day| serial > 3000.0 && day.year() == year);
    }
    let (month, two_digits) = text.rsplit_once(['/', '-'])?;
    let is_year = two_digits.len() == 2 && two_digits.parse() == Ok(year.rem_euclid(100));
    let is_month = month.chars().all(char::is_alphabetic);
    if !is_year || !is_month {
        return None;
    }
    parse_date(&format!("{month}/{year}"), format).ok()
}

/// The published text without white space around it; numbers as plain digits.
fn text_of(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Text(text) => Cow::Borrowed(text.trim()),
        other => Cow::Owned(other.to_string()),
    }
}

fn is_zero(value: &Value) -> bool {
    match value {
        Value::Text(text) => {
            let text = text.trim();
            text.contains('0') && text.bytes().all(|b| matches!(b, b'0' | b'.' | b','))
        }
        other => other.as_f64() == Some(0.0),
    }
}

fn boolean(published: &Value) -> Result<bool, String> {
    let read = match published {
        Value::Bool(flag) => Some(*flag),
        Value::Text(text) => parse_bool(text),
        Value::Int(0) => Some(false),
        Value::Int(1) => Some(true),
        Value::Real(number) if *number == 0.0 => Some(false),
        Value::Real(number) if *number == 1.0 => Some(true),
        _ => None,
    };
    read.ok_or_else(|| "neither yes nor no".to_owned())
}

/// The number to 12 significant digits: 105 ft are 32.004 m and not 32.004000000000005 m.
fn without_noise(number: f64) -> f64 {
    format!("{number:.11e}").parse().unwrap_or(number)
}

fn mapped_value(text: &str, field_type: FieldType) -> Value {
    if text.is_empty() {
        return Value::Null;
    }
    let typed = match field_type {
        FieldType::Boolean => text.parse().ok().map(Value::Bool),
        FieldType::Integer => text.parse().ok().map(Value::Int),
        FieldType::Real => text.parse().ok().map(Value::Real),
        _ => None,
    };
    typed.unwrap_or_else(|| Value::Text(text.to_owned()))
}

fn value_of_toml(constant: &toml::Value) -> Value {
    match constant {
        toml::Value::String(text) => Value::Text(text.clone()),
        toml::Value::Integer(number) => Value::Int(*number),
        toml::Value::Float(number) => Value::Real(*number),
        toml::Value::Boolean(flag) => Value::Bool(*flag),
        other => Value::Text(other.to_string()),
    }
}
