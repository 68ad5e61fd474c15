use super::super::RegionSet;

fn first_suggestion(id: &str) -> String {
    let error = RegionSet::bundled().get(id).expect_err("the id is wrong");
    error.suggestions.first().cloned().unwrap_or_default()
}

#[test]
fn typing_errors_and_names_lead_to_the_region() {
    for (typed, meant) in [
        ("iso3:BRZ", "iso3:BRA (Brazil)"),
        ("BRA", "iso3:BRA (Brazil)"),
        ("iso3:bra", "iso3:BRA (Brazil)"),
        ("iso3:Brazil", "iso3:BRA (Brazil)"),
        ("brasil", "iso3:BRA (Brazil)"),
        ("un:ASIA-PACIFIC", "un:APG (Asia-Pacific States)"),
        (
            "un:grulac",
            "un:GRULAC (Latin American and Caribbean States)",
        ),
        ("sea:northsea", "sea:north-sea (North Sea)"),
        ("North Sea", "sea:north-sea (North Sea)"),
        ("admin1:minas gerais", "admin1:BR-MG (Minas Gerais)"),
        ("Ивановская область", "admin1:RU-IVA (Ivanovo)"),
    ] {
        assert_eq!(first_suggestion(typed), meant, "{typed}");
    }
}

#[test]
fn the_message_says_what_to_do() {
    let error = RegionSet::bundled()
        .get("iso3:BRZ")
        .expect_err("the id is wrong");
    assert!(
        error
            .to_string()
            .starts_with("unknown region \"iso3:BRZ\"; did you mean iso3:BRA (Brazil)"),
        "{error}"
    );
    let error = RegionSet::bundled()
        .get("qqqqqqqqqqqq")
        .expect_err("the id is wrong");
    assert!(
        error.to_string().contains("ids look like iso3:BRA"),
        "{error}"
    );
}

#[test]
fn odd_input_is_no_trouble() {
    let set = RegionSet::bundled();
    for id in [
        "",
        ":",
        "iso3:",
        "::::",
        &"x".repeat(100_000),
        "\u{0}\u{202e}",
    ] {
        assert!(set.get(id).is_err(), "{id:?}");
    }
}
