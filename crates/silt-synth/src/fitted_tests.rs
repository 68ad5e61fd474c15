use super::*;

#[test]
fn the_bundled_parameters_are_read() {
    let fitted = Fitted::bundled();
    assert_eq!(
        fitted.dredger.transit_kn.n, 32,
        "METHODS 1.4: 32 snapshots at 6 kn or more"
    );
    assert_eq!(
        fitted.dredger.working_kn.n, 16,
        "METHODS 1.4: 16 between 0.5 and 4 kn"
    );
    assert!((1.4..1.8).contains(&fitted.dredger.working_kn.median));
    assert!((9.0..10.5).contains(&fitted.dredger.transit_kn.mean));
    let weights = fitted.fishing.hauling.weight
        + fitted.fishing.towing.weight
        + fitted.fishing.steaming.weight;
    assert!((weights - 1.0).abs() < 0.001);
}

#[test]
fn a_missing_table_is_named() {
    let error = Fitted::from_toml("[dredger]\n").expect_err("nothing is in it");
    assert!(error.to_string().contains("idle_share"), "{error}");
}

#[test]
fn the_file_holds_parameters_and_no_rows() {
    // An MMSI has nine digits; a parameter has not.
    let longest = BUNDLED
        .lines()
        .filter(|line| !line.starts_with('#') && !line.starts_with("source"))
        .flat_map(|line| line.split(|c: char| !c.is_ascii_digit()).map(str::len))
        .max();
    assert!(longest < Some(9));
}
