//! Jobs as files. A state is written beside the old one and takes its place by renaming.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::job::{Job, Status};

const RECORD: &str = "job.json";
const LOCK: &str = "lock";
/// A record is a few hundred bytes and its inputs; a larger file is none.
const LARGEST_RECORD_BYTES: u64 = 64 << 20;

/// A folder that holds no job that can be read.
#[derive(Debug)]
pub(crate) struct Damaged {
    pub(crate) path: PathBuf,
    pub(crate) reason: String,
}

/// The folder of all jobs.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    /// Kept open: the lock ends with it, also when the program is killed.
    _lock: File,
}

impl Folder {
    /// Makes the folder where there is none, and locks it; `None` where another program has it.
    pub(crate) fn open(path: &Path) -> io::Result<Option<Folder>> {
        fs::create_dir_all(path)?;
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path.join(LOCK))?;
        match lock.try_lock() {
            Ok(()) => Ok(Some(Folder {
                path: path.to_owned(),
                _lock: lock,
            })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Every job, by id, and the folders that hold none that can be read, with the reason.
    pub(crate) fn read(&self) -> io::Result<(Vec<Job>, Vec<Damaged>)> {
        let (mut jobs, mut damaged) = (Vec::new(), Vec::new());
        for entry in fs::read_dir(&self.path)? {
            let path = entry?.path();
            if path.file_name().is_some_and(|name| name == LOCK) {
                continue;
            }
            match read_job(&path) {
                Ok(job) => jobs.push(job),
                Err(reason) => damaged.push(Damaged { path, reason }),
            }
        }
        jobs.sort_by(|a, b| a.id.cmp(&b.id));
        damaged.sort_by(|a, b| a.path.cmp(&b.path));
        Ok((jobs, damaged))
    }

    /// Writes the state of a job; its folder is made where it is new.
    pub(crate) fn write(&self, job: &Job) -> io::Result<()> {
        let folder = self.path.join(&job.id);
        fs::create_dir_all(&folder)?;
        let bytes = serde_json::to_vec_pretty(job).map_err(io::Error::other)?;
        write_whole(&folder, RECORD, &bytes)
    }

    /// Writes a result of a job.
    pub(crate) fn write_result(&self, id: &str, name: &str, bytes: &[u8]) -> io::Result<()> {
        write_whole(&self.path.join(id), name, bytes)
    }

    /// Reads a result of a job.
    pub(crate) fn read_result(&self, id: &str, name: &str) -> io::Result<Vec<u8>> {
        fs::read(self.path.join(id).join(name))
    }

    /// Removes every file of a job but its state.
    pub(crate) fn remove_results(&self, id: &str) -> io::Result<()> {
        for entry in fs::read_dir(self.path.join(id))? {
            let path = entry?.path();
            if path.file_name().is_some_and(|name| name != RECORD) {
                fs::remove_file(path)?;
            }
        }
        Ok(())
    }

    /// Removes a job with all its files.
    pub(crate) fn remove(&self, id: &str) -> io::Result<()> {
        fs::remove_dir_all(self.path.join(id))
    }
}

/// Whether a name may be one of a result's file.
pub(crate) fn is_file_name(name: &str) -> bool {
    let is_usual = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
    !name.is_empty()
        && name.len() <= 100
        && name.bytes().all(is_usual)
        && !name.starts_with('.')
        && name != RECORD
}

fn read_job(folder: &Path) -> Result<Job, String> {
    let path = folder.join(RECORD);
    let size = fs::metadata(&path)
        .map_err(|error| error.to_string())?
        .len();
    if size > LARGEST_RECORD_BYTES {
        return Err(format!("its state has {size} bytes"));
    }
    let bytes = fs::read(&path).map_err(|error| error.to_string())?;
    let job: Job = serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
    if folder
        .file_name()
        .is_none_or(|name| name != job.id.as_str())
    {
        return Err("its state is that of another job".to_owned());
    }
    if job
        .results
        .iter()
        .any(|file| !is_file_name(&file.file_name))
    {
        return Err("a result has a name that is none".to_owned());
    }
    if job.status == Status::Successful {
        for file in &job.results {
            let path = folder.join(&file.file_name);
            let size = fs::metadata(&path).map(|found| found.len());
            if size.ok() != Some(file.size_bytes) {
                return Err(format!(
                    "its result {} is damaged or missing",
                    file.file_name
                ));
            }
        }
    }
    Ok(job)
}

/// Exchanges a file as a whole: after a crash there is the old one or the new one.
fn write_whole(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let written = folder.join(format!(".{name}.part"));
    let mut file = File::create(&written)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    fs::rename(&written, folder.join(name))?;
    // The new name is on the disk once the folder is.
    File::open(folder)?.sync_all()
}
