use super::*;

#[test]
fn no_fleet_is_both_fitted_on_and_scored() {
    let config = ValidationConfig::default();
    let last_scored = config.test_fleet(MOST_FLEETS - 1).seed;
    let first_fitted = config.calibration_fleet(0).seed;
    let last_fitted = config.calibration_fleet(MOST_FLEETS - 1).seed;
    let next = ValidationConfig {
        seed: config.seed + 1,
        ..config
    };
    assert!(last_scored < first_fitted && last_fitted < next.test_fleet(0).seed);
}

#[test]
fn what_makes_no_report_is_refused() {
    let refused = |change: fn(&mut ValidationConfig)| {
        let mut config = ValidationConfig::default();
        change(&mut config);
        config.validate().is_err()
    };
    assert!(refused(|config| config.fleets = 0));
    assert!(refused(|config| config.calibration_fleets = 1));
    assert!(refused(|config| config.vessels = 0));
    assert!(refused(|config| config.coverage_wanted = [0.95, 0.85]));
    assert!(refused(|config| config.coverage_wanted = [f64::NAN, 0.85]));
    assert!(ValidationConfig::default().validate().is_ok());
}
