use serde_json::json;
use silt_jobs::InputDescription;

use super::*;

fn process() -> ProcessDescription {
    ProcessDescription {
        id: "p".to_owned(),
        version: "1".to_owned(),
        title: String::new(),
        description: String::new(),
        keywords: Vec::new(),
        job_control: vec![JobControl::SyncExecute, JobControl::AsyncExecute],
        inputs: Vec::<InputDescription>::new(),
        outputs: ["one", "two"]
            .map(|id| OutputDescription {
                id: id.to_owned(),
                title: String::new(),
                description: String::new(),
                schema: json!({"type": "string", "contentMediaType": "text/csv"}),
            })
            .to_vec(),
    }
}

fn read(body: Value) -> Result<Execution, Problem> {
    let Value::Object(members) = body else {
        panic!("no object");
    };
    Execution::read(members, &process())
}

#[test]
fn inputs_outputs_and_form_are_read() {
    let execution = read(json!({
        "inputs": {"a": 1, "b": {"value": {"c": 2}, "mediaType": "application/json"}, "d": {"value": 1, "other": 2}},
        "outputs": {"two": {"transmissionMode": "reference"}, "one": {"format": {"mediaType": "text/csv"}}},
        "response": "document",
    }));
    let execution = execution.expect("an execution");
    assert_eq!(
        Value::Object(execution.inputs),
        json!({"a": 1, "b": {"c": 2}, "d": {"value": 1, "other": 2}})
    );
    let wanted = |id: &str, by_reference: bool| WantedOutput {
        id: id.to_owned(),
        by_reference,
    };
    let form = Form {
        response: ResponseKind::Document,
        outputs: vec![wanted("two", true), wanted("one", false)],
    };
    assert_eq!(execution.form, form);
    let kept = serde_json::to_value(&form).expect("JSON");
    assert_eq!(serde_json::from_value::<Form>(kept).expect("a form"), form);
    assert_eq!(read(json!({})).expect("an execution").form, Form::default());
}

#[test]
fn what_cannot_be_done_is_refused() {
    for body in [
        json!({"inputs": []}),
        json!({"inputs": {"a": {"href": "http://example.org/"}}}),
        json!({"outputs": ["one"]}),
        json!({"outputs": {"three": {}}}),
        json!({"outputs": {"one": {"transmissionMode": "pigeon"}}}),
        json!({"outputs": {"one": {"format": {"mediaType": "text/html"}}}}),
        json!({"outputs": {"one": null}}),
        json!({"response": "letter"}),
        json!({"response": 1}),
        json!({"subscriber": {"successUri": "http://example.org/"}}),
        json!({"mode": "async"}),
    ] {
        assert!(read(body.clone()).is_err(), "{body}");
    }
}

#[test]
fn preferences_are_read() {
    let of = |texts: &[&str]| {
        let mut headers = HeaderMap::new();
        for text in texts {
            headers.append("prefer", text.parse().expect("a header"));
        }
        let preference = Preference::of(&headers);
        (preference.respond_async, preference.wait_seconds)
    };
    assert_eq!(of(&[]), (false, None));
    assert_eq!(of(&["respond-async"]), (true, None));
    assert_eq!(of(&["Respond-Async, wait=10"]), (true, Some(10)));
    assert_eq!(of(&["wait=\"5\"", "respond-async;x=1"]), (true, Some(5)));
    assert_eq!(of(&["wait=soon, return=minimal"]), (false, None));
}

#[test]
fn both_ways_of_running_are_told_apart() {
    let mut process = process();
    let wants = |respond_async: bool| Preference {
        respond_async,
        ..Preference::default()
    };
    assert!(!is_async(&process, wants(false)));
    assert!(is_async(&process, wants(true)));
    process.job_control = vec![JobControl::AsyncExecute];
    assert!(is_async(&process, wants(false)));
    process.job_control = vec![JobControl::SyncExecute];
    assert!(!is_async(&process, wants(true)));
}
