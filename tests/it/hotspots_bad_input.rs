//! Questions of hotspots that cannot be answered, or hardly.

use serde_json::{Value, json};

use crate::hotspots_support::{sample, send};

#[test]
fn bad_questions_are_refused_by_name_and_never_break_anything() {
    let silt = sample();
    let server = silt.serve();
    for (question, named) in [
        ("region=iso3:XYZ", "region"),
        ("region=iso3:CHL&value=sum:status", "value"),
        ("value=sum:nothing", "value"),
        ("value=median:height", "value"),
        ("resolution=16", "resolution"),
        ("resolution=15", "resolution"),
        ("region=iso3:CHL&resolution=11", "resolution"),
        ("alpha=0", "alpha"),
        ("alpha=2", "alpha"),
        ("permutations=1000000000", "permutations"),
        ("neighbours=1000", "neighbours"),
        ("distance_km=-4", "distance_km"),
        (
            "region=iso3:CHL&resolution=6&distance_km=15000",
            "neighbours",
        ),
        ("method=magic", "method"),
        ("method=emerging", "method"),
        ("region=iso3:VAT&resolution=2", "region"),
        ("bbox=1,2,3", "bbox"),
        ("bbox=-140,-40,-139,-39&resolution=5", "bbox"),
        ("filter=status%20=", "filter"),
        ("datetime=yesterday", "datetime"),
        ("limit=0", "limit"),
        ("members=perhaps", "members"),
        ("colour=red", "colour"),
        ("f=docx", "f"),
        ("alpha=0.05&alpha=0.05", "alpha"),
    ] {
        let (status, media_type, body) = server.get_typed(&format!("/hotspots/sites?{question}"));
        assert_eq!(
            (status, media_type.as_str()),
            (400, "application/problem+json"),
            "{question}: {body}"
        );
        let problem: Value = serde_json::from_str(&body).expect("a problem");
        assert_eq!(
            problem["violations"][0]["parameter"], named,
            "{question}: {body}"
        );
        assert!(!body.contains("src/"), "{body}");
    }
    let too_fine = server
        .get("/hotspots/sites?region=iso3:CHL&resolution=11")
        .1;
    assert!(too_fine.contains("is possible"), "{too_fine}");

    let bow_tie = json!({"type": "Polygon", "coordinates": [[[-72.0, -30.0], [-69.0, -26.0], [-69.0, -30.0], [-72.0, -26.0], [-72.0, -30.0]]]});
    let (status, _, body) = send(
        &server,
        "POST",
        "/hotspots/sites",
        Some(&bow_tie.to_string()),
        None,
    );
    let text = String::from_utf8_lossy(&body).into_owned();
    assert_eq!(status, 400, "{text}");
    assert!(
        text.contains("longitude -70.5") && text.contains("latitude -28.0"),
        "{text}"
    );
    let circle = |vertices: u32| {
        let ring: Vec<[f64; 2]> = (0..=vertices)
            .map(|at| {
                let angle = f64::from(at % vertices) / f64::from(vertices) * std::f64::consts::TAU;
                [-70.0 + angle.cos(), -28.0 + angle.sin()]
            })
            .collect();
        json!({"type": "Polygon", "coordinates": [ring]}).to_string()
    };
    let (status, _, _) = send(
        &server,
        "POST",
        "/hotspots/sites",
        Some(&circle(9_000)),
        None,
    );
    assert_eq!(status, 200, "nine thousand vertices are fine");
    for vertices in [20_000, 1_000_000] {
        // A server that refuses early may close before all is sent: that is a refusal too.
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .build()
            .into();
        let sent = agent
            .post(server.url("/hotspots/sites"))
            .header("content-type", "application/geo+json")
            .send(circle(vertices).as_str());
        if let Ok(response) = sent {
            assert!(
                matches!(response.status().as_u16(), 400 | 413),
                "{vertices}: {}",
                response.status()
            );
        }
    }
    for body in [
        "",
        "{}",
        "[]",
        "{\"type\":\"Point\",\"coordinates\":[0,0]}",
        "\u{0}",
    ] {
        let (status, _, _) = send(&server, "POST", "/hotspots/sites", Some(body), None);
        assert_eq!(status, 400, "{body:?}");
    }
    for path in [
        "/hotspots/none",
        "/hotspots/none/regions",
        "/tiles/hotspots/none",
        "/tiles/hotspots/sites/40/0/0",
    ] {
        assert_eq!(server.get(path).0, 404, "{path}");
    }
    for path in [
        "/hotspots/sites/regions?level=planet",
        "/hotspots/sites/regions?method=dbscan",
        "/hotspots/joint",
        "/hotspots/joint?collections=sites",
        "/hotspots/joint?collections=sites,none",
        "/hotspots/joint?collections=sites,sites",
        "/near",
        "/near?lon=1",
        "/near?lon=500&lat=0",
        "/near?lon=0&lat=0&radius_km=-1",
        "/near?lon=0&lat=0&radius_km=99999",
        "/near?lon=NaN&lat=0",
        "/near?lon=0&lat=0&collections=none",
        "/tiles/hotspots/sites/0/0/0?method=dbscan",
        "/tiles/hotspots/sites/0/0/0?limit=4",
    ] {
        let (status, media_type, body) = server.get_typed(path);
        assert_eq!(
            (status, media_type.as_str()),
            (400, "application/problem+json"),
            "{path}: {body}"
        );
    }

    // Small places and equal values have an answer that says what it is worth.
    let code_of = |path: &str| {
        let document = server.json(path);
        let caveats = document["caveats"].as_array().expect("caveats").clone();
        let codes: Vec<String> = caveats
            .iter()
            .filter_map(|own| own["code"].as_str().map(str::to_owned))
            .collect();
        codes
    };
    assert!(
        code_of("/hotspots/sites?bbox=-70.3,-27.4,-70.2,-27.3&resolution=4")
            .contains(&"single_cell".to_owned())
    );
    assert!(
        code_of("/hotspots/sites?bbox=-71,-29,-69,-27&resolution=4")
            .contains(&"few_cells".to_owned())
    );
    assert!(code_of("/hotspots/sites?region=iso3:LUX").contains(&"all_values_equal".to_owned()));
    let usage = silt.run(&["hotspots", "sites", "--alpha", "2"]);
    assert_eq!(usage.code, 2, "{}", usage.stderr);
    assert!(usage.stderr.contains("alpha"), "{}", usage.stderr);
}
