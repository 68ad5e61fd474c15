//! Things counted and put together by small numbers, without sorting where an array will do.

use rayon::prelude::*;

/// Numbers for each thing that is counted, up to which an array over all numbers is used.
const NUMBERS_PER_THING: usize = 8;
/// Numbers that one task looks at.
const TASK_NUMBERS: usize = 1 << 15;

/// How often each number occurs, ascending by number. About `things` of them come, all below `most`.
pub(crate) fn counts(
    numbers: impl Iterator<Item = u32>,
    things: usize,
    most: usize,
) -> Vec<(u32, u32)> {
    // Inner iteration: twice as fast as a loop over a chain of iterators.
    if most <= NUMBERS_PER_THING * things {
        let mut counts = vec![0; most];
        numbers.for_each(|number| counts[number as usize] += 1);
        return occurring(0, &counts);
    }
    let mut given = Vec::with_capacity(things);
    numbers.for_each(|number| given.push(number));
    counts_of(given)
}

fn counts_of(mut numbers: Vec<u32>) -> Vec<(u32, u32)> {
    let (first, width) = span(numbers.iter().copied());
    if width > NUMBERS_PER_THING * numbers.len() {
        numbers.sort_unstable();
        let same = numbers.chunk_by(|a, b| a == b);
        return same.map(|same| (same[0], same.len() as u32)).collect();
    }
    let mut counts = vec![0; width];
    for number in numbers {
        counts[(number - first) as usize] += 1;
    }
    occurring(first, &counts)
}

/// The numbers from `first` on that occur, with how often.
fn occurring(first: u32, counts: &[u32]) -> Vec<(u32, u32)> {
    let of_task = |(task, counts): (usize, &[u32])| -> Vec<(u32, u32)> {
        let numbered = (first + (task * TASK_NUMBERS) as u32..).zip(counts.iter().copied());
        numbered.filter(|&(_, count)| count > 0).collect()
    };
    let tasks = counts.par_chunks(TASK_NUMBERS).enumerate();
    tasks.map(of_task).collect::<Vec<_>>().concat()
}

/// Pairs by their first number, in no particular order otherwise.
pub(crate) fn by_number(mut placed: Vec<(u32, u32)>) -> Vec<(u32, u32)> {
    let (first, width) = span(placed.iter().map(|&(number, _)| number));
    if width > NUMBERS_PER_THING * placed.len() {
        placed.sort_unstable();
        return placed;
    }
    let mut next = vec![0_u32; width];
    for &(number, _) in &placed {
        next[(number - first) as usize] += 1;
    }
    let mut total = 0;
    for next in &mut next {
        total += *next;
        *next = total - *next;
    }
    let mut sorted = vec![(0, 0); placed.len()];
    for pair in placed {
        let next = &mut next[(pair.0 - first) as usize];
        sorted[*next as usize] = pair;
        *next += 1;
    }
    sorted
}

/// The least number, and how many there are from it to the greatest.
fn span(numbers: impl Iterator<Item = u32>) -> (u32, usize) {
    let (least, greatest) = numbers.fold((u32::MAX, 0), |(least, greatest), number| {
        (least.min(number), greatest.max(number))
    });
    let width = u64::from(greatest) + 1;
    (least, width.saturating_sub(u64::from(least)) as usize)
}

#[cfg(test)]
#[path = "counting_tests.rs"]
mod tests;
