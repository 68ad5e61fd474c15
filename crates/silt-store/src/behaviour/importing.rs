//! Imports: one transaction, one report, nothing lost.

use silt_model::{Flag, FlagCode, ReportEntry, Severity, Value};

use super::{
    Behaviour, MakeStore, changes, counts, id, import, import_file, point, records, scan, spec,
};
use crate::types::{ChangeFilter, EditionKind, Selection};
use crate::{FileSummary, StoreError};

pub(super) fn all() -> Vec<Behaviour> {
    vec![
        ("an empty store is empty", empty),
        (
            "an import is visible when it is finished",
            visible_at_the_end,
        ),
        ("a dry run changes nothing", dry_run),
        ("a dropped import changes nothing", dropped),
        ("the same edition twice changes nothing", same_twice),
        ("the same edition is read again when asked", again),
        ("a corrected file replaces its edition", corrected),
        ("editions become a change log", change_log),
        ("a partial edition removes nothing", partial),
        ("a repeated id gets a suffix and a flag", duplicate_ids),
        ("rows must add up", rows_must_add_up),
        ("every remark is kept", remarks),
        ("a source belongs to one collection", one_collection),
        ("unusable names are refused", unusable_names),
    ]
}

fn empty(make_store: MakeStore<'_>) {
    let store = make_store();
    assert_eq!(store.collections().expect("collections"), []);
    assert_eq!(store.sources().expect("sources"), []);
    assert_eq!(store.editions(None).expect("editions"), []);
    assert_eq!(store.report("s", "e").expect("a report"), None);
    let missing = store.feature("nowhere", &id("1"));
    assert!(matches!(missing, Err(StoreError::NoSuchCollection(name)) if name == "nowhere"));
}

fn visible_at_the_end(make_store: MakeStore<'_>) {
    let mut store = make_store();
    let before = store.data_version().expect("a version");
    let features = [
        point("1", -43.5, -20.25, &[("height_m", 12.5.into())]),
        point("2", -43.75, -20.5, &[("height_m", 7_i64.into())]),
    ];
    let report = import(store.as_mut(), &spec("2024-01-01"), &features);
    assert_eq!(counts(&report), (2, 0, 0, 0));
    assert!(store.data_version().expect("a version") > before);
    let collections = store.collections().expect("collections");
    assert_eq!(collections[0].features, 2);
    assert_eq!(collections[0].bbox, Some([-43.75, -20.5, -43.5, -20.25]));
    let found = scan(store.as_ref(), &Selection::default());
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].id().to_string(), "register:1");
    assert_eq!(found[0].edition.as_ref(), "2024-01-01");
    assert_eq!(found[1].feature.property("height_m"), &Value::Real(7.0));
    assert!(changes(store.as_ref(), &ChangeFilter::default()).is_empty());
    let stored = store.report("register", "2024-01-01").expect("a report");
    assert_eq!(stored, Some(report));
    let editions = store.editions(Some("register")).expect("editions");
    assert_eq!(editions.len(), 1);
    assert_eq!(editions[0].kind, EditionKind::Full);
    assert_eq!(editions[0].records, 2);
    assert_eq!(editions[0].sha256, "sha of 2024-01-01");
}

fn dry_run(make_store: MakeStore<'_>) {
    let mut store = make_store();
    let before = store.data_version().expect("a version");
    let mut rehearsal = spec("2024-01");
    rehearsal.dry_run = true;
    let report = import(store.as_mut(), &rehearsal, &[point("1", 0.5, 0.5, &[])]);
    assert!(report.dry_run);
    assert_eq!(report.created, 1);
    assert_eq!(store.data_version().expect("a version"), before);
    assert_eq!(store.collections().expect("collections"), []);
    assert_eq!(store.editions(None).expect("editions"), []);
}

fn dropped(make_store: MakeStore<'_>) {
    let mut store = make_store();
    import(
        store.as_mut(),
        &spec("2024-01"),
        &[point("1", 1.0, 1.0, &[])],
    );
    let before = store.data_version().expect("a version");
    {
        let next = spec("2024-02");
        let mut import = store.begin_import(&next).expect("an import");
        let features = vec![point("2", 2.0, 2.0, &[("new_field", 1_i64.into())])];
        import.put(features).expect("features are taken");
    }
    assert_eq!(store.data_version().expect("a version"), before);
    assert_eq!(records(store.as_ref(), &Selection::default()), ["1"]);
    assert_eq!(store.editions(None).expect("editions").len(), 1);
    let fields = &store.collections().expect("collections")[0].schema.fields;
    assert!(fields.is_empty(), "{fields:?}");
    let next = import(
        store.as_mut(),
        &spec("2024-02"),
        &[point("2", 2.0, 2.0, &[])],
    );
    assert_eq!(counts(&next), (1, 0, 0, 1));
}

fn same_twice(make_store: MakeStore<'_>) {
    let mut store = make_store();
    let features = [point("1", 1.0, 1.0, &[]), point("2", 2.0, 2.0, &[])];
    import_file(store.as_mut(), &spec("2024-01"), &features, "abc");
    let before = store.data_version().expect("a version");
    // The checksum is known only at the end.
    let report = import_file(store.as_mut(), &spec("2024-01"), &features, "abc");
    assert!(report.already_present);
    assert_eq!(counts(&report), (0, 0, 2, 0));
    // The checksum is known from the start, so nothing needs to be read.
    let mut known = spec("2024-01");
    known.sha256 = Some("abc".to_owned());
    let second = store.begin_import(&known).expect("an import");
    let report = second.finish(FileSummary::default()).expect("a report");
    assert!(report.already_present);
    assert_eq!(report.rows_read, 2);
    assert_eq!(store.data_version().expect("a version"), before);
}

fn again(make_store: MakeStore<'_>) {
    let mut store = make_store();
    let before = [point("1", 1.0, 1.0, &[("x", 1_i64.into())])];
    import_file(store.as_mut(), &spec("2024-01"), &before, "abc");
    let mut after = before.clone();
    after[0].original = Some(r#"{"X":"1"}"#.to_owned());
    after[0].regions = vec!["iso3:BRA".into()];
    let mut spec = spec("2024-01");
    spec.again = true;
    let report = import_file(store.as_mut(), &spec, &after, "abc");
    assert!(!report.already_present);
    let stored = store
        .feature("sites", &id("1"))
        .expect("a feature")
        .expect("it is there");
    assert_eq!(stored.feature.original.as_deref(), Some(r#"{"X":"1"}"#));
    assert_eq!(stored.feature.regions.len(), 1);
    assert_eq!(stored.edition.as_ref(), "2024-01");
    assert_eq!(
        store.history("sites", &id("1")).expect("a history").len(),
        1
    );
    assert!(changes(store.as_ref(), &ChangeFilter::default()).is_empty());
}

fn corrected(make_store: MakeStore<'_>) {
    let mut store = make_store();
    let store = store.as_mut();
    let first = [
        point("1", 1.0, 1.0, &[("x", 1_i64.into())]),
        point("2", 2.0, 2.0, &[("x", 1_i64.into())]),
    ];
    import(store, &spec("2024-01"), &first);
    import(
        store,
        &spec("2024-02"),
        &[point("1", 1.0, 1.0, &[("x", 5_i64.into())])],
    );
    let corrected = [first[0].clone(), first[1].clone()];
    let report = import_file(store, &spec("2024-02"), &corrected, "another file");
    assert_eq!(counts(&report), (0, 0, 2, 0));
    assert!(
        report
            .notes
            .iter()
            .any(|note| note.contains("another file"))
    );
    assert!(changes(store, &ChangeFilter::default()).is_empty());
    assert_eq!(records(store, &Selection::default()).len(), 2);
    assert_eq!(store.editions(None).expect("editions").len(), 2);
}

fn change_log(make_store: MakeStore<'_>) {
    let mut store = make_store();
    let store = store.as_mut();
    let dam = |record: &str, name: &str, level: &str| {
        let mut feature = point(
            record,
            -43.0,
            -20.0,
            &[("name", name.into()), ("emergency_level", level.into())],
        );
        feature.regions = vec!["iso3:BRA".into()];
        feature
    };
    import(
        store,
        &spec("2024-01"),
        &[dam("1", "B1", "none"), dam("2", "B2", "none")],
    );
    import(
        store,
        &spec("2024-03"),
        &[dam("1", "B1", "2"), dam("3", "B3", "none")],
    );
    let lines = |store: &dyn crate::Store, filter: &ChangeFilter| -> Vec<String> {
        let log = changes(store, filter);
        log.iter()
            .map(|change| {
                format!(
                    "{} {} {} {}: {} -> {} ({} -> {})",
                    change.record_id,
                    change.name.as_deref().unwrap_or("?"),
                    change.kind.name(),
                    change.field.as_deref().unwrap_or("-"),
                    change.old_value,
                    change.new_value,
                    change.old_edition.as_deref().unwrap_or("-"),
                    change.new_edition
                )
            })
            .collect()
    };
    let raised = r#"1 B1 modified emergency_level: "none" -> "2" (2024-01 -> 2024-03)"#;
    let removed = "2 B2 removed -: null -> null (2024-01 -> 2024-03)";
    let added = "3 B3 added -: null -> null (2024-01 -> 2024-03)";
    let everything = ChangeFilter::default();
    assert_eq!(lines(store, &everything), [raised, removed, added]);
    let select = |change: &dyn Fn(&mut ChangeFilter)| {
        let mut filter = ChangeFilter::default();
        change(&mut filter);
        filter
    };
    let of_field = select(&|f| f.field = Some("emergency_level".to_owned()));
    assert_eq!(lines(store, &of_field), [raised]);
    let of_event = select(&|f| f.field = Some("removed".to_owned()));
    assert_eq!(lines(store, &of_event), [removed]);
    let of_region = select(&|f| f.regions = Some(vec!["iso3:BRA".to_owned()]));
    assert_eq!(lines(store, &of_region).len(), 3);
    let elsewhere = select(&|f| f.regions = Some(vec!["iso3:BR".to_owned()]));
    assert!(lines(store, &elsewhere).is_empty());
    let since = select(&|f| f.since = Some("2024-04".to_owned()));
    assert!(lines(store, &since).is_empty());
    let until = select(&|f| f.until = Some("2024".to_owned()));
    assert_eq!(lines(store, &until).len(), 3);
    let record = select(&|f| f.record_id = Some("3".to_owned()));
    assert_eq!(lines(store, &record), [added]);
    let limited = select(&|f| f.limit = Some(2));
    assert_eq!(lines(store, &limited), [raised, removed]);

    // The month between arrives last.
    import(
        store,
        &spec("2024-02"),
        &[dam("1", "B1", "1"), dam("2", "B2", "none")],
    );
    assert_eq!(
        lines(store, &everything),
        [
            r#"1 B1 modified emergency_level: "none" -> "1" (2024-01 -> 2024-02)"#,
            r#"1 B1 modified emergency_level: "1" -> "2" (2024-02 -> 2024-03)"#,
            "2 B2 removed -: null -> null (2024-02 -> 2024-03)",
            "3 B3 added -: null -> null (2024-02 -> 2024-03)",
        ]
    );
    let history = store.history("sites", &id("1")).expect("a history");
    let levels: Vec<_> = history
        .iter()
        .map(|state| state.state["properties"]["emergency_level"].as_str())
        .collect();
    assert_eq!(levels, [Some("none"), Some("1"), Some("2")]);
}

fn partial(make_store: MakeStore<'_>) {
    let mut store = make_store();
    let store = store.as_mut();
    let all = [point("1", 1.0, 1.0, &[]), point("2", 2.0, 2.0, &[])];
    import(store, &spec("2024-01"), &all);
    let mut update = spec("2024-02");
    update.partial = true;
    let report = import(store, &update, &[point("2", 2.5, 2.0, &[])]);
    assert_eq!(counts(&report), (0, 1, 0, 0));
    assert_eq!(records(store, &Selection::default()), ["1", "2"]);
    // A full edition between the two does not undo the later partial one.
    import(
        store,
        &spec("2024-01-15"),
        &[point("1", 1.0, 1.0, &[]), point("2", 9.0, 9.0, &[])],
    );
    let second = store
        .feature("sites", &id("2"))
        .expect("a feature")
        .expect("it is there");
    assert_eq!(second.feature.geometry, point("2", 2.5, 2.0, &[]).geometry);
}

fn duplicate_ids(make_store: MakeStore<'_>) {
    let mut store = make_store();
    let features: Vec<_> = ["7", "7", "7~2", "7", "8"]
        .into_iter()
        .map(|record| point(record, 1.0, 1.0, &[]))
        .collect();
    let report = import(store.as_mut(), &spec("2024"), &features);
    assert_eq!(report.created, 5);
    assert_eq!(report.flags.get(&FlagCode::DuplicateId), Some(&3));
    let found = records(store.as_ref(), &Selection::default());
    assert_eq!(found, ["7", "7~2", "7~2~2", "7~3", "8"]);
    let second = import_file(store.as_mut(), &spec("2025"), &features, "b");
    assert_eq!(counts(&second), (0, 0, 5, 0));
}

fn rows_must_add_up(make_store: MakeStore<'_>) {
    let mut store = make_store();
    let spec = spec("2024");
    let mut import = store.begin_import(&spec).expect("an import");
    import.put(vec![point("1", 1.0, 1.0, &[])]).expect("taken");
    let summary = FileSummary {
        sha256: "a".to_owned(),
        rows_read: 2,
    };
    let outcome = import.finish(summary);
    assert!(
        matches!(outcome, Err(StoreError::Invalid(_))),
        "{outcome:?}"
    );
    assert_eq!(store.editions(None).expect("editions"), []);
}

fn remarks(make_store: MakeStore<'_>) {
    let mut store = make_store();
    let spec = spec("2024");
    let mut import = store.begin_import(&spec).expect("an import");
    let mut features = Vec::new();
    for row in 1..=150 {
        let mut feature = point(&row.to_string(), 1.0, 1.0, &[]);
        feature.row = row;
        feature.geometry = None;
        let reason = "no coordinates";
        feature.flags.push(Flag::on_field(
            FlagCode::CoordinatesMissing,
            "lat",
            "",
            reason,
        ));
        features.push(feature);
    }
    import.put(features).expect("taken");
    let reject = |field: &str| ReportEntry {
        row: 151,
        record_id: None,
        severity: Severity::Rejected,
        code: "row_unreadable".to_owned(),
        field: Some(field.to_owned()),
        value: Some("\u{1F4A5}".to_owned()),
        reason: "the row is torn".to_owned(),
    };
    import
        .reject(vec![reject("a"), reject("b")])
        .expect("taken");
    import.note("a note".to_owned());
    let summary = FileSummary {
        sha256: "a".to_owned(),
        rows_read: 151,
    };
    let report = import.finish(summary).expect("a report");
    assert_eq!(
        (report.created, report.rejected, report.flagged),
        (150, 1, 150)
    );
    assert_eq!(report.without_geometry, 150);
    assert_eq!(report.entries_total, 152);
    assert_eq!(report.entries.len(), 100);
    assert_eq!(report.entries[0].row, 151);
    assert_eq!(report.entries[2].row, 1);
    assert_eq!(report.notes, ["a note"]);
    let entries = store.report_entries("register", "2024").expect("entries");
    assert_eq!(entries.len(), 152);
    assert_eq!(entries[0].row, 1);
    assert_eq!(entries[151], reject("b"));
}

fn one_collection(make_store: MakeStore<'_>) {
    let mut store = make_store();
    import(store.as_mut(), &spec("2024"), &[point("1", 1.0, 1.0, &[])]);
    let mut elsewhere = spec("2025");
    elsewhere.schema.id = "mines".to_owned();
    let outcome = store.begin_import(&elsewhere).map(drop);
    assert!(
        matches!(outcome, Err(StoreError::Conflict(_))),
        "{outcome:?}"
    );
    assert_eq!(store.collections().expect("collections").len(), 1);
    // Two sources share a collection, and the same record id in both is two features.
    let mut other = spec("2024");
    other.source.id = "other".to_owned();
    let report = import(store.as_mut(), &other, &[point("1", 5.0, 5.0, &[])]);
    assert_eq!(counts(&report), (1, 0, 0, 0));
    assert_eq!(records(store.as_ref(), &Selection::default()), ["1", "1"]);
    let of_source = Selection {
        source: Some("other".to_owned()),
        ..Selection::default()
    };
    assert_eq!(scan(store.as_ref(), &of_source)[0].source.as_ref(), "other");
}

fn unusable_names(make_store: MakeStore<'_>) {
    let mut store = make_store();
    let mut bad_source = spec("2024");
    bad_source.source.id = "a:b".to_owned();
    let mut bad_collection = spec("2024");
    bad_collection.schema.id = "silt_x".to_owned();
    let bad_edition = spec(" ");
    for bad in [bad_source, bad_collection, bad_edition] {
        let outcome = store.begin_import(&bad).map(drop);
        assert!(
            matches!(outcome, Err(StoreError::Invalid(_))),
            "{outcome:?}"
        );
    }
    let spec = spec("2024");
    let mut import = store.begin_import(&spec).expect("an import");
    assert!(import.put(vec![point("", 1.0, 1.0, &[])]).is_err());
    // After an error the import does not go on.
    assert!(import.put(vec![point("1", 1.0, 1.0, &[])]).is_err());
    assert!(import.finish(FileSummary::default()).is_err());
    assert_eq!(store.collections().expect("collections"), []);
}
