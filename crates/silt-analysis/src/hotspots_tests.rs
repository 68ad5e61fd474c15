use geo_types::{Geometry, LineString, MultiPolygon, Polygon};
use proptest::prelude::*;
use silt_model::Domain;

use super::*;
use crate::testing::{Site, answer, ask, at, region, regions, snapshot, with_subject};

/// Sites spread over Brazil, and a dense group in the Iron Quadrangle.
fn brazil() -> Vec<Site> {
    let mut sites: Vec<Site> = (0..40)
        .map(|at_number| {
            let step = f64::from(at_number);
            at(-58.0 + (step * 7.3) % 14.0, -20.0 + (step * 3.1) % 14.0)
        })
        .collect();
    sites.extend((0..25).map(|number| {
        let step = f64::from(number);
        at(
            -44.0 + (step % 5.0) * 0.04,
            -20.2 + (step / 5.0).floor() * 0.04,
        )
    }));
    sites
}

fn gi(found: &Hotspots) -> &GiResult {
    match &found.scores {
        Scores::Gi(result) => result,
        other => panic!("no Gi*: {other:?}"),
    }
}

#[test]
fn a_planted_group_is_found_and_its_neighbours_rank_below_it() {
    let data = snapshot(Domain::Land, &brazil());
    let document = answer(&data, &region("iso3:BRA"), "resolution=4");
    let first = &document["features"][0]["properties"];
    assert_eq!(first["bin"], 3);
    let planted = h3o::LatLng::new(-20.1, -43.9).expect("a place");
    let planted = planted.to_cell(h3o::Resolution::Four);
    let index: h3o::CellIndex = first["h3"].as_str().expect("h3").parse().expect("a cell");
    let steps = index.grid_distance(planted).expect("near");
    assert!(steps <= 1, "{index} is {steps} steps from {planted}");
    let z: Vec<f64> = document["features"]
        .as_array()
        .expect("features")
        .iter()
        .map(|feature| feature["properties"]["z"].as_f64().expect("z"))
        .collect();
    assert!(z.windows(2).all(|pair| pair[0] >= pair[1]), "{z:?}");
    assert_eq!(
        document["study_area"]["compared_with"]
            .as_str()
            .map(|text| text.len() > 10),
        Some(true)
    );
}

#[test]
fn z_is_what_the_formula_gives() {
    let data = snapshot(Domain::Land, &brazil());
    let found = ask(&data, &region("iso3:BRA"), "resolution=4").expect("an answer");
    let study = found.study.as_ref().expect("a study area");
    let cells: Vec<h3o::CellIndex> = study.area.cells().collect();
    let n = cells.len() as f64;
    let count_of = |cell: h3o::CellIndex| {
        found
            .gathered
            .of_cell(cell)
            .map_or(0.0, |facts| f64::from(facts.features))
    };
    let mean = cells.iter().map(|&cell| count_of(cell)).sum::<f64>() / n;
    let squares: f64 = cells
        .iter()
        .map(|&cell| (count_of(cell) - mean).powi(2))
        .sum();
    let s = (squares / n).sqrt();
    for cell in gi(&found).cells.iter() {
        let own: Vec<h3o::CellIndex> = cell.cell.grid_disk(1);
        let own: Vec<h3o::CellIndex> = own
            .into_iter()
            .filter(|&neighbour| study.area.contains(neighbour))
            .collect();
        let w = own.len() as f64;
        let sum: f64 = own.iter().map(|&cell| count_of(cell)).sum();
        let z = (sum - mean * w) / (s * ((n * w - w * w) / (n - 1.0)).sqrt());
        let score = cell.score.expect("a score");
        assert!((score.z - z).abs() < 1e-9, "{}: {} {z}", cell.cell, score.z);
    }
}

#[test]
fn what_lies_outside_changes_nothing() {
    let inside = brazil();
    let mut more = inside.clone();
    // Across the border, in the sea and far away.
    more.extend([
        at(-57.9, -22.5),
        at(-55.0, -34.0),
        at(-30.0, -20.0),
        at(100.0, 50.0),
    ]);
    let bytes = |sites: &[Site]| {
        let data = snapshot(Domain::Land, sites);
        answer(&data, &region("iso3:BRA"), "resolution=4&members=true")
    };
    assert_eq!(bytes(&inside), bytes(&more));
    let global = |sites: &[Site]| {
        let data = snapshot(Domain::Land, sites);
        answer(&data, &region("iso3:BRA"), "resolution=3&reference=global")
    };
    let (few, many) = (global(&inside), global(&more));
    assert_ne!(few["study_area"]["total"], many["study_area"]["total"]);
    assert!(
        many["study_area"]["compared_with"]
            .as_str()
            .is_some_and(|text| text.contains("world"))
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn the_order_of_the_features_changes_nothing(order in Just((0..65_usize).collect::<Vec<_>>()).prop_shuffle()) {
        let sites: Vec<Site> = brazil()
            .into_iter()
            .enumerate()
            .map(|(at, site)| Site { volume_m3: (at % 4 > 0).then_some(0.1 * at as f64 + 1e-7), ..site })
            .collect();
        let shuffled: Vec<Site> = order.iter().map(|&at| sites[at].clone()).collect();
        for asked in ["resolution=4", "resolution=4&value=sum:volume_m3", "resolution=4&value=mean:volume_m3&permutations=99&seed=7"] {
            let of = |sites: &[Site]| answer(&snapshot(Domain::Land, sites), &region("iso3:BRA"), asked).to_string();
            prop_assert_eq!(of(&sites), of(&shuffled));
        }
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let data = snapshot(Domain::Land, &brazil());
    let asked = "resolution=4&permutations=199&seed=3";
    let of = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.expect("a pool")
            .install(|| answer(&data, &region("iso3:BRA"), asked).to_string())
    };
    assert_eq!(of(1), of(3));
}

#[test]
fn row_standardised_weights_give_the_same_z() {
    let data = snapshot(Domain::Land, &brazil());
    let of = |asked: &str| ask(&data, &region("iso3:BRA"), asked).expect("an answer");
    let (binary, row) = (of("resolution=4"), of("resolution=4&weights=row"));
    for (a, b) in gi(&binary).cells.iter().zip(gi(&row).cells.iter()) {
        let (a, b) = (a.score.expect("a score"), b.score.expect("a score"));
        assert!((a.z - b.z).abs() < 1e-9, "{} {}", a.z, b.z);
    }
}

#[test]
fn a_box_across_the_antimeridian_holds_both_sides() {
    // Fiji.
    let sites = [
        at(179.4, -16.6),
        at(-179.9, -16.8),
        at(178.0, -17.8),
        at(10.0, 50.0),
    ];
    let data = snapshot(Domain::Any, &sites);
    let within = Within::new(None, Some([177.0, -19.0, -178.0, -16.0]));
    let document = answer(&data, &within, "resolution=4&members=true");
    assert_eq!(document["selected"]["features"], 3);
    assert_eq!(document["study_area"]["total"], 3.0);
    assert_eq!(document["selected"]["outside_study_area"], 0);
    let xs: Vec<f64> = document["features"]
        .as_array()
        .expect("features")
        .iter()
        .filter_map(|feature| {
            let ring = match feature["geometry"]["type"].as_str() {
                Some("Polygon") => &feature["geometry"]["coordinates"][0],
                _ => &feature["geometry"]["coordinates"][0][0],
            };
            ring[0][0].as_f64()
        })
        .collect();
    assert!(
        xs.iter().any(|&x| x > 0.0) && xs.iter().any(|&x| x < 0.0),
        "{xs:?}"
    );
}

#[test]
fn an_own_polygon_decides_by_its_rings() {
    let ring = |low: (f64, f64), high: (f64, f64)| {
        LineString::from(vec![low, (high.0, low.1), high, (low.0, high.1), low])
    };
    let hole = ring((-44.5, -20.5), (-43.5, -19.5));
    let polygon = Polygon::new(ring((-50.0, -25.0), (-40.0, -15.0)), vec![hole]);
    let data = snapshot(
        Domain::Land,
        &[at(-44.0, -20.0), at(-48.0, -20.0), at(-30.0, 0.0)],
    );
    let within = Within::default()
        .with_polygon(MultiPolygon::new(vec![polygon]), 1_000)
        .expect("a polygon");
    let document = answer(&data, &within, "resolution=4&members=true");
    assert_eq!(
        document["selected"]["features"], 1,
        "one lies in the hole, one outside"
    );
    assert!(document["parameters"]["geometry_sha256"].is_string());
}

#[test]
fn small_and_uniform_places_have_a_caveat_and_never_not_a_number() {
    let codes = |document: &serde_json::Value| -> Vec<String> {
        let caveats = document["caveats"].as_array().expect("caveats");
        caveats
            .iter()
            .filter_map(|own| own["code"].as_str().map(str::to_owned))
            .collect()
    };
    let data = snapshot(Domain::Land, &brazil());
    let cell = h3o::LatLng::new(-20.1, -43.9).expect("a place");
    let centre = h3o::LatLng::from(cell.to_cell(h3o::Resolution::Three));
    let (lon, lat) = (centre.lng(), centre.lat());
    let of_centre = snapshot(Domain::Land, &[at(lon, lat)]);
    let around = Within::new(None, Some([lon - 0.1, lat - 0.1, lon + 0.1, lat + 0.1]));
    let one = answer(&of_centre, &around, "resolution=3");
    assert_eq!(one["study_area"]["n"], 1, "{one}");
    assert!(codes(&one).contains(&"single_cell".to_owned()), "{one}");
    assert!(one["features"][0]["properties"]["z"].is_null());
    let few = answer(
        &data,
        &Within::new(None, Some([-45.0, -21.0, -43.0, -19.0])),
        "resolution=4",
    );
    assert!(codes(&few).contains(&"few_cells".to_owned()), "{few}");
    let none = answer(&data, &region("iso3:LUX"), "");
    assert_eq!(none["numberMatched"], 0, "no cell differs");
    assert!(
        codes(&none).contains(&"all_values_equal".to_owned()),
        "{none}"
    );
    for document in [one, few, none] {
        let text = document.to_string();
        assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
    }
}

#[test]
fn a_place_too_small_for_the_resolution_is_refused_and_one_with_a_feature_is_not() {
    let vatican = region("iso3:VAT");
    let empty = snapshot(Domain::Land, &[at(0.0, 50.0)]);
    let error = ask(&empty, &vatican, "resolution=3").expect_err("no cell has its centre there");
    assert!(error.to_string().contains("no cell"), "{error}");
    let outline = regions().set.geometry("iso3:VAT").expect("a geometry");
    let inside = geo::InteriorPoint::interior_point(&outline).expect("a place inside");
    let data = snapshot(Domain::Land, &[at(inside.x(), inside.y())]);
    let found = ask(&data, &vatican, "resolution=3").expect("the feature brings its cell");
    let study = found.study.expect("a study area");
    assert_eq!((study.area.cell_count(), study.cells_of_features), (1, 1));
}

#[test]
fn a_place_at_sea_has_no_land_and_is_told_soon() {
    let data = snapshot(Domain::Land, &brazil());
    let sea = Within::new(None, Some([-140.0, -40.0, -139.0, -39.0]));
    let error = ask(&data, &sea, "resolution=5").expect_err("no land");
    assert!(
        error.to_string().starts_with("bbox: has no cell on land"),
        "{error}"
    );
}

#[test]
fn too_fine_a_resolution_names_the_one_that_is_possible() {
    let data = snapshot(Domain::Land, &brazil());
    let error = ask(&data, &region("iso3:BRA"), "resolution=9").expect_err("80 million cells");
    let text = error.to_string();
    assert!(
        text.contains("7 is possible") && text.contains("more than the 3000000"),
        "{text}"
    );
    let auto = ask(&data, &region("iso3:BRA"), "").expect("an answer");
    assert_eq!(u8::from(auto.resolution), 5, "31,000 cells");
}

#[test]
fn a_line_counts_once_and_only_where_its_place_lies_in_the_region() {
    let line = |from: (f64, f64), middle: (f64, f64), to: (f64, f64)| Site {
        geometry: Some(Geometry::LineString(LineString::from(vec![
            from, middle, to,
        ]))),
        ..Site::default()
    };
    // The second touches Brazil and has its middle in the Atlantic.
    let sites = [
        line((-45.0, -20.0), (-44.0, -20.0), (-43.0, -20.0)),
        line((-43.5, -22.5), (-30.0, -25.0), (-20.0, -25.0)),
    ];
    let data = snapshot(Domain::Land, &sites);
    let found = ask(&data, &region("iso3:BRA"), "resolution=4").expect("an answer");
    assert_eq!((found.gathered.features, found.gathered.outside), (2, 1));
    assert!(found.notes.contains(&Note::OnePlacePerFeature));
}

#[test]
fn a_collection_at_sea_has_an_area_at_sea() {
    let sites: Vec<Site> = (0..12)
        .map(|step| at(2.0 + f64::from(step) * 0.05, 52.6))
        .collect();
    let data = snapshot(Domain::Sea, &sites);
    let found = ask(&data, &region("sea:north-sea"), "resolution=4").expect("an answer");
    let study = found.study.as_ref().expect("a study area");
    let germany = h3o::LatLng::new(52.0, 10.0)
        .expect("a place")
        .to_cell(h3o::Resolution::Four);
    assert!(!study.area.contains(germany));
    assert!(gi(&found).hot > 0);
    let country = ask(&data, &region("iso3:GBR"), "resolution=5").expect("an answer");
    assert!(country.notes.contains(&Note::CountryAtSea));
}

#[test]
fn emerging_hotspots_by_year_and_month() {
    let mut sites = brazil();
    for (number, site) in sites.iter_mut().enumerate() {
        let (year, month) = (2010 + number % 12, 1 + number % 9);
        site.date = (number % 10 > 0).then(|| format!("{year}-{month:02}-11"));
    }
    let data = snapshot(Domain::Land, &sites);
    let document = answer(&data, &region("iso3:BRA"), "resolution=3&method=emerging");
    assert_eq!(document["study_area"]["steps"], 12);
    assert_eq!(document["method"]["time"]["steps"][0], "2010");
    // Six of the seven without a date lie in Brazil.
    assert_eq!(document["selected"]["not_dated"], 6);
    let z = document["features"][0]["properties"]["z"]
        .as_array()
        .expect("a series");
    assert_eq!(z.len(), 12);
    let months = ask(
        &data,
        &region("iso3:BRA"),
        "resolution=3&method=emerging&step=month",
    );
    let months = months.expect("an answer");
    let Scores::Emerging(_, steps) = &months.scores else {
        panic!("emerging")
    };
    assert_eq!(steps.names.len(), 141, "{:?}", steps.names);
    let undated = snapshot(Domain::Land, &brazil());
    assert!(
        ask(
            &undated,
            &region("iso3:BRA"),
            "resolution=3&method=emerging"
        )
        .is_err()
    );
}

#[test]
fn clusters_and_local_moran() {
    let data = snapshot(Domain::Land, &brazil());
    let document = answer(
        &data,
        &region("iso3:BRA"),
        "method=dbscan&radius_km=7&members=true",
    );
    assert_eq!(document["features"][0]["properties"]["n"], 25);
    assert_eq!(
        document["features"][0]["properties"]["members"]
            .as_array()
            .map(Vec::len),
        Some(25)
    );
    // One of the forty lies beyond the border.
    assert_eq!(document["study_area"]["noise"], 39);
    // Fine enough that the group has several cells: within one it would be alone among empty ones.
    let moran = answer(
        &data,
        &region("iso3:BRA"),
        "method=local-moran&resolution=6&permutations=99",
    );
    let first = &moran["features"][0]["properties"];
    assert_eq!(first["quadrant"], "high_high");
}

#[test]
fn a_stop_is_heard() {
    let data = snapshot(Domain::Land, &brazil());
    let (question, _) = crate::testing::read(&data, "").expect("a question");
    let result = with_subject(&data, &region("iso3:BRA"), |subject| {
        let stopped = Subject {
            stop: &|| true,
            ..subject
        };
        hotspots(stopped, &question)
    });
    assert!(matches!(result, Err(AnalysisError::Cancelled(_))));
}
