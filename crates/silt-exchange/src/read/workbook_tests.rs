use super::*;

fn row(number: u64, cells: &[(u32, &str)]) -> SheetRow {
    let cells = cells
        .iter()
        .map(|(column, text)| (*column, Cell::Value(Value::Text((*text).to_owned()))))
        .collect();
    SheetRow { number, cells }
}

#[test]
fn the_header_is_below_titles_and_stamps() {
    let rows = [
        row(1, &[(0, "Register of dams")]),
        row(3, &[(0, "Date"), (1, "2022-05-05"), (2, "12:00")]),
        row(
            5,
            &[
                (0, "Name"),
                (1, "State"),
                (2, "Height"),
                (3, "Volume"),
                (4, "Owner"),
                (5, "Use"),
            ],
        ),
        row(
            6,
            &[(0, "A"), (1, "MG"), (2, "3"), (3, "5"), (4, "X"), (5, "Y")],
        ),
        row(7, &[(0, "B"), (2, "3"), (5, "Y")]),
    ];
    assert_eq!(find_header(&rows), 2);
    assert_eq!(
        find_header(&[row(1, &[(0, "name")]), row(2, &[(0, "A")])]),
        0
    );
}

#[test]
fn numbers_and_dates_keep_their_meaning() {
    assert_eq!(number_value(5.0), Value::Int(5));
    assert_eq!(number_value(5.5), Value::Real(5.5));
    assert_eq!(number_value(1e300), Value::Real(1e300));
    let date = |serial| {
        iso_date(&calamine::ExcelDateTime::new(
            serial,
            calamine::ExcelDateTimeType::DateTime,
            false,
        ))
    };
    assert_eq!(date(43_490.0), "2019-01-25");
    assert_eq!(date(43_490.5), "2019-01-25T12:00:00");
    assert_eq!(date(0.25), "06:00:00");
    assert!(
        matches!(cell_value(&DataRef::Error(calamine::CellErrorType::NA)), Some(Cell::Error(text)) if text == "#N/A")
    );
    assert!(cell_value(&DataRef::String(String::new())).is_none());
}
