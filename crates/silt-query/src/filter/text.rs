//! LIKE patterns, and texts without case and accents.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// What CASEI and ACCENTI take away before texts are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Folding {
    pub(super) case: bool,
    pub(super) accents: bool,
}

impl Folding {
    pub(super) fn is_none(self) -> bool {
        !self.case && !self.accents
    }

    /// The text without case (`Straße` and `STRASSE` become the same) and without accents.
    pub(super) fn apply(self, text: &str) -> String {
        let mut folded = text.to_owned();
        if self.accents {
            folded = folded
                .nfd()
                .filter(|&c| !is_combining_mark(c))
                .nfc()
                .collect();
        }
        if self.case {
            // Character by character: a sigma at the end of a word must not differ from others.
            let upper = folded.chars().flat_map(char::to_uppercase);
            folded = upper.flat_map(char::to_lowercase).collect();
        }
        folded
    }
}

/// A LIKE pattern: `%` stands for any text, `_` for one character, `\` takes the next character
/// as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LikePattern {
    /// What lies between the `%`.
    segments: Vec<Segment>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Segment {
    /// `None` is any one character.
    places: Vec<Option<char>>,
    /// The same as text, where no place is open.
    literal: Option<String>,
}

impl LikePattern {
    pub(super) fn new(pattern: &str) -> LikePattern {
        let mut segments = Vec::new();
        let mut places = Vec::new();
        let mut characters = pattern.chars();
        while let Some(character) = characters.next() {
            match character {
                '%' => segments.push(Segment::new(std::mem::take(&mut places))),
                '_' => places.push(None),
                // A backslash at the very end stands for itself.
                '\\' => places.push(Some(characters.next().unwrap_or('\\'))),
                other => places.push(Some(other)),
            }
        }
        segments.push(Segment::new(places));
        LikePattern { segments }
    }

    pub(super) fn matches(&self, text: &str) -> bool {
        let [first, rest @ ..] = self.segments.as_slice() else {
            return text.is_empty();
        };
        let Some(mut left) = first.strip_start(text) else {
            return false;
        };
        let Some((last, middle)) = rest.split_last() else {
            return left.is_empty();
        };
        // The leftmost place of each segment leaves the most text to those after it.
        for segment in middle {
            match segment.find(left) {
                Some(after) => left = after,
                None => return false,
            }
        }
        last.ends(left)
    }
}

impl Segment {
    fn new(places: Vec<Option<char>>) -> Segment {
        let literal = places.iter().copied().collect::<Option<String>>();
        Segment { places, literal }
    }

    /// What is left of a text that begins with the segment.
    fn strip_start<'t>(&self, text: &'t str) -> Option<&'t str> {
        if let Some(literal) = &self.literal {
            return text.strip_prefix(literal.as_str());
        }
        let mut characters = text.chars();
        for place in &self.places {
            let met = characters.next()?;
            if place.is_some_and(|wanted| wanted != met) {
                return None;
            }
        }
        Some(characters.as_str())
    }

    /// What is left after the first place of the segment in a text.
    fn find<'t>(&self, text: &'t str) -> Option<&'t str> {
        if let Some(literal) = &self.literal {
            return text
                .find(literal.as_str())
                .map(|at| &text[at + literal.len()..]);
        }
        let starts = text.char_indices().map(|(at, _)| at);
        starts
            .into_iter()
            .find_map(|at| self.strip_start(&text[at..]))
    }

    fn ends(&self, text: &str) -> bool {
        if let Some(literal) = &self.literal {
            return text.ends_with(literal.as_str());
        }
        let mut characters = text.chars().rev();
        self.places
            .iter()
            .rev()
            .all(|place| match characters.next() {
                Some(met) => place.is_none_or(|wanted| wanted == met),
                None => false,
            })
    }
}

#[cfg(test)]
#[path = "text_tests.rs"]
mod tests;
