//! Where a record lies: its geometry in WGS84, from whichever columns the source has.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use geo_types::{Geometry, Point};
use silt_model::{Flag, FlagCode, LocationAccuracy, Value};

use super::geometry::GeometryChecker;
use super::second_position::{SecondPosition, metres, utm_crs};
use super::shown;
use super::slot::{Nulls, Slot, Slots, slots};
use super::wkt::parse_wkt;
use crate::crs::{Crs, CrsError};
use crate::read::ColumnInfo;
use crate::recipe::{AccuracyRule, GeometryRule, ZeroCoordinates};
use crate::record::{RawGeometry, Record};
use crate::values::{
    Axis, NumberFormat, PairFormat, PairOrder, parse_angle, parse_number, parse_pair,
};

thread_local! {
    static CHECKER: RefCell<GeometryChecker> = RefCell::default();
}

/// Which columns hold the place.
#[derive(Debug)]
pub(super) enum Columns {
    /// The geometry of the file itself.
    File,
    /// The source has no coordinates.
    Nowhere,
    /// Angles, or easting and northing in the reference system.
    Position { longitude: Slots, latitude: Slots },
    /// Both angles in one column.
    Pair(Slots),
    /// Well-Known Text.
    Wkt(Slots),
    /// UTM with a zone per row.
    Utm {
        easting: Slots,
        northing: Slots,
        zone: Slots,
    },
}

/// Finds the place of records.
#[derive(Debug)]
pub(super) struct PlaceReader {
    columns: Columns,
    crs: Crs,
    /// Column with the reference system of each row.
    crs_slot: Option<Slot>,
    /// Reference systems met in that column; `None` for unknown ones.
    crs_met: RwLock<HashMap<String, Option<Crs>>>,
    /// Decimal mark of metres. Angles have no thousands, so both marks are decimal there.
    number: NumberFormat,
    zero_is_missing: ZeroCoordinates,
    check: Option<SecondPosition>,
    accuracy: Option<(AccuracyRule, Option<Slot>)>,
}

/// The place of one record.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Place {
    pub(super) geometry: Option<Geometry<f64>>,
    pub(super) source_crs: Option<Arc<str>>,
    pub(super) accuracy: Option<LocationAccuracy>,
}

/// Why there is no geometry, as the flag that says so.
type NoPlace = Flag;

impl PlaceReader {
    pub(super) fn plain(columns: Columns, crs: Crs) -> PlaceReader {
        PlaceReader {
            columns,
            crs,
            crs_slot: None,
            crs_met: RwLock::default(),
            number: NumberFormat::Auto,
            zero_is_missing: ZeroCoordinates::Never,
            check: None,
            accuracy: None,
        }
    }

    pub(super) fn of_rule(
        rule: &GeometryRule,
        number: NumberFormat,
        file_crs: Option<&str>,
        columns: &[ColumnInfo],
    ) -> Result<PlaceReader, CrsError> {
        let given = |names: &crate::recipe::Alternatives| !names.0.is_empty();
        let place_columns = if rule.none {
            Columns::Nowhere
        } else if given(&rule.wkt) {
            Columns::Wkt(slots(&rule.wkt, columns))
        } else if given(&rule.pair) {
            Columns::Pair(slots(&rule.pair, columns))
        } else if given(&rule.longitude) {
            Columns::Position {
                longitude: slots(&rule.longitude, columns),
                latitude: slots(&rule.latitude, columns),
            }
        } else if given(&rule.easting) {
            Columns::Utm {
                easting: slots(&rule.easting, columns),
                northing: slots(&rule.northing, columns),
                zone: slots(&rule.zone, columns),
            }
        } else {
            Columns::File
        };
        let crs = match rule.crs.as_deref().or(file_crs) {
            Some(name) => Crs::parse(name)?,
            None => Crs::wgs84(),
        };
        let slot = |name: &str| Slot::new(name, columns);
        let check = rule
            .check
            .as_ref()
            .map(|check| SecondPosition::new(check, number, columns));
        let accuracy = rule.accuracy.as_ref().map(|accuracy| {
            let map = accuracy
                .map
                .iter()
                .map(|(key, value)| (key.to_lowercase(), *value));
            let rule = AccuracyRule {
                map: map.collect(),
                ..accuracy.clone()
            };
            let slot = rule.from.as_deref().map(slot);
            (rule, slot)
        });
        Ok(PlaceReader {
            columns: place_columns,
            crs,
            crs_slot: rule.crs_field.as_deref().map(slot),
            crs_met: RwLock::default(),
            number,
            zero_is_missing: rule.zero_is_missing,
            check,
            accuracy,
        })
    }

    /// Columns that hold the place, for a check that the file has them.
    pub(super) fn has_columns(&self) -> bool {
        match &self.columns {
            Columns::File | Columns::Nowhere => true,
            Columns::Pair(slots) | Columns::Wkt(slots) => !slots.is_empty(),
            Columns::Position {
                longitude,
                latitude,
            } => !longitude.is_empty() && !latitude.is_empty(),
            Columns::Utm {
                easting,
                northing,
                zone,
            } => !easting.is_empty() && !northing.is_empty() && !zone.is_empty(),
        }
    }

    /// The place of a record, whose own geometry is taken out of it.
    pub(super) fn place(&self, record: &mut Record, nulls: &Nulls, flags: &mut Vec<Flag>) -> Place {
        let raw = std::mem::take(&mut record.geometry);
        let accuracy = self.accuracy(record);
        let (geometry, own_crs) = match self.published(record, raw, nulls, flags) {
            Ok(found) => found,
            Err(flag) => {
                flags.push(flag);
                return Place {
                    accuracy,
                    ..Place::default()
                };
            }
        };
        let crs = match own_crs {
            Some(crs) => crs,
            None => self.crs_of_row(record, nulls, flags),
        };
        let mut geometry = geometry;
        if let Err(error) = crs.geometry_to_wgs84(&mut geometry) {
            flags.push(Flag::new(FlagCode::CoordinatesInvalid, error.to_string()));
            return Place {
                accuracy,
                source_crs: crs.source_name(),
                ..Place::default()
            };
        }
        let geometry = CHECKER.with_borrow_mut(|checker| checker.check(geometry, flags));
        if let (Some(check), Some(Geometry::Point(point))) = (&self.check, &geometry) {
            flags.extend(check.compare(record, *point, nulls));
        }
        Place {
            geometry,
            source_crs: crs.source_name(),
            accuracy,
        }
    }

    /// The geometry as published, with its reference system where the cell itself says so.
    fn published(
        &self,
        record: &Record,
        raw: RawGeometry,
        nulls: &Nulls,
        flags: &mut Vec<Flag>,
    ) -> Result<(Geometry<f64>, Option<Crs>), NoPlace> {
        match &self.columns {
            Columns::File => from_file(raw, flags).map(|geometry| (geometry, None)),
            Columns::Nowhere => Err(missing("the source gives no coordinates")),
            Columns::Position {
                longitude,
                latitude,
            } => {
                let point = self.position(record, longitude, latitude, nulls, flags)?;
                Ok((Geometry::Point(point), None))
            }
            Columns::Pair(columns) => {
                let point = self.pair(record, columns, nulls, flags)?;
                Ok((Geometry::Point(point), None))
            }
            Columns::Wkt(columns) => well_known_text(record, columns, nulls, flags),
            Columns::Utm {
                easting,
                northing,
                zone,
            } => {
                let (point, crs) = self.utm(record, easting, northing, zone, nulls)?;
                Ok((Geometry::Point(point), Some(crs)))
            }
        }
    }

    fn position(
        &self,
        record: &Record,
        longitude: &Slots,
        latitude: &Slots,
        nulls: &Nulls,
        flags: &mut Vec<Flag>,
    ) -> Result<Point<f64>, NoPlace> {
        let (x, y) = (
            nulls.first(longitude, record),
            nulls.first(latitude, record),
        );
        let ((x_slot, x_cell), (y_slot, y_cell)) = match (x, y) {
            (Some(x), Some(y)) => (x, y),
            (None, None) => return Err(missing("the row gives no coordinates")),
            (Some(_), None) => return Err(missing("the row gives a longitude and no latitude")),
            (None, Some(_)) => return Err(missing("the row gives a latitude and no longitude")),
        };
        let x = self.coordinate(x_slot, x_cell, Axis::Longitude);
        let y = self.coordinate(y_slot, y_cell, Axis::Latitude);
        let (x, y) = match (x, y) {
            (Ok(x), Ok(y)) => (x, y),
            (x, y) => {
                if self.would_fit_exchanged(x_cell, y_cell) {
                    let reason = "exchanged, longitude and latitude would be a place";
                    flags.push(Flag::new(FlagCode::CoordinatesSwapped, reason));
                }
                // A row with two bad coordinates is told about the first.
                return Err(x.err().or(y.err()).expect("one of them is an error"));
            }
        };
        let is_missing = match self.zero_is_missing {
            ZeroCoordinates::Never => false,
            ZeroCoordinates::Both => x == 0.0 && y == 0.0,
            ZeroCoordinates::Either => x == 0.0 || y == 0.0,
        };
        if is_missing {
            let published = format!("{x_cell} {y_cell}");
            return Err(Flag {
                value: Some(shown(&published)),
                ..missing("zero stands for missing coordinates in this source")
            });
        }
        Ok(Point::new(x, y))
    }

    fn coordinate(&self, slot: &Slot, cell: &Value, axis: Axis) -> Result<f64, NoPlace> {
        let fail = |reason: String| {
            let value = shown(&cell.to_string());
            Flag::on_field(
                FlagCode::CoordinatesInvalid,
                slot.name.as_ref(),
                value,
                reason,
            )
        };
        let text = match cell {
            Value::Int(number) => return Ok(*number as f64),
            Value::Real(number) => return Ok(*number),
            Value::Text(text) => text,
            _ => return Err(fail("not a coordinate".to_owned())),
        };
        if let Some(number) = self.plain_decimal(text) {
            return Ok(number);
        }
        if self.crs.is_wgs84() {
            parse_angle(text, axis, NumberFormat::Auto).map_err(|error| fail(error.to_string()))
        } else {
            parse_number(text, self.number)
                .or_else(|error| parse_angle(text, axis, NumberFormat::Auto).map_err(|_| error))
                .map_err(|error| fail(error.to_string()))
        }
    }

    /// A fast path for what most cells are: digits with a decimal point.
    fn plain_decimal(&self, text: &str) -> Option<f64> {
        let text = text.trim();
        let may_group = !self.crs.is_wgs84() && self.number == NumberFormat::Comma;
        let is_plain = !may_group
            && text
                .bytes()
                .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-'));
        if is_plain { text.parse().ok() } else { None }
    }

    fn would_fit_exchanged(&self, x_cell: &Value, y_cell: &Value) -> bool {
        let fits = |cell: &Value, axis: Axis| match cell {
            Value::Text(text) => parse_angle(text, axis, NumberFormat::Auto).is_ok(),
            other => other
                .as_f64()
                .is_some_and(|number| number.abs() <= axis.limit_deg()),
        };
        fits(x_cell, Axis::Latitude) && fits(y_cell, Axis::Longitude)
    }

    fn pair(
        &self,
        record: &Record,
        columns: &Slots,
        nulls: &Nulls,
        flags: &mut Vec<Flag>,
    ) -> Result<Point<f64>, NoPlace> {
        let Some((slot, cell)) = nulls.first(columns, record) else {
            return Err(missing("the row gives no coordinates"));
        };
        let text = cell.to_string();
        let format = PairFormat {
            order: PairOrder::LatitudeFirst,
            decimal: NumberFormat::Auto,
        };
        let field = slot.name.as_ref();
        match parse_pair(&text, &format) {
            Ok(pair) => {
                if let Some(label) = pair.label {
                    let reason = format!("`{label}` in front of the coordinates was left out");
                    flags.push(Flag::on_field(
                        FlagCode::ValueUnreadable,
                        field,
                        shown(&text),
                        reason,
                    ));
                }
                Ok(Point::new(pair.longitude_deg, pair.latitude_deg))
            }
            Err(error) => Err(Flag::on_field(
                FlagCode::CoordinatesInvalid,
                field,
                shown(&text),
                error.to_string(),
            )),
        }
    }

    fn utm(
        &self,
        record: &Record,
        easting: &Slots,
        northing: &Slots,
        zone: &Slots,
        nulls: &Nulls,
    ) -> Result<(Point<f64>, Crs), NoPlace> {
        let cells = [easting, northing, zone].map(|slots| nulls.first(slots, record));
        let [Some(easting), Some(northing), Some(zone)] = cells else {
            let has_none = cells.iter().all(Option::is_none);
            let reason = if has_none {
                "the row gives no coordinates"
            } else {
                "easting, northing or zone is missing"
            };
            return Err(missing(reason));
        };
        let number = |(slot, cell): (&Slot, &Value)| {
            metres(cell, self.number).map_err(|reason| {
                let value = shown(&cell.to_string());
                Flag::on_field(
                    FlagCode::CoordinatesInvalid,
                    slot.name.as_ref(),
                    value,
                    reason,
                )
            })
        };
        let point = Point::new(number(easting)?, number(northing)?);
        let (zone_slot, zone_cell) = zone;
        let zone_text = zone_cell.to_string();
        let crs = utm_crs(&zone_text).map_err(|reason| {
            let field = zone_slot.name.as_ref();
            Flag::on_field(
                FlagCode::CoordinatesInvalid,
                field,
                shown(&zone_text),
                reason,
            )
        })?;
        Ok((point, crs))
    }

    fn crs_of_row(&self, record: &Record, nulls: &Nulls, flags: &mut Vec<Flag>) -> Crs {
        let Some(slot) = &self.crs_slot else {
            return self.crs.clone();
        };
        let cell = slot.value(record);
        if nulls.is_null(cell) {
            flags.push(Flag::new(
                FlagCode::CrsAssumed,
                format!(
                    "the row gives no reference system; {} was assumed",
                    self.crs.name()
                ),
            ));
            return self.crs.clone();
        }
        let name = cell.to_string();
        if let Some(crs) = self.known_crs(&name) {
            return crs;
        }
        flags.push(Flag::on_field(
            FlagCode::CrsAssumed,
            slot.name.as_ref(),
            shown(&name),
            format!("unknown reference system; {} was assumed", self.crs.name()),
        ));
        self.crs.clone()
    }

    fn known_crs(&self, name: &str) -> Option<Crs> {
        let known = self.crs_met.read().ok()?.get(name).cloned();
        if let Some(crs) = known {
            return crs;
        }
        let crs = Crs::parse(name).ok();
        self.crs_met
            .write()
            .ok()?
            .insert(name.to_owned(), crs.clone());
        crs
    }

    fn accuracy(&self, record: &Record) -> Option<LocationAccuracy> {
        let (rule, slot) = self.accuracy.as_ref()?;
        let stated = slot.as_ref().and_then(|slot| {
            let text = slot.value(record).to_string();
            rule.map.get(&text.trim().to_lowercase()).copied()
        });
        stated.or(rule.constant)
    }
}

fn from_file(raw: RawGeometry, flags: &mut Vec<Flag>) -> Result<Geometry<f64>, NoPlace> {
    match raw {
        RawGeometry::Absent => Err(missing("the record has no geometry")),
        RawGeometry::Parsed {
            geometry,
            had_elevation,
        } => {
            if had_elevation {
                flags.push(elevation_dropped());
            }
            Ok(geometry)
        }
        RawGeometry::Unreadable { value, reason } => Err(Flag::on_field(
            FlagCode::GeometryUnreadable,
            "geometry",
            value,
            reason,
        )),
    }
}

fn well_known_text(
    record: &Record,
    columns: &Slots,
    nulls: &Nulls,
    flags: &mut Vec<Flag>,
) -> Result<(Geometry<f64>, Option<Crs>), NoPlace> {
    let Some((slot, cell)) = nulls.first(columns, record) else {
        return Err(missing("the row gives no coordinates"));
    };
    let unreadable = |reason: String| {
        let value = shown(&cell.to_string());
        Flag::on_field(
            FlagCode::GeometryUnreadable,
            slot.name.as_ref(),
            value,
            reason,
        )
    };
    let Value::Text(text) = cell else {
        return Err(unreadable("not Well-Known Text".to_owned()));
    };
    let read = parse_wkt(text).map_err(|error| unreadable(error.to_string()))?;
    let Some(geometry) = read.geometry else {
        return Err(missing("the geometry is empty"));
    };
    if read.had_elevation {
        flags.push(elevation_dropped());
    }
    if read.rings_closed > 0 {
        let reason = format!(
            "{} ring(s) did not end where they start; they were closed",
            read.rings_closed
        );
        flags.push(Flag::new(FlagCode::GeometryRepaired, reason));
    }
    let crs = match read.srid {
        None => None,
        Some(code) => {
            let crs = Crs::parse(&format!("EPSG:{code}"));
            Some(crs.map_err(|error| unreadable(error.to_string()))?)
        }
    };
    Ok((geometry, crs))
}

fn missing(reason: &str) -> Flag {
    Flag::new(FlagCode::CoordinatesMissing, reason)
}

fn elevation_dropped() -> Flag {
    Flag::new(
        FlagCode::ElevationDropped,
        "the third coordinate was left out",
    )
}
