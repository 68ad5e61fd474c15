//! The false discovery rate of Benjamini and Hochberg (1995).

use rayon::prelude::*;

/// Rates of the bins 1, 2 and 3: confidence of 90, 95 and 99 %.
pub const FDR_LEVELS: [f64; 3] = [0.10, 0.05, 0.01];

/// The bin of a score: 3, 2, 1 where `q` is at most 0.01, 0.05, 0.10, with the sign of `z`; else 0.
#[must_use]
pub fn bin_of_q(z: f64, q: f64) -> i8 {
    let bin = FDR_LEVELS.iter().filter(|&&level| q <= level).count() as i8;
    if z < 0.0 { -bin } else { bin }
}

/// The q of each p: the smallest false discovery rate at which the test counts as a discovery. A p
/// that is not a number gets 1.
#[must_use]
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    let unusable = p.iter().filter(|p| p.is_nan()).count() as u64;
    let q = q_values(p, &[Some((1.0, unusable))]);
    q.listed
        .into_iter()
        .map(|q| if q.is_nan() { 1.0 } else { q })
        .collect()
}

/// Not a number where there was no p.
pub(crate) struct QValues {
    pub(crate) listed: Vec<f64>,
    pub(crate) groups: Vec<f64>,
}

/// As [`benjamini_hochberg`], where many tests share one p: `groups` holds such a p and the number
/// of its tests. What has no p (not a number, or `None`) was not tested and is not counted.
pub(crate) fn q_values(listed: &[f64], groups: &[Option<(f64, u64)>]) -> QValues {
    let order = sorted(listed);
    let mut group_order: Vec<(f64, usize, u64)> = groups
        .iter()
        .enumerate()
        .filter_map(|(at, group)| group.map(|(p, tests)| (p.max(0.0), at, tests)))
        .collect();
    group_order.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));

    let in_groups: u64 = group_order.iter().map(|&(.., tests)| tests).sum();
    let tests = order.len() as u64 + in_groups;
    let mut q = QValues {
        listed: vec![f64::NAN; listed.len()],
        groups: vec![f64::NAN; groups.len()],
    };
    let mut rank = tests;
    let mut least: f64 = 1.0;
    let mut rest = order.as_slice();
    // From the largest p down. Among equal ones the first seen has the highest rank, and thereby
    // the least of their rates.
    loop {
        let last = rest.last().map(|key| key.p);
        let last_group = group_order.last().map(|&(p, ..)| p);
        let Some(p) = last.into_iter().chain(last_group).reduce(f64::max) else {
            return q;
        };
        if rank > 0 {
            least = least.min(p * tests as f64 / rank as f64);
        }
        while let Some((_, at, tests)) = group_order.pop_if(|group| group.0 == p) {
            q.groups[at] = least;
            rank -= tests;
        }
        while let Some((key, before)) = rest.split_last()
            && key.p == p
        {
            q.listed[key.at as usize] = least;
            rank -= 1;
            rest = before;
        }
    }
}

/// A p, and where it stood.
#[derive(Clone, Copy, Debug, Default)]
struct Key {
    p: f64,
    at: u32,
    drawer: u32,
}

/// Keys in a drawer, on average **\[inferred\]**: few enough to sort by insertion.
const KEYS_PER_DRAWER: usize = 4;
/// Keys from which a task sorts drawers.
const TASK_KEYS: usize = 1 << 14;

/// Sorts by p, and leaves out what is not a number. Most p lie anywhere between 0 and 1, so that
/// many drawers leave little to sort in each.
fn sorted(listed: &[f64]) -> Vec<Key> {
    let drawers = listed.len().div_ceil(KEYS_PER_DRAWER);
    let mut ends = vec![0_u32; drawers];
    let mut keys = Vec::with_capacity(listed.len());
    for (at, &p) in (0..).zip(listed) {
        if p.is_nan() {
            continue;
        }
        let p = p.max(0.0);
        let drawer = ((p * drawers as f64) as usize).min(drawers - 1) as u32;
        ends[drawer as usize] += 1;
        keys.push(Key { p, at, drawer });
    }
    let mut total = 0;
    for end in &mut ends {
        total += *end;
        *end = total - *end;
    }
    // Beginnings up to here; each moves to the end of its drawer as that fills.
    let mut sorted = vec![Key::default(); keys.len()];
    for key in keys {
        let next = &mut ends[key.drawer as usize];
        sorted[*next as usize] = key;
        *next += 1;
    }
    let mut tasks = Vec::new();
    let (mut rest, mut first_of_task, mut first) = (sorted.as_mut_slice(), 0, 0);
    let mut within = Vec::new();
    for end in ends {
        let end = end as usize;
        if end - first > 1 {
            within.push(first - first_of_task..end - first_of_task);
        }
        first = end;
        if end - first_of_task >= TASK_KEYS {
            let (of_task, after) = rest.split_at_mut(end - first_of_task);
            tasks.push((of_task, std::mem::take(&mut within)));
            (rest, first_of_task) = (after, end);
        }
    }
    tasks.push((rest, within));
    tasks.into_par_iter().for_each(|(keys, drawers)| {
        for drawer in drawers {
            keys[drawer].sort_unstable_by(|a, b| a.p.total_cmp(&b.p));
        }
    });
    sorted
}

#[cfg(test)]
#[path = "fdr_tests.rs"]
mod tests;
