use proptest::prelude::*;

use super::*;

fn listed(at: usize, order: f64, value: f64) -> Listed {
    Listed { order, value, at }
}

proptest! {
    #[test]
    fn the_first_are_those_of_the_whole_list_in_order(
        orders in prop::collection::vec((0..20_u8, 0..4_u8), 0..300),
        limit in 0..40_u64,
    ) {
        let all: Vec<Option<Listed>> = orders
            .iter()
            .enumerate()
            .map(|(at, &(order, value))| {
                // Infinity is the order of a cell without a score.
                let own = if order == 19 { f64::INFINITY } else { order.into() };
                (order % 5 != 1).then(|| listed(at, own, value.into()))
            })
            .collect();
        let found = best(all.len(), limit, |at| all[at]);
        let mut expected: Vec<Listed> = all.into_iter().flatten().collect();
        prop_assert_eq!(found.matched, expected.len() as u64);
        expected.sort_by(Listed::by_rank);
        expected.truncate(limit as usize);
        prop_assert_eq!(found.listed, expected);
    }
}

#[test]
fn of_many_all_but_the_first_are_dropped() {
    let len = 5 * TASK_PLACES + 17;
    // Each order occurs once.
    let candidate = |at: usize| {
        let order = ((at * 7_919) % len) as f64;
        Some(listed(at, order, 1.0))
    };
    for limit in [0, 1, 100, 5_000, len as u64 + 1] {
        let found = best(len, limit, candidate);
        assert_eq!(found.matched, len as u64);
        let kept = len.min(limit as usize);
        let orders = found.listed.iter().map(|listed| listed.order);
        assert!(orders.eq((0..kept).map(|order| order as f64)), "{limit}");
    }
}
