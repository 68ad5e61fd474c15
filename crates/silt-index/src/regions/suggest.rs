//! What a person may have meant by a region id that does not exist.

use std::sync::Arc;

use super::Region;

/// Suggestions that an error names at most.
const MAX_SUGGESTIONS: usize = 3;

/// A region id that is not in the set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown region {id:?}{}", hint(suggestions))]
pub struct UnknownRegion {
    /// The id as asked for.
    pub id: String,
    /// Ids of similar regions with their names, best first: `iso3:BRA (Brazil)`.
    pub suggestions: Vec<String>,
}

fn hint(suggestions: &[String]) -> String {
    match suggestions {
        [] => {
            "; ids look like iso3:BRA, un:GRULAC, m49:019, admin1:BR-MG or sea:north-sea".to_owned()
        }
        some => format!("; did you mean {}?", some.join(", ")),
    }
}

/// The error for an unknown id, with the regions whose id or name is nearest to it.
pub(super) fn unknown<'a>(id: &str, regions: impl Iterator<Item = &'a Region>) -> UnknownRegion {
    // Longer than any name: no suggestion is worth the comparison.
    const MAX_QUERY_CHARS: usize = 60;
    let query = folded(id);
    if query.is_empty() || query.len() > MAX_QUERY_CHARS {
        return UnknownRegion {
            id: id.to_owned(),
            suggestions: Vec::new(),
        };
    }
    let colon = query.iter().position(|&c| c == ':');
    let (prefix, rest) = match colon {
        Some(at) => (Some(&query[..at]), &query[at + 1..]),
        None => (None, &query[..]),
    };

    let mut scored: Vec<(usize, &Region)> = regions
        .filter_map(|region| Some((score(region, prefix, rest)?, region)))
        .collect();
    // Of equally distant ones first the one that begins in the same way.
    let tail = |region: &Region| query.len() - common_prefix(&query, &folded(&region.id));
    scored.sort_by_cached_key(|(score, region)| {
        (*score, region.kind, tail(region), Arc::clone(&region.id))
    });
    let best = scored.iter().take(MAX_SUGGESTIONS);
    let suggestions = best
        .map(|(_, region)| format!("{} ({})", region.id, region.name))
        .collect();
    UnknownRegion {
        id: id.to_owned(),
        suggestions,
    }
}

/// Distance of a region from the query; `None` when it is not similar.
fn score(region: &Region, prefix: Option<&[char]>, rest: &[char]) -> Option<usize> {
    let region_id = folded(&region.id);
    let colon = region_id.iter().position(|&c| c == ':')?;
    let other_prefix = prefix.is_some_and(|prefix| prefix != &region_id[..colon]);
    let allowed = (rest.len() / 3).clamp(1, 4);

    let mut best = edit_distance(rest, &region_id[colon + 1..], allowed);
    let names = std::iter::once(&region.name)
        .chain(&region.aliases)
        .chain(region.names.values());
    for name in names {
        let name = folded(name);
        let by_name = edit_distance(rest, &name, allowed);
        let part_of_name = rest.len() >= 4 && name.windows(rest.len()).any(|window| window == rest);
        let distance = if part_of_name {
            Some(by_name.unwrap_or(allowed).min(1))
        } else {
            by_name
        };
        best = [best, distance].into_iter().flatten().min();
    }
    best.map(|distance| distance + usize::from(other_prefix))
}

/// Lower case with separators alike, so that `North Sea` is `north-sea`.
fn folded(text: &str) -> Vec<char> {
    let lower = text.trim().chars().flat_map(char::to_lowercase);
    lower
        .map(|c| if matches!(c, ' ' | '_') { '-' } else { c })
        .collect()
}

fn common_prefix(a: &[char], b: &[char]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| a == b).count()
}

/// Levenshtein distance, or `None` when it is more than `allowed`.
fn edit_distance(a: &[char], b: &[char], allowed: usize) -> Option<usize> {
    if a.len().abs_diff(b.len()) > allowed {
        return None;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, &char_a) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, &char_b) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(char_a != char_b);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row.last().copied().filter(|&distance| distance <= allowed)
}

#[cfg(test)]
#[path = "suggest_tests.rs"]
mod tests;
