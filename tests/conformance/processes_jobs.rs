//! OGC API Processes Part 1 (18-062r2): the list of jobs, and dismissing.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::openapi::{check_query_parameter, definition};
use super::processes::{computing, finished_job};
use super::service::{array, check_links, text};

fn ids(query: &str) -> BTreeSet<String> {
    let list = computing().json(&format!("/jobs?limit=1000&{query}"));
    let jobs = array(&list, "jobs").iter();
    jobs.map(|job| text(job, "jobID").to_owned()).collect()
}

fn id(job: &str) -> String {
    job.trim_start_matches("/jobs/").to_owned()
}

/// The list has the state of each job.
#[test]
fn req_job_list_job_list_success() {
    let job = id(&finished_job(&json!({"inputs": {}})));
    let list = computing().json("/jobs?limit=1000");
    check_links(&list);
    let found = array(&list, "jobs")
        .iter()
        .find(|own| own["jobID"] == job.as_str());
    let found = found.unwrap_or_else(|| panic!("{job} is not in the list"));
    assert_eq!(found["status"], "successful");
}

/// The parameters of the list are described.
#[test]
fn req_job_list_parameter_definitions() {
    let definition = definition(computing());
    for name in [
        "type",
        "processID",
        "status",
        "datetime",
        "minDuration",
        "maxDuration",
        "limit",
    ] {
        check_query_parameter(&definition, "/jobs", name);
    }
}

/// Each parameter selects.
#[test]
fn req_job_list_parameter_responses() {
    let job = id(&finished_job(&json!({"inputs": {}})));
    for query in [
        "type=process",
        "processID=aggregate-extraction",
        "processID=other,aggregate-extraction",
        "status=successful",
        "status=failed,successful",
        "datetime=2020-01-01/..",
        "minDuration=0",
        "maxDuration=100000",
    ] {
        assert!(ids(query).contains(&job), "{query}");
    }
    for query in [
        "processID=other",
        "status=failed",
        "datetime=../2020-01-01",
        "minDuration=100000",
    ] {
        assert!(!ids(query).contains(&job), "{query}");
    }
    for query in [
        "type=wps",
        "status=lost",
        "datetime=soon",
        "minDuration=-1",
        "limit=0",
    ] {
        computing()
            .get(&format!("/jobs?{query}"))
            .expect_problem(400);
    }
}

/// `limit` bounds a page, and `next` leads to the one behind it.
#[test]
fn req_job_list_limit_response() {
    finished_job(&json!({"inputs": {}}));
    finished_job(&json!({"inputs": {}}));
    let first = computing().json("/jobs?limit=1");
    assert_eq!(array(&first, "jobs").len(), 1);
    let next = array(&first, "links")
        .iter()
        .find(|link| link["rel"] == "next");
    let second = computing().json(text(next.expect("a next page"), "href"));
    assert_ne!(
        array(&first, "jobs")[0]["jobID"],
        array(&second, "jobs")[0]["jobID"]
    );
}

/// A dismissed job says so, and its results are gone.
#[test]
fn req_dismiss_job_dismiss_success() {
    let job = finished_job(&json!({"inputs": {}}));
    let dismissed: Value = computing()
        .send("DELETE", &job, &[], None)
        .expect(200)
        .json();
    assert_eq!(dismissed["status"], "dismissed");
    assert_eq!(dismissed["jobID"], id(&job).as_str());
    assert_eq!(computing().json(&job)["status"], "dismissed");
    computing()
        .get(&format!("{job}/results"))
        .expect_problem(410);
    computing()
        .send("DELETE", "/jobs/other", &[], None)
        .expect_problem(404);
}
