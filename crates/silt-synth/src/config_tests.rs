use super::*;

#[test]
fn the_default_is_valid_and_survives_toml() {
    let config = FleetConfig::default();
    assert_eq!(config.validate(), Ok(()));
    let text = toml::to_string(&config).expect("a configuration is plain data");
    let read: FleetConfig = toml::from_str(&text).expect("what was written");
    assert_eq!(read, config);
}

#[test]
fn an_unknown_key_is_refused() {
    let error = toml::from_str::<FleetConfig>("vesels = 3").expect_err("misspelt");
    assert!(error.to_string().contains("vesels"), "{error}");
}

#[test]
fn values_out_of_range_are_named() {
    let mut config = FleetConfig::default();
    config.defects.spikes_per_report = f64::NAN;
    let error = config.validate().expect_err("not a number");
    assert!(
        matches!(
            error,
            ConfigError::OutOfRange {
                field: "defects.spikes_per_report",
                ..
            }
        ),
        "{error}"
    );

    let config = FleetConfig {
        min_interval_s: 0.0,
        ..FleetConfig::default()
    };
    assert!(config.validate().is_err());

    let config = FleetConfig {
        mix: Mix {
            tshd: 0.0,
            ..Mix::HOPPERS_ONLY
        },
        ..FleetConfig::default()
    };
    assert_eq!(config.validate(), Err(ConfigError::EmptyMix));
}
