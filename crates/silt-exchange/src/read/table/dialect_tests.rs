use super::*;

fn found(text: &str) -> Result<char, ReadError> {
    let sample = Sample {
        bytes: text.as_bytes().to_vec(),
        is_cut: false,
    };
    find(
        Path::new("test.csv"),
        &sample,
        None,
        &ReadOptions::default(),
    )
    .map(|dialect| char::from(dialect.delimiter))
}

#[test]
fn the_delimiter_that_fits_most_rows_is_taken() {
    assert_eq!(found("a,b\n1,2\n3,4\n").expect("a table"), ',');
    assert_eq!(found("a;b\n1,5;2\n3,5;4\n").expect("a table"), ';');
    assert_eq!(found("a\tb,c\n1\t2\n3\t4\n").expect("a table"), '\t');
    assert_eq!(found("a|b\n\"1|x\"|2\n").expect("a table"), '|');
    assert_eq!(found("name\nA\nB\n").expect("one column"), ',');
    assert_eq!(found("only,a,header\n").expect("a table"), ',');
}

#[test]
fn a_header_with_another_delimiter_is_an_error() {
    let error = found("id,name,x\n1|A|2\n2|B, b|3\n3|C|4\n").expect_err("mixed");
    let message = error.to_string();
    assert!(
        message.contains("test.csv: row 1: ")
            && message.contains("its 3 names with `,`")
            && message.contains("with `|`"),
        "{message}"
    );
}

#[test]
fn line_ends_of_old_macintoshes_are_seen() {
    let sample = Sample {
        bytes: b"a,b\r1,2\r".to_vec(),
        is_cut: false,
    };
    assert_eq!(sample.newline(), b'\r');
}
