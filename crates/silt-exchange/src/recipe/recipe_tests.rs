use silt_model::{FieldType, LocationAccuracy};

use super::*;

const SMALL: &str = r#"
id = "test-register"
title = "Test register"
publisher = "Nobody"
licence = "CC0-1.0"
citation = "Nobody (2026)"
collection = "tailings_facilities"
redistributable = true

[[files]]
edition = "2025-10"
mirror = "folder/register.csv"

[format]
kind = "csv"
encoding = "windows-1252"

[values]
nulls = ["S/I"]
decimal = "comma"
date_order = "day-first"

[record]
id = "ID"

[geometry]
longitude = "LON"
latitude = ["LAT", "LATITUDE"]
accuracy = { from = "ACC", map = { Exact = "exact" } }

[stated.country]
constant = "CHL"

[fields.storage_m3]
from = "VOLUME"
unit = "acre-ft"

[fields.name]
from = ["NAME", "TITLE"]

[fields.extra]
from = "X"
type = "integer"
title = "Something else"
"#;

fn changed(from: &str, to: &str) -> Result<Recipe, RecipeError> {
    assert!(SMALL.contains(from), "{from}");
    Recipe::parse(&SMALL.replace(from, to), "test.toml")
}

#[test]
fn a_recipe_is_read() {
    let recipe = Recipe::parse(SMALL, "test.toml").expect("valid");
    assert_eq!(recipe.geometry.latitude.0, ["LAT", "LATITUDE"]);
    let accuracy = recipe.geometry.accuracy.as_ref().expect("given");
    assert_eq!(accuracy.map["Exact"], LocationAccuracy::Exact);
    let order: Vec<&str> = recipe.fields.iter().map(|(name, _)| name).collect();
    assert_eq!(
        order,
        ["storage_m3", "name", "extra"],
        "the order of the file"
    );
    let schema = recipe.schema();
    let extra = schema.field("extra").expect("added");
    assert_eq!(
        (extra.field_type, extra.title.as_deref()),
        (FieldType::Integer, Some("Something else"))
    );
    assert_eq!(
        schema
            .field("storage_m3")
            .and_then(|field| field.unit.as_deref()),
        Some("m3")
    );
}

#[test]
fn errors_name_file_line_and_key() {
    let cases = [
        (
            "title = \"Test register\"",
            "titel = \"Test register\"",
            3,
            "unknown field `titel`",
        ),
        (
            "redistributable = true",
            "redistributable = 7",
            8,
            "invalid type",
        ),
        ("from = \"X\"", "form = \"X\"", 45, "unknown field `form`"),
        (
            "id = \"test-register\"",
            "id = \"Test:register\"",
            2,
            "lower-case",
        ),
        (
            "edition = \"2025-10\"",
            "edition = \"October\"",
            11,
            "YYYY-MM",
        ),
        (
            "mirror = \"folder/register.csv\"",
            "mirror = \"../register.csv\"",
            12,
            "inside the mirror",
        ),
        ("unit = \"acre-ft\"", "unit = \"t\"", 36, "cannot become"),
        ("unit = \"acre-ft\"", "unit = \"furlong\"", 36, "furlong"),
        ("type = \"integer\"", "", 43, "name its `type`"),
        ("[fields.name]", "[fields.Name]", 40, "lower-case"),
        (
            "from = [\"NAME\", \"TITLE\"]",
            "join = \"; \"",
            40,
            "either `from` or `constant`",
        ),
        (
            "latitude = [\"LAT\", \"LATITUDE\"]",
            "",
            26,
            "belong together",
        ),
    ];
    for (from, to, line, reason) in cases {
        let error = changed(from, to).expect_err(to).to_string();
        assert!(error.contains("test.toml"), "{error}");
        assert!(error.contains(reason), "{error}");
        // The line of the key, or of the table that it is missing in.
        let found: usize = error
            .split("line ")
            .nth(1)
            .and_then(|rest| rest.split(|c: char| !c.is_ascii_digit()).next())
            .and_then(|digits| digits.parse().ok())
            .expect("a line number");
        assert!(found.abs_diff(line) <= 3, "{line} expected: {error}");
    }
}

#[test]
fn mapped_values_must_be_ones_that_the_field_allows() {
    let status = "[fields.status]\nfrom = \"S\"\nmap = { Ativa = \"aktiv\" }\n\n[fields.name]";
    let error = changed("[fields.name]", status)
        .expect_err("not allowed")
        .to_string();
    assert!(error.contains("`aktiv` is not one of: active"), "{error}");
}

#[test]
fn an_unknown_reference_system_is_named() {
    let error = changed(
        "longitude = \"LON\"",
        "crs = \"EPSG:999999\"\nlongitude = \"LON\"",
    );
    assert!(
        error
            .expect_err("unknown")
            .to_string()
            .contains("EPSG:999999")
    );
}

#[test]
fn editions_come_from_the_recipe_or_the_file_name() {
    let recipe = Recipe::parse(SMALL, "test.toml").expect("valid");
    let edition = |name: &str| recipe.edition_of_file_name(name);
    assert_eq!(edition("register.csv").as_deref(), Some("2025-10"));
    assert_eq!(
        edition("sigbm_download_2024-03-01.xlsx").as_deref(),
        Some("2024-03-01")
    );
    assert_eq!(edition("register_2023_05.csv").as_deref(), Some("2023-05"));
    assert_eq!(edition("nid 2019 v12.csv").as_deref(), Some("2019"));
    assert_eq!(edition("register-v2.csv"), None);
    assert_eq!(edition("2024-13-40.csv").as_deref(), Some("2024"));
}

#[test]
fn every_built_in_schema_is_readable() {
    for (id, text) in BUILT_IN_COLLECTIONS {
        let schema = parse_schema(id, text).unwrap_or_else(|error| panic!("{error}"));
        assert!(
            !schema.title.is_empty() && !schema.fields.is_empty(),
            "{id}"
        );
        for field in &schema.fields {
            let unit = field.unit.as_deref();
            assert!(
                unit.is_none_or(|unit| crate::values::Unit::parse(unit).is_ok()),
                "{id} {unit:?}"
            );
            assert!(!field.name.starts_with("silt_"), "{id} {}", field.name);
        }
    }
    assert!(parse_schema("x", r#"{"properties": {"a": {"type": "furlong"}}}"#).is_err());
}
