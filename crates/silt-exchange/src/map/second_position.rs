//! A second position of a row, in UTM, compared with the first.

use geo::{Distance, Geodesic};
use geo_types::Point;
use silt_model::{Flag, FlagCode, Value};

use super::shown;
use super::slot::{Nulls, Slot};
use crate::crs::Crs;
use crate::read::ColumnInfo;
use crate::recipe::CoordinateCheck;
use crate::record::Record;
use crate::values::{NumberFormat, ZoneLetter, parse_number, parse_utm_zone};

/// Datums within a metre or two of WGS84, in capitals without punctuation.
const SAME_DATUMS: [&str; 4] = ["WGS84", "WGS1984", "SIRGAS", "SIRGAS2000"];

/// The columns of the second position.
#[derive(Debug)]
pub(super) struct SecondPosition {
    easting: Slot,
    northing: Slot,
    zone: Slot,
    datum: Option<Slot>,
    tolerance_m: f64,
    number: NumberFormat,
}

impl SecondPosition {
    pub(super) fn new(
        rule: &CoordinateCheck,
        number: NumberFormat,
        columns: &[ColumnInfo],
    ) -> SecondPosition {
        let slot = |name: &str| Slot::new(name, columns);
        SecondPosition {
            easting: slot(&rule.easting),
            northing: slot(&rule.northing),
            zone: slot(&rule.zone),
            datum: rule.datum.as_deref().map(slot),
            tolerance_m: rule.tolerance_m,
            number,
        }
    }

    /// A flag where the two positions disagree, or where the second cannot be read. Rows that do
    /// not give it, or give it on another datum, are not compared.
    pub(super) fn compare(
        &self,
        record: &Record,
        place: Point<f64>,
        nulls: &Nulls,
    ) -> Option<Flag> {
        if let Some(datum) = &self.datum {
            let text = datum.value(record).to_string().to_uppercase();
            let plain = text.replace([' ', '-', '_'], "");
            if !SAME_DATUMS.contains(&plain.as_str()) {
                return None;
            }
        }
        let slots = [&self.easting, &self.northing, &self.zone];
        let cells = slots.map(|slot| slot.value(record));
        if cells.iter().any(|cell| nulls.is_null(cell)) {
            return None;
        }
        let [easting, northing, zone] = cells;
        let flag = |code: FlagCode, reason: String| {
            let fields = slots.map(|slot| slot.name.as_ref()).join(", ");
            let published = format!("{easting} {northing} {zone}");
            Some(Flag::on_field(code, fields, shown(&published), reason))
        };
        match self.longitude_latitude(easting, northing, zone) {
            Ok(other) => {
                let distance_m = Geodesic.distance(place, other);
                if distance_m <= self.tolerance_m {
                    return None;
                }
                let reason = format!(
                    "{distance_m:.0} m from longitude and latitude, more than {} m",
                    self.tolerance_m
                );
                flag(FlagCode::CoordinatesDisagree, reason)
            }
            Err(reason) => flag(FlagCode::ValueUnreadable, reason),
        }
    }

    fn longitude_latitude(
        &self,
        easting: &Value,
        northing: &Value,
        zone: &Value,
    ) -> Result<Point<f64>, String> {
        let x = metres(easting, self.number)?;
        let y = metres(northing, self.number)?;
        let crs = utm_crs(&zone.to_string())?;
        let (longitude, latitude) = crs.to_wgs84(x, y).map_err(|error| error.to_string())?;
        Ok(Point::new(longitude, latitude))
    }
}

/// A cell as metres.
pub(super) fn metres(cell: &Value, format: NumberFormat) -> Result<f64, String> {
    match cell {
        Value::Text(text) => parse_number(text, format).map_err(|error| error.to_string()),
        other => other.as_f64().ok_or_else(|| "not a number".to_owned()),
    }
}

/// The reference system of a zone such as `19S`.
pub(super) fn utm_crs(zone: &str) -> Result<Crs, String> {
    let zone =
        parse_utm_zone(zone, ZoneLetter::Hemisphere, None).map_err(|error| error.to_string())?;
    Ok(Crs::utm(zone.number(), zone.is_south()))
}
