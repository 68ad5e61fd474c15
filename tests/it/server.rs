//! What an operator relies on: configuration, keys, limits, logs, and an orderly end.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Silt, points};

fn sample() -> Silt {
    let silt = Silt::new();
    let file = silt.file(
        "sites.geojson",
        points(&[
            ("cl", -70.2, -23.7, "active"),
            ("br", -44.1, -20.1, "closed"),
        ]),
    );
    silt.import(&file, "sites", &["--edition", "2024"]);
    silt
}

/// A server with settings of its own, whose log is kept.
struct Running {
    child: Child,
    address: String,
    log: PathBuf,
}

impl Running {
    fn start(silt: &Silt, settings: &[&str]) -> Self {
        let log = silt.path("server.log");
        let mut command = silt.command(&["serve", "--listen", "127.0.0.1:0"]);
        for setting in settings {
            command.args(["--set", setting]);
        }
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(&log).expect("a log file"))
            .spawn()
            .expect("the server starts");
        let stdout = child.stdout.take().expect("standard output is piped");
        let mut line = String::new();
        BufReader::new(stdout)
            .read_line(&mut line)
            .expect("the server says where it listens");
        let address = line.split('/').nth(2);
        let address = address.unwrap_or_else(|| panic!("no address in {line:?}"));
        Running {
            child,
            address: address.to_owned(),
            log,
        }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).expect("the server accepts");
        let patience = Some(Duration::from_secs(120));
        stream.set_read_timeout(patience).expect("a timeout");
        stream
    }

    /// Sends a request with these header lines and this body.
    fn send(&self, method: &str, path: &str, headers: &[&str], body: &str) -> Answer {
        let mut request = format!("{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n");
        for header in headers {
            request.push_str(header);
            request.push_str("\r\n");
        }
        request.push_str(&format!("content-length: {}\r\n\r\n{body}", body.len()));
        let mut stream = self.connect();
        // A server that refuses early may close before all is sent.
        let _ = stream.write_all(request.as_bytes());
        Answer::read(stream)
    }

    fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], "")
    }

    /// Lines of the access log, once it has this many.
    fn access_log(&self, wanted: usize) -> Vec<Value> {
        // A line is written when the last byte of its answer was handed over, which may be a
        // moment after the client has it.
        for _ in 0..1_000 {
            let text = std::fs::read_to_string(&self.log).expect("the log");
            let lines: Vec<Value> = text
                .lines()
                .filter_map(|line| serde_json::from_str::<Value>(line).ok())
                .filter(|line| line["target"] == "silt::access")
                .collect();
            if lines.len() >= wanted {
                return lines;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("the access log stays short");
    }

    fn terminate(&self) {
        let id = self.child.id().to_string();
        let status = Command::new("kill").args(["-TERM", &id]).status();
        assert!(status.expect("kill runs").success());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An answer as it came over the wire.
#[derive(Debug)]
struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn read(mut stream: TcpStream) -> Self {
        let mut bytes = Vec::new();
        // What came before a reset is still an answer.
        let _ = stream.read_to_end(&mut bytes);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head.get(9..12).and_then(|status| status.parse().ok());
        Answer {
            status: status.unwrap_or_else(|| panic!("no answer: {text:?}")),
            head: head.to_lowercase(),
            body: body.to_owned(),
        }
    }

    fn header(&self, name: &str) -> Option<&str> {
        let start = format!("{name}: ");
        self.head.lines().find_map(|line| line.strip_prefix(&start))
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    fn assert_problem(&self, status: u16, kind: &str) {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(
            self.header("content-type"),
            Some("application/problem+json")
        );
        let problem = self.json();
        assert_eq!(problem["type"], format!("/problems/{kind}"), "{problem}");
        assert_eq!(problem["status"], status);
        assert!(self.header("x-request-id").is_some(), "{self:?}");
    }
}

#[test]
fn a_configuration_with_unknown_keys_or_wrong_values_is_refused() {
    let silt = sample();
    let file = silt.file(
        "wrong.toml",
        "swagger = true\n[limits]\nmaximum_limit = 5\n",
    );
    let file = file.to_str().expect("UTF-8");
    let finished = silt.run(&["serve", "--config", file]);
    assert_eq!(finished.code, 2, "{finished:?}");
    assert!(finished.stderr.contains("line 3"), "{finished:?}");
    assert!(
        finished.stderr.contains("`limits.maximum_limit`"),
        "{finished:?}"
    );

    let finished = silt.run(&["serve", "--set", "limits.max_limt=5"]);
    assert_eq!(finished.code, 2, "{finished:?}");
    assert!(
        finished.stderr.contains("did you mean `limits.max_limit`"),
        "{finished:?}"
    );

    let finished = silt.run(&["serve", "--set", "limits.max_limit=0"]);
    assert_eq!(finished.code, 2, "{finished:?}");
    assert!(
        finished.stderr.contains("from 1 to 1000000"),
        "{finished:?}"
    );

    let finished = silt.run(&["serve", "--set", "log.filter=silt=loud"]);
    assert_eq!(finished.code, 2, "{finished:?}");
    assert!(finished.stderr.contains("log.filter"), "{finished:?}");

    let output = silt
        .command(&["serve", "--print-config"])
        .env("SILT_SERVER__LIMITS__BODY_BITES", "5000")
        .output()
        .expect("the binary runs");
    assert_eq!(output.status.code(), Some(2));
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(
        message.contains("SILT_SERVER__LIMITS__BODY_BITES"),
        "{message}"
    );
    assert!(message.contains("`limits.body_bytes`"), "{message}");
}

#[test]
fn the_configuration_in_force_is_printed_and_reads_back() {
    let silt = sample();
    std::fs::write(
        silt.data().join("silt.toml"),
        "[limits]\nmax_limit = 700\ndefault_limit = 1\n",
    )
    .expect("a file in the data folder");
    let output = silt
        .command(&["serve", "--print-config", "--set", "limits.concurrency=7"])
        .env("SILT_SERVER__LIMITS__MAX_LIMIT", "800")
        .output()
        .expect("the binary runs");
    assert_eq!(output.status.code(), Some(0));
    let printed = String::from_utf8(output.stdout).expect("UTF-8");
    for line in ["max_limit = 800", "default_limit = 1", "concurrency = 7"] {
        assert!(
            printed.lines().any(|printed| printed == line),
            "{line}\n{printed}"
        );
    }
    let copy = silt.file("copy.toml", &printed);
    let copy = copy.to_str().expect("UTF-8");
    let again = silt.ok(&["serve", "--config", copy, "--print-config"]);
    assert_eq!(again, printed);

    let server = Running::start(&silt, &[]);
    let page = server.get("/collections/sites/items").json();
    assert_eq!(
        page["features"].as_array().map(Vec::len),
        Some(1),
        "its default limit"
    );
}

#[test]
fn keys_are_made_listed_and_revoked_while_the_server_runs() {
    let silt = sample();
    let server = Running::start(&silt, &[]);
    let item = "/collections/sites/items/sites:nobody";
    let delete = |key: &str| {
        server.send(
            "DELETE",
            item,
            &[&format!("authorization: Bearer {key}")],
            "",
        )
    };
    server
        .send("DELETE", item, &[], "")
        .assert_problem(401, "unauthorized");
    delete("silt_00000000_0").assert_problem(401, "unauthorized");

    let made = silt
        .json(&["key", "create", "--name", "an editor", "--scope", "edit"])
        .remove(0);
    let key = made["key"].as_str().expect("the key").to_owned();
    let secret = key.rsplit('_').next().expect("a secret");
    let importer = silt.ok(&[
        "key",
        "create",
        "--name",
        "an importer",
        "--scope",
        "import",
    ]);
    delete(importer.trim()).assert_problem(403, "forbidden");
    // The key is good, and there is nothing to delete.
    delete(&key).assert_problem(404, "not-found");
    server
        .send("DELETE", item, &[&format!("x-api-key: {key}")], "")
        .assert_problem(404, "not-found");

    let listed = silt.ok(&["--json", "key", "list"]);
    assert!(
        !listed.contains(secret) && !listed.contains("sha256"),
        "{listed}"
    );
    assert!(!silt.ok(&["key", "list"]).contains(secret));
    let listed: Value = serde_json::from_str(&listed).expect("JSON");
    assert_eq!(listed.as_array().map(Vec::len), Some(2));
    assert_eq!(listed[0]["name"], "an editor");
    assert_eq!(listed[0]["scopes"], json!(["edit"]));
    assert_eq!(listed[0]["state"], "valid");

    let id = made["id"].as_str().expect("an id");
    silt.ok(&["key", "revoke", id]);
    let refused = delete(&key);
    refused.assert_problem(401, "unauthorized");
    assert_eq!(
        refused.header("www-authenticate"),
        Some("bearer realm=\"silt\"")
    );
    assert_eq!(silt.run(&["key", "revoke", "nobody"]).code, 1);
    let past = [
        "key",
        "create",
        "--name",
        "x",
        "--scope",
        "edit",
        "--expires",
        "2001-01-01",
    ];
    assert_eq!(silt.run(&past).code, 2);
    assert_eq!(
        silt.run(&["key", "create", "--name", "x", "--scope", "all"])
            .code,
        2
    );

    for file in ["keys.json", "audit.jsonl", "../server.log"] {
        let text = std::fs::read_to_string(silt.data().join(file)).unwrap_or_default();
        assert!(!text.contains(secret), "{file}");
    }
}

#[test]
fn requests_are_logged_with_their_id_and_counted() {
    let silt = sample();
    let server = Running::start(&silt, &["log.format=json"]);
    let path = "/collections/sites/items";
    let query = "bbox=-80,-40,-60,-10&limit=1";
    let answer = server.send(
        "GET",
        &format!("{path}?{query}"),
        &["x-request-id: from-the-client-7", "user-agent: a \"test\""],
        "",
    );
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("x-request-id"), Some("from-the-client-7"));
    server.get("/nowhere").assert_problem(404, "not-found");

    let lines = server.access_log(2);
    let line = &lines[0];
    assert_eq!(line["level"], "INFO");
    assert_eq!(line["request_id"], "from-the-client-7");
    assert_eq!(line["method"], "GET");
    assert_eq!(line["path"], path);
    assert_eq!(line["query"], query);
    assert_eq!(line["status"], 200);
    assert_eq!(line["user_agent"], "a \"test\"");
    assert_eq!(line["complete"], true);
    assert!(
        line["duration_ms"].is_number() && line["bytes"].as_u64() > Some(0),
        "{line}"
    );
    assert_eq!(lines[1]["status"], 404);

    let metrics = server.get("/metrics");
    assert!(
        metrics
            .header("content-type")
            .is_some_and(|kind| kind.starts_with("text/plain"))
    );
    for expected in [
        "http_requests_total{method=\"GET\",route=\"/collections/{collection}/items\",status=\"200\"} 1",
        "http_requests_total{method=\"GET\",route=\"unmatched\",status=\"404\"} 1",
        "http_request_duration_seconds_bucket",
        "http_connections",
    ] {
        assert!(
            metrics.body.contains(expected),
            "{expected}\n{}",
            metrics.body
        );
    }
    for path in ["/healthz", "/readyz"] {
        assert_eq!(server.get(path).status, 200, "{path}");
    }
}

#[test]
fn what_goes_wrong_is_a_problem_document_without_internals() {
    let silt = sample();
    let server = Running::start(&silt, &["limits.body_bytes=2000"]);
    let large = "x".repeat(300_000);
    let long = format!("/collections?a={}", "b".repeat(40_000));
    let items = "/collections/sites/items";
    for (method, path, body, status, kind) in [
        ("GET", "/nowhere", "", 404, "not-found"),
        ("GET", "/collections/nothing", "", 404, "not-found"),
        (
            "GET",
            "/collections/sites/items?limit=%zz",
            "",
            400,
            "bad-request",
        ),
        (
            "GET",
            "/collections/sites/items?limit=%ff",
            "",
            400,
            "bad-request",
        ),
        ("GET", "/collections/%ff/items", "", 400, "bad-request"),
        (
            "GET",
            "/collections/sites/items?limit=x",
            "",
            400,
            "invalid-parameter",
        ),
        (
            "GET",
            "/collections/sites/items?colour=x",
            "",
            400,
            "invalid-parameter",
        ),
        ("GET", long.as_str(), "", 414, "uri-too-long"),
        ("BREW", items, "", 405, "method-not-allowed"),
        ("DELETE", "/metrics", "", 405, "method-not-allowed"),
        ("POST", items, large.as_str(), 413, "payload-too-large"),
        ("POST", "/nowhere", large.as_str(), 413, "payload-too-large"),
    ] {
        let answer = server.send(method, path, &[], body);
        answer.assert_problem(status, kind);
        let data = silt.data();
        let folder = data.to_str().expect("UTF-8");
        for internal in [folder, "src/", "panicked", "rusqlite", "serde"] {
            assert!(
                !answer.body.contains(internal),
                "{method} {path}: {answer:?}"
            );
        }
    }
    let allowed = server.send("BREW", items, &[], "");
    assert!(
        allowed
            .header("allow")
            .is_some_and(|methods| methods.contains("get"))
    );
    let options = server.send("OPTIONS", items, &[], "");
    assert_eq!(options.status, 200);
    assert!(
        options
            .header("allow")
            .is_some_and(|methods| methods.contains("get"))
    );
    assert_eq!(server.get("/healthz").status, 200);
}

#[test]
fn slow_clients_do_not_keep_others_waiting() {
    let silt = sample();
    // Fewer requests at a time than slow clients, so that one of them in a place would show.
    let server = Running::start(
        &silt,
        &["limits.concurrency=2", "limits.queue_milliseconds=0"],
    );
    let begun = "GET /collections/sites/items HTTP/1.1\r\nhost: x\r\nx-slow: ";
    let slow: Vec<TcpStream> = (0..40)
        .map(|_| {
            let mut stream = server.connect();
            stream.write_all(begun.as_bytes()).expect("sent");
            stream
        })
        .collect();
    for _ in 0..5 {
        assert_eq!(server.get("/collections/sites/items").status, 200);
    }
    // They were slow, not wrong: one that goes on is answered.
    let mut first = slow.into_iter().next().expect("a slow client");
    first
        .write_all(b"not any more\r\nconnection: close\r\n\r\n")
        .expect("sent");
    assert_eq!(Answer::read(first).status, 200);
}

#[test]
fn an_end_on_request_lets_open_requests_finish() {
    let silt = sample();
    let mut server = Running::start(&silt, &[]);
    let mut open = server.connect();
    open.write_all(
        b"POST /collections/sites/items HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
          content-type: application/geo+json\r\ncontent-length: 4\r\n\r\n{}",
    )
    .expect("sent");
    // The half-sent request and the one that asks.
    let both = "http_requests_in_flight 2";
    while !server.get("/metrics").body.contains(both) {
        std::thread::sleep(Duration::from_millis(20));
    }
    server.terminate();
    while TcpStream::connect(&server.address).is_ok() {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(
        server.child.try_wait().expect("its state"),
        None,
        "it waits"
    );
    open.write_all(b"  ").expect("the connection is still open");
    Answer::read(open).assert_problem(401, "unauthorized");
    assert_eq!(server.child.wait().expect("it ends").code(), Some(0));
}
