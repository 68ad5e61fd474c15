//! Statistics of features by group: how many, how much, by country, status or year.
//!
//! The columns of a snapshot become a polars frame of the selected rows, which polars groups and
//! sums up. Texts and regions are grouped by their numbers and named again at the end.
//!
//! A feature that lies in two countries counts in both when grouped by `region:iso3`; one that
//! lies in none stands under null. Nulls of a field are left out of its statistics.

mod plan;
mod run;

pub use plan::{Dimension, Metric, MetricKind, Plan, PlanError};
pub use run::{AggregateError, Table};

/// Most groups in one answer.
pub const MAX_GROUPS: usize = 50_000;
