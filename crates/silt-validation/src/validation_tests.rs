use super::*;

fn small() -> ValidationConfig {
    ValidationConfig {
        fleets: 3,
        calibration_fleets: 2,
        vessels: 8,
        days: 5,
        arithmetic_cases: 20,
        ..ValidationConfig::default()
    }
}

fn on_threads(threads: usize, config: &ValidationConfig) -> (String, String) {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .expect("a pool of threads");
    pool.install(|| {
        let report = validate(config, &[], &|| {}).expect("a small report");
        (report.to_json().expect("JSON"), report.to_html())
    })
}

#[test]
fn one_thread_and_two_write_the_same_bytes() {
    let one = on_threads(1, &small());
    let two = on_threads(2, &small());
    assert!(one.0 == two.0, "the JSON differs");
    assert!(one.1 == two.1, "the page differs");
    let other = on_threads(2, &ValidationConfig { seed: 2, ..small() });
    assert!(one.0 != other.0, "another seed is another report");
}

#[test]
fn a_small_report_says_what_it_is() {
    let config = small();
    let done = std::sync::atomic::AtomicU32::new(0);
    let tell = || {
        done.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    };
    let report = validate(&config, &[], &tell).expect("a small report");
    assert_eq!(done.into_inner(), 5);
    let json: serde_json::Value =
        serde_json::from_str(&report.to_json().expect("JSON")).expect("JSON that can be read");
    assert_eq!(json["synthetic"], true);
    assert_eq!(json["synthetic_fleets"]["synthetic"], true);
    assert_eq!(json["config"]["fleets"], 3);
    assert_eq!(
        json["versions"]["dredging_method"],
        silt_dredging::METHOD_VERSION
    );
    assert!(json["real"].is_null());
    assert_eq!(
        json["not_shown"].as_array().map(Vec::len),
        Some(NOT_SHOWN.len())
    );
    let page = report.to_html();
    assert!(page.contains("SYNTHETIC") && page.contains("Not tested: no folder"));
    assert!(
        !page.contains("<script") && !page.contains("http"),
        "the page stands alone"
    );
    for drawing in page.split("<svg").skip(1) {
        assert!(drawing.contains("<title") && drawing.contains("<desc"));
    }
    assert!(!page.contains("NaN"), "no number is missing");
}

#[test]
fn truth_that_is_not_what_was_seen_scores_worse() {
    let config = ValidationConfig {
        fleets: 2,
        vessels: 12,
        days: 6,
        ..small()
    };
    let land = bundled_land();
    let places = fleet::synthetic_places(&land);
    let mut scores = [scores::Scores::default(), scores::Scores::default()];
    for number in 0..config.fleets {
        let fleet = silt_synth::Fleet::new(config.test_fleet(number)).expect("a fleet");
        let mut read = fleet::read_fleet(fleet, &places, &config);
        scores[0].add(&scores::score(&read, config.cycle_overlap).expect("scores"));
        // The same detection against a truth that is three hours later.
        const LATER_MS: i64 = 3 * 3_600_000;
        for vessel in &mut read.vessels {
            for state in &mut vessel.track.truth_states {
                state.start_ms += LATER_MS;
                state.end_ms += LATER_MS;
            }
            for cycle in &mut vessel.track.truth_cycles {
                cycle.dredge_start_ms += LATER_MS;
                cycle.dredge_end_ms += LATER_MS;
            }
        }
        scores[1].add(&scores::score(&read, config.cycle_overlap).expect("scores"));
    }
    let f1 = |scores: &scores::Scores| scores.cycles.heard().f1.expect("there are cycles");
    let accuracy = |scores: &scores::Scores| {
        let states = scores.states_of(&[silt_synth::VesselKind::Tshd]);
        states.accuracy.expect("there are minutes")
    };
    assert!(f1(&scores[0]) > 0.6, "{}", f1(&scores[0]));
    assert!(f1(&scores[1]) < 0.5 * f1(&scores[0]), "{}", f1(&scores[1]));
    assert!(accuracy(&scores[1]) < accuracy(&scores[0]) - 0.1);
}

#[test]
fn priors_that_are_wrong_lose_the_coverage() {
    let config = ValidationConfig {
        fleets: 12,
        ..small()
    };
    let mut wrong = config.clone();
    wrong.priors.load = silt_estimate::LoadPrior::TonnesPerHopperM3 {
        tonnes_per_hopper_m3: silt_estimate::Distribution::Uniform {
            low: 2.4,
            high: 2.6,
        },
    };
    let share = |config: &ValidationConfig| {
        let report = validate(config, &[], &|| {}).expect("a report");
        report
            .synthetic_fleets
            .known_cycles
            .coverage
            .share
            .expect("cases")
    };
    assert!(share(&config) > 0.6);
    assert!(share(&wrong) < 0.2);
}
