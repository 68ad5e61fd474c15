//! Text encodings: found, or taken from the options, and turned into UTF-8.

use std::io::{self, Read};

use encoding_rs::{DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::{EncodingFound, EncodingInfo};

/// The byte order mark at the start of a text, with its encoding and length.
pub(crate) fn byte_order_mark(head: &[u8]) -> Option<(&'static Encoding, usize)> {
    if head.starts_with(b"\xef\xbb\xbf") {
        Some((UTF_8, 3))
    } else if head.starts_with(b"\xff\xfe") {
        Some((UTF_16LE, 2))
    } else if head.starts_with(b"\xfe\xff") {
        Some((UTF_16BE, 2))
    } else {
        None
    }
}

/// The start of a file as text, good enough to tell what it is; `None` for binary files.
pub(crate) fn lossy_head(head: &[u8]) -> Option<String> {
    if let Some((encoding, mark_bytes)) = byte_order_mark(head) {
        return Some(
            encoding
                .decode_without_bom_handling(&head[mark_bytes..])
                .0
                .into_owned(),
        );
    }
    if head.contains(&0) {
        return None;
    }
    Some(String::from_utf8_lossy(head).into_owned())
}

/// The encoding that a label of the WHATWG Encoding Standard names.
pub(crate) fn by_label(label: &str) -> Option<&'static Encoding> {
    Encoding::for_label(label.as_bytes())
}

/// Reads a stream through once and tells its encoding: the mark, else UTF-8 when every byte
/// agrees, else a guess that is restricted to the single-byte encodings of Latin script.
pub(crate) fn detect(stream: &mut dyn Read) -> io::Result<Detected> {
    let mut check = Utf8Check::default();
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    let mut chunk = vec![0_u8; 256 * 1024];
    let mut first = true;
    let mut fed: u64 = 0;
    loop {
        let length = read_some(stream, &mut chunk)?;
        if first && let Some((encoding, _)) = byte_order_mark(&chunk[..length]) {
            return Ok(Detected::Sure(EncodingInfo {
                name: encoding.name(),
                found: EncodingFound::ByteOrderMark,
            }));
        }
        first = false;
        if length == 0 {
            break;
        }
        check.push(&chunk[..length]);
        // The guess needs text with letters beyond ASCII, of which the first megabytes hold
        // enough; while the file is valid it is likely to stay so.
        if fed < GUESS_BYTES || check.invalid_at.is_some() && fed < 2 * GUESS_BYTES {
            detector.feed(&chunk[..length], false);
            fed += length as u64;
        }
        if check.invalid_at.is_some() && fed >= 2 * GUESS_BYTES {
            break;
        }
    }
    let Some(invalid_at) = check.finish() else {
        return Ok(Detected::Sure(EncodingInfo {
            name: UTF_8.name(),
            found: EncodingFound::Valid,
        }));
    };
    detector.feed(&[], true);
    let guess = detector.guess(None, chardetng::Utf8Detection::Deny);
    Ok(Detected::Guess {
        name: guess.name(),
        invalid_at,
    })
}

const GUESS_BYTES: u64 = 8 << 20;

/// What [`detect`] found.
pub(crate) enum Detected {
    /// By mark or validity.
    Sure(EncodingInfo),
    /// Not UTF-8; `invalid_at` is the offset of the first byte that shows it.
    Guess { name: &'static str, invalid_at: u64 },
}

/// Whether a guessed encoding is one of a Latin script, for which Windows-1252 is the common
/// case. Detectors confuse these among each other on short texts.
pub(crate) fn is_latin(name: &str) -> bool {
    matches!(
        name,
        "windows-1252"
            | "windows-1250"
            | "windows-1254"
            | "windows-1257"
            | "windows-1258"
            | "ISO-8859-2"
            | "ISO-8859-4"
            | "ISO-8859-13"
            | "ISO-8859-15"
            | "ISO-8859-16"
    )
}

/// Checks a stream for UTF-8 piece by piece.
#[derive(Default)]
struct Utf8Check {
    /// Start of a character that the last piece did not complete.
    pending: Vec<u8>,
    offset: u64,
    invalid_at: Option<u64>,
}

impl Utf8Check {
    fn push(&mut self, piece: &[u8]) {
        if self.invalid_at.is_some() {
            return;
        }
        let joined;
        let bytes: &[u8] = if self.pending.is_empty() {
            piece
        } else {
            joined = [self.pending.as_slice(), piece].concat();
            &joined
        };
        match std::str::from_utf8(bytes) {
            Ok(_) => {
                self.offset += bytes.len() as u64;
                self.pending = Vec::new();
            }
            Err(error) => {
                let valid = error.valid_up_to();
                if error.error_len().is_some() {
                    self.invalid_at = Some(self.offset + valid as u64);
                } else {
                    let rest = bytes[valid..].to_vec();
                    self.offset += valid as u64;
                    self.pending = rest;
                }
            }
        }
    }

    /// The offset of the first byte that is not UTF-8.
    fn finish(self) -> Option<u64> {
        let cut = (!self.pending.is_empty()).then_some(self.offset);
        self.invalid_at.or(cut)
    }
}

fn read_some(stream: &mut dyn Read, chunk: &mut [u8]) -> io::Result<usize> {
    loop {
        match stream.read(chunk) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

/// A byte sequence that does not exist in the encoding of the text.
#[derive(Debug, thiserror::Error)]
#[error("the bytes there are not {encoding} text; give the right `encoding`")]
pub(crate) struct NotThisEncoding {
    pub(crate) offset: u64,
    pub(crate) encoding: &'static str,
}

/// Turns a stream of another encoding into UTF-8. A byte order mark is left out.
pub(crate) struct ToUtf8 {
    inner: Box<dyn Read + Send>,
    decoder: encoding_rs::Decoder,
    input: Vec<u8>,
    input_at: usize,
    input_end: usize,
    consumed: u64,
    at_end: bool,
    finished: bool,
    output: Vec<u8>,
    output_at: usize,
}

impl ToUtf8 {
    pub(crate) fn new(inner: Box<dyn Read + Send>, encoding: &'static Encoding) -> Self {
        ToUtf8 {
            inner,
            decoder: encoding.new_decoder_with_bom_removal(),
            input: vec![0; 64 * 1024],
            input_at: 0,
            input_end: 0,
            consumed: 0,
            at_end: false,
            finished: false,
            output: Vec::new(),
            output_at: 0,
        }
    }

    fn fill(&mut self) -> io::Result<()> {
        if self.input_at == self.input_end && !self.at_end {
            self.input_end = read_some(self.inner.as_mut(), &mut self.input)?;
            self.input_at = 0;
            self.at_end = self.input_end == 0;
        }
        self.output.resize(3 * 64 * 1024 + 16, 0);
        let source = &self.input[self.input_at..self.input_end];
        let (result, read, written) =
            self.decoder
                .decode_to_utf8_without_replacement(source, &mut self.output, self.at_end);
        self.input_at += read;
        self.consumed += read as u64;
        self.output.truncate(written);
        self.output_at = 0;
        match result {
            DecoderResult::InputEmpty => {
                self.finished = self.at_end;
                Ok(())
            }
            DecoderResult::OutputFull => Ok(()),
            DecoderResult::Malformed(length, _) => {
                let offset = self.consumed.saturating_sub(u64::from(length));
                Err(io::Error::other(NotThisEncoding {
                    offset,
                    encoding: self.decoder.encoding().name(),
                }))
            }
        }
    }
}

impl Read for ToUtf8 {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.output_at == self.output.len() {
            if self.finished {
                return Ok(0);
            }
            self.fill()?;
        }
        let length = buffer.len().min(self.output.len() - self.output_at);
        buffer[..length].copy_from_slice(&self.output[self.output_at..self.output_at + length]);
        self.output_at += length;
        Ok(length)
    }
}

#[cfg(test)]
#[path = "text_tests.rs"]
mod tests;
