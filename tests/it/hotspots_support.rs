//! What the tests of hotspots share: answers read and checked, registers and a sample to ask about.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::{Random, Server, Silt, mirror, points};

pub(crate) fn features(document: &Value) -> &Vec<Value> {
    document["features"].as_array().expect("features")
}

/// What holds of every answer with Gi*.
pub(crate) fn check_invariants(document: &Value) {
    let text = document.to_string();
    assert!(
        !text.contains("NaN") && !text.contains("Infinity"),
        "{text}"
    );
    let study = &document["study_area"];
    let number = |name: &str| {
        study[name]
            .as_f64()
            .unwrap_or_else(|| panic!("{name}: {study}"))
    };
    assert!(
        (number("total") / number("n") - number("mean")).abs()
            <= 1e-9 * number("mean").abs().max(1.0)
    );
    assert_eq!(
        number("n"),
        number("cells_with_value") + number("cells_empty")
    );
    let mut before = f64::INFINITY;
    let mut ids = std::collections::BTreeSet::new();
    for (at, feature) in features(document).iter().enumerate() {
        let own = &feature["properties"];
        assert_eq!(own["rank"], at + 1);
        assert!(
            ids.insert(own["h3"].as_str().expect("h3").to_owned()),
            "a cell stands twice"
        );
        let value = |name: &str| {
            own[name]
                .as_f64()
                .unwrap_or_else(|| panic!("{name}: {own}"))
        };
        let (z, p, q) = (value("z"), value("p"), value("q"));
        assert!(z > 0.0 && z <= before, "{own}");
        before = z;
        assert!(
            (0.0..=1.0).contains(&p) && (0.0..=1.0).contains(&q) && p <= q + 1e-15,
            "{own}"
        );
        let bin = match q {
            q if q <= 0.01 => 3,
            q if q <= 0.05 => 2,
            q if q <= 0.10 => 1,
            _ => 0,
        };
        assert_eq!(own["bin"], bin, "{own}");
        let geometry = feature["geometry"]["type"].as_str();
        assert!(matches!(geometry, Some("Polygon" | "MultiPolygon")));
    }
    for name in [
        "parameters",
        "method",
        "caveats",
        "dataVersion",
        "methodVersion",
        "attribution",
    ] {
        assert!(!document[name].is_null(), "{name} is missing");
    }
}

/// Gi* of the first cell by its formula, from the answer alone.
pub(crate) fn recompute_first(document: &Value) {
    let (study, first) = (
        &document["study_area"],
        &features(document)[0]["properties"],
    );
    let of = |value: &Value| value.as_f64().expect("a number");
    let (n, mean, s) = (of(&study["n"]), of(&study["mean"]), of(&study["s"]));
    let (sum, w) = (of(&first["sum"]), of(&first["neighbourhood"]));
    let z = (sum - mean * w) / (s * ((n * w - w * w) / (n - 1.0)).sqrt());
    assert!((z - of(&first["z"])).abs() < 1e-9 * z.abs(), "{z} {first}");
}

pub(crate) fn registers(test: &str) -> Option<(Silt, Server)> {
    let mirror = mirror(test)?;
    let silt = Silt::new();
    for source in [
        "brazil-sigbm",
        "chile-sernageomin",
        "us-nid-tailings",
        "gem-coal-mines",
    ] {
        silt.import_source(&mirror, source, &[]);
    }
    let server = silt.serve();
    Some((silt, server))
}

/// Two groups, one of them dense, and some sites around.
pub(crate) fn sample() -> Silt {
    let mut random = Random(7);
    let names: Vec<String> = (0..120).map(|at| format!("s{at}")).collect();
    let rows: Vec<(&str, f64, f64, &str)> = names
        .iter()
        .enumerate()
        .map(|(at, name)| {
            let (lon, lat) = if at < 40 {
                (-70.3 + random.unit() * 0.1, -27.4 + random.unit() * 0.1)
            } else {
                (-71.0 + random.unit() * 2.0, -36.0 + random.unit() * 16.0)
            };
            (
                name.as_str(),
                lon,
                lat,
                if at % 2 == 0 { "active" } else { "closed" },
            )
        })
        .collect();
    let silt = Silt::new();
    let file = silt.file("sites.geojson", points(&rows));
    silt.import(&file, "sites", &["--edition", "2024"]);
    silt
}

/// Status, headers of interest and body.
pub(crate) fn send(
    server: &Server,
    method: &str,
    path: &str,
    body: Option<&str>,
    known: Option<&str>,
) -> (u16, BTreeMap<String, String>, Vec<u8>) {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .build()
        .into();
    let url = server.url(path);
    let response = match (method, body) {
        ("POST", Some(body)) => agent
            .post(url)
            .header("content-type", "application/geo+json")
            .send(body),
        _ => {
            let mut request = agent.get(url);
            if let Some(tag) = known {
                request = request.header("if-none-match", tag);
            }
            request.call()
        }
    };
    let mut response = response.expect("an answer");
    let headers = response
        .headers()
        .iter()
        .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())))
        .collect();
    let bytes = response
        .body_mut()
        .with_config()
        .limit(64 << 20)
        .read_to_vec()
        .expect("a body");
    (response.status().as_u16(), headers, bytes)
}

/// A value of a parameter as an address writes it.
pub(crate) fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}

/// A number of an answer.
pub(crate) fn number(value: &Value) -> f64 {
    value
        .as_f64()
        .unwrap_or_else(|| panic!("{value} is no number"))
}
