use super::*;

#[test]
fn the_defaults_are_valid_and_survive_json() {
    let priors = Priors::default();
    assert_eq!(priors.validate(), Ok(()));
    let text = serde_json::to_string(&priors).expect("priors are plain data");
    let back: Priors = serde_json::from_str(&text).expect("our own JSON is read back");
    assert_eq!(back, priors);
}

#[test]
fn fill_and_density_and_the_combined_factor_exclude_each_other() {
    let both = r#"{"load":{"kind":"fill_and_density","fill":{"kind":"fixed","value":1.0},
        "density_t_m3":{"kind":"fixed","value":1.7},"tonnes_per_hopper_m3":{"kind":"fixed","value":1.7}}}"#;
    assert!(serde_json::from_str::<Priors>(both).is_err());
    let combined = r#"{"load":{"kind":"tonnes_per_hopper_m3","tonnes_per_hopper_m3":{"kind":"fixed","value":1.7}}}"#;
    assert!(serde_json::from_str::<Priors>(combined).is_ok());
    assert!(serde_json::from_str::<Priors>(r#"{"filll":1}"#).is_err());
}

#[test]
fn priors_that_divide_by_nothing_or_exceed_a_share_are_refused() {
    let refused = |change: fn(&mut Priors)| {
        let mut priors = Priors::default();
        change(&mut priors);
        priors.validate().expect_err("this prior makes no sense")
    };
    let zero = Distribution::Fixed { value: 0.0 };
    assert!(
        refused(|p| p.coverage = Distribution::Fixed { value: 0.0 })
            .to_string()
            .contains("coverage")
    );
    assert!(
        refused(|p| p.coverage = Distribution::Fixed { value: 0.001 })
            .to_string()
            .contains("coverage")
    );
    assert!(
        refused(|p| p.load_time_h = Distribution::Fixed { value: 0.0 })
            .to_string()
            .contains("load_time_h")
    );
    assert!(
        refused(|p| p.cutter_utilisation = Distribution::Fixed { value: 1.2 })
            .to_string()
            .contains("1.2")
    );
    assert!(
        refused(|p| p.trip_sd = f64::NAN)
            .to_string()
            .contains("trip_sd")
    );
    assert!(
        refused(|p| p.hopper_by_length.slope = f64::NAN)
            .to_string()
            .contains("hopper_by_length")
    );
    let water = refused(|p| p.in_situ_density_t_m3 = Distribution::Fixed { value: 1.0 });
    assert!(water.to_string().contains("in_situ_density_t_m3"));
    assert_eq!(zero.validate(), Ok(()));
}

#[test]
fn position_error_becomes_an_error_of_duration() {
    // sqrt(2) x 30 m at 1.62 kn = 3,000 m/h: 51 s.
    let seconds = Priors::default().phase_duration_sd_h() * 3600.0;
    assert!((seconds - 50.9).abs() < 0.1, "{seconds}");
}
