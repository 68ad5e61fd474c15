//! What a vessel says of itself.

use serde::{Deserialize, Serialize};

/// Static and voyage data of a vessel.
///
/// A static message of its own (AIS 5, 24, 19; an element of JSON) is one report. Where a CSV
/// file repeats static columns beside every position, there is one report per vessel and content
/// of a block, from the first to the last time seen; its draught is `None`, since the positions
/// carry it row by row. [`merge_static`] makes the same list of any division into blocks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StaticReport {
    /// Vessel number.
    pub mmsi: u32,
    /// Unix time in ms when it was said, or first said; `None`: the source has no time.
    pub time_ms: Option<i64>,
    /// Unix time in ms when it was last said.
    pub last_time_ms: Option<i64>,
    /// How many messages or rows said it.
    pub messages: u64,
    /// IMO number as sent; `None` for 0.
    pub imo: Option<u32>,
    /// Whether the check digit of `imo` is right.
    pub imo_valid: bool,
    /// Name.
    pub name: Option<String>,
    /// Call sign.
    pub callsign: Option<String>,
    /// Ship type of ITU-R M.1371, 1-255; 33 is "dredging or underwater operations".
    pub ship_type: Option<u8>,
    /// Length over all in m, as sent.
    pub length_m: Option<f32>,
    /// Beam in m, as sent.
    pub beam_m: Option<f32>,
    /// Draught in m.
    pub draught_m: Option<f32>,
    /// Destination as sent.
    pub destination: Option<String>,
}

impl StaticReport {
    /// Whether it says anything beyond its sender.
    pub(crate) fn says_something(&self) -> bool {
        self.imo.is_some()
            || self.name.is_some()
            || self.callsign.is_some()
            || self.ship_type.is_some()
            || self.length_m.is_some()
            || self.beam_m.is_some()
            || self.draught_m.is_some()
            || self.destination.is_some()
    }

    pub(crate) fn set_imo(&mut self, number: u32) {
        self.imo = (number != 0).then_some(number);
        self.imo_valid = imo_check_digit_is_right(number);
    }

    /// A total order of the content, times left out.
    fn content(&self) -> impl Ord + use<'_> {
        let millimetres = |metres: Option<f32>| metres.map(|value| (value * 1000.0).round() as i64);
        (
            self.mmsi,
            self.imo,
            &self.name,
            &self.callsign,
            self.ship_type,
            (millimetres(self.length_m), millimetres(self.beam_m)),
            millimetres(self.draught_m),
            &self.destination,
        )
    }
}

/// Whether a number is an IMO ship number: seven digits, the last being the last digit of the
/// others' sum weighted 7 to 2 (IMO Resolution A.1117).
#[must_use]
pub fn imo_check_digit_is_right(imo: u32) -> bool {
    if !(1_000_000..=9_999_999).contains(&imo) {
        return false;
    }
    let mut rest = imo / 10;
    let mut sum = 0;
    for weight in 2..=7 {
        sum += rest % 10 * weight;
        rest /= 10;
    }
    sum % 10 == imo % 10
}

/// One report per vessel and content, from its first to its last time, sorted by vessel, first
/// time and content. The result does not depend on the order of `reports`.
#[must_use]
pub fn merge_static(mut reports: Vec<StaticReport>) -> Vec<StaticReport> {
    reports.sort_by(|a, b| a.content().cmp(&b.content()));
    let mut merged: Vec<StaticReport> = Vec::new();
    for report in reports {
        match merged.last_mut() {
            Some(last) if last.content().cmp(&report.content()).is_eq() => {
                last.messages += report.messages;
                last.time_ms = [last.time_ms, report.time_ms].into_iter().flatten().min();
                last.last_time_ms = last.last_time_ms.max(report.last_time_ms);
            }
            _ => merged.push(report),
        }
    }
    // Stable: reports of one vessel and time stay in the order of their content.
    merged.sort_by_key(|report| (report.mmsi, report.time_ms));
    merged
}

/// Text as AIS pads it: `@` ends it, spaces around it mean nothing.
pub(crate) fn clean_text(text: &str) -> Option<String> {
    let kept = text.split('@').next().unwrap_or_default().trim();
    let blank = crate::number::is_blank(kept.as_bytes());
    (!blank).then(|| kept.to_owned())
}

#[cfg(test)]
#[path = "static_report_tests.rs"]
mod tests;
