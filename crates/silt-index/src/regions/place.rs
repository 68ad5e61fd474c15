//! A feature placed in its regions, with the flags that follow from its position.

use silt_model::{Domain, Feature, Flag, FlagCode};

use super::{RegionIndex, RegionRule};

/// Flags that speak of the position of a feature, and not of its other values.
const POSITION_FLAGS: [FlagCode; 12] = [
    FlagCode::CoordinatesMissing,
    FlagCode::CoordinatesInvalid,
    FlagCode::NullIsland,
    FlagCode::CoordinatesSwapped,
    FlagCode::OutsideStatedRegion,
    FlagCode::CoordinatesDisagree,
    FlagCode::GeometryRepaired,
    FlagCode::GeometryInvalid,
    FlagCode::GeometryUnreadable,
    FlagCode::ElevationDropped,
    FlagCode::RegionByTolerance,
    FlagCode::CrsAssumed,
];

impl RegionRule {
    /// The rule of a collection: what lies at sea belongs to no country that is merely near.
    pub fn for_domain(domain: Domain, coast_tolerance_km: f64) -> RegionRule {
        match domain {
            Domain::Sea => RegionRule::EXACT,
            Domain::Land | Domain::Any => RegionRule { coast_tolerance_km },
        }
    }
}

/// Sets the regions of a feature from its geometry, and its `region_by_tolerance` flag.
///
/// A feature without geometry keeps the regions that it has: its source may state them.
pub fn place_feature(feature: &mut Feature, index: &RegionIndex, rule: RegionRule) {
    let Some(geometry) = &feature.geometry else {
        set_tolerance_flag(feature, None);
        return;
    };
    let assigned = index.regions_of(geometry, rule);
    let flag = assigned.by_tolerance_km.map(|distance_km| {
        let reason = format!(
            "lies {distance_km:.2} km off the generalised coastline; given to the nearest country within {} km",
            rule.coast_tolerance_km
        );
        Flag::new(FlagCode::RegionByTolerance, reason)
    });
    feature.regions = assigned.regions;
    set_tolerance_flag(feature, flag);
}

/// Replaces the flag where it stands, so that placing a feature again leaves it equal.
fn set_tolerance_flag(feature: &mut Feature, mut flag: Option<Flag>) {
    feature.flags.retain_mut(|old| {
        if old.code != FlagCode::RegionByTolerance {
            return true;
        }
        match flag.take() {
            Some(new) => {
                *old = new;
                true
            }
            None => false,
        }
    });
    feature.flags.extend(flag);
}

/// Drops the flags that speak of a position that the feature no longer has. To be called where an
/// edit gives it a new geometry, before [`place_feature`].
pub fn clear_position_flags(feature: &mut Feature) {
    feature
        .flags
        .retain(|flag| !POSITION_FLAGS.contains(&flag.code));
}

#[cfg(test)]
#[path = "place_tests.rs"]
mod tests;
