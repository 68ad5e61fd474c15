//! Formats that GDAL reads.

use silt_exchange::read::{Format, ReadOptions};
use silt_exchange::record::RawGeometry;

use super::{assert_says, error_of, file, read, read_with};

#[test]
fn kml_gpx_and_gml() {
    let kml = r#"<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><name>Dam</name>
        <Point><coordinates>-44.1,-20.1,900</coordinates></Point></Placemark></Document></kml>"#;
    let whole = read(&file("a.kml", kml).path).unwrap();
    assert_eq!((whole.info.format, whole.records.len()), (Format::Gdal, 1));
    assert_eq!(whole.info.crs.as_deref(), Some("EPSG:4326"));
    let RawGeometry::Parsed {
        geometry,
        had_elevation,
    } = &whole.records[0].geometry
    else {
        panic!("a point")
    };
    assert_eq!(*geometry, geo_types::point!(x: -44.1, y: -20.1).into());
    assert!(had_elevation);
    let gpx = r#"<?xml version="1.0"?><gpx version="1.1" creator="x" xmlns="http://www.topografix.com/GPX/1/1">
        <wpt lat="-20.1" lon="-44.1"><name>A</name></wpt><wpt lat="-21" lon="-45"/></gpx>"#;
    let whole = read(&file("a.gpx", gpx).path).unwrap();
    assert_eq!(
        (whole.records.len(), whole.info.layer.as_deref()),
        (2, Some("waypoints"))
    );
    assert!(whole.records[1].field("name").unwrap().is_null());
    assert!(
        whole.records[0].field("magvar").unwrap().is_null(),
        "a number that is not set is no zero"
    );
    let gml = r#"<?xml version="1.0"?><ogr:FeatureCollection xmlns:ogr="http://ogr.maptools.org/" xmlns:gml="http://www.opengis.net/gml">
        <gml:featureMember><ogr:dam fid="dam.0"><ogr:geom><gml:Point srsName="EPSG:4326"><gml:coordinates>-44.1,-20.1</gml:coordinates></gml:Point></ogr:geom>
        <ogr:name>A</ogr:name></ogr:dam></gml:featureMember></ogr:FeatureCollection>"#;
    let gml_file = file("a.gml", gml);
    let whole = read(&gml_file.path).unwrap();
    assert_eq!(whole.records.len(), 1);
    assert_eq!(whole.records[0].field("name").unwrap().to_string(), "A");
    let beside = std::fs::read_dir(gml_file.path.parent().unwrap())
        .unwrap()
        .count();
    assert_eq!(beside, 1, "nothing is written beside the file");
}

#[test]
fn a_layer_must_be_chosen_where_there_are_several() {
    let gpx = r#"<?xml version="1.0"?><gpx version="1.1" creator="x" xmlns="http://www.topografix.com/GPX/1/1">
        <wpt lat="-20.1" lon="-44.1"/><rte><rtept lat="1" lon="2"/><rtept lat="3" lon="4"/></rte></gpx>"#;
    let two = file("a.gpx", gpx);
    assert_says(
        &error_of(&two, &ReadOptions::default()),
        "layer_needed",
        &["`waypoints`", "`routes`"],
    );
    let routes = ReadOptions {
        layer: Some("routes".into()),
        ..ReadOptions::default()
    };
    assert_eq!(read_with(&two.path, &routes).unwrap().records.len(), 1);
    let wrong = ReadOptions {
        layer: Some("x".into()),
        ..ReadOptions::default()
    };
    assert_says(&error_of(&two, &wrong), "layer_needed", &["no layer `x`"]);
}

#[test]
fn a_broken_file_is_reported_in_words_of_gdal() {
    let mut sqlite = b"SQLite format 3\0".to_vec();
    sqlite.resize(4096, 7);
    let error = error_of(&file("a.gpkg", &sqlite), &ReadOptions::default());
    assert_says(&error, "library", &["cannot be read as"]);
    let kml =
        r#"<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark>"#;
    assert_says(
        &error_of(&file("a.kml", kml), &ReadOptions::default()),
        "library",
        &[],
    );
}
