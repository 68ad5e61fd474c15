use super::*;

#[test]
fn a_cutter_pumps_its_pipe_area_times_velocity() {
    // 10 h at one half, a pipe of 1 m2, 6.27 m/s and 8 % of bed material:
    // 18,000 s x 1 m2 x 6.27 m/s x 0.08 = 9,028.8 m3.
    let diameter_of_one_m2 = (4.0 / std::f64::consts::PI).sqrt();
    let volume = cutter_in_situ(Hours(10.0), 0.5, diameter_of_one_m2, 6.27, 0.08);
    assert!((volume.0 - 9028.8).abs() < 1e-9);
}

#[test]
fn grains_are_conserved_between_hopper_and_bed() {
    // 1,000 m3 at 1.75 over a bed of 2.0, water 1.0: three quarters.
    assert_eq!(HopperM3(1000.0).to_in_situ(1.75, 2.0, 1.0), InSituM3(750.0));
    assert_eq!(concentration(1.07, 2.0, 1.0), 0.070_000_000_000_000_06);
    assert_eq!(HopperM3(1000.0).to_tonnes(1.75), Tonnes(1750.0));
    assert_eq!(InSituM3(750.0).to_tonnes(2.0), Tonnes(1500.0));
}
