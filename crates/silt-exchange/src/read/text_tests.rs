use std::io::Cursor;

use super::*;

#[test]
fn characters_on_the_seam_of_two_pieces_are_whole() {
    let text = "é€😀".repeat(10);
    for size in 1..7 {
        let mut check = Utf8Check::default();
        for piece in text.as_bytes().chunks(size) {
            check.push(piece);
        }
        assert_eq!(check.finish(), None, "{size}");
        let mut broken = Utf8Check::default();
        for piece in [text.as_bytes(), b"\xe2\x28"].concat().chunks(size) {
            broken.push(piece);
        }
        assert_eq!(broken.finish(), Some(text.len() as u64), "{size}");
    }
    let mut cut = Utf8Check::default();
    cut.push(b"ab\xc3");
    assert_eq!(cut.finish(), Some(2));
}

#[test]
fn other_encodings_become_utf8_and_faults_have_a_place() {
    let mut text = String::new();
    let latin = Box::new(Cursor::new(b"S\xe3o".to_vec()));
    ToUtf8::new(latin, encoding_rs::WINDOWS_1252)
        .read_to_string(&mut text)
        .expect("Latin-1");
    assert_eq!(text, "São");
    let half_pair = Box::new(Cursor::new(b"\xff\xfea\0\x00\xd8b\0".to_vec()));
    let error = ToUtf8::new(half_pair, UTF_16LE)
        .read_to_string(&mut text)
        .expect_err("half a pair");
    assert!(error.to_string().contains("not UTF-16LE"), "{error}");
}

#[test]
fn binary_files_are_not_text() {
    assert_eq!(lossy_head(b"ab\0c"), None);
    assert_eq!(lossy_head(b"\xff\xfea\0").as_deref(), Some("a"));
}
