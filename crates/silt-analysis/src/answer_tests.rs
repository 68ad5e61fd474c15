use silt_model::Domain;

use crate::testing::{Site, answer, at, region, snapshot, with_subject};
use crate::{LEVELS, hotspots, rank_regions};

fn sites() -> Vec<Site> {
    let mut sites: Vec<Site> = (0..30)
        .map(|step| {
            at(
                -70.3 + f64::from(step % 6) * 0.02,
                -27.4 - f64::from(step / 6) * 0.02,
            )
        })
        .collect();
    sites.extend([at(-44.0, -20.0), at(-58.4, -34.6)]);
    sites
}

#[test]
fn views_of_one_result() {
    let data = snapshot(Domain::Land, &sites());
    let all = answer(&data, &region("iso3:CHL"), "resolution=5");
    let matched = all["numberMatched"].as_u64().expect("a number");
    let limited = answer(&data, &region("iso3:CHL"), "resolution=5&limit=2");
    assert_eq!(limited["numberMatched"].as_u64(), Some(matched));
    assert_eq!(limited["numberReturned"], 2);
    assert_eq!(limited["features"][1], all["features"][1]);
    let significant = answer(&data, &region("iso3:CHL"), "resolution=5&significant=true");
    let hot = significant["study_area"]["hot"].as_u64();
    assert_eq!(significant["numberMatched"].as_u64(), hot);
    let cold = answer(&data, &region("iso3:CHL"), "resolution=5&cold=true");
    for feature in cold["features"].as_array().expect("features") {
        assert!(feature["properties"]["z"].as_f64().is_some_and(|z| z < 0.0));
    }
    let members = answer(&data, &region("iso3:CHL"), "resolution=5&members=true");
    let listed: u64 = members["features"]
        .as_array()
        .expect("features")
        .iter()
        .map(|feature| {
            let ids = feature["properties"]["members"]
                .as_array()
                .expect("members");
            assert_eq!(Some(ids.len() as u64), feature["properties"]["n"].as_u64());
            ids.len() as u64
        })
        .sum();
    assert_eq!(listed, 30);
}

#[test]
fn regions_are_ranked_by_value_with_their_share_of_hot_cells() {
    let data = snapshot(Domain::Land, &sites());
    let (question, view) = crate::testing::read(&data, "resolution=4").expect("a question");
    for (level, kind) in LEVELS {
        let ranking = with_subject(&data, &region("un:GRULAC"), |subject| {
            let found = hotspots(subject, &question).expect("an answer");
            rank_regions(subject, &found, kind, &view).expect("a ranking")
        });
        if level != "iso3" {
            continue;
        }
        let ids: Vec<&str> = ranking
            .table
            .rows
            .iter()
            .map(|row| row.id.as_str())
            .collect();
        assert_eq!(ids, ["iso3:CHL", "iso3:ARG", "iso3:BRA"]);
        let first = &ranking.table.objects()[0];
        assert_eq!(first["n"], 30);
        let (cells, hot) = (first["cells"].as_u64(), first["cells_hot"].as_u64());
        assert!(cells > Some(300) && hot > Some(0), "{first}");
        assert_eq!(ranking.without_region, 0);
    }
}
