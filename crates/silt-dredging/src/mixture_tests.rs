use super::*;
use crate::config::Config;

/// Speeds at the quantiles of a log-normal, as a reporter of 0.1 kn would send them.
fn log_normal(median_kn: f64, log_sigma: f64, count: usize) -> Vec<f32> {
    (0..count)
        .map(|number| {
            // The quantile of a logistic close to the normal one.
            let share = (number as f64 + 0.5) / count as f64;
            let z = libm::log(share / (1.0 - share)) / 1.702;
            let speed_kn = median_kn * libm::exp(log_sigma * z);
            ((speed_kn * 10.0).round() / 10.0) as f32
        })
        .collect()
}

fn fitted(speeds: &[f32]) -> Option<SpeedMixture> {
    let config = Config::default();
    let intervals = vec![10_000; speeds.len()];
    fit(speeds, &intervals, &config.mixture, &config.states)
}

#[test]
fn the_components_of_a_dredger_are_found() {
    let mut speeds = log_normal(1.6, 0.2, 4000);
    speeds.extend(log_normal(9.4, 0.1, 5000));
    speeds.extend(vec![0.0; 3000]);
    let mixture = fitted(&speeds).expect("enough positions");
    let dredge = mixture.dredge_component.expect("a dredging component");
    let component = mixture.components[dredge];
    assert!((component.median_kn - 1.6).abs() < 0.15, "{mixture:?}");
    let dredging: f64 = mixture
        .components
        .iter()
        .filter(|part| (1.0..=3.5).contains(&part.median_kn))
        .map(|part| part.weight)
        .sum();
    assert!((dredging - 1.0 / 3.0).abs() < 0.03, "{mixture:?}");
    assert!((0.3..=0.8).contains(&mixture.idle_max_kn));
    assert!((3.0..=5.0).contains(&mixture.dredge_max_kn));
    assert_eq!(fitted(&speeds), Some(mixture));
}

#[test]
fn too_few_positions_and_one_speed_do_no_harm() {
    assert!(fitted(&[1.6; 100]).is_none());
    assert!(fitted(&[f32::NAN; 5000]).is_none());
    let still = fitted(&[0.0; 5000]).expect("enough positions");
    assert_eq!(still.dredge_component, None);
    assert_eq!(still.idle_max_kn, 0.5);
    assert!(still.bic.is_finite());
}
