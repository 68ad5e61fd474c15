//! The queue, the workers, and what is kept of finished jobs.

use std::any::Any;
use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::folder::{Folder, is_file_name};
use crate::job::{Job, ResultFile, Status};
use crate::process::{Output, Process, ProcessDescription, RunError};
use crate::progress::Progress;
use crate::request::{JobsError, ResultError, Settings, Submission, SubmitError};

/// The jobs of a folder. Cheap to clone; the workers end with [`Jobs::stop`] or the last clone.
#[derive(Clone)]
pub struct Jobs(Arc<Owner>);

struct Owner {
    shared: Arc<Shared>,
    workers: Mutex<Vec<std::thread::JoinHandle<()>>>,
    damaged: Vec<(PathBuf, String)>,
}

struct Registered {
    description: ProcessDescription,
    process: Arc<dyn Process>,
}

struct Shared {
    folder: Folder,
    settings: Settings,
    processes: BTreeMap<String, Registered>,
    state: Mutex<State>,
    /// Told when the queue or `ending` changed.
    work: Condvar,
    /// Told when a job ended or a worker did.
    ended: Condvar,
}

#[derive(Default)]
struct State {
    jobs: BTreeMap<String, Job>,
    queue: VecDeque<String>,
    running: BTreeMap<String, Progress>,
    ending: bool,
    working: usize,
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
        for (path, reason) in &damaged {
            tracing::warn!(path = %path.display(), %reason, "a job cannot be read and is skipped");
        }
        let processes = processes.into_iter().map(|process| {
            let description = process.description();
            let id = description.id.clone();
            (
                id,
                Registered {
                    description,
                    process,
                },
            )
        });
        let shared = Arc::new(Shared {
            folder: opened,
            processes: processes.collect(),
            state: Mutex::default(),
            work: Condvar::new(),
            ended: Condvar::new(),
            settings,
        });
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
    pub fn damaged(&self) -> &[(PathBuf, String)] {
        &self.0.damaged
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

    /// Waits until a job has ended, at most so long; gives its state then. Blocks the thread.
    pub fn wait(&self, id: &str, most: Duration) -> Option<Job> {
        let until = Instant::now() + most;
        let shared = &self.0.shared;
        let mut state = shared.state();
        loop {
            let job = state.jobs.get(id)?;
            let left = until.saturating_duration_since(Instant::now());
            if job.status.is_final() || left.is_zero() {
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

impl State {
    /// A job with what its process last said.
    fn shown(&self, job: &Job) -> Job {
        let mut job = job.clone();
        if let Some(progress) = self.running.get(&job.id)
            && job.status == Status::Running
        {
            let told = progress.told();
            // 100 is what a job with results has.
            job.progress = told.percent.min(99);
            job.message = told.message.or(job.message);
            job.updated = told.at.map_or(job.updated, |at| at.max(job.updated));
        }
        job
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes a state that is in memory already. Where it cannot be written, the job is computed
    /// again after a restart, which is right; so the log is all that is told.
    fn keep(&self, job: &Job) {
        if let Err(error) = self.folder.write(job) {
            tracing::error!(job = job.id, %error, "the state of a job cannot be written");
        }
    }

    /// Queues again what an earlier run of the program left unfinished.
    fn take_up(&self, found: Vec<Job>) {
        let mut state = self.state();
        let mut again: Vec<(Timestamp, String)> = Vec::new();
        for mut job in found {
            if !job.status.is_final() {
                if job.attended {
                    job.end(
                        Status::Dismissed,
                        "the service was restarted while a client waited",
                    );
                } else if !self.processes.contains_key(&job.process) {
                    job.end(Status::Failed, "the service no longer has this process");
                } else if job.attempts >= self.settings.attempts {
                    let attempts = job.attempts;
                    job.end(
                        Status::Failed,
                        format!("the service ended {attempts} times while it computed this job"),
                    );
                } else {
                    job.status = Status::Accepted;
                    job.progress = 0;
                    job.updated = Timestamp::now();
                    job.message = Some("queued again after a restart of the service".to_owned());
                    again.push((job.created, job.id.clone()));
                }
                self.keep(&job);
            }
            state.jobs.insert(job.id.clone(), job);
        }
        again.sort();
        state.queue.extend(again.into_iter().map(|(_, id)| id));
        self.remove_oldest(&mut state);
    }

    fn submit(&self, submission: Submission) -> Result<Job, SubmitError> {
        let Some(registered) = self.processes.get(&submission.process) else {
            return Err(SubmitError::NoSuchProcess(submission.process));
        };
        let most = self.settings.input_bytes;
        let bytes = serde_json::to_vec(&submission.inputs).map_or(usize::MAX, |json| json.len());
        if bytes > most {
            return Err(SubmitError::TooLarge { bytes, most });
        }
        registered.description.check_names(&submission.inputs)?;
        registered.process.check(&submission.inputs)?;
        let now = Timestamp::now();
        let job = Job {
            id: new_id()?,
            process: submission.process,
            process_version: registered.description.version.clone(),
            inputs: submission.inputs,
            note: submission.note,
            attended: submission.attended,
            status: Status::Accepted,
            message: Some("in the queue".to_owned()),
            refused_input: None,
            progress: 0,
            attempts: 0,
            created: now,
            started: None,
            finished: None,
            updated: now,
            results: Vec::new(),
        };
        let mut state = self.state();
        if state.ending {
            return Err(SubmitError::Ending);
        }
        if state.queue.len() >= self.settings.queue_length {
            return Err(SubmitError::QueueFull(state.queue.len()));
        }
        self.folder.write(&job)?;
        // Before those for which nobody waits, behind the others.
        let is_unattended = |id: &String| state.jobs.get(id).is_none_or(|other| !other.attended);
        let place = match job.attended {
            true => state.queue.iter().position(is_unattended),
            false => None,
        };
        let place = place.unwrap_or(state.queue.len());
        state.queue.insert(place, job.id.clone());
        state.jobs.insert(job.id.clone(), job.clone());
        drop(state);
        self.work.notify_one();
        Ok(job)
    }

    fn dismiss(&self, id: &str) -> io::Result<Option<Job>> {
        let mut state = self.state();
        let Some(job) = state.jobs.get(id) else {
            return Ok(None);
        };
        let mut dismissed = job.clone();
        match job.status {
            Status::Dismissed => return Ok(Some(dismissed)),
            Status::Accepted | Status::Running => {
                dismissed.end(Status::Dismissed, "cancelled");
            }
            Status::Successful | Status::Failed => {
                let finished = job.finished;
                dismissed.end(Status::Dismissed, "its results were removed");
                dismissed.finished = finished;
            }
        }
        dismissed.results.clear();
        self.folder.write(&dismissed)?;
        state.queue.retain(|queued| queued != id);
        if let Some(progress) = state.running.get(id) {
            progress.cancel();
        }
        state.jobs.insert(id.to_owned(), dismissed.clone());
        let removed = self.folder.remove_results(id);
        drop(state);
        self.ended.notify_all();
        removed?;
        Ok(Some(dismissed))
    }

    fn end(&self) {
        let mut state = self.state();
        state.ending = true;
        state.running.values().for_each(Progress::cancel);
        drop(state);
        self.work.notify_all();
    }

    /// What a worker does until the service ends.
    fn work(&self) {
        while let Some((job, progress)) = self.next() {
            let registered = &self.processes[&job.process];
            let run = || registered.process.run(&job.inputs, &progress);
            // The state that a process shares with the service is guarded by itself.
            let ran = catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panic| {
                tracing::error!(
                    job = job.id,
                    panic = panic_text(&*panic),
                    "a process panicked"
                );
                let reason =
                    "the process failed unexpectedly; the log of the service has the cause";
                Err(RunError::Failed(reason.to_owned()))
            });
            let ran = ran.and_then(|outputs| self.write_results(&job, outputs));
            self.finish(&job.id, ran);
        }
        self.state().working -= 1;
        self.ended.notify_all();
    }

    /// The next job, once there is one; `None` when the service ends.
    fn next(&self) -> Option<(Job, Progress)> {
        let mut state = self.state();
        loop {
            if state.ending {
                return None;
            }
            if let Some(id) = state.queue.pop_front()
                && let Some(job) = state.jobs.get_mut(&id)
            {
                let now = Timestamp::now();
                job.status = Status::Running;
                job.attempts += 1;
                job.started = Some(now);
                job.updated = now;
                job.message = Some("computing".to_owned());
                job.process_version = self.processes[&job.process].description.version.clone();
                let job = job.clone();
                let progress = Progress::default();
                state.running.insert(id, progress.clone());
                self.keep(&job);
                return Some((job, progress));
            }
            let woken = self.work.wait(state);
            state = woken.unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Writes the results of a job that may have been dismissed meanwhile.
    fn write_results(&self, job: &Job, outputs: Vec<Output>) -> Result<Vec<ResultFile>, RunError> {
        let described = &self.processes[&job.process].description.outputs;
        let defect = |what: &str, name: &str| {
            tracing::error!(job = job.id, name, "{what}");
            RunError::Failed("the process gave a result that it does not describe".to_owned())
        };
        let size: u64 = outputs.iter().map(|output| output.bytes.len() as u64).sum();
        let most = self.settings.kept_bytes;
        if size > most {
            let reason =
                format!("the results have {size} bytes; {most} are the most: ask for less");
            return Err(RunError::Failed(reason));
        }
        let mut files: Vec<ResultFile> = Vec::new();
        for output in outputs {
            if !described.iter().any(|known| known.id == output.id) {
                return Err(defect("an output is not described", &output.id));
            }
            let is_taken =
                |file: &ResultFile| file.file_name == output.file_name || file.id == output.id;
            if !is_file_name(&output.file_name) || files.iter().any(is_taken) {
                return Err(defect("a file has no usable name", &output.file_name));
            }
            let written = self
                .folder
                .write_result(&job.id, &output.file_name, &output.bytes);
            if let Err(error) = written {
                tracing::error!(job = job.id, %error, "a result cannot be written");
                return Err(RunError::Failed(
                    "the result could not be written".to_owned(),
                ));
            }
            files.push(ResultFile {
                size_bytes: output.bytes.len() as u64,
                id: output.id,
                file_name: output.file_name,
                media_type: output.media_type,
            });
        }
        Ok(files)
    }

    fn finish(&self, id: &str, ran: Result<Vec<ResultFile>, RunError>) {
        let mut state = self.state();
        let progress = state.running.remove(id).unwrap_or_default();
        let is_ending = state.ending;
        let Some(job) = state.jobs.get_mut(id) else {
            return;
        };
        if job.status == Status::Dismissed {
            // Whatever it wrote after it was dismissed.
            if let Err(error) = self.folder.remove_results(id) {
                tracing::warn!(job = id, %error, "results of a dismissed job cannot be removed");
            }
            return;
        }
        job.progress = progress.told().percent.min(99);
        match ran {
            Ok(results) => {
                job.results = results;
                job.progress = 100;
                job.end(Status::Successful, "done");
            }
            Err(RunError::Cancelled) if is_ending => {
                job.status = Status::Accepted;
                job.attempts = job.attempts.saturating_sub(1);
                job.progress = 0;
                job.updated = Timestamp::now();
                job.message = Some("interrupted by the end of the service".to_owned());
            }
            Err(RunError::Cancelled) => job.end(Status::Dismissed, "cancelled"),
            Err(RunError::Input(error)) => job.refuse(&error),
            Err(RunError::Failed(reason)) => job.end(Status::Failed, reason),
        }
        if job.status != Status::Successful
            && let Err(error) = self.folder.remove_results(id)
        {
            tracing::warn!(job = id, %error, "parts of results cannot be removed");
        }
        let job = job.clone();
        self.keep(&job);
        self.remove_oldest(&mut state);
        drop(state);
        self.ended.notify_all();
    }

    /// Removes the jobs that finished first until the bounds hold.
    fn remove_oldest(&self, state: &mut State) {
        let mut finished: Vec<(Timestamp, String, u64)> = state
            .jobs
            .values()
            // One that is still being stopped has a worker writing into its folder.
            .filter(|job| job.status.is_final() && !state.running.contains_key(&job.id))
            .map(|job| {
                let at = job.finished.unwrap_or(job.updated);
                (at, job.id.clone(), job.result_bytes())
            })
            .collect();
        finished.sort();
        let mut left = finished.len();
        let mut bytes: u64 = finished.iter().map(|(_, _, bytes)| bytes).sum();
        for (_, id, own_bytes) in finished {
            if left <= self.settings.kept_jobs && bytes <= self.settings.kept_bytes {
                return;
            }
            left -= 1;
            bytes -= own_bytes;
            state.jobs.remove(&id);
            if let Err(error) = self.folder.remove(&id) {
                tracing::warn!(job = id, %error, "an old job cannot be removed");
            }
        }
    }
}

/// 128 random bits.
fn new_id() -> io::Result<String> {
    let mut random = [0_u8; 16];
    getrandom::fill(&mut random).map_err(io::Error::other)?;
    Ok(random.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn panic_text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no text")
}

#[cfg(test)]
#[path = "jobs_tests.rs"]
mod tests;
