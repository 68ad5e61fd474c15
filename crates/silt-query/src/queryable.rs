//! The names that a filter or an order may use: fields of the schema and what Silt adds.

use silt_model::{CollectionSchema, FieldType};

/// Names that Silt adds to the fields of every collection.
pub const BUILT_IN: [(&str, Queryable); 10] = [
    ("geometry", Queryable::Geometry),
    ("silt_id", Queryable::Id),
    ("silt_source", Queryable::Source),
    ("silt_record", Queryable::Record),
    ("silt_edition", Queryable::Edition),
    ("silt_crs", Queryable::Crs),
    ("silt_accuracy", Queryable::Accuracy),
    ("silt_synthetic", Queryable::Synthetic),
    ("silt_flags", Queryable::Flags),
    ("silt_regions", Queryable::Regions),
];

/// Names that an error suggests at most.
const MAX_SUGGESTIONS: usize = 3;

/// What a name stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Queryable {
    /// A field of the schema.
    Field(String, FieldType),
    /// The geometry.
    Geometry,
    /// `source:record`.
    Id,
    /// Id of the source.
    Source,
    /// Record id as the source gives it.
    Record,
    /// Edition since which the state holds: a date, or the time of an edit.
    Edition,
    /// Coordinate reference system in which the source published; null is WGS84.
    Crs,
    /// `exact`, `approximate`, `centroid` or null.
    Accuracy,
    /// Whether the feature is synthetic.
    Synthetic,
    /// Flags: an array of codes, or JSON text.
    Flags,
    /// Ids of the leaf regions: an array.
    Regions,
}

/// A name that the collection does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no property {name:?}{}", hint(near))]
pub struct UnknownProperty {
    /// The name as asked for.
    pub name: String,
    /// Similar names, best first.
    pub near: Vec<String>,
}

fn hint(near: &[String]) -> String {
    match near {
        [] => String::new(),
        some => format!("; did you mean {}?", some.join(", ")),
    }
}

/// What a name stands for in a collection. `geom` is the geometry too, unless it is a field.
pub fn resolve(schema: &CollectionSchema, name: &str) -> Result<Queryable, UnknownProperty> {
    let built_in = BUILT_IN.iter().find(|(own, _)| *own == name);
    if let Some((_, queryable)) = built_in {
        return Ok(queryable.clone());
    }
    if let Some(field) = schema.field(name) {
        return Ok(Queryable::Field(field.name.clone(), field.field_type));
    }
    if name == "geom" {
        return Ok(Queryable::Geometry);
    }
    Err(unknown(schema, name))
}

fn unknown(schema: &CollectionSchema, name: &str) -> UnknownProperty {
    const MAX_NAME_CHARS: usize = 80;
    let asked: Vec<char> = name.chars().take(MAX_NAME_CHARS).collect();
    let folded: String = asked.iter().collect::<String>().to_lowercase();
    let fields = schema.fields.iter().map(|field| field.name.as_str());
    let names = fields.chain(BUILT_IN.iter().map(|(name, _)| *name));
    let mut scored: Vec<(usize, &str)> = Vec::new();
    for own in names {
        let other = own.to_lowercase();
        let part = folded.len() >= 4 && (other.contains(&folded) || folded.contains(&other));
        let distance = edit_distance(&folded, &other);
        if part || distance <= (asked.len() / 3).clamp(1, 4) {
            scored.push((if part { distance.min(1) } else { distance }, own));
        }
    }
    scored.sort();
    UnknownProperty {
        name: asked.into_iter().collect(),
        near: scored
            .into_iter()
            .take(MAX_SUGGESTIONS)
            .map(|(_, own)| own.to_owned())
            .collect(),
    }
}

/// Insertions, deletions and replacements of a character that make one text the other.
fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, &to) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(from != to);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
#[path = "queryable_tests.rs"]
mod tests;
