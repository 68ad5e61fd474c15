//! Sets of slots, a bit each, whose members are numbered in ascending order.

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

    pub(crate) fn len(&self) -> usize {
        self.words
            .iter()
            .map(|word| word.count_ones() as usize)
            .sum()
    }

    /// The members, ascending.
    pub(crate) fn to_vec(&self) -> Vec<u64> {
        let mut slots = Vec::with_capacity(self.len());
        for (at, &word) in self.words.iter().enumerate() {
            let mut rest = word;
            while rest != 0 {
                slots.push(at as u64 * 64 + u64::from(rest.trailing_zeros()));
                rest &= rest - 1;
            }
        }
        slots
    }

    pub(crate) fn numbered(self) -> NumberedSlots {
        let mut before = 0;
        let words = self
            .words
            .into_iter()
            .map(|word| {
                let numbered = (word, before);
                before += word.count_ones();
                numbered
            })
            .collect();
        NumberedSlots { words }
    }
}

/// A set of fewer than 2^32 slots that knows the number of each member.
pub(crate) struct NumberedSlots {
    /// Members, and how many there are in the words before.
    words: Vec<(u64, u32)>,
}

impl NumberedSlots {
    /// How many members are less than this one; `None` for a slot that is not a member.
    pub(crate) fn number(&self, slot: u64) -> Option<u32> {
        let (word, before) = *self.words.get((slot / 64) as usize)?;
        let bit = 1 << (slot % 64);
        (word & bit != 0).then(|| before + (word & (bit - 1)).count_ones())
    }
}

#[cfg(test)]
#[path = "slots_tests.rs"]
mod tests;
