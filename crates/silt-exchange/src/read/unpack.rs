//! Bytes of a file as they are after unpacking, with bounds against archives that unpack to more
//! than they should.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::read::{DeflateDecoder, MultiGzDecoder};
use liblzma::read::XzDecoder;
use zip::{CompressionMethod, ZipArchive};

use super::{Compression, Limits};

/// Below this size an unusual ratio is harmless: empty tables and grids pack extremely well.
const RATIO_CHECKED_AFTER_BYTES: u64 = 64 << 20;

/// The xz decoder may take as much memory as the largest preset needs (`xz -9`), not more.
const XZ_MEMORY_BYTES: u64 = 96 << 20;

/// A compressed file or archive is broken, unsafe or out of bounds.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)] // The messages say what the fields are.
pub enum UnpackError {
    /// The packed data end too early.
    #[error(
        "the {kind} data end too early, after {unpacked} unpacked bytes: the download is not complete; fetch it again"
    )]
    Truncated { kind: &'static str, unpacked: u64 },
    /// The packed data contradict themselves.
    #[error("the {kind} data are damaged: {reason}; fetch the file again")]
    Damaged { kind: &'static str, reason: String },
    /// A member's name points outside the archive.
    #[error(
        "unsafe path in archive: `{member}`; this archive is not trustworthy and nothing of it was read"
    )]
    UnsafePath { member: String },
    /// More bytes than allowed come out.
    #[error(
        "unpacks to more than {limit} bytes; if the file is trusted, raise `limits.max_unpacked_bytes`"
    )]
    TooLarge { limit: u64 },
    /// Far more bytes come out than went in.
    #[error(
        "unpacks to more than {limit} times its size ({unpacked} bytes so far), as a zip bomb does; if the file is trusted, raise `limits.max_unpack_ratio`"
    )]
    Ratio { limit: u64, unpacked: u64 },
    /// A member needs a password.
    #[error("`{member}` is encrypted; unpack it with its password first")]
    Encrypted { member: String },
    /// A member is packed by a method that is not read here.
    #[error("`{member}` is packed by a method that is not supported ({method}); unpack it first")]
    Method { member: String, method: String },
    /// The archive has no files.
    #[error("the archive holds no files")]
    NoFiles,
    /// The member asked for is not there.
    #[error("the archive holds no `{member}`; it holds {}", .members.join(", "))]
    NoSuchMember {
        member: String,
        members: Vec<String>,
    },
    /// Something compressed inside something compressed.
    #[error("holds {what} inside another archive; unpack the outer one first")]
    Nested { what: &'static str },
}

impl UnpackError {
    /// The stable code of the error.
    pub fn code(&self) -> &'static str {
        match self {
            UnpackError::Truncated { .. } => "archive_truncated",
            UnpackError::Damaged { .. } => "archive_damaged",
            UnpackError::UnsafePath { .. } => "archive_unsafe_path",
            UnpackError::TooLarge { .. } | UnpackError::Ratio { .. } => "archive_bomb",
            UnpackError::Encrypted { .. } => "archive_encrypted",
            UnpackError::Method { .. } => "archive_method",
            UnpackError::NoFiles => "archive_empty",
            UnpackError::NoSuchMember { .. } => "archive_no_such_member",
            UnpackError::Nested { .. } => "archive_nested",
        }
    }
}

/// One file of a zip archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ZipMember {
    pub(crate) name: String,
    data_start: u64,
    packed_bytes: u64,
    pub(crate) unpacked_bytes: u64,
    crc32: u32,
    method: CompressionMethod,
    encrypted: bool,
}

/// The files of a zip archive, in archive order, without directories and without the droppings
/// of desktop systems. Every name has been checked to stay inside the archive.
pub(crate) fn zip_members(file: File) -> Result<Vec<ZipMember>, UnpackError> {
    let file_bytes = file.metadata().map_or(0, |metadata| metadata.len());
    let is_cut = !has_end_record(&file);
    let mut archive = ZipArchive::new(io::BufReader::new(file)).map_err(|error| {
        if is_cut {
            UnpackError::Truncated {
                kind: "zip",
                unpacked: 0,
            }
        } else {
            UnpackError::Damaged {
                kind: "zip",
                reason: error.to_string(),
            }
        }
    })?;
    let damaged = |error: zip::result::ZipError| UnpackError::Damaged {
        kind: "zip",
        reason: error.to_string(),
    };
    let mut members = Vec::new();
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(damaged)?;
        let name = entry.name().map_err(damaged)?.into_owned();
        if !stays_inside(&name) {
            return Err(UnpackError::UnsafePath { member: name });
        }
        if entry.is_dir() || name.ends_with('/') || is_dropping(&name) {
            continue;
        }
        let data_start = entry.data_start().unwrap_or(u64::MAX);
        let packed_bytes = entry.compressed_size();
        if data_start.saturating_add(packed_bytes) > file_bytes {
            return Err(UnpackError::Truncated {
                kind: "zip",
                unpacked: 0,
            });
        }
        members.push(ZipMember {
            name,
            data_start,
            packed_bytes,
            unpacked_bytes: entry.size(),
            crc32: entry.crc32(),
            method: entry.compression(),
            encrypted: entry.encrypted(),
        });
    }
    Ok(members)
}

/// Whether an archive has the record at its end that leads to all else. A download that broke off
/// has lost it.
fn has_end_record(mut file: &File) -> bool {
    // The record has 22 bytes and a comment of at most 65,535.
    const LONGEST: i64 = 22 + 65_535;
    let mut tail = Vec::new();
    let start = file
        .seek(SeekFrom::End(-LONGEST))
        .or_else(|_| file.seek(SeekFrom::Start(0)));
    let read = start
        .and_then(|_| file.read_to_end(&mut tail))
        .and_then(|_| file.seek(SeekFrom::Start(0)));
    read.is_ok() && memchr::memmem::find(&tail, b"PK\x05\x06").is_some()
}

/// Whether a member's name stays inside the archive on every system.
fn stays_inside(name: &str) -> bool {
    let absolute = name.starts_with('/') || name.starts_with('\\');
    let has_drive = name.as_bytes().get(1) == Some(&b':');
    let climbs = name.split(['/', '\\']).any(|part| part == "..");
    !absolute && !has_drive && !climbs && !name.contains('\0')
}

/// Files that desktop systems add to archives and nobody means to import.
fn is_dropping(name: &str) -> bool {
    let base = name.rsplit('/').next().unwrap_or(name);
    name.starts_with("__MACOSX/") || base == ".DS_Store" || base == "Thumbs.db"
}

/// How the bytes of a file are packed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Packing {
    Plain,
    Gzip,
    Xz,
    Zip(ZipMember),
}

impl Packing {
    pub(crate) fn compression(&self) -> Compression {
        match self {
            Packing::Plain => Compression::None,
            Packing::Gzip => Compression::Gzip,
            Packing::Xz => Compression::Xz,
            Packing::Zip(_) => Compression::Zip,
        }
    }
}

/// A file on disk that can be read from its start any number of times.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub(crate) path: PathBuf,
    pub(crate) packing: Packing,
    pub(crate) limits: Limits,
    /// Bytes taken from the disk by the newest stream.
    pub(crate) progress: Arc<AtomicU64>,
}

impl Source {
    pub(crate) fn new(path: &Path, packing: Packing, limits: &Limits) -> Self {
        Source {
            path: path.to_owned(),
            packing,
            limits: limits.clone(),
            progress: Arc::default(),
        }
    }

    /// The unpacked bytes from the start. Errors of unpacking travel inside [`io::Error`].
    pub(crate) fn stream(&self) -> io::Result<Box<dyn Read + Send>> {
        self.progress.store(0, Ordering::Relaxed);
        let mut file = File::open(&self.path)?;
        let counted = |file| Counted {
            inner: file,
            progress: Arc::clone(&self.progress),
        };
        let guard = |inner: Box<dyn Read + Send>, kind, expected| Guarded {
            inner,
            kind,
            unpacked: 0,
            expected,
            limits: self.limits.clone(),
            progress: Arc::clone(&self.progress),
        };
        Ok(match &self.packing {
            Packing::Plain => Box::new(counted(file)),
            Packing::Gzip => {
                let decoder =
                    MultiGzDecoder::new(io::BufReader::with_capacity(1 << 16, counted(file)));
                Box::new(guard(Box::new(decoder), "gzip", None))
            }
            Packing::Xz => {
                let settings = liblzma::stream::Stream::new_stream_decoder(
                    XZ_MEMORY_BYTES,
                    liblzma::stream::CONCATENATED,
                )
                .map_err(|error| io::Error::other(error.to_string()))?;
                let decoder = XzDecoder::new_stream(
                    io::BufReader::with_capacity(1 << 16, counted(file)),
                    settings,
                );
                Box::new(guard(Box::new(decoder), "xz", None))
            }
            Packing::Zip(member) => {
                if member.encrypted {
                    return Err(io::Error::other(UnpackError::Encrypted {
                        member: member.name.clone(),
                    }));
                }
                file.seek(SeekFrom::Start(member.data_start))?;
                let packed =
                    io::BufReader::with_capacity(1 << 16, counted(file)).take(member.packed_bytes);
                let decoder: Box<dyn Read + Send> = match member.method {
                    CompressionMethod::Stored => Box::new(packed),
                    CompressionMethod::Deflated => Box::new(DeflateDecoder::new(packed)),
                    other => {
                        return Err(io::Error::other(UnpackError::Method {
                            member: member.name.clone(),
                            method: format!("{other:?}"),
                        }));
                    }
                };
                let sum = Expected {
                    crc32: member.crc32,
                    bytes: member.unpacked_bytes,
                    seen: flate2::Crc::new(),
                };
                Box::new(guard(decoder, "zip", Some(sum)))
            }
        })
    }

    /// The first bytes after unpacking, at most `length`.
    pub(crate) fn head(&self, length: usize) -> io::Result<Vec<u8>> {
        let mut head = Vec::with_capacity(length);
        self.stream()?.take(length as u64).read_to_end(&mut head)?;
        Ok(head)
    }
}

struct Counted {
    inner: File,
    progress: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        self.progress.fetch_add(length as u64, Ordering::Relaxed);
        Ok(length)
    }
}

/// What a zip archive says about a member.
struct Expected {
    crc32: u32,
    bytes: u64,
    seen: flate2::Crc,
}

/// Stops a decoder that gives too much, and turns its errors into ours.
struct Guarded {
    inner: Box<dyn Read + Send>,
    kind: &'static str,
    unpacked: u64,
    expected: Option<Expected>,
    limits: Limits,
    progress: Arc<AtomicU64>,
}

impl Read for Guarded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self
            .inner
            .read(buffer)
            .map_err(|error| self.explain(error))?;
        self.unpacked += length as u64;
        self.check_bounds()?;
        if let Some(expected) = &mut self.expected {
            expected.seen.update(&buffer[..length]);
            let at_end = length == 0 && !buffer.is_empty();
            if at_end && expected.bytes != self.unpacked {
                return Err(io::Error::other(UnpackError::Truncated {
                    kind: self.kind,
                    unpacked: self.unpacked,
                }));
            }
            if at_end && expected.seen.sum() != expected.crc32 {
                let reason = "the checksum of the member does not match".to_owned();
                return Err(io::Error::other(UnpackError::Damaged {
                    kind: self.kind,
                    reason,
                }));
            }
        }
        Ok(length)
    }
}

impl Guarded {
    fn check_bounds(&self) -> io::Result<()> {
        if self.unpacked > self.limits.max_unpacked_bytes {
            return Err(io::Error::other(UnpackError::TooLarge {
                limit: self.limits.max_unpacked_bytes,
            }));
        }
        let packed = self.progress.load(Ordering::Relaxed).max(1);
        if self.unpacked > RATIO_CHECKED_AFTER_BYTES
            && self.unpacked / packed > self.limits.max_unpack_ratio
        {
            let limit = self.limits.max_unpack_ratio;
            return Err(io::Error::other(UnpackError::Ratio {
                limit,
                unpacked: self.unpacked,
            }));
        }
        Ok(())
    }

    fn explain(&self, error: io::Error) -> io::Error {
        let (kind, unpacked) = (self.kind, self.unpacked);
        match error.kind() {
            io::ErrorKind::Interrupted => error,
            io::ErrorKind::UnexpectedEof => {
                io::Error::other(UnpackError::Truncated { kind, unpacked })
            }
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::Other => {
                io::Error::other(UnpackError::Damaged {
                    kind,
                    reason: error.to_string(),
                })
            }
            _ => error,
        }
    }
}

#[cfg(test)]
#[path = "unpack_tests.rs"]
mod tests;
