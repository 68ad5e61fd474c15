//! Files in and out of Silt: readers, writers, source recipes and their mapping.

pub mod crs;
pub mod fetch;
pub mod hash;
pub mod map;
pub mod read;
pub mod recipe;
pub mod record;
pub mod served_crs;
pub mod values;
pub mod write;

/// Version of the GDAL library in use, e.g. `3.6.2`.
pub fn gdal_version() -> String {
    gdal::version::version_info("RELEASE_NAME")
}
