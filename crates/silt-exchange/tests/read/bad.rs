//! Files that are not what they should be.

use std::io::Write;

use silt_exchange::read::{EncodingFound, Format, Limits, ReadOptions};
use silt_exchange::record::RawGeometry;
use zip::write::SimpleFileOptions;

use super::{TestFile, assert_says, error_of, file, read, read_with};

const FEATURE: &str =
    r#"{"type":"Feature","properties":{"n":"a"},"geometry":{"type":"Point","coordinates":[1,2]}}"#;

fn collection(features: &[&str]) -> String {
    format!(
        r#"{{"type":"FeatureCollection","features":[{}]}}"#,
        features.join(",")
    )
}

fn zipped(name: &str, members: &[(&str, &[u8])]) -> TestFile {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (member, content) in members {
        writer
            .start_file(*member, SimpleFileOptions::default())
            .unwrap();
        writer.write_all(content).unwrap();
    }
    file(name, writer.finish().unwrap().into_inner())
}

fn gzipped(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn plain() -> ReadOptions {
    ReadOptions::default()
}

#[test]
fn a_missing_file() {
    let error = read(std::path::Path::new("no/such/file.geojson"))
        .err()
        .unwrap();
    assert_says(
        &error,
        "file_missing",
        &["no/such/file.geojson", "no such file"],
    );
}

#[test]
fn a_directory() {
    let folder = tempfile::tempdir().unwrap();
    assert_says(
        &read(folder.path()).err().unwrap(),
        "file_is_directory",
        &["is a directory"],
    );
}

#[test]
fn an_empty_file() {
    for name in ["a.geojson", "a.csv", "a.xlsx", "a"] {
        assert_says(
            &error_of(&file(name, ""), &plain()),
            "file_empty",
            &["is empty"],
        );
    }
    assert_says(
        &error_of(&file("a.csv.gz", gzipped(b"")), &plain()),
        "file_empty",
        &[],
    );
    assert_says(
        &error_of(&file("a.geojson", " \n "), &plain()),
        "wrong_format",
        &["plain text"],
    );
}

#[test]
fn a_page_under_another_name() {
    let page = "<!DOCTYPE html>\n<html><head><title>502 - Bad gateway</title></head></html>";
    for name in ["a.xlsx", "a.csv", "a.geojson", "a.zip", "a.gpkg", "a"] {
        let error = error_of(&file(name, page), &plain());
        assert_says(
            &error,
            "wrong_format",
            &["HTML page titled \"502 - Bad gateway\"", "fetch it again"],
        );
    }
    let packed = error_of(&file("a.csv.gz", gzipped(page.as_bytes())), &plain());
    assert_says(
        &packed,
        "wrong_format",
        &["HTML page", "not a text table as its name says"],
    );
}

#[test]
fn content_that_contradicts_the_name_or_the_options() {
    assert_says(
        &error_of(&file("a.xlsx", "a,b\n1,2\n"), &plain()),
        "wrong_format",
        &["is plain text, not an XLSX workbook as its name says"],
    );
    assert_says(
        &error_of(&file("a.pdf", "%PDF-1.7"), &plain()),
        "wrong_format",
        &["PDF"],
    );
    assert_says(
        &error_of(&file("a.csv", FEATURE), &plain()),
        "wrong_format",
        &["is JSON, not a text table"],
    );
    let options = ReadOptions {
        format: Some(Format::Parquet),
        ..plain()
    };
    assert_says(
        &error_of(&file("a.csv", "a,b\n1,2\n"), &options),
        "wrong_format",
        &["as the options say"],
    );
    assert_says(
        &error_of(&file("a.bin", b"\x01\x00\x02\x03"), &plain()),
        "wrong_format",
        &["no format known"],
    );
}

#[test]
fn a_virtual_dataset_opens_no_other_file() {
    let secret = file("secret.csv", "a,b\nsecret,2\n");
    let vrt = format!(
        "<OGRVRTDataSource><OGRVRTLayer name=\"secret\"><SrcDataSource>{}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>",
        secret.path.display()
    );
    for name in ["evil.geojson", "evil.gpkg", "evil.vrt", "evil.kml"] {
        assert_says(
            &error_of(&file(name, &vrt), &plain()),
            "wrong_format",
            &["virtual dataset"],
        );
    }
    let options = ReadOptions {
        format: Some(Format::Gdal),
        ..plain()
    };
    assert_says(
        &error_of(&file("evil.geojson", &vrt), &options),
        "wrong_format",
        &["virtual dataset"],
    );
    // Hidden from the detection by a comment that is longer than what it looks at.
    let hidden = format!("<!--{}-->{vrt}", "x".repeat(100_000));
    let error = error_of(&file("evil.gml", &hidden), &options);
    assert!(!error.to_string().contains("secret,"), "{error}");
}

#[test]
fn truncated_json() {
    let text = collection(&[FEATURE, FEATURE, FEATURE]);
    let cut = &text[..text.len() - 30];
    let error = error_of(&file("a.geojson", cut), &plain());
    assert_says(
        &error,
        "file_truncated",
        &[
            &format!("byte {}", cut.len()),
            "row 2 is the last complete one",
            "inside row 3",
        ],
    );
}

#[test]
fn json_that_is_not_utf8() {
    let text = collection(&[FEATURE, &FEATURE.replace("\"a\"", "\"Jos\u{e9}\"")]);
    let latin: Vec<u8> = text
        .chars()
        .map(|character| u8::try_from(u32::from(character)).unwrap())
        .collect();
    let whole = read(&file("a.geojson", &latin).path).unwrap();
    assert_eq!((whole.records.len(), whole.rejects.len()), (1, 1));
    let at = latin.iter().position(|byte| *byte == 0xe9).unwrap();
    assert_eq!(
        (whole.rejects[0].row, whole.rejects[0].code),
        (2, "invalid_utf8")
    );
    assert!(
        whole.rejects[0]
            .reason
            .starts_with(&format!("byte {at} is not UTF-8")),
        "{}",
        whole.rejects[0].reason
    );
    let given = ReadOptions {
        encoding: Some("latin1".into()),
        ..plain()
    };
    let whole = read_with(&file("a.geojson", &latin).path, &given).unwrap();
    assert_eq!(whole.records[1].field("n").unwrap().to_string(), "José");
}

#[test]
fn json_with_a_byte_order_mark() {
    let text = collection(&[FEATURE]);
    let with_mark = [b"\xef\xbb\xbf".as_slice(), text.as_bytes()].concat();
    assert_eq!(
        read(&file("a.geojson", with_mark).path)
            .unwrap()
            .records
            .len(),
        1
    );
    let utf16: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain(text.encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let whole = read(&file("a.geojson", utf16).path).unwrap();
    assert_eq!(whole.records.len(), 1);
    assert_eq!(
        whole.info.encoding.unwrap().found,
        EncodingFound::ByteOrderMark
    );
}

#[test]
fn wrong_geometries_keep_their_row() {
    let cases = [
        (
            r#"{"type":"Pyramid","coordinates":[1,2]}"#,
            "`Pyramid` is not a geometry type",
        ),
        (
            r#"{"type":"Polygon","coordinates":[1,2]}"#,
            "an array is missing",
        ),
        (r#"{"type":"Point","coordinates":[NaN,2]}"#, "is NaN"),
        (
            r#"{"type":"Point","coordinates":[1,Infinity]}"#,
            "is Infinity",
        ),
        (r#"{"type":"Point","coordinates":[1,1e999]}"#, "too large"),
        (r#"{"type":"Point","coordinates":["1","2"]}"#, "is text"),
    ];
    for (geometry, expected) in cases {
        let feature =
            format!(r#"{{"type":"Feature","properties":{{"n":1}},"geometry":{geometry}}}"#);
        let whole = read(&file("a.geojson", collection(&[FEATURE, &feature])).path).unwrap();
        assert_eq!(whole.records[1].row, 2);
        let RawGeometry::Unreadable { value, reason } = &whole.records[1].geometry else {
            panic!("{geometry}")
        };
        assert_eq!(value, geometry);
        assert!(
            reason.starts_with("geometry: byte ") && reason.contains(expected),
            "{reason}"
        );
    }
}

#[test]
fn ten_million_vertices_in_one_ring() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("huge.geojson");
    let mut writer = std::io::BufWriter::new(std::fs::File::create(&path).unwrap());
    write!(writer, r#"{{"type":"FeatureCollection","features":[{FEATURE},{{"type":"Feature","properties":{{"n":"huge"}},"geometry":{{"type":"Polygon","coordinates":[["#).unwrap();
    for index in 0..10_000_000_u32 {
        let comma = if index == 0 { "" } else { "," };
        write!(writer, "{comma}[{}.5,{}]", index % 180, index % 89).unwrap();
    }
    write!(writer, "]]}}}},{FEATURE}]}}").unwrap();
    writer.flush().unwrap();
    drop(writer);
    let whole = read(&path).unwrap();
    assert_eq!((whole.records.len(), whole.rejects.len()), (2, 1));
    assert_eq!(whole.records[1].row, 3);
    let reject = &whole.rejects[0];
    assert_eq!((reject.row, reject.code), (2, "too_large"));
    assert!(
        reject.reason.contains("limits.max_feature_bytes"),
        "{}",
        reject.reason
    );
    let limits = Limits {
        max_feature_bytes: 1 << 30,
        ..Limits::default()
    };
    let whole = read_with(&path, &ReadOptions { limits, ..plain() }).unwrap();
    let RawGeometry::Parsed {
        geometry: geo_types::Geometry::Polygon(polygon),
        ..
    } = &whole.records[1].geometry
    else {
        panic!("a polygon")
    };
    assert!(polygon.exterior().0.len() >= 10_000_000);
}

#[test]
fn deeply_nested_json() {
    let deep = format!(
        r#"{{"type":"Feature","properties":{{"x":{}{}}},"geometry":null}}"#,
        "[".repeat(1_000_000),
        "]".repeat(1_000_000)
    );
    let whole = read(&file("a.geojson", collection(&[FEATURE, &deep, FEATURE])).path).unwrap();
    assert_eq!(
        (
            whole.records.len(),
            whole.rejects[0].row,
            whole.rejects[0].code
        ),
        (2, 2, "too_deep")
    );
    let never_closed = "[".repeat(1_000_000);
    assert_says(
        &error_of(&file("a.json", never_closed), &plain()),
        "file_truncated",
        &[],
    );
    let objects = "{\"a\":".repeat(1_000_000);
    assert_says(
        &error_of(&file("a.json", objects), &plain()),
        "file_truncated",
        &[],
    );
}

#[test]
fn a_zip_bomb() {
    let zeros = vec![b' '; 80 << 20];
    let bomb = zipped("a.zip", &[("a.csv", &zeros)]);
    let options = ReadOptions {
        limits: Limits {
            max_unpack_ratio: 500,
            ..Limits::default()
        },
        ..plain()
    };
    assert_says(
        &error_of(&bomb, &options),
        "archive_bomb",
        &["zip bomb", "max_unpack_ratio"],
    );
    let small = ReadOptions {
        limits: Limits {
            max_unpacked_bytes: 1 << 20,
            ..Limits::default()
        },
        ..plain()
    };
    assert_says(
        &error_of(&bomb, &small),
        "archive_bomb",
        &["more than 1048576 bytes"],
    );
    assert_says(
        &error_of(&file("a.csv.gz", gzipped(&zeros)), &small),
        "archive_bomb",
        &[],
    );
    let workbook = zipped(
        "a.xlsx",
        &[
            ("xl/workbook.xml", b"<workbook/>"),
            ("xl/worksheets/sheet1.xml", &zeros),
        ],
    );
    assert_says(&error_of(&workbook, &small), "archive_bomb", &[]);
    let nested = zipped("b.zip", &[("a.csv.gz", &gzipped(b"a,b\n1,2\n"))]);
    assert_says(
        &error_of(&nested, &plain()),
        "archive_nested",
        &["unpack the outer one"],
    );
}

#[test]
fn paths_that_leave_the_archive() {
    for name in ["../evil.csv", "/etc/evil.csv", "a/../../evil.csv"] {
        let archive = zipped(
            "a.zip",
            &[("good.csv", b"a,b\n1,2\n"), (name, b"a,b\n1,2\n")],
        );
        assert_says(
            &error_of(&archive, &plain()),
            "archive_unsafe_path",
            &["unsafe path in archive", name],
        );
    }
}

#[test]
fn a_broken_archive() {
    let whole = std::fs::read(zipped("a.zip", &[("a.csv", b"a,b\n1,2\n")]).path.as_path()).unwrap();
    for name in ["a.zip", "a.xlsx"] {
        let cut = file(name, &whole[..whole.len() - 30]);
        assert_says(
            &error_of(&cut, &plain()),
            "archive_truncated",
            &["not complete", "fetch it again"],
        );
    }
    let mut flipped = whole.clone();
    flipped[40] ^= 0x55;
    let error = error_of(&file("a.zip", &flipped), &plain());
    assert!(
        matches!(error.code(), "archive_damaged" | "archive_truncated"),
        "{error}"
    );
    let text = collection(&vec![FEATURE; 5000]);
    let packed = gzipped(text.as_bytes());
    let error = error_of(&file("a.geojson.gz", &packed[..packed.len() / 2]), &plain());
    assert_says(&error, "archive_truncated", &["gzip"]);
}

#[test]
fn an_archive_with_several_files() {
    let members: &[(&str, &[u8])] = &[
        ("a.csv", b"x,y\n1,2\n"),
        ("b.csv", b"x,y\n3,4\n5,6\n"),
        ("readme.txt", b"hello"),
    ];
    let archive = zipped("a.zip", members);
    assert_says(
        &error_of(&archive, &plain()),
        "member_needed",
        &["`a.csv`", "`b.csv`", "`member`"],
    );
    let chosen = ReadOptions {
        member: Some("b.csv".into()),
        ..plain()
    };
    let whole = read_with(&archive.path, &chosen).unwrap();
    assert_eq!(
        (whole.records.len(), whole.info.member.as_deref()),
        (2, Some("b.csv"))
    );
    let wrong = ReadOptions {
        member: Some("c.csv".into()),
        ..plain()
    };
    assert_says(
        &error_of(&archive, &wrong),
        "archive_no_such_member",
        &["`c.csv`", "a.csv"],
    );
    let clear = zipped(
        "b.zip",
        &[("data.csv", b"x,y\n1,2\n"), ("readme.txt", b"hello")],
    );
    assert_eq!(read(&clear.path).unwrap().records.len(), 1);
}

#[test]
fn compression_is_seen_through() {
    let text = collection(&vec![FEATURE; 3000]);
    assert_eq!(
        read(&file("a.geojson.gz", gzipped(text.as_bytes())).path)
            .unwrap()
            .records
            .len(),
        3000
    );
    let mut xz = liblzma::write::XzEncoder::new(Vec::new(), 1);
    xz.write_all(text.as_bytes()).unwrap();
    assert_eq!(
        read(&file("a.geojson.xz", xz.finish().unwrap()).path)
            .unwrap()
            .records
            .len(),
        3000
    );
    assert_eq!(
        read(&zipped("a.zip", &[("x/a.geojson", text.as_bytes())]).path)
            .unwrap()
            .records
            .len(),
        3000
    );
}

#[test]
fn unequal_columns() {
    let whole = read(&file("a.csv", "a,b\n1,2\n3\n4,5,6\n7,8\n").path).unwrap();
    assert_eq!(whole.records.len(), 2);
    let found: Vec<(u64, &str)> = whole
        .rejects
        .iter()
        .map(|reject| (reject.row, reject.code))
        .collect();
    assert_eq!(found, [(3, "unequal_columns"), (4, "unequal_columns")]);
    assert_eq!(whole.rejects[1].value.as_deref(), Some("4,5,6"));
}

#[test]
fn the_reference_system_behind_the_features() {
    let text = format!(
        r#"{{"features":[{FEATURE}],"crs":{{"type":"name","properties":{{"name":"urn:ogc:def:crs:EPSG::32723"}}}}}}"#
    );
    assert_eq!(
        read(&file("a.geojson", &text).path)
            .unwrap()
            .info
            .crs
            .as_deref(),
        Some("EPSG:32723")
    );
    assert_eq!(
        read(&file("a.geojson.gz", gzipped(text.as_bytes())).path)
            .unwrap()
            .info
            .crs
            .as_deref(),
        Some("EPSG:32723")
    );
}
