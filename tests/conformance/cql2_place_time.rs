//! CQL2: functions of place and of time.

use std::collections::BTreeSet;

use super::filter::{Kind, geometry_name, queryables, quoted};
use super::sample::{Row, SAMPLE, SQUARE, rows, where_row};
use super::service::{Service, encode, service_of};

const BASIC: &str = "http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions";
const PLUS: &str = "http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions-plus";
const SPATIAL: &str = "http://www.opengis.net/spec/cql2/1.0/conf/spatial-functions";
const TEMPORAL: &str = "http://www.opengis.net/spec/cql2/1.0/conf/temporal-functions";
const WORLD: &str = "POLYGON((-180 -90,180 -90,180 90,-180 90,-180 -90))";

/// Evaluates `FUNCTION(geometry,LITERAL)` on the sample.
fn check(service: &Service, function: &str, literal: &str, expected: &[&str]) {
    let geometry = quoted(&geometry_name(service, SAMPLE));
    let filter = format!("{function}({geometry},{literal})");
    assert_eq!(
        service.filtered(SAMPLE, &filter),
        rows(expected),
        "{filter}"
    );
}

/// Collections with a geometry, with its name.
fn spatial(service: &Service) -> Vec<(String, String)> {
    service
        .collection_ids()
        .into_iter()
        .filter_map(|collection| {
            let name = queryables(service, &collection)
                .into_iter()
                .find(|(_, kind)| *kind == Kind::Geometry)?
                .0;
            Some((collection, quoted(&name)))
        })
        .collect()
}

/// S_INTERSECTS with points and boxes, a box across the antimeridian among them.
#[test]
fn req_basic_spatial_functions_spatial_predicate() {
    let Some(service) = service_of(BASIC) else {
        return;
    };
    for (literal, expected) in [
        ("BBOX(13,52,14,53)", &["berlin", "triangle"][..]),
        ("POINT(13.4 52.5)", &["berlin", "triangle"]),
        ("POINT(3 43)", &["square", "inner"]),
        ("POINT(10 42)", &["square", "edge"]),
        ("BBOX(150,-90,-150,90)", &["fiji-west", "fiji-east"]),
        ("BBOX(100,0,101,1)", &[]),
    ] {
        check(service, "S_INTERSECTS", literal, expected);
        check(service, "s_intersects", literal, expected);
    }
    for (collection, geometry) in spatial(service) {
        for literal in ["BBOX(-180,-90,180,90)", "POINT(7.02 49.92)"] {
            let filter = format!("S_INTERSECTS({geometry},{literal})");
            assert_eq!(service.filter_status(&collection, &filter), 200, "{filter}");
        }
        for beyond in ["POINT(90 180)", "POINT(181 0)"] {
            let filter = format!("S_INTERSECTS({geometry},{beyond})");
            assert_eq!(service.filter_status(&collection, &filter), 400, "{filter}");
        }
    }
}

/// S_INTERSECTS with every type of geometry.
#[test]
fn req_basic_spatial_functions_plus_spatial_data_types() {
    let Some(service) = service_of(PLUS) else {
        return;
    };
    check_data_types(service);
}

fn check_data_types(service: &Service) {
    for (literal, expected) in [
        (
            SQUARE,
            &["square", "triangle", "inner", "line", "edge", "scattered"][..],
        ),
        ("LINESTRING(0 46,1 46)", &["square", "line"]),
        (
            "MULTIPOINT(13.4 52.5,3 43)",
            &["berlin", "triangle", "square", "inner"],
        ),
        (
            "MULTIPOINT((13.4 52.5),(3 43))",
            &["berlin", "triangle", "square", "inner"],
        ),
        (
            "MULTILINESTRING((30 29,30 31),(12 54,12 56))",
            &["ascii", "scattered"],
        ),
        (
            "MULTIPOLYGON(((11 54,13.5 54,13.5 56,11 56,11 54)),((29 29,31 29,31 31,29 31,29 29)))",
            &["copenhagen", "ascii", "scattered"],
        ),
        (
            "POLYGON((0 40,10 40,10 50,0 50,0 40),(1.5 41.5,4.5 41.5,4.5 44.5,1.5 44.5,1.5 41.5))",
            &["square", "triangle", "line", "edge", "scattered"],
        ),
        (
            "GEOMETRYCOLLECTION(POINT(13.4 52.5),POINT(12 55))",
            &["berlin", "triangle", "ascii"],
        ),
    ] {
        check(service, "S_INTERSECTS", literal, expected);
    }
}

/// S_INTERSECTS with the world selects all that have a geometry, as box and as polygon.
#[test]
fn req_spatial_functions_s_intersects() {
    let Some(service) = service_of(SPATIAL) else {
        return;
    };
    check_data_types(service);
    for (collection, geometry) in spatial(service) {
        let placed: BTreeSet<String> = service
            .features(&collection)
            .iter()
            .filter(|feature| !feature["geometry"].is_null())
            .map(super::service::id)
            .collect();
        for literal in ["BBOX(-180,-90,180,90)", WORLD] {
            let filter = format!("S_INTERSECTS({geometry},{literal})");
            assert_eq!(
                service.filtered(&collection, &filter),
                placed,
                "{collection}: {filter}"
            );
        }
    }
}

/// S_DISJOINT is the contrary of S_INTERSECTS for what has a geometry.
#[test]
fn req_spatial_functions_s_disjoint() {
    let Some(service) = service_of(SPATIAL) else {
        return;
    };
    check(
        service,
        "S_DISJOINT",
        SQUARE,
        &[
            "copenhagen",
            "ascii",
            "berlin",
            "nothing",
            "fiji-west",
            "fiji-east",
        ],
    );
    for (collection, geometry) in spatial(service) {
        for literal in ["BBOX(-180,-90,180,90)", WORLD] {
            let filter = format!("S_DISJOINT({geometry},{literal})");
            assert!(
                service.filtered(&collection, &filter).is_empty(),
                "{filter}"
            );
        }
        for literal in ["LINESTRING(7 50,10 51)", "POINT(7.02 49.92)"] {
            let away = service.filtered(&collection, &format!("S_DISJOINT({geometry},{literal})"));
            let meets =
                service.filtered(&collection, &format!("S_INTERSECTS({geometry},{literal})"));
            assert!(away.is_disjoint(&meets), "{collection} {literal}");
        }
    }
}

/// S_EQUALS compares point sets, not the order of vertices.
#[test]
fn req_spatial_functions_s_equals() {
    let Some(service) = service_of(SPATIAL) else {
        return;
    };
    check(service, "S_EQUALS", SQUARE, &["square"]);
    check(
        service,
        "S_EQUALS",
        "POLYGON((10 40,10 50,0 50,0 40,5 40,10 40))",
        &["square"],
    );
    check(service, "S_EQUALS", "POINT(13.4 52.5)", &["berlin"]);
    check(service, "S_EQUALS", "LINESTRING(20 46,-5 46)", &["line"]);
    check(service, "S_EQUALS", "POINT(0 0)", &[]);
}

/// S_TOUCHES: boundaries meet, interiors do not.
#[test]
fn req_spatial_functions_s_touches() {
    let Some(service) = service_of(SPATIAL) else {
        return;
    };
    check(service, "S_TOUCHES", SQUARE, &["edge"]);
    check(
        service,
        "S_TOUCHES",
        "POLYGON((10 40,12 40,12 42,10 42,10 40))",
        &["square", "edge"],
    );
    check(service, "S_TOUCHES", "POINT(20 46)", &["line"]);
}

/// S_CROSSES: a part inside, a part outside, of a lower dimension.
#[test]
fn req_spatial_functions_s_crosses() {
    let Some(service) = service_of(SPATIAL) else {
        return;
    };
    check(service, "S_CROSSES", SQUARE, &["line", "scattered"]);
    check(service, "S_CROSSES", "LINESTRING(2 45.5,2 46.5)", &["line"]);
}

/// S_WITHIN: nothing of the feature outside, and not only on the boundary.
#[test]
fn req_spatial_functions_s_within() {
    let Some(service) = service_of(SPATIAL) else {
        return;
    };
    check(service, "S_WITHIN", SQUARE, &["square", "inner"]);
    check(
        service,
        "S_WITHIN",
        "BBOX(0,40,10,50)",
        &["square", "inner"],
    );
    check(service, "S_WITHIN", "BBOX(13,52,14,53)", &["berlin"]);
}

/// S_CONTAINS: nothing of the literal outside the feature.
#[test]
fn req_spatial_functions_s_contains() {
    let Some(service) = service_of(SPATIAL) else {
        return;
    };
    check(service, "S_CONTAINS", "POINT(3 43)", &["square", "inner"]);
    check(
        service,
        "S_CONTAINS",
        "LINESTRING(1 46,9 46)",
        &["square", "line"],
    );
    check(service, "S_CONTAINS", "BBOX(1,41,5,45)", &["square"]);
    check(
        service,
        "S_CONTAINS",
        "POINT(13.4 52.5)",
        &["berlin", "triangle"],
    );
}

/// S_OVERLAPS: of one dimension, each with a part of its own.
#[test]
fn req_spatial_functions_s_overlaps() {
    let Some(service) = service_of(SPATIAL) else {
        return;
    };
    check(service, "S_OVERLAPS", SQUARE, &["triangle"]);
    check(service, "S_OVERLAPS", "LINESTRING(10 46,30 46)", &["line"]);
    check(
        service,
        "S_OVERLAPS",
        "MULTIPOINT(1 41,7 7)",
        &["scattered"],
    );
}

type Case = (&'static str, fn(&Row) -> bool);

fn check_time(service: &Service, cases: &[Case]) {
    for (filter, condition) in cases {
        assert_eq!(
            service.filtered(SAMPLE, filter),
            where_row(condition),
            "{filter}"
        );
    }
}

fn within(day: Option<&str>, first: &str, last: &str) -> bool {
    day.is_some_and(|day| first <= day && day <= last)
}

/// T_AFTER, T_BEFORE, T_DISJOINT, T_EQUALS and T_INTERSECTS of a date with dates and intervals.
#[test]
fn req_temporal_functions_temporal_predicates() {
    let Some(service) = service_of(TEMPORAL) else {
        return;
    };
    check_time(
        service,
        &[
            ("T_AFTER(day,DATE('2022-04-16'))", |row| {
                row.day > Some("2022-04-16")
            }),
            ("t_before(day,date('2022-04-16'))", |row| {
                row.day.is_some_and(|day| day < "2022-04-16")
            }),
            ("T_DISJOINT(day,DATE('2022-04-16'))", |row| {
                row.day.is_some_and(|day| day != "2022-04-16")
            }),
            ("T_EQUALS(day,DATE('2022-04-16'))", |row| {
                row.day == Some("2022-04-16")
            }),
            ("T_INTERSECTS(day,DATE('2022-04-16'))", |row| {
                row.day == Some("2022-04-16")
            }),
            ("T_AFTER(day,INTERVAL('2022-01-01','2022-12-31'))", |row| {
                row.day > Some("2022-12-31")
            }),
            ("T_BEFORE(day,INTERVAL('2022-01-01','2022-12-31'))", |row| {
                row.day.is_some_and(|day| day < "2022-01-01")
            }),
            (
                "T_DISJOINT(day,INTERVAL('2022-01-01','2022-12-30'))",
                |row| row.day.is_some() && !within(row.day, "2022-01-01", "2022-12-30"),
            ),
            ("T_EQUALS(day,INTERVAL('2022-01-01','2022-12-31'))", |_| {
                false
            }),
            ("T_EQUALS(day,INTERVAL('2022-04-16','2022-04-16'))", |row| {
                row.day == Some("2022-04-16")
            }),
            (
                "T_INTERSECTS(day,INTERVAL('2022-01-01','2022-12-31'))",
                |row| within(row.day, "2022-01-01", "2022-12-31"),
            ),
            ("T_INTERSECTS(day,INTERVAL('2022-04-17','..'))", |row| {
                row.day > Some("2022-04-16")
            }),
            ("T_INTERSECTS(day,INTERVAL('..','2022-04-15'))", |row| {
                row.day.is_some_and(|day| day <= "2022-04-15")
            }),
        ],
    );
    for collection in service.collection_ids() {
        for (name, kind) in queryables(service, &collection) {
            if kind != Kind::Date {
                continue;
            }
            for function in [
                "T_AFTER",
                "T_BEFORE",
                "T_DISJOINT",
                "T_EQUALS",
                "T_INTERSECTS",
            ] {
                for literal in ["DATE('2022-04-24')", "INTERVAL('2021-01-01','2021-12-31')"] {
                    let filter = format!("{function}({},{literal})", quoted(&name));
                    let path = format!(
                        "/collections/{collection}/items?limit=1&filter={}",
                        encode(&filter)
                    );
                    service.get(&path).expect(200);
                }
            }
        }
    }
}

/// All fifteen relations of an interval of two properties with an interval (Allen 1983).
#[test]
fn req_temporal_functions_temporal_functions() {
    let Some(service) = service_of(TEMPORAL) else {
        return;
    };
    // The sample has four intervals:
    // copenhagen 2021-01-01/2021-06-30, ascii 2021-06-30/2022-12-31,
    // berlin 2022-01-01/2022-12-31, placeless 2022-01-01/2022-06-30.
    for (function, first, last, expected) in [
        ("T_BEFORE", "2022-01-01", "2022-12-31", &["copenhagen"][..]),
        (
            "T_AFTER",
            "2020-01-01",
            "2021-06-29",
            &["ascii", "berlin", "placeless"],
        ),
        ("T_DISJOINT", "2022-01-01", "2022-12-31", &["copenhagen"]),
        (
            "T_INTERSECTS",
            "2022-01-01",
            "2022-12-31",
            &["ascii", "berlin", "placeless"],
        ),
        ("T_EQUALS", "2022-01-01", "2022-12-31", &["berlin"]),
        ("T_MEETS", "2021-06-30", "2021-12-31", &["copenhagen"]),
        ("T_METBY", "2021-01-01", "2021-06-30", &["ascii"]),
        ("T_STARTS", "2022-01-01", "2022-12-31", &["placeless"]),
        ("T_STARTEDBY", "2022-01-01", "2022-06-30", &["berlin"]),
        (
            "T_FINISHES",
            "2021-01-01",
            "2022-12-31",
            &["ascii", "berlin"],
        ),
        ("T_FINISHEDBY", "2022-01-01", "2022-12-31", &["ascii"]),
        (
            "T_CONTAINS",
            "2022-02-01",
            "2022-06-01",
            &["ascii", "berlin", "placeless"],
        ),
        (
            "T_DURING",
            "2020-01-01",
            "2023-12-31",
            &["copenhagen", "ascii", "berlin", "placeless"],
        ),
        (
            "T_OVERLAPS",
            "2022-02-01",
            "2023-12-31",
            &["ascii", "berlin", "placeless"],
        ),
        (
            "T_OVERLAPPEDBY",
            "2021-01-02",
            "2022-06-01",
            &["ascii", "berlin", "placeless"],
        ),
    ] {
        let filter = format!("{function}(INTERVAL(begins,ends),INTERVAL('{first}','{last}'))");
        assert_eq!(
            service.filtered(SAMPLE, &filter),
            rows(expected),
            "{filter}"
        );
    }
}
