//! Files in and out of Silt: readers, writers, source recipes and their mapping.
