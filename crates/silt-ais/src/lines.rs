//! Lines of a stream, in bounded memory whatever their length.

use std::io::{self, Read};

use memchr::memchr;

const BUFFER_BYTES: usize = 256 * 1024;

/// One line, without its end.
pub(crate) struct Line<'a> {
    /// 1 for the first line.
    pub(crate) number: u64,
    /// The line, or its first bytes where it is too long.
    pub(crate) bytes: &'a [u8],
    pub(crate) too_long: bool,
}

/// Reads lines; what exceeds `max_bytes` of a line is skipped.
pub(crate) struct LineReader<R> {
    source: R,
    buffer: Vec<u8>,
    start: usize,
    filled: usize,
    at_end: bool,
    number: u64,
    max_bytes: usize,
}

impl<R: Read> LineReader<R> {
    pub(crate) fn new(source: R, max_bytes: usize) -> Self {
        let buffer = vec![0; BUFFER_BYTES.max(max_bytes + 1)];
        Self {
            source,
            buffer,
            start: 0,
            filled: 0,
            at_end: false,
            number: 0,
            max_bytes,
        }
    }

    /// The next line; `None` at the end.
    pub(crate) fn next_line(&mut self) -> io::Result<Option<Line<'_>>> {
        let mut searched = 0;
        let end = loop {
            let unseen = &self.buffer[self.start + searched..self.filled];
            if let Some(found) = memchr(b'\n', unseen) {
                break self.start + searched + found;
            }
            searched = self.filled - self.start;
            if searched > self.max_bytes {
                return self.skip_line().map(Some);
            }
            if self.at_end {
                if searched == 0 {
                    return Ok(None);
                }
                break self.filled;
            }
            self.fill()?;
        };
        let line = self.start..end;
        self.start = (end + 1).min(self.filled);
        self.number += 1;
        let too_long = line.len() > self.max_bytes;
        let bytes = &self.buffer[line.start..line.end.min(line.start + self.max_bytes)];
        Ok(Some(Line {
            number: self.number,
            bytes,
            too_long,
        }))
    }

    /// Reads more behind what is left of the buffer.
    fn fill(&mut self) -> io::Result<()> {
        self.buffer.copy_within(self.start..self.filled, 0);
        self.filled -= self.start;
        self.start = 0;
        let read = read_some(&mut self.source, &mut self.buffer[self.filled..])?;
        self.filled += read;
        self.at_end = read == 0;
        Ok(())
    }

    /// Gives the beginning of a line that is too long and drops the rest of it.
    fn skip_line(&mut self) -> io::Result<Line<'_>> {
        let beginning = self.buffer[self.start..self.start + self.max_bytes].to_vec();
        self.start = self.filled;
        while !self.at_end {
            self.fill()?;
            if let Some(found) = memchr(b'\n', &self.buffer[..self.filled]) {
                self.start = found + 1;
                break;
            }
            self.start = self.filled;
        }
        // The beginning is put where the next reading overwrites it.
        self.number += 1;
        let keep = self.filled - self.start;
        self.buffer
            .copy_within(self.start..self.filled, beginning.len());
        self.buffer[..beginning.len()].copy_from_slice(&beginning);
        self.start = beginning.len();
        self.filled = self.start + keep;
        Ok(Line {
            number: self.number,
            bytes: &self.buffer[..self.start],
            too_long: true,
        })
    }
}

/// `Read::read` that goes on after an interruption.
pub(crate) fn read_some(source: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match source.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives a few bytes at a time.
    struct Trickle<'a>(&'a [u8], usize);

    impl Read for Trickle<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let length = self.1.min(self.0.len()).min(buffer.len());
            buffer[..length].copy_from_slice(&self.0[..length]);
            self.0 = &self.0[length..];
            Ok(length)
        }
    }

    fn lines(text: &[u8], step: usize) -> Vec<(u64, usize, bool)> {
        let mut reader = LineReader::new(Trickle(text, step), 10);
        let mut found = Vec::new();
        while let Some(line) = reader.next_line().expect("memory does not fail") {
            found.push((line.number, line.bytes.len(), line.too_long));
        }
        found
    }

    #[test]
    fn lines_are_the_same_however_they_arrive() {
        let mut text = b"one\n\nthree\r\n".to_vec();
        text.extend(vec![b'x'; 700_000]);
        text.extend(b"\n0123456789\nlast");
        let expected = [
            (1, 3, false),
            (2, 0, false),
            (3, 6, false),
            (4, 10, true),
            (5, 10, false),
            (6, 4, false),
        ];
        for step in [1, 3, 4096, 1_000_000] {
            assert_eq!(lines(&text, step), expected, "{step}");
        }
        assert_eq!(lines(b"", 5), []);
        assert_eq!(lines(&[b'y'; 5000], 7), [(1, 10, true)]);
    }
}
