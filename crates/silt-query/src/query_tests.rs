use super::*;
use crate::cql::{Language, Limits, parse};
use crate::test_data::{point, schema, six, snapshot};
use crate::{datetime, never_stop};

fn fids(query: &Query<'_>) -> Vec<i64> {
    let snapshot = snapshot(&six());
    let rows = query.rows(&snapshot, &never_stop).expect("not stopped");
    rows.iter().map(|row| snapshot.fid(row)).collect()
}

#[test]
fn nothing_asked_is_everything_without_a_list() {
    let snapshot = snapshot(&six());
    let rows = Query::default().rows(&snapshot, &never_stop);
    assert_eq!(rows, Ok(Rows::All(6)));
}

#[test]
fn a_box_keeps_what_has_no_place_as_the_standard_says() {
    let across = |bbox: [f64; 4], bbox_needs_geometry: bool| {
        fids(&Query {
            bbox: Some(bbox),
            bbox_needs_geometry,
            ..Query::default()
        })
    };
    assert_eq!(across([170.0, -20.0, -170.0, -10.0], true), [2, 4]);
    assert_eq!(across([170.0, -20.0, 190.0, -10.0], true), [2, 4]);
    assert_eq!(across([170.0, -20.0, -170.0, -10.0], false), [2, 3, 4]);
    assert_eq!(across([-180.0, -90.0, 180.0, 90.0], true), [1, 2, 4, 5, 6]);
    assert_eq!(
        across([-180.0, -90.0, 180.0, 90.0], false),
        [1, 2, 3, 4, 5, 6]
    );
    assert_eq!(across([0.0, 0.0, 10.0, 10.0], true), [5, 6]);
}

#[test]
fn times_select_what_they_share_a_moment_with() {
    let at = |text: &str| {
        fids(&Query {
            datetime: Some(datetime::parse(text).expect(text)),
            ..Query::default()
        })
    };
    assert_eq!(at("2019-01-25"), [1, 2, 4]);
    assert_eq!(at("2019-06-01T00:00:00Z"), [2, 4]);
    assert_eq!(at("../2018-12-05"), [3, 4, 6]);
    assert_eq!(at("2020-02-29/.."), [4, 5]);
}

#[test]
fn all_that_is_given_must_hold() {
    let schema = schema();
    let text = "height_m >= 0 AND S_INTERSECTS(geometry, BBOX(170,-20,-170,-10))";
    let filter = parse(text, Language::Text, &schema, &Limits::default(), None).expect(text);
    let mut query = Query {
        filter: Some(&filter),
        ..Query::default()
    };
    assert_eq!(fids(&query), [2]);
    query.regions = Some(vec!["iso3:FJI".to_owned(), "iso3:BRA".to_owned()]);
    assert_eq!(fids(&query), [2]);
    query.source = Some("a".to_owned());
    assert_eq!(fids(&query), [2]);
    query.source = Some("b".to_owned());
    assert!(fids(&query).is_empty());
    query.source = Some("nobody".to_owned());
    assert!(fids(&query).is_empty());
}

#[test]
fn ids_are_found_and_still_filtered() {
    let id = |text: &str| FeatureId::parse(text).expect(text);
    let mut query = Query {
        ids: Some(vec![id("a:4"), id("b:1"), id("b:4"), id("a:4")]),
        ..Query::default()
    };
    assert_eq!(fids(&query), [1, 4]);
    query.regions = Some(vec!["iso3:BRA".to_owned()]);
    assert_eq!(fids(&query), [1]);
}

#[test]
fn a_stopped_query_gives_no_rows() {
    let snapshot = snapshot(&six());
    let filter = parse(
        "year > 0",
        Language::Text,
        &schema(),
        &Limits::default(),
        None,
    );
    let filter = filter.expect("a filter");
    let query = Query {
        filter: Some(&filter),
        ..Query::default()
    };
    assert_eq!(query.rows(&snapshot, &|| true), Err(Cancelled));
}

#[test]
fn mixed_geometries_are_tested_exactly() {
    let mut rows = six();
    rows[0].geometry = Some(geo_types::LineString::from(vec![(0.0, 0.0), (10.0, 10.0)]).into());
    rows[1].geometry = point(1.0, 9.0);
    let snapshot = snapshot(&rows);
    let query = Query {
        bbox: Some([0.0, 8.0, 2.0, 10.0]),
        bbox_needs_geometry: true,
        regions: Some(vec!["iso3:BRA".to_owned(), "iso3:FJI".to_owned()]),
        ..Query::default()
    };
    let found = query.rows(&snapshot, &never_stop).expect("not stopped");
    assert_eq!(found, Rows::Some(vec![1]));
}
