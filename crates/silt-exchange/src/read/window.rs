//! A window on a byte stream, for scanners that look for the ends of rows.

use std::io::{self, Read};

/// Bytes taken from the stream at a time; a few in unit tests, so that every seam is met.
const CHUNK_BYTES: usize = if cfg!(test) { 13 } else { 256 * 1024 };

/// Part of a stream in memory. Positions are relative to the start of the window, which moves
/// only by [`Window::take_before`] and [`Window::discard_before`].
pub(crate) struct Window {
    stream: Box<dyn Read + Send>,
    bytes: Vec<u8>,
    base: u64,
    at_end: bool,
}

impl Window {
    pub(crate) fn new(stream: Box<dyn Read + Send>) -> Self {
        Window {
            stream,
            bytes: Vec::new(),
            base: 0,
            at_end: false,
        }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Offset in the stream of the first byte of the window.
    pub(crate) fn base(&self) -> u64 {
        self.base
    }

    /// Appends the next chunk of the stream; `false` when there is none.
    pub(crate) fn grow(&mut self) -> io::Result<bool> {
        if self.at_end {
            return Ok(false);
        }
        let added = self
            .stream
            .by_ref()
            .take(CHUNK_BYTES as u64)
            .read_to_end(&mut self.bytes)?;
        self.at_end = added == 0;
        Ok(added > 0)
    }

    /// The byte at a position, after growing as far as needed; `None` at the end of the stream.
    pub(crate) fn byte_at(&mut self, position: usize) -> io::Result<Option<u8>> {
        while position >= self.bytes.len() {
            if !self.grow()? {
                return Ok(None);
            }
        }
        Ok(Some(self.bytes[position]))
    }

    /// Drops the bytes before a position, which becomes the start of the window.
    pub(crate) fn discard_before(&mut self, position: usize) {
        self.bytes.drain(..position);
        self.base += position as u64;
    }

    /// Hands over the bytes before a position, which becomes the start of the window.
    pub(crate) fn take_before(&mut self, position: usize) -> Vec<u8> {
        let rest = self.bytes.split_off(position);
        self.base += position as u64;
        std::mem::replace(&mut self.bytes, rest)
    }
}
