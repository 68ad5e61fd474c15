//! Rows that another reader decoded, held to the same rules as those of a feed.

use crate::batch::PositionBatch;
use crate::checks::{Checks, Reading, Refused};
use crate::options::FeedOptions;
use crate::reason::Refusal;
use crate::report::FeedReport;
use crate::words::NAV_STATUS_NOT_DEFINED;

/// A row of numbers, nothing checked; `None` where the source has no value.
#[derive(Clone, Copy, Debug, Default)]
pub struct RawRow {
    /// Vessel number.
    pub mmsi: Option<f64>,
    /// Unix time in ms, UTC.
    pub time_ms: Option<f64>,
    /// WGS84 longitude in degrees.
    pub lon_deg: Option<f64>,
    /// WGS84 latitude in degrees.
    pub lat_deg: Option<f64>,
    /// Speed over ground in kn.
    pub sog_kn: Option<f64>,
    /// Course over ground in degrees.
    pub cog_deg: Option<f64>,
    /// True heading in degrees.
    pub heading_deg: Option<f64>,
    /// Draught in m.
    pub draught_m: Option<f64>,
    /// Navigational status.
    pub nav_status: Option<f64>,
    /// The row is marked as synthetic.
    pub synthetic: bool,
}

/// Checks rows and keeps the report of them.
pub struct RowChecks {
    checks: Checks,
    report: FeedReport,
}

impl RowChecks {
    /// For a source of this format.
    #[must_use]
    pub fn new(format: &str, options: FeedOptions) -> Self {
        let report = FeedReport::new(format.to_owned(), options.max_examples);
        Self {
            checks: Checks::new(options),
            report,
        }
    }

    /// Adds the row to the batch, or notes why not. `line` is the number of the row, from 1.
    pub fn check(&mut self, batch: &mut PositionBatch, line: u64, row: RawRow) {
        self.report.lines_read += 1;
        if let Err(refused) = self.accept(batch, line, row) {
            refused.report(line, &mut self.report);
        }
    }

    fn accept(&mut self, batch: &mut PositionBatch, line: u64, row: RawRow) -> Result<(), Refused> {
        let number = match row.mmsi {
            None => return Err(Refused::new(Refusal::MmsiMissing, "mmsi", "")),
            Some(number) if number >= 0.0 && number.fract() == 0.0 && number < 1e15 => {
                number as u64
            }
            Some(other) => {
                let reason = Refusal::MmsiUnreadable;
                return Err(Refused::new(reason, "mmsi", other.to_string()));
            }
        };
        let mmsi = self.checks.vessel(number)?;
        let time_ms = match row.time_ms {
            None => return Err(Refused::new(Refusal::TimeMissing, "time_ms", "")),
            Some(time_ms) if time_ms.is_finite() => time_ms as i64,
            Some(other) => {
                let reason = Refusal::TimeUnreadable;
                return Err(Refused::new(reason, "time_ms", other.to_string()));
            }
        };
        self.checks.time(time_ms)?;
        let (Some(lon_deg), Some(lat_deg)) = (row.lon_deg, row.lat_deg) else {
            return Err(Refused::new(
                Refusal::PositionMissing,
                "lat_deg,lon_deg",
                "",
            ));
        };
        let status = row
            .nav_status
            .filter(|status| (0.0..=255.0).contains(status));
        let reading = Reading {
            mmsi,
            time_ms,
            lon_deg,
            lat_deg,
            sog_kn: row.sog_kn.unwrap_or(f64::NAN),
            cog_deg: row.cog_deg.unwrap_or(f64::NAN),
            heading_deg: row.heading_deg.unwrap_or(f64::NAN),
            draught_m: row.draught_m.unwrap_or(f64::NAN),
            synthetic: row.synthetic,
            nav_status: status.map_or(NAV_STATUS_NOT_DEFINED, |status| status as u8),
            ..Reading::default()
        };
        self.checks.accept(&reading, line, batch, &mut self.report)
    }

    /// What became of the rows.
    #[must_use]
    pub fn into_report(self) -> FeedReport {
        self.report
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_held_to_the_rules_of_feeds() {
        let good = RawRow {
            mmsi: Some(219_000_751.0),
            time_ms: Some(1_709_251_200_000.0),
            lon_deg: Some(11.0),
            lat_deg: Some(55.5),
            sog_kn: Some(102.3),
            ..RawRow::default()
        };
        let rows = [
            good,
            RawRow {
                lat_deg: Some(91.0),
                ..good
            },
            RawRow {
                mmsi: Some(2_190_067.0),
                ..good
            },
            RawRow {
                mmsi: Some(f64::NAN),
                ..good
            },
            RawRow {
                time_ms: None,
                ..good
            },
            RawRow {
                time_ms: Some(f64::INFINITY),
                ..good
            },
            RawRow {
                lon_deg: None,
                ..good
            },
            RawRow {
                nav_status: Some(-3.0),
                ..good
            },
        ];
        let mut checks = RowChecks::new("parquet", FeedOptions::default());
        let mut batch = PositionBatch::default();
        for (row, line) in rows.into_iter().zip(1..) {
            checks.check(&mut batch, line, row);
        }
        let report = checks.into_report();
        assert!(report.is_balanced());
        assert_eq!((report.lines_read, report.positions), (8, 2));
        assert!(batch.sog_kn[0].is_nan());
        assert_eq!(batch.nav_status, [15, 15]);
        assert_eq!(report.refused.of(Refusal::PositionNotAvailable), 1);
        assert_eq!(report.refused.of(Refusal::MmsiCoastStation), 1);
    }
}
