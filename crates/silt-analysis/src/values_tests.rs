use h3o::Resolution;
use silt_model::Domain;

use super::*;
use crate::testing::{Site, at, snapshot};

fn gathered(sites: &[Site], value: CellValue) -> Gathered {
    let data = snapshot(Domain::Land, sites);
    let rows = Rows::All(sites.len() as u32);
    let within = Within::default();
    let area = StudyArea::world(Resolution::Five);
    gather(
        &data,
        &rows,
        &within,
        data.cells(Resolution::Five),
        &value,
        &area,
    )
}

fn with_volume(volume_m3: Option<f64>) -> Site {
    Site {
        volume_m3,
        ..at(-44.1, -20.1)
    }
}

#[test]
fn what_is_not_observed_is_no_zero() {
    let sites = [
        with_volume(Some(10.0)),
        with_volume(None),
        with_volume(Some(30.0)),
        Site {
            volume_m3: Some(5.0),
            ..Site::default()
        },
        Site {
            volume_m3: None,
            ..at(10.0, 10.0)
        },
    ];
    let mean = gathered(&sites, CellValue::Mean("volume_m3".to_owned()));
    let of_first = mean
        .cells
        .iter()
        .find(|facts| facts.features == 3)
        .expect("three in a cell");
    assert_eq!((of_first.value, of_first.observed), (20.0, 2));
    assert_eq!(
        (mean.features, mean.without_position, mean.not_observed),
        (5, 1, 2)
    );
    let area = StudyArea::world(Resolution::Five);
    let values = mean.values(&area).expect("values");
    assert_eq!(
        values.len(),
        1,
        "a cell in which nothing was observed has no value"
    );
}

#[test]
fn the_interval_is_carried_through() {
    let sites = [
        with_volume(Some(10.0)),
        with_volume(Some(30.0)),
        with_volume(None),
    ];
    let sum = gathered(&sites, CellValue::Sum("volume_m3".to_owned()));
    let expected = ("volume_m3_p05".to_owned(), "volume_m3_p95".to_owned());
    assert_eq!(sum.interval, Some(expected));
    assert_eq!(sum.cells[0].value, 40.0);
    let (low, high) = sum.bounds_of_cell(sum.cells[0].cell).expect("bounds");
    assert!(
        (low - 36.0).abs() < 1e-9 && (high - 44.0).abs() < 1e-9,
        "{low} {high}"
    );
    assert_eq!(gathered(&sites, CellValue::Count).interval, None);
}

#[test]
fn a_density_is_per_thousand_square_kilometres() {
    let found = gathered(&[at(-44.1, -20.1), at(-44.1, -20.1)], CellValue::Density);
    let cell = found.cells[0];
    let back = cell.value * cell.cell.area_km2() / 1_000.0;
    assert!((back - 2.0).abs() < 1e-12, "{back}");
}

#[test]
fn a_source_takes_part_when_a_feature_of_it_is_selected() {
    let data = snapshot(Domain::Land, &[at(-44.1, -20.1), at(10.0, 10.0)]);
    let found = |rows: Vec<u32>| {
        let area = StudyArea::world(Resolution::Five);
        let cells = data.cells(Resolution::Five);
        let within = Within::default();
        gather(
            &data,
            &Rows::Some(rows),
            &within,
            cells,
            &CellValue::Count,
            &area,
        )
    };
    assert!(found(vec![1]).is_of_source(&data, "s"));
    assert!(!found(vec![1]).is_of_source(&data, "other"));
    assert!(!found(Vec::new()).is_of_source(&data, "s"));
}
