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
#[derive(Debug)]
pub(crate) struct QValues {
    pub(crate) listed: Vec<f64>,
    pub(crate) groups: Vec<f64>,
}

/// As [`benjamini_hochberg`], where many tests share one p: `groups` holds such a p and the number
/// of its tests. What has no p (not a number, or `None`) was not tested and is not counted.
pub(crate) fn q_values(listed: &[f64], groups: &[Option<(f64, u64)>]) -> QValues {
    let mut tested: Vec<Group> = groups
        .iter()
        .enumerate()
        .filter_map(|(at, group)| group.map(|(p, tests)| Group::new(p, tests, at)))
        .collect();
    tested.sort_unstable_by(|a, b| a.p.total_cmp(&b.p));
    let different = listed
        .par_chunks(CHUNK)
        .map(Different::of)
        .try_reduce(Different::default, Different::joined);
    match different {
        Some(different) => of_few(listed, different, tested, groups.len()),
        None => of_many(listed, &tested, groups.len()),
    }
}

/// p that one task looks at.
const CHUNK: usize = 1 << 14;

/// A p without a sign, so that numbers have the order of their bits.
fn plain(p: f64) -> f64 {
    p.max(0.0) + 0.0
}

/// Tests that share a p.
#[derive(Clone, Copy, Debug)]
struct Group {
    p: f64,
    tests: u64,
    /// Where it was given.
    at: usize,
}

impl Group {
    fn new(p: f64, tests: u64, at: usize) -> Self {
        let p = plain(p);
        Self { p, tests, at }
    }
}

/// The least rate on the way from the largest p down.
struct Descent {
    tests: f64,
    /// Rank of the next p: tests that are left.
    rank: u64,
    least: f64,
}

impl Descent {
    /// The rate of a p that so many tests have. Among equal ones the first seen has the highest
    /// rank, and thereby the least of their rates.
    fn rate(&mut self, p: f64, tests: u64) -> f64 {
        if self.rank > 0 {
            self.least = self.least.min(p * self.tests / self.rank as f64);
        }
        self.rank -= tests;
        self.least
    }
}

/// Fibonacci hashing to so many bits: the upper ones of a product with 2^64 divided by the golden
/// ratio.
pub(crate) fn hashed(number: u64, bits: u32) -> usize {
    (number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - bits)) as usize
}

/// Different p and how many tests have each, as long as they are few: values that are counts make
/// few. Open addressing by the bits of p.
#[derive(Clone)]
struct Different {
    places: Vec<(u64, u64)>,
    known: usize,
}

const DIFFERENT_LOG2: u32 = 11;
/// A quarter of the places, so that most are found at once.
const MOST_DIFFERENT: usize = 1 << (DIFFERENT_LOG2 - 2);
/// The bits of no p.
const FREE: u64 = u64::MAX;

impl Default for Different {
    fn default() -> Self {
        Self {
            places: vec![(FREE, 0); 1 << DIFFERENT_LOG2],
            known: 0,
        }
    }
}

impl Different {
    /// `None` where they are many.
    fn of(listed: &[f64]) -> Option<Self> {
        let mut different = Self::default();
        for &p in listed.iter().filter(|p| !p.is_nan()) {
            different.add(plain(p).to_bits(), 1)?;
        }
        Some(different)
    }

    fn joined(mut self, other: Self) -> Option<Self> {
        for &(bits, tests) in other.places.iter().filter(|place| place.0 != FREE) {
            self.add(bits, tests)?;
        }
        Some(self)
    }

    fn add(&mut self, bits: u64, tests: u64) -> Option<()> {
        let at = self.place_of(bits);
        let place = &mut self.places[at];
        if place.0 == FREE {
            if self.known == MOST_DIFFERENT {
                return None;
            }
            self.known += 1;
            place.0 = bits;
        }
        place.1 += tests;
        Some(())
    }

    /// Where some bits are, or would be.
    fn place_of(&self, bits: u64) -> usize {
        let mut at = hashed(bits, DIFFERENT_LOG2);
        while self.places[at].0 != bits && self.places[at].0 != FREE {
            at = (at + 1) % self.places.len();
        }
        at
    }
}

fn of_few(listed: &[f64], different: Different, tested: Vec<Group>, groups: usize) -> QValues {
    // Those of the list stand behind the groups.
    let places = different.places.iter().enumerate();
    let of_list = places
        .filter(|(_, place)| place.0 != FREE)
        .map(|(at, &(bits, tests))| Group::new(f64::from_bits(bits), tests, groups + at));
    let mut all: Vec<Group> = tested.into_iter().chain(of_list).collect();
    all.sort_unstable_by(|a, b| a.p.total_cmp(&b.p));
    let tests = all.iter().map(|group| group.tests).sum();
    let mut descent = Descent {
        tests: tests as f64,
        rank: tests,
        least: 1.0,
    };
    let mut q = vec![f64::NAN; groups + different.places.len()];
    for same in all.chunk_by(|a, b| a.p == b.p).rev() {
        let rate = descent.rate(same[0].p, same.iter().map(|group| group.tests).sum());
        same.iter().for_each(|group| q[group.at] = rate);
    }
    let rates = q.split_off(groups);
    let rate = |&p: &f64| match p.is_nan() {
        true => f64::NAN,
        false => rates[different.place_of(plain(p).to_bits())],
    };
    QValues {
        listed: listed.par_iter().with_min_len(CHUNK).map(rate).collect(),
        groups: q,
    }
}

/// p of the list and groups between two bounds, ascending.
struct Part<'a> {
    order: Vec<u32>,
    groups: &'a [Group],
    /// Tests in this part and all below it.
    rank: u64,
}

/// The rates of a [`Part`], as far as it tells them.
struct PartRates {
    /// In the order of the part.
    listed: Vec<f64>,
    /// With the place where the group was given.
    groups: Vec<(usize, f64)>,
    least: f64,
}

fn of_many(listed: &[f64], tested: &[Group], groups: usize) -> QValues {
    let bounds = bounds(listed, rayon::current_num_threads());
    let orders: Vec<Vec<u32>> = bounds
        .par_windows(2)
        .map(|bounds| order(listed, bounds[0], bounds[1]))
        .collect();
    let mut parts = Vec::with_capacity(orders.len());
    let (mut rest, mut rank) = (tested, 0);
    for (order, end) in orders.into_iter().zip(&bounds[1..]) {
        let (groups, after) = rest.split_at(rest.partition_point(|group| group.p < *end));
        rank += order.len() as u64 + groups.iter().map(|group| group.tests).sum::<u64>();
        rest = after;
        parts.push(Part {
            order,
            groups,
            rank,
        });
    }
    let rates: Vec<PartRates> = parts
        .par_iter()
        .map(|part| part.rates(listed, rank))
        .collect();

    // A rate is the least of its own part and of those above.
    let mut q = QValues {
        listed: vec![f64::NAN; listed.len()],
        groups: vec![f64::NAN; groups],
    };
    let mut least: f64 = 1.0;
    for (part, rates) in parts.iter().zip(rates).rev() {
        for (&at, rate) in part.order.iter().zip(rates.listed) {
            q.listed[at as usize] = rate.min(least);
        }
        for (at, rate) in rates.groups {
            q.groups[at] = rate.min(least);
        }
        least = least.min(rates.least);
    }
    q
}

/// p from which the bounds of a part are chosen.
const SAMPLES_PER_PART: usize = 256;

/// Bounds of parts that hold about equally many p: one more than there are parts, from 0 to beyond
/// the largest p.
fn bounds(listed: &[f64], parts: usize) -> Vec<f64> {
    let step = (listed.len() / (parts * SAMPLES_PER_PART)).max(1);
    let sample = listed.iter().step_by(step).filter(|p| !p.is_nan());
    let mut sample: Vec<f64> = sample.map(|&p| plain(p)).collect();
    sample.sort_unstable_by(f64::total_cmp);
    let mut bounds = vec![0.0];
    bounds.extend((1..parts).filter_map(|part| sample.get(part * sample.len() / parts)));
    bounds.push(f64::INFINITY);
    bounds
}

impl Part<'_> {
    /// Of `tests` in all parts.
    fn rates(&self, listed: &[f64], tests: u64) -> PartRates {
        let p_of = |&at: &u32| plain(listed[at as usize]);
        let mut listed: Vec<f64> = self.order.iter().map(p_of).collect();
        let mut of_groups = Vec::with_capacity(self.groups.len());
        let mut descent = Descent {
            tests: tests as f64,
            rank: self.rank,
            least: f64::INFINITY,
        };
        // From the largest p down; each p of the list gives place to its rate.
        let mut rest = listed.as_mut_slice();
        let mut groups = self.groups;
        while !(rest.is_empty() && groups.is_empty()) {
            let last = rest.last().copied().unwrap_or(0.0);
            let p = groups.last().map_or(last, |group| group.p.max(last));
            let of_list = rest.iter().rev().take_while(|&&own| own == p).count();
            let (below, same) = rest.split_at_mut(rest.len() - of_list);
            let of_group = groups.iter().rev().take_while(|group| group.p == p).count();
            let (groups_below, same_groups) = groups.split_at(groups.len() - of_group);
            let in_groups: u64 = same_groups.iter().map(|group| group.tests).sum();
            let rate = descent.rate(p, in_groups + of_list as u64);
            same.fill(rate);
            of_groups.extend(same_groups.iter().map(|group| (group.at, rate)));
            (rest, groups) = (below, groups_below);
        }
        PartRates {
            listed,
            groups: of_groups,
            least: descent.least,
        }
    }
}

/// Digits of the bits of a p of at most 1, a number of single precision, and the bits of each.
const DIGITS: usize = 3;
const DIGIT_BITS: u32 = 10;
/// Values of a digit.
const VALUES: usize = 1 << DIGIT_BITS;
/// Places of the p from one bound to below another, ascending by p. Numbers that are not negative
/// have the order of their bits, so that they can be dealt digit by digit; single precision has few
/// digits, and the few that it does not tell apart are compared.
fn order(listed: &[f64], first: f64, end: f64) -> Vec<u32> {
    // What is not a number is in no part.
    let is_inside = |p: f64| !p.is_nan() & (plain(p) >= first) & (plain(p) < end);
    // Counted before, so that all parts together take the memory of the list, and not each.
    let inside = listed.iter().filter(|&&p| is_inside(p)).count();
    let mut keys: Vec<u64> = vec![0; inside + 1];
    let mut found = 0;
    for (at, &p) in (0..).zip(listed) {
        // Written in any case and kept by the count: a branch would be guessed wrong for every other p.
        keys[found] = u64::from((plain(p) as f32).to_bits()) << 32 | at;
        found += usize::from(is_inside(p));
    }
    keys.truncate(found);
    let digit_of =
        |key: u64, digit: usize| (key >> (32 + digit as u32 * DIGIT_BITS)) as usize % VALUES;
    let mut counts = [[0_u32; VALUES]; DIGITS];
    for &key in &keys {
        for (digit, counts) in counts.iter_mut().enumerate() {
            counts[digit_of(key, digit)] += 1;
        }
    }
    let mut dealt = vec![0; keys.len()];
    for (digit, next) in counts.iter_mut().enumerate() {
        let mut total = 0;
        for next in next.iter_mut() {
            total += *next;
            *next = total - *next;
        }
        for &key in &keys {
            let next = &mut next[digit_of(key, digit)];
            dealt[*next as usize] = key;
            *next += 1;
        }
        std::mem::swap(&mut keys, &mut dealt);
    }
    let place = |key: u64| key as u32;
    for same in keys.chunk_by_mut(|a, b| *a >> 32 == *b >> 32) {
        if same.len() > 1 {
            same.sort_unstable_by_key(|&key| plain(listed[place(key) as usize]).to_bits());
        }
    }
    keys.into_iter().map(place).collect()
}

#[cfg(test)]
#[path = "fdr_tests.rs"]
mod tests;
