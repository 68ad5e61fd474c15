use super::*;

#[test]
fn the_correction_is_centred_on_all_fleets_and_holds_nine_of_ten() {
    let fleets: Vec<(f64, f64)> = (0..101)
        .map(|number| (100.0 + f64::from(number - 50) * 0.4, 100.0))
        .collect();
    let calibration = calibrate(&fleets);
    assert!((calibration.pooled - 1.0).abs() < 1e-12);
    let prior = calibration.true_cycles_per_detected;
    assert!((prior.mean() - 1.0).abs() < 1e-12);
    let ratios = fleets.iter().map(|(loads, cycles)| loads / cycles);
    let (low, high) = (prior.quantile(0.05), prior.quantile(0.95));
    let held = ratios.filter(|ratio| (low..=high).contains(ratio)).count();
    assert!((90..=92).contains(&held), "{held} of 101");
}

#[test]
fn fleets_without_cycles_correct_nothing() {
    let none = calibrate(&[(0.0, 0.0), (5.0, 0.0)]);
    assert_eq!(none.fleets_with_cycles, 0);
    assert_eq!(none.pooled, 1.0);
    let absurd = calibrate(&[(1e9, 1.0), (1e9, 1.0)]);
    let prior = Priors {
        true_cycles_per_detected: absurd.true_cycles_per_detected,
        ..Priors::default()
    };
    prior
        .validate()
        .expect("whatever was counted, the prior can be used");
}
