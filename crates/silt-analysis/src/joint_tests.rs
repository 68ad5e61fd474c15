use silt_model::Domain;

use super::*;
use crate::testing::{Site, ask, at, region, snapshot};

fn part(collection: &str, sites: &[Site], asked: &str) -> Part {
    let data = snapshot(Domain::Land, sites);
    Part {
        collection: collection.to_owned(),
        found: Arc::new(ask(&data, &region("iso3:CHL"), asked).expect("an answer")),
    }
}

fn group(lon: f64, lat: f64) -> Vec<Site> {
    (0..9)
        .map(|step| at(lon + f64::from(step) * 0.01, lat))
        .collect()
}

#[test]
fn only_shared_cells_are_joined_the_strongest_first() {
    let (shared, other, third) = (
        group(-70.3, -27.4),
        group(-69.0, -23.5),
        group(-71.0, -32.0),
    );
    let a = part(
        "a",
        &[shared.clone(), other.clone()].concat(),
        "resolution=5",
    );
    let b = part("b", &[shared.clone(), third].concat(), "resolution=5");
    let (table, matched) = joint(&[a.clone(), b.clone()], 2, 1_000).expect("joined");
    assert!(matched > 0 && matched == table.rows.len() as u64);
    for row in &table.rows {
        let cell: CellIndex = row.id.parse().expect("a cell");
        let centre = h3o::LatLng::from(cell);
        assert!((centre.lat() + 27.4).abs() < 0.6, "{centre}");
        assert_eq!(row.values[4], serde_json::json!(["a", "b"]));
    }
    let weakest: Vec<f64> = table
        .rows
        .iter()
        .filter_map(|row| row.values[3].as_f64())
        .collect();
    assert!(
        weakest.windows(2).all(|pair| pair[0] >= pair[1]),
        "{weakest:?}"
    );
    let (_, any) = joint(&[a.clone(), b], 1, 1_000).expect("joined");
    assert!(any > matched);
    let coarse = part("c", &other, "resolution=4");
    assert!(joint(&[a, coarse], 2, 10).is_err());
}
