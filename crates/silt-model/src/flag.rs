//! Flags: what is doubtful about a feature, kept with the feature.

use serde::{Deserialize, Serialize};

/// Why a feature is flagged. The code is stable; the wording of its description is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlagCode {
    /// The source gives no coordinates; the feature has no geometry.
    CoordinatesMissing,
    /// Coordinates that cannot be read or do not exist on Earth; the feature has no geometry.
    CoordinatesInvalid,
    /// Exactly 0, 0: the point in the Gulf of Guinea where missing coordinates end up.
    NullIsland,
    /// Latitude and longitude look exchanged.
    CoordinatesSwapped,
    /// The point lies outside the country or state that the source gives for it.
    OutsideStatedRegion,
    /// Two coordinates of one row (UTM and latitude/longitude) disagree beyond the tolerance.
    CoordinatesDisagree,
    /// The geometry was invalid and was repaired without changing its meaning.
    GeometryRepaired,
    /// The geometry is invalid and is kept as published, since no repair keeps its meaning.
    GeometryInvalid,
    /// The geometry could not be read; the feature has no geometry.
    GeometryUnreadable,
    /// Elevations were left out: geometries here have two dimensions.
    ElevationDropped,
    /// Another row of the edition has the same record id; this one got a suffix.
    DuplicateId,
    /// The source itself marks the row as a duplicate.
    SourceDuplicate,
    /// A published value could not be read as its type; it is kept verbatim only.
    ValueUnreadable,
    /// A value is outside the range that is possible for it.
    ValueOutOfRange,
    /// The feature lies off the generalised coastline and was given to the nearest country.
    RegionByTolerance,
    /// The coordinate reference system of the row is unknown or not given; WGS84 was assumed.
    CrsAssumed,
}

impl FlagCode {
    /// Every code, for documents and for tests.
    pub const ALL: [FlagCode; 16] = [
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
        FlagCode::DuplicateId,
        FlagCode::SourceDuplicate,
        FlagCode::ValueUnreadable,
        FlagCode::ValueOutOfRange,
        FlagCode::RegionByTolerance,
        FlagCode::CrsAssumed,
    ];

    /// The stable code, as it stands in files and responses.
    pub fn code(self) -> &'static str {
        match self {
            FlagCode::CoordinatesMissing => "coordinates_missing",
            FlagCode::CoordinatesInvalid => "coordinates_invalid",
            FlagCode::NullIsland => "null_island",
            FlagCode::CoordinatesSwapped => "coordinates_swapped",
            FlagCode::OutsideStatedRegion => "outside_stated_region",
            FlagCode::CoordinatesDisagree => "coordinates_disagree",
            FlagCode::GeometryRepaired => "geometry_repaired",
            FlagCode::GeometryInvalid => "geometry_invalid",
            FlagCode::GeometryUnreadable => "geometry_unreadable",
            FlagCode::ElevationDropped => "elevation_dropped",
            FlagCode::DuplicateId => "duplicate_id",
            FlagCode::SourceDuplicate => "source_duplicate",
            FlagCode::ValueUnreadable => "value_unreadable",
            FlagCode::ValueOutOfRange => "value_out_of_range",
            FlagCode::RegionByTolerance => "region_by_tolerance",
            FlagCode::CrsAssumed => "crs_assumed",
        }
    }
}

/// A flag on one feature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flag {
    /// What is doubtful.
    pub code: FlagCode,
    /// The source field concerned, as the source names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The published value concerned, verbatim (cut at some length where it is a geometry).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// What was found, in a sentence with its measure.
    pub reason: String,
}

impl Flag {
    /// A flag that concerns the feature as a whole.
    pub fn new(code: FlagCode, reason: impl Into<String>) -> Self {
        Flag {
            code,
            field: None,
            value: None,
            reason: reason.into(),
        }
    }

    /// A flag that concerns one published value.
    pub fn on_field(
        code: FlagCode,
        field: impl Into<String>,
        value: impl Into<String>,
        reason: impl Into<String>,
    ) -> Self {
        Flag {
            code,
            field: Some(field.into()),
            value: Some(value.into()),
            reason: reason.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_equals_the_serialised_form() {
        for code in FlagCode::ALL {
            let json = serde_json::to_value(code).expect("a code serialises");
            assert_eq!(json, code.code());
        }
    }
}
