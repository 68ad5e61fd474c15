//! Real registers, read from the mirror where it is present.

use std::path::PathBuf;

use silt_exchange::read::{EncodingFound, ReadOptions};
use silt_exchange::record::RawGeometry;
use silt_model::Value;

use super::{Whole, assert_says, read, read_with};

/// A file of the mirror: `SILT_MIRROR`, or the folder beside the project.
fn mirrored(name: &str) -> Option<PathBuf> {
    let beside = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data"));
    let mirror = std::env::var_os("SILT_MIRROR").map_or(beside, PathBuf::from);
    let path = mirror.join(name);
    if !path.exists() {
        eprintln!("skipped: {} is not present", path.display());
        return None;
    }
    Some(path)
}

/// Reads a file of the mirror and checks how many rows it gives.
fn rows(name: &str, records: usize, rejects: usize) -> Option<Whole> {
    rows_with(name, &ReadOptions::default(), records, rejects)
}

fn rows_with(name: &str, options: &ReadOptions, records: usize, rejects: usize) -> Option<Whole> {
    let path = mirrored(name)?;
    let whole = read_with(&path, options).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(
        (whole.records.len(), whole.rejects.len()),
        (records, rejects),
        "{name}"
    );
    Some(whole)
}

#[test]
fn chile() {
    let options = ReadOptions {
        sheet: Some("CDR_CHILE".into()),
        ..ReadOptions::default()
    };
    let Some(whole) = rows_with("chile-relaves/RELAVES_CHILE_OCT2025.xlsx", &options, 836, 0)
    else {
        return;
    };
    assert_eq!(
        (whole.info.header_row, whole.info.columns.len()),
        (Some(7), 32)
    );
    assert_eq!(whole.records[0].row, 8);
}

#[test]
fn brazil_edition_of_2022() {
    let Some(whole) = rows(
        "brazil-sigbm/anm_barragens_2022-03_94cols_latin1.csv",
        909,
        0,
    ) else {
        return;
    };
    assert_eq!(
        (whole.info.delimiter, whole.info.columns.len()),
        (Some(';'), 94)
    );
    let encoding = whole.info.encoding.unwrap();
    assert_eq!(
        (encoding.name, encoding.found),
        ("windows-1252", EncodingFound::Guessed)
    );
}

#[test]
fn brazil_snapshots() {
    let Some(folder) = mirrored("brazil-sigbm/snapshots-monthly") else {
        return;
    };
    let mut names: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    names.sort();
    assert_eq!(names.len(), 12);
    for path in names {
        let whole = read(&path).unwrap();
        assert_eq!(whole.info.header_row, Some(5), "{}", path.display());
        assert!(
            (880..960).contains(&whole.records.len()),
            "{}: {}",
            path.display(),
            whole.records.len()
        );
    }
}

#[test]
fn brazil_broken_downloads() {
    for (name, title) in [
        (
            "2024-04-09",
            "502 - Web server received an invalid response",
        ),
        ("2024-05-28", "Erro | ANM - Agência Nacional de Mineração"),
    ] {
        let Some(path) = mirrored(&format!(
            "brazil-sigbm/broken-downloads/sigbm_download_{name}.xlsx"
        )) else {
            return;
        };
        let error = read(&path).err().expect("refused");
        assert_says(
            &error,
            "wrong_format",
            &["HTML page", title, "not an XLSX workbook as its name says"],
        );
    }
}

#[test]
fn united_states() {
    rows("us-nid/nid_2019_tailings.csv", 1362, 0);
    rows("us-nid/nid_2019_subset.csv.gz", 91_457, 0);
}

#[test]
fn canada_minmod_and_coal() {
    rows("canada-mincan/mincan_1950-2022_march2024.csv", 947, 0);
    rows("minmod-mineral-sites/mineral_sites_146k.csv.gz", 146_608, 0);
    rows(
        "gem-mines/gem_coal_mine_tracker_2022-07_cp1252.csv",
        3672,
        0,
    );
    rows(
        "csp2-failures/tailings_dam_failures_1915-2022_csp2_31Jan23.csv",
        376,
        0,
    );
    rows("places-geonames/geonames_cities.csv.gz", 171_075, 0);
}

#[test]
fn boundaries() {
    rows(
        "boundaries/ne_50m_admin_0_countries_trimmed.geojson",
        241,
        0,
    );
    rows(
        "boundaries/ne_10m_admin_1_simplified_0.01deg.geojson.gz",
        4596,
        0,
    );
    let Some(whole) = rows(
        "gem-mines/gem_coal_mine_boundaries_methane_v1.0.2.geojson",
        2116,
        0,
    ) else {
        return;
    };
    assert_eq!(whole.info.crs.as_deref(), Some("EPSG:4326"));
    let is_polygon = |geometry: &RawGeometry| {
        matches!(
            geometry,
            RawGeometry::Parsed {
                geometry: geo_types::Geometry::Polygon(_) | geo_types::Geometry::MultiPolygon(_),
                ..
            }
        )
    };
    assert_eq!(
        whole
            .records
            .iter()
            .filter(|record| is_polygon(&record.geometry))
            .count(),
        333
    );
}

#[test]
fn brumadinho() {
    let Some(whole) = rows("brumadinho-2019/brumadinho_damage_extent.zip", 1, 0) else {
        return;
    };
    assert_eq!(whole.info.crs.as_deref(), Some("EPSG:32723"));
    assert!(matches!(
        whole.records[0].geometry,
        RawGeometry::Parsed { .. }
    ));
    assert_eq!(
        whole.records[0]
            .fields
            .first()
            .map(|(_, value)| value.clone()),
        Some(Value::Null)
    );
}

#[test]
fn flatgeobuf_and_a_zipped_shapefile() {
    let Some(whole) = rows(
        "context-natural-earth/ne_10m_parks_and_protected_lands_area.fgb",
        61,
        0,
    ) else {
        return;
    };
    assert_eq!(whole.info.driver.as_deref(), Some("FlatGeobuf"));
    let Some(path) = mirrored("maritime-zones/USMaritimeLimitsAndBoundariesSHP.zip") else {
        return;
    };
    let whole = read(&path).unwrap();
    assert_eq!(whole.info.driver.as_deref(), Some("ESRI Shapefile"));
    assert_eq!(Some(whole.records.len() as u64), whole.info.rows_expected);
}

#[test]
fn a_header_with_another_delimiter_than_its_rows() {
    let Some(path) = mirrored("maritime-zones/eez_v12_centroids.csv") else {
        return;
    };
    let error = read(&path).err().expect("refused");
    assert_says(
        &error,
        "table",
        &["row 1", "with `,`", "with `|`", "`delimiter`"],
    );
    let names = ["eez_id", "name", "territory", "sovereign", "lat", "lon"];
    let options = ReadOptions {
        delimiter: Some('|'),
        header_row: Some(1),
        columns: Some(names.map(str::to_owned).to_vec()),
        ..ReadOptions::default()
    };
    let Some(whole) = rows_with("maritime-zones/eez_v12_centroids.csv", &options, 285, 0) else {
        return;
    };
    assert_eq!(
        whole.records[0].field("territory"),
        Some(&Value::Text("Belgium".into()))
    );
}

#[test]
fn an_answer_of_an_api() {
    let options = ReadOptions {
        json_path: Some("vessels".into()),
        ..ReadOptions::default()
    };
    let Some(whole) = rows_with(
        "digitraffic-baltic-202512/snapshot-2025-12-11T204450Z.json.gz",
        &options,
        9735,
        0,
    ) else {
        return;
    };
    assert_eq!(
        whole.records[0].field("mmsi"),
        Some(&Value::Int(376_128_000))
    );
}
