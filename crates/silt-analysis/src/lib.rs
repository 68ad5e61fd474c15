//! Questions about where: hotspots of a collection, joined hotspots, what lies near a place.
