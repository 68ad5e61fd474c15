//! The states of one record over time, and what changed between them. Pure: no storage.
//!
//! A source is observed in editions. A full edition observes every record of the source, as
//! present in some state or as absent; a partial edition observes only the records it mentions;
//! an edit observes one record. A [`Timeline`] is sparse: it keeps an observation only where its
//! state differs from the one before. Before its first entry a record is absent.
//!
//! Architecture Invariant: a timeline is a function of the *set* of its observations. Their order
//! of arrival does not matter, so an old edition that is imported late gives the store that
//! importing it in time would have given.
//!
//! **Fields that an edition does not have.** Register editions come with changing column sets. A
//! field that no record of an edition carries (not even as an explicit null) is *not observed* in
//! this edition: the state of that edition lacks it, since nothing is known of it, but the change
//! log compares the next edition that does observe it with the last one that did. So a column that
//! disappears is not "every value became null", a new column is not "every value was set", and a
//! value that changed while its column was away is still reported, with the date it was last seen.
//! An edit is a complete statement about its record and observes every field.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use silt_model::{ChangeKind, Value};

use crate::state::{Mask, State};

/// One kept observation: the state from this edition on; `None` where the record is absent.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub(crate) edition: String,
    pub(crate) state: Option<State>,
}

/// The kept observations of one record, oldest first.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Timeline {
    pub(crate) entries: Vec<Entry>,
}

/// A stretch of time over which the facts of a record stay the same.
#[derive(Debug, PartialEq)]
pub(crate) struct Segment<'a> {
    pub(crate) from: &'a str,
    pub(crate) until: Option<&'a str>,
    /// The newest state of the stretch; `None` where the record is absent.
    pub(crate) state: Option<&'a State>,
}

impl Timeline {
    /// How many entries are older than an edition.
    fn older_than(&self, edition: &str) -> usize {
        self.entries
            .partition_point(|entry| entry.edition.as_str() < edition)
    }

    /// The state that holds just before an edition.
    pub(crate) fn before(&self, edition: &str) -> Option<&State> {
        let position = self.older_than(edition).checked_sub(1)?;
        self.entries[position].state.as_ref()
    }

    /// The state that holds at an edition.
    pub(crate) fn at(&self, edition: &str) -> Option<&State> {
        let position = self.older_than(edition);
        match self.entries.get(position) {
            Some(entry) if entry.edition == edition => entry.state.as_ref(),
            _ => self.entries[..position].last()?.state.as_ref(),
        }
    }

    /// The newest state.
    pub(crate) fn current(&self) -> Option<&State> {
        self.entries.last()?.state.as_ref()
    }

    /// Records what an edition shows of this record. `next` is the next later observation of the
    /// record, whose state must stay what it was. An observation at the same edition is replaced.
    pub(crate) fn observe(&mut self, edition: &str, state: Option<State>, next: Option<&str>) {
        let later = next.map(|next| (next, self.at(next).cloned()));
        self.set(edition, state);
        if let Some((next, state)) = later {
            self.set(next, state);
        }
    }

    /// Takes the observation of an edition back, as if the edition had never mentioned the record.
    pub(crate) fn forget(&mut self, edition: &str, next: Option<&str>) {
        let before = self.before(edition).cloned();
        self.observe(edition, before, next);
    }

    fn set(&mut self, edition: &str, state: Option<State>) {
        let position = self.older_than(edition);
        let exists = self
            .entries
            .get(position)
            .is_some_and(|entry| entry.edition == edition);
        if exists {
            self.entries.remove(position);
        }
        if self.before(edition) != state.as_ref() {
            let edition = edition.to_owned();
            self.entries.insert(position, Entry { edition, state });
        }
    }

    /// Stretches over which the facts stay the same, oldest first.
    pub(crate) fn segments(&self) -> Vec<Segment<'_>> {
        let mut segments: Vec<Segment<'_>> = Vec::with_capacity(self.entries.len());
        for entry in &self.entries {
            let state = entry.state.as_ref();
            if let Some(last) = segments.last_mut() {
                if same_facts(last.state, state) {
                    last.state = state;
                    continue;
                }
                last.until = Some(&entry.edition);
            }
            segments.push(Segment {
                from: &entry.edition,
                until: None,
                state,
            });
        }
        segments
    }

    /// The edition that first showed the facts of the current state; `None` without any entry.
    pub(crate) fn facts_since(&self) -> Option<&str> {
        self.segments().last().map(|segment| segment.from)
    }
}

fn same_facts(a: Option<&State>, b: Option<&State>) -> bool {
    match (a, b) {
        (None, None) => true,
        (Some(a), Some(b)) => a.same_facts(b),
        _ => false,
    }
}

/// One observation of a record.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Observation<'a> {
    pub(crate) edition: &'a str,
    /// The facts it observes; `None` means all (an edit).
    pub(crate) mask: Option<&'a Mask>,
    /// Whether it is the first edition of its source, in which nothing counts as added.
    pub(crate) founding: bool,
}

/// One difference between two observations of a record.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Difference {
    pub(crate) kind: ChangeKind,
    pub(crate) field: Option<String>,
    pub(crate) old_value: Json,
    pub(crate) new_value: Json,
    pub(crate) old_edition: Option<String>,
    pub(crate) new_edition: String,
    pub(crate) name: Option<String>,
}

/// Name of the geometry in the change log.
pub(crate) const GEOMETRY_FIELD: &str = "geometry";
/// Name of the location accuracy in the change log.
pub(crate) const ACCURACY_FIELD: &str = "silt_accuracy";

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fact<'a> {
    Geometry,
    Accuracy,
    Field(&'a str),
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum FactValue<'a> {
    Geometry(Option<&'a [u8]>),
    Accuracy(Option<&'static str>),
    Value(&'a Value),
}

/// The changes that the observations of a record imply, oldest first. `observations` are all
/// observations of the record, oldest first; `geometry_json` writes a geometry blob as JSON.
pub(crate) fn changes(
    timeline: &Timeline,
    observations: &[Observation<'_>],
    geometry_json: &dyn Fn(&[u8]) -> Json,
) -> Vec<Difference> {
    let mut differences = Vec::new();
    let mut previous: Option<(&str, Option<&State>)> = None;
    let mut last_seen: BTreeMap<Fact<'_>, (FactValue<'_>, &str)> = BTreeMap::new();
    // The last edit: it says of every field that it does not state that there is no value.
    let mut complete: Option<&str> = None;
    let mut name: Option<String> = None;
    for observation in observations {
        let state = timeline.at(observation.edition);
        if let Some(current_name) = state.and_then(name_of) {
            name = Some(current_name);
        }
        let is_edit = observation.mask.is_none();
        let before = previous.and_then(|(_, state)| state);
        let before_edition = previous.map(|(edition, _)| edition);
        let event = |kind| Difference {
            kind,
            field: None,
            old_value: Json::Null,
            new_value: Json::Null,
            old_edition: before_edition.map(str::to_owned),
            new_edition: observation.edition.to_owned(),
            name: name.clone(),
        };
        match (before, state) {
            (None, None) => {}
            (None, Some(state)) => {
                if !observation.founding {
                    differences.push(event(ChangeKind::Added));
                }
                last_seen.clear();
                complete = is_edit.then_some(observation.edition);
                for fact in observed_facts(observation.mask, state, &last_seen) {
                    last_seen.insert(fact, (value_of(state, fact), observation.edition));
                }
            }
            (Some(_), None) => differences.push(event(ChangeKind::Removed)),
            (Some(_), Some(state)) => {
                for fact in observed_facts(observation.mask, state, &last_seen) {
                    let value = value_of(state, fact);
                    let old = last_seen.insert(fact, (value, observation.edition));
                    let old = match old {
                        None => {
                            // An edit states a field that no edition had: it was nothing before.
                            let since = if is_edit { before_edition } else { complete };
                            since.map(|edition| (nothing(fact), edition))
                        }
                        seen => seen,
                    };
                    if let Some((old_value, old_edition)) = old
                        && old_value != value
                    {
                        differences.push(Difference {
                            kind: ChangeKind::Modified,
                            field: Some(fact.name().to_owned()),
                            old_value: old_value.to_json(geometry_json),
                            new_value: value.to_json(geometry_json),
                            old_edition: Some(old_edition.to_owned()),
                            new_edition: observation.edition.to_owned(),
                            name: name.clone(),
                        });
                    }
                }
                if is_edit {
                    complete = Some(observation.edition);
                }
            }
        }
        previous = Some((observation.edition, state));
    }
    differences
}

fn observed_facts<'a>(
    mask: Option<&'a Mask>,
    state: &'a State,
    last_seen: &BTreeMap<Fact<'a>, (FactValue<'a>, &'a str)>,
) -> Vec<Fact<'a>> {
    let Some(mask) = mask else {
        let mut facts = vec![Fact::Geometry, Fact::Accuracy];
        facts.extend(state.properties.iter().map(|(name, _)| Fact::Field(name)));
        facts.extend(last_seen.keys());
        facts.sort_unstable();
        facts.dedup();
        return facts;
    };
    let mut facts = Vec::with_capacity(mask.fields.len() + 2);
    if mask.geometry {
        facts.push(Fact::Geometry);
    }
    if mask.accuracy {
        facts.push(Fact::Accuracy);
    }
    facts.extend(mask.fields.iter().map(|name| Fact::Field(name)));
    facts
}

impl Fact<'_> {
    fn name(&self) -> &str {
        match self {
            Fact::Geometry => GEOMETRY_FIELD,
            Fact::Accuracy => ACCURACY_FIELD,
            Fact::Field(name) => name,
        }
    }
}

impl FactValue<'_> {
    fn to_json(self, geometry_json: &dyn Fn(&[u8]) -> Json) -> Json {
        match self {
            FactValue::Geometry(blob) => blob.map_or(Json::Null, geometry_json),
            FactValue::Accuracy(name) => name.map_or(Json::Null, Json::from),
            FactValue::Value(value) => value.to_json(),
        }
    }
}

fn value_of<'a>(state: &'a State, fact: Fact<'a>) -> FactValue<'a> {
    match fact {
        Fact::Geometry => FactValue::Geometry(state.geometry.as_deref()),
        Fact::Accuracy => FactValue::Accuracy(state.accuracy.map(|accuracy| accuracy.name())),
        Fact::Field(name) => FactValue::Value(state.property(name)),
    }
}

fn nothing(fact: Fact<'_>) -> FactValue<'static> {
    match fact {
        Fact::Geometry => FactValue::Geometry(None),
        Fact::Accuracy => FactValue::Accuracy(None),
        Fact::Field(_) => FactValue::Value(&Value::Null),
    }
}

/// The value of the `name` field, for readers of the change log.
fn name_of(state: &State) -> Option<String> {
    let name = state.property("name");
    (!name.is_null()).then(|| name.to_string())
}

#[cfg(test)]
#[path = "timeline_tests.rs"]
mod tests;
