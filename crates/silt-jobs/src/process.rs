//! What a process is: its description, what it takes, what it computes.

use serde_json::{Map, Value};

use crate::progress::Progress;

/// Inputs of a job by their names.
pub type Inputs = Map<String, Value>;

/// Something that can be computed as a job.
pub trait Process: Send + Sync {
    /// What it is, takes and gives. Asked for once, when [`crate::Jobs`] is opened.
    fn description(&self) -> ProcessDescription;

    /// Refuses inputs that cannot be computed, before a job is made of them. Names that the
    /// description does not have and required ones that are missing are refused already.
    ///
    /// # Errors
    /// The input that cannot be, and why.
    fn check(&self, inputs: &Inputs) -> Result<(), InputError>;

    /// Computes the outputs: a function of data and inputs, since a job that was interrupted is run
    /// again. It asks `progress` between steps whether anyone still wants them.
    ///
    /// # Errors
    /// [`RunError::Cancelled`] where it stopped because it was asked to, else why there is no result.
    fn run(&self, inputs: &Inputs, progress: &Progress) -> Result<Vec<Output>, RunError>;
}

/// What a process is, takes and gives.
#[derive(Debug, Clone, PartialEq)]
pub struct ProcessDescription {
    /// Name in addresses: letters, digits, `-`, `_`.
    pub id: String,
    /// Version of the method; results of two versions may differ.
    pub version: String,
    /// Short name for people.
    pub title: String,
    /// What it computes, a few sentences.
    pub description: String,
    /// Words to find it by.
    pub keywords: Vec<String>,
    /// How it may be run.
    pub job_control: Vec<JobControl>,
    /// What it takes.
    pub inputs: Vec<InputDescription>,
    /// What it gives.
    pub outputs: Vec<OutputDescription>,
}

/// One input of a process.
#[derive(Debug, Clone, PartialEq)]
pub struct InputDescription {
    /// Name in requests.
    pub id: String,
    /// Short name for people.
    pub title: String,
    /// What it means, with its unit.
    pub description: String,
    /// Whether it must be given.
    pub required: bool,
    /// JSON Schema of the value.
    pub schema: Value,
}

/// One output of a process.
#[derive(Debug, Clone, PartialEq)]
pub struct OutputDescription {
    /// Name in answers.
    pub id: String,
    /// Short name for people.
    pub title: String,
    /// What it holds.
    pub description: String,
    /// JSON Schema of the value; `contentMediaType` names the type of a file.
    pub schema: Value,
}

/// A way of running a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobControl {
    /// The answer to the request is the result.
    SyncExecute,
    /// The answer is the address of a job.
    AsyncExecute,
    /// A job can be cancelled.
    Dismiss,
}

impl JobControl {
    /// As OGC API Processes writes it.
    pub fn name(self) -> &'static str {
        match self {
            JobControl::SyncExecute => "sync-execute",
            JobControl::AsyncExecute => "async-execute",
            JobControl::Dismiss => "dismiss",
        }
    }
}

/// A result as a process gives it. It becomes a file of the job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// Which of the described outputs it is.
    pub id: String,
    /// Name of the file: letters, digits, `.`, `-`, `_`, not beginning with a dot.
    pub file_name: String,
    /// Media type of the bytes.
    pub media_type: String,
    /// Content.
    pub bytes: Vec<u8>,
}

/// An input cannot be what it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("input `{input}`: {reason}")]
pub struct InputError {
    /// Name of the input.
    pub input: String,
    /// Why, for the person who wrote it.
    pub reason: String,
}

impl InputError {
    /// Says why an input cannot be what it is.
    pub fn new(input: impl Into<String>, reason: impl Into<String>) -> Self {
        InputError {
            input: input.into(),
            reason: reason.into(),
        }
    }
}

/// A job has no result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RunError {
    /// It stopped because it was asked to.
    #[error("the job was cancelled")]
    Cancelled,
    /// An input that could be computed at submission no longer can, since the data changed.
    #[error(transparent)]
    Input(#[from] InputError),
    /// Why there is no result, for the person who asked. Not for what only the log should have.
    #[error("{0}")]
    Failed(String),
}

impl ProcessDescription {
    /// Refuses names that are not described, and misses those that are required.
    pub(crate) fn check_names(&self, inputs: &Inputs) -> Result<(), InputError> {
        for name in inputs.keys() {
            if !self.inputs.iter().any(|input| input.id == *name) {
                let known: Vec<&str> = self.inputs.iter().map(|input| input.id.as_str()).collect();
                let shown: String = name.chars().take(60).collect();
                let reason = format!("is not known here; known are {}", known.join(", "));
                return Err(InputError::new(shown, reason));
            }
        }
        let is_missing =
            |input: &&InputDescription| input.required && !inputs.contains_key(&input.id);
        match self.inputs.iter().find(is_missing) {
            Some(missing) => Err(InputError::new(&missing.id, "must be given")),
            None => Ok(()),
        }
    }
}
