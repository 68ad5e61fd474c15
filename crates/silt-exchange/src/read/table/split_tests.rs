use std::io;

use proptest::prelude::*;

use super::*;

const COMMA: Dialect = Dialect {
    delimiter: b',',
    quote: b'"',
    newline: b'\n',
};

fn rows(text: &str, dialect: Dialect) -> Result<Vec<(u64, Vec<String>)>, ReadError> {
    let stream = Box::new(io::Cursor::new(text.as_bytes().to_vec()));
    let mut splitter = Splitter::new(Path::new("test.csv"), stream, dialect, 1000);
    let mut rows = Vec::new();
    while let Some(row) = splitter.next_row()? {
        let text = String::from_utf8_lossy(splitter.text(&row)).into_owned();
        rows.push((
            row.line,
            cells(&text, dialect)
                .into_iter()
                .map(Cow::into_owned)
                .collect(),
        ));
    }
    Ok(rows)
}

#[test]
fn rows_carry_the_number_of_their_first_line() {
    let text = "a,b\r\n\"x\ny\",1\r\n\r\n,,\n\"he said \"\"no\"\"\",2\nlast,3";
    let found = rows(text, COMMA).expect("a table");
    let lines: Vec<u64> = found.iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [1, 2, 5, 6, 7]);
    assert_eq!(found[1].1, ["x\ny", "1"]);
    assert_eq!(found[2].1, ["", "", ""]);
    assert_eq!(found[3].1, ["he said \"no\"", "2"]);
    assert_eq!(found[4].1, ["last", "3"]);
}

#[test]
fn old_line_ends_and_other_quotes() {
    let dialect = Dialect {
        delimiter: b';',
        quote: b'\'',
        newline: b'\r',
    };
    let found = rows("a;b\r'x;y';2\r", dialect).expect("a table");
    assert_eq!(found[1], (2, vec!["x;y".to_owned(), "2".to_owned()]));
}

#[test]
fn an_open_quote_is_an_error_with_its_row() {
    let error = rows("a,b\n1,\"x\n2,y\n", COMMA).expect_err("never closed");
    assert_eq!(
        error.to_string(),
        "test.csv: row 2: the quote opened on line 2 is never closed; correct the file, or give another `quote`"
    );
    let long = format!("a,b\n1,\"{}", "x\n".repeat(2000));
    assert!(rows(&long, COMMA).is_err());
    let wide = format!("a,b\n{}", "x".repeat(600_000));
    assert!(
        rows(&wide, COMMA)
            .expect_err("too long")
            .to_string()
            .contains("more than 1000 bytes")
    );
}

proptest! {
    #[test]
    fn agrees_with_the_csv_crate(cells_in in prop::collection::vec(prop::collection::vec("[a\",\n é;]{0,6}", 2..5), 1..6)) {
        let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
        for row in &cells_in {
            writer.write_record(row).expect("written");
        }
        let text = String::from_utf8(writer.into_inner().expect("whole")).expect("UTF-8");
        let mut reader = csv::ReaderBuilder::new().flexible(true).has_headers(false).from_reader(text.as_bytes());
        let expected: Vec<Vec<String>> = reader
            .records()
            .map(|row| row.expect("a row").iter().map(str::to_owned).collect())
            .collect();
        let found: Vec<Vec<String>> = rows(&text, COMMA).expect("a table").into_iter().map(|(_, row)| row).collect();
        prop_assert_eq!(found, expected);
    }
}
