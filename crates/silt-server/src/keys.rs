//! API keys: who may write over HTTP.
//!
//! A key is `silt_<id>_<secret>`; the secret is 256 random bits, shown once and kept only as a
//! SHA-256 hash. A hash made for passwords would only slow the service down: nobody guesses 256
//! random bits. The keys live in `keys.json` in the data folder, readable by its owner alone.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::{HeaderMap, HeaderName, header};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::Problem;
use crate::hex::hex;

/// Name of the file in the data folder.
const FILE_NAME: &str = "keys.json";
/// Held while the file is changed, so that two commands do not lose each other's key.
const LOCK_NAME: &str = "keys.lock";
/// Carries a key where `Authorization` is taken, for example by a proxy.
pub(crate) const X_API_KEY: HeaderName = HeaderName::from_static("x-api-key");
/// Longest name of a key, characters.
const LONGEST_NAME: usize = 100;
const ID_BYTES: usize = 5;
const SECRET_BYTES: usize = 32;

/// What a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Import files and editions.
    Import,
    /// Create, replace, change and delete single features.
    Edit,
}

impl Scope {
    /// The scope's word on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Scope::Import => "import",
            Scope::Edit => "edit",
        }
    }
}

/// A key as it is kept: everything but the secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyRecord {
    /// Public part of the key.
    pub id: String,
    /// Who or what uses it.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// SHA-256 of the secret, hexadecimal.
    sha256: String,
    /// When it was made.
    pub created: Timestamp,
    /// From when on it is not valid any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
    /// When it was revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
}

impl KeyRecord {
    /// `valid`, `revoked` or `expired` at this moment.
    pub fn state(&self, now: Timestamp) -> &'static str {
        if self.revoked_at.is_some() {
            "revoked"
        } else if self.expires.is_some_and(|expires| expires <= now) {
            "expired"
        } else {
            "valid"
        }
    }
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Document {
    keys: Vec<KeyRecord>,
}

/// Why keys cannot be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The file is not one that Silt wrote.
    #[error("{} is not a file of keys: {source}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: serde_json::Error,
    },
    /// The system gives no random numbers.
    #[error("the system gives no random numbers: {0}")]
    NoRandomness(getrandom::Error),
    /// A name that cannot be one.
    #[error("a key's name has 1 to {LONGEST_NAME} characters and no control characters")]
    Name,
    /// A key that may do nothing.
    #[error("a key needs at least one scope: import or edit")]
    NoScope,
    /// An end of validity that cannot be one.
    #[error("`{0}` is not a date (2027-12-31) or time (2027-12-31T12:00:00Z) in the future")]
    Expiry(String),
    /// No key has this id.
    #[error("there is no key `{0}`; `silt key list` lists them")]
    NoSuchKey(String),
}

/// The keys of a data folder.
#[derive(Debug, Clone)]
pub struct KeyFile {
    folder: PathBuf,
}

impl KeyFile {
    /// The keys of this data folder; the file need not exist.
    pub fn new(data: &Path) -> Self {
        KeyFile {
            folder: data.to_owned(),
        }
    }

    fn path(&self) -> PathBuf {
        self.folder.join(FILE_NAME)
    }

    /// Makes a key. The text is the key itself: it is nowhere else and cannot be shown again.
    ///
    /// # Errors
    /// The name or scopes cannot be, or the file cannot be written.
    pub fn create(
        &self,
        name: &str,
        scopes: &[Scope],
        expires: Option<Timestamp>,
    ) -> Result<(KeyRecord, String), KeyError> {
        let characters = name.chars().count();
        let is_possible = (1..=LONGEST_NAME).contains(&characters)
            && !name.chars().any(char::is_control)
            && !name.trim().is_empty();
        if !is_possible {
            return Err(KeyError::Name);
        }
        let mut scopes = scopes.to_vec();
        scopes.sort();
        scopes.dedup();
        if scopes.is_empty() {
            return Err(KeyError::NoScope);
        }
        let secret = random_text::<SECRET_BYTES>()?;
        let id = random_text::<ID_BYTES>()?;
        let record = KeyRecord {
            id: id.clone(),
            name: name.to_owned(),
            scopes,
            sha256: hash(&secret),
            created: now(),
            expires,
            revoked_at: None,
        };
        self.change(|keys| {
            keys.push(record.clone());
            Ok(())
        })?;
        Ok((record, format!("silt_{id}_{secret}")))
    }

    /// All keys, in the order in which they were made.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn list(&self) -> Result<Vec<KeyRecord>, KeyError> {
        let path = self.path();
        let text = match std::fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => return Err(KeyError::File { path, source }),
        };
        let document: Document =
            serde_json::from_slice(&text).map_err(|source| KeyError::Damaged { path, source })?;
        Ok(document.keys)
    }

    /// Revokes a key; a running service refuses it from its next request on. Revoking twice keeps
    /// the first time.
    ///
    /// # Errors
    /// No key has this id, or the file cannot be written.
    pub fn revoke(&self, id: &str) -> Result<KeyRecord, KeyError> {
        let mut revoked = None;
        self.change(|keys| {
            let found = keys.iter_mut().find(|key| key.id == id);
            let key = found.ok_or_else(|| KeyError::NoSuchKey(id.to_owned()))?;
            key.revoked_at.get_or_insert_with(now);
            revoked = Some(key.clone());
            Ok(())
        })?;
        revoked.ok_or_else(|| KeyError::NoSuchKey(id.to_owned()))
    }

    /// Reads, changes and replaces the file while no other process does.
    fn change(
        &self,
        change: impl FnOnce(&mut Vec<KeyRecord>) -> Result<(), KeyError>,
    ) -> Result<(), KeyError> {
        let lock_path = self.folder.join(LOCK_NAME);
        let lock_failed = |source| KeyError::File {
            path: lock_path.clone(),
            source,
        };
        std::fs::create_dir_all(&self.folder).map_err(lock_failed)?;
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&lock_path)
            .map_err(lock_failed)?;
        // Released when the file is closed, also by a crash.
        lock.lock().map_err(lock_failed)?;
        let mut keys = self.list()?;
        change(&mut keys)?;
        let path = self.path();
        self.replace(&Document { keys })
            .map_err(|source| KeyError::File { path, source })
    }

    /// Writes a new file beside the old one and puts it in its place, so that a reader sees one or
    /// the other.
    fn replace(&self, document: &Document) -> io::Result<()> {
        let beside = self.folder.join(format!("{FILE_NAME}.new"));
        match std::fs::remove_file(&beside) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut text = serde_json::to_vec_pretty(document)?;
        text.push(b'\n');
        let mut file = OpenOptions::new()
            .create_new(true)
            .write(true)
            .mode(0o600)
            .open(&beside)?;
        file.write_all(&text)?;
        file.sync_all()?;
        std::fs::rename(&beside, self.path())?;
        File::open(&self.folder)?.sync_all()
    }
}

/// Reads an end of validity: a day, whose last moment (UTC) is the last valid one, or a time.
///
/// # Errors
/// The text is neither, or lies in the past.
pub fn parse_expiry(text: &str) -> Result<Timestamp, KeyError> {
    let refuse = || KeyError::Expiry(text.to_owned());
    let end_of_day = |day: jiff::civil::Date| {
        let next = day.tomorrow().ok()?;
        let midnight = next.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
        Some(midnight.timestamp())
    };
    // A civil date also reads from the start of a longer text.
    let is_day = text.len() == "2027-12-31".len();
    let expires = match text.parse::<jiff::civil::Date>() {
        Ok(day) if is_day => end_of_day(day),
        _ => text.parse::<Timestamp>().ok(),
    };
    expires.filter(|time| *time > now()).ok_or_else(refuse)
}

/// Whole seconds: a key's times are for people.
fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_second(now.as_second()).unwrap_or(now)
}

/// Random bits in Crockford's base 32, which has no letters that look alike.
fn random_text<const BYTES: usize>() -> Result<String, KeyError> {
    const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let mut bytes = [0_u8; BYTES];
    getrandom::fill(&mut bytes).map_err(KeyError::NoRandomness)?;
    let mut text = String::with_capacity(BYTES * 8 / 5 + 1);
    let (mut held, mut held_bits) = (0_u32, 0_u32);
    for byte in bytes {
        held = (held << 8) | u32::from(byte);
        held_bits += 8;
        while held_bits >= 5 {
            held_bits -= 5;
            text.push(char::from(ALPHABET[(held >> held_bits) as usize & 31]));
        }
    }
    if held_bits > 0 {
        text.push(char::from(
            ALPHABET[(held << (5 - held_bits)) as usize & 31],
        ));
    }
    Ok(text)
}

fn hash(secret: &str) -> String {
    hex(&Sha256::digest(secret.as_bytes()))
}

/// Compares without telling by its duration how much is equal.
fn equal_in_constant_time(left: &str, right: &str) -> bool {
    if left.len() != right.len() {
        return false;
    }
    let difference = left
        .bytes()
        .zip(right.bytes())
        .fold(0, |all, (left, right)| all | (left ^ right));
    std::hint::black_box(difference) == 0
}

/// Who writes: the public part of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyId {
    pub(crate) id: String,
    pub(crate) name: String,
}

/// The keys as a running service knows them.
#[derive(Debug)]
pub(crate) struct KeyRing {
    file: KeyFile,
    known: Mutex<Known>,
}

/// Changes whenever the file is replaced: time of change in nanoseconds, length, inode.
type Stamp = (i128, u64, u64);

#[derive(Debug, Default)]
struct Known {
    stamp: Option<Stamp>,
    keys: Arc<Vec<KeyRecord>>,
}

impl KeyRing {
    pub(crate) fn new(data: &Path) -> Self {
        KeyRing {
            file: KeyFile::new(data),
            known: Mutex::default(),
        }
    }

    /// The key of a request, if it is valid and has the scope.
    ///
    /// # Errors
    /// 401 without a valid key, 403 without the scope, 503 when the keys cannot be read.
    pub(crate) fn require(&self, headers: &HeaderMap, scope: Scope) -> Result<KeyId, Problem> {
        let unknown = || Problem::unauthorized("the key is not known");
        let text = presented(headers)?;
        let (id, secret) = text
            .strip_prefix("silt_")
            .and_then(|rest| rest.split_once('_'))
            .ok_or_else(unknown)?;
        let keys = self.current().map_err(|error| {
            tracing::error!(%error, "keys cannot be read; every key is refused");
            Problem::unavailable("keys cannot be read at the moment")
        })?;
        let key = keys.iter().find(|key| key.id == id).ok_or_else(unknown)?;
        if !equal_in_constant_time(&hash(secret), &key.sha256) {
            return Err(unknown());
        }
        // Only who has the secret learns what became of the key.
        match key.state(Timestamp::now()) {
            "revoked" => return Err(Problem::unauthorized("the key was revoked")),
            "expired" => return Err(Problem::unauthorized("the key has expired")),
            _ => {}
        }
        if !key.scopes.contains(&scope) {
            return Err(Problem::forbidden(format!(
                "the key lacks the scope `{}`",
                scope.word()
            )));
        }
        Ok(KeyId {
            id: key.id.clone(),
            name: key.name.clone(),
        })
    }

    /// The keys of the file as it is now. Asking whether it changed costs one system call, and
    /// only requests that bring a key ask.
    fn current(&self) -> Result<Arc<Vec<KeyRecord>>, KeyError> {
        let path = self.file.path();
        let stamp = match std::fs::metadata(&path) {
            Ok(found) => {
                let nanoseconds =
                    i128::from(found.mtime()) * 1_000_000_000 + i128::from(found.mtime_nsec());
                Some((nanoseconds, found.len(), found.ino()))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(source) => return Err(KeyError::File { path, source }),
        };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if stamp.is_none() {
            *known = Known::default();
        } else if known.stamp != stamp {
            // Should the file change between the two calls, the next request reads it again.
            known.keys = Arc::new(self.file.list()?);
            known.stamp = stamp;
        }
        Ok(Arc::clone(&known.keys))
    }
}

/// The key that a request brings.
fn presented(headers: &HeaderMap) -> Result<&str, Problem> {
    let missing = || {
        Problem::unauthorized(
            "this needs a key, in `Authorization: Bearer KEY` or `X-API-Key: KEY`",
        )
    };
    let malformed = || Problem::unauthorized("the header with the key cannot be read");
    let mut all = headers
        .get_all(header::AUTHORIZATION)
        .iter()
        .map(|value| (true, value))
        .chain(
            headers
                .get_all(X_API_KEY)
                .iter()
                .map(|value| (false, value)),
        );
    let (is_authorization, value) = all.next().ok_or_else(missing)?;
    if all.next().is_some() {
        return Err(Problem::unauthorized("a request brings one key, not two"));
    }
    let text = value.to_str().map_err(|_| malformed())?.trim();
    if !is_authorization {
        return Ok(text);
    }
    match text.split_once(' ') {
        Some((scheme, key)) if scheme.eq_ignore_ascii_case("bearer") => Ok(key.trim()),
        _ => Err(Problem::unauthorized(
            "`Authorization` must be `Bearer KEY`",
        )),
    }
}

#[cfg(test)]
#[path = "keys_tests.rs"]
mod tests;
