//! The false discovery rate of Benjamini and Hochberg (1995).

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
    let usable: Vec<Option<f64>> = p.iter().map(|&p| (!p.is_nan()).then_some(p)).collect();
    let unusable = p.iter().filter(|p| p.is_nan()).count() as u64;
    let q = q_values(&usable, &[Some((1.0, unusable))]);
    q.listed.into_iter().map(|q| q.unwrap_or(1.0)).collect()
}

pub(crate) struct QValues {
    pub(crate) listed: Vec<Option<f64>>,
    pub(crate) groups: Vec<Option<f64>>,
}

/// As [`benjamini_hochberg`], where many tests share one p: `groups` holds such a p and the number
/// of its tests. What has no p was not tested and is not counted.
pub(crate) fn q_values(listed: &[Option<f64>], groups: &[Option<(f64, u64)>]) -> QValues {
    // p is not negative, so that its bits have the order of its values; below them the place.
    let key = |p: f64, at: usize| u128::from(p.max(0.0).to_bits()) << 32 | at as u128;
    let place = |key: u128| (key as u32) as usize;
    let keys = listed
        .iter()
        .enumerate()
        .filter_map(|(at, p)| Some(key((*p)?, at)));
    let mut order = sorted(keys.collect());
    let mut group_order: Vec<u128> = groups
        .iter()
        .enumerate()
        .filter_map(|(at, group)| Some(key(group.as_ref()?.0, at)))
        .collect();
    group_order.sort_unstable();

    let in_groups: u64 = groups.iter().flatten().map(|&(_, tests)| tests).sum();
    let tests = order.len() as u64 + in_groups;
    let mut q = QValues {
        listed: vec![None; listed.len()],
        groups: vec![None; groups.len()],
    };
    let mut rank = tests;
    let mut least: f64 = 1.0;
    // From the largest p down. Among equal ones the first seen has the highest rank, and thereby
    // the least of their rates.
    while let Some(last) = order.last().max(group_order.last()) {
        let p_bits = last >> 32;
        if rank > 0 {
            least = least.min(f64::from_bits(p_bits as u64) * tests as f64 / rank as f64);
        }
        while let Some(key) = group_order.pop_if(|key| *key >> 32 == p_bits) {
            q.groups[place(key)] = Some(least);
            rank -= groups[place(key)].map_or(0, |(_, tests)| tests);
        }
        while let Some(key) = order.pop_if(|key| *key >> 32 == p_bits) {
            q.listed[place(key)] = Some(least);
            rank -= 1;
        }
    }
    q
}

/// Sorts keys whose upper part is a p. Most p lie anywhere between 0 and 1, so that as many drawers
/// as keys leave little to sort in each.
fn sorted(keys: Vec<u128>) -> Vec<u128> {
    let drawers = keys.len();
    let drawer = |key: u128| {
        let p = f64::from_bits((key >> 32) as u64);
        ((p * drawers as f64) as usize).min(drawers - 1)
    };
    let mut ends = vec![0_usize; drawers];
    keys.iter().for_each(|&key| ends[drawer(key)] += 1);
    let mut total = 0;
    for end in &mut ends {
        total += *end;
        *end = total - *end;
    }
    // Beginnings up to here; each moves to the end of its drawer as that fills.
    let mut sorted = vec![0; keys.len()];
    for key in keys {
        let next = &mut ends[drawer(key)];
        sorted[*next] = key;
        *next += 1;
    }
    let mut first = 0;
    for end in ends {
        if end - first > 1 {
            sorted[first..end].sort_unstable();
        }
        first = end;
    }
    sorted
}

#[cfg(test)]
#[path = "fdr_tests.rs"]
mod tests;
