//! What the OpenAPI document says of processes, jobs and extraction.

use serde_json::{Map, Value, json};
use silt_dredging::Purpose;

use crate::config::ServerConfig;
use crate::extraction::PURPOSES;
use crate::openapi::{read_responses, reference};

/// The paths with their operations.
pub(crate) fn paths() -> Map<String, Value> {
    let operation = |id: &str, tag: &str, summary: &str, parameters: Value, responses: Value| json!({"operationId": id, "tags": [tag], "summary": summary, "parameters": parameters, "responses": responses});
    let documented = |schema: &str| json!({"application/json": {"schema": reference("schemas", schema)}, "text/html": {"schema": {"type": "string"}}});
    let named = |names: &[&str]| -> Value {
        names
            .iter()
            .map(|name| reference("parameters", name))
            .collect()
    };
    let mut paths = Map::new();
    let mut add = |path: &str, item: Value| {
        paths.insert(path.to_owned(), item);
    };
    add(
        "/processes",
        json!({"get": operation("getProcesses", "Processes", "What can be computed",
        named(&["limit", "f"]), read_responses(documented("processList")))}),
    );
    add(
        "/processes/{processID}",
        json!({"get": operation("getProcessDescription", "Processes",
        "Inputs and outputs of a process", named(&["processID", "f"]), read_responses(documented("process")))}),
    );
    let mut execution = operation(
        "execute",
        "Processes",
        "Compute, at once or as a job",
        named(&["processID", "Prefer"]),
        execution_responses(),
    );
    execution["requestBody"] = json!({"required": true,
        "content": {"application/json": {"schema": reference("schemas", "execute")}}});
    add(
        "/processes/{processID}/execution",
        json!({"post": execution}),
    );
    let mut list = read_responses(documented("jobList"));
    list["403"] = reference("responses", "Forbidden");
    add(
        "/jobs",
        json!({"get": operation("getJobs", "Processes", "Jobs, the newest first",
        named(&["jobType", "jobProcess", "jobStatus", "jobDatetime", "minDuration", "maxDuration", "limit", "cursor", "f"]), list)}),
    );
    add(
        "/jobs/{jobId}",
        json!({
            "get": operation("getStatus", "Processes", "State of a job", named(&["jobId", "f"]), read_responses(documented("statusInfo"))),
            "delete": operation("dismiss", "Processes", "Cancel a job, or remove its results", named(&["jobId", "f"]),
                read_responses(documented("statusInfo"))),
        }),
    );
    let mut results = read_responses(
        json!({"application/json": {"schema": reference("schemas", "results")},
        "*/*": {"schema": {"type": "string", "format": "binary"}}}),
    );
    results["204"] = json!({"description": "All results are links in the header Link"});
    results["410"] = reference("responses", "Dismissed");
    results["422"] = reference("responses", "Unprocessable");
    add(
        "/jobs/{jobId}/results",
        json!({"get": operation("getResult", "Processes",
        "Results of a job, in the form that its execution asked for", named(&["jobId", "f"]), results.clone())}),
    );
    add(
        "/jobs/{jobId}/results/{outputId}",
        json!({"get": operation("getOneResult", "Processes",
        "One result as the file that it is", named(&["jobId", "outputId"]), results)}),
    );
    let mut totals = read_responses(json!({
        "application/json": {"schema": {"type": "object", "required": ["groups"]}},
        "text/html": {"schema": {"type": "string"}},
        "text/csv": {"schema": {"type": "string"}},
        "application/vnd.apache.parquet": {"schema": {"type": "string", "format": "binary"}},
    }));
    totals["304"] = json!({"description": "The totals are as the client knows them"});
    let asked = [
        "extractionBy",
        "region",
        "extractionFrom",
        "extractionTo",
        "extractionDatetime",
        "purpose",
        "draws",
        "seed",
    ];
    let with = |format: &str| -> Value {
        let names: Vec<&str> = asked.into_iter().chain([format]).collect();
        named(&names)
    };
    add(
        "/extraction",
        json!({"get": operation("getExtraction", "Data",
        "Cubic metres and tonnes dredged, with intervals", with("extractionFormat"), totals)}),
    );
    add(
        "/extraction/manifest",
        json!({"get": operation("getExtractionManifest", "Data",
        "What the totals of the same parameters are made from", with("manifestFormat"),
        read_responses(json!({"application/json": {"schema": {"type": "object"}}})))}),
    );
    paths
}

fn execution_responses() -> Value {
    let mut responses = read_responses(json!({
        "application/json": {"schema": reference("schemas", "results")},
        "*/*": {"schema": {"type": "string", "format": "binary"}},
    }));
    responses["201"] = json!({"description": "A job was made; Location is its address",
        "headers": {"Location": {"schema": {"type": "string"}}, "Preference-Applied": {"schema": {"type": "string"}}},
        "content": {"application/json": {"schema": reference("schemas", "statusInfo")}}});
    responses["204"] = json!({"description": "All results are links in the header Link"});
    for (status, name) in [
        ("413", "TooLarge"),
        ("415", "UnsupportedMediaType"),
        ("422", "Unprocessable"),
    ] {
        responses[status] = reference("responses", name);
    }
    responses
}

/// Parameters of these paths, for the components. `processes` are the ids that can be executed.
pub(crate) fn parameters(processes: &[&str], config: &ServerConfig) -> Map<String, Value> {
    let query = |name: &str, description: &str, schema: Value| {
        json!({"name": name, "in": "query", "required": false, "description": description,
               "schema": schema, "style": "form", "explode": false})
    };
    let path = |name: &str, description: &str, schema: Value| json!({"name": name, "in": "path", "required": true, "description": description, "schema": schema});
    let text = || json!({"type": "string"});
    let list = |items: Value| json!({"type": "array", "minItems": 1, "items": items});
    let seconds = || json!({"type": "number", "minimum": 0});
    let statuses = json!({"type": "string", "enum": ["accepted", "running", "successful", "failed", "dismissed"]});
    let purposes = PURPOSES.map(Purpose::name);
    let all = [
        (
            "processID",
            path(
                "processID",
                "Process",
                json!({"type": "string", "enum": processes}),
            ),
        ),
        ("jobId", path("jobId", "Job", text())),
        (
            "outputId",
            path("outputId", "Output of the process", text()),
        ),
        (
            "Prefer",
            json!({"name": "Prefer", "in": "header", "required": false, "schema": text(),
            "description": "respond-async for a job, with wait=SECONDS for one that is waited for at first"}),
        ),
        (
            "jobType",
            query(
                "type",
                "Only jobs of this type",
                list(json!({"type": "string", "enum": ["process"]})),
            ),
        ),
        (
            "jobProcess",
            query("processID", "Only jobs of these processes", list(text())),
        ),
        (
            "jobStatus",
            query("status", "Only jobs in these states", list(statuses)),
        ),
        (
            "jobDatetime",
            query(
                "datetime",
                "Only jobs made at this time: an instant, or an interval a/b with .. for an open end",
                text(),
            ),
        ),
        (
            "minDuration",
            query(
                "minDuration",
                "Only jobs that took, or have taken, so many seconds or more",
                seconds(),
            ),
        ),
        (
            "maxDuration",
            query(
                "maxDuration",
                "Only jobs that took, or have taken, so many seconds or less",
                seconds(),
            ),
        ),
        (
            "extractionBy",
            query(
                "by",
                "What to group by: region:KIND, year, month, vessel, operator, type, purpose, h3:RESOLUTION",
                json!({"type": "array", "maxItems": 4, "items": {"type": "string"}}),
            ),
        ),
        (
            "extractionFrom",
            query(
                "from",
                "Only dredging that began from this moment on: 2024, 2024-03, 2024-03-01 or RFC 3339",
                text(),
            ),
        ),
        (
            "extractionTo",
            query("to", "Only dredging that began before this moment", text()),
        ),
        (
            "extractionDatetime",
            query(
                "datetime",
                "Instead of from and to: a date, or an interval a/b with .. for an open end",
                text(),
            ),
        ),
        (
            "purpose",
            query(
                "purpose",
                "Only this purpose",
                json!({"type": "string", "enum": purposes}),
            ),
        ),
        (
            "draws",
            query(
                "draws",
                "Iterations of the Monte Carlo",
                json!({"type": "integer", "minimum": silt_estimate::MIN_DRAWS, "maximum": config.extraction.draws, "default": silt_estimate::MIN_DRAWS}),
            ),
        ),
        (
            "seed",
            query(
                "seed",
                "Seed of the random numbers: the same gives the same bytes",
                json!({"type": "integer", "minimum": 0, "default": 1}),
            ),
        ),
        (
            "extractionFormat",
            query(
                "f",
                "Format, where the Accept header does not say",
                json!({"type": "string", "enum": ["json", "html", "csv", "parquet"]}),
            ),
        ),
        (
            "manifestFormat",
            query(
                "f",
                "Format of the totals",
                json!({"type": "string", "enum": ["json", "csv", "parquet"], "default": "json"}),
            ),
        ),
    ];
    all.into_iter()
        .map(|(name, parameter)| (name.to_owned(), parameter))
        .collect()
}

/// Schemas of these paths, for the components: those of OGC API Processes, as far as they are used.
pub(crate) fn schemas() -> Map<String, Value> {
    let links = || json!({"type": "array", "items": reference("schemas", "link")});
    let text = || json!({"type": "string"});
    let time = || json!({"type": "string", "format": "date-time"});
    let all = json!({
        "processSummary": {"type": "object", "required": ["id", "version"], "properties": {
            "id": text(), "version": text(), "title": text(), "description": text(),
            "keywords": {"type": "array", "items": text()},
            "jobControlOptions": {"type": "array", "items": {"type": "string", "enum": ["sync-execute", "async-execute", "dismiss"]}},
            "outputTransmission": {"type": "array", "items": {"type": "string", "enum": ["value", "reference"]}},
            "links": links()}},
        "processList": {"type": "object", "required": ["processes", "links"], "properties": {
            "processes": {"type": "array", "items": reference("schemas", "processSummary")}, "links": links()}},
        "process": {"allOf": [reference("schemas", "processSummary"), {"type": "object", "properties": {
            "inputs": {"type": "object", "additionalProperties": {"type": "object"}},
            "outputs": {"type": "object", "additionalProperties": {"type": "object"}}}}]},
        "execute": {"type": "object", "properties": {
            "inputs": {"type": "object", "additionalProperties": true},
            "outputs": {"type": "object", "additionalProperties": {"type": "object", "properties": {
                "transmissionMode": {"type": "string", "enum": ["value", "reference"], "default": "value"},
                "format": {"type": "object"}}}},
            "response": {"type": "string", "enum": ["raw", "document"], "default": "raw"}}},
        "results": {"type": "object", "additionalProperties": true},
        "statusInfo": {"type": "object", "required": ["jobID", "status", "type"], "properties": {
            "processID": text(), "type": {"type": "string", "enum": ["process"]}, "jobID": text(),
            "status": {"type": "string", "enum": ["accepted", "running", "successful", "failed", "dismissed"]},
            "message": text(), "created": time(), "started": time(), "finished": time(), "updated": time(),
            "progress": {"type": "integer", "minimum": 0, "maximum": 100}, "links": links()}},
        "jobList": {"type": "object", "required": ["jobs", "links"], "properties": {
            "jobs": {"type": "array", "items": reference("schemas", "statusInfo")}, "links": links()}},
    });
    match all {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}
