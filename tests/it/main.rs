//! Black-box tests: the built binary, real files, real clients.
//!
//! Tests that need the mirror of the public sources read its folder from `SILT_MIRROR` and are
//! skipped with a message where it is not set.

mod apis;
mod bad_input;
#[path = "../conformance/mod.rs"]
mod conformance;
mod crash;
mod demo;
mod editions;
mod export;
mod extraction;
mod hotspots;
mod hotspots_bad_input;
mod hotspots_joint;
mod hotspots_questions;
mod hotspots_support;
mod processes;
mod regions;
mod registers;
mod sand;
mod serve;
mod served;
mod server;
mod support;
mod validation;
