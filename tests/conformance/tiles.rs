//! OGC API Tiles Part 1: tiles, tilesets, lists of tilesets, tilesets of collections, vector tiles.

use serde_json::Value as Json;

use super::mvt::{Layer, Value, decode, doubled_area};
use super::openapi::{definition, parameters, path_item};
use super::sample::SAMPLE;
use super::service::{
    Reply, Service, array, check_links, link, link_of_type, links, service_of, text,
};

const CORE: &str = "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/core";
const TILESET: &str = "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tileset";
const TILESETS_LIST: &str = "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tilesets-list";
const GEODATA: &str = "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/geodata-tilesets";
const DATASET: &str = "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/dataset-tilesets";
const MVT: &str = "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/mvt";
const DATETIME: &str = "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/datetime";
const OPENAPI: &str = "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/oas30";

const TILESETS_REL: &str = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector";
const SCHEME_REL: &str = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme";
const QUAD_URI: &str = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad";
const WEB_MERCATOR: &str = "http://www.opengis.net/def/crs/EPSG/0/3857";
const MVT_TYPE: &str = "application/vnd.mapbox-vector-tile";

/// Column and row of the tile that holds a position, and where in it the position lies (0 to 1).
fn tile_of(longitude: f64, latitude: f64, zoom: u32) -> (u32, u32, f64, f64) {
    let tiles = f64::from(1_u32 << zoom);
    let x = (longitude / 360.0 + 0.5) * tiles;
    let mercator_y = latitude.to_radians().tan().asinh();
    let y = (0.5 - mercator_y / std::f64::consts::TAU) * tiles;
    (x as u32, y as u32, x.fract(), y.fract())
}

fn tile_path(collection: &str, zoom: u32, row: u32, column: u32) -> String {
    format!("/collections/{collection}/tiles/WebMercatorQuad/{zoom}/{row}/{column}")
}

fn tile(service: &Service, collection: &str, zoom: u32, row: u32, column: u32) -> Reply {
    service.get(&tile_path(collection, zoom, row, column))
}

fn layers(reply: Reply) -> Vec<Layer> {
    decode(&reply.expect(200).expect_media_type(MVT_TYPE).content)
}

fn template(service: &Service, collection: &str) -> String {
    let tileset = service.json(&format!("/collections/{collection}/tiles/WebMercatorQuad"));
    let item = link_of_type(&tileset, "item", MVT_TYPE);
    text(item, "href").to_owned()
}

fn check_variable(variable: &str) {
    let Some(service) = service_of(CORE) else {
        return;
    };
    for collection in service.collection_ids() {
        let template = template(service, &collection);
        assert!(template.contains(&format!("{{{variable}}}")), "{template}");
    }
    let document = definition(service);
    let path = tile_path(SAMPLE, 0, 0, 0);
    let described = parameters(&document, "get", &path);
    let parameter = described
        .get(variable)
        .unwrap_or_else(|| panic!("{path}: `{variable}` is not described"));
    assert_eq!(parameter["in"], "path");
}

/// A tile is there for GET at the address that its tileset gives.
#[test]
fn req_tiles_core_tc_op() {
    let Some(service) = service_of(CORE) else {
        return;
    };
    for collection in service.collection_ids() {
        let address = template(service, &collection)
            .replace("{tileMatrix}", "0")
            .replace("{tileRow}", "0")
            .replace("{tileCol}", "0");
        service.get(&address).expect_one_of(&[200, 204]);
    }
}

/// `tileMatrix` is a variable of the template and described.
#[test]
fn req_tiles_core_tc_tilematrix_definition() {
    check_variable("tileMatrix");
}

/// `tileRow` is a variable of the template and described.
#[test]
fn req_tiles_core_tc_tilerow_definition() {
    check_variable("tileRow");
}

/// `tileCol` is a variable of the template and described.
#[test]
fn req_tiles_core_tc_tilecol_definition() {
    check_variable("tileCol");
}

/// A tile with content is 200, in the format asked for, and holds what lies in it; rows come before
/// columns.
#[test]
fn req_tiles_core_tc_success() {
    let Some(service) = service_of(CORE) else {
        return;
    };
    let (column, row, _, _) = tile_of(13.4, 52.5, 12);
    let reply = service
        .get_as(&tile_path(SAMPLE, 12, row, column), MVT_TYPE)
        .expect(200)
        .expect_media_type(MVT_TYPE);
    let found = decode(&reply.content);
    assert!(
        found
            .iter()
            .flat_map(|layer| &layer.features)
            .any(|feature| feature.properties.get("name") == Some(&Value::Text("Berlin".into()))),
        "{found:?}"
    );
    let (column, row, _, _) = tile_of(-60.0, -40.0, 12);
    let empty = tile(service, SAMPLE, 12, row, column).expect(204);
    assert!(empty.content.is_empty());
    service
        .get_as(&tile_path(SAMPLE, 0, 0, 0), "image/png")
        .expect_problem(406);
}

/// Out of range is 404 or 400; a set or a collection that does not exist 404.
#[test]
fn req_tiles_core_tc_error() {
    let Some(service) = service_of(CORE) else {
        return;
    };
    let base = format!("/collections/{SAMPLE}/tiles/WebMercatorQuad");
    for rest in [
        "0/1/0",
        "0/0/1",
        "1/2/0",
        "5/32/0",
        "5/0/32",
        "99/0/0",
        "0/2147483647/2147483647",
        "5/18446744073709551616/0",
        "-1/0/0",
        "0/-1/0",
        "x/0/0",
        "0/0/y",
    ] {
        let reply = service
            .get(&format!("{base}/{rest}"))
            .expect_one_of(&[400, 404]);
        assert_eq!(reply.media_type(), "application/problem+json", "{rest}");
    }
    service
        .get(&format!("/collections/{SAMPLE}/tiles/NoSuchSet/0/0/0"))
        .expect_problem(404);
    service
        .get("/collections/nowhere/tiles/WebMercatorQuad/0/0/0")
        .expect_problem(404);
    service
        .get(&format!("{base}/0/0/0?colour=red"))
        .expect_problem(400);
}

/// A tileset describes itself: type of data, system, tile matrix set, and a template of its tiles.
#[test]
fn req_tileset_description() {
    let Some(service) = service_of(TILESET) else {
        return;
    };
    for collection in service.collection_ids() {
        let path = format!("/collections/{collection}/tiles/WebMercatorQuad");
        let tileset = service
            .get_as(&path, "application/json")
            .expect(200)
            .expect_media_type("application/json")
            .json();
        check_tileset(service, &tileset);
        let item = link_of_type(&tileset, "item", MVT_TYPE);
        assert_eq!(item["templated"], true, "{item}");
        for variable in ["{tileMatrix}", "{tileRow}", "{tileCol}"] {
            assert!(text(item, "href").contains(variable), "{item}");
        }
        let itself = link_of_type(&tileset, "self", "application/json");
        assert!(text(itself, "href").ends_with(&path));
        check_limits(&tileset);
    }
    service
        .get(&format!("/collections/{SAMPLE}/tiles/NoSuchSet"))
        .expect_problem(404);
}

/// What a tileset and its entry in a list have in common.
fn check_tileset(service: &Service, tileset: &Json) {
    check_links(tileset);
    assert_eq!(tileset["dataType"], "vector", "{tileset}");
    assert_eq!(tileset["crs"], WEB_MERCATOR, "{tileset}");
    assert_eq!(tileset["tileMatrixSetURI"], QUAD_URI, "{tileset}");
    let scheme = link(tileset, SCHEME_REL).expect("a link to the tiling scheme");
    let scheme = service.json(text(scheme, "href"));
    let matrices = array(&scheme, "tileMatrices");
    for (zoom, matrix) in matrices.iter().enumerate() {
        assert_eq!(matrix["id"], zoom.to_string(), "{matrix}");
        let width = matrix["matrixWidth"].as_u64().expect("a width");
        assert_eq!(width, 1 << zoom);
        assert_eq!(matrix["matrixHeight"], width);
        let cell = matrix["cellSize"].as_f64().expect("a size in metres");
        let tile_width = matrix["tileWidth"].as_f64().expect("a width in cells");
        let world = cell * tile_width * (1_u64 << zoom) as f64;
        assert!((world - 40_075_016.685_578_49).abs() < 1e-3, "{matrix}");
        let scale = matrix["scaleDenominator"].as_f64().expect("a scale");
        assert!((scale * 0.000_28 / cell - 1.0).abs() < 1e-9, "{matrix}");
        let origin: Vec<f64> = array(matrix, "pointOfOrigin")
            .iter()
            .map(|number| number.as_f64().expect("a number"))
            .collect();
        assert!((origin[0] + 20_037_508.342_789_24).abs() < 1e-3);
        assert!((origin[1] - 20_037_508.342_789_24).abs() < 1e-3);
    }
}

fn check_limits(tileset: &Json) {
    let Some(limits) = tileset["tileMatrixSetLimits"].as_array() else {
        return;
    };
    for limit in limits {
        let number = |name: &str| limit[name].as_u64().expect("a number");
        let zoom: u32 = text(limit, "tileMatrix").parse().expect("a zoom");
        assert!(number("minTileRow") <= number("maxTileRow"), "{limit}");
        assert!(number("minTileCol") <= number("maxTileCol"), "{limit}");
        assert!(number("maxTileRow") < 1 << zoom && number("maxTileCol") < 1 << zoom);
    }
}

/// The list of a collection's tilesets has an entry with the essentials for each, and a link to all
/// the rest.
#[test]
fn req_tilesets_list_tileset_links() {
    let Some(service) = service_of(TILESETS_LIST) else {
        return;
    };
    for collection in service.collection_ids() {
        let path = format!("/collections/{collection}/tiles");
        let list = service
            .get_as(&path, "application/json")
            .expect(200)
            .expect_media_type("application/json")
            .json();
        let tilesets = array(&list, "tilesets");
        assert!(!tilesets.is_empty(), "{list}");
        for tileset in tilesets {
            check_tileset(service, tileset);
            let itself = link_of_type(tileset, "self", "application/json");
            let whole = service.json(text(itself, "href"));
            for member in ["dataType", "crs", "tileMatrixSetURI"] {
                assert_eq!(whole[member], tileset[member], "{member}");
            }
            // Clients walk the links of the list as they are.
            for link in array(tileset, "links") {
                assert!(!text(link, "href").contains('{'), "{link}");
            }
        }
    }
}

/// A collection links to the list of its tilesets.
#[test]
fn req_geodata_tilesets_desc_links() {
    let Some(service) = service_of(GEODATA) else {
        return;
    };
    for listed in service.collections() {
        let name = text(&listed, "id");
        let alone = service.json(&format!("/collections/{name}"));
        for document in [&listed, &alone] {
            let link = link_of_type(document, TILESETS_REL, "application/json");
            assert!(
                text(link, "href").ends_with(&format!("/collections/{name}/tiles")),
                "{link}"
            );
        }
    }
}

/// The list of tilesets is there for GET under the collection.
#[test]
fn req_geodata_tilesets_operation() {
    let Some(service) = service_of(GEODATA) else {
        return;
    };
    for collection in service.collection_ids() {
        let list = service.json(&format!("/collections/{collection}/tiles"));
        assert!(!array(&list, "tilesets").is_empty());
    }
    service
        .get("/collections/nowhere/tiles")
        .expect_problem(404);
}

/// The landing page links to the tilesets of the whole data set.
#[test]
fn req_dataset_tilesets_landingpage() {
    let Some(service) = service_of(DATASET) else {
        return;
    };
    let landing = service.json("/");
    assert!(!links(&landing, TILESETS_REL).is_empty(), "{landing}");
}

/// The list of the tilesets of the whole data set is there for GET.
#[test]
fn req_dataset_tilesets_operation() {
    let Some(service) = service_of(DATASET) else {
        return;
    };
    let landing = service.json("/");
    let link = link(&landing, TILESETS_REL).expect("a link");
    let list = service.json(text(link, "href"));
    for tileset in array(&list, "tilesets") {
        check_tileset(service, tileset);
    }
}

/// A tile is a vector tile of version 2 whose grid maps linearly to the tile, 0,0 at the top left;
/// each feature has a type and a geometry, and exterior rings come first.
#[test]
fn req_mvt_content() {
    let Some(service) = service_of(MVT) else {
        return;
    };
    for zoom in [10, 14] {
        let (column, row, x, y) = tile_of(13.4, 52.5, zoom);
        let layers = layers(tile(service, SAMPLE, zoom, row, column));
        let layer = &layers[0];
        assert_eq!(layer.version, 2);
        let berlin = layer
            .features
            .iter()
            .find(|feature| feature.properties.get("name") == Some(&Value::Text("Berlin".into())))
            .expect("Berlin is in its tile");
        assert_eq!(berlin.kind, 1);
        let (found_x, found_y) = berlin.parts[0][0];
        let extent = layer.extent as f64;
        assert!((found_x as f64 - x * extent).abs() <= 1.0, "{found_x}");
        assert!((found_y as f64 - y * extent).abs() <= 1.0, "{found_y}");
        assert_eq!(
            berlin.properties.get("count"),
            Some(&Value::Number(-3.0)),
            "{berlin:?}"
        );
        assert_eq!(
            berlin.properties.get("flag"),
            Some(&Value::Boolean(true)),
            "{berlin:?}"
        );
    }
    let (column, row, _, _) = tile_of(5.0, 45.0, 4);
    let layers = layers(tile(service, SAMPLE, 4, row, column));
    let mut kinds = std::collections::BTreeSet::new();
    for feature in layers.iter().flat_map(|layer| &layer.features) {
        kinds.insert(feature.kind);
        assert!(!feature.parts.is_empty(), "{feature:?}");
        match feature.kind {
            1 => {}
            2 => assert!(feature.parts.iter().all(|part| part.len() >= 2)),
            3 => {
                assert!(feature.parts.iter().all(|part| part.len() >= 3));
                assert!(
                    doubled_area(&feature.parts[0]) > 0,
                    "an exterior ring first"
                );
                assert!(feature.parts.iter().all(|ring| doubled_area(ring) != 0));
            }
            other => panic!("type {other}"),
        }
    }
    assert!(kinds.contains(&2) && kinds.contains(&3), "{kinds:?}");
}

/// No polygon of a register disappears at the zoom at which it has the size of a few cells.
#[test]
fn req_mvt_content_of_registers() {
    let Some(service) = service_of(MVT) else {
        return;
    };
    for collection in service.collection_ids() {
        let reply = tile(service, &collection, 0, 0, 0).expect_one_of(&[200, 204]);
        let placed = service
            .features(&collection)
            .iter()
            .any(|feature| !feature["geometry"].is_null());
        assert_eq!(reply.status == 200, placed, "{collection}");
        if !placed {
            continue;
        }
        let layers = decode(&reply.content);
        assert_eq!(layers[0].name, collection);
        assert!(!layers[0].features.is_empty());
    }
}

/// `datetime` selects in tiles as it does in items; features without a time stay.
#[test]
fn req_tiles_datetime_datetime_axis() {
    let Some(service) = service_of(DATETIME) else {
        return;
    };
    let (column, row, _, _) = tile_of(13.4, 52.5, 12);
    let path = tile_path(SAMPLE, 12, row, column);
    for (interval, query) in [
        ("1900-01-01/..", "datetime=1900-01-01/.."),
        ("../1950-01-01", "datetime=../1950-01-01"),
    ] {
        let in_items = service
            .ids(SAMPLE, &format!("{query}&bbox=13.3,52.4,13.5,52.6"))
            .contains("sample:berlin");
        let reply = service
            .get(&format!("{path}?{query}"))
            .expect_one_of(&[200, 204]);
        let in_tile = decode(&reply.content)
            .iter()
            .flat_map(|layer| &layer.features)
            .any(|feature| feature.properties.get("name") == Some(&Value::Text("Berlin".into())));
        assert_eq!(in_tile, in_items, "{interval}");
    }
    service
        .get(&format!("{path}?datetime=yesterday"))
        .expect_problem(400);
}

/// The API definition describes tiles, tilesets and lists.
#[test]
fn req_tiles_oas30_completeness() {
    let Some(service) = service_of(OPENAPI) else {
        return;
    };
    let document = definition(service);
    for path in [
        format!("/collections/{SAMPLE}/tiles"),
        format!("/collections/{SAMPLE}/tiles/WebMercatorQuad"),
        tile_path(SAMPLE, 0, 0, 0),
    ] {
        let item = path_item(&document, &path).unwrap_or_else(|| panic!("{path}"));
        assert!(item["get"].is_object(), "{path}");
    }
}

/// Operations on tiles have ids with the endings of the standard.
#[test]
fn req_tiles_oas30_operation_id() {
    let Some(service) = service_of(OPENAPI) else {
        return;
    };
    let document = definition(service);
    for (path, ending) in [
        (
            format!("/collections/{SAMPLE}/tiles"),
            ".collection.vector.getTileSetsList",
        ),
        (
            format!("/collections/{SAMPLE}/tiles/WebMercatorQuad"),
            ".collection.vector.getTileSet",
        ),
        (tile_path(SAMPLE, 0, 0, 0), ".collection.vector.getTile"),
    ] {
        let item = path_item(&document, &path).unwrap_or_else(|| panic!("{path}"));
        assert!(
            text(&item["get"], "operationId").ends_with(ending),
            "{path}"
        );
    }
}

/// A tile has a strong entity tag, 304 for who has it, and is the same under both addresses.
#[test]
fn tiles_can_be_cached_and_have_two_addresses() {
    let Some(service) = service_of(CORE) else {
        return;
    };
    let (column, row, _, _) = tile_of(13.4, 52.5, 12);
    let path = tile_path(SAMPLE, 12, row, column);
    let reply = service.get(&path).expect(200);
    let tag = reply.header("etag").expect("an ETag").to_owned();
    assert!(tag.starts_with('"'), "{tag}");
    assert!(reply.header("cache-control").is_some());
    service
        .send("GET", &path, &[("if-none-match", &tag)], None)
        .expect(304);
    let short = service
        .get(&format!("/tiles/{SAMPLE}/12/{column}/{row}"))
        .expect(200);
    assert_eq!(short.content, reply.content);
}

/// TileJSON 3.0 leads to the same tiles and names their layers and fields.
#[test]
fn tilejson_describes_the_tiles() {
    let Some(service) = service_of(CORE) else {
        return;
    };
    for collection in service.collection_ids() {
        let document = service.json(&format!("/tiles/{collection}"));
        assert_eq!(document["tilejson"], "3.0.0");
        let tiles = array(&document, "tiles");
        let address = tiles[0].as_str().expect("an address");
        assert!(address.starts_with("http://"), "{address}");
        let layers = array(&document, "vector_layers");
        assert_eq!(layers[0]["id"], collection.as_str());
        assert!(layers[0]["fields"].is_object());
        let first = address
            .replace("{z}", "0")
            .replace("{x}", "0")
            .replace("{y}", "0");
        service.get(&first).expect_one_of(&[200, 204]);
    }
}
