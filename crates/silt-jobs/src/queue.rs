//! The queue, the workers, and what is kept of finished jobs.

use std::any::Any;
use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use crate::folder::{Folder, is_file_name};
use crate::job::{Job, ResultFile, Status};
use crate::process::{Output, Process, ProcessDescription, RunError};
use crate::progress::Progress;
use crate::request::{Settings, Submission, SubmitError};

pub(crate) struct Registered {
    pub(crate) description: ProcessDescription,
    pub(crate) process: Arc<dyn Process>,
}

pub(crate) struct Shared {
    pub(crate) folder: Folder,
    pub(crate) settings: Settings,
    pub(crate) processes: BTreeMap<String, Registered>,
    pub(crate) state: Mutex<State>,
    /// Told when the queue or `ending` changed.
    pub(crate) work: Condvar,
    /// Told when a job ended or a worker did.
    pub(crate) ended: Condvar,
}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) jobs: BTreeMap<String, Job>,
    pub(crate) queue: VecDeque<String>,
    pub(crate) running: BTreeMap<String, Progress>,
    pub(crate) ending: bool,
    pub(crate) working: usize,
}

impl State {
    /// A job with what its process last said.
    pub(crate) fn shown(&self, job: &Job) -> Job {
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
    pub(crate) fn new(
        folder: Folder,
        processes: Vec<Arc<dyn Process>>,
        settings: Settings,
    ) -> Shared {
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
        Shared {
            folder,
            settings,
            processes: processes.collect(),
            state: Mutex::default(),
            work: Condvar::new(),
            ended: Condvar::new(),
        }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
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
    pub(crate) fn take_up(&self, found: Vec<Job>) {
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
                    job.is_defect = true;
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

    pub(crate) fn submit(&self, submission: Submission) -> Result<Job, SubmitError> {
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
            is_defect: false,
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

    pub(crate) fn dismiss(&self, id: &str) -> io::Result<Option<Job>> {
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

    pub(crate) fn end(&self) {
        let mut state = self.state();
        state.ending = true;
        state.running.values().for_each(Progress::cancel);
        drop(state);
        self.work.notify_all();
    }

    /// What a worker does until the service ends.
    pub(crate) fn work(&self) {
        while let Some((job, progress)) = self.next() {
            let registered = &self.processes[&job.process];
            let run = || registered.process.run(&job.inputs, &progress);
            // The state that a process shares with the service is guarded by itself.
            let ran = match catch_unwind(AssertUnwindSafe(run)) {
                Ok(ran) => ran.map_err(Failure::Run),
                Err(panic) => {
                    let panic = panic_text(&*panic);
                    tracing::error!(job = job.id, panic, "a process panicked");
                    Err(Failure::Defect("the process failed unexpectedly"))
                }
            };
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
    fn write_results(&self, job: &Job, outputs: Vec<Output>) -> Result<Vec<ResultFile>, Failure> {
        let described = &self.processes[&job.process].description.outputs;
        let defect = |what: &str, name: &str| {
            tracing::error!(job = job.id, name, "{what}");
            Failure::Defect("the process gave a result that it does not describe")
        };
        let size: u64 = outputs.iter().map(|output| output.bytes.len() as u64).sum();
        let most = self.settings.kept_bytes;
        if size > most {
            let reason =
                format!("the results have {size} bytes; {most} are the most: ask for less");
            return Err(Failure::Run(RunError::Failed(reason)));
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
                return Err(Failure::Defect("the result could not be written"));
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

    fn finish(&self, id: &str, ran: Result<Vec<ResultFile>, Failure>) {
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
            Err(Failure::Run(RunError::Cancelled)) if is_ending => {
                job.status = Status::Accepted;
                job.attempts = job.attempts.saturating_sub(1);
                job.progress = 0;
                job.updated = Timestamp::now();
                job.message = Some("interrupted by the end of the service".to_owned());
            }
            Err(Failure::Run(RunError::Cancelled)) => job.end(Status::Dismissed, "cancelled"),
            Err(Failure::Run(RunError::Input(error))) => job.refuse(&error),
            Err(Failure::Run(RunError::Failed(reason))) => job.end(Status::Failed, reason),
            Err(Failure::Defect(reason)) => {
                job.is_defect = true;
                job.end(
                    Status::Failed,
                    format!("{reason}; the log of the service has the cause"),
                );
            }
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

/// Why a run left no result.
enum Failure {
    Run(RunError),
    /// A fault of the process or of the service, for the person who asked.
    Defect(&'static str),
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
