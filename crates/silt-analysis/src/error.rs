//! Why a question has no answer.

use silt_hotspot::{AreaError, ClusterError, NeighbourError, OptionError, ValueError};
use silt_index::regions::UnknownRegion;
use silt_query::Cancelled;
use thiserror::Error;

/// Why a question has no answer.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum AnalysisError {
    /// A parameter has a value that it cannot have.
    #[error("{name}: {detail}")]
    Parameter {
        /// Name of the parameter.
        name: String,
        /// What is wrong, and what is possible.
        detail: String,
    },
    /// The time was up.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl AnalysisError {
    /// A parameter has a value that it cannot have.
    pub fn parameter(name: impl Into<String>, detail: impl Into<String>) -> Self {
        AnalysisError::Parameter {
            name: name.into(),
            detail: detail.into(),
        }
    }
}

impl From<UnknownRegion> for AnalysisError {
    fn from(error: UnknownRegion) -> Self {
        AnalysisError::parameter("region", error.to_string())
    }
}

impl From<AreaError> for AnalysisError {
    fn from(error: AreaError) -> Self {
        AnalysisError::parameter("resolution", error.to_string())
    }
}

impl From<ValueError> for AnalysisError {
    fn from(error: ValueError) -> Self {
        AnalysisError::parameter("value", error.to_string())
    }
}

impl From<NeighbourError> for AnalysisError {
    fn from(error: NeighbourError) -> Self {
        let name = match error {
            NeighbourError::Stopped => return Cancelled.into(),
            NeighbourError::TooManyCells { .. } => "resolution",
            NeighbourError::Distance { .. } => "distance_km",
            _ => "neighbours",
        };
        AnalysisError::parameter(name, error.to_string())
    }
}

impl From<OptionError> for AnalysisError {
    fn from(error: OptionError) -> Self {
        let name = match error {
            OptionError::Stopped => return Cancelled.into(),
            OptionError::Level { name, .. } => name,
            OptionError::Permutations { .. } => "permutations",
            OptionError::NoTimeStep => "datetime",
            OptionError::TooManyBins { .. } => "step",
            _ => "resolution",
        };
        AnalysisError::parameter(name, error.to_string())
    }
}

impl From<ClusterError> for AnalysisError {
    fn from(error: ClusterError) -> Self {
        let name = match error {
            ClusterError::MinPoints => "min_points",
            ClusterError::TooManyPoints { .. } => "region",
            _ => "radius_km",
        };
        AnalysisError::parameter(name, error.to_string())
    }
}
