use super::*;

fn refused(head: &[u8]) -> String {
    match sniff(head) {
        Content::Refused { what, .. } => what,
        other => panic!("{other:?}"),
    }
}

#[test]
fn pages_and_documents_are_told_by_their_content() {
    let page =
        b"\xef\xbb\xbf\n<!DOCTYPE html PUBLIC>\n<html><head><TITLE>\n 502 -  Bad\n gateway</TITLE>";
    assert_eq!(
        refused(page),
        "is an HTML page titled \"502 - Bad gateway\""
    );
    assert_eq!(refused(b"<html><body>"), "is an HTML page");
    assert_eq!(refused(b"%PDF-1.7"), "is a PDF document");
    assert!(refused(b"<OGRVRTDataSource><OGRVRTLayer/>").contains("virtual dataset"));
    assert!(refused(b"<?xml version=\"1.0\"?><!-- a <b> --><ns:thing/>").contains("`thing`"));
}

#[test]
fn data_are_told_by_their_content() {
    assert_eq!(sniff(b"PAR1...."), Content::Parquet);
    assert_eq!(sniff(b" \n{\"a\":1}"), Content::Json);
    assert_eq!(sniff(b"\xff\xfe{\0}\0"), Content::Json);
    assert_eq!(sniff(b"\x1e{}"), Content::JsonSequence);
    assert_eq!(sniff(b"a,b\n1,2"), Content::Text);
    assert_eq!(sniff(b"\x01\x00\x02"), Content::Unknown);
    assert_eq!(
        sniff(b"{ \"type\" : \"Topology\" }"),
        Content::Vector(&["TopoJSON"])
    );
    assert_eq!(
        sniff(b"<?xml version=\"1.0\"?>\n<kml xmlns=\"http://www.opengis.net/kml/2.2\">"),
        Content::Vector(&["LIBKML", "KML"])
    );
    assert_eq!(
        sniff(b"<wfs:FeatureCollection xmlns:gml=\"http://www.opengis.net/gml\">"),
        Content::Vector(&["GML"])
    );
    let mut sqlite = b"SQLite format 3\0".to_vec();
    sqlite.resize(100, 0);
    assert_eq!(sniff(&sqlite), Content::Vector(&["GPKG", "SQLite"]));
    sqlite[68..72].copy_from_slice(b"GPKG");
    assert_eq!(sniff(&sqlite), Content::Vector(&["GPKG"]));
}

#[test]
fn extensions_look_through_compression() {
    for (name, expected) in [
        ("a.csv.gz", "csv"),
        ("a.GeoJSON", "geojson"),
        ("a.zip", "zip"),
        ("a.b.shp.zip", "shp"),
        ("a", ""),
    ] {
        assert_eq!(extension(Path::new(name)), expected, "{name}");
    }
}
