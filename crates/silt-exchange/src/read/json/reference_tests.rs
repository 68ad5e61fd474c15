use super::*;

#[test]
fn names_of_all_kinds_become_codes() {
    let cases = [
        ("urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326"),
        ("urn:ogc:def:crs:EPSG::32723", "EPSG:32723"),
        ("urn:ogc:def:crs:EPSG:6.9:4674", "EPSG:4674"),
        ("EPSG:3857", "EPSG:3857"),
        ("http://www.opengis.net/def/crs/EPSG/0/25832", "EPSG:25832"),
        ("local grid", "local grid"),
    ];
    for (name, expected) in cases {
        let member = format!(r#"{{"type":"name","properties":{{"name":"{name}"}}}}"#);
        assert_eq!(from_member(&member).as_deref(), Some(expected), "{name}");
    }
    assert_eq!(
        from_member(r#"{"type":"EPSG","properties":{"code":4674}}"#).as_deref(),
        Some("EPSG:4674")
    );
    assert_eq!(from_member("null"), None);
}

#[test]
fn only_the_tail_counts() {
    let far = format!("\"crs\"{}", " ".repeat(3 * TAIL_BYTES));
    assert!(!tail_mentions_crs(Box::new(io::Cursor::new(far))).expect("read"));
    let near = format!("{}\"crs\":1}}", " ".repeat(3 * TAIL_BYTES));
    assert!(tail_mentions_crs(Box::new(io::Cursor::new(near))).expect("read"));
}
