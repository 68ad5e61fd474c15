use super::*;

fn skip(text: &str) -> Result<&str, JsonErrorKind> {
    Cursor::new(text, 8)
        .skip_value()
        .map_err(|error| error.kind)
}

#[test]
fn skipping_agrees_with_a_full_parser() {
    let texts = [
        "null",
        "true",
        "[]",
        "{}",
        "[1,2,[3]]",
        r#"{"a":{"b":[1,"x\"y\\",null]},"c":-1.5e3}"#,
        " [ 1 , 2 ] ",
        "[1,]",
        "[,1]",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "[1 2]",
        "{a:1}",
        "[1}",
        "{\"a\":1]",
        "tru",
        "01",
        "\"abc",
        "[",
        "{",
        "[\"",
        "",
        "{\"a\":1",
        "[1,",
        "\"\\",
        "[[[]]",
        "'a'",
    ];
    for text in texts {
        let mut cursor = Cursor::new(text, 8);
        let is_whole = cursor.skip_value().is_ok() && cursor.peek().is_none();
        let expected = serde_json::from_str::<serde_json::Value>(text).is_ok();
        assert_eq!(is_whole, expected, "{text}");
    }
}

#[test]
fn a_text_that_stops_is_told_from_a_broken_one() {
    for text in ["[1,", "{\"a\":", "\"ab", "[", "{\"a\":1"] {
        assert_eq!(skip(text), Err(JsonErrorKind::EndsEarly), "{text}");
    }
    assert!(matches!(skip("[1}"), Err(JsonErrorKind::Syntax(_))));
}

#[test]
fn depth_has_a_limit_and_needs_no_stack() {
    let deep = format!("{}{}", "[".repeat(9), "]".repeat(9));
    assert_eq!(skip(&deep), Err(JsonErrorKind::TooDeep(8)));
    let million = "[".repeat(1_000_000);
    let error = Cursor::new(&million, u32::MAX)
        .skip_value()
        .expect_err("it never ends");
    assert_eq!(error.kind, JsonErrorKind::EndsEarly);
}

#[test]
fn strings_lose_their_escapes() {
    let mut cursor = Cursor::new(r#""a\n\u00e9\ud83d\ude00b""#, 8);
    assert_eq!(cursor.string().expect("a string"), "a\né😀b");
    assert!(
        Cursor::new(r#""\ud83d""#, 8).string().is_err(),
        "half a surrogate pair"
    );
}

#[test]
fn compact_leaves_strings_alone() {
    assert_eq!(
        compact("{ \"a b\" : [ 1.50 , \"x \\\" y\" ] }"),
        "{\"a b\":[1.50,\"x \\\" y\"]}"
    );
}
