//! Cycles and tracks as features of the collections `dredging_cycles` and `dredging_tracks`.

use std::sync::Arc;

use geo_types::{Coord, Geometry, LineString, MultiLineString, Point};
use silt_dredging::cycle_flags;
use silt_model::{CollectionSchema, Domain, Feature, Field, FieldType, Value};

use crate::aggregate::kind_name;
use crate::detect::VesselDredging;
use crate::loads::Load;

/// The collection of cycles: a point where each was dredged.
pub fn cycles_schema() -> CollectionSchema {
    schema(
        "dredging_cycles",
        "Dredging cycles",
        "Cycles of dredging, loaded transit and discharge found in vessel positions; a point where the vessel dredged. \
         Only complete cycles count in totals, and only they have a load: the estimate of the vessel's trips from \
         priors, shared by all of its cycles. Means add up; percentiles do not, and their sums are wider than the \
         interval of the sum.",
        &[
            ("start_date", "Day of the dredging", FieldType::Date, None),
            (
                "end_date",
                "Day of the end of the cycle",
                FieldType::Date,
                None,
            ),
            ("start", "Start of the dredging", FieldType::Text, None),
            ("end", "End of the cycle", FieldType::Text, None),
            ("vessel", "Vessel", FieldType::Text, None),
            ("vessel_name", "Name of the vessel", FieldType::Text, None),
            ("mmsi", "MMSI", FieldType::Integer, None),
            ("vessel_kind", "Kind of vessel", FieldType::Text, None),
            ("operator", "Operator or owner", FieldType::Text, None),
            ("purpose", "Purpose", FieldType::Text, None),
            ("complete", "Complete", FieldType::Boolean, None),
            (
                "incomplete_reason",
                "Why not complete",
                FieldType::Text,
                None,
            ),
            ("discharge_kind", "Kind of discharge", FieldType::Text, None),
            ("port", "Port of discharge", FieldType::Text, None),
            ("licence_area", "Licence area", FieldType::Text, None),
            (
                "dredge_hours",
                "Hours of dredging",
                FieldType::Real,
                Some("h"),
            ),
            (
                "loaded_hours",
                "Hours under way loaded",
                FieldType::Real,
                Some("h"),
            ),
            (
                "discharge_hours",
                "Hours of discharge",
                FieldType::Real,
                Some("h"),
            ),
            (
                "empty_hours",
                "Hours under way empty",
                FieldType::Real,
                Some("h"),
            ),
            (
                "distance_nm",
                "Distance to the discharge",
                FieldType::Real,
                Some("nm"),
            ),
            (
                "draught_rise_m",
                "Rise of the draught",
                FieldType::Real,
                Some("m"),
            ),
            (
                "hopper_m3",
                "Hopper volume by register",
                FieldType::Real,
                Some("m3"),
            ),
            (
                "tonnes_mean",
                "Load, mean of the estimate",
                FieldType::Real,
                Some("t"),
            ),
            (
                "tonnes_p05",
                "Load, 5th percentile",
                FieldType::Real,
                Some("t"),
            ),
            ("tonnes_p50", "Load, median", FieldType::Real, Some("t")),
            (
                "tonnes_p95",
                "Load, 95th percentile",
                FieldType::Real,
                Some("t"),
            ),
            ("evidence", "Evidence, 0 to 1", FieldType::Real, None),
            ("remarks", "Remarks", FieldType::Text, None),
            (
                "method_version",
                "Version of the method",
                FieldType::Text,
                None,
            ),
        ],
    )
}

/// The collection of tracks: a line per stretch of one state.
pub fn tracks_schema() -> CollectionSchema {
    schema(
        "dredging_tracks",
        "Tracks of dredgers",
        "Way of the vessels of the register, a line per stretch of one state.",
        &[
            ("start_date", "Day of the start", FieldType::Date, None),
            ("end_date", "Day of the end", FieldType::Date, None),
            ("start", "Start", FieldType::Text, None),
            ("end", "End", FieldType::Text, None),
            ("vessel", "Vessel", FieldType::Text, None),
            ("vessel_name", "Name of the vessel", FieldType::Text, None),
            ("mmsi", "MMSI", FieldType::Integer, None),
            ("vessel_kind", "Kind of vessel", FieldType::Text, None),
            ("state", "State", FieldType::Text, None),
            ("hours", "Hours", FieldType::Real, Some("h")),
            (
                "sog_median_kn",
                "Median speed over ground",
                FieldType::Real,
                Some("kn"),
            ),
            ("purpose", "Purpose of its cycle", FieldType::Text, None),
            ("cycle", "Cycle", FieldType::Text, None),
            (
                "method_version",
                "Version of the method",
                FieldType::Text,
                None,
            ),
        ],
    )
}

fn schema(
    id: &str,
    title: &str,
    description: &str,
    fields: &[(&str, &str, FieldType, Option<&str>)],
) -> CollectionSchema {
    let mut schema = CollectionSchema::new(id);
    schema.title = title.to_owned();
    schema.description = description.to_owned();
    schema.domain = Domain::Sea;
    schema.fields = fields
        .iter()
        .map(|(name, title, field_type, unit)| {
            let mut field = Field::new(*name, *field_type);
            field.title = Some((*title).to_owned());
            field.unit = unit.map(str::to_owned);
            field
        })
        .collect();
    schema
}

/// Properties of a feature under construction; nulls and numbers that are none are left out.
#[derive(Default)]
struct Properties(Vec<(Arc<str>, Value)>);

impl Properties {
    fn put(&mut self, name: &str, value: impl Into<Value>) {
        self.0.push((name.into(), value.into()));
    }

    fn text(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.put(name, value);
        }
    }

    fn number(&mut self, name: &str, value: f64) {
        if value.is_finite() {
            self.put(name, value);
        }
    }

    fn time(&mut self, name: &str, time_ms: Option<i64>) {
        let time = time_ms.and_then(|time_ms| jiff::Timestamp::from_millisecond(time_ms).ok());
        if let Some(time) = time {
            self.put(name, format!("{time:.0}"));
            self.put(
                &format!("{name}_date"),
                time.strftime("%Y-%m-%d").to_string(),
            );
        }
    }

    fn vessel(&mut self, vessel: &VesselDredging) {
        let registered = &vessel.registered;
        self.put("vessel", registered.vessel.as_str());
        self.text("vessel_name", registered.name.as_deref());
        self.put("mmsi", i64::from(registered.hull.mmsi));
        self.put("vessel_kind", kind_name(registered.kind));
        self.put("method_version", silt_dredging::METHOD_VERSION);
    }
}

/// A feature, and whether it shows synthetic positions or a synthetic vessel.
#[derive(Debug, Clone, PartialEq)]
pub struct Marked {
    /// The feature.
    pub feature: Feature,
    /// Its mark.
    pub synthetic: bool,
}

fn feature(record_id: String, geometry: Geometry<f64>, properties: Properties) -> Feature {
    Feature {
        row: 0,
        record_id,
        geometry: Some(geometry),
        properties: properties.0,
        original: None,
        source_crs: None,
        location_accuracy: None,
        flags: Vec::new(),
        regions: Vec::new(),
    }
}

/// The cycles of a vessel, complete or not, with the load of its complete ones.
pub fn cycles(vessel: &VesselDredging, load: Option<Load>) -> Vec<Marked> {
    let mut features = Vec::new();
    let cycles = &vessel.result.cycles;
    for row in 0..cycles.len() {
        let mut properties = Properties::default();
        let end_ms = cycles.discharge_end_ms[row].unwrap_or(cycles.dredge_end_ms[row]);
        properties.time("start", Some(cycles.dredge_start_ms[row]));
        properties.time("end", Some(end_ms));
        properties.vessel(vessel);
        properties.text("operator", vessel.registered.operator.as_deref());
        properties.put("purpose", cycles.purpose[row].name());
        properties.put("complete", cycles.complete[row]);
        let reason = cycles.incomplete_reason[row].map(|reason| reason.name());
        properties.text("incomplete_reason", reason);
        let kind = cycles.discharge_kind[row].map(|kind| kind.name());
        properties.text("discharge_kind", kind);
        properties.text("port", cycles.port_id[row].as_deref());
        properties.text("licence_area", cycles.licence_area_id[row].as_deref());
        properties.number("dredge_hours", cycles.dredge_hours[row]);
        properties.number("loaded_hours", cycles.loaded_hours[row]);
        properties.number("discharge_hours", cycles.discharge_hours[row]);
        properties.number("empty_hours", cycles.empty_hours[row]);
        properties.number("distance_nm", cycles.distance_nm[row]);
        properties.number("draught_rise_m", f64::from(cycles.draught_rise_m[row]));
        if let Some(hopper_m3) = vessel.registered.stated.hopper_m3 {
            properties.number("hopper_m3", hopper_m3);
        }
        if let Some(load) = load.filter(|_| cycles.complete[row]) {
            properties.number("tonnes_mean", load.mean_t);
            properties.number("tonnes_p05", load.p05_t);
            properties.number("tonnes_p50", load.p50_t);
            properties.number("tonnes_p95", load.p95_t);
        }
        properties.number("evidence", cycles.evidence[row]);
        let remarks = cycle_flags::names(cycles.flags[row]).join(" ");
        properties.text(
            "remarks",
            Some(remarks.as_str()).filter(|text| !text.is_empty()),
        );
        let place = Point::new(cycles.dredge_lon_deg[row], cycles.dredge_lat_deg[row]);
        let id = format!("{}-{}", vessel.registered.vessel, cycles.cycle_id[row]);
        features.push(Marked {
            feature: feature(id, place.into(), properties),
            synthetic: vessel.synthetic,
        });
    }
    features
}

/// The tracks of a vessel.
pub fn tracks(vessel: &VesselDredging) -> Vec<Marked> {
    let mut features = Vec::new();
    let (tracks, states) = (&vessel.result.tracks, &vessel.result.states);
    let cycles = &vessel.result.cycles;
    let purposes: std::collections::BTreeMap<&str, &str> = cycles
        .cycle_id
        .iter()
        .zip(&cycles.purpose)
        .map(|(id, purpose)| (id.as_str(), purpose.name()))
        .collect();
    for row in 0..tracks.state.len() {
        let lines: Vec<LineString<f64>> = tracks
            .parts(row)
            .into_iter()
            .filter(|part| part.len() > 1)
            .map(|part| LineString(part.into_iter().map(|(x, y)| Coord { x, y }).collect()))
            .collect();
        let geometry = match lines.len() {
            // A vessel that lay still has no line.
            0 => continue,
            1 => Geometry::from(lines[0].clone()),
            _ => Geometry::from(MultiLineString(lines)),
        };
        let state_row = tracks.state_row[row] as usize;
        let mut properties = Properties::default();
        properties.time("start", Some(tracks.start_ms[row]));
        properties.time("end", Some(tracks.end_ms[row]));
        properties.vessel(vessel);
        properties.put("state", tracks.state[row].name());
        properties.number("hours", tracks.hours[row]);
        properties.number("sog_median_kn", f64::from(states.sog_median_kn[state_row]));
        let cycle = states.cycle_id[state_row].as_deref();
        properties.text("cycle", cycle);
        properties.text("purpose", cycle.and_then(|id| purposes.get(id)).copied());
        let (name, segment) = (&vessel.registered.vessel, states.segment[state_row]);
        let id = format!("{name}-{}-{segment}", tracks.start_ms[row]);
        features.push(Marked {
            feature: feature(id, geometry, properties),
            synthetic: vessel.synthetic,
        });
    }
    features
}
