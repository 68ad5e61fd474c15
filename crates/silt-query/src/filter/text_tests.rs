use proptest::prelude::*;

use super::*;

/// The plainest matcher: every way to share out the text.
fn naive(pattern: &[char], text: &[char]) -> bool {
    match pattern {
        [] => text.is_empty(),
        ['%', rest @ ..] => (0..=text.len()).any(|cut| naive(rest, &text[cut..])),
        ['\\', wanted, rest @ ..] => text.first() == Some(wanted) && naive(rest, &text[1..]),
        ['_', rest @ ..] => !text.is_empty() && naive(rest, &text[1..]),
        [wanted, rest @ ..] => text.first() == Some(wanted) && naive(rest, &text[1..]),
    }
}

proptest! {
    #[test]
    fn patterns_match_as_the_plainest_matcher_says(
        pattern in "[ab%_\\\\é]{0,8}",
        text in "[ab%_\\\\é]{0,8}",
    ) {
        let characters: Vec<char> = pattern.chars().collect();
        let expected = naive(&characters, &text.chars().collect::<Vec<char>>());
        prop_assert_eq!(LikePattern::new(&pattern).matches(&text), expected);
    }
}

#[test]
fn a_segment_is_not_used_twice() {
    assert!(!LikePattern::new("ab%b").matches("ab"));
    assert!(!LikePattern::new("%aa").matches("a"));
    assert!(LikePattern::new("%aa").matches("aaa"));
    assert!(LikePattern::new("a%_").matches("ab"));
}

#[test]
fn case_and_accents_are_taken_away() {
    let case = Folding {
        case: true,
        accents: false,
    };
    let accents = Folding {
        case: false,
        accents: true,
    };
    assert_eq!(case.apply("Straße"), case.apply("STRASSE"));
    assert_eq!(case.apply("Οδος"), case.apply("ΟΔΟΣ"));
    assert_eq!(case.apply("É"), "é");
    assert_eq!(accents.apply("débárquér"), "debarquer");
    assert_eq!(accents.apply("Córrego do Feijão"), "Corrego do Feijao");
    let both = Folding {
        case: true,
        accents: true,
    };
    assert_eq!(both.apply("ÇA"), "ca");
}
