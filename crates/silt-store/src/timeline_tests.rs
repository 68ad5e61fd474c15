use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::prelude::*;

use super::*;

fn state(x: i64, original: Option<&str>) -> State {
    State {
        properties: vec![(Arc::from("x"), Value::Int(x))],
        original: original.map(str::to_owned),
        ..State::default()
    }
}

fn any_state() -> impl Strategy<Value = Option<State>> {
    let original = prop_oneof![Just(None), Just(Some("a")), Just(Some("b"))];
    let present = (0..3_i64, original).prop_map(|(x, original)| Some(state(x, original)));
    prop_oneof![1 => Just(None), 4 => present]
}

fn key(number: u8) -> String {
    format!("2024-{number:02}")
}

/// What a timeline that keeps everything says at an edition.
fn dense_at(dense: &BTreeMap<String, Option<State>>, edition: &str) -> Option<State> {
    let until = dense.range(..=edition.to_owned());
    until.last().and_then(|(_, state)| state.clone())
}

proptest! {
    #[test]
    fn any_order_of_observations_gives_the_same_timeline(
        observed in prop::collection::vec((1..12_u8, any_state()), 0..12),
        forgotten in prop::collection::btree_set(1..12_u8, 0..4),
    ) {
        let mut timeline = Timeline::default();
        let mut dense: BTreeMap<String, Option<State>> = BTreeMap::new();
        let after = |dense: &BTreeMap<String, Option<State>>, edition: &str| -> Option<String> {
            dense.keys().find(|key| key.as_str() > edition).cloned()
        };
        for (number, state) in &observed {
            let edition = key(*number);
            let next = after(&dense, &edition);
            timeline.observe(&edition, state.clone(), next.as_deref());
            dense.insert(edition, state.clone());
        }
        for number in forgotten {
            let edition = key(number);
            if dense.contains_key(&edition) {
                let next = after(&dense, &edition);
                timeline.forget(&edition, next.as_deref());
                dense.remove(&edition);
            }
        }
        for number in 0..13 {
            let edition = key(number);
            let expected = dense_at(&dense, &edition);
            prop_assert_eq!(timeline.at(&edition), expected.as_ref());
        }
        // As sparse as can be: each entry differs from the one before and is an observation.
        let mut before: Option<&State> = None;
        for entry in &timeline.entries {
            prop_assert_ne!(entry.state.as_ref(), before);
            prop_assert!(dense.contains_key(&entry.edition));
            before = entry.state.as_ref();
        }
        let mut in_time = Timeline::default();
        for (edition, state) in &dense {
            in_time.observe(edition, state.clone(), None);
        }
        prop_assert_eq!(&timeline, &in_time);
        for pair in timeline.segments().windows(2) {
            prop_assert_eq!(pair[0].until, Some(pair[1].from));
            prop_assert!(!same_facts(pair[0].state, pair[1].state));
        }
    }
}

fn mask(fields: &[&str]) -> Mask {
    Mask {
        geometry: false,
        accuracy: false,
        fields: fields
            .iter()
            .map(|field| (*field).to_owned())
            .collect::<BTreeSet<_>>(),
    }
}

fn log(states: &[(&str, Option<State>)], observations: &[Observation<'_>]) -> Vec<String> {
    let mut timeline = Timeline::default();
    for (edition, state) in states {
        timeline.observe(edition, state.clone(), None);
    }
    let differences = changes(&timeline, observations, &|_| Json::Null);
    let line = |d: &Difference| {
        format!(
            "{} {} {}->{} {}..{}",
            d.kind.name(),
            d.field.as_deref().unwrap_or("-"),
            d.old_value,
            d.new_value,
            d.old_edition.as_deref().unwrap_or("-"),
            d.new_edition
        )
    };
    differences.iter().map(line).collect()
}

#[test]
fn a_field_that_an_edition_lacks_is_compared_with_its_last_observation() {
    let with_x = mask(&["x"]);
    let without = mask(&["y"]);
    let observation = |edition, mask| Observation {
        edition,
        mask: Some(mask),
        founding: edition == "1",
    };
    let none = State::default();
    let states = [
        ("1", Some(state(1, None))),
        ("2", Some(none.clone())),
        ("3", Some(state(2, None))),
        ("4", Some(none)),
    ];
    let observations = [
        observation("1", &with_x),
        observation("2", &without),
        observation("3", &with_x),
        observation("4", &with_x),
    ];
    let expected = ["modified x 1->2 1..3", "modified x 2->null 3..4"];
    assert_eq!(log(&states, &observations), expected);
    // A new column is no change either.
    let observations = [observation("1", &without), observation("3", &with_x)];
    let new_column = [("1", Some(State::default())), ("3", Some(state(2, None)))];
    assert!(log(&new_column, &observations).is_empty());
}

#[test]
fn an_edit_observes_every_field() {
    let fields = mask(&["x"]);
    let register = |edition| Observation {
        edition,
        mask: Some(&fields),
        founding: edition == "1",
    };
    let edit = |edition| Observation {
        edition,
        mask: None,
        founding: false,
    };
    let mut checked = state(1, None);
    checked
        .properties
        .insert(0, (Arc::from("checked"), Value::Bool(true)));
    let states = [
        ("1", Some(state(1, None))),
        ("2", Some(checked)),
        ("3", Some(State::default())),
        ("4", Some(state(1, None))),
    ];
    let observations = [register("1"), edit("2"), edit("3"), register("4")];
    assert_eq!(
        log(&states, &observations),
        [
            "modified checked null->true 1..2",
            "modified checked true->null 2..3",
            "modified x 1->null 2..3",
            "modified x null->1 3..4"
        ]
    );
}

#[test]
fn only_what_comes_after_the_first_edition_is_added() {
    let fields = mask(&["x"]);
    let observations = ["1", "2", "3", "4"].map(|edition| Observation {
        edition,
        mask: Some(&fields),
        founding: edition == "1",
    });
    let back = [
        ("1", Some(state(1, None))),
        ("2", None),
        ("3", Some(state(2, None))),
    ];
    let expected = ["removed - null->null 1..2", "added - null->null 2..3"];
    assert_eq!(log(&back, &observations), expected);
    let late = [("1", None), ("4", Some(state(1, None)))];
    assert_eq!(log(&late, &observations), ["added - null->null 3..4"]);
}
