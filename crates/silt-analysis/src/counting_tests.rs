use proptest::prelude::*;

use super::*;

proptest! {
    #[test]
    fn numbers_are_counted_and_put_together_however_far_they_lie_apart(
        mut numbers in prop::collection::vec(0..60_u32, 0..80),
        far in 1..50_000_u32,
    ) {
        // Some lie in a row, others far apart.
        for number in numbers.iter_mut().skip(3) {
            *number *= far;
        }
        let mut expected = std::collections::BTreeMap::new();
        for &number in &numbers {
            *expected.entry(number).or_insert(0_u32) += 1;
        }
        let expected: Vec<(u32, u32)> = expected.into_iter().collect();
        let most = numbers.iter().max().map_or(0, |&number| number as usize + 1);
        // Whatever is expected of them.
        for things in [0, numbers.len(), most] {
            prop_assert_eq!(&counts(numbers.iter().copied(), things, most), &expected);
        }

        let placed: Vec<(u32, u32)> = numbers.into_iter().zip(0..).collect();
        let mut sorted = placed.clone();
        sorted.sort_unstable();
        let mut found = by_number(placed);
        prop_assert!(found.is_sorted_by_key(|pair| pair.0));
        found.sort_unstable();
        prop_assert_eq!(found, sorted);
    }
}
