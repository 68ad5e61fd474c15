use polars::prelude::{AnyValue, IdxCa};
use silt_dredging::VesselKind;
use silt_synth::{Fleet, FleetConfig};

use super::*;
use crate::columns::to_frame;
use crate::detect::kernel_positions;

fn track() -> (silt_ais::PositionBatch, Vessel) {
    let config = FleetConfig {
        vessels: 6,
        days: 12,
        seed: 5,
        ..FleetConfig::default()
    };
    let fleet = Fleet::new(config).expect("a fleet");
    let of_fleet = fleet.track(0).positions;
    let mmsi = of_fleet.mmsi[0];
    let mut positions = silt_ais::PositionBatch {
        synthetic: vec![true; of_fleet.mmsi.len()],
        ..silt_ais::PositionBatch::default()
    };
    positions.mmsi = of_fleet.mmsi;
    positions.time_ms = of_fleet.time_ms;
    positions.lon_deg = of_fleet.lon_deg;
    positions.lat_deg = of_fleet.lat_deg;
    positions.sog_kn = of_fleet.sog_kn;
    positions.cog_deg = of_fleet.cog_deg;
    positions.heading_deg = of_fleet.heading_deg;
    positions.draught_m = of_fleet.draught_m;
    positions.nav_status = of_fleet.nav_status;
    (positions, Vessel::new(mmsi, VesselKind::Tshd))
}

#[test]
fn a_table_gives_what_the_columns_give() {
    let (positions, vessel) = track();
    let (places, config) = (Places::default(), Config::default());
    let expected = process_vessel(kernel_positions(&positions), &vessel, &places, &config);
    assert!(!expected.states.state.is_empty());

    let table = to_frame(&positions).expect("a table");
    let found = process_frame(&table, &vessel, &places, &config).expect("a result");
    assert_eq!(
        serde_json::to_string(&found).expect("JSON"),
        serde_json::to_string(&expected).expect("JSON")
    );

    // A table in two pieces, as a reader of Arrow batches gives it.
    let half = table.height() / 2;
    let (mut pieces, rest) = table.split_at(half as i64);
    pieces.vstack_mut(&rest).expect("equal columns");
    assert_eq!(pieces.first_col_n_chunks(), 2);
    let found = process_frame(&pieces, &vessel, &places, &config).expect("a result");
    assert_eq!(
        serde_json::to_string(&found.cycles).expect("JSON"),
        serde_json::to_string(&expected.cycles).expect("JSON")
    );
}

#[test]
fn results_become_tables_with_nulls_for_what_was_not_observed() {
    let (positions, vessel) = track();
    let (places, config) = (Places::default(), Config::default());
    let result = process_vessel(kernel_positions(&positions), &vessel, &places, &config);
    let named = Named {
        vessel: "mmsi:1",
        synthetic: true,
        result: &result,
    };
    let frames = KernelFrames::of(&[named, named]).expect("tables");
    assert_eq!(frames.states.height(), 2 * result.states.state.len());
    assert_eq!(frames.cycles.height(), 2 * result.cycles.len());
    assert_eq!(frames.cells.height(), 2 * result.cells.cell.len());
    let rises = frames.cycles.column("draught_rise_m").expect("a column");
    let unseen = result.cycles.draught_rise_m.iter();
    let unseen = unseen.filter(|rise| rise.is_nan()).count();
    assert_eq!(rises.null_count(), 2 * unseen);
    assert!(
        !rises
            .f64()
            .expect("numbers")
            .iter()
            .flatten()
            .any(f64::is_nan)
    );
    let hours: f64 = result.states.hours.iter().sum();
    let column = frames.states.column("hours").expect("a column");
    let sum: f64 = column.f64().expect("numbers").iter().flatten().sum();
    assert!((sum - 2.0 * hours).abs() < 1e-9 * hours);
    let mark = frames.cells.column("synthetic").expect("a column");
    assert_eq!(mark.get(0).expect("a row"), AnyValue::Boolean(true));
}

#[test]
fn other_columns_are_refused_by_name() {
    let (positions, vessel) = track();
    let (places, config) = (Places::default(), Config::default());
    let table = to_frame(&positions).expect("a table");
    let without = table.drop("sog_kn").expect("a column less");
    let error = process_frame(&without, &vessel, &places, &config).expect_err("no speeds");
    assert!(error.to_string().contains("sog_kn"), "{error}");

    let mut texts = table.clone();
    let text = Series::new("lat_deg".into(), vec!["a"; table.height()]);
    texts.with_column(text.into_column()).expect("a column");
    let error = process_frame(&texts, &vessel, &places, &config).expect_err("texts");
    assert!(error.to_string().contains("lat_deg"), "{error}");

    let rows = IdxCa::from_vec("row".into(), vec![0, 1]);
    let mut nulls = table.take(&rows).expect("two rows");
    let null = Series::new("lon_deg".into(), [Some(1.0), None]);
    nulls.with_column(null.into_column()).expect("a column");
    let error = process_frame(&nulls, &vessel, &places, &config).expect_err("a null");
    assert!(error.to_string().contains("null"), "{error}");
}
