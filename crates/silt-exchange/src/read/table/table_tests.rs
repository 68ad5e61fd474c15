use super::*;
use crate::read::{ReadOptions, Reader};

fn read(
    bytes: &[u8],
    options: &ReadOptions,
) -> Result<(super::super::FileInfo, Vec<Row>), ReadError> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("t.csv");
    std::fs::write(&path, bytes).expect("written");
    let mut reader = Reader::open(&path, options)?;
    let mut rows = Vec::new();
    while let Some(batch) = reader.next_batch()? {
        rows.extend(batch.decode());
    }
    assert_eq!(reader.rows_read(), rows.len() as u64);
    Ok((reader.info().clone(), rows))
}

fn first(rows: &[Row]) -> &Record {
    match &rows[0] {
        Row::Record(record) => record,
        Row::Reject(reject) => panic!("{}", reject.reason),
    }
}

#[test]
fn unequal_rows_are_rejected_with_their_counts() {
    let (_, rows) =
        read(b"a,b,c\n1,2,3\n4,5\n6,7,8,9\n", &ReadOptions::default()).expect("a table");
    let Row::Reject(short) = &rows[1] else {
        panic!("a reject")
    };
    assert_eq!((short.row, short.code), (3, "unequal_columns"));
    assert_eq!(short.reason, "the row has 2 columns where the table has 3");
    assert_eq!(short.value.as_deref(), Some("4,5"));
    assert!(matches!(&rows[2], Row::Reject(reject) if reject.row == 4));
}

#[test]
fn encodings_are_found_and_named() {
    let (info, rows) = read(
        b"\xef\xbb\xbfname;x\nJos\xc3\xa9;1\n",
        &ReadOptions::default(),
    )
    .expect("UTF-8");
    assert_eq!(
        info.encoding.expect("text").found,
        EncodingFound::ByteOrderMark
    );
    assert_eq!(
        first(&rows).field("name"),
        Some(&Value::Text("José".into()))
    );
    let latin = "nome;município\nBarragem São João;Itabirito\nConceição;Ouro Preto\n";
    let bytes: Vec<u8> = latin
        .chars()
        .map(|character| u8::try_from(u32::from(character)).expect("Latin-1"))
        .collect();
    let (info, rows) = read(&bytes, &ReadOptions::default()).expect("Latin-1");
    let encoding = info.encoding.expect("text");
    assert_eq!(
        (encoding.name, encoding.found),
        ("windows-1252", EncodingFound::Guessed)
    );
    assert!(info.notes[0].contains("a guess"), "{:?}", info.notes);
    assert_eq!(
        first(&rows).field("nome"),
        Some(&Value::Text("Barragem São João".into()))
    );
    let utf16: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain("a,b\né,2\n".encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let (info, rows) = read(&utf16, &ReadOptions::default()).expect("UTF-16");
    assert_eq!(info.encoding.expect("text").name, "UTF-16LE");
    assert_eq!(first(&rows).field("a"), Some(&Value::Text("é".into())));
}

#[test]
fn a_wrong_encoding_is_a_reject_with_row_and_byte() {
    let options = ReadOptions {
        encoding: Some("utf-8".into()),
        ..ReadOptions::default()
    };
    let (_, rows) = read(b"a,b\n1,2\nJos\xe9,3\n", &options).expect("a table");
    let Row::Reject(reject) = &rows[1] else {
        panic!("a reject")
    };
    assert_eq!((reject.row, reject.code), (3, "invalid_utf8"));
    assert!(reject.reason.contains("byte 11 "), "{}", reject.reason);
    let unknown = ReadOptions {
        encoding: Some("klingon".into()),
        ..ReadOptions::default()
    };
    assert!(
        read(b"a,b\n1,2\n", &unknown)
            .expect_err("unknown")
            .to_string()
            .contains("option `encoding`")
    );
}

#[test]
fn headers_become_usable_names() {
    let (info, rows) =
        read(b"a,\"a\nb\",,a,a_2\n1,2,3,4,5\n", &ReadOptions::default()).expect("a table");
    let names: Vec<&str> = info
        .columns
        .iter()
        .map(|column| column.name.as_ref())
        .collect();
    assert_eq!(names, ["a", "a b", "column_3", "a_3", "a_2"]);
    assert_eq!(info.notes.len(), 2);
    assert_eq!(first(&rows).field("a_3"), Some(&Value::Text("4".into())));
}

#[test]
fn preambles_and_own_names() {
    let text = b"Title \"unclosed\nStamp\na;b\n1;2\n";
    let options = ReadOptions {
        header_row: Some(3),
        ..ReadOptions::default()
    };
    let (info, rows) = read(text, &options).expect("a table");
    assert_eq!(
        (info.delimiter, info.header_row, first(&rows).row),
        (Some(';'), Some(3), 4)
    );
    let named = ReadOptions {
        columns: Some(vec!["x".into(), "y".into()]),
        delimiter: Some('|'),
        ..ReadOptions::default()
    };
    let (_, rows) = read(b"1|\n3|4\n", &named).expect("a table");
    assert_eq!(
        first(&rows).fields,
        [
            (Arc::from("x"), Value::Text("1".into())),
            (Arc::from("y"), Value::Null)
        ]
    );
    let both = ReadOptions {
        header_row: Some(1),
        ..named
    };
    let (_, rows) = read(b"a,b\n1|2\n", &both).expect("a table");
    assert_eq!((rows.len(), first(&rows).row), (1, 2));
}

#[test]
fn a_missing_header_row_is_an_error() {
    let options = ReadOptions {
        header_row: Some(9),
        ..ReadOptions::default()
    };
    assert!(
        read(b"a,b\n1,2\n", &options)
            .expect_err("no line 9")
            .to_string()
            .contains("no line 9")
    );
}
