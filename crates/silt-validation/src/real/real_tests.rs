use std::fs;

use super::*;

fn mirror() -> Option<PathBuf> {
    let folder = std::env::var_os("SILT_MIRROR").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("skipped: SILT_MIRROR is not set");
    }
    folder
}

fn run_on(folder: &std::path::Path) -> Result<Real, RealError> {
    run(
        &ValidationConfig::default(),
        &[folder.to_owned()],
        &crate::bundled_land(),
    )
}

#[test]
fn vessels_that_do_not_dredge_have_no_cycle_without_their_type() {
    let Some(folder) = mirror() else { return };
    let real = run_on(&folder).expect("the mirror can be read");
    assert!(real.missing.is_empty(), "{:?}", real.missing);
    // Three fishing vessels and two tankers, with places and without.
    assert_eq!(real.negatives.len(), 10);
    for negative in &real.negatives {
        assert_eq!(negative.cycles, 0, "{negative:?}");
        assert_eq!(negative.dredge_hours, 0.0, "{negative:?}");
    }
    let worked = real.negatives.iter().filter(|one| one.work_hours > 5.0);
    assert!(worked.count() >= 3, "trawlers do work slowly for hours");
    assert!(real.feeds.iter().all(|feed| feed.vessels_with_cycles == 0));
}

#[test]
fn known_dredgers_and_senders_of_type_33_are_told_apart() {
    let Some(folder) = mirror() else { return };
    let real = run_on(&folder).expect("the mirror can be read");
    assert!(real.dredgers.len() > 50);
    assert!(real.dredgers.iter().all(|dredger| dredger.plausible));
    let stuyvesant = real.other_type.iter().find(|one| one.mmsi == 368_098_000);
    assert_eq!(stuyvesant.map(|one| one.ship_type), Some(90));
    let noted: Vec<&str> = real
        .type_33
        .iter()
        .filter_map(|one| one.is_instead.as_deref())
        .collect();
    assert_eq!(noted.len(), 14);
    assert!(noted.contains(&"wind-farm jack-up") && noted.contains(&"cable layer"));
    let baltic = real
        .feeds
        .iter()
        .find(|feed| feed.file.starts_with("ais_history"));
    let baltic = baltic.expect("the feed is there");
    assert_eq!((baltic.type_33, baltic.type_33_known_dredgers), (83, 11));
    // The twelfth dredger of that feed sends type 70.
    assert!(real.other_type.iter().any(|one| one.mmsi == 255_845_000));
    let speeds = real.speeds.expect("the table is there");
    let of_classes = (speeds.idle, speeds.slow, speeds.between, speeds.fast);
    // METHODS 1.4.
    assert_eq!((speeds.snapshots, of_classes), (91, (43, 16, 0, 32)));
    assert!(real.published.len() >= 71);
}

#[test]
fn what_is_missing_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let real = run_on(folder.path()).expect("an empty folder is no error");
    assert_eq!(real.missing.len(), FILES.len() + 1);
    assert!(real.negatives.is_empty() && real.published.is_empty());
}

#[test]
fn a_file_that_is_not_what_its_name_says_is_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let inner = folder.path().join("a/b");
    fs::create_dir_all(&inner).expect("folders");
    fs::write(inner.join("tracks_dev.csv.gz"), "<html>").expect("written");
    let error = run_on(folder.path()).expect_err("a page is no feed");
    assert!(error.to_string().contains("tracks_dev.csv.gz"), "{error}");
    fs::remove_file(inner.join("tracks_dev.csv.gz")).expect("removed");
    fs::write(inner.join("dredgers.csv"), "mmsi,name\nseven,X\n").expect("written");
    let error = run_on(folder.path()).expect_err("seven is no number");
    assert!(error.to_string().contains("dredgers.csv"), "{error}");
    let error = run_on(&folder.path().join("nowhere")).expect_err("there is no such folder");
    assert!(error.to_string().contains("nowhere"), "{error}");
}
