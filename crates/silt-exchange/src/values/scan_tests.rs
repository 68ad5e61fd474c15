use super::*;

fn tokens(text: &str) -> Vec<Token<'_>> {
    let placed = scan(text, NumberFormat::Auto).expect("tokens");
    placed.into_iter().map(|placed| placed.token).collect()
}

#[test]
fn two_single_quotes_are_one_double_quote() {
    let seconds = |text| tokens(text)[1];
    for text in ["3''", "3\"", "3″", "3”", "3’’", "3′′", "3``", "3´´", "3'’"] {
        assert_eq!(seconds(text), Token::Mark(Mark::Second), "{text:?}");
    }
    for text in ["3'", "3′", "3’", "3‘", "3`", "3´"] {
        assert_eq!(seconds(text), Token::Mark(Mark::Minute), "{text:?}");
    }
}

#[test]
fn the_letter_o_is_a_degree_sign_only_inside_an_angle() {
    let degree = Token::Mark(Mark::Degree);
    let west = Token::Hemisphere(Hemisphere::West);
    assert_eq!(tokens("13o 12")[1], degree);
    assert_eq!(tokens("13o12")[1], degree);
    assert_eq!(tokens("13o N")[1], degree);
    assert_eq!(tokens("13O12")[1], degree);
    assert_eq!(tokens("13O")[1], west);
    assert_eq!(tokens("13O 12")[1], west);
    assert_eq!(tokens("13 o")[1], west);
    assert_eq!(
        scan("13o", NumberFormat::Auto),
        Err(CoordinateError::DegreeOrWest)
    );
}

#[test]
fn a_comma_is_decimal_unless_points_are() {
    assert_eq!(tokens("1,5"), [Token::Number("1,5")]);
    assert_eq!(
        tokens("1.5,2"),
        [
            Token::Number("1.5"),
            Token::Separator(','),
            Token::Number("2")
        ]
    );
    assert_eq!(
        tokens("1,5,2,5"),
        [
            Token::Number("1,5"),
            Token::Separator(','),
            Token::Number("2,5")
        ]
    );
    let with_point = scan("1,5", NumberFormat::Point).expect("tokens");
    assert_eq!(with_point.len(), 3);
    let with_comma = scan("1.5", NumberFormat::Comma).expect("tokens");
    assert_eq!(with_comma[1].token, Token::Other('.'));
}

#[test]
fn the_letter_e_is_east_unless_a_signed_exponent_follows() {
    let east = Token::Hemisphere(Hemisphere::East);
    assert_eq!(tokens("1.5E-05"), [Token::Number("1.5E-05")]);
    assert_eq!(tokens("15E"), [Token::Number("15"), east]);
    assert_eq!(tokens("15E 12")[1], east);
    assert_eq!(tokens("15E-12.5")[1], east);
}

#[test]
fn letters_for_minutes_and_seconds() {
    let south = Token::Hemisphere(Hemisphere::South);
    assert_eq!(tokens("13d12m42s")[5], Token::Mark(Mark::Second));
    assert_eq!(tokens("13d12m42sS")[5], Token::Word("sS"));
    assert_eq!(tokens("13d12m42s S")[6], south);
    assert_eq!(tokens("13 12 42s")[3], south);
}
