use proptest::prelude::*;

use super::*;

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        (-1e300_f64..1e300).prop_map(Value::Real),
        ".{0,40}".prop_map(Value::Text),
    ]
}

proptest! {
    #[test]
    fn a_cursor_is_read_back(values in prop::collection::vec(value(), 0..4), fid: i64, mark: u64) {
        let cursor = Cursor { values, fid };
        let text = cursor.encode(mark);
        let is_url_safe = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        prop_assert!(text.chars().all(is_url_safe));
        prop_assert_eq!(Cursor::decode(&text, mark, cursor.values.len()), Ok(cursor.clone()));
        prop_assert_eq!(Cursor::decode(&text, mark ^ 1, cursor.values.len()), Err(CursorError));
        prop_assert_eq!(Cursor::decode(&text, mark, cursor.values.len() + 1), Err(CursorError));
    }

    #[test]
    fn no_text_panics(text in ".{0,60}") {
        prop_assert_eq!(Cursor::decode(&text, 7, 0), Err(CursorError));
    }
}

#[test]
fn parameters_are_told_apart() {
    assert_ne!(fingerprint(&["ab", "c"]), fingerprint(&["a", "bc"]));
    assert_ne!(fingerprint(&["a", ""]), fingerprint(&["a"]));
    assert_ne!(fingerprint(&["a", "b"]), fingerprint(&["b", "a"]));
    assert_eq!(fingerprint(&["a", "b"]), fingerprint(&["a", "b"]));
}
