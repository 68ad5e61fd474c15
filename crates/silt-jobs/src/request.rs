//! What is asked of the queue, its bounds, and why it refuses.

use std::io;
use std::path::PathBuf;

use serde_json::Value;

use crate::job::Status;
use crate::process::{InputError, Inputs};

/// Bounds of the queue and of what is kept. All are [inferred]: small enough for a laptop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Jobs computed at the same time. One, since a process uses all cores by itself.
    pub workers: usize,
    /// Jobs that wait; more are refused.
    pub queue_length: usize,
    /// Finished jobs kept; of more the oldest are removed.
    pub kept_jobs: usize,
    /// Bytes of results kept; of more the oldest jobs are removed. A job with more than that fails.
    pub kept_bytes: u64,
    /// Bytes of the inputs of one job as JSON.
    pub input_bytes: usize,
    /// How often a job is begun; one that was interrupted as often has failed. Guards against a job
    /// that takes the whole program down with it, again and again.
    pub attempts: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            workers: 1,
            queue_length: 100,
            kept_jobs: 500,
            kept_bytes: 1 << 30,
            input_bytes: 1 << 20,
            attempts: 3,
        }
    }
}

/// A request for a job.
#[derive(Debug, Clone, PartialEq)]
pub struct Submission {
    /// Id of the process.
    pub process: String,
    /// What it computes from.
    pub inputs: Inputs,
    /// What is kept with the job and not looked at.
    pub note: Value,
    /// Whether somebody waits for the answer, see [`Job::attended`].
    pub attended: bool,
}

/// A job is not taken.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    /// There is no such process.
    #[error("there is no process `{0}`")]
    NoSuchProcess(String),
    /// An input cannot be computed.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The inputs are larger than the bound.
    #[error("the inputs have {bytes} bytes; {most} are the most")]
    TooLarge {
        /// Their size.
        bytes: usize,
        /// The bound.
        most: usize,
    },
    /// As many jobs wait as may.
    #[error("{0} jobs wait already; try again later")]
    QueueFull(usize),
    /// The service is about to end.
    #[error("the service is about to end")]
    Ending,
    /// The job cannot be kept.
    #[error("the job cannot be kept")]
    Io(#[from] io::Error),
}

/// A result cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum ResultError {
    /// There is no such job, or none any more.
    #[error("there is no such job")]
    NoSuchJob,
    /// The job is not finished, failed or was dismissed.
    #[error("the job is {}", .0.name())]
    NoResults(Status),
    /// The job has no such result.
    #[error("the job has no such result")]
    NoSuchResult,
    /// The file cannot be read.
    #[error("a result cannot be read")]
    Io(#[from] io::Error),
}

/// The jobs of a folder cannot be run.
#[derive(Debug, thiserror::Error)]
pub enum JobsError {
    /// Another program runs them.
    #[error("{} is in use by another program", .0.display())]
    InUse(PathBuf),
    /// The folder cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}
