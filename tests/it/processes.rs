//! Processes: executed at once or as jobs that can be followed, cancelled, and that survive the end
//! of the server.

use std::io::Write;

use serde_json::{Value, json};

use crate::served::{Served, command_line, detected, verify};
use crate::support::Silt;

/// A question with so many draws that its job is still running when a test looks.
fn long_inputs() -> Value {
    json!({"by": "vessel,month,h3:8", "draws": 1_000_000, "format": "csv"})
}

#[test]
fn without_a_detection_there_is_advice() {
    let silt = Silt::new();
    silt.ok(&["init"]);
    let server = Served::start(&silt, &[]);
    let problem = server.get("/extraction").expect(404).json();
    assert_eq!(problem["type"], "/problems/nothing-detected");
    let detail = problem["detail"].as_str().expect("a detail");
    assert!(detail.contains("silt dredging detect"), "{detail}");
    let failed = server.execute(&json!({}), &[]).expect(422).json();
    assert!(
        failed["detail"]
            .as_str()
            .is_some_and(|own| own.contains("silt dredging detect")),
        "{failed}"
    );
}

#[test]
fn an_execution_answers_at_once_or_as_a_job() {
    let silt = detected();
    let server = Served::start(&silt, &[]);
    let own = command_line(&silt, "own.csv", &["--by", "vessel", "--seed", "3"]);
    let inputs = json!({"by": ["vessel"], "seed": 3, "format": "csv"});

    // At once: one result is the answer itself.
    let only = json!({"inputs": inputs, "outputs": {"totals": {}}});
    let answer = server.execute(&only, &[]).expect(200);
    assert!(answer.bytes == own);
    assert!(answer.header("content-type").starts_with("text/csv"));
    assert_eq!(answer.file_name(), "totals.csv");
    assert!(answer.header("link").contains("rel=\"monitor\""));

    // Several results are parts of one message, or members of a document, or links.
    let answer = server.execute(&json!({"inputs": inputs}), &[]).expect(200);
    let media_type = answer.header("content-type").to_owned();
    let boundary = media_type.split('"').nth(1).expect("a boundary").to_owned();
    assert!(media_type.starts_with("multipart/related"), "{media_type}");
    let text = String::from_utf8(answer.bytes).expect("text");
    let parts: Vec<&str> = text.split(&format!("--{boundary}")).collect();
    assert_eq!(parts.len(), 4, "{text}");
    let csv = parts[1].split_once("\r\n\r\n").expect("a head").1;
    assert_eq!(
        csv.strip_suffix("\r\n").map(str::as_bytes),
        Some(own.as_slice())
    );
    let whole = json!({"inputs": inputs, "response": "document"});
    let document = server.execute(&whole, &[]).expect(200).json();
    assert_eq!(
        document["totals"]["value"].as_str().map(str::as_bytes),
        Some(own.as_slice())
    );
    assert_eq!(document["manifest"]["value"]["seed"], 3);
    let linked = json!({"inputs": inputs, "outputs": {
        "totals": {"transmissionMode": "reference"}, "manifest": {"transmissionMode": "reference"}}});
    let answer = server.execute(&linked, &[]).expect(204);
    assert!(
        answer
            .header("link")
            .contains("/results/totals>; rel=\"item\"")
    );

    // As a job.
    let answer = server
        .execute(&whole, &[("prefer", "respond-async")])
        .expect(201);
    assert_eq!(answer.header("preference-applied"), "respond-async");
    let job = answer.header("location").to_owned();
    let done = server.wait(&job, &["successful"]);
    assert_eq!(
        (&done["progress"], &done["type"]),
        (&json!(100), &json!("process"))
    );
    assert_eq!(done["inputs"], inputs);
    for time in ["created", "started", "finished", "updated"] {
        assert!(done[time].is_string(), "{done}");
    }
    assert_eq!(
        server.get(&format!("{job}/results")).expect(200).json(),
        document
    );
    let totals = server.get(&format!("{job}/results/totals")).expect(200);
    let manifest = server.get(&format!("{job}/results/manifest")).expect(200);
    assert!(totals.bytes == own);
    let (file, about) = (totals.file_name(), manifest.file_name());
    verify(
        &silt,
        "job",
        (&file, &totals.bytes),
        (&about, &manifest.bytes),
    );
    server.get(&format!("{job}/results/colour")).expect(404);
    let known = [("if-none-match", totals.header("etag"))];
    server
        .send("GET", &format!("{job}/results/totals"), &known, b"")
        .expect(304);
    let page = server.send(
        "GET",
        &format!("{job}/results"),
        &[("accept", "text/html")],
        b"",
    );
    assert!(
        String::from_utf8(page.expect(200).bytes)
            .expect("text")
            .contains("totals.csv")
    );

    // Waited for at first: quick enough to be the answer.
    let waited = server
        .execute(&only, &[("prefer", "respond-async, wait=20")])
        .expect(200);
    assert_eq!(waited.header("preference-applied"), "wait=20");
    assert!(waited.bytes == own);

    // The list has all six, the newest first, page by page.
    let mut ids: Vec<String> = Vec::new();
    let mut path = "/jobs?limit=4&status=successful&processID=aggregate-extraction".to_owned();
    loop {
        let page = server.get(&path).expect(200).json();
        let jobs = page["jobs"].as_array().expect("jobs").iter();
        ids.extend(jobs.map(|job| job["jobID"].as_str().expect("an id").to_owned()));
        let links = page["links"].as_array().expect("links").iter();
        let next = links.clone().find(|link| link["rel"] == "next");
        match next {
            Some(link) => path = link["href"].as_str().expect("an address").to_owned(),
            None => break,
        }
    }
    assert_eq!(ids.len(), 6, "{ids:?}");
    assert!(job.ends_with(&ids[1]), "{job} {ids:?}");

    // A second program on the same folder serves all else, and says why it computes nothing.
    let second = Served::start(&silt, &[]);
    second.get("/processes").expect(200);
    second.get("/extraction").expect(200);
    let refused = second.execute(&only, &[]).expect(503).json();
    assert!(
        refused["detail"]
            .as_str()
            .is_some_and(|own| own.contains("another program")),
        "{refused}"
    );
}

#[test]
fn jobs_can_be_dismissed_in_every_state() {
    let silt = detected();
    let settings = [
        "extraction.job_draws=1000000",
        "jobs.queue=2",
        "jobs.sync_seconds=1",
    ];
    let server = Served::start(&silt, &settings);
    let running = server.submit(&long_inputs());
    let shown = server.wait(&running, &["running"]);
    assert!(
        shown["progress"]
            .as_u64()
            .is_some_and(|percent| percent < 100),
        "{shown}"
    );
    let problem = server.get(&format!("{running}/results")).expect(404).json();
    let ready = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/result-not-ready";
    assert_eq!(problem["type"], ready);

    // One that is executed at once waits behind it, for as long as it may, and is given up.
    let late = server
        .execute(&json!({"inputs": {}}), &[])
        .expect(503)
        .json();
    assert_eq!(late["type"], "/problems/timeout");
    let given_up = server.get("/jobs?limit=1").expect(200).json();
    assert_eq!(given_up["jobs"][0]["status"], "dismissed", "{given_up}");

    let queued = server.submit(&json!({}));
    let next = server.submit(&json!({}));
    let full = server
        .execute(&json!({}), &[("prefer", "respond-async")])
        .expect(503);
    assert_eq!(full.json()["type"], "/problems/overloaded");
    assert!(!full.header("retry-after").is_empty());

    for job in [&queued, &running] {
        let dismissed = server.send("DELETE", job, &[], b"").expect(200).json();
        assert_eq!(dismissed["status"], "dismissed");
        server.get(&format!("{job}/results")).expect(410);
    }
    // The worker is free for the one behind them.
    server.wait(&next, &["successful"]);
    server.get(&format!("{next}/results/totals")).expect(200);
    server.send("DELETE", &next, &[], b"").expect(200);
    server.get(&format!("{next}/results/totals")).expect(410);
    assert_eq!(server.get(&next).expect(200).json()["status"], "dismissed");
    let statuses = server.get("/jobs?status=dismissed").expect(200).json();
    assert_eq!(statuses["jobs"].as_array().map(Vec::len), Some(4));
}

#[test]
fn a_job_survives_the_end_of_the_server() {
    let silt = detected();
    let inputs = json!({"by": "vessel,month,h3:8", "draws": 60_000, "seed": 11, "format": "csv"});
    let arguments = [
        "--by",
        "vessel,month,h3:8",
        "--draws",
        "60000",
        "--seed",
        "11",
    ];
    let server = Served::start(&silt, &[]);
    let job = server.submit(&inputs);
    let queued = server.submit(&json!({}));
    server.wait(&job, &["running"]);
    server.kill();

    // Taken up again, and interrupted once more, this time in order.
    let server = Served::start(&silt, &[]);
    server.wait(&job, &["running"]);
    assert_eq!(server.stop(), Some(0));

    let server = Served::start(&silt, &[]);
    let waiting = server.get(&queued).expect(200).json();
    let waited = waiting["status"] == "accepted";
    let message = waiting["message"].as_str().unwrap_or_default();
    assert!(!waited || message.contains("restart"), "{waiting}");
    let done = server.wait(&job, &["successful", "failed"]);
    assert_eq!(done["status"], "successful", "{done}");
    server.wait(&queued, &["successful"]);
    let totals = server.get(&format!("{job}/results/totals")).expect(200);
    let manifest = server.get(&format!("{job}/results/manifest")).expect(200);
    let own = command_line(&silt, "own.csv", &arguments);
    assert!(
        totals.bytes == own,
        "the totals differ from those of the command line"
    );
    verify(
        &silt,
        "job",
        (&totals.file_name(), &totals.bytes),
        (&manifest.file_name(), &manifest.bytes),
    );
}

#[test]
fn a_damaged_job_harms_nothing_and_a_list_can_be_closed() {
    let silt = detected();
    let server = Served::start(&silt, &[]);
    let job = server.submit(&json!({"by": "year"}));
    server.wait(&job, &["successful"]);
    let other = server.submit(&json!({"by": "month"}));
    server.wait(&other, &["successful"]);
    assert_eq!(server.stop(), Some(0));
    let folder = silt
        .data()
        .join("jobs")
        .join(job.trim_start_matches("/jobs/"));
    std::fs::write(folder.join("job.json"), "{\"id\": ").expect("written");

    let server = Served::start(&silt, &["jobs.listed=false"]);
    server.get(&job).expect(404);
    server.get(&format!("{other}/results/totals")).expect(200);
    server.get("/jobs").expect(403);
    let classes = server.get("/conformance").expect(200).json();
    assert!(!classes.to_string().contains("conf/job-list"), "{classes}");
    assert!(classes.to_string().contains("conf/dismiss"), "{classes}");
}

#[test]
fn a_client_that_leaves_takes_its_job_along() {
    let silt = detected();
    // Only the end of the connection can end the job.
    let patient = [
        "extraction.job_draws=1000000",
        "limits.request_seconds=3600",
        "jobs.sync_seconds=3600",
    ];
    let server = Served::start(&silt, &patient);
    let body = json!({"inputs": long_inputs()}).to_string();
    let mut client = std::net::TcpStream::connect(server.address()).expect("connected");
    let head = format!(
        "POST /processes/aggregate-extraction/execution HTTP/1.1\r\nhost: x\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    client.write_all(head.as_bytes()).expect("sent");
    client.write_all(body.as_bytes()).expect("sent");
    let mut jobs = json!([]);
    while jobs.as_array().is_none_or(Vec::is_empty) {
        jobs = server.get("/jobs").expect(200).json()["jobs"].take();
    }
    let job = format!("/jobs/{}", jobs[0]["jobID"].as_str().expect("an id"));
    server.wait(&job, &["running"]);
    drop(client);
    server.wait(&job, &["dismissed"]);
}
