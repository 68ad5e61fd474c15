use super::*;

#[test]
fn a_stream_can_be_entered_at_any_draw() {
    let mut from_start = Uniforms::new(1, Domain::Vessel, 42, 0);
    let all: Vec<_> = (0..300).map(|_| from_start.next_draw()).collect();
    for first in [1, 3, 128, 255] {
        let mut entered = Uniforms::new(1, Domain::Vessel, 42, first);
        for expected in &all[first..] {
            assert_eq!(entered.next_draw(), *expected);
        }
    }
}

#[test]
fn streams_differ_by_seed_domain_and_key() {
    let first = |seed, domain, key| Uniforms::new(seed, domain, key, 0).next_draw();
    let reference = first(1, Domain::Vessel, 42);
    assert_ne!(reference, first(2, Domain::Vessel, 42));
    assert_ne!(reference, first(1, Domain::Shared, 42));
    assert_ne!(reference, first(1, Domain::Vessel, 43));
}

#[test]
fn uniform_numbers_never_reach_the_ends() {
    assert!(open_unit(0) > 0.0);
    assert!(open_unit(u64::MAX) < 1.0);
}
