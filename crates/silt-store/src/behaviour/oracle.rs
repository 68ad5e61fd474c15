//! A naive store that keeps every edition densely, to compare a real store with.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use geo_types::{Geometry, Point};
use serde_json::{Value as Json, json};
use silt_model::{
    Change, ChangeKind, Feature, Flag, FlagCode, LocationAccuracy, StoredFeature, Value,
};

use super::{changes, counts, id, import_file, records, scan, spec};
use crate::Store;
use crate::types::{ChangeFilter, EditionKind, Selection};

/// One observation to be given to a store.
#[derive(Debug, Clone)]
pub struct Step {
    /// Edition key, or time of the edit.
    pub key: String,
    /// Full, partial or edit.
    pub kind: EditionKind,
    /// What is observed; `None` is an edit that removes the record.
    pub records: BTreeMap<String, Option<Feature>>,
}

/// Observations in the order in which a store gets them.
pub type Plan = Vec<Step>;

struct Random(u64);

impl Random {
    /// A number below `bound` (splitmix64).
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % bound
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

const RECORDS: [&str; 5] = ["a", "b", "c", "d", "e"];

/// A plan of up to nine observations in random order, some of them twice (a corrected file).
pub fn random_plan(seed: u64) -> Plan {
    let mut random = Random(seed);
    // Seeds of three families: registers in order, registers in any order, with partial and edits.
    let any_order = !seed.is_multiple_of(3);
    let all_kinds = seed % 3 == 2;
    let mut steps = Vec::new();
    for month in 1..=2 + random.below(6) {
        let kind = match random.below(10) {
            0..=1 if all_kinds => EditionKind::Partial,
            2..=4 if all_kinds => EditionKind::Edit,
            _ => EditionKind::Full,
        };
        steps.push(random_step(&mut random, month, kind));
    }
    if any_order {
        for place in (1..steps.len()).rev() {
            let other = usize::try_from(random.below(place as u64 + 1)).expect("small");
            steps.swap(place, other);
        }
        let editions: Vec<Step> = steps
            .iter()
            .filter(|step| step.kind != EditionKind::Edit)
            .cloned()
            .collect();
        for step in editions {
            if random.chance(20) {
                let month = step.key[5..7].parse().expect("a month");
                let kind = if all_kinds && random.chance(30) {
                    EditionKind::Partial
                } else {
                    step.kind
                };
                steps.push(random_step(&mut random, month, kind));
            }
        }
    }
    steps
}

fn random_step(random: &mut Random, month: u64, kind: EditionKind) -> Step {
    if kind == EditionKind::Edit {
        let record = RECORDS[usize::try_from(random.below(5)).expect("small")];
        let columns = ["x", "name", "later"].map(|column| (column, random.chance(70)));
        let feature = (!random.chance(25)).then(|| random_feature(random, record, &columns));
        return Step {
            key: format!("2024-{month:02}-01T00:00:00.000000Z"),
            kind,
            records: BTreeMap::from([(record.to_owned(), feature)]),
        };
    }
    let columns = ["x", "name", "later"].map(|column| (column, random.chance(75)));
    let share = if kind == EditionKind::Full { 75 } else { 40 };
    let mut records = BTreeMap::new();
    for record in RECORDS {
        if random.chance(share) {
            let feature = random_feature(random, record, &columns);
            records.insert(record.to_owned(), Some(feature));
        }
    }
    Step {
        key: format!("2024-{month:02}"),
        kind,
        records,
    }
}

fn random_feature(random: &mut Random, record: &str, columns: &[(&str, bool)]) -> Feature {
    let mut properties: Vec<(Arc<str>, Value)> = Vec::new();
    for (column, exists) in columns {
        if !exists {
            continue;
        }
        let value = match random.below(3) {
            0 => Value::Null,
            number if *column == "name" => Value::Text(format!("name {number}")),
            number => Value::Int(i64::try_from(number).expect("small")),
        };
        properties.push((Arc::from(*column), value));
    }
    let place = random.below(4) as f64;
    let geometry = (!random.chance(20)).then(|| Geometry::Point(Point::new(place, 1.0)));
    let decoration = random.below(2);
    Feature {
        row: 1,
        record_id: record.to_owned(),
        geometry,
        properties,
        original: (decoration == 1).then(|| r#"{"a":1}"#.to_owned()),
        source_crs: random.chance(50).then(|| Arc::from("EPSG:32719")),
        location_accuracy: random.chance(10).then_some(LocationAccuracy::Centroid),
        flags: match random.below(4) {
            0 => vec![Flag::new(FlagCode::CrsAssumed, "assumed")],
            _ => Vec::new(),
        },
        regions: match random.below(3) {
            0 => Vec::new(),
            number => vec![Arc::from(format!("iso3:R{number}"))],
        },
    }
}

/// A record's state with nulls left out, as it can be compared.
#[derive(Debug, Clone, PartialEq)]
struct Dense {
    facts: BTreeMap<String, Json>,
    decoration: Decoration,
}

/// Verbatim record, reference system, flags and regions: no facts, but part of the state.
type Decoration = (Option<String>, Option<Arc<str>>, Vec<Flag>, Vec<Arc<str>>);

fn dense(feature: &Feature) -> Dense {
    let mut facts: BTreeMap<String, Json> = BTreeMap::new();
    for (name, value) in &feature.properties {
        if !value.is_null() {
            facts.insert(name.to_string(), value.to_json());
        }
    }
    if let Some(Geometry::Point(point)) = &feature.geometry {
        let coordinates = json!([point.x(), point.y()]);
        let geometry = json!({"type": "Point", "coordinates": coordinates});
        facts.insert("geometry".to_owned(), geometry);
    }
    if let Some(accuracy) = feature.location_accuracy {
        facts.insert("silt_accuracy".to_owned(), accuracy.name().into());
    }
    Dense {
        facts,
        decoration: (
            feature.original.clone(),
            feature.source_crs.clone(),
            feature.flags.clone(),
            feature.regions.clone(),
        ),
    }
}

/// Facts that a step observes; `None` for all.
fn observed(step: &Step) -> Option<BTreeSet<String>> {
    if step.kind == EditionKind::Edit {
        return None;
    }
    let mut observed = BTreeSet::new();
    for feature in step.records.values().flatten() {
        observed.extend(feature.properties.iter().map(|(name, _)| name.to_string()));
        if feature.geometry.is_some() {
            observed.insert("geometry".to_owned());
        }
        if feature.location_accuracy.is_some() {
            observed.insert("silt_accuracy".to_owned());
        }
    }
    Some(observed)
}

/// All steps by time; a later step for the same edition replaces the earlier one.
fn by_time(steps: &[Step]) -> Vec<&Step> {
    let mut newest: BTreeMap<&str, &Step> = BTreeMap::new();
    for step in steps {
        newest.insert(&step.key, step);
    }
    newest.into_values().collect()
}

/// What each step that speaks of the record says, by time.
fn observations<'a>(steps: &[&'a Step], record: &str) -> Vec<(&'a Step, Option<Dense>)> {
    let speaking = steps
        .iter()
        .filter(|step| step.kind == EditionKind::Full || step.records.contains_key(record));
    speaking
        .map(|step| {
            let feature = step.records.get(record).and_then(Option::as_ref);
            (*step, feature.map(dense))
        })
        .collect()
}

fn expected_changes(steps: &[&Step], record: &str) -> Vec<Change> {
    let founding = steps
        .iter()
        .find(|step| step.kind != EditionKind::Edit)
        .map(|step| step.key.as_str());
    let seen = observations(steps, record);
    let regions = seen.iter().rev().find_map(|(_, state)| state.clone());
    let regions = regions.map_or(Vec::new(), |state| state.decoration.3);
    let regions: Vec<String> = regions.iter().map(|region| region.to_string()).collect();
    let mut name: Option<String> = None;
    let mut log = Vec::new();
    for (position, (step, state)) in seen.iter().enumerate() {
        let before = position.checked_sub(1).map(|before| &seen[before]);
        let was = before.and_then(|(_, state)| state.as_ref());
        if let Some(text) = state.as_ref().and_then(|state| state.facts.get("name")) {
            name = text.as_str().map(str::to_owned);
        }
        let change = |kind, field: Option<&str>, old: Json, new: Json, old_edition| Change {
            collection: "sites".to_owned(),
            source: "register".to_owned(),
            record_id: record.to_owned(),
            name: name.clone(),
            kind,
            field: field.map(str::to_owned),
            old_value: old,
            new_value: new,
            old_edition,
            new_edition: step.key.clone(),
            regions: regions.clone(),
        };
        let before_key = before.map(|(step, _)| step.key.clone());
        match (was, state) {
            (None, None) => {}
            (None, Some(_)) => {
                if founding != Some(step.key.as_str()) {
                    let kind = ChangeKind::Added;
                    log.push(change(kind, None, Json::Null, Json::Null, before_key));
                }
            }
            (Some(_), None) => {
                let kind = ChangeKind::Removed;
                log.push(change(kind, None, Json::Null, Json::Null, before_key));
            }
            (Some(_), Some(state)) => {
                for field in ["geometry", "silt_accuracy", "later", "name", "x"] {
                    if observed(step).is_some_and(|observed| !observed.contains(field)) {
                        continue;
                    }
                    let new = state.facts.get(field).cloned().unwrap_or(Json::Null);
                    // Back to the last observation of the field while the record was present.
                    let mut old = None;
                    for (earlier, facts) in seen[..position].iter().rev() {
                        let Some(facts) = facts else { break };
                        if observed(earlier).is_none_or(|observed| observed.contains(field)) {
                            let value = facts.facts.get(field).cloned().unwrap_or(Json::Null);
                            old = Some((value, earlier.key.clone()));
                            break;
                        }
                    }
                    if old.is_none() && step.kind == EditionKind::Edit {
                        old = before_key.clone().map(|key| (Json::Null, key));
                    }
                    if let Some((old, key)) = old
                        && old != new
                    {
                        let kind = ChangeKind::Modified;
                        log.push(change(kind, Some(field), old, new, Some(key)));
                    }
                }
            }
        }
    }
    log
}

/// Stretches of equal facts: from, until, newest state in the stretch.
fn expected_history(
    seen: &[(&Step, Option<Dense>)],
) -> Vec<(String, Option<String>, Option<Dense>)> {
    let mut stretches: Vec<(String, Option<String>, Option<Dense>)> = Vec::new();
    for (step, state) in seen {
        if let Some(last) = stretches.last_mut() {
            let same = match (&last.2, state) {
                (None, None) => true,
                (Some(a), Some(b)) => a.facts == b.facts,
                _ => false,
            };
            if same {
                last.2 = state.clone();
                continue;
            }
            last.1 = Some(step.key.clone());
        } else if state.is_none() {
            continue;
        }
        stretches.push((step.key.clone(), None, state.clone()));
    }
    stretches
}

fn give(store: &mut dyn Store, step: &Step, so_far: &[Step]) {
    if step.kind == EditionKind::Edit {
        for (record, feature) in &step.records {
            store
                .edit("sites", &id(record), feature.as_ref(), &step.key)
                .expect("an edit");
        }
        return;
    }
    let features: Vec<Feature> = step.records.values().flatten().cloned().collect();
    let mut spec = spec(&step.key);
    spec.partial = step.kind == EditionKind::Partial;
    let sha = format!("sha of {} after {}", step.key, so_far.len());
    let report = import_file(store, &spec, &features, &sha);
    let mut steps = so_far.to_vec();
    steps.push(step.clone());
    let steps = by_time(&steps);
    let mut expected = (0, 0, 0, 0);
    for record in RECORDS {
        let seen = observations(&steps, record);
        let Some(position) = seen.iter().position(|(seen, _)| seen.key == step.key) else {
            continue;
        };
        let before = position.checked_sub(1).and_then(|p| seen[p].1.as_ref());
        match (before, &seen[position].1) {
            (None, Some(_)) => expected.0 += 1,
            (Some(before), Some(now)) if before == now => expected.2 += 1,
            (Some(_), Some(_)) => expected.1 += 1,
            (Some(_), None) => expected.3 += 1,
            (None, None) => {}
        }
    }
    assert_eq!(counts(&report), expected, "counts of {}", step.key);
}

/// Keeps a copy of the collection up to date by reading only what was touched.
#[derive(Default)]
struct Follower {
    version: u64,
    features: BTreeMap<i64, StoredFeature>,
}

impl Follower {
    fn follow(&mut self, store: &dyn Store) {
        let touched = store
            .touched_since("sites", self.version)
            .expect("an answer");
        let mut selection = Selection::default();
        match touched {
            Some(fids) => {
                fids.iter().for_each(|fid| {
                    self.features.remove(fid);
                });
                selection.fids = Some(fids);
            }
            None => {
                assert_eq!(self.version, 0, "a few records are always listed");
                self.features.clear();
            }
        }
        let read = scan(store, &selection);
        let read = read.into_iter().map(|stored| (stored.fid, stored));
        self.features.extend(read);
        self.version = version_of_sites(store);
        let followed: Vec<StoredFeature> = self.features.values().cloned().collect();
        assert_eq!(followed, scan(store, &Selection::default()));
    }
}

fn version_of_sites(store: &dyn Store) -> u64 {
    let collections = store.collections().expect("collections");
    let sites = collections.iter().find(|info| info.schema.id == "sites");
    sites.expect("the collection").version
}

/// Gives the plan to an empty store and compares states, history and change log with the oracle.
pub fn check(store: &mut dyn Store, plan: &[Step]) {
    let schema = silt_model::CollectionSchema::new("sites");
    store.ensure_collection(&schema).expect("a collection");
    let mut follower = Follower::default();
    for (position, step) in plan.iter().enumerate() {
        give(store, step, &plan[..position]);
        // Not after every step, so that several changes are followed at once too.
        if position % 3 != 1 {
            follower.follow(store);
        }
    }
    let steps = by_time(plan);
    let mut log = Vec::new();
    let mut present = BTreeSet::new();
    for record in RECORDS {
        let seen = observations(&steps, record);
        log.extend(expected_changes(&steps, record));
        let expected = expected_history(&seen);
        let found = store.history("sites", &id(record)).expect("a history");
        let found_times: Vec<_> = found
            .iter()
            .map(|state| (state.from_edition.clone(), state.until_edition.clone()))
            .collect();
        let expected_times: Vec<_> = expected
            .iter()
            .map(|(from, until, _)| (from.clone(), until.clone()))
            .collect();
        assert_eq!(
            found_times, expected_times,
            "history of {record}\n{plan:#?}"
        );
        for (found, (_, _, state)) in found.iter().zip(&expected) {
            assert_state(&found.state, state.as_ref());
        }
        let newest = seen.last().and_then(|(_, state)| state.clone());
        let current = store.feature("sites", &id(record)).expect("a feature");
        let current_state = current.as_ref().map(|stored| dense(&stored.feature));
        assert_eq!(current_state, newest, "state of {record}\n{plan:#?}");
        if let Some(current) = current {
            present.insert(record.to_owned());
            let since = expected.last().map(|(from, ..)| from.as_str());
            assert_eq!(Some(current.edition.as_ref()), since, "{record}\n{plan:#?}");
        }
    }
    log.sort_by(|a, b| (&a.new_edition, &a.record_id).cmp(&(&b.new_edition, &b.record_id)));
    assert_eq!(changes(store, &ChangeFilter::default()), log, "{plan:#?}");
    let found: BTreeSet<String> = records(store, &Selection::default()).into_iter().collect();
    assert_eq!(found, present);
    let collections = store.collections().expect("collections");
    assert_eq!(collections[0].features, present.len() as u64);
}

fn assert_state(found: &Json, expected: Option<&Dense>) {
    let Some(expected) = expected else {
        assert_eq!(found, &Json::Null);
        return;
    };
    let mut facts = BTreeMap::new();
    let properties = found["properties"].as_object().expect("properties");
    for (name, value) in properties {
        if !name.starts_with("silt_") || name == "silt_accuracy" {
            facts.insert(name.clone(), value.clone());
        }
    }
    if !found["geometry"].is_null() {
        facts.insert("geometry".to_owned(), found["geometry"].clone());
    }
    assert_eq!(facts, expected.facts);
    let original = expected.decoration.0.as_ref().map(|_| json!({"a": 1}));
    assert_eq!(properties.get("silt_original"), original.as_ref());
}
