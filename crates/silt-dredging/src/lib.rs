//! The per-vessel kernel of Silt: positions to segments, states and dredging cycles.
