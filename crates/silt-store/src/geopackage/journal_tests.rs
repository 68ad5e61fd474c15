use crate::behaviour::{id, import, point, spec};
use crate::geopackage::tests::{in_folder, many};
use crate::{GeoPackageStore, Store};

use super::*;

fn version_of(store: &GeoPackageStore, collection: &str) -> u64 {
    let collections = store.collections().expect("collections");
    let info = collections.iter().find(|info| info.schema.id == collection);
    info.expect("the collection").version
}

#[test]
fn an_edit_lists_one_feature_and_a_large_import_none() {
    let (mut store, _folder) = in_folder();
    import(&mut store, &spec("2024-01-01"), &many(25_000, 0.0));
    let whole = version_of(&store, "sites");
    assert_eq!(
        store.touched_since("sites", whole - 1).expect("an answer"),
        None,
        "too many to list"
    );
    assert_eq!(
        store.touched_since("sites", whole).expect("an answer"),
        Some(Vec::new())
    );

    let moved = point("17", 1.0, 2.0, &[]);
    let at = "2024-02-01T00:00:00Z";
    assert!(
        store
            .edit("sites", &id("17"), Some(&moved), at)
            .expect("an edit")
    );
    let touched = store
        .touched_since("sites", whole)
        .expect("an answer")
        .expect("a list");
    let feature = store
        .feature("sites", &id("17"))
        .expect("an answer")
        .expect("the feature");
    assert_eq!(touched, [feature.fid]);
    assert_eq!(
        store.touched_since("sites", whole - 1).expect("an answer"),
        None
    );
}

#[test]
fn a_change_without_journal_is_noticed() {
    let (mut store, _folder) = in_folder();
    import(&mut store, &spec("2024-01-01"), &many(5, 0.0));
    let before = version_of(&store, "sites");
    // As a build did that kept no journal.
    store
        .conn
        .execute_batch(
            "UPDATE sites SET height = 1 WHERE fid = 1;
             UPDATE silt_meta SET value = value + 1 WHERE key IN ('data_version', 'version:sites')",
        )
        .expect("a change");
    assert_eq!(
        store.touched_since("sites", before).expect("an answer"),
        None
    );
    let at = "2024-02-01T00:00:00Z";
    store.edit("sites", &id("2"), None, at).expect("an edit");
    assert_eq!(
        store.touched_since("sites", before).expect("an answer"),
        None
    );
}

#[test]
fn what_is_rolled_back_is_not_listed() {
    let (mut store, _folder) = in_folder();
    import(&mut store, &spec("2024-01-01"), &many(5, 0.0));
    let before = version_of(&store, "sites");
    let mut abandoned = store.begin_import(&spec("2024-03-01")).expect("an import");
    abandoned.put(many(5, 1.0)).expect("features");
    drop(abandoned);
    store
        .edit("sites", &id("2"), None, "2024-02-01T00:00:00Z")
        .expect("an edit");
    let touched = store
        .touched_since("sites", before)
        .expect("an answer")
        .expect("a list");
    assert_eq!(touched.len(), 1);
}

#[test]
fn the_journal_does_not_grow_without_end() {
    let (mut store, _folder) = in_folder();
    import(&mut store, &spec("2024-01-01"), &many(5, 0.0));
    let first = version_of(&store, "sites");
    for second in 0..150 {
        let moved = point("2", f64::from(second), 2.0, &[]);
        let at = format!("2024-02-01T00:{:02}:{:02}Z", second / 60, second % 60);
        store
            .edit("sites", &id("2"), Some(&moved), &at)
            .expect("an edit");
    }
    let rows: u64 = store
        .conn
        .query_row("SELECT count(*) FROM silt_touched", [], |row| row.get(0))
        .expect("a count");
    assert!(rows <= KEPT_CHANGES, "{rows}");
    assert_eq!(
        store.touched_since("sites", first).expect("an answer"),
        None
    );
    let newest = version_of(&store, "sites");
    let recent = store
        .touched_since("sites", newest - 50)
        .expect("an answer");
    assert_eq!(recent.map(|fids| fids.len()), Some(1));
}
