//! Hotspot statistics of Silt on H3 cells. Pure arithmetic.
