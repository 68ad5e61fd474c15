use super::*;
use crate::behaviour::{point, spec};

#[test]
fn rows_are_counted_once_however_many_reasons() {
    let mut tally = Tally::new(&spec("2024"));
    let entry = |row| ReportEntry {
        row,
        record_id: None,
        severity: Severity::Rejected,
        code: "x".to_owned(),
        field: None,
        value: None,
        reason: "y".to_owned(),
    };
    for row in [3, 3, 2] {
        tally.remark(&entry(row));
    }
    tally.feature(&point("1", 0.0, 0.0, &[]));
    tally.outcome(Outcome::Created);
    assert!(tally.check_rows(3).is_ok());
    assert!(tally.check_rows(4).is_err());
    let report = tally.report("sha", 3, false);
    assert_eq!((report.rejected, report.entries_total), (2, 3));
    let rows: Vec<u64> = report.entries.iter().map(|entry| entry.row).collect();
    assert_eq!(rows, [2, 3, 3]);
}
