//! Files in and out of Silt: readers, writers, source recipes and their mapping.

pub mod crs;
pub mod map;
pub mod write;
pub mod values;
pub mod hash;
pub mod read;
pub mod record;
