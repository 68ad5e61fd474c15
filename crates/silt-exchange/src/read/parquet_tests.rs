use super::*;

#[test]
fn geo_metadata_name_the_column_and_its_system() {
    let geo = |crs: &str| {
        format!(
            r#"{{"version":"1.1.0","primary_column":"geom","columns":{{"geom":{{"encoding":"WKB","geometry_types":[]{crs}}}}}}}"#
        )
    };
    let parse = |crs: &str| GeoMetadata::parse(&geo(crs)).expect("metadata").crs;
    assert_eq!(parse("").as_deref(), Some("EPSG:4326"));
    assert_eq!(parse(r#","crs":null"#), None);
    assert_eq!(
        parse(r#","crs":{"id":{"authority":"EPSG","code":32723}}"#).as_deref(),
        Some("EPSG:32723")
    );
    assert_eq!(
        parse(r#","crs":{"id":{"authority":"OGC","code":"CRS84"}}"#).as_deref(),
        Some("EPSG:4326")
    );
    assert!(
        parse(r#","crs":{"name":"local"}"#)
            .expect("a definition")
            .contains("local")
    );
    let arrow = geo("").replace("WKB", "point");
    assert!(
        GeoMetadata::parse(&arrow)
            .expect_err("not WKB")
            .contains("`point`")
    );
    assert!(GeoMetadata::parse("{}").is_err());
}

#[test]
fn times_become_iso_8601() {
    assert_eq!(iso_date(17_921), "2019-01-25");
    assert_eq!(
        iso_time(1_548_411_072_000, TimeUnit::Milliseconds, false),
        "2019-01-25T10:11:12"
    );
    assert_eq!(
        iso_time(1_548_411_072_500_000, TimeUnit::Microseconds, true),
        "2019-01-25T10:11:12.5Z"
    );
}

#[test]
fn a_table_is_read_in_slices() {
    use polars::prelude::{Column, IntoColumn, NamedFrom, ParquetWriter, Series};
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("t.parquet");
    let rows = SLICE_ROWS + 5;
    let columns: Vec<Column> = vec![
        Series::new("n".into(), (0..rows as i64).collect::<Vec<_>>()).into_column(),
        Series::new(
            "x".into(),
            (0..rows)
                .map(|i| if i == 3 { None } else { Some(i as f64 / 2.0) })
                .collect::<Vec<_>>(),
        )
        .into_column(),
        Series::new(
            "t".into(),
            (0..rows).map(|i| format!("row {i}")).collect::<Vec<_>>(),
        )
        .into_column(),
    ];
    let mut frame = DataFrame::new(rows, columns).expect("a table");
    ParquetWriter::new(std::fs::File::create(&path).expect("a file"))
        .finish(&mut frame)
        .expect("written");
    let mut reader =
        super::super::Reader::open(&path, &super::super::ReadOptions::default()).expect("Parquet");
    assert_eq!(reader.info().rows_expected, Some(rows as u64));
    let mut found = 0;
    while let Some(batch) = reader.next_batch().expect("readable") {
        for row in batch.decode() {
            let crate::record::Row::Record(record) = row else {
                panic!("a record")
            };
            assert_eq!(record.row, found + 1);
            assert_eq!(record.fields[0].1, Value::Int(found as i64));
            assert_eq!(record.fields[1].1.is_null(), found == 3);
            assert_eq!(record.fields[2].1, Value::Text(format!("row {found}")));
            found += 1;
        }
    }
    assert_eq!(found, rows as u64);
}
