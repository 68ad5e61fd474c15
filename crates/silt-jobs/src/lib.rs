//! Long work of Silt: jobs that report progress, can be cancelled and survive a restart.
//!
//! A [`Process`] says what it takes and gives, and computes; [`Jobs`] queues its runs, gives them to
//! worker threads and keeps what they leave in a folder:
//!
//! ```text
//! jobs/lock                  held by the one program that runs the jobs of this folder
//! jobs/<job id>/job.json     state of a job, exchanged as a whole
//! jobs/<job id>/totals.csv   a result, under the name that the process gave it
//! ```
//!
//! A job found queued or running at the start is queued again: its result is a function of data
//! and inputs, so computing it anew is right. The crate knows nothing of HTTP; states and names are
//! those of OGC API Processes, Part 1.

mod folder;
mod job;
mod jobs;
mod process;
mod progress;
mod queue;
mod request;

pub use job::{Job, ResultFile, Status};
pub use jobs::Jobs;
pub use process::{
    InputDescription, InputError, Inputs, JobControl, Output, OutputDescription, Process,
    ProcessDescription, RunError,
};
pub use progress::Progress;
pub use request::{JobsError, ResultError, Settings, Submission, SubmitError};
