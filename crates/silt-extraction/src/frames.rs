//! What the kernel takes and gives, as tables of polars: Arrow columns in, Arrow columns out.
//!
//! The columns of positions are read where they lie, without a copy, so that the same call serves a
//! Parquet file, a slice of a larger table, or whatever else hands over Arrow memory.

use polars::prelude::{Column, DataFrame, IntoColumn, NamedFrom, PolarsError, Series};
use silt_dredging::{
    Config, Places, PositionSlices, Positions, Vessel, VesselResult, cycle_flags, process_vessel,
};

use crate::columns::{ColumnError, numbers};

/// The tables of [`VesselResult`]. Numbers that were not observed are null, times are Unix
/// milliseconds, and every row names its vessel.
#[derive(Debug, Clone, PartialEq)]
pub struct KernelFrames {
    /// One row per stretch of one state.
    pub states: DataFrame,
    /// One row per cycle, complete or not.
    pub cycles: DataFrame,
    /// Hours of dredging per H3 cell and month.
    pub cells: DataFrame,
}

/// One vessel's positions cannot be processed.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// A column of the positions is missing, of another type, or has nulls.
    #[error(transparent)]
    Column(#[from] ColumnError),
    /// polars refused, which is a defect.
    #[error(transparent)]
    Polars(#[from] PolarsError),
}

/// Runs the kernel over the positions of one vessel. `positions` has the columns of
/// [`crate::columns::to_frame`]; of these `mmsi` and `synthetic` are not looked at.
///
/// # Errors
/// A column is missing, of another type, or has nulls (not available is NaN, and 15 for the
/// status).
pub fn process_frame(
    positions: &DataFrame,
    vessel: &Vessel,
    places: &Places,
    config: &Config,
) -> Result<VesselResult, FrameError> {
    use polars::prelude::{Float32Type, Float64Type, Int64Type, UInt8Type};
    let time_ms = numbers::<Int64Type>(positions, "time_ms")?;
    let lon_deg = numbers::<Float64Type>(positions, "lon_deg")?;
    let lat_deg = numbers::<Float64Type>(positions, "lat_deg")?;
    let sog_kn = numbers::<Float32Type>(positions, "sog_kn")?;
    let cog_deg = numbers::<Float32Type>(positions, "cog_deg")?;
    let heading_deg = numbers::<Float32Type>(positions, "heading_deg")?;
    let draught_m = numbers::<Float32Type>(positions, "draught_m")?;
    let nav_status = numbers::<UInt8Type>(positions, "nav_status")?;
    let slices = PositionSlices {
        time_ms: &time_ms,
        lon_deg: &lon_deg,
        lat_deg: &lat_deg,
        sog_kn: &sog_kn,
        cog_deg: &cog_deg,
        heading_deg: &heading_deg,
        draught_m: &draught_m,
        nav_status: &nav_status,
    };
    let positions = Positions::new(slices).expect("the columns of a table have one length");
    Ok(process_vessel(positions, vessel, places, config))
}

/// A result under the name of its vessel.
#[derive(Debug, Clone, Copy)]
pub struct Named<'a> {
    /// Name of the vessel, as in the register.
    pub vessel: &'a str,
    /// Any position, or the register's entry, is synthetic.
    pub synthetic: bool,
    /// What the kernel said of it.
    pub result: &'a VesselResult,
}

impl KernelFrames {
    /// The tables of some vessels, one below the other in the order given.
    ///
    /// # Errors
    /// polars refuses, which is a defect.
    pub fn of(vessels: &[Named<'_>]) -> Result<KernelFrames, PolarsError> {
        Ok(KernelFrames {
            states: states(vessels)?,
            cycles: cycles(vessels)?,
            cells: cells(vessels)?,
        })
    }
}

/// Columns under construction: one row per row of a table of each vessel.
struct Table<'a> {
    rows: Vec<(&'a Named<'a>, usize)>,
    columns: Vec<Column>,
}

impl<'a> Table<'a> {
    fn new(vessels: &'a [Named<'a>], rows_of: fn(&VesselResult) -> usize) -> Table<'a> {
        let of_one = |named: &'a Named<'a>| (0..rows_of(named.result)).map(move |row| (named, row));
        let rows: Vec<(&Named<'_>, usize)> = vessels.iter().flat_map(of_one).collect();
        let names: Vec<&str> = rows.iter().map(|(named, _)| named.vessel).collect();
        let vessel = Series::new("vessel".into(), names).into_column();
        Table {
            rows,
            columns: vec![vessel],
        }
    }

    fn values<T>(&self, get: impl Fn(&'a VesselResult, usize) -> T) -> Vec<T> {
        let rows = self.rows.iter();
        rows.map(|(named, row)| get(named.result, *row)).collect()
    }

    fn push(&mut self, series: Series) {
        self.columns.push(series.into_column());
    }

    fn text(&mut self, name: &str, get: impl Fn(&'a VesselResult, usize) -> Option<&'a str>) {
        self.push(Series::new(name.into(), self.values(get)));
    }

    fn owned_text(&mut self, name: &str, get: impl Fn(&VesselResult, usize) -> String) {
        self.push(Series::new(name.into(), self.values(get)));
    }

    fn count(&mut self, name: &str, get: impl Fn(&VesselResult, usize) -> Option<i64>) {
        self.push(Series::new(name.into(), self.values(get)));
    }

    /// NaN, which the kernel writes for what was not observed, becomes null.
    fn number(&mut self, name: &str, get: impl Fn(&VesselResult, usize) -> f64) {
        let known = |of: &VesselResult, row| Some(get(of, row)).filter(|number| !number.is_nan());
        self.push(Series::new(name.into(), self.values(known)));
    }

    fn flag(&mut self, name: &str, get: impl Fn(&VesselResult, usize) -> bool) {
        self.push(Series::new(name.into(), self.values(get)));
    }

    fn finish(mut self) -> Result<DataFrame, PolarsError> {
        let synthetic: Vec<bool> = self.rows.iter().map(|(named, _)| named.synthetic).collect();
        self.push(Series::new("synthetic".into(), synthetic));
        DataFrame::new(self.rows.len(), self.columns)
    }
}

fn states(vessels: &[Named<'_>]) -> Result<DataFrame, PolarsError> {
    let mut table = Table::new(vessels, |result| result.states.state.len());
    table.count("segment", |of, row| Some(of.states.segment[row].into()));
    table.text("state", |of, row| Some(of.states.state[row].name()));
    table.text("discharge_kind", |of, row| {
        of.states.discharge_kind[row].map(|kind| kind.name())
    });
    table.count("start_ms", |of, row| Some(of.states.start_ms[row]));
    table.count("end_ms", |of, row| Some(of.states.end_ms[row]));
    table.number("hours", |of, row| of.states.hours[row]);
    table.count("positions", |of, row| Some(of.states.positions[row] as i64));
    table.number("sog_median_kn", |of, row| {
        of.states.sog_median_kn[row].into()
    });
    table.number("way_m", |of, row| of.states.way_m[row]);
    table.number("lon_deg", |of, row| of.states.lon_deg[row]);
    table.number("lat_deg", |of, row| of.states.lat_deg[row]);
    table.text("port", |of, row| of.states.port_id[row].as_deref());
    table.text("cycle", |of, row| of.states.cycle_id[row].as_deref());
    table.finish()
}

fn cycles(vessels: &[Named<'_>]) -> Result<DataFrame, PolarsError> {
    let mut table = Table::new(vessels, |result| result.cycles.len());
    table.text("cycle", |of, row| Some(of.cycles.cycle_id[row].as_str()));
    table.flag("complete", |of, row| of.cycles.complete[row]);
    table.text("incomplete_reason", |of, row| {
        of.cycles.incomplete_reason[row].map(|reason| reason.name())
    });
    table.text("purpose", |of, row| Some(of.cycles.purpose[row].name()));
    table.count("dredge_start_ms", |of, row| {
        Some(of.cycles.dredge_start_ms[row])
    });
    table.count("dredge_end_ms", |of, row| {
        Some(of.cycles.dredge_end_ms[row])
    });
    table.count("loaded_start_ms", |of, row| of.cycles.loaded_start_ms[row]);
    table.count("loaded_end_ms", |of, row| of.cycles.loaded_end_ms[row]);
    table.count("discharge_start_ms", |of, row| {
        of.cycles.discharge_start_ms[row]
    });
    table.count("discharge_end_ms", |of, row| {
        of.cycles.discharge_end_ms[row]
    });
    table.count("empty_start_ms", |of, row| of.cycles.empty_start_ms[row]);
    table.count("empty_end_ms", |of, row| of.cycles.empty_end_ms[row]);
    table.number("dredge_hours", |of, row| of.cycles.dredge_hours[row]);
    table.number("loaded_hours", |of, row| of.cycles.loaded_hours[row]);
    table.number("discharge_hours", |of, row| of.cycles.discharge_hours[row]);
    table.number("empty_hours", |of, row| of.cycles.empty_hours[row]);
    table.number("dredge_lon_deg", |of, row| of.cycles.dredge_lon_deg[row]);
    table.number("dredge_lat_deg", |of, row| of.cycles.dredge_lat_deg[row]);
    table.owned_text("dredge_cell", |of, row| {
        cell_name(of.cycles.dredge_cell[row])
    });
    table.number("dredge_way_m", |of, row| of.cycles.dredge_way_m[row]);
    table.number("dredge_speed_kn", |of, row| {
        of.cycles.dredge_speed_kn[row].into()
    });
    table.number("discharge_lon_deg", |of, row| {
        of.cycles.discharge_lon_deg[row]
    });
    table.number("discharge_lat_deg", |of, row| {
        of.cycles.discharge_lat_deg[row]
    });
    table.text("discharge_kind", |of, row| {
        of.cycles.discharge_kind[row].map(|kind| kind.name())
    });
    table.text("port", |of, row| of.cycles.port_id[row].as_deref());
    table.text("licence_area", |of, row| {
        of.cycles.licence_area_id[row].as_deref()
    });
    table.number("distance_nm", |of, row| of.cycles.distance_nm[row]);
    table.number("loaded_speed_kn", |of, row| {
        of.cycles.loaded_speed_kn[row].into()
    });
    table.number("empty_speed_kn", |of, row| {
        of.cycles.empty_speed_kn[row].into()
    });
    table.number("draught_rise_m", |of, row| {
        of.cycles.draught_rise_m[row].into()
    });
    table.number("evidence", |of, row| of.cycles.evidence[row]);
    table.owned_text("flags", |of, row| {
        cycle_flags::names(of.cycles.flags[row]).join(" ")
    });
    table.finish()
}

fn cells(vessels: &[Named<'_>]) -> Result<DataFrame, PolarsError> {
    let mut table = Table::new(vessels, |result| result.cells.cell.len());
    table.owned_text("cell", |of, row| cell_name(of.cells.cell[row]));
    table.count("month", |of, row| Some(of.cells.month[row].into()));
    table.number("dredge_hours", |of, row| of.cells.dredge_hours[row]);
    table.number("dredge_way_m", |of, row| of.cells.dredge_way_m[row]);
    table.count("positions", |of, row| Some(of.cells.positions[row] as i64));
    table.finish()
}

/// An H3 index as it is written everywhere.
fn cell_name(cell: u64) -> String {
    format!("{cell:x}")
}

#[cfg(test)]
#[path = "frames_tests.rs"]
mod tests;
