use std::path::PathBuf;

use geo_types::{Geometry, point};
use silt_model::{LocationAccuracy, Value};

use super::*;
use crate::read::{ColumnInfo, Compression, Format};

const RECIPE: &str = r#"
id = "test-register"
title = "Test register"
publisher = "Nobody"
licence = "CC0-1.0"
citation = "Nobody (2026)"
collection = "tailings_facilities"
redistributable = true
original_only = ["Shape"]

[values]
nulls = ["S/X"]
decimal = "comma"
date_order = "day-first"

[record]
id = ["ID", "PART"]

[geometry]
longitude = "LON"
latitude = "LAT"
zero_is_missing = "both"
check = { easting = "E", northing = "N", zone = "ZONE", tolerance_m = 500 }
accuracy = { from = "ACC", map = { Exact = "exact", Near = "approximate" } }

[stated.country]
from = "COUNTRY"
[stated.country.map]
"Q1" = "BRA"
"Yugoslavia" = ""

[stated.admin1]
from = "UF"
prefix = "BR-"

[fields.name]
from = ["NAME", "TITLE"]

[fields.status]
from = "STATUS"
map = { "Ativa" = "active", "Indefinido" = "" }

[fields.status_published]
from = "STATUS"

[fields.storage_m3]
from = "VOLUME"

[fields.height_m]
from = "HEIGHT"
unit = "ft"
zero_is_null = true
range = [0, 400]

[fields.commissioning_date]
from = "SINCE"

[fields.backup_dam]
from = "BACKUP"

[fields.owner]
from = ["OWNER1", "OWNER2"]
join = "; "

[fields.hazard_system]
constant = "test system"

[fields.raise_method]
from = "RAISE"
map = { "open" = "upstream" }
other = "other"

[[flags]]
code = "source_duplicate"
from = "DUPLICATE"
equals = ["yes"]
reason = "the source marks it as a duplicate"
"#;

const COLUMNS: [&str; 22] = [
    "ID",
    "PART",
    "LON",
    "LAT",
    "E",
    "N",
    "ZONE",
    "ACC",
    "COUNTRY",
    "UF",
    "NAME",
    "TITLE",
    "STATUS",
    "VOLUME",
    "HEIGHT",
    "SINCE",
    "BACKUP",
    "OWNER1",
    "OWNER2",
    "RAISE",
    "DUPLICATE",
    "Shape",
];

pub(super) fn file(format: Format, columns: &[&str]) -> FileInfo {
    let column = |name: &&str| ColumnInfo {
        name: Arc::from(*name),
        field_type: None,
    };
    FileInfo {
        path: PathBuf::from("test"),
        format,
        driver: None,
        compression: Compression::None,
        member: None,
        encoding: None,
        crs: None,
        columns: columns.iter().map(column).collect(),
        delimiter: None,
        header_row: None,
        layer: None,
        rows_expected: None,
        byte_length: 0,
        notes: Vec::new(),
    }
}

fn mapper() -> Mapper {
    let recipe = Recipe::parse(RECIPE, "test.toml").unwrap_or_else(|error| panic!("{error}"));
    Mapper::for_recipe(&recipe, &file(Format::Csv, &COLUMNS), "2024-03").expect("fits the file")
}

/// A row of the test register; cells that are not given are null.
fn row(cells: &[(&str, &str)]) -> Record {
    let mut record = Record::new(7);
    for name in COLUMNS {
        let cell = cells.iter().find(|(column, _)| *column == name);
        let value = cell.map_or(Value::Null, |(_, text)| Value::from(*text));
        record.fields.push((Arc::from(name), value));
    }
    record
}

fn mapped(cells: &[(&str, &str)]) -> Mapped {
    mapper().map(row(cells)).expect("a feature")
}

pub(super) fn codes(feature: &Feature) -> Vec<FlagCode> {
    feature.flags.iter().map(|flag| flag.code).collect()
}

#[test]
fn a_full_row() {
    let Mapped {
        feature,
        stated_regions,
        ..
    } = mapped(&[
        ("ID", " 12 "),
        ("PART", "a"),
        ("LON", "-43°48'10.580\""),
        ("LAT", "-20°20'58,601''"),
        ("ACC", "Exact"),
        ("COUNTRY", "Q1"),
        ("UF", "MG"),
        ("TITLE", " Fábrica "),
        ("STATUS", "ATIVA"),
        ("VOLUME", "67.719.070,00"),
        ("HEIGHT", "105"),
        ("SINCE", "03/02/2001"),
        ("BACKUP", "Sim"),
        ("OWNER1", "One"),
        ("OWNER2", "Two"),
        ("RAISE", "closed"),
        ("Shape", "1,5"),
    ]);
    assert_eq!(feature.flags, []);
    assert_eq!(feature.record_id, "12/a");
    assert_eq!(feature.row, 7);
    assert_eq!(feature.location_accuracy, Some(LocationAccuracy::Exact));
    assert_eq!(feature.source_crs, None);
    let Some(Geometry::Point(point)) = feature.geometry else {
        panic!("{:?}", feature.geometry);
    };
    assert!((point.x() - -43.802_938_888_9).abs() < 1e-9, "{point:?}");
    assert!((point.y() - -20.349_611_388_9).abs() < 1e-9, "{point:?}");
    let expected: [(&str, Value); 12] = [
        ("name", "Fábrica".into()),
        ("country", "BRA".into()),
        ("admin1", "BR-MG".into()),
        ("status", "active".into()),
        ("status_published", "ATIVA".into()),
        ("storage_m3", 67_719_070.0.into()),
        ("height_m", 32.004.into()),
        ("commissioning_date", "2001-02-03".into()),
        ("backup_dam", true.into()),
        ("owner", "One; Two".into()),
        ("hazard_system", "test system".into()),
        ("raise_method", "other".into()),
    ];
    for (name, value) in &expected {
        assert_eq!(feature.property(name), value, "{name}");
    }
    assert_eq!(feature.properties.len(), expected.len());
    assert_eq!(stated_regions, ["iso3:BRA", "admin1:BR-MG"]);
}

#[test]
fn the_original_keeps_every_cell_verbatim_and_in_order() {
    let mapped = mapped(&[
        ("ID", " 12 "),
        ("VOLUME", "67.719.070,00"),
        ("NAME", "a \"b\"\n\\c"),
    ]);
    let original = mapped.feature.original.expect("always kept");
    let json: serde_json::Value = serde_json::from_str(&original).expect("valid JSON");
    let object = json.as_object().expect("an object");
    assert!(
        object.keys().map(String::as_str).eq(COLUMNS),
        "all columns in file order"
    );
    assert_eq!(object["ID"], " 12 ");
    assert_eq!(object["VOLUME"], "67.719.070,00");
    assert_eq!(object["NAME"], "a \"b\"\n\\c");
    assert_eq!(object["LON"], serde_json::Value::Null);
}

#[test]
fn what_cannot_be_read_is_null_and_flagged_with_field_value_and_reason() {
    let cases = [
        ("VOLUME", "a lot", "storage_m3", FlagCode::ValueUnreadable),
        ("HEIGHT", "4000", "height_m", FlagCode::ValueOutOfRange),
        (
            "SINCE",
            "31/02/2001",
            "commissioning_date",
            FlagCode::ValueUnreadable,
        ),
        ("BACKUP", "perhaps", "backup_dam", FlagCode::ValueUnreadable),
        ("STATUS", "Perdida", "status", FlagCode::ValueUnreadable),
        ("COUNTRY", "Atlantis", "country", FlagCode::ValueUnreadable),
        ("UF", "Minas", "admin1", FlagCode::ValueUnreadable),
    ];
    for (column, text, property, code) in cases {
        let feature = mapped(&[("ID", "1"), ("LON", "1"), ("LAT", "1"), (column, text)]).feature;
        assert_eq!(codes(&feature), [code], "{column}");
        let flag = &feature.flags[0];
        assert_eq!(
            (flag.field.as_deref(), flag.value.as_deref()),
            (Some(column), Some(text))
        );
        assert!(!flag.reason.is_empty());
        assert_eq!(feature.property(property), &Value::Null, "{property}");
    }
}

#[test]
fn nothing_is_no_problem() {
    let nothing = ["", "-", "S/X", "S/I", " ", "N/A"];
    for text in nothing {
        let feature = mapped(&[
            ("ID", "1"),
            ("LON", "1"),
            ("LAT", "1"),
            ("VOLUME", text),
            ("SINCE", text),
            ("STATUS", text),
            ("COUNTRY", text),
            ("UF", text),
        ])
        .feature;
        assert_eq!(feature.flags, [], "{text:?}");
        assert!(feature.property("storage_m3").is_null());
    }
    let feature = mapped(&[
        ("ID", "1"),
        ("LON", "1"),
        ("LAT", "1"),
        ("HEIGHT", "0,0"),
        ("COUNTRY", "Yugoslavia"),
        ("STATUS", "Indefinido"),
    ]);
    assert_eq!(feature.feature.flags, []);
    assert!(feature.feature.property("height_m").is_null());
    assert!(feature.stated_regions.is_empty());
}

#[test]
fn rows_without_a_usable_place_become_features_without_geometry() {
    let cases: [(&str, &str, &[FlagCode]); 9] = [
        ("", "", &[FlagCode::CoordinatesMissing]),
        ("-43,5", "", &[FlagCode::CoordinatesMissing]),
        (
            "00°00'00.000\"",
            "00°00'00.000\"",
            &[FlagCode::CoordinatesMissing],
        ),
        ("north of town", "-20", &[FlagCode::CoordinatesInvalid]),
        ("10", "91", &[FlagCode::CoordinatesInvalid]),
        (
            "10",
            "95",
            &[FlagCode::CoordinatesInvalid, FlagCode::CoordinatesSwapped],
        ),
        ("181", "91", &[FlagCode::CoordinatesInvalid]),
        ("Infinity", "1", &[FlagCode::CoordinatesInvalid]),
        (
            "-20,5",
            "-120,25",
            &[FlagCode::CoordinatesSwapped, FlagCode::CoordinatesInvalid],
        ),
    ];
    for (longitude, latitude, expected) in cases {
        let feature = mapped(&[("ID", "1"), ("LON", longitude), ("LAT", latitude)]).feature;
        assert_eq!(feature.geometry, None, "{longitude} {latitude}");
        assert_eq!(codes(&feature), expected, "{longitude} {latitude}");
    }
}

#[test]
fn utm_that_disagrees_is_flagged_with_the_distance() {
    // A deposit of the Chilean register; its UTM moved by 0, 400 and 600 m.
    let base = [
        ("ID", "1"),
        ("LON", "-68,604014183"),
        ("LAT", "-20,943234304"),
        ("ZONE", "19S"),
        ("N", "7684083,9"),
    ];
    for (easting, disagrees) in [("541170,1", false), ("541570,1", false), ("541770,1", true)] {
        let mut cells = base.to_vec();
        cells.push(("E", easting));
        let feature = mapped(&cells).feature;
        assert!(feature.geometry.is_some());
        if disagrees {
            assert_eq!(codes(&feature), [FlagCode::CoordinatesDisagree]);
            let reason = &feature.flags[0].reason;
            assert!(
                reason.starts_with("600 m") || reason.starts_with("599 m"),
                "{reason}"
            );
        } else {
            assert_eq!(feature.flags, [], "{easting}");
        }
    }
    let mut cells = base.to_vec();
    cells.push(("E", "far"));
    assert_eq!(codes(&mapped(&cells).feature), [FlagCode::ValueUnreadable]);
}

#[test]
fn the_source_can_flag_a_row() {
    let feature = mapped(&[
        ("ID", "1"),
        ("LON", "1"),
        ("LAT", "1"),
        ("DUPLICATE", "Yes"),
    ])
    .feature;
    assert_eq!(codes(&feature), [FlagCode::SourceDuplicate]);
}

#[test]
fn a_row_without_an_id_gets_one_of_its_content_or_is_rejected() {
    let first = mapped(&[("NAME", "a")]).feature.record_id;
    assert_eq!(first.len(), 32);
    assert_eq!(
        first,
        mapped(&[("NAME", "a")]).feature.record_id,
        "the same for the same content"
    );
    assert_ne!(first, mapped(&[("NAME", "b")]).feature.record_id);
    assert_eq!(mapped(&[("PART", "b")]).feature.record_id, "/b");
    let text = RECIPE.replace(
        "id = [\"ID\", \"PART\"]",
        "id = \"ID\"\non_missing_id = \"reject\"",
    );
    let recipe = Recipe::parse(&text, "test.toml").expect("valid");
    let mapper = Mapper::for_recipe(&recipe, &file(Format::Csv, &COLUMNS), "2024").expect("fits");
    let reject = mapper.map(row(&[("NAME", "a")])).expect_err("no id");
    assert_eq!(
        (reject.row, reject.code, reject.field.as_deref()),
        (7, "no_record_id", Some("ID"))
    );
}

#[test]
fn a_file_of_another_source_is_refused_and_drift_of_columns_is_noted() {
    let recipe = Recipe::parse(RECIPE, "test.toml").expect("valid");
    let other = file(Format::Csv, &["A", "B"]);
    let error = Mapper::for_recipe(&recipe, &other, "2024")
        .expect_err("not this source")
        .to_string();
    assert!(error.contains("`ID`") && error.contains("`A`"), "{error}");
    let mut columns: Vec<&str> = COLUMNS
        .iter()
        .copied()
        .filter(|name| *name != "VOLUME")
        .collect();
    columns.push("NEW");
    let mapper = Mapper::for_recipe(&recipe, &file(Format::Csv, &columns), "2024").expect("fits");
    let notes = mapper.notes().join("\n");
    assert!(
        notes.contains("kept in the original only: NEW\n") && notes.contains("storage_m3"),
        "{notes}"
    );
}

#[test]
fn a_reference_system_per_row() {
    let text = RECIPE
        .replace(
            "longitude = \"LON\"\nlatitude = \"LAT\"",
            "wkt = \"NAME\"\ncrs_field = \"ZONE\"",
        )
        .replace(
            "check = { easting = \"E\", northing = \"N\", zone = \"ZONE\", tolerance_m = 500 }\n",
            "",
        );
    let recipe = Recipe::parse(&text, "test.toml").unwrap_or_else(|error| panic!("{error}"));
    let mapper = Mapper::for_recipe(&recipe, &file(Format::Csv, &COLUMNS), "2024").expect("fits");
    let map = |wkt: &str, crs: &str| {
        mapper
            .map(row(&[("ID", "1"), ("NAME", wkt), ("ZONE", crs)]))
            .expect("a feature")
            .feature
    };

    let oregon = map("POINT (1000000 900000)", "EPSG:2994");
    assert_eq!(oregon.source_crs.as_deref(), Some("EPSG:2994"));
    assert_eq!(oregon.flags, []);
    let Some(Geometry::Point(point)) = oregon.geometry else {
        panic!("a point");
    };
    assert!((point.x() - -121.691_546).abs() < 1e-5 && (point.y() - 44.212_881).abs() < 1e-5);

    let plain = map("POINT (1 2)", "EPSG:4326");
    assert_eq!((plain.source_crs.clone(), plain.flags.len()), (None, 0));
    for crs in ["", "EPSG:123456", "mine grid"] {
        let assumed = map("POINT (1 2)", crs);
        assert_eq!(codes(&assumed), [FlagCode::CrsAssumed], "{crs}");
        assert_eq!(
            assumed.geometry,
            Some(Geometry::Point(point!(x: 1.0, y: 2.0)))
        );
    }
    assert_eq!(
        codes(&map("", "")),
        [FlagCode::CoordinatesMissing],
        "nothing is assumed of nothing"
    );
    assert_eq!(
        codes(&map("POINT (1", "EPSG:4326")),
        [FlagCode::GeometryUnreadable]
    );
    assert_eq!(
        codes(&map("POINT (1e300 1e300)", "EPSG:2994"))[0],
        FlagCode::CoordinatesInvalid
    );
}

#[test]
fn a_year_in_another_column_settles_the_century() {
    let text = RECIPE.replace(
        "from = \"SINCE\"",
        "from = \"SINCE\"\nyear_from = \"TITLE\"",
    );
    let recipe = Recipe::parse(&text, "test.toml").expect("valid");
    let mapper =
        Mapper::for_recipe(&recipe, &file(Format::Csv, &COLUMNS), "2023").expect("fits the file");
    let cases = [
        ("15-Jun-15", "1915", "1915-06-15", true),
        ("7/Nov/22", "2022", "2022-11-07", true),
        ("17/Aug/86", "1985", "1986-08-17", true),
        ("May/17", "2017", "2017-05", true),
        ("24732", "1967", "1967-09-17", true),
        ("1975", "1975", "1975", true),
        ("Jan/Feb-93", "1993", "1993", false),
        ("Jun/05", "1980", "1980", false),
        ("3/Mar/99", "1942", "1942", false),
    ];
    for (since, year, expected, is_clean) in cases {
        let cells = [
            ("ID", "1"),
            ("LON", "1"),
            ("LAT", "1"),
            ("SINCE", since),
            ("TITLE", year),
        ];
        let feature = mapper.map(row(&cells)).expect("a feature").feature;
        assert_eq!(
            feature.property("commissioning_date"),
            &Value::from(expected),
            "{since}"
        );
        let flags: &[FlagCode] = if is_clean {
            &[]
        } else {
            &[FlagCode::ValueUnreadable]
        };
        assert_eq!(codes(&feature), flags, "{since}");
    }
}
