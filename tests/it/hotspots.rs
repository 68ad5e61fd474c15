//! Hotspots as their users meet them: over HTTP and on the command line, with real registers.

use std::path::Path;

use serde_json::{Value, json};

use crate::hotspots_support::{
    check_invariants, features, number, recompute_first, registers, sample, send,
};

#[test]
fn real_registers_have_hotspots_where_mining_is() {
    let Some((silt, server)) = registers("real_registers_have_hotspots_where_mining_is") else {
        return;
    };
    // The Iron Quadrangle around Belo Horizonte.
    let brazil = server.json("/hotspots/tailings_facilities?region=iso3:BRA&members=true");
    check_invariants(&brazil);
    recompute_first(&brazil);
    let first = &features(&brazil)[0]["geometry"]["coordinates"][0][0];
    let (lon, lat) = (
        first[0].as_f64().expect("lon"),
        first[1].as_f64().expect("lat"),
    );
    assert!(
        (-45.0..-43.0).contains(&lon) && (-21.0..-19.0).contains(&lat),
        "{lon} {lat}"
    );

    // z from the register itself: every facility, its cell, and a cell's neighbours.
    let listed: u64 = features(&brazil)
        .iter()
        .filter_map(|feature| feature["properties"]["n"].as_u64())
        .sum();
    let selected = brazil["selected"]["features"].as_u64().expect("a number");
    let placed = selected
        - brazil["selected"]["without_position"]
            .as_u64()
            .expect("a number");
    assert!(listed <= placed);
    let items = server.json("/collections/tailings_facilities/items?region=iso3:BRA&limit=1");
    assert_eq!(
        items["numberMatched"].as_u64(),
        Some(selected),
        "as many as items has"
    );
    assert_eq!(brazil["study_area"]["total"].as_f64(), Some(placed as f64));
    for feature in features(&brazil) {
        let own = &feature["properties"];
        let members = own["members"].as_array().expect("members").len() as u64;
        assert_eq!(
            Some(members.min(100)),
            own["n"].as_u64().map(|n| n.min(100)),
            "{own}"
        );
    }

    // By potential damage, by volume, by hazard class, by count over the world.
    let schema = server.json("/collections/tailings_facilities/schema");
    let fields = schema["properties"].as_object().expect("fields");
    let questions = [
        "region=iso3:CHL&value=sum:storage_m3",
        "region=iso3:USA&resolution=4",
        "region=iso3:USA&filter=silt_source%3D%27us-nid-tailings%27&value=density",
        "resolution=4",
        "region=un:GRULAC&value=mean:height_m",
        "region=admin1:BR-MG&resolution=6&neighbours=2",
        "region=iso3:BRA&distance_km=40&permutations=99&seed=5",
        "region=m49:019&weights=row",
        "bbox=-75,-30,-65,-20",
    ];
    for question in questions {
        let field = question
            .split("value=")
            .nth(1)
            .and_then(|rest| rest.split(':').nth(1));
        if field.is_some_and(|field| !fields.contains_key(field)) {
            panic!(
                "{question}: no such field among {:?}",
                fields.keys().collect::<Vec<_>>()
            );
        }
        let document = server.json(&format!("/hotspots/tailings_facilities?{question}"));
        check_invariants(&document);
        recompute_first(&document);
    }

    // The command line gives the same bytes.
    let (_, body) =
        server.get("/hotspots/tailings_facilities?region=iso3:CHL&resolution=5&f=geojson");
    let file = silt.path("chile.geojson");
    let out = file.to_str().expect("a path in UTF-8");
    silt.ok(&[
        "hotspots",
        "tailings_facilities",
        "--region",
        "iso3:CHL",
        "--resolution",
        "5",
        "-o",
        out,
    ]);
    assert_eq!(std::fs::read_to_string(&file).expect("the file"), body);
    let (_, body) =
        server.get("/hotspots/tailings_facilities?region=iso3:CHL&resolution=5&f=csv&limit=7");
    let file = silt.path("chile.csv");
    let out = file.to_str().expect("a path in UTF-8");
    silt.ok(&[
        "hotspots",
        "tailings_facilities",
        "-r",
        "iso3:CHL",
        "--resolution",
        "5",
        "--limit",
        "7",
        "-o",
        out,
    ]);
    assert_eq!(std::fs::read_to_string(&file).expect("the file"), body);

    // Regions, what lies near.
    let ranking = server.json("/hotspots/tailings_facilities/regions?level=admin1&region=iso3:BRA");
    assert_eq!(
        ranking["regions"][0]["region"], "admin1:BR-MG",
        "{}",
        ranking["regions"][0]
    );
    assert!(ranking["regions"][0]["cells_hot"].as_u64() > Some(0));
    let near = server.json("/near?lon=-44.12&lat=-20.12&radius_km=30&limit=1000");
    let distances: Vec<f64> = features(&near)
        .iter()
        .filter_map(|feature| feature["properties"]["distance_km"].as_f64())
        .collect();
    assert!(
        distances.len() > 10 && distances.windows(2).all(|pair| pair[0] <= pair[1]),
        "{distances:?}"
    );
    assert!(distances.iter().all(|&km| km <= 30.0));
}

#[test]
fn answers_have_strong_tags_and_every_format() {
    let silt = sample();
    let server = silt.serve();
    let path = "/hotspots/sites?region=iso3:CHL&resolution=5";
    let (status, headers, body) = send(&server, "GET", path, None, None);
    assert_eq!(status, 200);
    let tag = headers["etag"].clone();
    assert!(tag.starts_with('"'), "{tag}");
    assert!(headers["cache-control"].contains("max-age"), "{headers:?}");
    let (status, _, empty) = send(&server, "GET", path, None, Some(&tag));
    assert_eq!((status, empty.len()), (304, 0));
    let (_, _, again) = send(
        &server,
        "GET",
        "/hotspots/sites?resolution=5&region=iso3:CHL",
        None,
        None,
    );
    assert_eq!(body, again, "the order of the parameters changes nothing");
    for (format, media_type) in [
        ("geojson", "application/geo+json"),
        ("csv", "text/csv"),
        ("html", "text/html"),
        ("parquet", "application/vnd.apache.parquet"),
    ] {
        let (status, headers, body) =
            send(&server, "GET", &format!("{path}&f={format}"), None, None);
        assert_eq!(status, 200, "{format}");
        assert!(
            headers["content-type"].starts_with(media_type),
            "{headers:?}"
        );
        assert!(body.len() > 500, "{format}");
        if format == "parquet" {
            assert_eq!(&body[..4], b"PAR1");
        }
    }
    let tags: std::collections::BTreeSet<String> = ["geojson", "csv", "html", "parquet"]
        .iter()
        .map(|format| {
            send(&server, "GET", &format!("{path}&f={format}"), None, None).1["etag"].clone()
        })
        .collect();
    assert_eq!(tags.len(), 4, "each format has a tag of its own");
}

#[test]
fn ranked_regions_come_with_their_outlines() {
    let silt = sample();
    let server = silt.serve();
    let path = "/hotspots/sites/regions?level=admin1&region=iso3:CHL&resolution=5";
    let ranking = server.json(path);
    let regions = ranking["regions"].as_array().expect("regions");
    assert!(regions.len() > 3, "{ranking}");
    let drawn = server.json(&format!("{path}&f=geojson"));
    assert!(drawn["regions"].is_null());
    for name in ["parameters", "study_area", "ranking", "attribution"] {
        assert_eq!(drawn[name], ranking[name], "{name}");
    }
    let rows: Vec<&Value> = features(&drawn)
        .iter()
        .map(|feature| &feature["properties"])
        .collect();
    assert_eq!(rows, regions.iter().collect::<Vec<_>>());
    for feature in features(&drawn) {
        assert_eq!(feature["id"], feature["properties"]["region"]);
        assert_eq!(feature["geometry"]["type"], "MultiPolygon");
        // The features of a region lie in its outline.
        let outline: geojson::Geometry =
            serde_json::from_value(feature["geometry"].clone()).expect("a geometry");
        let outline: geo::MultiPolygon = outline.try_into().expect("polygons");
        for polygon in &outline {
            assert!(
                geo::Winding::is_ccw(polygon.exterior()),
                "outer rings are counterclockwise"
            );
        }
        let region = feature["id"].as_str().expect("an id");
        let items = server.json(&format!(
            "/collections/sites/items?region={region}&limit=1000"
        ));
        assert_eq!(items["numberMatched"], feature["properties"]["n"]);
        let inside = features(&items)
            .iter()
            .filter(|item| {
                let at = &item["geometry"]["coordinates"];
                let at = geo::Point::new(number(&at[0]), number(&at[1]));
                geo::Intersects::intersects(&outline, &at)
            })
            .count();
        // Some lie within the tolerance off the coast.
        assert!(
            inside * 10 >= features(&items).len() * 8,
            "{region}: {inside} of {}",
            features(&items).len()
        );
    }
    let (status, headers, file) = send(&server, "GET", &format!("{path}&f=parquet"), None, None);
    assert_eq!(status, 200);
    assert_eq!(headers["content-type"], "application/vnd.apache.parquet");
    assert_eq!(
        (&file[..4], &file[file.len() - 4..]),
        (&b"PAR1"[..], &b"PAR1"[..])
    );
    // Outlines are most of it: more than the bare table has.
    let (_, table) = server.get(&format!("{path}&f=csv"));
    assert!(file.len() > 2 * table.len(), "{} bytes", file.len());
    assert_eq!(server.get(&format!("{path}&f=fgb")).0, 400);
}

#[test]
fn an_own_polygon_is_posted_and_tiles_draw_the_same_cells() {
    let silt = sample();
    let server = silt.serve();
    let polygon = json!({"type": "Polygon", "coordinates": [[[-72.0, -30.0], [-69.0, -30.0], [-69.0, -26.0], [-72.0, -26.0], [-72.0, -30.0]]]});
    let path = "/hotspots/sites?resolution=5";
    let (status, _, body) = send(&server, "POST", path, Some(&polygon.to_string()), None);
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
    let posted: Value = serde_json::from_slice(&body).expect("JSON");
    check_invariants(&posted);
    recompute_first(&posted);
    let feature = json!({"type": "Feature", "properties": {}, "geometry": polygon});
    let (_, _, as_feature) = send(&server, "POST", path, Some(&feature.to_string()), None);
    assert_eq!(body, as_feature);
    let file = silt.file("own.geojson", polygon.to_string());
    let own = file.to_str().expect("a path in UTF-8");
    let documents = silt.json(&["hotspots", "sites", "--resolution", "5", "--polygon", own]);
    assert_eq!(documents[0], posted);

    let tile_json = server.json("/tiles/hotspots/sites?region=iso3:CHL&resolution=5");
    assert_eq!(tile_json["vector_layers"][0]["id"], "hotspots");
    let fields = tile_json["vector_layers"][0]["fields"]
        .as_object()
        .expect("fields");
    for name in ["h3", "z", "p", "q", "bin", "value"] {
        assert!(fields.contains_key(name), "{name}");
    }
    let address = tile_json["tiles"][0].as_str().expect("an address");
    assert!(
        address.ends_with("?region=iso3:CHL&resolution=5"),
        "{address}"
    );
    let (status, headers, tile) = send(
        &server,
        "GET",
        "/tiles/hotspots/sites/0/0/0?region=iso3:CHL&resolution=5",
        None,
        None,
    );
    assert_eq!(status, 200);
    assert_eq!(
        headers["content-type"],
        "application/vnd.mapbox-vector-tile"
    );
    assert!(tile.len() > 100);
    let far = send(
        &server,
        "GET",
        "/tiles/hotspots/sites/4/15/2?region=iso3:CHL&resolution=5",
        None,
        None,
    );
    assert_eq!(far.0, 204);
    let known = send(
        &server,
        "GET",
        "/tiles/hotspots/sites/0/0/0?region=iso3:CHL&resolution=5",
        None,
        Some(&headers["etag"]),
    );
    assert_eq!(known.0, 304);
}

#[test]
fn the_table_on_a_terminal_and_what_is_near() {
    let silt = sample();
    let table = silt.ok(&["hotspots", "sites", "--region", "iso3:CHL", "--limit", "3"]);
    assert!(table.starts_with("rank"), "{table}");
    assert!(table.contains("3 of "), "{table}");
    let ranked = silt.ok(&[
        "hotspots",
        "sites",
        "--region",
        "un:GRULAC",
        "--regions-by",
        "iso3",
    ]);
    assert!(ranked.contains("iso3:CHL"), "{ranked}");
    let near = silt.json(&[
        "near",
        "--lon",
        "-70.25",
        "--lat",
        "-27.35",
        "--radius-km",
        "20",
        "--limit",
        "1000",
    ]);
    assert!(
        features(&near[0]).len() >= 40,
        "{}",
        features(&near[0]).len()
    );
    for ending in ["geojson", "csv", "parquet"] {
        let file = silt.path(&format!("out.{ending}"));
        let out = file.to_str().expect("a path in UTF-8");
        silt.ok(&["hotspots", "sites", "--region", "iso3:CHL", "-o", out]);
        assert!(
            Path::new(out).metadata().expect("a file").len() > 300,
            "{ending}"
        );
    }
    let wrong = silt.run(&["hotspots", "sites", "-o", "out.docx"]);
    assert_eq!(wrong.code, 2, "{}", wrong.stderr);
}

#[test]
fn the_process_gives_what_the_path_gives() {
    let silt = sample();
    let server = silt.serve();
    let execute = |inputs: Value| {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .build()
            .into();
        let mut response = agent
            .post(server.url("/processes/hotspots/execution"))
            .header("content-type", "application/json")
            .send(json!({"inputs": inputs}).to_string().as_str())
            .expect("an answer");
        let body = response.body_mut().read_to_string().expect("a body");
        (response.status().as_u16(), body)
    };
    let (status, body) = execute(json!({
        "collection": "sites", "region": "iso3:CHL", "resolution": 5, "permutations": 99, "seed": 4,
    }));
    assert_eq!(status, 200, "{body}");
    let path = "/hotspots/sites?region=iso3:CHL&resolution=5&permutations=99&seed=4";
    assert_eq!(body, server.get(path).1);
    for bad in [
        json!({}),
        json!({"collection": "none"}),
        json!({"collection": "sites", "alpha": 2}),
        json!({"collection": "sites", "value": "sum:status"}),
        json!({"collection": "sites", "region": ["iso3:CHL", {}]}),
        json!({"collection": "sites", "permutations": 1_000_000_000}),
        json!({"collection": "sites", "format": "docx"}),
        json!({"collection": "sites", "geometry": {"type": "Point", "coordinates": [0, 0]}}),
    ] {
        let (status, body) = execute(bad.clone());
        assert_eq!(status, 400, "{bad}: {body}");
    }
}
