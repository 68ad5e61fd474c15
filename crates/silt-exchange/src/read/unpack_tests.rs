use super::*;

#[test]
fn names_that_leave_the_archive_are_seen() {
    for bad in [
        "../x",
        "a/../../x",
        "/etc/passwd",
        "\\x",
        "..\\x",
        "C:\\x",
        "a\0b",
    ] {
        assert!(!stays_inside(bad), "{bad:?}");
    }
    for good in ["a", "a/b.csv", "a..b/c", "..a"] {
        assert!(stays_inside(good), "{good}");
    }
}

#[test]
fn droppings_of_desktops_are_passed_over() {
    assert!(is_dropping("__MACOSX/._a.csv"));
    assert!(is_dropping("a/.DS_Store"));
    assert!(!is_dropping("a.csv"));
}
