//! Why a recipe cannot be used.

/// A recipe cannot be read or contradicts itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecipeError {
    /// The file cannot be read.
    #[error("recipe {name}: {reason}")]
    Unreadable {
        /// File name.
        name: String,
        /// What the system said.
        reason: String,
    },
    /// The text is not TOML, or has a key or value that recipes do not have.
    #[error("recipe {name}, line {line}: {reason}")]
    Syntax {
        /// File name.
        name: String,
        /// Line from 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// A value makes no sense.
    #[error("recipe {name}, line {line}, `{key}`: {reason}")]
    Invalid {
        /// File name.
        name: String,
        /// Line from 1.
        line: usize,
        /// Key concerned.
        key: String,
        /// What is wrong and what to do.
        reason: String,
    },
}

impl RecipeError {
    pub(super) fn of_toml(name: &str, text: &str, error: &toml::de::Error) -> RecipeError {
        let offset = error.span().map_or(0, |span| span.start);
        RecipeError::Syntax {
            name: name.to_owned(),
            line: line_of(text, offset),
            reason: error.message().to_owned(),
        }
    }
}

/// Line from 1 of a byte offset.
pub(super) fn line_of(text: &str, offset: usize) -> usize {
    let before = text.as_bytes().get(..offset).unwrap_or(text.as_bytes());
    1 + before.iter().filter(|byte| **byte == b'\n').count()
}
