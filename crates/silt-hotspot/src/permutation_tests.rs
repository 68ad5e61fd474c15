use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;

use super::{Permutations, Reference, draw_different};
use crate::{Limits, OptionError};

/// Every choice of `k` of the other cells, one after another.
fn exact_tails(values: &[f64], cell: usize, k: usize, observed: f64) -> (f64, f64) {
    let others: Vec<f64> = values
        .iter()
        .enumerate()
        .filter(|&(at, _)| at != cell)
        .map(|(_, &value)| value)
        .collect();
    let (mut all, mut at_least, mut at_most) = (0.0, 0.0, 0.0);
    for mask in 0..1_u32 << others.len() {
        if mask.count_ones() as usize != k {
            continue;
        }
        let sum: f64 = others
            .iter()
            .enumerate()
            .filter(|&(at, _)| mask >> at & 1 == 1)
            .map(|(_, value)| value)
            .sum();
        all += 1.0;
        at_least += f64::from(u8::from(sum >= observed));
        at_most += f64::from(u8::from(sum <= observed));
    }
    (at_least / all, at_most / all)
}

#[test]
fn p_is_the_share_of_all_choices_of_other_cells() {
    // Eleven cells of which four are empty: few enough to go through all choices, and the cell
    // itself is often drawn.
    let values = [9.0, 1.0, 2.0, 4.0, 4.0, 0.5, 7.0];
    let mut all = values.to_vec();
    all.extend([0.0; 4]);
    let permutations = Permutations {
        count: 60_000,
        seed: 5,
    };
    for k in [1, 3, 6] {
        let reference = Reference::draw(&values, 11, k, permutations, (&Limits::default()).into())
            .expect("a reference");
        for cell in [0, 3, 5, 7, 10] {
            for observed in [0.0, 4.0, 9.5, 13.0] {
                let (at_least, at_most) = exact_tails(&all, cell, k as usize, observed);
                let expected = at_least.min(at_most);
                let error = 5.0 * (expected * (1.0 - expected) / 60_000.0).sqrt() + 2.0 / 60_000.0;
                let p = reference.p(cell as u64, observed);
                assert!(
                    (p - expected).abs() <= error,
                    "k {k}, cell {cell}, {observed}: {p} is not {expected}"
                );
            }
        }
    }
}

#[test]
fn ranks_of_a_cell_are_those_of_its_own_sums() {
    let values = [3.0, 1.0, 4.0, 1.5, 9.0];
    let permutations = Permutations {
        count: 500,
        seed: 1,
    };
    let reference = Reference::draw(&values, 8, 3, permutations, (&Limits::default()).into())
        .expect("a reference");
    for cell in 0..8 {
        let own: Vec<_> = reference
            .replaced
            .iter()
            .filter(|&&(out, ..)| out == cell)
            .collect();
        let mut sums = reference.sums.clone();
        for &&(_, sum, instead) in &own {
            let at = sums
                .iter()
                .position(|&known| known == sum)
                .expect("a sum that was drawn");
            sums[at] = instead;
        }
        for observed in [0.0, 2.5, 5.5, 13.0, 20.0] {
            let at_least = sums.iter().filter(|&&sum| sum >= observed).count();
            let at_most = sums.iter().filter(|&&sum| sum <= observed).count();
            assert_eq!(
                reference.p(cell, observed),
                (at_least.min(at_most) + 1) as f64 / 501.0
            );
        }
    }
}

#[test]
fn draws_are_different_and_evenly_spread() {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let mut drawn = Vec::new();
    for (n, count) in [(7, 7), (7, 3), (100, 90), (1000, 65)] {
        let mut seen = vec![0_u32; n as usize];
        let rounds = 4000;
        for _ in 0..rounds {
            draw_different(&mut rng, n, count, &mut drawn);
            assert_eq!(drawn.len(), count);
            drawn.sort_unstable();
            assert!(
                drawn.windows(2).all(|pair| pair[0] < pair[1])
                    && drawn.last().is_some_and(|&last| last < n)
            );
            for &number in &drawn {
                seen[number as usize] += 1;
            }
        }
        let share = count as f64 / n as f64;
        let (expected, error) = (
            share * f64::from(rounds),
            6.0 * (f64::from(rounds) * share * (1.0 - share)).sqrt(),
        );
        assert!(
            seen.iter()
                .all(|&times| (f64::from(times) - expected).abs() <= error),
            "{count} of {n}"
        );
    }
    draw_different(&mut rng, 3, 5, &mut drawn);
    assert_eq!(drawn.len(), 3);
}

#[test]
fn permutations_have_limits() {
    let limits = Limits::default();
    for count in [0, 1_000_000_000] {
        let refused = Permutations { count, seed: 0 }.check(&limits);
        assert_eq!(
            refused,
            Err(OptionError::Permutations {
                asked: count,
                limit: 99_999
            })
        );
    }
    assert_eq!(Permutations::default().check(&limits), Ok(()));
}
