//! The abstract tests of the standards that the server declares, one test for each requirement.
//!
//! Test names are those of the requirements: `/req/core/fc-limit-response` is
//! `req_core_fc_limit_response`. Names that two standards share carry the standard in front, as
//! `req_tiles_core_tc_op`. The tests were written from the standards: OGC 17-069r4 (Features, Core),
//! 18-058r1 (CRS), 19-079r2 (Filtering), 21-065r2 (CQL2), 20-002r1 (editing, a draft), 20-057
//! (Tiles), 19-072 (Common), 18-062r2 (Processes), 23-058 (Schemas, a draft).

mod common;
mod core;
mod core_items;
mod cql2;
mod cql2_more;
mod cql2_place_time;
mod crs;
mod edits;
mod edits_features;
mod edits_locking;
mod encodings;
mod filter;
mod mvt;
mod openapi;
mod processes;
mod processes_jobs;
mod sample;
mod service;
mod tiles;

use std::collections::BTreeSet;

use self::service::service;

/// Classes that the suite has tests for, by standard.
const TESTED: [(&str, &[&str]); 10] = [
    (
        "ogcapi-features-1/1.0",
        &["core", "geojson", "html", "oas30"],
    ),
    ("ogcapi-features-2/1.0", &["crs"]),
    (
        "ogcapi-features-3/1.0",
        &[
            "queryables",
            "queryables-query-parameters",
            "filter",
            "features-filter",
        ],
    ),
    (
        "cql2/1.0",
        &[
            "cql2-text",
            "cql2-json",
            "basic-cql2",
            "advanced-comparison-operators",
            "case-insensitive-comparison",
            "accent-insensitive-comparison",
            "basic-spatial-functions",
            "basic-spatial-functions-plus",
            "spatial-functions",
            "temporal-functions",
            "array-functions",
            "property-property",
            "arithmetic",
        ],
    ),
    (
        "ogcapi-features-4/1.0",
        &[
            "create-replace-delete",
            "update",
            "optimistic-locking-etags",
            "features",
        ],
    ),
    (
        "ogcapi-features-5/1.0",
        &["schemas", "returnables-and-receivables"],
    ),
    (
        "ogcapi-tiles-1/1.0",
        &[
            "core",
            "tileset",
            "tilesets-list",
            "geodata-tilesets",
            "dataset-tilesets",
            "mvt",
            "datetime",
            "oas30",
        ],
    ),
    (
        "ogcapi-common-1/1.0",
        &["core", "landing-page", "json", "html", "oas30"],
    ),
    ("ogcapi-common-2/1.0", &["collections"]),
    (
        "ogcapi-processes-1/1.0",
        &[
            "core",
            "ogc-process-description",
            "json",
            "html",
            "oas30",
            "job-list",
            "dismiss",
        ],
    ),
];

/// Classes that the suite knows and the server does not declare, each with the reason. Tests of
/// these classes are skipped; this list is the only place where that is allowed.
const NOT_DECLARED: [(&str, &str); 10] = [
    (
        "cql2/1.0/conf/accent-insensitive-comparison",
        "ACCENTI is read by filters; not declared yet",
    ),
    (
        "cql2/1.0/conf/array-functions",
        "the A_ operators are read by filters; not declared yet",
    ),
    (
        "ogcapi-common-1/1.0/conf/landing-page",
        "Core of Features says it",
    ),
    (
        "ogcapi-common-1/1.0/conf/json",
        "GeoJSON of Features says it",
    ),
    ("ogcapi-common-1/1.0/conf/html", "HTML of Features says it"),
    (
        "ogcapi-common-1/1.0/conf/oas30",
        "OpenAPI of Features says it",
    ),
    (
        "ogcapi-features-5/1.0/conf/schemas",
        "a draft; the schema resource is there",
    ),
    (
        "ogcapi-features-5/1.0/conf/returnables-and-receivables",
        "a draft; the schema resource is there",
    ),
    (
        "ogcapi-tiles-1/1.0/conf/dataset-tilesets",
        "tiles are made for each collection",
    ),
    (
        "ogcapi-tiles-1/1.0/conf/oas30",
        "operation ids follow the rest of the API",
    ),
];

const PREFIX: &str = "http://www.opengis.net/spec/";

fn tested() -> BTreeSet<String> {
    TESTED
        .iter()
        .flat_map(|(standard, classes)| {
            classes
                .iter()
                .map(move |class| format!("{PREFIX}{standard}/conf/{class}"))
        })
        .collect()
}

/// A class is declared only if the suite tests it, and a class that the suite tests is declared
/// unless the list above says why not.
#[test]
fn every_declared_class_is_tested() {
    let declared = &service().declared;
    let tested = tested();
    let untested: Vec<&String> = declared.difference(&tested).collect();
    assert!(
        untested.is_empty(),
        "declared, but without a test: {untested:?}"
    );
    let excused: BTreeSet<String> = NOT_DECLARED
        .iter()
        .map(|(class, _)| format!("{PREFIX}{class}"))
        .collect();
    let missing: Vec<&String> = tested
        .difference(declared)
        .filter(|class| !excused.contains(*class))
        .collect();
    assert!(
        missing.is_empty(),
        "neither declared nor excused: {missing:?}"
    );
    let outdated: Vec<&String> = excused.intersection(declared).collect();
    assert!(
        outdated.is_empty(),
        "declared by now, so no longer to be excused: {outdated:?}"
    );
}
