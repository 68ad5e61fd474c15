use std::cell::Cell;
use std::process::Command;

use silt_model::Value;
use tempfile::TempDir;

use super::*;
use crate::FileSummary;
use crate::behaviour::{self, id, import, point, records, spec};

pub(super) fn create(path: &Path) -> GeoPackageStore {
    GeoPackageStore::open(path, OpenMode::ReadWriteCreate).expect("a store")
}

pub(super) fn in_folder() -> (GeoPackageStore, TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = create(&folder.path().join("store.gpkg"));
    (store, folder)
}

/// Runs a check with a function that makes stores in one folder.
fn with_stores(check: impl Fn(behaviour::MakeStore<'_>)) {
    let folder = tempfile::tempdir().expect("a folder");
    let number = Cell::new(0);
    check(&|| {
        number.set(number.get() + 1);
        let path = folder.path().join(format!("{}.gpkg", number.get()));
        Box::new(create(&path))
    });
}

#[test]
fn every_behaviour() {
    with_stores(behaviour::run_all);
}

#[test]
fn many_random_histories_equal_the_oracle() {
    with_stores(|make_store| {
        for seed in 1_000..1_200 {
            let plan = behaviour::oracle::random_plan(seed);
            behaviour::oracle::check(make_store().as_mut(), &plan);
        }
    });
}

pub(super) fn many(count: u32, shift: f64) -> Vec<Feature> {
    (0..count)
        .map(|number| {
            let x = f64::from(number % 360) - 180.0 + shift;
            let y = f64::from(number / 360 % 180) - 90.0;
            let properties = [
                ("height", Value::Int(i64::from(number))),
                ("label", Value::Text(format!("no. {number}"))),
            ];
            let mut feature = point(&number.to_string(), x, y, &properties);
            feature.regions = vec!["iso3:BRA".into()];
            feature
        })
        .collect()
}

pub(super) fn rtree_is_sound(store: &GeoPackageStore) {
    let checked: String = store
        .conn
        .query_row("SELECT rtreecheck('rtree_sites_geom')", [], |row| {
            row.get(0)
        })
        .expect("a check");
    assert_eq!(checked, "ok");
    let integrity: String = store
        .conn
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .expect("a check");
    assert_eq!(integrity, "ok");
    let (features, boxes): (i64, i64) = store
        .conn
        .query_row(
            "SELECT (SELECT count(*) FROM sites WHERE geom IS NOT NULL AND NOT ST_IsEmpty(geom)),
                    (SELECT count(*) FROM rtree_sites_geom)",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .expect("counts");
    assert_eq!(features, boxes);
}

#[test]
fn the_rtree_is_sound_after_every_way_of_writing_it() {
    for count in [0, 1, 50, 51, 52, 2_601, 2_602, 20_000] {
        let (mut store, _folder) = in_folder();
        import(&mut store, &spec("2024-01"), &many(count, 0.0));
        rtree_is_sound(&store);
        // Row by row for a few, rebuilt for many.
        import(&mut store, &spec("2024-02"), &many(count / 2, 0.5));
        rtree_is_sound(&store);
        let triggers: i64 = store
            .conn
            .query_row(
                "SELECT count(*) FROM sqlite_master WHERE type = 'trigger'",
                [],
                |row| row.get(0),
            )
            .expect("a count");
        assert_eq!(triggers, 6);
        let away = point("0", 7.0, 77.0, &[]);
        let edited = store.edit("sites", &id("0"), Some(&away), "2025-01-01T00:00:00Z");
        assert!(edited.expect("an edit"));
        rtree_is_sound(&store);
    }
}

/// Runs a program of GDAL, or says that it is missing. Its answer and whether it succeeded.
fn gdal(program: &str, arguments: &[&str]) -> Option<(String, bool)> {
    let output = match Command::new(program).args(arguments).output() {
        Ok(output) => output,
        Err(_) => {
            eprintln!("skipped: {program} is not installed");
            return None;
        }
    };
    let mut said = String::from_utf8_lossy(&output.stdout).into_owned();
    said.push_str(&String::from_utf8_lossy(&output.stderr));
    if said.contains("No module named") {
        eprintln!("skipped: python3-gdal is not installed");
        return None;
    }
    Some((said, output.status.success()))
}

pub(super) fn validates(path: &Path) {
    let file = path.to_str().expect("a path");
    let arguments = ["-m", "osgeo_utils.samples.validate_gpkg", "--extra", file];
    let Some((said, success)) = gdal("/usr/bin/python3", &arguments) else {
        return;
    };
    assert!(success, "{said}");
    assert!(!said.contains("Warning"), "{said}");
    assert!(!said.contains("whereas"), "{said}");
}

#[test]
fn gdal_accepts_a_store_of_any_content() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store.gpkg");
    let mut store = create(&path);
    validates(&path);

    let properties = [
        ("bool", true.into()),
        ("int", 5_i64.into()),
        ("real", 2.5.into()),
        ("whole", Value::Int(3)),
        ("json", Value::Json("[1]".to_owned())),
        ("Name", "a".into()),
        ("name", "b".into()),
        ("with \"quotes\"\n", "c".into()),
        ("", "d".into()),
        ("only null", Value::Null),
    ];
    let first = [
        point("1", 1.0, 1.0, &properties),
        Feature {
            geometry: None,
            ..point("2", 0.0, 0.0, &[("whole", 2.5.into())])
        },
        Feature {
            geometry: Some(geo_types::Geometry::MultiPoint(geo_types::MultiPoint(
                vec![],
            ))),
            ..point(
                "3",
                0.0,
                0.0,
                &[("int", "text".into()), ("bool", "text".into())],
            )
        },
        Feature {
            geometry: Some(geo_types::Rect::new((0.0, 0.0), (1.0, 1.0)).into()),
            ..point("4", 0.0, 0.0, &[("late", 1_i64.into())])
        },
    ];
    import(&mut store, &spec("2024-01"), &first);
    import(&mut store, &spec("2024-02"), &first[..2]);
    let removed = store.edit("sites", &id("1"), None, "2024-03-01T00:00:00Z");
    assert!(removed.expect("an edit"));
    let empty = CollectionSchema::new("empty");
    store.ensure_collection(&empty).expect("a collection");
    let mut same_title = CollectionSchema::new("other");
    same_title.title = "sites".to_owned();
    store.ensure_collection(&same_title).expect("a collection");
    // Validated while the store is open, with a write-ahead log beside it.
    validates(&path);
    drop(store);
    validates(&path);
}

#[test]
fn gdal_reads_while_the_store_is_open_and_during_an_import() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store.gpkg");
    let file = path.to_str().expect("a path").to_owned();
    let mut store = create(&path);
    import(&mut store, &spec("2024-01"), &many(2_000, 0.0));
    let next = spec("2024-02");
    let mut under_way = store.begin_import(&next).expect("an import");
    under_way.put(many(500, 0.5)).expect("features are taken");
    let Some((said, success)) = gdal("ogrinfo", &["-ro", "-al", "-so", &file]) else {
        return;
    };
    assert!(success, "{said}");
    assert!(said.contains("Feature Count: 2000"), "{said}");
    assert!(said.contains("Layer name: silt_change"), "{said}");
    assert!(!said.contains("ERROR"), "{said}");
    let summary = FileSummary {
        sha256: "next".to_owned(),
        rows_read: 500,
    };
    under_way.finish(summary).expect("a report");
    let filter = [
        "-ro", "-spat", "-180", "-90", "-178", "-89.5", &file, "sites",
    ];
    let (said, success) = gdal("ogrinfo", &filter).expect("it ran before");
    assert!(success && said.contains("Feature Count: 2"), "{said}");
}

#[test]
fn a_reader_sees_the_last_commit_while_another_writes() {
    let (mut store, _folder) = in_folder();
    import(&mut store, &spec("2024-01"), &many(10, 0.0));
    let reader = GeoPackageStore::open(store.path(), OpenMode::ReadOnly).expect("a reader");
    let version = reader.data_version().expect("a version");
    let path = store.path().to_path_buf();
    let next = spec("2024-02");
    let mut under_way = store.begin_import(&next).expect("an import");
    under_way.put(many(5, 0.0)).expect("features are taken");
    assert_eq!(records(&reader, &Selection::default()).len(), 10);
    // A second writer is told to wait.
    let mut second = create(&path);
    let busy = second.ensure_collection(&CollectionSchema::new("more"));
    assert!(matches!(busy, Err(StoreError::Busy { .. })), "{busy:?}");
    let summary = FileSummary {
        sha256: "next".to_owned(),
        rows_read: 5,
    };
    under_way.finish(summary).expect("a report");
    assert_eq!(records(&reader, &Selection::default()).len(), 5);
    assert!(reader.data_version().expect("a version") > version);
}

#[test]
fn a_large_import_leaves_no_large_log() {
    let (mut store, folder) = in_folder();
    import(&mut store, &spec("2024-01"), &many(20_000, 0.0));
    let log = folder.path().join("store.gpkg-wal");
    assert_eq!(std::fs::metadata(log).expect("a log").len(), 0);
}

#[test]
fn widening_late_in_a_bulk_import_keeps_every_value() {
    let (mut store, _folder) = in_folder();
    let mut features = many(3_000, 0.0);
    features[2_999].properties[0].1 = Value::Real(0.5);
    import(&mut store, &spec("2024-01"), &features);
    rtree_is_sound(&store);
    let mut sum = 0.0;
    store
        .scan("sites", &Selection::default(), &mut |stored| {
            sum += stored
                .feature
                .property("height")
                .as_f64()
                .expect("a number");
            ControlFlow::Continue(())
        })
        .expect("a scan");
    assert_eq!(sum, f64::from(2_998 * 2_999 / 2) + 0.5);
    validates(store.path());
}

#[test]
fn a_store_of_an_older_build_gives_collections_the_version_of_the_store() {
    let (mut store, _folder) = in_folder();
    import(&mut store, &spec("2024-01"), &many(3, 0.0));
    let other = CollectionSchema::new("other");
    store.ensure_collection(&other).expect("a collection");
    store
        .conn
        .execute("DELETE FROM silt_meta WHERE key LIKE 'version:%'", [])
        .expect("the versions are forgotten");
    let newest = store.data_version().expect("a version");
    let versions = |store: &GeoPackageStore| -> Vec<u64> {
        let collections = store.collections().expect("collections");
        collections.iter().map(|found| found.version).collect()
    };
    assert_eq!(versions(&store), [newest, newest]);
    import(&mut store, &spec("2024-02"), &many(2, 0.0));
    let mut titled = other;
    titled.title = "Titled".to_owned();
    store.ensure_collection(&titled).expect("a collection");
    assert_eq!(versions(&store), [newest + 2, newest + 1]);
}
