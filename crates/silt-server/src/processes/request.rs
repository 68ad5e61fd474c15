//! The body of an execution: inputs, which outputs are wanted, and in which form.

use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use silt_jobs::{Inputs, JobControl, OutputDescription, ProcessDescription};

use crate::error::Problem;

/// What an execution asks for.
#[derive(Debug)]
pub(super) struct Execution {
    pub(super) inputs: Inputs,
    pub(super) form: Form,
}

/// The form of the answer; kept with the job.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Form {
    pub(super) response: ResponseKind,
    /// Outputs wanted, in this order; all where it is empty.
    pub(super) outputs: Vec<WantedOutput>,
}

/// Bare results, or a document that holds them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum ResponseKind {
    /// What OGC API Processes 1.0 has as its default.
    #[default]
    Raw,
    Document,
}

/// One output that is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct WantedOutput {
    pub(super) id: String,
    pub(super) by_reference: bool,
}

/// What `Prefer` (RFC 7240) says, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Preference {
    pub(super) respond_async: bool,
    pub(super) wait_seconds: Option<u64>,
}

impl Preference {
    /// Reads all `Prefer` headers. As the RFC has it, what is not understood is not followed.
    pub(super) fn of(headers: &HeaderMap) -> Preference {
        let mut preference = Preference::default();
        for value in headers.get_all("prefer") {
            for part in value.to_str().unwrap_or_default().split(',') {
                let own = part.split(';').next().unwrap_or_default();
                let (name, value) = own.split_once('=').unwrap_or((own, ""));
                match name.trim().to_ascii_lowercase().as_str() {
                    "respond-async" => preference.respond_async = true,
                    "wait" if preference.wait_seconds.is_none() => {
                        preference.wait_seconds = value.trim().trim_matches('"').parse().ok();
                    }
                    _ => {}
                }
            }
        }
        preference
    }
}

/// Whether a process is run as a job that the client follows.
pub(super) fn is_async(process: &ProcessDescription, preference: Preference) -> bool {
    let has = |control: JobControl| process.job_control.contains(&control);
    match (has(JobControl::SyncExecute), has(JobControl::AsyncExecute)) {
        (true, true) => preference.respond_async,
        (_, only_async) => only_async,
    }
}

impl Execution {
    /// Reads the members of a request body.
    ///
    /// # Errors
    /// 400 with the place of what is wrong.
    pub(super) fn read(
        mut body: Map<String, Value>,
        process: &ProcessDescription,
    ) -> Result<Execution, Problem> {
        let inputs = match body.remove("inputs") {
            None => Inputs::new(),
            Some(Value::Object(inputs)) => inputs,
            Some(_) => return Err(wrong("/inputs", "is no object of inputs by their names")),
        };
        let inputs: Result<Inputs, Problem> = inputs
            .into_iter()
            .map(|(name, value)| Ok((name.clone(), plain_value(&name, value)?)))
            .collect();
        let response = match body.remove("response").as_ref().map(|value| value.as_str()) {
            None | Some(Some("raw")) => ResponseKind::Raw,
            Some(Some("document")) => ResponseKind::Document,
            Some(_) => return Err(wrong("/response", "is neither raw nor document")),
        };
        let outputs = match body.remove("outputs") {
            None => Vec::new(),
            Some(Value::Object(outputs)) => {
                let wanted = outputs
                    .iter()
                    .map(|(id, how)| wanted_output(id, how, &process.outputs));
                wanted.collect::<Result<Vec<WantedOutput>, Problem>>()?
            }
            Some(_) => return Err(wrong("/outputs", "is no object of outputs by their names")),
        };
        if body.contains_key("subscriber") {
            let reason =
                "is not possible here: this service calls nobody back; ask the job for its state";
            return Err(wrong("/subscriber", reason));
        }
        if let Some(other) = body.keys().next() {
            let shown: String = other.chars().take(60).collect();
            let reason = "is not known here; known are inputs, outputs, response";
            return Err(wrong(&format!("/{shown}"), reason));
        }
        Ok(Execution {
            inputs: inputs?,
            form: Form { response, outputs },
        })
    }
}

/// The value of an input, which may stand in an object with its media type.
fn plain_value(name: &str, value: Value) -> Result<Value, Problem> {
    let Value::Object(mut members) = value else {
        return Ok(value);
    };
    if members.contains_key("href") {
        let reason = "stands at another address; this service fetches nothing: send the value";
        return Err(Problem::invalid_input(name, reason));
    }
    let qualifies =
        |key: &String| ["value", "mediaType", "encoding", "schema"].contains(&key.as_str());
    if members.contains_key("value") && members.keys().all(qualifies) {
        return Ok(members.remove("value").unwrap_or_default());
    }
    Ok(Value::Object(members))
}

fn wanted_output(
    id: &str,
    how: &Value,
    described: &[OutputDescription],
) -> Result<WantedOutput, Problem> {
    let shown: String = id.chars().take(60).collect();
    let at = format!("/outputs/{shown}");
    let Some(output) = described.iter().find(|output| output.id == id) else {
        let known: Vec<&str> = described.iter().map(|output| output.id.as_str()).collect();
        let reason = format!(
            "is not an output of this process; it has {}",
            known.join(", ")
        );
        return Err(wrong(&at, &reason));
    };
    let Some(members) = how.as_object() else {
        return Err(wrong(&at, "is no object; `{}` takes it as it is"));
    };
    let mut by_reference = false;
    for (name, value) in members {
        match (name.as_str(), value.as_str()) {
            ("transmissionMode", Some("value")) => {}
            ("transmissionMode", Some("reference")) => by_reference = true,
            ("transmissionMode", _) => {
                return Err(wrong(
                    &at,
                    "its `transmissionMode` is neither value nor reference",
                ));
            }
            ("format", _) => {
                let only = output.schema["contentMediaType"].as_str();
                let wanted = value["mediaType"].as_str();
                if wanted.is_some() && wanted != only {
                    let reason = "its media type is not chosen by `format` of the output; where the process has a choice, an input says which";
                    return Err(wrong(&at, reason));
                }
            }
            _ => {
                return Err(wrong(
                    &at,
                    "has a member other than transmissionMode and format",
                ));
            }
        }
    }
    Ok(WantedOutput {
        id: output.id.clone(),
        by_reference,
    })
}

fn wrong(pointer: &str, reason: &str) -> Problem {
    let detail = format!("{pointer} {reason}");
    Problem::invalid_body(detail).with_violation("body", pointer, reason)
}

#[cfg(test)]
#[path = "request_tests.rs"]
mod tests;
