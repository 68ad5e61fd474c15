//! The tables of a recipe.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use silt_model::{FieldType, FlagCode, LocationAccuracy};
use toml::Spanned;

use crate::values::{DateOrder, NumberFormat};

/// One edition of a source.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecipeFile {
    /// Edition key: an ISO 8601 date at the precision known.
    pub edition: String,
    /// Where to download it.
    #[serde(default)]
    pub url: Option<String>,
    /// Path inside a mirror folder.
    #[serde(default)]
    pub mirror: Option<String>,
    /// SHA-256 of the file in the mirror, and of the download unless `url_sha256` says
    /// otherwise.
    #[serde(default)]
    pub sha256: Option<String>,
    /// SHA-256 of the file at `url`, where the mirror holds it in another packing.
    #[serde(default)]
    pub url_sha256: Option<String>,
}

impl RecipeFile {
    /// Name of the file without folders: that of the mirror, else the end of the URL.
    pub fn file_name(&self) -> Option<&str> {
        let path = self.mirror.as_deref().or(self.url.as_deref())?;
        let path = path.split(['?', '#']).next().unwrap_or(path);
        path.rsplit('/').next().filter(|name| !name.is_empty())
    }
}

/// How values are written in a source.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ValueRules {
    /// Texts that stand for nothing, besides the usual ones.
    pub nulls: Vec<String>,
    /// Decimal mark of numbers.
    pub decimal: DecimalMark,
    /// Order of day and month.
    pub date_order: DateOrderName,
}

/// Decimal mark of numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DecimalMark {
    /// `1,205,301.52`
    Point,
    /// `1.205.301,52`
    Comma,
    /// Decided for each value where only one reading is possible.
    #[default]
    Auto,
}

impl From<DecimalMark> for NumberFormat {
    fn from(mark: DecimalMark) -> NumberFormat {
        match mark {
            DecimalMark::Point => NumberFormat::Point,
            DecimalMark::Comma => NumberFormat::Comma,
            DecimalMark::Auto => NumberFormat::Auto,
        }
    }
}

/// Order of day and month in dates such as `05/06/2022`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DateOrderName {
    /// 5 June.
    DayFirst,
    /// 6 May.
    MonthFirst,
    /// Decided for each value where only one reading is possible.
    #[default]
    Auto,
}

impl From<DateOrderName> for DateOrder {
    fn from(order: DateOrderName) -> DateOrder {
        match order {
            DateOrderName::DayFirst => DateOrder::DayFirst,
            DateOrderName::MonthFirst => DateOrder::MonthFirst,
            DateOrderName::Auto => DateOrder::Auto,
        }
    }
}

/// Column names for one thing, in order of preference: the first that the row has a value in
/// counts. Written as one text or as an array.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Alternatives(pub Vec<String>);

impl<'de> Deserialize<'de> for Alternatives {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "a column name or an array of column names")]
        enum OneOrMore {
            One(String),
            More(Vec<String>),
        }
        Ok(match OneOrMore::deserialize(deserializer)? {
            OneOrMore::One(name) => Alternatives(vec![name]),
            OneOrMore::More(names) => Alternatives(names),
        })
    }
}

/// Where the record id is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RecordRule {
    /// Columns whose values, joined with `/`, are the id. Empty: the id member of GeoJSON.
    pub id: Alternatives,
    /// What happens to a row without an id.
    pub on_missing_id: MissingId,
}

/// What happens to a row without an id.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MissingId {
    /// A hash of its content is its id, so that the same row has the same id in every edition.
    #[default]
    ContentHash,
    /// It is rejected and reported.
    Reject,
}

/// Where the place of a record is. Without any of the keys the file's own geometry is taken.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GeometryRule {
    /// The source has no coordinates at all.
    pub none: bool,
    /// Longitude, or easting in the units of `crs` where that is projected.
    pub longitude: Alternatives,
    /// Latitude, or northing in the units of `crs` where that is projected.
    pub latitude: Alternatives,
    /// One column with latitude and longitude.
    pub pair: Alternatives,
    /// Geometry as Well-Known Text.
    pub wkt: Alternatives,
    /// UTM easting in metres.
    pub easting: Alternatives,
    /// UTM northing in metres.
    pub northing: Alternatives,
    /// UTM zone with hemisphere, e.g. `19S`.
    pub zone: Alternatives,
    /// Reference system of the coordinates; that of the file, else WGS84, where it is not given.
    pub crs: Option<String>,
    /// Column with the reference system of each row.
    pub crs_field: Option<String>,
    /// When zeros mean that the coordinates are missing.
    pub zero_is_missing: ZeroCoordinates,
    /// A second position in the row to compare with.
    pub check: Option<CoordinateCheck>,
    /// How well the position is known.
    pub accuracy: Option<AccuracyRule>,
}

/// When zeros mean that coordinates are missing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ZeroCoordinates {
    /// Never: 0, 0 is kept and flagged.
    #[default]
    Never,
    /// Where both are zero.
    Both,
    /// Where either is zero.
    Either,
}

/// A second position of a row, in UTM, compared with the first.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CoordinateCheck {
    /// Easting in metres.
    pub easting: String,
    /// Northing in metres.
    pub northing: String,
    /// Zone with hemisphere, e.g. `19S`.
    pub zone: String,
    /// Column with the datum; rows with another datum than WGS84 are not compared.
    #[serde(default)]
    pub datum: Option<String>,
    /// Distance in metres beyond which the two disagree.
    #[serde(default = "default_tolerance_m")]
    pub tolerance_m: f64,
}

fn default_tolerance_m() -> f64 {
    500.0
}

/// How well positions are known.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccuracyRule {
    /// Column that says so.
    #[serde(default)]
    pub from: Option<String>,
    /// What its values mean.
    #[serde(default)]
    pub map: BTreeMap<String, LocationAccuracy>,
    /// The same for every record.
    #[serde(default)]
    pub constant: Option<LocationAccuracy>,
}

/// Regions that the source states for a record.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StatedRules {
    /// Country; becomes `iso3:...` and the field `country`.
    pub country: Option<StatedRegion>,
    /// First-level division; becomes `admin1:...` and the field `admin1`.
    pub admin1: Option<StatedRegion>,
}

/// How a stated region is found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StatedRegion {
    /// The same for every record: an ISO 3166 code.
    pub constant: Option<String>,
    /// Column with a code or name.
    pub from: Alternatives,
    /// What its values mean, as ISO 3166 codes; empty text for none.
    pub map: BTreeMap<String, String>,
    /// The code for values that `map` does not have.
    pub other: Option<String>,
    /// Put before the value, e.g. `BR-` before `MG`.
    pub prefix: String,
}

/// What happens to values that a `map` does not have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unmapped {
    /// The value is null and the row is flagged.
    #[default]
    Flag,
    /// The value is kept as published.
    Keep,
    /// The value is null.
    Null,
}

/// What one field is read from.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FieldRule {
    /// Columns, the first with a value counts.
    pub from: Alternatives,
    /// Separator with which all columns of `from` are joined, instead of taking the first.
    pub join: Option<String>,
    /// The same value for every record.
    pub constant: Option<toml::Value>,
    /// Type, for a field that the collection does not have by itself.
    #[serde(rename = "type")]
    pub field_type: Option<FieldType>,
    /// Title, for a field that the collection does not have by itself.
    pub title: Option<String>,
    /// Description, for a field that the collection does not have by itself.
    pub description: Option<String>,
    /// Unit in which the source publishes; converted to the unit of the field.
    pub unit: Option<String>,
    /// Texts that stand for nothing in this column only.
    pub nulls: Vec<String>,
    /// Whether zero means "not known" here.
    pub zero_is_null: bool,
    /// Possible values, in the unit of the field; others are flagged, and null.
    pub range: Option<[f64; 2]>,
    /// What published values mean; empty text for nothing.
    pub map: BTreeMap<String, String>,
    /// What all other published values mean.
    pub other: Option<String>,
    /// What happens to values that `map` does not have.
    pub unmapped: Unmapped,
    /// Decimal mark, where this column differs from the rest.
    pub decimal: Option<DecimalMark>,
    /// Order of day and month, where this column differs from the rest.
    pub date_order: Option<DateOrderName>,
    /// Column with the year of this date. It settles the century of years with two digits, and
    /// stands in, with a flag, where the date cannot be read or lies in quite another year.
    pub year_from: Option<String>,
}

/// The rules of all fields in the order of the recipe, each with its place in the text.
#[derive(Debug, Clone, Default)]
pub struct FieldRules(pub Vec<(String, Spanned<FieldRule>)>);

impl FieldRules {
    /// Names and rules in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &FieldRule)> {
        self.0
            .iter()
            .map(|(name, rule)| (name.as_str(), rule.get_ref()))
    }

    /// The rule of a field.
    pub fn get(&self, name: &str) -> Option<&FieldRule> {
        self.iter()
            .find(|(key, _)| *key == name)
            .map(|(_, rule)| rule)
    }
}

impl<'de> Deserialize<'de> for FieldRules {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;

        impl<'de> Visitor<'de> for InOrder {
            type Value = Vec<(String, Spanned<FieldRule>)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table of fields")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut rules = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    rules.push(entry);
                }
                Ok(rules)
            }
        }

        let mut rules = deserializer.deserialize_map(InOrder)?;
        // TOML tables come sorted by name; their places in the text give the order back.
        rules.sort_by_key(|(_, rule)| rule.span().start);
        Ok(FieldRules(rules))
    }
}

/// A flag that the source itself sets.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlagRule {
    /// Which flag.
    pub code: FlagCode,
    /// Column.
    pub from: String,
    /// Values that set it.
    pub equals: Alternatives,
    /// What it means, in a sentence.
    pub reason: String,
}
