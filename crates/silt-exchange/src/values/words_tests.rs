use proptest::prelude::*;

use super::*;

#[test]
fn words_for_no_value() {
    for text in [
        "",
        " ",
        "\u{a0}",
        "-",
        " - ",
        "--",
        "–",
        "…",
        "...",
        "N/A",
        "n/a",
        "N.A.",
        "NULL",
        "Null",
        "<Nulo>",
        "S/I",
        "s/i",
        "None",
        "nan",
        "NaN",
        "#N/A",
        "\\N",
        "*",
        "Sin información",
        "SEM INFORMAÇÃO",
        "\u{feff}",
    ] {
        assert!(looks_null(text), "{text:?}");
    }
}

#[test]
fn codes_and_statements_are_values() {
    for text in [
        "0",
        "NA",
        "ND",
        "Na",
        "No",
        "S",
        "unknown",
        "Desconhecido",
        "NO APLICA",
        "TBD",
        "Não se aplica a esse tipo de barragem",
        "#VALOR!",
        "a-",
        "- -x",
    ] {
        assert!(!looks_null(text), "{text:?}");
    }
}

#[test]
fn errors_of_spreadsheets() {
    assert!(is_spreadsheet_error("#VALOR!"));
    assert!(is_spreadsheet_error(" #¡VALOR! "));
    assert!(is_spreadsheet_error("#DIV/0!"));
    assert!(!is_spreadsheet_error("#N/A"));
    assert!(!is_spreadsheet_error("#12"));
}

#[test]
fn yes_and_no_in_four_languages() {
    for text in [
        "Sim",
        "SIM",
        "Sí",
        "SI",
        "si\u{301}",
        "Yes",
        "Y",
        " y ",
        "True",
        "Oui",
        "S",
        "1",
        "Vrai",
    ] {
        assert_eq!(parse_bool(text), Some(true), "{text:?}");
    }
    for text in [
        "Não",
        "NÃO",
        "Na\u{303}o",
        "No",
        "no",
        "N",
        "False",
        "Non",
        "0",
        "Faux",
    ] {
        assert_eq!(parse_bool(text), Some(false), "{text:?}");
    }
    for text in ["", "-", "NR", "O", "maybe", "yes, in 2019", "2", "S/I"] {
        assert_eq!(parse_bool(text), None, "{text:?}");
    }
}

proptest! {
    #[test]
    fn any_text_is_answered(text in "\\PC*") {
        let _ = (looks_null(&text), is_spreadsheet_error(&text), parse_bool(&text));
        prop_assert_eq!(trim(trim(&text)), trim(&text));
    }

    #[test]
    fn no_word_is_both_null_and_boolean(text in "\\PC{0,8}") {
        prop_assert!(!(looks_null(&text) && parse_bool(&text).is_some()));
    }
}
