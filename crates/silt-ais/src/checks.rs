//! The rules that every message is held to, whatever it was read from (METHODS 1.2).

use crate::batch::{Position, PositionBatch};
use crate::mmsi::{fold_pseudonym, mmsi_kind};
use crate::options::{FeedOptions, VesselIds};
use crate::reason::{Note, Refusal};
use crate::report::FeedReport;
use crate::words::NAV_STATUS_NOT_DEFINED;

/// A position as a feed gives it: nothing checked but the vessel and that there is a time.
/// NaN in speed, course, heading and draught: the feed has none.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    pub(crate) mmsi: u32,
    pub(crate) time_ms: i64,
    pub(crate) lon_deg: f64,
    pub(crate) lat_deg: f64,
    pub(crate) sog_kn: f64,
    pub(crate) cog_deg: f64,
    pub(crate) heading_deg: f64,
    pub(crate) draught_m: f64,
    pub(crate) nav_status: u8,
    /// AIS message 27, which has codes of its own for "not available".
    pub(crate) long_range: bool,
    pub(crate) synthetic: bool,
}

impl Default for Reading {
    fn default() -> Self {
        Self {
            mmsi: 0,
            time_ms: 0,
            lon_deg: f64::NAN,
            lat_deg: f64::NAN,
            sog_kn: f64::NAN,
            cog_deg: f64::NAN,
            heading_deg: f64::NAN,
            draught_m: f64::NAN,
            nav_status: NAV_STATUS_NOT_DEFINED,
            long_range: false,
            synthetic: false,
        }
    }
}

/// Why a row was refused, and by which field.
pub(crate) struct Refused {
    pub(crate) reason: Refusal,
    pub(crate) field: &'static str,
    pub(crate) value: String,
}

impl Refused {
    pub(crate) fn new(reason: Refusal, field: &'static str, value: impl Into<String>) -> Self {
        Self {
            reason,
            field,
            value: value.into(),
        }
    }

    pub(crate) fn report(self, line: u64, report: &mut FeedReport) {
        report.refuse(self.reason, line, self.field, || self.value);
    }
}

const LATITUDE_NOT_AVAILABLE_DEG: f64 = 91.0;
const LONGITUDE_NOT_AVAILABLE_DEG: f64 = 181.0;
const COG_NOT_AVAILABLE_DEG: f64 = 360.0;
const HEADING_NOT_AVAILABLE_DEG: f64 = 511.0;
const LONG_RANGE_SOG_NOT_AVAILABLE_KN: f64 = 63.0;
const LONG_RANGE_COG_NOT_AVAILABLE_DEG: f64 = 511.0;

/// The rules, as the options set them.
#[derive(Clone, Debug)]
pub(crate) struct Checks {
    options: FeedOptions,
    latest_ms: i64,
}

impl Checks {
    pub(crate) fn new(options: FeedOptions) -> Self {
        let latest_ms = options.now_ms.map_or(i64::MAX, |now_ms| {
            now_ms.saturating_add(options.clock_tolerance_ms)
        });
        Self { options, latest_ms }
    }

    pub(crate) fn options(&self) -> &FeedOptions {
        &self.options
    }

    /// The vessel that a number names, or why it names none.
    pub(crate) fn vessel(&self, number: u64) -> Result<u32, Refused> {
        if self.options.ids == VesselIds::Pseudonyms {
            return Ok(fold_pseudonym(number));
        }
        if let Some(reason) = Refusal::of_mmsi(mmsi_kind(number)) {
            return Err(Refused::new(reason, "mmsi", number.to_string()));
        }
        let mmsi = u32::try_from(number).expect("a vessel's MMSI has nine digits");
        let is_station = |(first, last): &(u32, u32)| (*first..=*last).contains(&mmsi);
        if self.options.station_ranges.iter().any(is_station) {
            return Err(Refused::new(
                Refusal::MmsiStationAsVessel,
                "mmsi",
                number.to_string(),
            ));
        }
        Ok(mmsi)
    }

    /// Whether a message can be of this time.
    pub(crate) fn time(&self, time_ms: i64) -> Result<(), Refused> {
        let reason = if time_ms < self.options.earliest_ms {
            Refusal::TimeTooEarly
        } else if time_ms > self.latest_ms {
            Refusal::TimeInFuture
        } else {
            return Ok(());
        };
        Err(Refused::new(reason, "time_ms", time_ms.to_string()))
    }

    /// Adds a position to the batch and the report, or says why not. The time is checked before.
    pub(crate) fn accept(
        &self,
        reading: &Reading,
        line: u64,
        batch: &mut PositionBatch,
        report: &mut FeedReport,
    ) -> Result<(), Refused> {
        place(reading.lon_deg, reading.lat_deg)?;
        if reading.lon_deg == 0.0 && reading.lat_deg == 0.0 {
            report.note(Note::PositionNullIsland, line, "lat_deg,lon_deg", || {
                "0,0".to_owned()
            });
        }
        batch.push(&Position {
            mmsi: reading.mmsi,
            time_ms: reading.time_ms,
            lon_deg: reading.lon_deg,
            lat_deg: reading.lat_deg,
            sog_kn: self.sog_kn(reading, line, report),
            cog_deg: cog_deg(reading, line, report),
            heading_deg: heading_deg(reading, line, report),
            draught_m: self
                .draught_m(reading.draught_m, line, report)
                .unwrap_or(f32::NAN),
            nav_status: nav_status(reading.nav_status, line, report),
            synthetic: reading.synthetic,
        });
        report.position(reading.mmsi, reading.time_ms, reading.synthetic);
        Ok(())
    }

    fn sog_kn(&self, reading: &Reading, line: u64, report: &mut FeedReport) -> f32 {
        let sog_kn = reading.sog_kn;
        if sog_kn.is_nan() {
            return f32::NAN;
        }
        let long_range = reading.long_range && sog_kn == LONG_RANGE_SOG_NOT_AVAILABLE_KN;
        if long_range || self.options.sog_not_available_kn.contains(&sog_kn) {
            report.notes.add(Note::SogNotAvailable);
            return f32::NAN;
        }
        if !(0.0..=self.options.sog_max_kn).contains(&sog_kn) {
            report.note(Note::SogInvalid, line, "sog_kn", || sog_kn.to_string());
            return f32::NAN;
        }
        sog_kn as f32
    }

    /// A draught that a vessel can have; 0 means "not available" in AIS.
    pub(crate) fn draught_m(
        &self,
        draught_m: f64,
        line: u64,
        report: &mut FeedReport,
    ) -> Option<f32> {
        if draught_m.is_nan() || draught_m == 0.0 {
            return None;
        }
        if !(0.0..=self.options.draught_max_m).contains(&draught_m) {
            report.note(Note::DraughtInvalid, line, "draught_m", || {
                draught_m.to_string()
            });
            return None;
        }
        Some(draught_m as f32)
    }
}

/// Whether coordinates are a place on Earth.
fn place(lon_deg: f64, lat_deg: f64) -> Result<(), Refused> {
    let inside = (-90.0..=90.0).contains(&lat_deg) && (-180.0..=180.0).contains(&lon_deg);
    if inside {
        return Ok(());
    }
    let not_available =
        lat_deg == LATITUDE_NOT_AVAILABLE_DEG || lon_deg == LONGITUDE_NOT_AVAILABLE_DEG;
    let reason = if not_available {
        Refusal::PositionNotAvailable
    } else {
        Refusal::PositionOutOfRange
    };
    Err(Refused::new(
        reason,
        "lat_deg,lon_deg",
        format!("{lat_deg},{lon_deg}"),
    ))
}

fn cog_deg(reading: &Reading, line: u64, report: &mut FeedReport) -> f32 {
    let cog_deg = reading.cog_deg;
    if cog_deg.is_nan() || (0.0..COG_NOT_AVAILABLE_DEG).contains(&cog_deg) {
        return cog_deg as f32;
    }
    let long_range = reading.long_range && cog_deg == LONG_RANGE_COG_NOT_AVAILABLE_DEG;
    if cog_deg == COG_NOT_AVAILABLE_DEG || long_range {
        report.notes.add(Note::CogNotAvailable);
    } else {
        report.note(Note::CogInvalid, line, "cog_deg", || cog_deg.to_string());
    }
    f32::NAN
}

fn heading_deg(reading: &Reading, line: u64, report: &mut FeedReport) -> f32 {
    let heading_deg = reading.heading_deg;
    if heading_deg.is_nan() || (0.0..360.0).contains(&heading_deg) {
        return heading_deg as f32;
    }
    if heading_deg == HEADING_NOT_AVAILABLE_DEG {
        report.notes.add(Note::HeadingNotAvailable);
    } else {
        report.note(Note::HeadingInvalid, line, "heading_deg", || {
            heading_deg.to_string()
        });
    }
    f32::NAN
}

fn nav_status(status: u8, line: u64, report: &mut FeedReport) -> u8 {
    if status <= NAV_STATUS_NOT_DEFINED {
        return status;
    }
    report.note(Note::NavStatusInvalid, line, "nav_status", || {
        status.to_string()
    });
    NAV_STATUS_NOT_DEFINED
}

#[cfg(test)]
#[path = "checks_tests.rs"]
mod tests;
