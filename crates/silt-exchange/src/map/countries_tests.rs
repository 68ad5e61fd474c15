use super::*;

fn iso3(text: &str) -> Option<String> {
    iso3_of(text).map(|code| code.to_string())
}

#[test]
fn by_every_kind_of_code() {
    for text in ["BRA", "BR", "076", "76", "Brazil", "brasil", " BRAZIL "] {
        assert_eq!(iso3(text).as_deref(), Some("BRA"), "{text}");
    }
    assert_eq!(iso3("NA").as_deref(), Some("NAM"));
}

#[test]
fn by_the_names_that_registers_use() {
    let cases = [
        ("Türkiye", "TUR"),
        ("Turkey", "TUR"),
        ("Côte d'Ivoire", "CIV"),
        ("Ivory Coast", "CIV"),
        ("United States of America", "USA"),
        ("U.S.A.", "USA"),
        ("UK", "GBR"),
        ("The Gambia", "GMB"),
        ("Viet Nam", "VNM"),
        ("Democratic Republic of the Congo", "COD"),
        ("Congo (Kinshasa)", "COD"),
        ("Burma", "MMR"),
        ("PNG", "PNG"),
        ("Lao People's Democratic Republic", "LAO"),
        ("Kosovo", "XKX"),
    ];
    for (name, code) in cases {
        assert_eq!(iso3(name).as_deref(), Some(code), "{name}");
    }
}

#[test]
fn what_is_no_country_is_none() {
    for text in [
        "",
        "Yugoslavia",
        "International Waters",
        "XX",
        "999",
        "Atlantis",
    ] {
        assert_eq!(iso3(text), None, "{text}");
    }
}

#[test]
fn every_country_is_found_by_all_of_its_names() {
    let mut rows = 0;
    for line in TABLE.lines().skip(1) {
        let columns: Vec<&str> = line.split('|').collect();
        assert_eq!(columns.len(), 4, "{line}");
        for name in columns[3].split(';') {
            assert_eq!(iso3(name).as_deref(), Some(columns[0]), "{name}");
        }
        rows += 1;
    }
    assert!(rows > 240, "{rows}");
}
