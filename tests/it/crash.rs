//! SIGKILL at random moments: afterwards the store holds the edition before or the new one, and
//! nothing between, and GDAL still reads it.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{Random, Silt};

const FEATURES: usize = 20_000;
const ROUNDS: u64 = 24;

fn edition(status: &str, features: usize) -> String {
    let mut text = String::from(r#"{"type":"FeatureCollection","features":["#);
    for number in 0..features {
        let longitude = (number % 360) as f64 - 180.0 + 0.25;
        let latitude = (number % 120) as f64 - 60.0 + 0.25;
        let separator = if number == 0 { "" } else { "," };
        write!(
            text,
            r#"{separator}{{"type":"Feature","id":"{number}","properties":{{"name":"Site {number}","status":"{status}"}},"geometry":{{"type":"Point","coordinates":[{longitude},{latitude}]}}}}"#
        )
        .expect("text grows");
    }
    text.push_str("]}");
    text
}

fn copy_folder(from: &Path, to: &Path) {
    let _ = std::fs::remove_dir_all(to);
    std::fs::create_dir_all(to).expect("a folder can be made");
    for entry in std::fs::read_dir(from).expect("the folder can be read") {
        let entry = entry.expect("an entry");
        if entry.path().is_file() {
            std::fs::copy(entry.path(), to.join(entry.file_name())).expect("a file can be copied");
        }
    }
}

/// Starts a command, kills it after `delay` and says whether it had ended by itself.
fn kill_after(silt: &Silt, arguments: &[&str], delay: Duration) -> bool {
    let mut child = silt
        .command(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary starts");
    std::thread::sleep(delay);
    let ended = child.try_wait().expect("the child can be asked").is_some();
    // SIGKILL on Unix.
    let _ = child.kill();
    child.wait().expect("the child ends");
    ended
}

/// How long a command takes when nothing stops it.
fn duration_of(silt: &Silt, arguments: &[&str]) -> Duration {
    let start = Instant::now();
    silt.ok(arguments);
    start.elapsed()
}

/// What GDAL counts in a layer of the store.
fn gdal_count(store: &Path, layer: &str) -> Option<u64> {
    let output = Command::new("ogrinfo")
        .args(["-ro", "-so"])
        .arg(store)
        .arg(layer)
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "GDAL reads the store: {text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("Feature Count: "))?;
    Some(line.trim().parse().expect("a count"))
}

fn statuses(silt: &Silt) -> (usize, BTreeSet<String>) {
    let features = silt.features("sites", &[]);
    let statuses = features
        .iter()
        .map(|feature| {
            feature["properties"]["status"]
                .as_str()
                .unwrap_or("none")
                .to_owned()
        })
        .collect();
    (features.len(), statuses)
}

#[test]
fn a_killed_import_leaves_one_edition_whole() {
    let silt = Silt::new();
    let before = silt.file("before.geojson", edition("active", FEATURES));
    let after = silt.file("after.geojson", edition("closed", FEATURES + 500));
    silt.import(&before, "sites", &["--edition", "2020"]);
    let prepared = silt.path("prepared");
    copy_folder(&silt.data(), &prepared);

    let after = after.to_str().expect("a path in UTF-8");
    let import = [
        "import",
        after,
        "--collection",
        "sites",
        "--edition",
        "2021",
    ];
    let whole = duration_of(&silt, &import);
    let mut random = Random(7);
    let (mut old, mut new) = (0, 0);
    for round in 0..ROUNDS {
        copy_folder(&prepared, &silt.data());
        // From the start to a little beyond the end, so that both outcomes and the commit are met.
        let delay = whole.mul_f64(random.unit() * 1.1);
        let ended = kill_after(&silt, &import, delay);
        let (count, found) = statuses(&silt);
        let editions = silt.json(&["editions"]).remove(0);
        let edition_count = editions.as_array().map(Vec::len).unwrap_or(0);
        let expected = match edition_count {
            1 => (FEATURES, "active"),
            2 => (FEATURES + 500, "closed"),
            other => panic!("round {round}: {other} editions"),
        };
        assert_eq!(count, expected.0, "round {round}, killed after {delay:?}");
        assert_eq!(
            found,
            BTreeSet::from([expected.1.to_owned()]),
            "round {round}, killed after {delay:?}"
        );
        assert!(
            !ended || edition_count == 2,
            "an import that said done is there"
        );
        if let Some(counted) = gdal_count(&silt.store(), "sites") {
            assert_eq!(counted, expected.0 as u64, "GDAL, round {round}");
        }
        if edition_count == 1 {
            old += 1
        } else {
            new += 1
        }
        silt.ok(&["doctor"]);
    }
    eprintln!("killed {ROUNDS} imports: {old} left the edition before, {new} the new one");
    assert!(old > 0, "some import was stopped in time");
}

#[test]
fn a_killed_first_import_leaves_nothing_or_all() {
    let silt = Silt::new();
    let file = silt.file("first.geojson", edition("active", FEATURES));
    let file = file.to_str().expect("a path in UTF-8");
    let import = ["import", file, "--collection", "sites", "--edition", "2020"];
    let whole = duration_of(&silt, &import);
    let mut random = Random(11);
    for round in 0..12 {
        let _ = std::fs::remove_dir_all(silt.data());
        let delay = whole.mul_f64(random.unit() * 1.1);
        kill_after(&silt, &import, delay);
        if !silt.store().exists() {
            continue;
        }
        silt.ok(&["init"]);
        let infos = silt.json(&["collections"]).remove(0);
        let sites = infos
            .as_array()
            .expect("a list")
            .iter()
            .find(|info| info["schema"]["id"] == "sites");
        let count = sites.map_or(0, |info| info["features"].as_u64().expect("a count"));
        assert!(
            count == 0 || count == FEATURES as u64,
            "round {round}, killed after {delay:?}: {count}"
        );
        // And the same import goes through afterwards.
        silt.ok(&import);
        assert_eq!(statuses(&silt).0, FEATURES);
    }
}

#[test]
fn a_killed_edit_is_made_or_not_made() {
    let silt = Silt::new();
    let file = silt.file("sites.geojson", edition("active", 200));
    silt.import(&file, "sites", &["--edition", "2020"]);
    let edit = [
        "edit",
        "sites",
        "sites:7",
        "--set",
        "status=closed",
        "--set",
        "note=by hand",
    ];
    let prepared = silt.path("prepared");
    copy_folder(&silt.data(), &prepared);
    let whole = duration_of(&silt, &edit);
    let mut random = Random(13);
    for round in 0..ROUNDS {
        copy_folder(&prepared, &silt.data());
        let delay = whole.mul_f64(random.unit() * 1.1);
        let ended = kill_after(&silt, &edit, delay);
        let states = silt.json(&["history", "sites:7"]).remove(0)["states"]
            .as_array()
            .map(Vec::len);
        let features = silt.features("sites", &[]);
        assert_eq!(features.len(), 200, "round {round}");
        let edited: Vec<&Value> = features
            .iter()
            .filter(|feature| feature["properties"]["status"] == "closed")
            .collect();
        let changes = silt.json(&["changes", "--field", "status"]).len();
        let seen = (states, edited.len(), changes);
        let made = seen == (Some(2), 1, 1);
        assert!(
            made || seen == (Some(1), 0, 0),
            "round {round}, killed after {delay:?}: {seen:?}"
        );
        if made {
            assert_eq!(edited[0]["properties"]["note"], "by hand");
        }
        assert!(made || !ended, "an edit that said done is there");
        if let Some(counted) = gdal_count(&silt.store(), "sites") {
            assert_eq!(counted, 200);
        }
    }
}

#[test]
fn a_reader_sees_one_edition_while_another_is_imported() {
    let silt = Silt::new();
    let before = silt.file("before.geojson", edition("active", FEATURES));
    let after = silt.file("after.geojson", edition("closed", FEATURES));
    silt.import(&before, "sites", &["--edition", "2020"]);
    let server = silt.serve();
    let after = after.to_str().expect("a path in UTF-8");
    let mut child = silt
        .command(&[
            "import",
            after,
            "--collection",
            "sites",
            "--edition",
            "2021",
        ])
        .stdout(Stdio::null())
        .spawn()
        .expect("the binary starts");
    let mut answers = 0;
    while child.try_wait().expect("the child can be asked").is_none() {
        let page = server.json("/collections/sites/items?limit=10000");
        let found: BTreeSet<String> = page["features"]
            .as_array()
            .expect("features")
            .iter()
            .map(|feature| {
                feature["properties"]["status"]
                    .as_str()
                    .unwrap_or("none")
                    .to_owned()
            })
            .collect();
        assert_eq!(found.len(), 1, "one edition in one answer: {found:?}");
        answers += 1;
    }
    assert!(answers > 0, "the server answers during an import");
    let status = || {
        let page = server.json("/collections/sites/items?limit=1");
        page["features"][0]["properties"]["status"].clone()
    };
    let ended = Instant::now();
    while status() != "closed" {
        assert!(
            ended.elapsed() < Duration::from_secs(30),
            "the import is not seen without a restart"
        );
        std::thread::sleep(Duration::from_millis(100));
    }
}
