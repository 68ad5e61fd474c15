use proptest::prelude::*;

use super::*;

fn positions(rows: &[(u32, i64)]) -> PositionBatch {
    let mut positions = PositionBatch::default();
    for &(mmsi, time_ms) in rows {
        positions.mmsi.push(mmsi);
        positions.time_ms.push(time_ms);
        positions.lon_deg.push(f64::from(mmsi % 360) - 180.0);
        positions.lat_deg.push(time_ms as f64 / 1e13);
        positions.sog_kn.push(1.5);
        positions.cog_deg.push(f32::NAN);
        positions.heading_deg.push(90.0);
        positions.draught_m.push(f32::NAN);
        positions.nav_status.push(15);
        positions.synthetic.push(true);
    }
    positions
}

fn entry(id: &str, positions: u64) -> ImportEntry {
    ImportEntry {
        id: id.to_owned(),
        file: "a.csv".to_owned(),
        sha256: id.repeat(4),
        format: "csv".to_owned(),
        rows: positions,
        positions,
        first_ms: None,
        last_ms: None,
        synthetic: true,
    }
}

fn all(archive: &Archive) -> Vec<(u32, i64)> {
    let at_once = all_within(archive, usize::MAX);
    // However few fit into memory.
    for most_rows in [1, 130, 700] {
        assert_eq!(all_within(archive, most_rows), at_once);
    }
    at_once
}

fn all_within(archive: &Archive, most_rows: usize) -> Vec<(u32, i64)> {
    let mut rows = Vec::new();
    // Over all buckets, so that their number leaves no trace in what is made of them.
    let mut last = None;
    for bucket in 0..archive.buckets() {
        let visited = archive.each_vessel_within(bucket, most_rows, |mmsi, positions| {
            assert!(
                last < Some(place_of(mmsi)),
                "each vessel comes once, in order"
            );
            last = Some(place_of(mmsi));
            assert!(positions.mmsi.iter().all(|&own| own == mmsi));
            rows.extend(positions.mmsi.iter().copied().zip(positions.time_ms));
        });
        visited.expect("a bucket");
    }
    rows.sort_unstable();
    rows
}

const MARCH: i64 = 1_709_251_200_000;
const HOUR: i64 = 3_600_000;

#[test]
fn what_is_put_in_comes_out_whatever_the_number_of_buckets() {
    let rows: Vec<(u32, i64)> = (0..5_000_u32)
        .map(|n| {
            (
                219_000_000 + n * 7 % 40,
                MARCH - 100 * HOUR + i64::from(n) * 180_000,
            )
        })
        .collect();
    let mut expected = rows.clone();
    expected.sort_unstable();
    for buckets in [1, 3, 64] {
        let folder = tempfile::tempdir().expect("a folder");
        let mut archive = Archive::open(folder.path(), Some(buckets)).expect("an archive");
        let mut writer = archive.begin("00aa").expect("a writer");
        writer.put(&positions(&rows[..2_000])).expect("written");
        writer.put(&positions(&rows[2_000..])).expect("written");
        writer.finish(entry("00aa", 5_000)).expect("finished");
        assert_eq!(all(&archive), expected);
        let again = Archive::open(folder.path(), None).expect("an archive");
        assert_eq!(all(&again), expected);
        assert_eq!(again.data_version(), archive.data_version());
        assert!(Archive::open(folder.path(), Some(buckets + 1)).is_err());
    }
}

#[test]
fn an_abandoned_import_counts_for_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut archive = Archive::open(folder.path(), Some(2)).expect("an archive");
    let mut writer = archive.begin("00aa").expect("a writer");
    writer
        .put(&positions(&[(219_000_001, MARCH)]))
        .expect("written");
    drop(writer);
    assert_eq!(all(&archive), []);

    // As after a crash between moving the files and writing the list.
    let mut writer = archive.begin("00bb").expect("a writer");
    writer
        .put(&positions(&[(219_000_001, MARCH)]))
        .expect("written");
    writer.finish(entry("00bb", 1)).expect("finished");
    fs::remove_file(folder.path().join("archive.json")).expect("removed");
    let mut archive = Archive::open(folder.path(), Some(2)).expect("an archive");
    assert_eq!(all(&archive), []);
    let mut writer = archive.begin("00bb").expect("a writer");
    writer
        .put(&positions(&[(219_000_001, MARCH)]))
        .expect("written");
    writer.finish(entry("00bb", 1)).expect("finished");
    assert_eq!(all(&archive), [(219_000_001, MARCH)]);
}

#[test]
fn damage_is_an_error_that_names_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut archive = Archive::open(folder.path(), Some(1)).expect("an archive");
    let mut writer = archive.begin("00aa").expect("a writer");
    writer
        .put(&positions(&[(219_000_001, MARCH)]))
        .expect("written");
    writer.finish(entry("00aa", 1)).expect("finished");
    let file = folder
        .path()
        .join("bucket=0000/month=2024-03/00aa-0.parquet");
    let bytes = fs::read(&file).expect("the file");
    fs::write(&file, &bytes[..bytes.len() / 2]).expect("written");
    let error = archive.each_vessel(0, |_, _| {}).expect_err("half a file");
    assert!(error.to_string().contains("00aa-0.parquet"), "{error}");

    let mut other = polars::df!("mmsi" => ["219000001"]).expect("a frame");
    let out = File::create(&file).expect("a file");
    ParquetWriter::new(out).finish(&mut other).expect("written");
    let error = archive
        .each_vessel(0, |_, _| {})
        .expect_err("other columns");
    assert!(error.to_string().contains("mmsi"), "{error}");

    fs::write(folder.path().join("archive.json"), b"{\"format\": 1").expect("written");
    assert!(Archive::open(folder.path(), None).is_err());
}

proptest! {
    #[test]
    fn months_are_those_of_the_calendar(time_ms in -62_000_000_000_000_i64..200_000_000_000_000) {
        let date = jiff::Timestamp::from_millisecond(time_ms)
            .expect("a time")
            .to_zoned(jiff::tz::TimeZone::UTC)
            .date();
        let expected = (i32::from(date.year()), date.month() as u8);
        let found = month_of(time_ms);
        prop_assert_eq!((found.year, found.month), expected);
    }
}
