//! One download over HTTP.

use std::fs::File;
use std::io::{Read, Write};
use std::time::Duration;

use super::FetchError;

/// Most bytes taken from one address: more than any register, less than a full disk.
const MAX_BYTES: u64 = 8 << 30;
/// Time to find and reach the server.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);
/// Time to the first byte of the answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);
/// Time for the whole file.
const WHOLE_TIMEOUT: Duration = Duration::from_secs(60 * 60);
const CHUNK_BYTES: usize = 64 * 1024;

/// Writes what the address answers to the file.
pub(super) fn download(
    url: &str,
    file: &mut File,
    progress: &mut dyn FnMut(u64, Option<u64>),
) -> Result<(), FetchError> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_resolve(Some(CONNECT_TIMEOUT))
        .timeout_connect(Some(CONNECT_TIMEOUT))
        .timeout_recv_response(Some(ANSWER_TIMEOUT))
        .timeout_recv_body(Some(WHOLE_TIMEOUT))
        .user_agent(concat!("silt/", env!("CARGO_PKG_VERSION")))
        .build()
        .into();
    let mut answer = agent.get(url).call().map_err(|error| match error {
        ureq::Error::StatusCode(status) => FetchError::Status {
            url: url.to_owned(),
            status,
        },
        other => FetchError::Unreachable {
            url: url.to_owned(),
            reason: other.to_string(),
        },
    })?;
    let total = answer.body().content_length();
    let too_large = || FetchError::TooLarge {
        url: url.to_owned(),
        limit: MAX_BYTES,
    };
    if total.is_some_and(|total| total > MAX_BYTES) {
        return Err(too_large());
    }
    let mut body = answer
        .body_mut()
        .with_config()
        .limit(MAX_BYTES + 1)
        .reader();
    let mut chunk = vec![0; CHUNK_BYTES];
    let mut done: u64 = 0;
    loop {
        let interrupted = |reason: String| FetchError::Interrupted {
            url: url.to_owned(),
            done,
            total,
            reason,
        };
        let length = match body.read(&mut chunk) {
            Ok(length) => length,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(interrupted(error.to_string())),
        };
        if length == 0 {
            if total.is_some_and(|total| done < total) {
                return Err(interrupted("the server closed the connection".to_owned()));
            }
            break;
        }
        file.write_all(&chunk[..length])
            .map_err(|source| FetchError::io(std::path::Path::new("the cache"), source))?;
        done += length as u64;
        if done > MAX_BYTES {
            return Err(too_large());
        }
        progress(done, total);
    }
    file.flush()
        .map_err(|source| FetchError::io(std::path::Path::new("the cache"), source))
}
