//! Questions that people ask of real registers. Each answer is compared with one made here from the
//! items alone: their cells, the sums over neighbours, mean and standard deviation, z.

use std::collections::{BTreeMap, BTreeSet};

use h3o::{CellIndex, LatLng, Resolution};
use serde_json::Value;

use crate::hotspots_support::{check_invariants, encoded, features, number, recompute_first};
use crate::support::{Server, Silt, mirror};

/// Items by their cell.
#[derive(Default)]
struct Cell {
    members: BTreeSet<String>,
    value: f64,
}

/// The items that a query selects, by cell. Without a field they are counted.
fn cells_of_items(
    server: &Server,
    query: &str,
    field: Option<&str>,
    resolution: Resolution,
) -> BTreeMap<CellIndex, Cell> {
    let path = format!("/collections/tailings_facilities/items?{query}&limit=10000");
    let items = server.json(&path);
    assert_eq!(items["numberMatched"], items["numberReturned"], "one page");
    let mut cells: BTreeMap<CellIndex, Cell> = BTreeMap::new();
    for item in features(&items) {
        let Some(position) = item["geometry"]["coordinates"].as_array() else {
            continue;
        };
        let place = LatLng::new(number(&position[1]), number(&position[0])).expect("a position");
        let cell = cells.entry(place.to_cell(resolution)).or_default();
        cell.members
            .insert(item["id"].as_str().expect("an id").to_owned());
        cell.value += match field {
            None => 1.0,
            Some(field) => item["properties"][field].as_f64().unwrap_or(0.0),
        };
    }
    cells
}

/// Sum over a cell and the cells beside it.
fn sum_around(cells: &BTreeMap<CellIndex, Cell>, cell: CellIndex) -> f64 {
    let around = cell.grid_disk::<Vec<CellIndex>>(1);
    let known = around.iter().filter_map(|neighbour| cells.get(neighbour));
    known.map(|neighbour| neighbour.value).sum()
}

/// Asks for the hotspots of a query, compares them with the items, and gives the answer with the
/// number of items that have a position.
fn ask_and_compare(
    server: &Server,
    query: &str,
    resolution: Option<u8>,
    field: Option<&str>,
) -> (Value, usize) {
    let mut path = format!("/hotspots/tailings_facilities?{query}&members=true&limit=100000");
    if let Some(resolution) = resolution {
        path.push_str(&format!("&resolution={resolution}"));
    }
    if let Some(field) = field {
        path.push_str(&format!("&value=sum:{field}"));
    }
    let hot = server.json(&path);
    check_invariants(&hot);
    recompute_first(&hot);
    let study = &hot["study_area"];
    let resolution = study["resolution"].as_u64().expect("a resolution") as u8;
    let resolution = Resolution::try_from(resolution).expect("a resolution");
    let cells = cells_of_items(server, query, field, resolution);
    let placed: usize = cells.values().map(|cell| cell.members.len()).sum();
    assert_eq!(
        hot["selected"]["features"].as_u64(),
        hot["selected"]["without_position"]
            .as_u64()
            .map(|without| without + placed as u64),
        "{query}"
    );

    // Mean and standard deviation: empty cells are zeros.
    let near = |own: f64, other: f64| (own - other).abs() <= 1e-9 * own.abs().max(1.0);
    let n = number(&study["n"]);
    let total: f64 = cells.values().map(|cell| cell.value).sum();
    let squares: f64 = cells.values().map(|cell| cell.value * cell.value).sum();
    let mean = total / n;
    let s = (squares / n - mean * mean).sqrt();
    assert!(near(mean, number(&study["mean"])), "{query}: {mean}");
    assert!(near(s, number(&study["s"])), "{query}: {s}");

    // Every cell that is listed, hot and cold.
    let cold = server.json(&format!("{path}&cold=true"));
    let mut seen = BTreeSet::new();
    for feature in features(&hot).iter().chain(features(&cold)) {
        let own = &feature["properties"];
        let cell: CellIndex = own["h3"]
            .as_str()
            .and_then(|text| text.parse().ok())
            .expect("a cell");
        let nothing = Cell::default();
        let expected = cells.get(&cell).unwrap_or(&nothing);
        assert!(near(expected.value, number(&own["value"])), "{own}");
        assert_eq!(own["n"], expected.members.len(), "{own}");
        let members: BTreeSet<String> = own["members"]
            .as_array()
            .expect("members")
            .iter()
            .filter_map(|id| id.as_str().map(str::to_owned))
            .collect();
        assert!(
            members.len() == expected.members.len().min(100)
                && members.is_subset(&expected.members),
            "{own}"
        );
        let around = cell.grid_disk::<Vec<CellIndex>>(1);
        let sum = sum_around(&cells, cell);
        assert!(near(sum, number(&own["sum"])), "{own}: {sum}");
        let w = number(&own["neighbourhood"]);
        assert!(w >= 1.0 && w <= around.len() as f64, "{own}");
        let z = (sum - mean * w) / (s * ((n * w - w * w) / (n - 1.0)).sqrt());
        assert!(
            (z - number(&own["z"])).abs() <= 1e-8 * z.abs(),
            "{own}: {z}"
        );
        seen.insert(cell);
    }
    // Not listed are cells with nothing in them and around them, which all have the same z.
    for (cell, own) in &cells {
        assert!(
            seen.contains(cell) || sum_around(&cells, *cell) == 0.0,
            "{cell} holds {:?} and is not listed",
            own.members
        );
    }
    (hot, placed)
}

/// Longitude and latitude of the hottest cell.
fn hottest(answer: &Value) -> (f64, f64) {
    let first = &features(answer)[0]["properties"];
    let cell: CellIndex = first["h3"]
        .as_str()
        .and_then(|text| text.parse().ok())
        .expect("a cell");
    let centre = LatLng::from(cell);
    (centre.lng(), centre.lat())
}

fn hot_cells(answer: &Value) -> u64 {
    answer["study_area"]["hot"].as_u64().expect("a number")
}

#[test]
fn real_registers_answer_by_damage_by_class_and_by_volume() {
    let Some(mirror) = mirror("real_registers_answer_by_damage_by_class_and_by_volume") else {
        return;
    };
    let silt = Silt::new();
    silt.import_source(&mirror, "brazil-sigbm", &["--edition", "2024-03-01"]);
    for source in [
        "chile-sernageomin",
        "us-nid-tailings",
        "gem-coal-mines",
        "csp2-failures",
    ] {
        silt.import_source(&mirror, source, &[]);
    }
    let server = silt.serve();
    brazil_by_potential_damage(&server);
    united_states_by_hazard_class(&server);
    chile_by_volume(&server);
    high_hazard_beside_working_coal_mines(&server);
    failures_of_this_century_beside_facilities(&server);
    one_source_is_attributed_alone(&silt, &server);
}

/// Dano potencial associado "Alto".
fn brazil_by_potential_damage(server: &Server) {
    let high = format!(
        "region=iso3:BRA&filter={}",
        encoded("potential_damage = 'high'")
    );
    let (answer, placed) = ask_and_compare(server, &high, None, None);
    let (all, of_all) = ask_and_compare(server, "region=iso3:BRA", None, None);
    assert!(
        placed > 100 && placed * 10 < of_all * 9,
        "{placed} of {of_all}"
    );
    assert_eq!(
        answer["study_area"]["n"], all["study_area"]["n"],
        "a filter does not change the study area"
    );
    // The Iron Quadrangle around Belo Horizonte.
    let (lon, lat) = hottest(&answer);
    assert!(
        (-45.0..-43.0).contains(&lon) && (-21.0..-19.0).contains(&lat),
        "{lon} {lat}"
    );
    // The rating as published selects the same dams.
    let published = format!("region=iso3:BRA&filter={}", encoded("hazard_rating='Alto'"));
    let published = server.json(&format!("/hotspots/tailings_facilities?{published}"));
    assert_eq!(published["study_area"], answer["study_area"]);
}

fn united_states_by_hazard_class(server: &Server) {
    let high = format!("region=iso3:USA&filter={}", encoded("hazard_rating = 'H'"));
    let (answer, placed) = ask_and_compare(server, &high, Some(4), None);
    assert!(placed > 100, "{placed}");
    assert!(hot_cells(&answer) > 0);
    // The lead and barite ponds of Missouri, between Potosi and Bonne Terre.
    let (lon, lat) = hottest(&answer);
    assert!(
        (-92.0..-90.0).contains(&lon) && (37.0..39.0).contains(&lat),
        "{lon} {lat}"
    );
    let ranking = server.json(&format!(
        "/hotspots/tailings_facilities/regions?level=admin1&resolution=4&{high}"
    ));
    let counted = server.json(&format!(
        "/collections/tailings_facilities/items?region=admin1:US-MO&limit=1&filter={}",
        encoded("hazard_rating = 'H'")
    ));
    let missouri = ranking["regions"]
        .as_array()
        .expect("regions")
        .iter()
        .find(|own| own["region"] == "admin1:US-MO")
        .expect("Missouri");
    assert_eq!(missouri["n"], counted["numberMatched"]);
}

fn chile_by_volume(server: &Server) {
    let (answer, _) = ask_and_compare(server, "region=iso3:CHL", None, Some("storage_m3"));
    let (by_count, _) = ask_and_compare(server, "region=iso3:CHL", None, None);
    assert!(number(&answer["study_area"]["total"]) > 1e9, "cubic metres");
    assert_eq!(answer["selected"], {
        let mut same = by_count["selected"].clone();
        same["not_observed"] = answer["selected"]["not_observed"].clone();
        same
    });
    // Few deposits hold most of the volume: not where most of them lie, in the small mines of Coquimbo.
    assert_ne!(
        features(&answer)[0]["properties"]["h3"],
        features(&by_count)[0]["properties"]["h3"]
    );
    let (_, lat) = hottest(&by_count);
    assert!((-32.0..-29.0).contains(&lat), "{lat}");
    // The large copper mines of Antofagasta, such as Escondida and Chuquicamata.
    let (lon, lat) = hottest(&answer);
    assert!(
        (-70.0..-68.0).contains(&lon) && (-25.0..-22.0).contains(&lat),
        "{lon} {lat}"
    );
}

fn high_hazard_beside_working_coal_mines(server: &Server) {
    let path = format!(
        "/hotspots/joint?collections=tailings_facilities,mines&region=iso3:USA&resolution=4\
         &tailings_facilities.filter={}&tailings_facilities.source=us-nid-tailings&mines.source=gem-coal-mines",
        encoded("hazard_rating = 'H'")
    );
    let answer = server.json(&path);
    assert!(!features(&answer).is_empty(), "coal of Appalachia");
    for feature in features(&answer) {
        let scores = feature["properties"]["scores"].as_object().expect("scores");
        assert_eq!(scores.len(), 2);
        assert!(
            scores.values().all(|score| score["z"].as_f64() > Some(0.0)),
            "{scores:?}"
        );
    }
    let own = server.json(&format!(
        "/hotspots/tailings_facilities?region=iso3:USA&resolution=4&limit=100000&filter={}",
        encoded("hazard_rating = 'H'")
    ));
    let scores: BTreeMap<&str, &Value> = features(&own)
        .iter()
        .map(|feature| {
            (
                feature["id"].as_str().expect("an id"),
                &feature["properties"],
            )
        })
        .collect();
    for feature in features(&answer) {
        let cell = feature["id"].as_str().expect("an id");
        let score = &feature["properties"]["scores"]["tailings_facilities"];
        assert_eq!(score["z"], scores[cell]["z"], "{cell}");
        assert_eq!(score["n"], scores[cell]["n"], "{cell}");
    }
    let first = &features(&answer)[0];
    let cell: CellIndex = first["id"]
        .as_str()
        .and_then(|text| text.parse().ok())
        .expect("a cell");
    let centre = LatLng::from(cell);
    assert!(
        (-84.0..-79.0).contains(&centre.lng()) && (36.0..41.0).contains(&centre.lat()),
        "{centre}"
    );
}

/// Failures have a time; facilities are asked about without one.
fn failures_of_this_century_beside_facilities(server: &Server) {
    let path = "/hotspots/joint?collections=tailings_failures,tailings_facilities&region=iso3:USA&resolution=3&minimum=1";
    let all = server.json(path);
    let recent = server.json(&format!("{path}&tailings_failures.datetime=2000-01-01/.."));
    let selected = |answer: &Value, collection: &str| {
        let own = &answer["collections"][collection];
        own["selected"]["features"].as_u64().expect("a number")
    };
    let items = server.json(
        "/collections/tailings_failures/items?region=iso3:USA&limit=1&datetime=2000-01-01/..",
    );
    let of_items = items["numberMatched"].as_u64().expect("a number");
    assert_eq!(selected(&recent, "tailings_failures"), of_items);
    assert!(
        0 < of_items && of_items < selected(&all, "tailings_failures"),
        "{of_items}"
    );
    assert_eq!(
        selected(&recent, "tailings_facilities"),
        selected(&all, "tailings_facilities")
    );
    let in_force = &recent["collections"]["tailings_failures"]["parameters"];
    assert_eq!(in_force["datetime"], "2000-01-01/..");
}

/// Three registers share a collection; an answer that rests on one of them names that one.
fn one_source_is_attributed_alone(silt: &Silt, server: &Server) {
    let said = |path: &str| {
        let text = server.json(path)["attribution"].clone();
        text.as_str().expect("an attribution").to_owned()
    };
    let (brazil, chile, america) = ("SIGBM", "Catastro", "National Inventory of Dams");
    let all = said("/hotspots/tailings_facilities?resolution=3&limit=1");
    for title in [brazil, chile, america] {
        assert!(all.contains(title), "{title}: {all}");
    }
    for path in [
        "/hotspots/tailings_facilities?resolution=3&limit=1&source=chile-sernageomin",
        "/hotspots/tailings_facilities?resolution=4&limit=1&region=iso3:CHL",
        "/hotspots/tailings_facilities?resolution=3&filter=silt_source%3D%27chile-sernageomin%27",
        "/hotspots/tailings_facilities/regions?resolution=3&region=iso3:CHL",
        "/tiles/hotspots/tailings_facilities?resolution=4&region=iso3:CHL",
        "/hotspots/tailings_facilities/regions?resolution=3&source=chile-sernageomin",
        "/tiles/hotspots/tailings_facilities?resolution=3&source=chile-sernageomin",
        "/tiles/tailings_facilities?source=chile-sernageomin",
        "/collections/tailings_facilities/aggregate?source=chile-sernageomin",
    ] {
        let one = said(path);
        assert!(one.contains(chile), "{path}: {one}");
        assert!(
            !one.contains(brazil) && !one.contains(america),
            "{path}: {one}"
        );
    }
    // The command line says the same.
    let (_, body) = server.get(
        "/hotspots/tailings_facilities?resolution=3&limit=5&source=chile-sernageomin&f=geojson",
    );
    let file = silt.path("chile.geojson");
    let out = file.to_str().expect("a path in UTF-8");
    silt.ok(&[
        "hotspots",
        "tailings_facilities",
        "--resolution",
        "3",
        "--limit",
        "5",
        "--source",
        "chile-sernageomin",
        "-o",
        out,
    ]);
    assert_eq!(std::fs::read_to_string(&file).expect("the file"), body);
    let joint = said(
        "/hotspots/joint?collections=tailings_facilities,mines&resolution=3\
         &tailings_facilities.source=us-nid-tailings",
    );
    assert!(joint.contains(america) && joint.contains("Coal"), "{joint}");
    assert!(!joint.contains(brazil) && !joint.contains(chile), "{joint}");
    assert_eq!(
        joint.matches("The boundaries and names").count(),
        1,
        "said once: {joint}"
    );
}
