//! What `/hotspots/joint` is asked: what its collections share, and what belongs to one of them.

use std::collections::BTreeMap;

use crate::error::Problem;
use crate::query::Parameters;

/// Parameters that the collections share.
pub(super) const SHARED: [&str; 16] = [
    "collections",
    "region",
    "bbox",
    "bbox-crs",
    "datetime",
    "value",
    "filter-lang",
    "filter-crs",
    "resolution",
    "weights",
    "neighbours",
    "distance_km",
    "alpha",
    "minimum",
    "limit",
    "f",
];

/// Parameters of a single collection, given as `{collection}.{name}`: collections do not share their
/// fields and sources. One that is shared as well goes before it.
pub(super) const OF_COLLECTION: [&str; 4] = ["value", "filter", "source", "datetime"];

/// Shared parameters that no collection is asked about.
const OF_THE_WHOLE: [&str; 3] = ["collections", "minimum", "f"];

/// Most collections of one question.
const MAX_COLLECTIONS: usize = 10;

/// A question, read as far as it can be without the collections.
pub(super) struct JointQuestion {
    /// As given.
    pub(super) parameters: Parameters,
    /// In how many collections a cell must be hot.
    pub(super) minimum: usize,
    /// What each collection is asked, in the order of the question.
    pub(super) parts: Vec<JointPart>,
}

/// What one collection is asked.
pub(super) struct JointPart {
    /// Collection id, as given.
    pub(super) collection: String,
    /// The shared parameters and its own, under their plain names.
    pub(super) parameters: Parameters,
    /// Plain names of its own.
    own: Vec<String>,
}

impl JointQuestion {
    /// Reads a query string.
    ///
    /// # Errors
    /// 400 with the name of the parameter.
    pub(super) fn read(query: Option<&str>) -> Result<JointQuestion, Problem> {
        let parameters = Parameters::read_with(
            query,
            // Those of a collection are looked at when the collections are known.
            |name| SHARED.contains(&name) || name.contains('.'),
            known_names,
        )?;
        let collections = collections_of(&parameters)?;
        check_own_names(&parameters, &collections)?;
        let minimum = minimum_of(&parameters, collections.len())?;
        if let Some(value) = parameters.get("value")
            && !matches!(value, "count" | "density")
        {
            return Err(Problem::invalid_parameter(
                "value",
                "is count or density where collections share it; for a field write, for example, \
                 tailings_facilities.value=sum:storage_m3",
            ));
        }
        let parts = collections
            .into_iter()
            .map(|collection| JointPart::new(collection, &parameters))
            .collect();
        Ok(JointQuestion {
            parameters,
            minimum,
            parts,
        })
    }
}

impl JointPart {
    fn new(collection: String, given: &Parameters) -> JointPart {
        let mut parameters = BTreeMap::new();
        let mut own = Vec::new();
        for (name, value) in given.iter() {
            match name.split_once('.') {
                None if OF_THE_WHOLE.contains(&name) => {}
                None => {
                    let shared = parameters.entry(name.to_owned());
                    shared.or_insert_with(|| value.to_owned());
                }
                Some((of, plain)) if of == collection => {
                    parameters.insert(plain.to_owned(), value.to_owned());
                    own.push(plain.to_owned());
                }
                Some(_) => {}
            }
        }
        JointPart {
            collection,
            parameters: Parameters::of(parameters),
            own,
        }
    }

    /// A problem with one of its own parameters, under the name that it was given by.
    pub(super) fn named(&self, problem: Problem) -> Problem {
        match problem.first_violation() {
            Some((name, message)) if self.own.iter().any(|own| own == name) => {
                Problem::invalid_parameter(&format!("{}.{name}", self.collection), message)
            }
            _ => problem,
        }
    }
}

fn known_names() -> String {
    let of_collection = OF_COLLECTION.map(|name| format!("{{collection}}.{name}"));
    format!("{}, {}", SHARED.join(", "), of_collection.join(", "))
}

fn collections_of(parameters: &Parameters) -> Result<Vec<String>, Problem> {
    let refuse = |detail: &str| Problem::invalid_parameter("collections", detail);
    let Some(text) = parameters.get("collections") else {
        return Err(refuse(
            "is missing; name two collections or more, with commas",
        ));
    };
    let mut ids: Vec<String> = Vec::new();
    for id in text.split(',').map(str::trim).filter(|id| !id.is_empty()) {
        if ids.iter().any(|known| known == id) {
            return Err(refuse("names a collection twice"));
        }
        ids.push(id.chars().take(80).collect());
    }
    if ids.len() < 2 || ids.len() > MAX_COLLECTIONS {
        return Err(refuse("needs two to ten collections, with commas"));
    }
    Ok(ids)
}

/// Names with a dot: a collection of the question, then a parameter that it can have of its own.
fn check_own_names(parameters: &Parameters, collections: &[String]) -> Result<(), Problem> {
    for (name, _) in parameters.iter() {
        let Some((collection, plain)) = name.split_once('.') else {
            continue;
        };
        let shown: String = name.chars().take(100).collect();
        if !collections.iter().any(|known| known == collection) {
            let detail = format!(
                "begins with no collection of the question; `collections` names {}",
                collections.join(", ")
            );
            return Err(Problem::invalid_parameter(&shown, detail));
        }
        if !OF_COLLECTION.contains(&plain) {
            let own = OF_COLLECTION.map(|own| format!("{collection}.{own}"));
            let detail = format!("is not known here; known are {}", own.join(", "));
            return Err(Problem::invalid_parameter(&shown, detail));
        }
    }
    Ok(())
}

fn minimum_of(parameters: &Parameters, collections: usize) -> Result<usize, Problem> {
    let Some(text) = parameters.get("minimum") else {
        return Ok(2);
    };
    match text.parse::<usize>() {
        Ok(minimum) if (1..=collections).contains(&minimum) => Ok(minimum),
        _ => Err(Problem::invalid_parameter(
            "minimum",
            format!("is not a whole number from 1 to {collections}, the collections asked for"),
        )),
    }
}

#[cfg(test)]
#[path = "joint_question_tests.rs"]
mod tests;
