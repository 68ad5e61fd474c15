use super::*;

fn recent() -> Recent<u64> {
    Recent::new(10, |weight| *weight)
}

#[test]
fn a_value_is_made_once_and_the_oldest_goes_first() {
    let cache = recent();
    let made = |value: u64| move || Ok::<u64, ()>(value);
    for key in ["a", "b"] {
        assert_eq!(cache.get(key, made(4)).as_deref(), Ok(&4));
    }
    // Asked for again: `b` is now the oldest, and goes when `c` comes.
    assert_eq!(cache.get("a", made(9)).as_deref(), Ok(&4));
    assert_eq!(cache.get("c", made(5)).as_deref(), Ok(&5));
    assert_eq!(cache.get("a", made(9)).as_deref(), Ok(&4));
    assert_eq!(cache.get("b", made(6)).as_deref(), Ok(&6));
}

#[test]
fn a_failure_is_not_kept_and_a_heavy_value_is_still_given() {
    let cache = recent();
    assert_eq!(cache.get("a", || Err::<u64, &str>("late")), Err("late"));
    assert_eq!(cache.get("a", || Ok::<u64, &str>(99)).as_deref(), Ok(&99));
    assert_eq!(cache.get("a", || Ok::<u64, &str>(1)).as_deref(), Ok(&99));
}
