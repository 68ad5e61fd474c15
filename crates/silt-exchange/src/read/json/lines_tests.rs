use super::*;
use crate::record::Row;

fn rows_of(text: &[u8], limits: &Limits) -> (Vec<Row>, Option<ReadError>) {
    let mut lines = Lines::new(
        Path::new("test.ndjson"),
        Box::new(std::io::Cursor::new(text.to_vec())),
        limits,
    );
    let mut rows = Vec::new();
    loop {
        match lines.next_batch() {
            Ok(Some(batch)) => rows.extend(batch.decode()),
            Ok(None) => return (rows, None),
            Err(error) => return (rows, Some(error)),
        }
    }
}

fn row_number(row: &Row) -> (u64, &'static str) {
    match row {
        Row::Record(record) => (record.row, "record"),
        Row::Reject(reject) => (reject.row, reject.code),
    }
}

const FEATURE: &str = r#"{"type":"Feature","properties":{"n":"a"},"geometry":null}"#;

#[test]
fn a_broken_line_costs_that_line_only() {
    let text = format!("{FEATURE}\r\n\n{{\"type\":\n{FEATURE}\n5\n{FEATURE}");
    let (rows, error) = rows_of(text.as_bytes(), &Limits::default());
    assert!(error.is_none(), "{error:?}");
    let numbers: Vec<_> = rows.iter().map(row_number).collect();
    assert_eq!(
        numbers,
        [
            (1, "record"),
            (3, "invalid_json"),
            (4, "record"),
            (5, "not_a_feature"),
            (6, "record")
        ]
    );
}

#[test]
fn record_separators_part_texts_that_span_lines() {
    let spread = FEATURE.replace(',', ",\n");
    let text = format!("\u{1e}{spread}\n\u{1e}{FEATURE}\n");
    let (rows, error) = rows_of(text.as_bytes(), &Limits::default());
    assert!(error.is_none());
    assert_eq!(
        rows.iter().map(row_number).collect::<Vec<_>>(),
        [(1, "record"), (2, "record")]
    );
}

#[test]
fn a_cut_last_line_is_an_error() {
    let text = format!("{FEATURE}\n{}", &FEATURE[..30]);
    let (rows, error) = rows_of(text.as_bytes(), &Limits::default());
    assert_eq!(rows.len(), 1);
    assert!(
        matches!(error, Some(ReadError::Truncated { last_row: 1, .. })),
        "{error:?}"
    );
}

#[test]
fn a_long_line_is_skipped() {
    let limits = Limits {
        max_feature_bytes: 1000,
        ..Limits::default()
    };
    let long = FEATURE.replace("\"a\"", &format!("\"{}\"", "x".repeat(2_000_000)));
    let (rows, error) = rows_of(
        format!("{FEATURE}\n{long}\n{FEATURE}\n").as_bytes(),
        &limits,
    );
    assert!(error.is_none());
    assert_eq!(
        rows.iter().map(row_number).collect::<Vec<_>>(),
        [(1, "record"), (2, "too_large"), (3, "record")]
    );
}

#[test]
fn lines_are_told_from_other_json() {
    assert!(looks_like_lines(&format!("{FEATURE}\n{FEATURE}\n")));
    assert!(!looks_like_lines(&format!("{FEATURE}\n")));
    assert!(!looks_like_lines(&format!(
        "{{\"features\":[]}}\n{FEATURE}"
    )));
    assert!(!looks_like_lines(
        "{\"type\":\"FeatureCollection\",\n\"features\":["
    ));
}
