//! Full disks, read-only folders, files that are no store.

use std::process::Command;

use tempfile::TempDir;

use super::tests::{create, in_folder, many, rtree_is_sound, validates};
use super::*;
use crate::FileSummary;
use crate::behaviour::{id, import, records, spec};

#[test]
fn a_full_disk_is_told_and_harms_nothing() {
    let (mut store, _folder) = in_folder();
    import(&mut store, &spec("2024-01"), &many(1_000, 0.0));
    let pages: i64 = store
        .conn
        .pragma_query_value(None, "page_count", |row| row.get(0))
        .expect("a page count");
    let limit = pages + 20;
    store
        .conn
        .pragma_update_and_check(None, "max_page_count", limit, |_| Ok(()))
        .expect("a limit");
    let next = spec("2024-02");
    let mut under_way = store.begin_import(&next).expect("an import");
    let mut outcome = Ok(());
    for batch in many(20_000, 0.5).chunks(1_000) {
        outcome = under_way.put(batch.to_vec());
        if outcome.is_err() {
            break;
        }
    }
    assert!(
        matches!(outcome, Err(StoreError::DiskFull { .. })),
        "{outcome:?}"
    );
    assert!(under_way.finish(FileSummary::default()).is_err());
    assert_eq!(records(&store, &Selection::default()).len(), 1_000);
    assert_eq!(store.editions(None).expect("editions").len(), 1);
    rtree_is_sound(&store);
}

/// A small file system of its own, unmounted at the end.
struct SmallDisk(TempDir);

impl SmallDisk {
    fn mount(options: &str) -> Option<SmallDisk> {
        let folder = tempfile::tempdir().expect("a folder");
        let arguments = ["-t", "tmpfs", "-o", options, "tmpfs"];
        let mounted = Command::new("mount")
            .args(arguments)
            .arg(folder.path())
            .output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(SmallDisk(folder));
        }
        eprintln!("skipped: mounting a small disk needs root");
        None
    }

    fn remount_read_only(&self) -> bool {
        let mut command = Command::new("mount");
        let remounted = command
            .args(["-o", "remount,ro"])
            .arg(self.0.path())
            .output();
        remounted.is_ok_and(|output| output.status.success())
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let unmounted = Command::new("umount").arg("-l").arg(self.0.path()).output();
        drop(unmounted);
    }
}

#[test]
fn a_disk_that_is_really_full_is_told_and_harms_nothing() {
    let Some(disk) = SmallDisk::mount("size=3m") else {
        return;
    };
    let path = disk.0.path().join("store.gpkg");
    let mut store = create(&path);
    import(&mut store, &spec("2024-01"), &many(1_000, 0.0));
    let next = spec("2024-02");
    let mut under_way = store.begin_import(&next).expect("an import");
    let rounds = 60;
    let mut outcome = Ok(());
    for round in 0..rounds {
        let mut batch = many(1_000, 0.5);
        for feature in &mut batch {
            feature.record_id = format!("{round}-{}", feature.record_id);
        }
        outcome = outcome.and_then(|()| under_way.put(batch));
    }
    let summary = FileSummary {
        sha256: "next".to_owned(),
        rows_read: rounds * 1_000,
    };
    // What fits into the page cache fails only when it is committed.
    let outcome = outcome.and_then(|()| under_way.finish(summary).map(drop));
    let told = matches!(outcome, Err(StoreError::DiskFull { .. }));
    assert!(told, "{outcome:?}");
    assert_eq!(records(&store, &Selection::default()).len(), 1_000);
    drop(store);
    let store = create(&path);
    assert_eq!(store.editions(None).expect("editions").len(), 1);
    rtree_is_sound(&store);
    validates(&path);
    // A new store does not fit at all.
    std::fs::write(disk.0.path().join("filler"), vec![1_u8; 3_000_000]).expect_err("no room");
    let refused = GeoPackageStore::open(disk.0.path().join("2.gpkg"), OpenMode::ReadWriteCreate);
    assert!(
        matches!(refused, Err(StoreError::DiskFull { .. })),
        "{refused:?}"
    );
}

#[test]
fn a_read_only_folder_can_be_read() {
    let Some(disk) = SmallDisk::mount("size=20m") else {
        return;
    };
    let path = disk.0.path().join("a %41 #1? store.gpkg");
    let mut store = create(&path);
    import(&mut store, &spec("2024-01"), &many(100, 0.0));
    drop(store);
    if !disk.remount_read_only() {
        eprintln!("skipped: cannot remount");
        return;
    }
    let store = GeoPackageStore::open(&path, OpenMode::ReadOnly).expect("a reader");
    assert_eq!(records(&store, &Selection::default()).len(), 100);
    let refused = GeoPackageStore::open(&path, OpenMode::ReadWriteCreate);
    assert!(
        matches!(refused, Err(StoreError::ReadOnly { .. })),
        "{refused:?}"
    );
    let absent = disk.0.path().join("new.gpkg");
    let refused = GeoPackageStore::open(absent, OpenMode::ReadWriteCreate);
    assert!(
        matches!(refused, Err(StoreError::ReadOnly { .. })),
        "{refused:?}"
    );
}

#[test]
fn a_reader_does_not_write() {
    let (mut store, _folder) = in_folder();
    import(&mut store, &spec("2024-01"), &many(3, 0.0));
    let mut reader = GeoPackageStore::open(store.path(), OpenMode::ReadOnly).expect("a reader");
    let refused = reader.edit("sites", &id("1"), None, "2025-01-01T00:00:00Z");
    assert!(
        matches!(refused, Err(StoreError::ReadOnly { .. })),
        "{refused:?}"
    );
    assert_eq!(records(&store, &Selection::default()).len(), 3);
}

#[test]
fn what_is_no_store_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let absent = GeoPackageStore::open(path("absent.gpkg"), OpenMode::ReadOnly);
    assert!(
        matches!(absent, Err(StoreError::NotAStore { .. })),
        "{absent:?}"
    );
    let nowhere = GeoPackageStore::open(path("no/folder.gpkg"), OpenMode::ReadWriteCreate);
    assert!(
        matches!(nowhere, Err(StoreError::ReadOnly { .. })),
        "{nowhere:?}"
    );
    std::fs::write(path("text.gpkg"), "<html>no store</html>".repeat(100)).expect("a file");
    for mode in [OpenMode::ReadOnly, OpenMode::ReadWriteCreate] {
        let text = GeoPackageStore::open(path("text.gpkg"), mode);
        assert!(
            matches!(text, Err(StoreError::NotAStore { .. })),
            "{text:?}"
        );
        let directory = GeoPackageStore::open(folder.path(), mode);
        assert!(directory.is_err());
    }
    let other = Connection::open(path("other.gpkg")).expect("a file");
    other.execute_batch("CREATE TABLE t(a)").expect("a table");
    drop(other);
    let other = GeoPackageStore::open(path("other.gpkg"), OpenMode::ReadWriteCreate);
    assert!(
        matches!(other, Err(StoreError::NotAStore { .. })),
        "{other:?}"
    );

    let store = create(&path("new.gpkg"));
    let newer = "UPDATE silt_meta SET value = 99 WHERE key = 'store_version'";
    store.conn.execute(newer, []).expect("an update");
    drop(store);
    let newer = GeoPackageStore::open(path("new.gpkg"), OpenMode::ReadOnly);
    assert!(
        matches!(newer, Err(StoreError::NewerVersion { found: 99, .. })),
        "{newer:?}"
    );
    // An empty file, as `mktemp` makes it, becomes a store.
    std::fs::write(path("empty.gpkg"), "").expect("a file");
    create(&path("empty.gpkg"));
}

#[test]
fn damage_is_an_error_and_no_panic() {
    let (mut store, _folder) = in_folder();
    import(&mut store, &spec("2024-01"), &many(3, 0.0));
    let scan = |store: &GeoPackageStore| {
        store.scan("sites", &Selection::default(), &mut |_| {
            ControlFlow::Continue(())
        })
    };
    for damage in [
        "UPDATE sites SET silt_flags = '{'",
        "UPDATE sites SET silt_flags = NULL, silt_regions = '[1]'",
        "UPDATE sites SET silt_regions = NULL, silt_more = 'x'",
    ] {
        store.conn.execute(damage, []).expect("damage");
        let outcome = scan(&store);
        assert!(
            matches!(outcome, Err(StoreError::NotAStore { .. })),
            "{outcome:?}"
        );
    }
    store
        .conn
        .execute("UPDATE sites SET silt_more = NULL", [])
        .expect("repair");
    scan(&store).expect("a scan");
    ddl::drop_rtree_triggers(&store.conn, "sites").expect("no triggers");
    store
        .conn
        .execute("UPDATE sites SET geom = x'4750000147'", [])
        .expect("damage");
    assert!(scan(&store).is_err());
}
