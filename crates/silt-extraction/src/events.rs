//! The events of a detection: one row per stretch of dredging and one per cycle, with what totals
//! are grouped by.

use std::collections::BTreeMap;

use geo_types::{Geometry, Point};
use polars::prelude::{DataFrame, IntoColumn, NamedFrom, PolarsError, Series};
use rayon::prelude::*;
use silt_dredging::{Purpose, State, VesselKind};
use silt_index::regions::{RegionIndex, RegionRule};

use crate::detect::VesselDredging;

/// Events as columns.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Events {
    /// Place of the vessel in the list of vessels.
    pub vessel: Vec<u32>,
    /// Start, Unix milliseconds.
    pub time_ms: Vec<i64>,
    /// Longitude of the dredging in degrees.
    pub lon_deg: Vec<f64>,
    /// Latitude of the dredging in degrees.
    pub lat_deg: Vec<f64>,
    /// Purpose by layers.
    pub purpose: Vec<&'static str>,
    /// Leaf regions, joined by `;`.
    pub regions: Vec<String>,
    /// 1 for a complete cycle.
    pub complete_cycles: Vec<u32>,
    /// 1 for an incomplete cycle.
    pub incomplete_cycles: Vec<u32>,
    /// Hours of dredging of a hopper dredger.
    pub dredge_hours: Vec<f64>,
    /// Those of them that lie in complete cycles.
    pub dredge_hours_in_complete_cycles: Vec<f64>,
    /// Hours of the working pattern of a cutter or backhoe dredger.
    pub cutter_hours: Vec<f64>,
    /// The vessel or any of its positions is synthetic.
    pub synthetic: Vec<bool>,
}

impl Events {
    /// Adds the events of a vessel, which is the number `number` of its list.
    pub fn add(&mut self, number: u32, vessel: &VesselDredging) {
        let is_stationary = matches!(
            vessel.registered.kind,
            VesselKind::Cutter | VesselKind::Backhoe
        );
        let cycles = &vessel.result.cycles;
        let mut purposes: BTreeMap<&str, (Purpose, bool)> = BTreeMap::new();
        for row in 0..cycles.len() {
            let purpose = cycles.purpose[row];
            let complete = cycles.complete[row];
            purposes.insert(&cycles.cycle_id[row], (purpose, complete));
            self.push(number, cycles.dredge_start_ms[row], purpose);
            let place = (cycles.dredge_lon_deg[row], cycles.dredge_lat_deg[row]);
            self.place(place);
            self.work([0.0; 3]);
            self.cycles(complete);
        }
        let states = &vessel.result.states;
        for row in 0..states.state.len() {
            if states.state[row] != State::Dredge {
                continue;
            }
            let cycle = states.cycle_id[row].as_deref();
            let known = cycle.and_then(|id| purposes.get(id)).copied();
            let (purpose, complete) = known.unwrap_or((Purpose::Unknown, false));
            self.push(number, states.start_ms[row], purpose);
            self.place((states.lon_deg[row], states.lat_deg[row]));
            let hours = states.hours[row];
            self.work(match (is_stationary, complete) {
                (true, _) => [0.0, 0.0, hours],
                (false, true) => [hours, hours, 0.0],
                (false, false) => [hours, 0.0, 0.0],
            });
            self.complete_cycles.push(0);
            self.incomplete_cycles.push(0);
        }
        self.synthetic.resize(self.vessel.len(), vessel.synthetic);
    }

    /// Says in which regions each event lies.
    pub fn place_in(&mut self, index: &RegionIndex, rule: RegionRule) {
        self.regions = (0..self.vessel.len())
            .into_par_iter()
            .map(|row| {
                let place = Point::new(self.lon_deg[row], self.lat_deg[row]);
                let assigned = index.regions_of(&Geometry::from(place), rule);
                let ids: Vec<&str> = assigned.regions.iter().map(|id| &**id).collect();
                ids.join(";")
            })
            .collect();
    }

    fn push(&mut self, vessel: u32, time_ms: i64, purpose: Purpose) {
        self.vessel.push(vessel);
        self.time_ms.push(time_ms);
        self.purpose.push(purpose.name());
    }

    fn place(&mut self, (lon_deg, lat_deg): (f64, f64)) {
        self.lon_deg.push(lon_deg);
        self.lat_deg.push(lat_deg);
    }

    fn work(&mut self, [dredge, in_complete_cycles, cutter]: [f64; 3]) {
        self.dredge_hours.push(dredge);
        self.dredge_hours_in_complete_cycles
            .push(in_complete_cycles);
        self.cutter_hours.push(cutter);
    }

    fn cycles(&mut self, complete: bool) {
        self.complete_cycles.push(u32::from(complete));
        self.incomplete_cycles.push(u32::from(!complete));
    }

    /// The events as a table.
    ///
    /// # Errors
    /// The columns differ in length, which is a defect.
    pub fn to_frame(&self) -> Result<DataFrame, PolarsError> {
        let regions: Vec<&str> = self.regions.iter().map(String::as_str).collect();
        DataFrame::new(
            self.vessel.len(),
            vec![
                Series::new("vessel".into(), &self.vessel).into_column(),
                Series::new("time_ms".into(), &self.time_ms).into_column(),
                Series::new("lon_deg".into(), &self.lon_deg).into_column(),
                Series::new("lat_deg".into(), &self.lat_deg).into_column(),
                Series::new("purpose".into(), &self.purpose).into_column(),
                Series::new("regions".into(), &regions).into_column(),
                Series::new("complete_cycles".into(), &self.complete_cycles).into_column(),
                Series::new("incomplete_cycles".into(), &self.incomplete_cycles).into_column(),
                Series::new("dredge_hours".into(), &self.dredge_hours).into_column(),
                Series::new(
                    "dredge_hours_in_complete_cycles".into(),
                    &self.dredge_hours_in_complete_cycles,
                )
                .into_column(),
                Series::new("cutter_hours".into(), &self.cutter_hours).into_column(),
                Series::new("synthetic".into(), &self.synthetic).into_column(),
            ],
        )
    }
}
