//! What a request selects: CQL2 filters, time, order, paging and aggregates over snapshots.
//!
//! - [`cql`] reads CQL2 text and CQL2 JSON and refuses what is too long, too deep or too large.
//! - [`filter`] holds a checked filter and evaluates it over the columns of a snapshot.
//! - [`datetime`] reads the OGC API parameter of the same name and finds the field it applies to.
//! - [`sort`] orders rows and cuts pages out of them; [`cursor`] says where the next page begins.
//! - [`query`] puts all of these together.
//!
//! Everything here is a pure function of a snapshot and its parameters.

pub mod cql;
pub mod cursor;
pub mod datetime;
pub mod filter;
pub mod query;
pub mod queryable;
pub mod sort;
pub mod time;

#[cfg(test)]
mod test_data;

/// The evaluation was ended by its caller, for instance because its time was up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the query was stopped before it was complete")]
pub struct Cancelled;

/// Says whether an evaluation should stop. Asked between pieces of work of about a millisecond;
/// once it has returned true it must go on doing so.
pub type Stop<'a> = &'a (dyn Fn() -> bool + Sync);

/// For an evaluation that runs to its end.
pub fn never_stop() -> bool {
    false
}
