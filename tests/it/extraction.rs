//! Totals of extraction over HTTP: the figures of the command line, byte for byte.

use serde_json::json;

use crate::served::{Served, command_line, detected, verify};

#[test]
fn totals_over_http_are_those_of_the_command_line() {
    let silt = detected();
    let server = Served::start(&silt, &[]);
    let period = ["--from", "2024-01-01", "--to", "2030-01-01"];
    let questions: [(&str, Vec<&str>); 3] = [
        ("", vec![]),
        (
            "by=vessel,month&draws=2000&seed=7",
            vec!["--by", "vessel,month", "--draws", "2000", "--seed", "7"],
        ),
        ("by=region:sea,purpose&datetime=2024-01-01/2029-12-31", {
            let mut arguments = vec!["--by", "region:sea,purpose"];
            arguments.extend(period);
            arguments
        }),
    ];
    for (query, arguments) in questions {
        for format in ["json", "csv", "parquet"] {
            let own = command_line(&silt, &format!("own.{format}"), &arguments);
            let got = server
                .get(&format!("/extraction?{query}&f={format}"))
                .expect(200);
            assert!(got.bytes == own, "{query} as {format} differs");
            let about = server
                .get(&format!("/extraction/manifest?{query}&f={format}"))
                .expect(200);
            let link = got.header("link");
            assert!(
                link.contains("rel=\"describedby\"") && link.contains("rel=\"alternate\""),
                "{link}"
            );
            let (file, manifest) = (got.file_name(), about.file_name());
            assert_eq!(manifest, format!("{file}.manifest.json"));
            verify(
                &silt,
                "saved",
                (&file, &got.bytes),
                (&manifest, &about.bytes),
            );
        }
    }
    // What nothing fits is a table without rows, not a file without columns.
    let nobody = server
        .get("/extraction?by=year&from=2050&f=csv")
        .expect(200);
    let own = command_line(&silt, "own.csv", &["--by", "year", "--from", "2050"]);
    assert!(nobody.bytes == own && nobody.bytes.starts_with(b"year,vessels,"));
    assert_eq!(
        nobody.bytes.iter().filter(|&&byte| byte == b'\n').count(),
        1
    );
    let landing = server.get("/?f=json").expect(200).json();
    assert!(landing.to_string().contains("/extraction\""), "{landing}");
    let totals = server.get("/extraction?by=vessel").expect(200);
    let document = totals.json();
    assert_eq!(document["synthetic"], true);
    for member in [
        "methodVersion",
        "priorVersion",
        "dataVersion",
        "seed",
        "draws",
    ] {
        assert!(!document[member].is_null(), "{member}: {document}");
    }
    assert!(
        document["groups"]
            .as_array()
            .is_some_and(|groups| !groups.is_empty())
    );

    // A page for people, with the mark of synthetic data.
    let page = server
        .send(
            "GET",
            "/extraction?by=vessel",
            &[("accept", "text/html")],
            b"",
        )
        .expect(200);
    let page = String::from_utf8(page.bytes).expect("text");
    assert!(
        page.contains("class=\"synthetic\"") && page.contains("/extraction/manifest?"),
        "{page}"
    );

    // The tag stays while nothing changes, and the service follows a detection by another program.
    let tag = totals.header("etag").to_owned();
    let known = [("if-none-match", tag.as_str())];
    server
        .send("GET", "/extraction?by=vessel", &known, b"")
        .expect(304);
    server
        .send("GET", "/extraction?by=month", &known, b"")
        .expect(200);
    let more = "mmsi,time,lon,lat,sog_kn\n219000751,2024-03-01T00:00:00Z,11,55,1.5\n";
    let more = silt.file("more.csv", more);
    silt.ok(&["ais", "import", more.to_str().expect("UTF-8")]);
    silt.ok(&["dredging", "detect"]);
    let after = server
        .send("GET", "/extraction?by=vessel", &known, b"")
        .expect(200);
    assert_ne!(after.json()["dataVersion"], document["dataVersion"]);
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn what_cannot_be_answered_is_told_by_name() {
    let silt = detected();
    let server = Served::start(&silt, &["extraction.groups=3", "jobs.input_bytes=2000"]);
    for (query, name) in [
        ("by=colour", "by"),
        ("by=year,year", "by"),
        ("by=h3:9", "by"),
        ("by=h3:8", "by"),
        ("region=iso3:XXX", "region"),
        ("region=", "region"),
        ("from=soon", "from"),
        ("to=2024-13", "to"),
        ("from=2024-02&to=2024-01", "to"),
        ("datetime=2024", "datetime"),
        ("datetime=2024-01-01&from=2024", "datetime"),
        ("purpose=fun", "purpose"),
        ("draws=10", "draws"),
        ("draws=10001", "draws"),
        ("draws=-1", "draws"),
        ("draws=1e4", "draws"),
        ("seed=one", "seed"),
        ("seed=99999999999999999999", "seed"),
        ("f=xml", "f"),
        ("colour=red", "colour"),
        ("by=year&by=month", "by"),
    ] {
        for path in ["/extraction", "/extraction/manifest"] {
            let problem = server.get(&format!("{path}?{query}")).expect(400).json();
            assert_eq!(
                problem["violations"][0]["parameter"], name,
                "{path}?{query}: {problem}"
            );
        }
    }
    let most = json!({"inputs": {"region": "x".repeat(3_000)}});
    server.execute(&most, &[]).expect(413);
    for (inputs, name) in [
        (json!({"by": "colour"}), "by"),
        (json!({"by": ["year", 1]}), "by"),
        (json!({"by": {"value": "colour"}}), "by"),
        (json!({"region": "iso3:XXX"}), "region"),
        (json!({"region": 4}), "region"),
        (json!({"region": {"href": "http://127.0.0.1:1/"}}), "region"),
        (json!({"from": "soon"}), "from"),
        (json!({"to": null}), "to"),
        (json!({"purpose": "fun"}), "purpose"),
        (json!({"draws": 10}), "draws"),
        (json!({"draws": 2000.5}), "draws"),
        (json!({"draws": "2000"}), "draws"),
        (json!({"seed": -1}), "seed"),
        (json!({"format": "xml"}), "format"),
        (json!({"priors": {"colour": 1}}), "priors"),
        (json!({"priors": {"trip_sd": -1.0}}), "priors"),
        (json!({"priors": 1}), "priors"),
        (json!({"colour": "red"}), "colour"),
    ] {
        for headers in [vec![], vec![("prefer", "respond-async")]] {
            let problem = server
                .execute(&json!({"inputs": inputs}), &headers)
                .expect(400)
                .json();
            let place = &problem["violations"][0]["parameter"];
            assert_eq!(place, &format!("/inputs/{name}"), "{inputs}: {problem}");
        }
    }
    for body in [
        json!({"inputs": 1}),
        json!({"outputs": {"colour": {}}}),
        json!({"outputs": {"totals": {"transmissionMode": "pigeon"}}}),
        json!({"response": "letter"}),
        json!({"subscriber": {"successUri": "http://127.0.0.1:1/"}}),
        json!({"mode": "sync"}),
    ] {
        server.execute(&body, &[]).expect(400);
    }
    let path = "/processes/aggregate-extraction/execution";
    let typed = [("content-type", "application/json")];
    server.send("POST", path, &typed, b"{").expect(400);
    server.send("POST", path, &typed, b"[]").expect(400);
    server
        .send("POST", path, &[("content-type", "text/csv")], b"a")
        .expect(415);
    server.send("GET", path, &[], b"").expect(405);
    // Nothing of this became a job.
    assert_eq!(server.get("/jobs").expect(200).json()["jobs"], json!([]));

    let ogc = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0";
    let other = server
        .send("POST", "/processes/other/execution", &typed, b"{}")
        .expect(404);
    assert_eq!(other.json()["type"], format!("{ogc}/no-such-process"));
    let other = server.get("/processes/other").expect(404);
    assert_eq!(other.json()["type"], format!("{ogc}/no-such-process"));
    for path in [
        "/jobs/0",
        "/jobs/../../etc",
        "/jobs/0/results",
        "/jobs/0/results/totals",
    ] {
        assert_eq!(server.get(path).status, 404, "{path}");
    }
    assert_eq!(
        server.get("/jobs/0").json()["type"],
        format!("{ogc}/no-such-job")
    );
    server.send("DELETE", "/jobs/0", &[], b"").expect(404);
    server.get("/jobs?status=lost").expect(400);
}
