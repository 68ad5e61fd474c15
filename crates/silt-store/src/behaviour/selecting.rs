//! Which features a scan finds.

use std::ops::ControlFlow;

use geo_types::{Geometry, LineString, MultiPoint, Point, polygon};
use silt_model::Feature;

use super::{Behaviour, MakeStore, id, import, point, records, spec};
use crate::StoreError;
use crate::types::Selection;

pub(super) fn all() -> Vec<Behaviour> {
    vec![
        ("a bounding box finds what it meets", bbox),
        ("a bounding box may cross the antimeridian", antimeridian),
        ("a bounding box stays right after edits", bbox_after_edits),
        ("region ids match exactly", regions),
        ("pages follow one another", paging),
        ("ranges of fids share a collection", fid_ranges),
        (
            "the verbatim record is left out on request",
            without_original,
        ),
        ("a visitor may stop", stopping),
    ]
}

fn within(bbox: [f64; 4]) -> Selection {
    Selection {
        bbox: Some(bbox),
        ..Selection::default()
    }
}

fn with_geometry(record: &str, geometry: Option<Geometry<f64>>) -> Feature {
    Feature {
        geometry,
        ..point(record, 0.0, 0.0, &[])
    }
}

fn bbox(make_store: MakeStore<'_>) {
    let mut store = make_store();
    let store = store.as_mut();
    let square =
        polygon![(x: 10.0, y: 10.0), (x: 12.0, y: 10.0), (x: 12.0, y: 12.0), (x: 10.0, y: 12.0)];
    let features = [
        point("near", 0.1, 0.1, &[]),
        point("edge", 1.0, 1.0, &[]),
        with_geometry("square", Some(square.into())),
        with_geometry("nowhere", None),
        with_geometry("empty", Some(Geometry::MultiPoint(MultiPoint(Vec::new())))),
    ];
    import(store, &spec("2024"), &features);
    assert_eq!(
        records(store, &within([0.0, 0.0, 1.0, 1.0])),
        ["near", "edge"]
    );
    // A 32-bit index must not blur what is just outside.
    assert_eq!(
        records(store, &within([0.100_000_000_1, 0.0, 0.9, 1.0])),
        [""; 0]
    );
    assert_eq!(records(store, &within([0.1, 0.1, 0.1, 0.1])), ["near"]);
    assert_eq!(
        records(store, &within([11.0, 11.0, 11.1, 11.1])),
        ["square"]
    );
    assert_eq!(
        records(store, &within([-180.0, -90.0, 180.0, 90.0])).len(),
        3
    );
    assert_eq!(records(store, &Selection::default()).len(), 5);
    let bad = [[0.0, 1.0, 1.0, 0.0], [f64::NAN, 0.0, 1.0, 1.0]];
    for bad in bad {
        let outcome = store.scan("sites", &within(bad), &mut |_| ControlFlow::Continue(()));
        assert!(matches!(outcome, Err(StoreError::Invalid(_))));
    }
}

fn antimeridian(make_store: MakeStore<'_>) {
    let mut store = make_store();
    let store = store.as_mut();
    let line = LineString::from(vec![(-179.5, -18.0), (-178.0, -18.0)]);
    let features = [
        point("viti levu", 178.0, -17.8, &[]),
        point("taveuni", -179.9, -16.9, &[]),
        with_geometry("lau", Some(line.into())),
        point("samoa", -172.0, -13.7, &[]),
        point("greenwich", 0.0, -17.0, &[]),
    ];
    import(store, &spec("2024"), &features);
    let fiji = within([177.0, -20.0, -178.0, -15.0]);
    assert_eq!(records(store, &fiji), ["viti levu", "taveuni", "lau"]);
}

fn bbox_after_edits(make_store: MakeStore<'_>) {
    let mut store = make_store();
    let store = store.as_mut();
    let features: Vec<Feature> = (0..200)
        .map(|number| point(&number.to_string(), f64::from(number), 0.0, &[]))
        .collect();
    import(store, &spec("2024-01"), &features);
    let away = point("7", -50.0, 50.0, &[]);
    store
        .edit("sites", &id("7"), Some(&away), "2024-02-01T00:00:00Z")
        .expect("an edit");
    store
        .edit("sites", &id("8"), None, "2024-02-01T00:00:00Z")
        .expect("an edit");
    let nowhere = with_geometry("9", None);
    store
        .edit("sites", &id("9"), Some(&nowhere), "2024-02-01T00:00:00Z")
        .expect("an edit");
    assert_eq!(records(store, &within([6.0, -1.0, 10.0, 1.0])), ["6", "10"]);
    assert_eq!(records(store, &within([-51.0, 49.0, -49.0, 51.0])), ["7"]);
    let bounds = store.collections().expect("collections")[0].bbox;
    assert_eq!(bounds, Some([-50.0, 0.0, 199.0, 50.0]));
    // The next edition moves everything by one degree.
    let moved: Vec<Feature> = (0..200)
        .map(|number| point(&number.to_string(), f64::from(number), 1.0, &[]))
        .collect();
    import(store, &spec("2024-03"), &moved);
    assert_eq!(records(store, &within([5.5, 0.5, 8.5, 1.5])).len(), 3);
    assert_eq!(records(store, &within([-51.0, -1.0, 200.0, 0.5])).len(), 0);
    let bounds = store.collections().expect("collections")[0].bbox;
    assert_eq!(bounds, Some([0.0, 1.0, 199.0, 1.0]));
}

fn regions(make_store: MakeStore<'_>) {
    let mut store = make_store();
    let store = store.as_mut();
    let lists: [&[&str]; 5] = [
        &["iso3:BRA", "sea:north-sea"],
        &["iso3:BRAX"],
        &["aoi:a\"iso3:BRA\"b"],
        &["aoi:,\"iso3:BRA\""],
        &[],
    ];
    let features: Vec<Feature> = lists
        .iter()
        .enumerate()
        .map(|(number, regions)| Feature {
            regions: regions.iter().map(|region| (*region).into()).collect(),
            ..point(&number.to_string(), 0.0, 0.0, &[])
        })
        .collect();
    import(store, &spec("2024"), &features);
    let select = |regions: &[&str]| Selection {
        regions: Some(regions.iter().map(|region| (*region).to_owned()).collect()),
        ..Selection::default()
    };
    assert_eq!(records(store, &select(&["iso3:BRA"])), ["0"]);
    assert_eq!(
        records(store, &select(&["iso3:BRAX", "sea:north-sea"])),
        ["0", "1"]
    );
    assert_eq!(records(store, &select(&["aoi:a\"iso3:BRA\"b"])), ["2"]);
    assert_eq!(records(store, &select(&["aoi:,\"iso3:BRA\""])), ["3"]);
    assert_eq!(records(store, &select(&[","])), [""; 0]);
    assert_eq!(records(store, &select(&[])), [""; 0]);
}

fn paging(make_store: MakeStore<'_>) {
    let mut store = make_store();
    let store = store.as_mut();
    let features: Vec<Feature> = (0..25)
        .map(|number| Feature {
            geometry: Some(Point::new(f64::from(number % 5), 0.0).into()),
            ..point(&number.to_string(), 0.0, 0.0, &[])
        })
        .collect();
    import(store, &spec("2024"), &features);
    let mut selection = within([1.0, 0.0, 3.0, 0.0]);
    selection.limit = Some(4);
    let mut found = Vec::new();
    loop {
        let page = super::scan(store, &selection);
        let Some(last) = page.last() else { break };
        assert!(page.len() <= 4);
        selection.after_fid = Some(last.fid);
        found.extend(page.into_iter().map(|stored| stored.feature.record_id));
    }
    let expected: Vec<String> = (0..25)
        .filter(|number| (1..=3).contains(&(number % 5)))
        .map(|number| number.to_string())
        .collect();
    assert_eq!(found, expected);
    selection.after_fid = None;
    selection.limit = Some(0);
    assert!(super::scan(store, &selection).is_empty());
}

fn fid_ranges(make_store: MakeStore<'_>) {
    let mut store = make_store();
    let store = store.as_mut();
    let names = ["a", "b", "c", "d", "e"];
    let features = names.map(|name| point(name, 1.0, 1.0, &[]));
    import(store, &spec("2024"), &features);
    let all = super::scan(store, &Selection::default());
    let middle = all[2].fid;
    let first_half = Selection {
        until_fid: Some(middle),
        ..Selection::default()
    };
    let second_half = Selection {
        after_fid: Some(middle),
        ..Selection::default()
    };
    assert_eq!(records(store, &first_half), ["a", "b", "c"]);
    assert_eq!(records(store, &second_half), ["d", "e"]);
    let both = Selection {
        after_fid: Some(all[0].fid),
        bbox: Some([0.0, 0.0, 2.0, 2.0]),
        ..first_half
    };
    assert_eq!(records(store, &both), ["b", "c"]);
}

fn without_original(make_store: MakeStore<'_>) {
    let mut store = make_store();
    let store = store.as_mut();
    // A field of the register may have the very name of the property that Silt adds.
    let properties = [
        ("height_m", 3_i64.into()),
        ("silt_original", "of the register".into()),
    ];
    let feature = Feature {
        original: Some(r#"{"Height":"3 m"}"#.to_owned()),
        source_crs: Some("EPSG:32719".into()),
        ..point("1", 1.0, 1.0, &properties)
    };
    import(store, &spec("2024"), std::slice::from_ref(&feature));
    let whole = super::scan(store, &Selection::default());
    assert_eq!(whole[0].feature.original, feature.original);
    let selection = Selection {
        without_original: true,
        ..Selection::default()
    };
    let mut expected = whole;
    expected[0].feature.original = None;
    assert_eq!(super::scan(store, &selection), expected);
}

fn stopping(make_store: MakeStore<'_>) {
    let mut store = make_store();
    let features = [point("1", 1.0, 1.0, &[]), point("2", 2.0, 2.0, &[])];
    import(store.as_mut(), &spec("2024"), &features);
    let mut visited = 0;
    let outcome = store.scan("sites", &Selection::default(), &mut |_| {
        visited += 1;
        ControlFlow::Break(())
    });
    outcome.expect("a scan");
    assert_eq!(visited, 1);
    // The read is over: a write goes ahead.
    import(store.as_mut(), &spec("2025"), &features);
}
