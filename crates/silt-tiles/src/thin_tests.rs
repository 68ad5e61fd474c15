use super::*;

fn weights(count: usize, bytes: usize) -> Vec<Weight> {
    vec![Weight { bytes, size: 0 }; count]
}

#[test]
fn all_stay_within_the_budget() {
    assert!(select(&weights(10, 5), 50, 10).iter().all(|&kept| kept));
}

#[test]
fn every_kth_stays_without_sizes() {
    let keep = select(&weights(1000, 10), 1000, 1000);
    assert_eq!(keep.iter().filter(|&&kept| kept).count(), 100);
    for window in keep.chunks(100) {
        assert_eq!(window.iter().filter(|&&kept| kept).count(), 10);
    }
}

#[test]
fn the_largest_stay_and_the_rest_is_even() {
    let mut list = weights(1000, 10);
    for (i, weight) in list.iter_mut().enumerate() {
        weight.size = 1 + (i % 7) as u64;
    }
    for i in [3, 500, 999] {
        list[i].size = 1_000_000;
    }
    let keep = select(&list, 2000, 1000);
    assert!(keep[3] && keep[500] && keep[999]);
    let kept = keep.iter().filter(|&&kept| kept).count();
    assert!((190..=200).contains(&kept), "{kept}");
    let last_half = keep[500..].iter().filter(|&&kept| kept).count();
    assert!(last_half > 40, "{last_half}");
}

#[test]
fn the_number_of_features_is_a_limit_too() {
    let keep = select(&weights(1000, 1), 1_000_000, 64);
    assert_eq!(keep.iter().filter(|&&kept| kept).count(), 64);
}
