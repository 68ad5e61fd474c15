//! Whether a fleet can be made from a configuration.

use crate::config::{ConfigError, FleetConfig};

const SHARE: &str = "between 0 and 1";
const AT_LEAST_ZERO: &str = "0 or more, and finite";
const ABOVE_ZERO: &str = "above 0, and finite";

impl FleetConfig {
    /// # Errors
    /// The first value that lies outside what it may be.
    pub fn validate(&self) -> Result<(), ConfigError> {
        self.check_window()?;
        let weights = self.mix.weights();
        for weight in weights {
            check("mix", weight, (0.0..1e6).contains(&weight), AT_LEAST_ZERO)?;
        }
        if weights.iter().sum::<f64>() <= 0.0 {
            return Err(ConfigError::EmptyMix);
        }
        self.check_shares()?;
        self.check_work()
    }

    fn check_window(&self) -> Result<(), ConfigError> {
        let vessels = f64::from(self.vessels);
        // The last six digits of an MMSI count the vessels.
        check(
            "vessels",
            vessels,
            self.vessels <= 500_000,
            "at most 500000",
        )?;
        check(
            "days",
            f64::from(self.days),
            self.days <= 3660,
            "at most 3660",
        )?;
        // 1970 to 2500: dates that every format can write.
        check(
            "start_ms",
            self.start_ms as f64,
            (0..16_725_225_600_000).contains(&self.start_ms),
            "between 1970 and 2500",
        )?;
        for (field, value) in [
            ("min_interval_s", self.min_interval_s),
            ("fishing_min_interval_s", self.fishing_min_interval_s),
        ] {
            check(
                field,
                value,
                (1.0..=86_400.0).contains(&value),
                "between 1 and 86400",
            )?;
        }
        let gap = self.complete_max_gap_s;
        check(
            "complete_max_gap_s",
            gap,
            gap > 0.0 && gap.is_finite(),
            ABOVE_ZERO,
        )?;
        if let Some(target) = self.positions_per_vessel {
            check(
                "positions_per_vessel",
                f64::from(target),
                target > 0,
                "above 0",
            )?;
        }
        Ok(())
    }

    fn check_shares(&self) -> Result<(), ConfigError> {
        let defects = &self.defects;
        let rules = &self.rule_breakers;
        let gaps = defects.gaps_per_hour;
        check(
            "defects.gaps_per_hour",
            gaps,
            (0.0..=60.0).contains(&gaps),
            "between 0 and 60",
        )?;
        for (field, value) in [
            ("defects.satellite_share", defects.satellite_share),
            ("defects.spikes_per_report", defects.spikes_per_report),
            (
                "defects.wrong_hemisphere_share",
                defects.wrong_hemisphere_share,
            ),
            (
                "defects.duplicates_per_report",
                defects.duplicates_per_report,
            ),
            (
                "defects.clock_backwards_per_report",
                defects.clock_backwards_per_report,
            ),
            (
                "defects.clock_future_per_report",
                defects.clock_future_per_report,
            ),
            ("defects.missing_per_report", defects.missing_per_report),
            ("defects.shared_mmsi_share", defects.shared_mmsi_share),
            ("defects.changed_mmsi_share", defects.changed_mmsi_share),
            ("rule_breakers.fast_dredge", rules.fast_dredge),
            ("rule_breakers.fast_discharge", rules.fast_discharge),
            ("rule_breakers.short_dredge", rules.short_dredge),
            ("rule_breakers.near_discharge", rules.near_discharge),
            ("rule_breakers.waiting_adrift", rules.waiting_adrift),
            ("rule_breakers.half_full", rules.half_full),
            ("rule_breakers.reduced_load", rules.reduced_load),
            ("rule_breakers.wrong_status", rules.wrong_status),
            ("rule_breakers.fog", rules.fog),
            ("rule_breakers.slow_tow", rules.slow_tow),
            ("rule_breakers.slow_return", rules.slow_return),
            (
                "register.hopper_missing_share",
                self.register.hopper_missing_share,
            ),
            ("register.wrong_33_share", self.register.wrong_33_share),
        ] {
            check(field, value, (0.0..=1.0).contains(&value), SHARE)?;
        }
        Ok(())
    }

    fn check_work(&self) -> Result<(), ConfigError> {
        let loads = &self.loads;
        let times = &self.durations;
        check(
            "loads.fill_mean",
            loads.fill_mean,
            (0.3..=1.0).contains(&loads.fill_mean),
            "between 0.3 and 1",
        )?;
        let density = loads.density_mean_t_m3;
        check(
            "loads.density_mean_t_m3",
            density,
            (1.1..=2.4).contains(&density),
            "between 1.1 and 2.4",
        )?;
        for (field, value) in [
            ("loads.fill_sd_fleet", loads.fill_sd_fleet),
            ("loads.fill_sd_vessel", loads.fill_sd_vessel),
            ("loads.fill_sd_cycle", loads.fill_sd_cycle),
            ("loads.density_sd_fleet", loads.density_sd_fleet),
            ("loads.density_sd_vessel", loads.density_sd_vessel),
            ("loads.density_sd_cycle", loads.density_sd_cycle),
            ("durations.load_sigma_ln", times.load_sigma_ln),
            ("durations.unload_sigma_ln", times.unload_sigma_ln),
        ] {
            check(
                field,
                value,
                (0.0..=2.0).contains(&value),
                "between 0 and 2",
            )?;
        }
        for (field, value) in [
            ("durations.load_min", times.load_min),
            ("durations.wharf_min", times.wharf_min),
            ("durations.pump_ashore_min", times.pump_ashore_min),
            ("durations.rainbow_min", times.rainbow_min),
            ("durations.dump_min", times.dump_min),
            ("durations.cycles_between_rests", times.cycles_between_rests),
            ("durations.rest_h", times.rest_h),
            ("durations.cutter_episode_min", times.cutter_episode_min),
        ] {
            check(
                field,
                value,
                (1.0..=100_000.0).contains(&value),
                "between 1 and 100000",
            )?;
        }
        let [least, likeliest, most] = times.stationary_utilisation;
        let ordered = 0.0 < least && least < likeliest && likeliest < most && most < 1.0;
        check(
            "durations.stationary_utilisation",
            likeliest,
            ordered,
            "rising, between 0 and 1",
        )
    }
}

fn check(
    field: &'static str,
    value: f64,
    holds: bool,
    must_be: &'static str,
) -> Result<(), ConfigError> {
    if holds {
        return Ok(());
    }
    Err(ConfigError::OutOfRange {
        field,
        value,
        must_be,
    })
}
