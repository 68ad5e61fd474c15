//! The jobs of a folder, as programs use them.

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::folder::{Damaged, Folder};
use crate::job::{Job, ResultFile, Status};
use crate::process::{Process, ProcessDescription};
use crate::queue::Shared;
use crate::request::{JobsError, ResultError, Settings, Submission, SubmitError};

/// The jobs of a folder. Cheap to clone; the workers end with [`Jobs::stop`] or the last clone.
#[derive(Clone)]
pub struct Jobs(Arc<Owner>);

struct Owner {
    shared: Arc<Shared>,
    workers: Mutex<Vec<std::thread::JoinHandle<()>>>,
    damaged: Vec<Damaged>,
}

impl Jobs {
    /// Reads the jobs of a folder, queues again those that were not finished, and starts the
    /// workers. Folders that hold no job that can be read are reported, see [`Jobs::damaged`], and
    /// left alone.
    ///
    /// # Errors
    /// [`JobsError`].
    pub fn open(
        folder: &Path,
        processes: Vec<Arc<dyn Process>>,
        settings: Settings,
    ) -> Result<Jobs, JobsError> {
        let at = |source: io::Error| JobsError::Io {
            path: folder.to_owned(),
            source,
        };
        let opened = Folder::open(folder).map_err(at)?;
        let opened = opened.ok_or_else(|| JobsError::InUse(folder.to_owned()))?;
        let (found, damaged) = opened.read().map_err(at)?;
        for Damaged { path, reason } in &damaged {
            tracing::warn!(path = %path.display(), %reason, "a job cannot be read and is skipped");
        }
        let shared = Arc::new(Shared::new(opened, processes, settings));
        shared.take_up(found);
        let jobs = Jobs(Arc::new(Owner {
            shared,
            workers: Mutex::default(),
            damaged,
        }));
        jobs.start().map_err(at)?;
        Ok(jobs)
    }

    fn start(&self) -> io::Result<()> {
        let mut workers = self
            .0
            .workers
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        for number in 0..self.0.shared.settings.workers.max(1) {
            let shared = Arc::clone(&self.0.shared);
            shared.state().working += 1;
            let started = std::thread::Builder::new()
                .name(format!("job-{number}"))
                .spawn(move || shared.work());
            match started {
                Ok(worker) => workers.push(worker),
                Err(error) => {
                    self.0.shared.state().working -= 1;
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    /// The processes, by id.
    pub fn processes(&self) -> impl Iterator<Item = &ProcessDescription> {
        let processes = self.0.shared.processes.values();
        processes.map(|registered| &registered.description)
    }

    /// One process.
    pub fn process(&self, id: &str) -> Option<&ProcessDescription> {
        let found = self.0.shared.processes.get(id);
        found.map(|registered| &registered.description)
    }

    /// Folders found at the start that hold no job that can be read, with the reason.
    pub fn damaged(&self) -> impl Iterator<Item = (&Path, &str)> {
        let damaged = self.0.damaged.iter();
        damaged.map(|one| (one.path.as_path(), one.reason.as_str()))
    }

    /// Takes a job. It is on the disk when this returns.
    ///
    /// # Errors
    /// [`SubmitError`]; no job was made then.
    pub fn submit(&self, submission: Submission) -> Result<Job, SubmitError> {
        self.0.shared.submit(submission)
    }

    /// A job as it is now.
    pub fn job(&self, id: &str) -> Option<Job> {
        let state = self.0.shared.state();
        state.jobs.get(id).map(|job| state.shown(job))
    }

    /// All jobs, the newest first.
    pub fn list(&self) -> Vec<Job> {
        let state = self.0.shared.state();
        let mut all: Vec<Job> = state.jobs.values().map(|job| state.shown(job)).collect();
        all.sort_by(|a, b| b.created.cmp(&a.created).then_with(|| a.id.cmp(&b.id)));
        all
    }

    /// Cancels a job that is queued or running, or removes the results of a finished one. `None`
    /// where there is no such job. Dismissing a dismissed job changes nothing.
    ///
    /// # Errors
    /// The new state cannot be kept.
    pub fn dismiss(&self, id: &str) -> io::Result<Option<Job>> {
        self.0.shared.dismiss(id)
    }

    /// Waits until a job has ended, at most so long and not beyond the workers' end; gives its state
    /// then. Blocks the thread.
    pub fn wait(&self, id: &str, most: Duration) -> Option<Job> {
        let until = Instant::now() + most;
        let shared = &self.0.shared;
        let mut state = shared.state();
        loop {
            let job = state.jobs.get(id)?;
            let left = until.saturating_duration_since(Instant::now());
            let is_over = state.ending && state.working == 0;
            if job.status.is_final() || left.is_zero() || is_over {
                return Some(state.shown(job));
            }
            let waited = shared.ended.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// A result of a successful job with its content.
    ///
    /// # Errors
    /// [`ResultError`].
    pub fn result(&self, id: &str, output: &str) -> Result<(ResultFile, Vec<u8>), ResultError> {
        let job = self.job(id).ok_or(ResultError::NoSuchJob)?;
        if job.status != Status::Successful {
            return Err(ResultError::NoResults(job.status));
        }
        let file = job.results.into_iter().find(|file| file.id == output);
        let file = file.ok_or(ResultError::NoSuchResult)?;
        match self.0.shared.folder.read_result(id, &file.file_name) {
            Ok(bytes) => Ok((file, bytes)),
            // Dismissed or removed since it was looked up.
            Err(_)
                if self
                    .job(id)
                    .is_none_or(|job| job.status != Status::Successful) =>
            {
                Err(ResultError::NoSuchJob)
            }
            Err(error) => Err(ResultError::Io(error)),
        }
    }

    /// Ends the workers: running jobs are asked to stop and are computed anew at the next start.
    /// Waits at most so long, and says whether all have ended.
    pub fn stop(&self, most: Duration) -> bool {
        self.0.shared.end();
        let until = Instant::now() + most;
        let shared = &self.0.shared;
        let mut state = shared.state();
        while state.working > 0 {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            let waited = shared.ended.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        drop(state);
        let mut workers = self
            .0
            .workers
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        for worker in workers.drain(..) {
            // What a worker panics with was reported by its own guard.
            let _ = worker.join();
        }
        true
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        self.shared.end();
    }
}

#[cfg(test)]
#[path = "jobs_tests.rs"]
mod tests;
