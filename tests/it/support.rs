//! Runs the built binary on a data folder of its own.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A data folder of its own and the binary to work on it.
pub(crate) struct Silt {
    folder: TempDir,
}

/// What a finished command left.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Silt {
    pub(crate) fn new() -> Self {
        Silt {
            folder: tempfile::tempdir().expect("a temporary folder"),
        }
    }

    /// The data folder.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The store file.
    pub(crate) fn store(&self) -> PathBuf {
        self.data().join("silt.gpkg")
    }

    /// A path in the temporary folder, beside the data.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file into the temporary folder.
    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, content).expect("a test file can be written");
        path
    }

    /// The command, ready to run.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_silt"));
        command
            .arg("--data")
            .arg(self.data())
            .args(arguments)
            .stdin(Stdio::null());
        for name in ["SILT_DATA", "SILT_SOURCES", "SILT_MIRROR", "SILT_LISTEN"] {
            command.env_remove(name);
        }
        // No test goes to the network.
        command.env("SILT_OFFLINE", "true");
        command
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Finished {
        let output = self.command(arguments).output().expect("the binary runs");
        Finished {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Runs a command that must succeed; gives what it wrote.
    pub(crate) fn ok(&self, arguments: &[&str]) -> String {
        let finished = self.run(arguments);
        assert_eq!(
            finished.code, 0,
            "silt {arguments:?}: {}{}",
            finished.stdout, finished.stderr
        );
        finished.stdout
    }

    /// Runs a command with `--json` that must succeed or end with rejects; gives its documents.
    pub(crate) fn json(&self, arguments: &[&str]) -> Vec<Value> {
        let mut all = vec!["--json"];
        all.extend_from_slice(arguments);
        let finished = self.run(&all);
        assert!(
            finished.code == 0 || finished.code == 3,
            "silt {all:?}: {} {}{}",
            finished.code,
            finished.stdout,
            finished.stderr
        );
        serde_json::Deserializer::from_str(&finished.stdout)
            .into_iter()
            .collect::<Result<Vec<Value>, _>>()
            .expect("--json writes JSON")
    }

    /// Imports a file into a collection; gives the report.
    pub(crate) fn import(&self, file: &Path, collection: &str, more: &[&str]) -> Value {
        let file = file.to_str().expect("a path in UTF-8");
        let mut arguments = vec!["import", file, "--collection", collection];
        arguments.extend_from_slice(more);
        self.json(&arguments).remove(0)
    }

    /// Imports the files of a recipe from the mirror; gives a report for each edition.
    pub(crate) fn import_source(&self, mirror: &Path, source: &str, more: &[&str]) -> Vec<Value> {
        let mirror = mirror.to_str().expect("a path in UTF-8");
        let mut arguments = vec!["import", "--source", source, "--mirror", mirror];
        arguments.extend_from_slice(more);
        self.json(&arguments)
    }

    /// The features of a collection, exported as GeoJSON and read back.
    pub(crate) fn features(&self, collection: &str, more: &[&str]) -> Vec<Value> {
        let output = tempfile::Builder::new()
            .suffix(".geojson")
            .tempfile_in(self.folder.path())
            .expect("a temporary file")
            .into_temp_path();
        let path = output.to_str().expect("a path in UTF-8");
        let mut arguments = vec!["export", collection, "-o", path];
        arguments.extend_from_slice(more);
        self.ok(&arguments);
        let text = std::fs::read_to_string(&output).expect("the export can be read");
        let mut document: Value = serde_json::from_str(&text).expect("the export is JSON");
        match document["features"].take() {
            Value::Array(features) => features,
            other => panic!("no array of features: {other}"),
        }
    }

    /// Starts the server on a port of the system's choice.
    pub(crate) fn serve(&self) -> Server {
        let mut child = self
            .command(&["serve", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the server starts");
        let stdout = child.stdout.take().expect("standard output is piped");
        let mut line = String::new();
        BufReader::new(stdout)
            .read_line(&mut line)
            .expect("the server says where it listens");
        let start = line
            .find("http://")
            .unwrap_or_else(|| panic!("no address in {line:?}"));
        let address = line[start..]
            .split('/')
            .nth(2)
            .expect("an address")
            .to_owned();
        Server { child, address }
    }
}

/// A running server, ended with the test.
pub(crate) struct Server {
    child: Child,
    address: String,
}

impl Server {
    /// The address of a path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Status and body of a GET request.
    pub(crate) fn get(&self, path: &str) -> (u16, String) {
        let (status, _, body) = self.get_typed(path);
        (status, body)
    }

    /// Status, media type and body of a GET request.
    pub(crate) fn get_typed(&self, path: &str) -> (u16, String, String) {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .build()
            .into();
        let mut response = agent
            .get(format!("http://{}{path}", self.address))
            .call()
            .expect("an answer");
        let media_type = response
            .headers()
            .get("content-type")
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned();
        let status = response.status().as_u16();
        (
            status,
            media_type,
            response.body_mut().read_to_string().expect("a body"),
        )
    }

    /// The JSON of a successful GET request.
    pub(crate) fn json(&self, path: &str) -> Value {
        let (status, body) = self.get(path);
        assert_eq!(status, 200, "{path}: {body}");
        serde_json::from_str(&body).expect("the answer is JSON")
    }

    /// Asks the server to stop and gives its exit code.
    pub(crate) fn stop(mut self) -> Option<i32> {
        let id = self.child.id().to_string();
        Command::new("kill")
            .args(["-TERM", &id])
            .status()
            .expect("kill runs");
        self.child.wait().expect("the server ends").code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The mirror of the public sources, or `None` with a message where there is none.
pub(crate) fn mirror(test: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("SILT_MIRROR").map(PathBuf::from);
    match folder {
        Some(folder) if folder.is_dir() => Some(
            folder
                .canonicalize()
                .expect("the mirror folder has an absolute path"),
        ),
        _ => {
            eprintln!("{test}: skipped, SILT_MIRROR names no folder");
            None
        }
    }
}

/// A GeoJSON FeatureCollection of points with an id, a name and a value.
pub(crate) fn points(rows: &[(&str, f64, f64, &str)]) -> String {
    let features: Vec<Value> = rows
        .iter()
        .map(|(id, longitude, latitude, status)| {
            serde_json::json!({
                "type": "Feature",
                "id": id,
                "properties": {"name": format!("Site {id}"), "status": status},
                "geometry": {"type": "Point", "coordinates": [longitude, latitude]},
            })
        })
        .collect();
    serde_json::json!({"type": "FeatureCollection", "features": features}).to_string()
}

/// Pseudo-random numbers for tests (SplitMix64), the same on every run.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number in 0..1.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}
