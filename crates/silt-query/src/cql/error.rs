//! Why a filter is refused. Every message is fit for the person who wrote the filter.

use crate::queryable::UnknownProperty;

/// A filter that is not accepted.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CqlError {
    /// The text is longer than allowed.
    #[error("the filter is {bytes} bytes long; at most {limit} are accepted")]
    TooLong {
        /// Length of the filter.
        bytes: usize,
        /// Length allowed.
        limit: usize,
    },
    /// Parentheses, functions or NOT within each other, more than allowed.
    #[error("the filter is nested deeper than {limit} levels")]
    TooDeep {
        /// Levels allowed.
        limit: usize,
    },
    /// The geometries have more positions than allowed.
    #[error("the geometries of the filter have more than {limit} vertices")]
    TooManyVertices {
        /// Positions allowed.
        limit: usize,
    },
    /// A LIKE pattern is longer than allowed.
    #[error("a LIKE pattern has more than {limit} characters")]
    PatternTooLong {
        /// Characters allowed.
        limit: usize,
    },
    /// The text is not CQL2.
    #[error("{message} at character {position}")]
    Syntax {
        /// What was expected or met.
        message: String,
        /// Where, in characters from 1.
        position: usize,
    },
    /// The JSON is not CQL2 JSON.
    #[error("{0}")]
    Json(String),
    /// A name that the collection does not have.
    #[error(transparent)]
    UnknownProperty(#[from] UnknownProperty),
    /// A function that Silt does not have.
    #[error("there is no function {0:?}")]
    UnknownFunction(String),
    /// Operands of a type that the operator does not take.
    #[error("{0}")]
    Type(String),
    /// A geometry that cannot be used.
    #[error("{0}")]
    Geometry(String),
    /// A date or time that cannot be read.
    #[error("{0}")]
    Time(String),
}
