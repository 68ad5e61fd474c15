//! OGC API Processes Part 1 (18-062r2): descriptions, executions, results.
//!
//! The process under test is `aggregate-extraction` over a small synthetic fleet, on a server of its
//! own: the other tests know every collection of theirs.

use std::sync::LazyLock;

use serde_json::{Value, json};

use super::openapi::{definition, operation, parameters};
use super::service::{Reply, Service, array, check_links, link, text};
use crate::served::detected;

pub(super) const PROCESS: &str = "/processes/aggregate-extraction";
const EXCEPTIONS: &str = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0";
const REL: &str = "http://www.opengis.net/def/rel/ogc/1.0";

/// A server with something to compute from.
pub(super) fn computing() -> &'static Service {
    static COMPUTING: LazyLock<Service> = LazyLock::new(|| Service::of(detected()));
    &COMPUTING
}

/// Executes the process.
pub(super) fn execute(body: &Value, prefer: Option<&str>) -> Reply {
    let mut headers = vec![("content-type", "application/json")];
    headers.extend(prefer.map(|value| ("prefer", value)));
    let path = format!("{PROCESS}/execution");
    computing().send("POST", &path, &headers, Some(body.to_string().as_bytes()))
}

/// The path of a job whose results are there.
pub(super) fn finished_job(body: &Value) -> String {
    let made = execute(body, Some("respond-async")).expect(201).json();
    let path = format!("/jobs/{}", text(&made, "jobID"));
    for _ in 0..3_000 {
        let job = computing().json(&path);
        match text(&job, "status") {
            "accepted" | "running" => std::thread::sleep(std::time::Duration::from_millis(20)),
            _ => return path,
        }
    }
    panic!("{path} does not end");
}

/// The landing page leads to the processes, the jobs and the API definition.
#[test]
fn req_processes_core_landingpage_success() {
    let landing = computing().json("/");
    for rel in ["self", "service-desc", "conformance"] {
        assert!(link(&landing, rel).is_some(), "{rel}");
    }
    for rel in ["processes", "job-list"] {
        let link = link(&landing, &format!("{REL}/{rel}"));
        let link = link.unwrap_or_else(|| panic!("no {rel}: {landing}"));
        computing().get(text(link, "href")).expect(200);
    }
}

/// The list has a summary of each process, with a link to its description.
#[test]
fn req_core_process_list_success() {
    let list = computing().json("/processes");
    check_links(&list);
    let processes = array(&list, "processes");
    assert!(!processes.is_empty(), "{list}");
    for process in processes {
        assert!(!text(process, "version").is_empty());
        for option in array(process, "jobControlOptions") {
            let known = ["sync-execute", "async-execute", "dismiss"];
            assert!(
                known.contains(&option.as_str().expect("a text")),
                "{process}"
            );
        }
        let about = link(process, "self").expect("a link to the description");
        let described = computing().json(text(about, "href"));
        assert_eq!(described["id"], process["id"]);
    }
}

/// `limit` bounds the list; what is no limit is refused.
#[test]
fn req_core_pl_limit_response() {
    let list = computing().json("/processes?limit=1");
    assert_eq!(array(&list, "processes").len(), 1);
    for wrong in ["0", "-1", "many"] {
        let path = format!("/processes?limit={wrong}");
        computing().get(&path).expect_problem(400);
    }
}

/// The list links to itself and to its other representation.
#[test]
fn req_core_pl_links() {
    let list = computing().json("/processes");
    assert!(text(link(&list, "self").expect("self"), "href").contains("/processes"));
    assert_eq!(
        text(link(&list, "alternate").expect("alternate"), "type"),
        "text/html"
    );
}

/// A process is described with its inputs and outputs, each with a schema.
#[test]
fn req_ogc_process_description_inputs_def() {
    let process = computing().json(PROCESS);
    check_links(&process);
    for kind in ["inputs", "outputs"] {
        let members = process[kind].as_object().expect("an object");
        assert!(!members.is_empty(), "{kind}");
        for (name, described) in members {
            assert!(
                described["schema"].is_object(),
                "{kind} {name}: {described}"
            );
            assert!(!text(described, "title").is_empty(), "{kind} {name}");
        }
    }
    let execution = link(&process, &format!("{REL}/execute")).expect("a link to execute");
    assert!(text(execution, "href").ends_with(&format!("{PROCESS}/execution")));
}

/// A process that is not there is a 404 of its own type.
#[test]
fn req_core_process_exception_no_such_process() {
    let reply = computing().get("/processes/other").expect_problem(404);
    assert_eq!(
        text(&reply.json(), "type"),
        format!("{EXCEPTIONS}/no-such-process")
    );
}

/// Without a preference a process that can is executed at once.
#[test]
fn req_core_process_execute_default_execution_mode() {
    let reply = execute(&json!({"inputs": {}, "outputs": {"totals": {}}}), None);
    reply.expect(200).expect_media_type("application/json");
}

/// One raw value is the content of the answer.
#[test]
fn req_core_process_execute_sync_raw_value_one() {
    let body = json!({"inputs": {"format": "csv"}, "outputs": {"totals": {}}, "response": "raw"});
    let reply = execute(&body, None)
        .expect(200)
        .expect_media_type("text/csv");
    assert!(reply.text().contains("observed_tonnes_p50"));
}

/// Several raw values are the parts of one answer.
#[test]
fn req_core_process_execute_sync_raw_value_multi() {
    let reply = execute(&json!({"inputs": {}}), None).expect(200);
    let reply = reply.expect_media_type("multipart/related");
    for output in ["totals", "manifest"] {
        assert!(
            reply.text().contains(&format!("Content-ID: <{output}>")),
            "{output}"
        );
    }
}

/// Raw references are links in the header.
#[test]
fn req_core_process_execute_sync_raw_ref() {
    let by_reference = json!({"transmissionMode": "reference"});
    let body = json!({"inputs": {}, "outputs": {"totals": by_reference, "manifest": by_reference}});
    let reply = execute(&body, None).expect(204);
    let links = reply.header_values("link");
    for output in ["totals", "manifest"] {
        assert!(links.contains(&format!("/results/{output}>")), "{links}");
    }
}

/// A document has a member for each output: a value or a link.
#[test]
fn req_core_process_execute_sync_document() {
    let outputs = json!({"totals": {"transmissionMode": "reference"}, "manifest": {}});
    let body = json!({"inputs": {}, "outputs": outputs, "response": "document"});
    let reply = execute(&body, None)
        .expect(200)
        .expect_media_type("application/json");
    let document = reply.json();
    assert!(document["manifest"]["value"].is_object(), "{document}");
    let href = text(&document["totals"], "href");
    computing().get(href).expect(200);
}

/// Values of inputs may stand in the request as they are, or with their media type.
#[test]
fn req_core_process_execute_inputs() {
    let body = |seed: Value| json!({"inputs": {"seed": seed, "by": ["vessel", "month"]}, "outputs": {"totals": {}}});
    let plain = execute(&body(json!(4)), None).expect(200).json();
    let qualified = execute(&body(json!({"value": 4})), None).expect(200).json();
    assert_eq!(plain, qualified);
    assert_eq!(plain["seed"], 4);
    execute(&body(json!("four")), None).expect_problem(400);
}

/// A job is made with 201, its address, and the preference that was followed.
#[test]
fn req_core_process_execute_success_async() {
    let reply = execute(&json!({"inputs": {}}), Some("respond-async")).expect(201);
    assert_eq!(reply.header("preference-applied"), Some("respond-async"));
    let address = reply.header("location").expect("an address").to_owned();
    let made = reply.json();
    assert!(address.ends_with(text(&made, "jobID")), "{address}");
    check_status(&computing().json(&address));
}

/// The state of a job has the members of the standard.
fn check_status(job: &Value) {
    assert_eq!(job["type"], "process", "{job}");
    let known = ["accepted", "running", "successful", "failed", "dismissed"];
    assert!(known.contains(&text(job, "status")), "{job}");
    assert!(!text(job, "jobID").is_empty());
    assert_eq!(job["processID"], "aggregate-extraction");
    assert!(
        job["progress"]
            .as_u64()
            .is_some_and(|percent| percent <= 100),
        "{job}"
    );
    for time in ["created", "updated"] {
        assert!(text(job, time).ends_with('Z'), "{job}");
    }
}

/// A finished job leads to its results.
#[test]
fn req_core_job_success() {
    let job = computing().json(&finished_job(&json!({"inputs": {}})));
    check_status(&job);
    assert_eq!(job["status"], "successful");
    let results = link(&job, &format!("{REL}/results")).expect("a link to the results");
    computing().get(text(results, "href")).expect(200);
}

/// A job that is not there is a 404 of its own type, and so are its results.
#[test]
fn req_core_job_exception_no_such_job() {
    for path in ["/jobs/other", "/jobs/other/results"] {
        let reply = computing().get(path).expect_problem(404);
        assert_eq!(
            text(&reply.json(), "type"),
            format!("{EXCEPTIONS}/no-such-job"),
            "{path}"
        );
    }
}

/// Results of a job are in the form that its execution asked for.
#[test]
fn req_core_job_results_async() {
    let document = finished_job(&json!({"inputs": {}, "response": "document"}));
    let results = computing().get(&format!("{document}/results")).expect(200);
    let results = results.expect_media_type("application/json").json();
    assert!(results["totals"]["value"].is_object(), "{results}");
    let raw = finished_job(&json!({"inputs": {"format": "csv"}, "outputs": {"totals": {}}}));
    let results = computing().get(&format!("{raw}/results")).expect(200);
    results.expect_media_type("text/csv");
}

/// Lists, descriptions and states are there as pages, too.
#[test]
fn req_processes_html_definition() {
    let job = finished_job(&json!({"inputs": {}}));
    for path in [
        "/processes",
        PROCESS,
        "/jobs",
        &job,
        &format!("{job}/results"),
    ] {
        let reply = computing().get_as(path, "text/html").expect(200);
        assert!(
            reply.expect_media_type("text/html").text().contains("<h1>"),
            "{path}"
        );
    }
}

/// The API definition has every operation, with what it may answer.
#[test]
fn req_processes_oas30_completeness() {
    let definition = definition(computing());
    for (method, path, status) in [
        ("get", "/processes", "200"),
        ("get", "/processes/{processID}", "404"),
        ("post", "/processes/{processID}/execution", "201"),
        ("get", "/jobs", "200"),
        ("get", "/jobs/{jobId}", "404"),
        ("delete", "/jobs/{jobId}", "200"),
        ("get", "/jobs/{jobId}/results", "200"),
    ] {
        let operation = operation(&definition, method, path);
        assert!(
            operation["responses"][status].is_object(),
            "{method} {path} {status}"
        );
    }
    let ids = parameters(&definition, "get", "/processes/{processID}");
    let known = &ids["processID"]["schema"]["enum"];
    assert!(
        known.to_string().contains("aggregate-extraction"),
        "{known}"
    );
}
