//! Places a mapped feature in its regions and compares them with what the source states.

use std::sync::Arc;

use geo_types::{Coord, Geometry, Point};
use silt_exchange::map::Mapped;
use silt_index::regions::{RegionIndex, RegionRule, place_feature};
use silt_model::{Feature, Flag, FlagCode};

/// Fills `regions` and adds the flags that follow from the place.
///
/// A feature without geometry gets the regions that its source states, so that a query by
/// country finds it; its `coordinates_missing` flag says that no position stands behind them.
pub(crate) fn place(mapped: Mapped, regions: &RegionIndex, rule: RegionRule) -> Feature {
    let Mapped {
        mut feature,
        stated_regions,
        ..
    } = mapped;
    if feature.geometry.is_none() {
        feature.regions = stated_regions
            .iter()
            .map(|id| Arc::from(id.as_str()))
            .collect();
        feature.regions.sort();
        return feature;
    }
    place_feature(&mut feature, regions, rule);
    if let Some(geometry) = &feature.geometry
        && let Some(flag) = disagreement(geometry, &feature.regions, &stated_regions, regions, rule)
    {
        feature.flags.push(flag);
    }
    feature
}

/// A flag where the place lies in no region of the kind that the source states.
fn disagreement(
    geometry: &Geometry<f64>,
    assigned: &[Arc<str>],
    stated: &[String],
    regions: &RegionIndex,
    rule: RegionRule,
) -> Option<Flag> {
    let missed = stated
        .iter()
        .find(|id| !assigned.iter().any(|found| found.as_ref() == id.as_str()))?;
    let kind = missed.split(':').next().unwrap_or_default();
    let found: Vec<&str> = assigned
        .iter()
        .map(AsRef::as_ref)
        .filter(|id| id.split(':').next() == Some(kind))
        .collect();
    let shown = if found.is_empty() {
        format!("no {kind} region")
    } else {
        found.join(", ")
    };
    let mut reason =
        format!("the source states {missed}; the published coordinates lie in {shown}");
    let mut code = FlagCode::OutsideStatedRegion;
    if let Geometry::Point(point) = geometry
        && let Some((way, swapped)) = explaining_exchange(*point, missed, regions, rule)
    {
        reason.push_str(&format!("; {way} would put them there"));
        if swapped {
            code = FlagCode::CoordinatesSwapped;
        }
    }
    Some(Flag::on_field(code, kind, shown, reason))
}

/// Which common slip of the pen would explain that the point is not where the source says.
fn explaining_exchange(
    point: Point<f64>,
    stated: &str,
    regions: &RegionIndex,
    rule: RegionRule,
) -> Option<(&'static str, bool)> {
    let Coord {
        x: longitude,
        y: latitude,
    } = point.0;
    let slips = [
        (
            "exchanging latitude and longitude",
            latitude,
            longitude,
            true,
        ),
        (
            "exchanging them and the sign of the longitude",
            -latitude,
            longitude,
            true,
        ),
        (
            "the other sign of the longitude",
            -longitude,
            latitude,
            false,
        ),
        (
            "the other sign of the latitude",
            longitude,
            -latitude,
            false,
        ),
        ("the other sign of both", -longitude, -latitude, false),
    ];
    slips.into_iter().find_map(|(way, x, y, swapped)| {
        if !(-90.0..=90.0).contains(&y) {
            return None;
        }
        let other = regions.regions_of(&Geometry::Point(Point::new(x, y)), rule);
        other
            .regions
            .iter()
            .any(|id| id.as_ref() == stated)
            .then_some((way, swapped))
    })
}
