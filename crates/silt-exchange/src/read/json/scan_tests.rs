use std::io;

use super::*;
use crate::record::{RawGeometry, Record, Row};

fn scanner(text: &str, json_path: Option<&str>, limits: &Limits) -> Scanner {
    let stream = Box::new(io::Cursor::new(text.as_bytes().to_vec()));
    Scanner::new(
        Path::new("test.geojson"),
        stream,
        Target::new(json_path),
        limits,
    )
}

fn rows_of(mut scanner: Scanner) -> (Vec<Row>, Option<ReadError>) {
    let mut rows = Vec::new();
    loop {
        match scanner.next_batch() {
            Ok(Some(batch)) => {
                let expected = batch.len();
                let decoded = batch.decode();
                assert_eq!(decoded.len(), expected);
                rows.extend(decoded);
            }
            Ok(None) => return (rows, None),
            Err(error) => {
                assert!(
                    scanner
                        .next_batch()
                        .expect("quiet after an error")
                        .is_none()
                );
                return (rows, Some(error));
            }
        }
    }
}

fn read(text: &str) -> (Vec<Row>, Option<ReadError>) {
    rows_of(scanner(text, None, &Limits::default()))
}

fn records(text: &str) -> Vec<Record> {
    let (rows, error) = read(text);
    assert!(error.is_none(), "{text}: {error:?}");
    rows.into_iter()
        .map(|row| match row {
            Row::Record(record) => record,
            Row::Reject(reject) => panic!("{text}: {}", reject.reason),
        })
        .collect()
}

const A: &str = r#"{"type":"Feature","properties":{"n":"a]}\"{"},"geometry":null}"#;
const B: &str =
    r#"{"type":"Feature","properties":{"n":"b"},"geometry":{"type":"Point","coordinates":[1,2]}}"#;

#[test]
fn features_are_found_wherever_they_stand() {
    for text in [
        format!(r#"{{"type":"FeatureCollection","features":[{A},{B}]}}"#),
        format!(
            r#" {{ "features" : [ {A} , {B} ] , "type" : "FeatureCollection" , "x" : {{"features":[1]}} }} "#
        ),
        format!(
            r#"{{"meta":{{"features":[1,2]}},"list":["]","}}"],"features":[{A}{s}{B}]}}"#,
            s = ",\n"
        ),
        format!("[{A},{B}]"),
        format!("{A}\n{B}\n"),
        format!("{A}{B}"),
        format!(r#"{{"features":[{A}]}}{{"features":[{B}]}}"#),
        format!("\u{1e}{A}\n\u{1e}{B}\n"),
    ] {
        let records = records(&text);
        let rows: Vec<u64> = records.iter().map(|record| record.row).collect();
        assert_eq!(rows, [1, 2], "{text}");
        assert_eq!(
            records[0].field("n").map(ToString::to_string).as_deref(),
            Some("a]}\"{")
        );
        assert!(matches!(records[1].geometry, RawGeometry::Parsed { .. }));
    }
}

#[test]
fn an_empty_collection_has_no_rows() {
    assert!(records(r#"{"type":"FeatureCollection","features":[]}"#).is_empty());
    assert!(records("[]").is_empty());
}

#[test]
fn the_reference_system_is_found_before_the_features() {
    let crs = r#""crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::32723"}}"#;
    let mut before = scanner(
        &format!(r#"{{{crs},"features":[{A}]}}"#),
        None,
        &Limits::default(),
    );
    before.find_rows().expect("rows");
    assert_eq!(before.crs(), Some("EPSG:32723"));
    let text = format!(r#"{{"features":[{A}],{crs}}}"#);
    let mut after = scanner(&text, None, &Limits::default());
    assert_eq!(after.skim_crs().as_deref(), Some("EPSG:32723"));
    // Without the look ahead, rows would have been read in the wrong system.
    let (rows, error) = rows_of(scanner(&text, None, &Limits::default()));
    assert_eq!(rows.len(), 1);
    assert!(error.expect("an error").to_string().contains("EPSG:32723"));
}

#[test]
fn a_path_leads_to_plain_objects() {
    let text = r#"{"status":"ok","result":{"count":2,"facilities":[{"id":1,"name":"A"},{"id":2}]},"more":null}"#;
    let (rows, error) = rows_of(scanner(text, Some("result.facilities"), &Limits::default()));
    assert!(error.is_none());
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().all(|row| matches!(row, Row::Record(_))));
    for (path, expected) in [
        (
            "data",
            "there is no `data`; the members are status, result, more",
        ),
        ("result", "`result` is not an array"),
        ("status.x", "`status` is not an object"),
    ] {
        let (_, error) = rows_of(scanner(text, Some(path), &Limits::default()));
        let message = error.expect("an error").to_string();
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn every_cut_of_a_file_is_noticed() {
    let text = format!(r#"{{"type":"FeatureCollection","features":[{A},{B}]}}"#);
    for cut in 1..text.len() {
        let (rows, error) = read(&text[..cut]);
        let Some(ReadError::Truncated {
            offset, last_row, ..
        }) = error
        else {
            panic!("cut at {cut}: {error:?}")
        };
        assert_eq!(offset, cut as u64);
        assert_eq!(last_row, rows.len() as u64);
    }
}

#[test]
fn broken_structure_is_an_error_with_row_and_byte() {
    let cases = [
        (
            format!(r#"{{"features":[{A} {B}]}}"#),
            1,
            "expected `,` or `]`",
        ),
        (format!(r#"{{"features":[{A},]}}"#), 1, "a row is missing"),
        (format!(r#"{{"features":[{A}]}} x"#), 1, "after the end"),
        (
            format!(r#"{{"features":[{A}],"features":[{B}]}}"#),
            1,
            "two `features`",
        ),
        ("hello".to_owned(), 0, "not JSON"),
        (r#"{"a" 1}"#.to_owned(), 0, "expected `:`"),
        (r"{a:1}".to_owned(), 0, "expected a member name"),
    ];
    for (text, complete, expected) in cases {
        let (rows, error) = read(&text);
        assert_eq!(rows.len(), complete, "{text}");
        let message = error.expect("an error").to_string();
        assert!(
            message.contains(expected) && message.contains("test.geojson: row "),
            "{message}"
        );
    }
}

#[test]
fn a_row_beyond_the_limit_is_skipped_and_its_neighbours_are_kept() {
    let limits = Limits {
        max_feature_bytes: 100_000,
        ..Limits::default()
    };
    let huge = format!(
        r#"{{"type":"Feature","properties":{{"n":"{}"}}}}"#,
        "x".repeat(1_000_000)
    );
    for text in [
        format!(r#"{{"features":[{A},{huge},{B}]}}"#),
        format!("{A}\n{huge}\n{B}"),
    ] {
        let (rows, error) = rows_of(scanner(&text, None, &limits));
        assert!(error.is_none(), "{error:?}");
        assert_eq!(rows.len(), 3);
        let Row::Reject(reject) = &rows[1] else {
            panic!("a reject")
        };
        assert_eq!((reject.row, reject.code), (2, "too_large"));
        let sizes_near =
            reject.reason.contains(&huge.len().to_string()) || reject.reason.contains("1000");
        assert!(sizes_near, "{}", reject.reason);
        assert!(matches!(&rows[2], Row::Record(record) if record.row == 3));
    }
    // A long member before the features is no row.
    let text = format!(
        r#"{{"meta":"{}","features":[{A},{B}]}}"#,
        "x".repeat(1_000_000)
    );
    assert_eq!(rows_of(scanner(&text, None, &limits)).0.len(), 2);
}

#[test]
fn offsets_count_from_the_start_of_the_file_in_every_batch() {
    let filler = format!(
        r#"{{"type":"Feature","properties":{{"n":"{}"}}}}"#,
        "x".repeat(5000)
    );
    let bad = r#"{"type":"Feature","geometry":{"type":"Point","coordinates":["a",2]}}"#;
    let text = format!(r#"{{"features":[{},{bad}]}}"#, vec![filler; 500].join(","));
    let (rows, _) = read(&text);
    assert_eq!(rows.len(), 501);
    let Row::Record(record) = &rows[500] else {
        panic!("a record")
    };
    let RawGeometry::Unreadable { reason, .. } = &record.geometry else {
        panic!("unreadable")
    };
    let at = text.rfind("\"a\"").expect("it is there");
    assert!(reason.contains(&format!("byte {at}:")), "{reason} {at}");
}
