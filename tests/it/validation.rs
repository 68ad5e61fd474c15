//! The validation report from outside: a few small fleets through the binary.

use serde_json::Value;

use crate::support::{Silt, mirror};

const SMALL: [&str; 8] = [
    "--fleets",
    "4",
    "--calibration-fleets",
    "2",
    "--vessels",
    "8",
    "--days",
    "6",
];

fn validate(silt: &Silt, name: &str, threads: &str, more: &[&str]) -> (Vec<u8>, String, Value) {
    let folder = silt.path(name);
    let output = folder.to_str().expect("a path in UTF-8");
    let mut arguments = vec!["--json", "dredging", "validate", "-o", output];
    arguments.extend(SMALL);
    arguments.extend(more);
    let run = silt
        .command(&arguments)
        .env("RAYON_NUM_THREADS", threads)
        .output()
        .expect("the binary runs");
    assert!(
        run.status.success(),
        "{}",
        String::from_utf8_lossy(&run.stderr)
    );
    let findings = serde_json::from_slice(&run.stdout).expect("--json writes JSON");
    let json = std::fs::read(folder.join("validation.json")).expect("the report");
    let page = std::fs::read_to_string(folder.join("validation.html")).expect("the page");
    (json, page, findings)
}

#[test]
fn the_report_is_the_same_on_one_thread_and_on_two() {
    let silt = Silt::new();
    let (json, page, findings) = validate(&silt, "one", "1", &[]);
    let (json_again, page_again, _) = validate(&silt, "two", "2", &[]);
    assert!(json == json_again && page == page_again);
    let report: Value = serde_json::from_slice(&json).expect("JSON");
    assert_eq!(report["synthetic"], true);
    assert_eq!(report["real"], Value::Null);
    assert_eq!(report["findings"], findings);
    assert!(page.contains("What this does not show") && page.contains("SYNTHETIC"));
    assert!(!page.contains("<script"));
}

#[test]
fn the_corrected_priors_can_be_estimated_with() {
    let silt = Silt::new();
    validate(&silt, "report", "2", &[]);
    let path = silt.path("report").join("corrected_priors.json");
    let text = std::fs::read_to_string(&path).expect("the priors");
    let priors: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(priors["true_cycles_per_detected"]["kind"], "triangular");
    assert!(
        priors["version"]
            .as_str()
            .is_some_and(|version| version.ends_with("+validated"))
    );
}

#[test]
fn real_vessels_that_do_not_dredge_have_no_cycle() {
    let Some(mirror) = mirror("real_vessels_that_do_not_dredge_have_no_cycle") else {
        return;
    };
    let silt = Silt::new();
    let folder = mirror.to_str().expect("a path in UTF-8").to_owned();
    let (json, page, _) = validate(&silt, "real", "2", &["--real", &folder]);
    let report: Value = serde_json::from_slice(&json).expect("JSON");
    let negatives = report["real"]["negatives"].as_array().expect("a list");
    assert_eq!(negatives.len(), 10);
    assert!(negatives.iter().all(|negative| negative["cycles"] == 0));
    assert!(page.contains("wind-farm jack-up"));
}

#[test]
fn a_folder_that_is_not_there_is_an_error_that_names_it() {
    let silt = Silt::new();
    let output = silt.path("out");
    let output = output.to_str().expect("a path in UTF-8");
    let mut arguments = vec![
        "dredging",
        "validate",
        "-o",
        output,
        "--real",
        "nowhere-at-all",
    ];
    arguments.extend(SMALL);
    let run = silt.command(&arguments).output().expect("the binary runs");
    assert!(!run.status.success());
    let said = String::from_utf8_lossy(&run.stderr).into_owned();
    assert!(said.contains("nowhere-at-all"), "{said}");
}
