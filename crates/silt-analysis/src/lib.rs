//! Questions about where: hotspots of a collection, joined hotspots, what lies near a place.
//!
//! A question is asked of a snapshot ([`Subject`]); [`hotspots`] answers it with scores of H3 cells,
//! of which [`Hotspots::table`] makes rows in their order and [`Hotspots::head`] all that is needed
//! to make them again. Neither HTTP nor files: the service and the command line share this, and give
//! the same bytes.
//!
//! # Study area
//! Every cell whose centre would be given to the place asked for if a feature of the collection lay
//! there: of a collection on land the cells on land (a centre within the coast tolerance counts), of
//! one at sea the cells at sea. Cells without any feature count as zeros. Cells in which a feature of
//! the place lies belong too, where their centre does not. [`Areas`] makes areas and keeps them.

mod answer;
mod area;
mod best;
mod cache;
mod clusters;
mod counting;
mod cover;
mod error;
mod hotspots;
mod joint;
mod near;
mod near_answer;
mod outline;
mod question;
mod ranking;
mod rows;
mod shape;
mod steps;
mod table;
mod values;
mod within;

pub use answer::{Asked, METHOD_VERSION, attribution};
pub use area::{AreaOptions, Areas, Study};
pub use clusters::{Cluster, Clusters, great_circle_km};
pub use error::AnalysisError;
pub use hotspots::{Hotspots, Note, Scores, Select, Subject, caveat_text, hotspots};
pub use joint::{Part, joint};
pub use near::{MAX_RADIUS_KM, Near, NearFeature, near};
pub use near_answer::{NearQuestion, near_document};
pub use outline::outline;
pub use question::{
    CellValue, Method, PARAMETERS, Question, QuestionLimits, Reference, Step, View, resolution,
};
pub use ranking::{LEVELS, Ranking, rank_regions};
pub use silt_hotspot::Limits;
pub use steps::TimeSteps;
pub use table::{Table, TableColumn, TableRow};
pub use values::{CellFacts, Gathered};
pub use within::{Regions, Within};

#[cfg(test)]
mod testing;
