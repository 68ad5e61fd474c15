use super::*;
use crate::stream::{Domain, Uniforms};
use proptest::prelude::*;

const TRIANGLE: Distribution = Distribution::Triangular {
    low: 0.70,
    mode: 0.85,
    high: 1.0,
};
const LOPSIDED: Distribution = Distribution::Triangular {
    low: 1.0,
    mode: 1.2,
    high: 3.0,
};
const LOG_NORMAL: Distribution = Distribution::LogNormal {
    median: 2.0,
    sigma: 0.6,
};
const UNIFORM: Distribution = Distribution::Uniform {
    low: 1.5,
    high: 1.83,
};

/// Moments of the sampled values against the formulas, within four standard errors.
#[test]
fn samples_have_the_analytic_moments_and_quantiles() {
    const SAMPLES: u64 = 200_000;
    for (index, distribution) in [TRIANGLE, LOPSIDED, LOG_NORMAL, UNIFORM].iter().enumerate() {
        let mut uniforms = Uniforms::new(7, Domain::Shared, index as u64, 0);
        let mut sample: Vec<f64> = Vec::new();
        for _ in 0..SAMPLES / 8 {
            sample.extend(uniforms.next_draw().map(|u| distribution.quantile(u)));
        }
        let n = sample.len() as f64;
        let mean = sample.iter().sum::<f64>() / n;
        let squares: Vec<f64> = sample.iter().map(|x| (x - mean) * (x - mean)).collect();
        let variance = squares.iter().sum::<f64>() / (n - 1.0);
        let fourth = squares.iter().map(|s| s * s).sum::<f64>() / n;

        let error_of_mean = (distribution.variance() / n).sqrt();
        assert!(
            (mean - distribution.mean()).abs() < 4.0 * error_of_mean,
            "{distribution:?}"
        );
        let error_of_variance = ((fourth - variance * variance) / n).sqrt();
        let off = (variance - distribution.variance()).abs();
        assert!(off < 4.0 * error_of_variance, "{distribution:?}");

        for p in [0.05, 0.5, 0.95] {
            let below = sample
                .iter()
                .filter(|&&x| x < distribution.quantile(p))
                .count() as f64
                / n;
            let error_of_share = (p * (1.0 - p) / n).sqrt();
            assert!(
                (below - p).abs() < 4.0 * error_of_share,
                "{distribution:?} at {p}"
            );
        }
    }
}

/// The triangle's quantiles by hand: F(x) = (x-a)^2/((b-a)(c-a)) below the mode.
#[test]
fn triangle_quantiles_invert_its_distribution_function() {
    let p05 = 0.70 + (0.05_f64 * 0.30 * 0.15).sqrt();
    assert!((TRIANGLE.quantile(0.05) - p05).abs() < 1e-15);
    assert!((TRIANGLE.quantile(0.5) - 0.85).abs() < 1e-15);
    assert!((LOPSIDED.quantile(0.1) - 1.2).abs() < 1e-15);
    assert!((LOPSIDED.quantile(0.95) - (3.0 - (0.05_f64 * 2.0 * 1.8).sqrt())).abs() < 1e-15);
    assert_eq!(
        Distribution::Triangular {
            low: 1.0,
            mode: 1.0,
            high: 1.0
        }
        .quantile(0.3),
        1.0
    );
}

#[test]
fn log_normal_quantiles_are_those_of_the_logarithm() {
    // p95 of LN(median 2, sigma 0.6) = 2 exp(0.6 x 1.6448536269514722).
    assert!(
        (LOG_NORMAL.quantile(0.95) - 2.0 * (0.6_f64 * 1.644_853_626_951_472_2).exp()).abs() < 1e-12
    );
    assert!((LOG_NORMAL.mean() - 2.0 * 0.18_f64.exp()).abs() < 1e-12);
}

#[test]
fn nonsense_is_refused_with_its_reason() {
    let backwards = Distribution::Triangular {
        low: 1.0,
        mode: 0.85,
        high: 0.7,
    };
    assert!(matches!(
        backwards.validate(),
        Err(DistributionError::NotAscending { .. })
    ));
    for value in [f64::NAN, f64::INFINITY, -1.0, 1e7] {
        let fixed = Distribution::Fixed { value };
        assert!(matches!(
            fixed.validate(),
            Err(DistributionError::OutOfRange(_))
        ));
    }
    let wide = Distribution::LogNormal {
        median: 1.0,
        sigma: 9.0,
    };
    assert_eq!(wide.validate(), Err(DistributionError::Sigma(9.0)));
    let zero = Distribution::Fixed { value: 0.0 };
    assert!(matches!(
        zero.validate_within(0.0, 1.0),
        Err(DistributionError::TooLow { .. })
    ));
    let share = Distribution::Uniform {
        low: 0.5,
        high: 1.5,
    };
    assert!(matches!(
        share.validate_within(0.0, 1.0),
        Err(DistributionError::TooHigh { .. })
    ));
    assert_eq!(TRIANGLE.validate_within(0.0, 1.0), Ok(()));
}

#[test]
fn a_distribution_is_written_with_its_kind_and_unknown_keys_are_refused() {
    let text = serde_json::to_string(&TRIANGLE).expect("a distribution is plain data");
    assert_eq!(
        text,
        r#"{"kind":"triangular","low":0.7,"mode":0.85,"high":1.0}"#
    );
    let misspelt = r#"{"kind":"fixed","value":1.0,"valeu":2.0}"#;
    assert!(serde_json::from_str::<Distribution>(misspelt).is_err());
}

proptest! {
    #[test]
    fn quantiles_ascend_and_stay_within_the_support(
        low in 0.0..10.0_f64, rise in 0.0..5.0_f64, fall in 0.0..5.0_f64,
        u in 1e-9..0.5_f64, step in 0.0..0.49_f64,
    ) {
        let triangle = Distribution::Triangular { low, mode: low + rise, high: low + rise + fall };
        let (smaller, larger) = (triangle.quantile(u), triangle.quantile(u + step));
        prop_assert!(smaller <= larger + 1e-12);
        prop_assert!(smaller >= low - 1e-12 && larger <= low + rise + fall + 1e-12);
    }
}
