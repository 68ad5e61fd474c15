//! probe
fn main() {
    let n: u32 = std::env::args().nth(1).and_then(|s| s.parse().ok()).unwrap_or(20);
    let c = silt_validation::ValidationConfig { fleets: n, calibration_fleets: n/2, ..Default::default() };
    let t = std::time::Instant::now();
    let (mut s, mut a) = silt_validation::synthetic_only(&c).expect("x");
    a.intervals.clear(); s.known_cycles.intervals.clear();
    for v in s.detected.values_mut().chain(s.corrected.values_mut()) { v.intervals.clear(); }
    s.speeds.by_state.clear(); 
    println!("{:#?}\n{:?}\n", s, a);
    eprintln!("{:?}", t.elapsed());
}
