//! The state of a job, as it is kept and shown.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::process::{InputError, Inputs};

/// States of OGC API Processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// In the queue.
    Accepted,
    /// A worker computes it.
    Running,
    /// Its results are there.
    Successful,
    /// There is no result; the message says why.
    Failed,
    /// Cancelled, or its results were removed.
    Dismissed,
}

impl Status {
    /// As OGC API Processes writes it.
    pub fn name(self) -> &'static str {
        match self {
            Status::Accepted => "accepted",
            Status::Running => "running",
            Status::Successful => "successful",
            Status::Failed => "failed",
            Status::Dismissed => "dismissed",
        }
    }

    /// Whether nothing more will happen by itself.
    pub fn is_final(self) -> bool {
        matches!(
            self,
            Status::Successful | Status::Failed | Status::Dismissed
        )
    }
}

/// A job at one moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// 32 hexadecimal digits that cannot be guessed.
    pub id: String,
    /// The process.
    pub process: String,
    /// Version of the process that computed it, or is to.
    pub process_version: String,
    /// What it computes from.
    pub inputs: Inputs,
    /// What the submitter wants to be kept with the job, such as the form of the answer.
    pub note: Value,
    /// Whether somebody waits for the answer: it goes before others, and is not run again after a
    /// restart, since nobody waits any more.
    pub attended: bool,
    /// State.
    pub status: Status,
    /// What happens, or why there is no result.
    pub message: Option<String>,
    /// The input that cannot be computed, where that is why it failed.
    pub refused_input: Option<String>,
    /// Whether it failed by a fault of the service, not of what was asked; its log has the cause.
    pub is_defect: bool,
    /// How far it is, 0 to 100.
    pub progress: u8,
    /// How often a worker began it.
    pub attempts: u32,
    /// When it was submitted.
    pub created: Timestamp,
    /// When a worker last began it.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub finished: Option<Timestamp>,
    /// When any of this last changed.
    pub updated: Timestamp,
    /// Results, in the order in which the process gave them.
    pub results: Vec<ResultFile>,
}

/// A result of a job: a file in its folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResultFile {
    /// Which output of the process it is.
    pub id: String,
    /// Name of the file.
    pub file_name: String,
    /// Media type.
    pub media_type: String,
    /// Size.
    pub size_bytes: u64,
}

impl Job {
    pub(crate) fn end(&mut self, status: Status, message: impl Into<String>) {
        let now = Timestamp::now();
        self.status = status;
        self.message = Some(message.into());
        self.finished = Some(now);
        self.updated = now;
    }

    pub(crate) fn refuse(&mut self, error: &InputError) {
        self.refused_input = Some(error.input.clone());
        self.end(Status::Failed, error.to_string());
    }

    pub(crate) fn result_bytes(&self) -> u64 {
        self.results.iter().map(|file| file.size_bytes).sum()
    }
}
