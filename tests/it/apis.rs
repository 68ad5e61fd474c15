//! The service as its users meet it: following imports, paging, statistics, files, tiles, bad input.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{Silt, points};

fn records(document: &Value) -> Vec<String> {
    let features = document["features"].as_array().expect("features");
    let record = |feature: &Value| {
        feature["properties"]["silt_record"]
            .as_str()
            .map(str::to_owned)
    };
    features.iter().filter_map(record).collect()
}

/// Points named `a0`, `a1` ... along the equator.
fn many(prefix: &str, count: usize) -> String {
    let names: Vec<String> = (0..count).map(|n| format!("{prefix}{n}")).collect();
    let rows: Vec<(&str, f64, f64, &str)> = names
        .iter()
        .enumerate()
        .map(|(n, name)| (name.as_str(), n as f64 / 10.0 - 60.0, -10.0, "active"))
        .collect();
    points(&rows)
}

#[test]
fn an_import_is_served_without_a_restart_and_pages_stay_stable() {
    let silt = Silt::new();
    let first = silt.file("first.geojson", many("a", 25));
    silt.import(&first, "sites", &["--source", "one", "--edition", "2024"]);
    let server = silt.serve();
    let page = server.json("/collections/sites/items?limit=10");
    assert_eq!(page["numberMatched"], 25);
    let next = |page: &Value| {
        let links = page["links"].as_array().expect("links");
        let link = links.iter().find(|link| link["rel"] == "next")?;
        let href = link["href"].as_str().expect("an address");
        Some(href[href.find("/collections").expect("a path")..].to_owned())
    };
    let mut seen = records(&page);

    let second = silt.file("second.geojson", many("b", 7));
    silt.import(&second, "sites", &["--source", "two", "--edition", "2024"]);
    let started = Instant::now();
    while server.json("/collections/sites/items?limit=1")["numberMatched"] != 32 {
        assert!(
            started.elapsed() < Duration::from_secs(30),
            "the import does not show"
        );
        std::thread::sleep(Duration::from_millis(100));
    }

    let mut address = next(&page);
    while let Some(path) = address {
        let page = server.json(&path);
        seen.extend(records(&page));
        address = next(&page);
    }
    let distinct: BTreeSet<&String> = seen.iter().collect();
    assert_eq!(
        (seen.len(), distinct.len()),
        (32, 32),
        "each once, old and new"
    );
}

#[test]
fn statistics_by_region_and_field_as_json_and_csv() {
    let silt = Silt::new();
    let file = silt.file(
        "sites.geojson",
        points(&[
            ("cl", -70.2, -23.7, "active"),
            ("cl-2", -70.1, -23.6, "closed"),
            ("br", -44.1, -20.1, "closed"),
            ("ocean", -30.0, 0.0, "active"),
        ]),
    );
    silt.import(&file, "sites", &["--edition", "2024"]);
    let server = silt.serve();
    let path = "/collections/sites/aggregate?by=region:iso3,status&metrics=count";
    let document = server.json(path);
    let groups: Vec<(Value, Value, Value)> = document["groups"]
        .as_array()
        .expect("groups")
        .iter()
        .map(|group| {
            let of = |name: &str| group[name].clone();
            (of("region:iso3"), of("status"), of("count"))
        })
        .collect();
    let row = |region: &str, status: &str, count: i64| (region.into(), status.into(), count.into());
    assert_eq!(
        groups,
        [
            row("iso3:BRA", "closed", 1),
            row("iso3:CHL", "active", 1),
            row("iso3:CHL", "closed", 1),
            (Value::Null, "active".into(), 1.into()),
        ]
    );
    let (status, media_type, csv) = server.get_typed(&format!(
        "{path}&region=un:GRULAC&filter=status='closed'&f=csv"
    ));
    assert_eq!(status, 200);
    assert!(media_type.starts_with("text/csv"), "{media_type}");
    let expected = "region:iso3,status,count\r\niso3:BRA,closed,1\r\niso3:CHL,closed,1\r\n";
    assert_eq!(csv, expected);
    for bad in [
        "by=planet",
        "metrics=sum(status)",
        "metrics=count&by=status,status",
        "by=region:iso3&x=1",
    ] {
        let (status, _, body) = server.get_typed(&format!("/collections/sites/aggregate?{bad}"));
        assert_eq!(status, 400, "{bad}: {body}");
    }
}

#[test]
fn a_bomb_is_refused_and_others_are_answered() {
    let silt = Silt::new();
    let file = silt.file("sites.geojson", many("a", 100));
    silt.import(&file, "sites", &["--edition", "2024"]);
    let server = silt.serve();
    let deep = format!("{}status='x'{}", "(".repeat(10_000), ")".repeat(10_000));
    let pattern = format!("status LIKE '{}'", "%a".repeat(5_000));
    let not = format!("{}status='x'", "NOT ".repeat(10_000));
    for filter in [deep, pattern, not] {
        let path = format!(
            "/collections/sites/items?filter={}",
            filter.replace('%', "%25").replace(' ', "%20")
        );
        let started = Instant::now();
        let (status, media_type, _) = server.get_typed(&path);
        assert!(matches!(status, 400 | 414), "{status} {}", &filter[..40]);
        assert!(
            media_type.starts_with("application/problem+json") || status == 414,
            "{media_type}"
        );
        assert!(
            started.elapsed() < Duration::from_secs(60),
            "{}",
            &filter[..40]
        );
    }
    for bad in [
        "bbox=1,2,3",
        "bbox=NaN,0,1,1",
        "bbox=0,0,1,1&bbox=0,0,1,1",
        "bbox-crs=nonsense",
        "crs=EPSG:1",
        "datetime=yesterday",
        "datetime=2020/2019",
        "limit=-1",
        "limit=1.5",
        "sortby=nothing",
        "sortby=",
        "properties=nothing",
        "region=iso3:XYZ",
        "filter=status",
        "filter=status%20=",
        "filter-lang=sql&filter=1=1",
        "f=docx",
        "cursor=abc",
        "ids=nocolon",
        "%ff=1",
        "status=%ff",
    ] {
        let (status, media_type, body) =
            server.get_typed(&format!("/collections/sites/items?{bad}"));
        assert_eq!(
            (status, media_type.as_str()),
            (400, "application/problem+json"),
            "{bad}: {body}"
        );
        assert!(
            !body.contains("src/") && !body.contains("panicked"),
            "{body}"
        );
    }
    for (path, expected) in [
        ("/tiles/sites/30/0/0", 404),
        ("/tiles/sites/2/4/0", 404),
        ("/tiles/sites/-1/0/0", 404),
        ("/tiles/sites/a/b/c", 404),
        ("/tiles/sites/99999999999/0/0", 404),
        ("/tiles/none/0/0/0", 404),
        ("/tiles/sites/0/0/0?cluster=x", 400),
        ("/tiles/sites/22/0/0", 204),
        ("/styles/none.json", 404),
        ("/collections/none/items", 404),
    ] {
        assert_eq!(server.get_typed(path).0, expected, "{path}");
    }
    assert_eq!(
        server.json("/collections/sites/items")["numberMatched"],
        100
    );
}

#[test]
fn tiles_are_exported_whole_or_not_at_all() {
    let silt = Silt::new();
    let file = silt.file("sites.geojson", many("a", 50));
    silt.import(&file, "sites", &["--edition", "2024"]);
    let archive = silt.path("sites.pmtiles");
    let out = archive.to_str().expect("a path in UTF-8");
    let report = silt
        .json(&["tiles", "export", "sites", "-o", out, "--max-zoom", "5"])
        .remove(0);
    assert!(
        report["tiles"].as_u64().is_some_and(|tiles| tiles >= 6),
        "{report}"
    );
    let bytes = std::fs::read(&archive).expect("the archive");
    assert_eq!(&bytes[..8], b"PMTiles\x03");
    let failed = silt.run(&["tiles", "export", "none", "-o", out]);
    assert_eq!(failed.code, 1, "{}", failed.stderr);
    assert_eq!(
        std::fs::read(&archive).expect("the archive"),
        bytes,
        "a failed export leaves the old file"
    );
}
