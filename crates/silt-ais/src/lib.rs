//! Vessel position feeds of Silt: NMEA, CSV dialects and JSON to positions and static reports.
