//! From records to features: geometry, typed values, regions stated, flags.

pub mod geometry;
mod rings;
