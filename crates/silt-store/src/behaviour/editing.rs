//! Edits of single features, and regions computed anew.

use silt_model::{CollectionSchema, FeatureId, Value};

use super::{Behaviour, MakeStore, changes, id, import, point, records, scan, spec};
use crate::types::{ChangeFilter, EditionKind, Selection};
use crate::{Store, StoreError};

pub(super) fn all() -> Vec<Behaviour> {
    vec![
        ("an edit is an observation of one record", edit),
        ("an edit in the past takes its place", edit_in_the_past),
        ("a removed feature leaves its fid unused", remove_and_add),
        ("wrong edits are refused", wrong_edits),
        ("regions are computed anew", reassign),
        ("a collection knows when it last changed", versions),
    ]
}

fn edit(make_store: MakeStore<'_>) {
    let mut store = make_store();
    let store = store.as_mut();
    import(
        store,
        &spec("2024-01"),
        &[point("1", 1.0, 1.0, &[("x", 1_i64.into())])],
    );
    let version = store.data_version().expect("a version");
    let edited = point(
        "1",
        1.0,
        1.0,
        &[("x", 2_i64.into()), ("checked", true.into())],
    );
    let differs = store.edit(
        "sites",
        &id("1"),
        Some(&edited),
        "2024-01-05T10:00:00+02:00",
    );
    assert!(differs.expect("an edit"));
    assert!(store.data_version().expect("a version") > version);
    let found = scan(store, &Selection::default());
    assert_eq!(found[0].feature.property("x"), &Value::Int(2));
    assert_eq!(found[0].feature.property("checked"), &Value::Bool(true));
    assert_eq!(found[0].edition.as_ref(), "2024-01-05T08:00:00.000000Z");
    let log = changes(store, &ChangeFilter::default());
    assert_eq!(log.len(), 2, "{log:?}");
    let repeated = store.edit("sites", &id("1"), Some(&edited), "2024-01-06T00:00:00Z");
    assert!(!repeated.expect("an edit"));
    assert_eq!(changes(store, &ChangeFilter::default()).len(), 2);
    let editions = store.editions(Some("register")).expect("editions");
    let kinds: Vec<_> = editions.iter().map(|edition| edition.kind).collect();
    assert_eq!(
        kinds,
        [EditionKind::Full, EditionKind::Edit, EditionKind::Edit]
    );
    // The next edition of the register stands after the edits.
    import(
        store,
        &spec("2024-02"),
        &[point("1", 1.0, 1.0, &[("x", 1_i64.into())])],
    );
    let found = scan(store, &Selection::default());
    assert_eq!(found[0].feature.property("x"), &Value::Int(1));
    // A source may consist of edits alone.
    let own = FeatureId {
        source: "own".to_owned(),
        record: "new:1".to_owned(),
    };
    let feature = point("ignored", 3.0, 3.0, &[]);
    let differs = store.edit("sites", &own, Some(&feature), "2024-01-01T00:00:00Z");
    assert!(differs.expect("an edit"));
    let found = store
        .feature("sites", &own)
        .expect("a feature")
        .expect("it is there");
    assert_eq!(found.feature.record_id, "new:1");
    let of_own = ChangeFilter {
        source: Some("own".to_owned()),
        ..ChangeFilter::default()
    };
    assert_eq!(changes(store, &of_own)[0].kind.name(), "added");
}

fn edit_in_the_past(make_store: MakeStore<'_>) {
    let mut store = make_store();
    let store = store.as_mut();
    let with = |x: i64| point("1", 1.0, 1.0, &[("x", x.into())]);
    import(store, &spec("2024-01"), &[with(1)]);
    import(store, &spec("2024-03"), &[with(1)]);
    let differs = store.edit("sites", &id("1"), Some(&with(9)), "2024-02-01T00:00:00Z");
    assert!(differs.expect("an edit"));
    let now = store
        .feature("sites", &id("1"))
        .expect("a feature")
        .expect("it is there");
    assert_eq!(now.feature.property("x"), &Value::Int(1));
    assert_eq!(now.edition.as_ref(), "2024-03");
    assert_eq!(
        store.history("sites", &id("1")).expect("a history").len(),
        3
    );
}

fn remove_and_add(make_store: MakeStore<'_>) {
    let mut store = make_store();
    let store = store.as_mut();
    import(
        store,
        &spec("2024-01"),
        &[point("1", 1.0, 1.0, &[]), point("2", 2.0, 2.0, &[])],
    );
    let fid = scan(store, &Selection::default())[1].fid;
    let removed = store.edit("sites", &id("2"), None, "2024-02-01T00:00:00Z");
    assert!(removed.expect("an edit"));
    assert_eq!(records(store, &Selection::default()), ["1"]);
    let collections = store.collections().expect("collections");
    assert_eq!(collections[0].features, 1);
    assert_eq!(collections[0].bbox, Some([1.0; 4]));
    let added = store.edit(
        "sites",
        &id("2"),
        Some(&point("2", 4.0, 4.0, &[])),
        "2024-03-01T00:00:00Z",
    );
    assert!(added.expect("an edit"));
    assert!(scan(store, &Selection::default())[1].fid > fid);
    let history = store.history("sites", &id("2")).expect("a history");
    assert_eq!(history.len(), 3);
    assert!(history[1].state.is_null());
}

fn wrong_edits(make_store: MakeStore<'_>) {
    let mut store = make_store();
    let store = store.as_mut();
    import(
        store,
        &spec("2024-01-01T00:00:00.000000Z"),
        &[point("1", 1.0, 1.0, &[])],
    );
    let feature = point("1", 2.0, 2.0, &[]);
    let nowhere = store.edit("nowhere", &id("1"), Some(&feature), "2024-02-01T00:00:00Z");
    assert!(matches!(nowhere, Err(StoreError::NoSuchCollection(_))));
    let when = store.edit("sites", &id("1"), Some(&feature), "yesterday");
    assert!(matches!(when, Err(StoreError::Invalid(_))));
    let taken = store.edit("sites", &id("1"), Some(&feature), "2024-01-01T00:00:00Z");
    assert!(matches!(taken, Err(StoreError::Conflict(_))));
    let without_id = store.edit("sites", &id(""), Some(&feature), "2024-02-01T00:00:00Z");
    assert!(matches!(without_id, Err(StoreError::Invalid(_))));
    let at = scan(store, &Selection::default())[0]
        .feature
        .geometry
        .clone();
    assert_eq!(at, point("1", 1.0, 1.0, &[]).geometry);
}

fn reassign(make_store: MakeStore<'_>) {
    let mut store = make_store();
    let store = store.as_mut();
    import(
        store,
        &spec("2024-01"),
        &[point("1", 1.0, 1.0, &[("x", 1_i64.into())])],
    );
    let second = [
        point("1", 1.0, 1.0, &[("x", 2_i64.into())]),
        point("2", 2.0, 2.0, &[]),
    ];
    import(store, &spec("2024-02"), &second);
    let mut visited = Vec::new();
    let changed = store.reassign_regions("sites", &mut |feature| {
        visited.push(feature.record_id.clone());
        if feature.record_id == "1" {
            feature.regions = vec!["admin1:BR-MG".into(), "iso3:BRA".into()];
        }
    });
    assert_eq!(changed.expect("regions"), 1);
    assert_eq!(visited, ["1", "2"]);
    let of_region = ChangeFilter {
        regions: Some(vec!["iso3:BRA".to_owned()]),
        ..ChangeFilter::default()
    };
    assert_eq!(changes(store, &of_region).len(), 1);
    let selection = Selection {
        regions: Some(vec!["iso3:BRA".to_owned()]),
        ..Selection::default()
    };
    assert_eq!(records(store, &selection), ["1"]);
    let version = store.data_version().expect("a version");
    let changed = store.reassign_regions("sites", &mut |_| {});
    assert_eq!(changed.expect("regions"), 0);
    assert_eq!(store.data_version().expect("a version"), version);
}

/// The data version of the store, and the versions of `sites` and `other`.
fn all_versions(store: &dyn Store) -> (u64, u64, u64) {
    let collections = store.collections().expect("collections");
    let version_of = |id: &str| {
        let found = collections.iter().find(|found| found.schema.id == id);
        found.expect("the collection").version
    };
    let data_version = store.data_version().expect("a version");
    (data_version, version_of("sites"), version_of("other"))
}

fn versions(make_store: MakeStore<'_>) {
    let mut store = make_store();
    let store = store.as_mut();
    let mut other = CollectionSchema::new("other");
    store.ensure_collection(&other).expect("a collection");
    import(store, &spec("2024-01"), &[point("1", 1.0, 1.0, &[])]);
    let (newest, sites, untouched) = all_versions(store);
    assert_eq!(sites, newest);
    assert!(untouched < newest);

    // Each kind of write moves its own collection to the version of the store.
    let edited = store.edit(
        "sites",
        &id("1"),
        Some(&point("1", 2.0, 2.0, &[])),
        "2024-02-01T00:00:00Z",
    );
    assert!(edited.expect("an edit"));
    let after_edit = all_versions(store);
    assert!(after_edit.1 > sites);
    assert_eq!(after_edit, (after_edit.1, after_edit.1, untouched));
    let changed = store.reassign_regions("sites", &mut |feature| {
        feature.regions = vec!["iso3:BRA".into()];
    });
    assert_eq!(changed.expect("regions"), 1);
    let after_regions = all_versions(store);
    assert!(after_regions.1 > after_edit.1);
    assert_eq!(after_regions, (after_regions.1, after_regions.1, untouched));
    other.title = "Something else".to_owned();
    store.ensure_collection(&other).expect("a collection");
    let after_title = all_versions(store);
    assert!(after_title.0 > after_regions.0);
    assert_eq!(after_title, (after_title.0, after_regions.1, after_title.0));

    // What changes nothing leaves all of them.
    store.ensure_collection(&other).expect("the same again");
    let unchanged = store.reassign_regions("sites", &mut |_| {});
    assert_eq!(unchanged.expect("regions"), 0);
    let mut rehearsal = spec("2024-03");
    rehearsal.dry_run = true;
    import(store, &rehearsal, &[point("2", 1.0, 1.0, &[])]);
    assert_eq!(all_versions(store), after_title);
}
