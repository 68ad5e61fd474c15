//! Snapshots for the tests.
