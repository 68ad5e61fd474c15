//! What happened to every line of a feed.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasherDefault, Hasher};
use std::marker::PhantomData;

use serde::{Serialize, Serializer};

use crate::reason::{Note, Other, Reason, Refusal};

/// Counts per reason.
#[derive(Clone, Debug)]
pub struct Tally<R: Reason> {
    counts: Vec<u64>,
    reasons: PhantomData<R>,
}

impl<R: Reason> Default for Tally<R> {
    fn default() -> Self {
        Self {
            counts: vec![0; R::COUNT],
            reasons: PhantomData,
        }
    }
}

impl<R: Reason> PartialEq for Tally<R> {
    fn eq(&self, other: &Self) -> bool {
        self.counts == other.counts
    }
}

impl<R: Reason> Tally<R> {
    /// The count of one reason.
    #[must_use]
    pub fn of(&self, reason: R) -> u64 {
        self.counts[reason.index()]
    }

    /// The count of all reasons.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The reasons that occurred, by code.
    #[must_use]
    pub fn by_code(&self) -> BTreeMap<String, u64> {
        let occurred = self
            .counts
            .iter()
            .enumerate()
            .filter(|(_, count)| **count > 0);
        occurred
            .map(|(index, count)| (R::code_at(index), *count))
            .collect()
    }

    pub(crate) fn add(&mut self, reason: R) {
        self.counts[reason.index()] += 1;
    }

    /// Takes back one that was added.
    pub(crate) fn take_back(&mut self, reason: R) {
        self.counts[reason.index()] -= 1;
    }

    fn merge(&mut self, other: &Self) {
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count += more;
        }
    }
}

impl<R: Reason> Serialize for Tally<R> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.by_code().serialize(serializer)
    }
}

/// One line that was refused, or one value that was noted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Example {
    /// Line of the file, the first being 1; for JSON the number of the element.
    pub line: u64,
    /// The column or part of the message, where it is known.
    pub field: &'static str,
    /// The value, cut off after 80 characters.
    pub value: String,
    /// The code of the reason.
    pub reason: String,
}

/// What happened to every line of a feed: `lines_read = positions + static_only + others +
/// refused` ([`FeedReport::is_balanced`]).
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct FeedReport {
    /// The format read, e.g. `nmea` or `csv/danish`.
    pub format: String,
    /// Lines of a log, records of a table (its header is none), elements of a JSON list.
    pub lines_read: u64,
    /// Lines that gave a position, with or without static data beside it.
    pub positions: u64,
    /// Lines that gave static data only.
    pub static_only: u64,
    /// Static reports given to the sink.
    pub static_reports: u64,
    /// Lines that are neither positions, static data nor mistakes, by kind.
    pub others: Tally<Other>,
    /// Lines refused, by reason.
    pub refused: Tally<Refusal>,
    /// Values that were not taken over, or are worth a look, by kind.
    pub notes: Tally<Note>,
    /// The first refused lines.
    pub refused_examples: Vec<Example>,
    /// The first noted values, those marked "not available" left out.
    pub noted_examples: Vec<Example>,
    /// Earliest time of a position, Unix ms.
    pub first_time_ms: Option<i64>,
    /// Latest time of a position, Unix ms.
    pub last_time_ms: Option<i64>,
    /// Positions that are older than the one before of the same vessel.
    pub clocks_backwards: u64,
    /// Vessels with a position.
    pub vessels: u64,
    /// Positions that the file marks as synthetic.
    pub synthetic: u64,
    /// Columns of the table that are not read.
    pub columns_ignored: Vec<String>,
    #[serde(skip)]
    max_examples: usize,
    #[serde(skip)]
    clocks: Clocks,
}

impl FeedReport {
    pub(crate) fn new(format: String, max_examples: usize) -> Self {
        Self {
            format,
            max_examples,
            ..Self::default()
        }
    }

    /// Whether every line is accounted for. Always true; a test of the readers.
    #[must_use]
    pub fn is_balanced(&self) -> bool {
        let ended = self.positions + self.static_only + self.others.total() + self.refused.total();
        self.lines_read == ended
    }

    /// Adds the report of the lines that follow. Merging the reports of a file's blocks in their
    /// order gives the report of the file, however it was divided.
    pub fn merge(&mut self, next: &Self) {
        self.lines_read += next.lines_read;
        self.positions += next.positions;
        self.static_only += next.static_only;
        self.static_reports += next.static_reports;
        self.others.merge(&next.others);
        self.refused.merge(&next.refused);
        self.notes.merge(&next.notes);
        let room = |examples: &[Example]| self.max_examples.saturating_sub(examples.len());
        let (for_refused, for_noted) = (room(&self.refused_examples), room(&self.noted_examples));
        let more = next.refused_examples.iter().take(for_refused);
        self.refused_examples.extend(more.cloned());
        let more = next.noted_examples.iter().take(for_noted);
        self.noted_examples.extend(more.cloned());
        let first_times = [self.first_time_ms, next.first_time_ms];
        self.first_time_ms = first_times.into_iter().flatten().min();
        self.last_time_ms = self.last_time_ms.max(next.last_time_ms);
        self.clocks_backwards += next.clocks_backwards + self.clocks.merge(&next.clocks);
        self.vessels = self.clocks.vessels();
        self.synthetic += next.synthetic;
    }

    pub(crate) fn refuse(
        &mut self,
        reason: Refusal,
        line: u64,
        field: &'static str,
        value: impl FnOnce() -> String,
    ) {
        self.refused.add(reason);
        if self.refused_examples.len() < self.max_examples {
            let value = shorten(value());
            self.refused_examples.push(Example {
                line,
                field,
                value,
                reason: reason.code(),
            });
        }
    }

    pub(crate) fn note(
        &mut self,
        note: Note,
        line: u64,
        field: &'static str,
        value: impl FnOnce() -> String,
    ) {
        self.notes.add(note);
        if self.noted_examples.len() < self.max_examples {
            let value = shorten(value());
            self.noted_examples.push(Example {
                line,
                field,
                value,
                reason: note.code(),
            });
        }
    }

    pub(crate) fn position(&mut self, mmsi: u32, time_ms: i64, synthetic: bool) {
        self.positions += 1;
        self.synthetic += u64::from(synthetic);
        self.first_time_ms = Some(
            self.first_time_ms
                .map_or(time_ms, |first| first.min(time_ms)),
        );
        self.last_time_ms = self.last_time_ms.max(Some(time_ms));
        self.clocks_backwards += u64::from(self.clocks.went_back(mmsi, time_ms));
        self.vessels = self.clocks.vessels();
    }
}

const EXAMPLE_CHARACTERS: usize = 80;

fn shorten(mut value: String) -> String {
    if let Some((end, _)) = value.char_indices().nth(EXAMPLE_CHARACTERS) {
        value.truncate(end);
    }
    value
}

/// First and last time of each vessel's positions, in the order of the feed.
#[derive(Clone, Debug, Default, PartialEq)]
struct Clocks {
    seen: FastMap<u32, Seen>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Seen {
    first_ms: i64,
    last_ms: i64,
}

/// Vessels whose clocks are followed. Real feeds have some 500,000 vessels; a file of random
/// numbers must not fill the memory [inferred].
const MAX_VESSELS: usize = 2_000_000;

impl Clocks {
    fn vessels(&self) -> u64 {
        self.seen.len() as u64
    }

    fn went_back(&mut self, mmsi: u32, time_ms: i64) -> bool {
        if let Some(seen) = self.seen.get_mut(&mmsi) {
            let back = time_ms < seen.last_ms;
            seen.last_ms = time_ms;
            return back;
        }
        if self.seen.len() < MAX_VESSELS {
            self.seen.insert(
                mmsi,
                Seen {
                    first_ms: time_ms,
                    last_ms: time_ms,
                },
            );
        }
        false
    }

    /// Adds what follows; returns how many clocks went back between the two.
    fn merge(&mut self, next: &Self) -> u64 {
        let mut back = 0;
        for (mmsi, later) in &next.seen {
            if let Some(seen) = self.seen.get_mut(mmsi) {
                back += u64::from(later.first_ms < seen.last_ms);
                seen.last_ms = later.last_ms;
            } else if self.seen.len() < MAX_VESSELS {
                self.seen.insert(*mmsi, *later);
            }
        }
        back
    }
}

/// A map by numbers that come from a feed; its order is never part of a result.
pub(crate) type FastMap<K, V> = HashMap<K, V, BuildHasherDefault<NumberHasher>>;

/// A hash of numbers: multiply and shift.
#[derive(Default)]
pub(crate) struct NumberHasher(u64);

impl Hasher for NumberHasher {
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }

    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.write_u64(u64::from_le_bytes(*word));
        }
        let last = rest
            .iter()
            .fold(0, |last, byte| last << 8 | u64::from(*byte));
        self.write_u64(last);
    }

    fn write_u32(&mut self, number: u32) {
        self.write_u64(u64::from(number));
    }

    fn write_u64(&mut self, number: u64) {
        let mixed = (self.0.rotate_left(23) ^ number).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 = mixed ^ (mixed >> 29);
    }
}
