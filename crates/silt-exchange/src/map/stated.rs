//! Countries and states that a source gives for a record.

use std::collections::HashMap;
use std::sync::Arc;

use silt_model::{Flag, FlagCode, Value};

use super::countries::iso3_of;
use super::shown;
use super::slot::{Nulls, Slots, slots};
use crate::read::ColumnInfo;
use crate::recipe::StatedRegion;
use crate::record::Record;

/// What a code is a code of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    Country,
    Admin1,
}

/// Reads one stated region.
#[derive(Debug)]
pub(super) struct StatedReader {
    level: Level,
    constant: Option<Arc<str>>,
    slots: Slots,
    map: HashMap<String, String>,
    other: Option<String>,
    prefix: String,
}

impl StatedReader {
    pub(super) fn new(rule: &StatedRegion, level: Level, columns: &[ColumnInfo]) -> StatedReader {
        let map = rule
            .map
            .iter()
            .map(|(key, code)| (key.to_lowercase(), code.clone()));
        StatedReader {
            level,
            constant: rule.constant.as_deref().map(Arc::from),
            slots: slots(&rule.from, columns),
            map: map.collect(),
            other: rule.other.clone(),
            prefix: rule.prefix.clone(),
        }
    }

    /// The code, or `None` where the source states no region that has one.
    pub(super) fn code(
        &self,
        record: &Record,
        nulls: &Nulls,
        flags: &mut Vec<Flag>,
    ) -> Option<Arc<str>> {
        if let Some(constant) = &self.constant {
            return Some(Arc::clone(constant));
        }
        let (slot, value) = nulls.first(&self.slots, record)?;
        let text = match value {
            Value::Text(text) => text.trim().to_owned(),
            other => other.to_string(),
        };
        let mapped = if self.map.is_empty() {
            None
        } else {
            self.map.get(&text.to_lowercase())
        };
        let stated = match mapped.or(self.other.as_ref()) {
            Some(code) if code.is_empty() => return None,
            Some(code) => code.as_str(),
            None => text.as_str(),
        };
        let code = match self.level {
            Level::Country => iso3_of(stated),
            Level::Admin1 => is_subdivision(&self.prefix, stated)
                .then(|| Arc::from(format!("{}{stated}", self.prefix))),
        };
        if code.is_none() {
            let reason = match self.level {
                Level::Country => "not a country known by code or name",
                Level::Admin1 => "not a code of a first-level division",
            };
            flags.push(Flag::on_field(
                FlagCode::ValueUnreadable,
                slot.name.as_ref(),
                shown(&text),
                reason,
            ));
        }
        code
    }
}

/// Whether prefix and value make an ISO 3166-2 code.
fn is_subdivision(prefix: &str, value: &str) -> bool {
    let joined = format!("{prefix}{value}");
    let Some((country, division)) = joined.split_once('-') else {
        return false;
    };
    let is_country = country.len() == 2 && country.bytes().all(|b| b.is_ascii_uppercase());
    let is_division = (1..=3).contains(&division.len())
        && division
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    is_country && is_division
}
