//! A server over a detected synthetic fleet, and a client of it.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use ureq::http;

use crate::support::Silt;

/// Longer than anything here takes; a test that waits so long has failed.
const PATIENCE: Duration = Duration::from_secs(300);

/// A data folder with a small synthetic fleet in which dredging was detected.
pub(crate) fn detected() -> Silt {
    let silt = Silt::new();
    let fleet = silt.path("fleet");
    let fleet = fleet.to_str().expect("a path in UTF-8");
    let size = ["--vessels", "12", "--days", "6", "--seed", "5"];
    let mut arguments = vec!["synth", "ais", "-o", fleet];
    arguments.extend(size);
    silt.ok(&arguments);
    let register = format!("{fleet}/vessels.csv");
    let source = ["--source", "synthetic-vessels", "--edition", "2026-01-01"];
    let mut arguments = vec!["import", register.as_str()];
    arguments.extend(source);
    silt.json(&arguments);
    silt.ok(&["ais", "import", &format!("{fleet}/positions.csv")]);
    silt.ok(&["dredging", "detect"]);
    silt
}

/// A server and a client of it.
pub(crate) struct Served {
    child: Child,
    address: String,
    agent: ureq::Agent,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: http::HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        let text = String::from_utf8_lossy(&self.bytes);
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// Requires a status.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Answer {
        let text = String::from_utf8_lossy(&self.bytes);
        assert_eq!(
            self.status,
            status,
            "{}",
            text.chars().take(600).collect::<String>()
        );
        self
    }

    /// The file name that the answer has for it.
    pub(crate) fn file_name(&self) -> String {
        let parts = self.header("content-disposition").split('"').nth(1);
        parts.expect("a file name").to_owned()
    }
}

impl Served {
    pub(crate) fn start(silt: &Silt, settings: &[&str]) -> Served {
        let mut command = silt.command(&["serve", "--listen", "127.0.0.1:0"]);
        for setting in settings {
            command.args(["--set", setting]);
        }
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the server starts");
        let stdout = child.stdout.take().expect("standard output is piped");
        let mut line = String::new();
        let mut reader = BufReader::new(stdout);
        reader
            .read_line(&mut line)
            .expect("the server says where it listens");
        let address = line.split('/').nth(2);
        let address = address
            .unwrap_or_else(|| panic!("no address in {line:?}"))
            .to_owned();
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .build();
        Served {
            child,
            address,
            agent: agent.into(),
        }
    }

    /// Host and port.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Sends a request; `path` is a path or an address of this server.
    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        let address = match path.starts_with("http://") {
            true => path.to_owned(),
            false => format!("http://{}{path}", self.address),
        };
        let mut request = http::Request::builder().method(method).uri(address);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body.to_vec()).expect("a request");
        let mut response = self.agent.run(request).expect("an answer");
        Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            bytes: response.body_mut().read_to_vec().expect("a body"),
        }
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], b"")
    }

    pub(crate) fn execute(&self, body: &Value, headers: &[(&str, &str)]) -> Answer {
        let mut all = vec![("content-type", "application/json")];
        all.extend_from_slice(headers);
        let path = "/processes/aggregate-extraction/execution";
        self.send("POST", path, &all, body.to_string().as_bytes())
    }

    /// Makes a job; gives its path.
    pub(crate) fn submit(&self, inputs: &Value) -> String {
        let body = json!({"inputs": inputs, "response": "document"});
        let made = self
            .execute(&body, &[("prefer", "respond-async")])
            .expect(201);
        let id = made.json()["jobID"].as_str().expect("an id").to_owned();
        format!("/jobs/{id}")
    }

    /// The job once its state is one of these.
    pub(crate) fn wait(&self, job: &str, statuses: &[&str]) -> Value {
        let begun = Instant::now();
        loop {
            let document = self.get(job).expect(200).json();
            let status = document["status"].as_str().expect("a status");
            if statuses.contains(&status) {
                return document;
            }
            let is_over = ["successful", "failed", "dismissed"].contains(&status);
            assert!(
                !is_over && begun.elapsed() < PATIENCE,
                "{statuses:?}: {document:#}"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Ends the server without a chance to tidy up.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("it ended");
    }

    /// Asks the server to end; gives its exit code.
    pub(crate) fn stop(mut self) -> Option<i32> {
        let id = self.child.id().to_string();
        let asked = Command::new("kill").args(["-TERM", &id]).status();
        assert!(asked.expect("kill runs").success());
        self.child.wait().expect("it ends").code()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What the command line writes for the same question.
pub(crate) fn command_line(silt: &Silt, name: &str, arguments: &[&str]) -> Vec<u8> {
    let path = silt.path(name);
    let mut all = vec![
        "extraction",
        "aggregate",
        "-o",
        path.to_str().expect("UTF-8"),
    ];
    all.extend_from_slice(arguments);
    silt.ok(&all);
    std::fs::read(&path).expect("the totals")
}

/// Saves a file and its manifest as a user does, and has them verified.
pub(crate) fn verify(silt: &Silt, folder: &str, file: (&str, &[u8]), manifest: (&str, &[u8])) {
    let folder = silt.path(folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    for (name, bytes) in [file, manifest] {
        std::fs::write(folder.join(name), bytes).expect("written");
    }
    let manifest: PathBuf = folder.join(manifest.0);
    let said = silt.ok(&["extraction", "verify", manifest.to_str().expect("UTF-8")]);
    assert!(said.contains("the same bytes"), "{said}");
}
