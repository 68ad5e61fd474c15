//! The first cells in rank, of millions.

use std::cmp::Ordering;

use rayon::prelude::*;

/// A cell that may be listed: how it ranks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Listed {
    /// Ascending order puts the first in rank first.
    pub(crate) order: f64,
    /// Ties go to the larger value.
    pub(crate) value: f64,
    /// Place among the scores, which ascends with the cell.
    pub(crate) at: usize,
}

impl Listed {
    fn by_rank(&self, other: &Listed) -> Ordering {
        let by_order = self.order.total_cmp(&other.order);
        let by_value = other.value.total_cmp(&self.value);
        by_order.then(by_value).then(self.at.cmp(&other.at))
    }
}

/// The first cells in rank.
#[derive(Debug, Default)]
pub(crate) struct Best {
    /// In rank.
    pub(crate) listed: Vec<Listed>,
    /// How many there are without a limit.
    pub(crate) matched: u64,
}

/// Places that one task looks at.
const TASK_PLACES: usize = 1 << 15;

/// The first `limit` in rank of those that `candidate` gives for the places below `len`.
pub(crate) fn best(
    len: usize,
    limit: u64,
    candidate: impl Fn(usize) -> Option<Listed> + Sync,
) -> Best {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let of_task = |task: usize| {
        let places = task * TASK_PLACES..len.min((task + 1) * TASK_PLACES);
        let mut first = First::new(limit);
        places
            .filter_map(&candidate)
            .for_each(|listed| first.add(listed));
        first
    };
    let first = (0..len.div_ceil(TASK_PLACES))
        .into_par_iter()
        .map(of_task)
        .reduce(|| First::new(limit), First::joined);
    let mut listed = first.listed;
    listed.sort_unstable_by(Listed::by_rank);
    listed.truncate(limit);
    Best {
        listed,
        matched: first.matched,
    }
}

/// Candidates of which all but the first in rank are dropped from time to time.
struct First {
    limit: usize,
    listed: Vec<Listed>,
    matched: u64,
    /// Behind this one nothing is among the first.
    last: Option<Listed>,
}

impl First {
    fn new(limit: usize) -> First {
        First {
            limit,
            listed: Vec::new(),
            matched: 0,
            last: None,
        }
    }

    fn add(&mut self, listed: Listed) {
        self.matched += 1;
        let is_behind = |last: &Listed| last.by_rank(&listed) == Ordering::Less;
        if !self.last.as_ref().is_some_and(is_behind) {
            self.listed.push(listed);
            if self.listed.len() >= self.limit.saturating_mul(2).max(TASK_PLACES / 16) {
                self.drop_others();
            }
        }
    }

    fn drop_others(&mut self) {
        if self.listed.len() <= self.limit {
            return;
        }
        let (_, last, _) = self
            .listed
            .select_nth_unstable_by(self.limit, Listed::by_rank);
        self.last = Some(*last);
        self.listed.truncate(self.limit);
    }

    fn joined(mut self, mut other: First) -> First {
        self.matched += other.matched;
        self.listed.append(&mut other.listed);
        self.drop_others();
        self
    }
}

#[cfg(test)]
#[path = "best_tests.rs"]
mod tests;
