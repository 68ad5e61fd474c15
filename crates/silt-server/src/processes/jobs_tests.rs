use super::*;

fn job(created: &str, id: &str) -> Job {
    let created: Timestamp = created.parse().expect("a time");
    Job {
        id: id.to_owned(),
        process: "aggregate-extraction".to_owned(),
        process_version: "1".to_owned(),
        inputs: silt_jobs::Inputs::new(),
        note: Value::Null,
        attended: false,
        status: Status::Accepted,
        message: None,
        refused_input: None,
        is_defect: false,
        progress: 0,
        attempts: 0,
        created,
        started: None,
        finished: None,
        updated: created,
        results: Vec::new(),
    }
}

fn takes(query: &str, job: &Job) -> bool {
    let parameters = Parameters::read(Some(query), &KNOWN).expect("good parameters");
    let filter = Filter::read(&parameters).expect("a filter");
    filter.takes(job, "2026-01-01T00:01:00Z".parse().expect("a time"))
}

#[test]
fn jobs_are_filtered() {
    let queued = job("2026-01-01T00:00:00Z", "b");
    let mut running = queued.clone();
    running.status = Status::Running;
    running.started = Some("2026-01-01T00:00:30Z".parse().expect("a time"));
    for query in [
        "",
        "type=process",
        "processID=other,aggregate-extraction",
        "status=running,accepted",
        "datetime=2026-01-01",
        "datetime=../2026-01-01T00:00:00Z",
    ] {
        assert!(takes(query, &queued) && takes(query, &running), "{query}");
    }
    for query in ["processID=other", "status=failed", "datetime=2026-01-02/.."] {
        assert!(!takes(query, &queued), "{query}");
    }
    assert!(takes("minDuration=30&maxDuration=30", &running));
    assert!(!takes("minDuration=31", &running) && !takes("maxDuration=29.5", &running));
    assert!(!takes("minDuration=0", &queued));
}

#[test]
fn a_page_begins_where_the_one_before_ended() {
    let shown = job("2026-01-01T00:00:00Z", "b");
    let query = format!("cursor={}", cursor_of(&shown));
    assert!(!takes(&query, &shown));
    assert!(takes(&query, &job("2025-12-31T00:00:00Z", "a")));
    assert!(takes(&query, &job("2026-01-01T00:00:00Z", "c")));
    assert!(!takes(&query, &job("2026-01-01T00:00:00Z", "a")));
    assert!(!takes(&query, &job("2026-01-01T00:00:01Z", "c")));
}

#[test]
fn wrong_parameters_are_refused() {
    for query in [
        "type=wps",
        "status=lost",
        "status=",
        "datetime=soon",
        "minDuration=-1",
        "maxDuration=NaN",
        "cursor=1",
        "cursor=a_b",
    ] {
        let parameters = Parameters::read(Some(query), &KNOWN).expect("known names");
        assert!(Filter::read(&parameters).is_err(), "{query}");
    }
}

#[test]
fn a_document_has_no_null_and_the_links_of_its_state() {
    let links = Links::new(&HeaderMap::new(), &Uri::from_static("/jobs/b"), None);
    let mut job = job("2026-01-01T00:00:00Z", "b");
    let waiting = document(&job, &links, &[]);
    assert_eq!(waiting["created"], "2026-01-01T00:00:00.000Z");
    assert!(
        waiting
            .as_object()
            .expect("members")
            .values()
            .all(|own| !own.is_null())
    );
    let rels = |document: &Value| -> Vec<String> {
        let links = document["links"].as_array().expect("links").iter();
        links
            .map(|link| link["rel"].as_str().expect("a rel").to_owned())
            .collect()
    };
    assert_eq!(rels(&waiting), ["self"]);
    job.status = Status::Successful;
    assert_eq!(rels(&document(&job, &links, &[])), ["self", REL_RESULTS]);
    job.status = Status::Failed;
    assert_eq!(rels(&document(&job, &links, &[])), ["self", REL_EXCEPTIONS]);
}
