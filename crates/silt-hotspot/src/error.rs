//! Errors, one type per concern.

use h3o::Resolution;
use thiserror::Error;

/// A set of cells that is no study area.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum AreaError {
    /// A cell is finer than the resolution of the area.
    #[error(
        "cell {cell:x} has resolution {found}, finer than the study area's resolution {expected}"
    )]
    TooFine {
        /// The cell.
        cell: u64,
        /// Its resolution.
        found: Resolution,
        /// The resolution of the study area.
        expected: Resolution,
    },
    /// There is no cell at all.
    #[error(
        "the study area has no cell at resolution {resolution}: choose a finer resolution or a \
         larger region"
    )]
    Empty {
        /// The resolution asked for.
        resolution: Resolution,
    },
}

/// Neighbours that cannot be had.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum NeighbourError {
    /// The caller wanted no result any more: see [`crate::Effort`].
    #[error("the search for neighbours was stopped before it was done")]
    Stopped,
    /// The study area has more cells than may be looked at one by one.
    #[error(
        "the study area has {cells} cells at resolution {resolution}, more than the {limit} \
         allowed: choose a coarser resolution"
    )]
    TooManyCells {
        /// Cells that would have to be looked at.
        cells: u64,
        /// The resolution of the study area.
        resolution: Resolution,
        /// [`crate::Limits::max_scanned_cells`].
        limit: u64,
    },
    /// One neighbourhood would have too many cells.
    #[error(
        "a neighbourhood would have about {cells} cells, more than the {limit} allowed: choose a \
         smaller one or a coarser resolution"
    )]
    TooManyNeighbours {
        /// Cells of a neighbourhood.
        cells: u64,
        /// [`crate::Limits::max_neighbourhood_cells`].
        limit: u64,
    },
    /// A distance band that is no distance on Earth.
    #[error("a distance band must lie between 0 and 20000 km, not {distance_km} km")]
    Distance {
        /// The distance asked for, km.
        distance_km: f64,
    },
}

/// Values that do not fit a study area.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum ValueError {
    /// A cell of another resolution than the study area.
    #[error("cell {cell:x} has resolution {found}, but the study area has {expected}")]
    Resolution {
        /// The cell.
        cell: u64,
        /// Its resolution.
        found: Resolution,
        /// The resolution of the study area.
        expected: Resolution,
    },
    /// A value, or the sum of a cell's values, that is not a number or beyond 1e100.
    #[error("the value of cell {cell:x} is not a number between -1e100 and 1e100")]
    NotFinite {
        /// The cell.
        cell: u64,
    },
}

/// Options or a combination of them that cannot be computed.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum OptionError {
    /// A significance level outside the open interval (0, 1).
    #[error("{name} must lie between 0 and 1, both excluded, not {value}")]
    Level {
        /// Name of the option.
        name: &'static str,
        /// What was asked for.
        value: f64,
    },
    /// No permutation, or more than allowed.
    #[error("permutations must lie between 1 and {limit}, not {asked}")]
    Permutations {
        /// What was asked for.
        asked: u32,
        /// [`crate::Limits::max_permutations`].
        limit: u32,
    },
    /// Values and neighbourhood belong to different study areas.
    #[error("the values were summed for another study area than the neighbourhood")]
    OtherArea,
    /// More pairs of cells and neighbours than allowed.
    #[error(
        "{cells} cells with a value and neighbourhoods of {neighbours} cells make more than {limit} \
         pairs: choose a coarser resolution or a smaller neighbourhood"
    )]
    TooManyPairs {
        /// Cells with a value.
        cells: u64,
        /// Cells of a whole neighbourhood.
        neighbours: u64,
        /// [`crate::Limits::max_pairs`].
        limit: u64,
    },
    /// The caller wanted no result any more: see [`crate::Effort`].
    #[error("the computation was stopped before it was done")]
    Stopped,
    /// An emerging hotspot analysis without any time step.
    #[error("an emerging hotspot analysis needs at least one time step")]
    NoTimeStep,
    /// More bins of space and time than allowed.
    #[error(
        "{cells} cells over {steps} time steps make more than {limit} bins: choose a coarser \
         resolution or longer steps"
    )]
    TooManyBins {
        /// Cells whose neighbourhood ever holds a value.
        cells: u64,
        /// Time steps.
        steps: u64,
        /// [`crate::Limits::max_space_time_bins`].
        limit: u64,
    },
}

/// Points or options that cannot be clustered.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum ClusterError {
    /// A point that lies nowhere on Earth.
    #[error("point {index} has no place on Earth: longitude {lon_deg}, latitude {lat_deg}")]
    Coordinate {
        /// Position of the point in the input, counted from 0.
        index: usize,
        /// Longitude, degrees.
        lon_deg: f64,
        /// Latitude, degrees.
        lat_deg: f64,
    },
    /// A radius that is no distance on Earth.
    #[error("the radius must lie between 0 and 20000 km, not {radius_km} km")]
    Radius {
        /// The radius asked for, km.
        radius_km: f64,
    },
    /// A core point needs at least itself.
    #[error("a cluster needs at least one point")]
    MinPoints,
    /// More points than allowed.
    #[error("{points} points are more than the {limit} allowed")]
    TooManyPoints {
        /// Points given.
        points: u64,
        /// [`crate::Limits::max_points`].
        limit: u64,
    },
    /// Points lie too densely for the radius.
    #[error("more than {limit} pairs of places lie within {radius_km} km: choose a smaller radius")]
    TooManyPairs {
        /// The radius asked for, km.
        radius_km: f64,
        /// [`crate::Limits::max_pairs`].
        limit: u64,
    },
}
