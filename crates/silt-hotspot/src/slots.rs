//! Sets of slots, a bit each.

/// Some slots of a study area.
pub(crate) struct SlotSet {
    words: Vec<u64>,
}

impl SlotSet {
    pub(crate) fn new(slots: u64) -> Self {
        Self {
            words: vec![0; slots.div_ceil(64) as usize],
        }
    }

    pub(crate) fn insert(&mut self, slot: u64) {
        self.words[(slot / 64) as usize] |= 1 << (slot % 64);
    }

    /// The members of both, sets of the same slots.
    pub(crate) fn joined(mut self, other: SlotSet) -> SlotSet {
        for (word, other) in self.words.iter_mut().zip(other.words) {
            *word |= other;
        }
        self
    }

    /// The members, ascending.
    pub(crate) fn to_vec(&self) -> Vec<u64> {
        let members = self.words.iter().map(|word| word.count_ones() as usize);
        let mut slots = Vec::with_capacity(members.sum());
        for (at, &word) in self.words.iter().enumerate() {
            let mut rest = word;
            while rest != 0 {
                slots.push(at as u64 * 64 + u64::from(rest.trailing_zeros()));
                rest &= rest - 1;
            }
        }
        slots
    }
}

#[cfg(test)]
#[path = "slots_tests.rs"]
mod tests;
