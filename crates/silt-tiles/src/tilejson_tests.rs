use super::*;
use geo_types::Coord;

fn sample() -> TileJson {
    TileJson {
        name: "mines".into(),
        description: String::new(),
        attribution: "a source".into(),
        version: "7".into(),
        tiles: vec!["https://example.org/tiles/mines/{z}/{x}/{y}".into()],
        min_zoom: 0,
        max_zoom: 14,
        bounds: Some(Rect::new(
            Coord { x: -70.0, y: -56.0 },
            Coord { x: -60.0, y: 91.0 },
        )),
        layers: vec![LayerInfo {
            id: "mines".into(),
            description: String::new(),
            min_zoom: 0,
            max_zoom: 14,
            fields: vec![Field {
                name: "height_m".into(),
                kind: FieldType::Number,
            }],
        }],
    }
}

#[test]
fn the_document_has_what_clients_need() {
    let document = sample().document();
    assert_eq!(document["tilejson"], "3.0.0");
    assert_eq!(document["vector_layers"][0]["id"], "mines");
    assert_eq!(document["vector_layers"][0]["fields"]["height_m"], "Number");
    assert_eq!(document["bounds"][0], -70.0);
    assert_eq!(document["bounds"][3], MAX_LATITUDE);
    assert_eq!(document["attribution"], "a source");
    assert!(document.get("description").is_none());
    assert_eq!(document["center"].as_array().map(Vec::len), Some(3));
}

#[test]
fn unknown_or_broken_bounds_are_the_world() {
    let mut tilejson = sample();
    tilejson.bounds = None;
    assert_eq!(tilejson.document()["bounds"][0], -180.0);
    tilejson.bounds = Some(Rect::new(
        Coord {
            x: f64::NAN,
            y: 0.0,
        },
        Coord { x: 1.0, y: 1.0 },
    ));
    assert_eq!(tilejson.document()["bounds"][2], 180.0);
}
