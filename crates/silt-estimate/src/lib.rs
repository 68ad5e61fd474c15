//! Estimates of Silt: dredging cycles to cubic metres and tonnes with intervals.
