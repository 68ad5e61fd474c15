use super::*;

#[test]
fn the_remembered_cell_is_the_grid_s() {
    for resolution in [0, 3, 6, 8, 11, 15, 99] {
        let mut finder = CellFinder::new(&CellRules { resolution });
        let grid = Resolution::try_from(resolution.min(15)).expect("a resolution");
        // A spiral that crosses cells, the antimeridian and a pentagon's surroundings.
        for (lon_0, lat_0) in [(4.0, 52.0), (179.999, -16.0), (-171.0, 64.7), (0.0, 89.99)] {
            for step in 0..2000 {
                let turn = f64::from(step) * 0.05;
                let radius_deg = f64::from(step) * 3e-5;
                let lon_deg = lon_0 + radius_deg * libm::cos(turn);
                let lon_deg = if lon_deg > 180.0 {
                    lon_deg - 360.0
                } else {
                    lon_deg
                };
                let lat_deg = (lat_0 + radius_deg * libm::sin(turn)).min(90.0);
                let position = LatLng::new(lat_deg, lon_deg).expect("a position");
                assert_eq!(
                    finder.cell(lon_deg, lat_deg),
                    u64::from(position.to_cell(grid)),
                    "{lon_deg} {lat_deg} at {resolution}"
                );
            }
        }
    }
}

#[test]
fn what_is_no_position_has_no_cell() {
    let mut finder = CellFinder::new(&CellRules::default());
    assert_eq!(finder.cell(f64::NAN, 0.0), 0);
    assert_ne!(finder.cell(4.0, 52.0), 0);
    assert_eq!(finder.cell(f64::NAN, 52.0), 0);
}
