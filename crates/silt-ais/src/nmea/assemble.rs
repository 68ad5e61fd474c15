//! Messages of several sentences.
//!
//! The parts of a message share talker, sequence number, channel and number of parts, and come in
//! order. Sequence numbers are used again after ten messages, so a part without its beginning is
//! never kept for later: it could complete another message.

use std::borrow::Cow;

use super::sentence::Sentence;

/// What a sentence led to.
#[derive(Debug, PartialEq)]
pub(super) enum Assembled<'a> {
    /// More parts must follow.
    Waiting,
    /// The parts before this one are missing.
    Orphan,
    Message {
        payload: Cow<'a, [u8]>,
        fill_bits: u8,
        time_ms: Option<i64>,
    },
}

/// A message whose parts did not come.
#[derive(Debug, PartialEq)]
pub(super) struct GivenUp {
    /// Lines of the parts that did come.
    pub(super) lines: Vec<u64>,
    pub(super) parts: u8,
}

struct Open {
    key: [u8; 5],
    payload: Vec<u8>,
    time_ms: Option<i64>,
    lines: Vec<u64>,
    begun_at: u64,
}

/// Joins parts.
pub(super) struct Assembler {
    /// Few at a time: a list is faster than a map.
    open: Vec<Open>,
    sentences: u64,
    window: u64,
}

impl Assembler {
    pub(super) fn new(window: u64) -> Self {
        Self {
            open: Vec::new(),
            sentences: 0,
            window,
        }
    }

    /// Takes a sentence. Messages that can no longer be completed are added to `given_up`.
    pub(super) fn add<'a>(
        &mut self,
        sentence: &Sentence<'a>,
        time_ms: Option<i64>,
        line: u64,
        given_up: &mut Vec<GivenUp>,
    ) -> Assembled<'a> {
        self.sentences += 1;
        if !self.open.is_empty() {
            self.expire(given_up);
        }
        if sentence.parts == 1 {
            let payload = Cow::Borrowed(sentence.payload);
            return Assembled::Message {
                payload,
                fill_bits: sentence.fill_bits,
                time_ms,
            };
        }
        let [first, second] = sentence.talker;
        let key = [
            first,
            second,
            sentence.parts,
            sentence.sequence,
            sentence.channel,
        ];
        let known = self.open.iter().position(|open| open.key == key);
        if sentence.part == 1 {
            if let Some(index) = known {
                given_up.push(self.open.remove(index).into());
            }
            self.open.push(Open {
                key,
                payload: sentence.payload.to_vec(),
                time_ms,
                lines: vec![line],
                begun_at: self.sentences,
            });
            return Assembled::Waiting;
        }
        let Some(index) = known else {
            return Assembled::Orphan;
        };
        let open = &mut self.open[index];
        if open.lines.len() + 1 != usize::from(sentence.part) {
            given_up.push(self.open.remove(index).into());
            return Assembled::Orphan;
        }
        open.payload.extend_from_slice(sentence.payload);
        open.time_ms = open.time_ms.or(time_ms);
        open.lines.push(line);
        if sentence.part < sentence.parts {
            return Assembled::Waiting;
        }
        let whole = self.open.remove(index);
        Assembled::Message {
            payload: Cow::Owned(whole.payload),
            fill_bits: sentence.fill_bits,
            time_ms: whole.time_ms,
        }
    }

    /// What is still incomplete at the end.
    pub(super) fn finish(&mut self) -> Vec<GivenUp> {
        self.open.drain(..).map(GivenUp::from).collect()
    }

    fn expire(&mut self, given_up: &mut Vec<GivenUp>) {
        // The oldest stand first.
        let oldest_allowed = self.sentences.saturating_sub(self.window);
        let expired = self
            .open
            .iter()
            .take_while(|open| open.begun_at < oldest_allowed)
            .count();
        given_up.extend(self.open.drain(..expired).map(GivenUp::from));
    }
}

impl From<Open> for GivenUp {
    fn from(open: Open) -> Self {
        Self {
            lines: open.lines,
            parts: open.key[2],
        }
    }
}

#[cfg(test)]
#[path = "assemble_tests.rs"]
mod tests;
