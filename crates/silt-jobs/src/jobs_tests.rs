use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::*;
use crate::process::{
    InputDescription, InputError, Inputs, JobControl, Output, OutputDescription, RunError,
};
use crate::progress::Progress;

/// Long enough for anything here to end; a test that waits so long has failed.
const LONG: Duration = Duration::from_secs(60);

/// What the test process does is in its input `do`.
#[derive(Default)]
struct Probe {
    runs: AtomicU32,
    /// Told when a run of `wait` began.
    began: Mutex<Option<Sender<()>>>,
    released: AtomicBool,
}

impl Process for Probe {
    fn description(&self) -> ProcessDescription {
        ProcessDescription {
            id: "probe".to_owned(),
            version: "1".to_owned(),
            title: "Probe".to_owned(),
            description: String::new(),
            keywords: Vec::new(),
            job_control: vec![JobControl::AsyncExecute, JobControl::Dismiss],
            inputs: ["do", "size"]
                .map(|id| InputDescription {
                    id: id.to_owned(),
                    title: id.to_owned(),
                    description: String::new(),
                    required: id == "do",
                    schema: json!({"type": "string"}),
                })
                .to_vec(),
            outputs: vec![OutputDescription {
                id: "answer".to_owned(),
                title: "Answer".to_owned(),
                description: String::new(),
                schema: json!({"type": "string"}),
            }],
        }
    }

    fn check(&self, inputs: &Inputs) -> Result<(), InputError> {
        match inputs["do"].as_str() {
            Some("refuse") | None => Err(InputError::new("do", "is not to be done")),
            Some(_) => Ok(()),
        }
    }

    fn run(&self, inputs: &Inputs, progress: &Progress) -> Result<Vec<Output>, RunError> {
        self.runs.fetch_add(1, Ordering::SeqCst);
        let size = inputs.get("size").and_then(Value::as_u64).unwrap_or(6) as usize;
        let mut file_name = "answer.txt";
        match inputs["do"].as_str().unwrap_or_default() {
            "panic" => panic!("as asked"),
            "fail" => return Err(RunError::Failed("as asked".to_owned())),
            "stale" => return Err(InputError::new("do", "is gone").into()),
            "escape" => file_name = "../answer.txt",
            "wait" => {
                progress.set(40, "waiting");
                progress.set(30, "still waiting");
                if let Some(began) = &*self.began.lock().expect("a lock") {
                    began.send(()).expect("a test that listens");
                }
                while !self.released.load(Ordering::SeqCst) {
                    progress.check()?;
                    std::thread::sleep(Duration::from_millis(1));
                }
            }
            _ => {}
        }
        Ok(vec![Output {
            id: "answer".to_owned(),
            file_name: file_name.to_owned(),
            media_type: "text/plain".to_owned(),
            bytes: vec![b'a'; size],
        }])
    }
}

struct Bench {
    folder: TempDir,
    probe: Arc<Probe>,
    began: Receiver<()>,
}

impl Bench {
    fn new() -> Bench {
        let (sender, began) = channel();
        let probe = Probe {
            began: Mutex::new(Some(sender)),
            ..Probe::default()
        };
        Bench {
            folder: tempfile::tempdir().expect("a folder"),
            probe: Arc::new(probe),
            began,
        }
    }

    fn open(&self, settings: Settings) -> Jobs {
        let probe: Arc<dyn Process> = Arc::clone(&self.probe) as Arc<dyn Process>;
        Jobs::open(self.folder.path(), vec![probe], settings).expect("jobs")
    }

    fn runs(&self) -> u32 {
        self.probe.runs.load(Ordering::SeqCst)
    }
}

fn wanted(what: &str) -> Submission {
    let Value::Object(inputs) = json!({"do": what}) else {
        unreachable!("an object");
    };
    Submission {
        process: "probe".to_owned(),
        inputs,
        note: json!({"response": "raw"}),
        attended: false,
    }
}

#[test]
fn a_job_runs_and_its_result_outlives_the_program() {
    let bench = Bench::new();
    let jobs = bench.open(Settings::default());
    let submitted = jobs.submit(wanted("answer")).expect("taken");
    assert_eq!(submitted.status, Status::Accepted);
    assert_eq!(submitted.id.len(), 32);
    let done = jobs.wait(&submitted.id, LONG).expect("a job");
    assert_eq!((done.status, done.progress), (Status::Successful, 100));
    assert!(done.created <= done.started.expect("started"));
    assert!(done.started <= done.finished);
    let (file, bytes) = jobs.result(&done.id, "answer").expect("a result");
    assert_eq!(
        (file.media_type.as_str(), bytes.as_slice()),
        ("text/plain", &b"aaaaaa"[..])
    );
    assert!(matches!(
        jobs.result(&done.id, "other"),
        Err(ResultError::NoSuchResult)
    ));
    assert!(matches!(
        jobs.result("other", "answer"),
        Err(ResultError::NoSuchJob)
    ));

    assert!(jobs.stop(LONG));
    assert!(matches!(
        jobs.submit(wanted("answer")),
        Err(SubmitError::Ending)
    ));
    drop(jobs);
    let jobs = bench.open(Settings::default());
    assert_eq!(jobs.job(&done.id), Some(done.clone()));
    assert_eq!(jobs.result(&done.id, "answer").expect("a result").1, bytes);
    assert_eq!(bench.runs(), 1);
}

#[test]
fn what_cannot_be_computed_is_refused_at_submission() {
    let bench = Bench::new();
    let settings = Settings {
        input_bytes: 100,
        ..Settings::default()
    };
    let jobs = bench.open(settings);
    let refused = |submission: Submission| match jobs.submit(submission) {
        Err(SubmitError::Input(error)) => error.input,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(wanted("refuse")), "do");
    let mut unknown = wanted("answer");
    unknown.inputs.insert("colour".to_owned(), json!(1));
    assert_eq!(refused(unknown), "colour");
    let mut missing = wanted("answer");
    missing.inputs.clear();
    assert_eq!(refused(missing), "do");
    let other = Submission {
        process: "other".to_owned(),
        ..wanted("answer")
    };
    assert!(matches!(
        jobs.submit(other),
        Err(SubmitError::NoSuchProcess(_))
    ));
    let large = wanted(&"x".repeat(200));
    assert!(matches!(
        jobs.submit(large),
        Err(SubmitError::TooLarge { most: 100, .. })
    ));
    assert!(jobs.list().is_empty());
}

#[test]
fn failures_are_told_and_a_panic_ends_only_its_job() {
    let bench = Bench::new();
    let jobs = bench.open(Settings::default());
    for (what, message) in [
        ("panic", "unexpectedly"),
        ("fail", "as asked"),
        ("stale", "is gone"),
        ("escape", "does not describe"),
    ] {
        let job = jobs.submit(wanted(what)).expect("taken");
        let job = jobs.wait(&job.id, LONG).expect("a job");
        assert_eq!(job.status, Status::Failed, "{what}");
        let told = job.message.expect("a message");
        assert!(told.contains(message), "{what}: {told}");
        assert_eq!(job.is_defect, matches!(what, "panic" | "escape"), "{what}");
        assert_eq!(
            job.refused_input.as_deref(),
            (what == "stale").then_some("do")
        );
        assert!(matches!(
            jobs.result(&job.id, "answer"),
            Err(ResultError::NoResults(Status::Failed))
        ));
    }
    assert!(!bench.folder.path().join("answer.txt").exists());
    let job = jobs.submit(wanted("answer")).expect("taken");
    assert_eq!(
        jobs.wait(&job.id, LONG).map(|job| job.status),
        Some(Status::Successful)
    );
}

#[test]
fn queued_running_and_finished_jobs_can_be_dismissed() {
    let bench = Bench::new();
    let jobs = bench.open(Settings::default());
    let running = jobs.submit(wanted("wait")).expect("taken");
    bench.began.recv_timeout(LONG).expect("it began");
    let shown = jobs.job(&running.id).expect("a job");
    assert_eq!((shown.status, shown.progress), (Status::Running, 40));
    assert_eq!(shown.message.as_deref(), Some("still waiting"));
    let queued = jobs.submit(wanted("answer")).expect("taken");
    let next = jobs.submit(wanted("answer")).expect("taken");

    for id in [&queued.id, &running.id] {
        let dismissed = jobs.dismiss(id).expect("kept").expect("a job");
        assert_eq!(dismissed.status, Status::Dismissed);
        let again = jobs.dismiss(id).expect("kept").expect("a job");
        assert_eq!(again, dismissed);
    }
    // The worker went on with the one behind; the one that was queued never ran.
    let done = jobs.wait(&next.id, LONG).expect("a job");
    assert_eq!(done.status, Status::Successful);
    assert_eq!(bench.runs(), 2);

    let dismissed = jobs.dismiss(&next.id).expect("kept").expect("a job");
    assert_eq!(
        (dismissed.status, dismissed.finished),
        (Status::Dismissed, done.finished)
    );
    assert!(matches!(
        jobs.result(&next.id, "answer"),
        Err(ResultError::NoResults(Status::Dismissed))
    ));
    assert!(
        !bench
            .folder
            .path()
            .join(&next.id)
            .join("answer.txt")
            .exists()
    );
    assert!(jobs.dismiss("other").expect("nothing to keep").is_none());

    assert!(jobs.stop(LONG));
    drop(jobs);
    let jobs = bench.open(Settings::default());
    assert!(
        jobs.list()
            .iter()
            .all(|job| job.status == Status::Dismissed)
    );
    assert_eq!(jobs.list().len(), 3);
}

#[test]
fn jobs_that_were_not_finished_run_again_after_a_restart() {
    let bench = Bench::new();
    let jobs = bench.open(Settings::default());
    let running = jobs.submit(wanted("wait")).expect("taken");
    bench.began.recv_timeout(LONG).expect("it began");
    let queued = jobs.submit(wanted("answer")).expect("taken");
    let attended = Submission {
        attended: true,
        ..wanted("answer")
    };
    let attended = jobs.submit(attended).expect("taken");
    assert!(jobs.stop(LONG));
    drop(jobs);

    // As after `kill -9`: the state on the disk is that of a running job.
    let record = bench.folder.path().join(&running.id).join("job.json");
    let text = std::fs::read_to_string(&record).expect("a record");
    let interrupted: Job = serde_json::from_str(&text).expect("a job");
    assert_eq!(
        (interrupted.status, interrupted.attempts),
        (Status::Accepted, 0)
    );
    let killed = text.replace("\"accepted\"", "\"running\"");
    assert_ne!(killed, text);
    std::fs::write(&record, killed).expect("written");

    let jobs = bench.open(Settings::default());
    bench.began.recv_timeout(LONG).expect("it began again");
    let waiting = jobs.job(&queued.id).expect("a job");
    assert_eq!(waiting.status, Status::Accepted);
    let message = waiting.message.expect("a message");
    assert!(message.contains("restart"), "{message}");
    assert_eq!(
        jobs.job(&attended.id).map(|job| job.status),
        Some(Status::Dismissed)
    );
    bench.probe.released.store(true, Ordering::SeqCst);
    for id in [&running.id, &queued.id] {
        let done = jobs.wait(id, LONG).expect("a job");
        assert_eq!(done.status, Status::Successful);
        assert_eq!(jobs.result(id, "answer").expect("a result").1, b"aaaaaa");
    }
}

#[test]
fn a_job_that_takes_the_program_down_is_not_tried_for_ever() {
    let bench = Bench::new();
    let jobs = bench.open(Settings::default());
    let job = jobs.submit(wanted("wait")).expect("taken");
    bench.began.recv_timeout(LONG).expect("it began");
    assert!(jobs.stop(LONG));
    drop(jobs);
    let record = bench.folder.path().join(&job.id).join("job.json");
    let text = std::fs::read_to_string(&record).expect("a record");
    let mut killed: Job = serde_json::from_str(&text).expect("a job");
    killed.status = Status::Running;
    killed.attempts = Settings::default().attempts;
    std::fs::write(&record, serde_json::to_vec(&killed).expect("JSON")).expect("written");
    let jobs = bench.open(Settings::default());
    let job = jobs.job(&job.id).expect("a job");
    assert_eq!(job.status, Status::Failed);
    assert!(
        job.message
            .is_some_and(|message| message.contains("3 times"))
    );
}

#[test]
fn damaged_folders_are_reported_and_left_alone() {
    let bench = Bench::new();
    let jobs = bench.open(Settings::default());
    let [good, torn, moved, shrunk, strange] = [(); 5].map(|()| {
        let job = jobs.submit(wanted("answer")).expect("taken");
        jobs.wait(&job.id, LONG).expect("a job").id
    });
    assert!(jobs.stop(LONG));
    drop(jobs);
    let path = |id: &str, name: &str| bench.folder.path().join(id).join(name);
    let record = std::fs::read_to_string(path(&torn, "job.json")).expect("a record");
    std::fs::write(path(&torn, "job.json"), &record[..record.len() / 2]).expect("written");
    let elsewhere = bench.folder.path().join("0123");
    std::fs::rename(bench.folder.path().join(&moved), &elsewhere).expect("renamed");
    std::fs::write(path(&shrunk, "answer.txt"), b"aa").expect("written");
    let record = std::fs::read_to_string(path(&strange, "job.json")).expect("a record");
    let record = record.replace("answer.txt", "../answer.txt");
    std::fs::write(path(&strange, "job.json"), record).expect("written");
    std::fs::create_dir(bench.folder.path().join("empty")).expect("made");

    let jobs = bench.open(Settings::default());
    let damaged: Vec<_> = jobs.damaged().collect();
    assert_eq!(damaged.len(), 5, "{damaged:?}");
    let ids: Vec<String> = jobs.list().into_iter().map(|job| job.id).collect();
    assert_eq!(ids, [good]);
    assert!(elsewhere.join("job.json").exists());
}

#[test]
fn the_oldest_finished_jobs_make_room() {
    let bench = Bench::new();
    let settings = Settings {
        kept_jobs: 3,
        kept_bytes: 25,
        queue_length: 2,
        ..Settings::default()
    };
    let jobs = bench.open(settings);
    let ids: Vec<String> = (0..5)
        .map(|_| {
            let job = jobs.submit(wanted("answer")).expect("taken");
            jobs.wait(&job.id, LONG).expect("a job").id
        })
        .collect();
    let kept = |jobs: &Jobs| -> Vec<bool> { ids.iter().map(|id| jobs.job(id).is_some()).collect() };
    assert_eq!(kept(&jobs), [false, false, true, true, true]);
    assert!(!bench.folder.path().join(&ids[0]).exists());

    // By bytes: 6 + 6 + 15 are more than 25.
    let mut larger = wanted("answer");
    larger.inputs.insert("size".to_owned(), json!(15));
    let larger = jobs.submit(larger).expect("taken");
    assert_eq!(
        jobs.wait(&larger.id, LONG).map(|job| job.status),
        Some(Status::Successful)
    );
    assert_eq!(kept(&jobs), [false, false, false, false, true]);
    let mut largest = wanted("answer");
    largest.inputs.insert("size".to_owned(), json!(26));
    let largest = jobs.submit(largest).expect("taken");
    assert_eq!(
        jobs.wait(&largest.id, LONG).map(|job| job.status),
        Some(Status::Failed)
    );

    let running = jobs.submit(wanted("wait")).expect("taken");
    bench.began.recv_timeout(LONG).expect("it began");
    for _ in 0..2 {
        jobs.submit(wanted("answer")).expect("taken");
    }
    let refused = jobs.submit(wanted("answer"));
    assert!(
        matches!(refused, Err(SubmitError::QueueFull(2))),
        "{refused:?}"
    );
    jobs.dismiss(&running.id).expect("kept");
}

#[test]
fn who_waits_goes_first() {
    let bench = Bench::new();
    let jobs = bench.open(Settings::default());
    let running = jobs.submit(wanted("wait")).expect("taken");
    bench.began.recv_timeout(LONG).expect("it began");
    let patient = jobs.submit(wanted("answer")).expect("taken");
    let attended = Submission {
        attended: true,
        ..wanted("answer")
    };
    let first = jobs.submit(attended.clone()).expect("taken");
    let second = jobs.submit(attended).expect("taken");
    jobs.dismiss(&running.id).expect("kept");
    let started = |id: &str| {
        jobs.wait(id, LONG)
            .and_then(|job| job.started)
            .expect("started")
    };
    let (patient, first, second) = (
        started(&patient.id),
        started(&first.id),
        started(&second.id),
    );
    assert!(first <= second && second <= patient);
}

#[test]
fn two_programs_do_not_run_the_same_jobs() {
    let bench = Bench::new();
    let jobs = bench.open(Settings::default());
    let probe: Arc<dyn Process> = Arc::new(Probe::default());
    let second = Jobs::open(
        bench.folder.path(),
        vec![Arc::clone(&probe)],
        Settings::default(),
    );
    assert!(matches!(second, Err(JobsError::InUse(_))));
    assert!(jobs.stop(LONG));
    drop(jobs);
    assert!(Jobs::open(bench.folder.path(), vec![probe], Settings::default()).is_ok());
}
