use proptest::prelude::*;

use super::*;

fn fields(text: &str) -> (Vec<String>, End) {
    let mut record = Record::default();
    let end = split_record(text.as_bytes(), 0, b',', &mut record);
    let texts = (0..record.len())
        .map(|index| String::from_utf8_lossy(&record.text(text.as_bytes(), index)).into_owned())
        .collect();
    (texts, end)
}

#[test]
fn quotes_line_ends_and_empty_fields() {
    assert_eq!(fields("a,,c\r\nnext").0, ["a", "", "c"]);
    assert_eq!(fields("a,,c\r\nnext").1, End::Next(6));
    assert_eq!(
        fields("\"a,\n\"\"b\"\"\",2\n"),
        (vec!["a,\n\"b\"".into(), "2".into()], End::Next(13))
    );
    assert_eq!(fields("5\" HOSE,2").0, ["5\" HOSE", "2"]);
    assert_eq!(fields("\"x\" y,2").0, ["x", "2"]);
    assert_eq!(fields("a,\"b").1, End::Unclosed);
    assert_eq!(fields("a,").0, ["a", ""]);
    assert_eq!(fields("\"a\"\r\n").0, ["a"]);
    assert_eq!(fields("\r\n").0, [""]);
}

#[test]
fn a_text_is_cut_behind_a_whole_record() {
    let rules = Rules {
        delimiter: b',',
        columns: 2,
        max_bytes: 20,
    };
    let cut = |text: &str| super::cut(text.as_bytes(), rules);
    assert_eq!(cut("a,b\nc,d\nhalf"), Cut::At(8));
    assert_eq!(cut("a,b\n\"c\nlong\nname\",d\n\"e\n"), Cut::At(20));
    assert_eq!(cut("a,b\n\"c\nlong\n"), Cut::At(4));
    assert_eq!(cut("1,2,3\n4,\"6\n7\"\n"), Cut::At(14));
    assert_eq!(cut("1,2,3\n4,\"6\n\""), Cut::At(6));
    assert_eq!(cut("\"a\nb"), Cut::ReadMore);
    assert_eq!(cut("no line end"), Cut::ReadMore);
    assert_eq!(cut("no line end and too long"), Cut::SkipLine);
    assert_eq!(cut("\"no line end and too long"), Cut::SkipLine);
    // The quote is not closed within the longest record: the line stands for itself.
    assert_eq!(cut("\"a\nbbbbbbbbbbbbbbbbbbbbb\nc"), Cut::At(25));
}

proptest! {
    #[test]
    fn fields_without_quotes_are_split_at_commas(
        values in proptest::collection::vec("[a-z0-9. -]{0,8}", 1..20)
    ) {
        let text = format!("{}\n", values.join(","));
        prop_assert_eq!(fields(&text), (values, End::Next(text.len())));
    }

    #[test]
    fn quoted_fields_are_read_back(values in proptest::collection::vec("[a,\"\n\r ]{0,8}", 1..9)) {
        let quoted: Vec<String> =
            values.iter().map(|value| format!("\"{}\"", value.replace('"', "\"\""))).collect();
        prop_assert_eq!(fields(&quoted.join(",")).0, values);
    }

    #[test]
    fn no_bytes_panic(text in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut record = Record::default();
        if let End::Next(next) = split_record(&text, 0, b',', &mut record) {
            prop_assert!(next <= text.len());
            for index in 0..record.len() {
                let _ = record.text(&text, index);
            }
        }
        let _ = cut(&text, Rules { delimiter: b',', columns: 3, max_bytes: 50 });
    }
}
