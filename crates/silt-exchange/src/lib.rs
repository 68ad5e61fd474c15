//! Files in and out of Silt: readers, writers, source recipes and their mapping.

pub mod crs;
pub mod map;
