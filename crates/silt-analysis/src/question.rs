//! What is asked: the parameters of a hotspot question, read strictly and with their defaults.

use h3o::Resolution;
use serde_json::{Value as Json, json};
use silt_hotspot::{Neighbours, Permutations, Weights};
use silt_index::snapshot::CollectionSnapshot;
use silt_model::{CollectionSchema, FieldType};

use crate::error::AnalysisError;

/// Names of the parameters that [`Question::read`] reads.
pub const PARAMETERS: [&str; 18] = [
    "value",
    "method",
    "resolution",
    "reference",
    "weights",
    "neighbours",
    "distance_km",
    "alpha",
    "permutations",
    "seed",
    "step",
    "steps_back",
    "radius_km",
    "min_points",
    "limit",
    "cold",
    "significant",
    "members",
];

/// What a question may ask for.
#[derive(Clone, Debug)]
pub struct QuestionLimits {
    /// Cells listed when `limit` is not given. Default 1,000.
    pub default_limit: u64,
    /// Most cells listed; a larger `limit` is lowered to it. Default 100,000.
    pub max_limit: u64,
    /// Most permutations. Default 9,999.
    pub max_permutations: u64,
    /// Most members listed per cell. Default 100.
    pub max_members: usize,
}

impl Default for QuestionLimits {
    fn default() -> Self {
        QuestionLimits {
            default_limit: 1_000,
            max_limit: 100_000,
            max_permutations: 9_999,
            max_members: 100,
        }
    }
}

/// The value of a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CellValue {
    /// Number of features.
    Count,
    /// Number of features per 1,000 km2 of the cell.
    Density,
    /// Sum of a field.
    Sum(String),
    /// Mean of a field over the features that have it.
    Mean(String),
}

impl CellValue {
    /// As the parameter `value` writes it.
    pub fn name(&self) -> String {
        match self {
            CellValue::Count => "count".to_owned(),
            CellValue::Density => "density".to_owned(),
            CellValue::Sum(field) => format!("sum:{field}"),
            CellValue::Mean(field) => format!("mean:{field}"),
        }
    }

    /// The field that is added up, where one is.
    pub fn field(&self) -> Option<&str> {
        match self {
            CellValue::Count | CellValue::Density => None,
            CellValue::Sum(field) | CellValue::Mean(field) => Some(field),
        }
    }

    /// Reads the parameter `value`.
    ///
    /// # Errors
    /// A value that is none, a field that is not there or holds no numbers.
    pub fn read(text: &str, schema: &CollectionSchema) -> Result<Self, AnalysisError> {
        let refuse = |detail: String| AnalysisError::parameter("value", detail);
        let value = match text.split_once(':') {
            None if text == "count" => return Ok(CellValue::Count),
            None if text == "density" => return Ok(CellValue::Density),
            Some(("sum", field)) => CellValue::Sum(field.to_owned()),
            Some(("mean", field)) => CellValue::Mean(field.to_owned()),
            _ => {
                return Err(refuse(format!(
                    "`{}` is none of count, density, sum:FIELD, mean:FIELD",
                    shown(text)
                )));
            }
        };
        let name = value.field().unwrap_or_default();
        let numeric = schema
            .fields
            .iter()
            .filter(|field| is_numeric(field.field_type));
        let numeric: Vec<&str> = numeric.map(|field| field.name.as_str()).collect();
        let possible = if numeric.is_empty() {
            "the collection has no field of numbers".to_owned()
        } else {
            format!("fields of numbers are {}", numeric.join(", "))
        };
        match schema.field(name) {
            Some(field) if is_numeric(field.field_type) => Ok(value),
            Some(field) => Err(refuse(format!(
                "`{name}` holds {}, not numbers; {possible}",
                field.field_type.name()
            ))),
            None => Err(refuse(format!(
                "there is no field `{}`; {possible}",
                shown(name)
            ))),
        }
    }
}

fn is_numeric(kind: FieldType) -> bool {
    matches!(kind, FieldType::Integer | FieldType::Real)
}

fn shown(text: &str) -> String {
    text.chars().take(60).collect()
}

/// How hotspots are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Getis-Ord Gi*.
    GiStar,
    /// Local Moran's I.
    LocalMoran,
    /// Gi* in space and time.
    Emerging,
    /// Clusters of points.
    Dbscan,
}

impl Method {
    const ALL: [Method; 4] = [
        Method::GiStar,
        Method::LocalMoran,
        Method::Emerging,
        Method::Dbscan,
    ];

    /// As the parameter `method` writes it.
    pub fn name(self) -> &'static str {
        match self {
            Method::GiStar => "gi-star",
            Method::LocalMoran => "local-moran",
            Method::Emerging => "emerging",
            Method::Dbscan => "dbscan",
        }
    }
}

/// Against which cells a cell is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reference {
    /// Those of the place asked for.
    Region,
    /// Those of the whole world.
    Global,
}

/// Length of a time step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A calendar month, UTC.
    Month,
    /// A calendar year, UTC.
    Year,
}

/// What is computed. Two questions that differ only in their [`View`] share one computation.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// Value of a cell.
    pub value: CellValue,
    /// Method.
    pub method: Method,
    /// Resolution asked for.
    pub resolution: Option<Resolution>,
    /// Against what.
    pub reference: Reference,
    /// Weights of Gi*.
    pub weights: Weights,
    /// Neighbours.
    pub neighbours: Neighbours,
    /// False discovery rate at which a cell counts as significant.
    pub alpha: f64,
    /// Conditional permutations.
    pub permutations: Option<Permutations>,
    /// Time step of emerging hotspots.
    pub step: Step,
    /// Steps before a step that belong to its neighbourhood.
    pub steps_back: u32,
    /// Radius of DBSCAN, km.
    pub radius_km: f64,
    /// Points of a core point of DBSCAN.
    pub min_points: u32,
}

/// Which of the cells are listed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct View {
    /// Most cells.
    pub limit: u64,
    /// The coldest first instead of the hottest.
    pub cold: bool,
    /// Only significant cells.
    pub significant: bool,
    /// Whether the features behind each cell are listed, at most so many.
    pub members: Option<usize>,
}

/// Reads parameters one after the other.
struct Reader<'g> {
    get: &'g dyn Fn(&str) -> Option<String>,
}

impl Reader<'_> {
    fn number<T: std::str::FromStr>(
        &self,
        name: &str,
        default: T,
        is_possible: impl Fn(&T) -> bool,
        wanted: &str,
    ) -> Result<T, AnalysisError> {
        let Some(text) = (self.get)(name) else {
            return Ok(default);
        };
        match text.parse::<T>() {
            Ok(number) if is_possible(&number) => Ok(number),
            _ => Err(AnalysisError::parameter(
                name,
                format!("`{}` is not {wanted}", shown(&text)),
            )),
        }
    }

    fn flag(&self, name: &str) -> Result<bool, AnalysisError> {
        match (self.get)(name).as_deref() {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(AnalysisError::parameter(name, "is neither true nor false")),
        }
    }

    fn choice<T: Copy>(
        &self,
        name: &str,
        choices: &[(&str, T)],
    ) -> Result<Option<T>, AnalysisError> {
        let Some(text) = (self.get)(name) else {
            return Ok(None);
        };
        let found = choices.iter().find(|(own, _)| *own == text);
        match found {
            Some((_, value)) => Ok(Some(*value)),
            None => {
                let names: Vec<&str> = choices.iter().map(|(own, _)| *own).collect();
                let detail = format!("`{}` is none of {}", shown(&text), names.join(", "));
                Err(AnalysisError::parameter(name, detail))
            }
        }
    }

    fn not_for(&self, names: &[&str], method: Method, of: Method) -> Result<(), AnalysisError> {
        match names.iter().find(|name| (self.get)(name).is_some()) {
            Some(name) if method == of => Err(AnalysisError::parameter(
                *name,
                format!("does not apply to method={}", of.name()),
            )),
            _ => Ok(()),
        }
    }

    fn only_for(&self, names: &[&str], method: Method, of: Method) -> Result<(), AnalysisError> {
        match names.iter().find(|name| (self.get)(name).is_some()) {
            Some(name) if method != of => Err(AnalysisError::parameter(
                *name,
                format!(
                    "belongs to method={}, and the method is {}",
                    of.name(),
                    method.name()
                ),
            )),
            _ => Ok(()),
        }
    }
}

/// Neighbours without anything asked for: the cells beside a cell.
const DEFAULT_RING: u32 = 1;
/// Largest ring: 20,000 cells of a neighbourhood.
const MAX_RING: u32 = 81;
/// Radius of a cluster without anything asked for, km **\[inferred\]**: pits of one district.
const DEFAULT_RADIUS_KM: f64 = 10.0;
/// Points of a core point, itself included **\[inferred\]**.
const DEFAULT_MIN_POINTS: u32 = 5;
const MAX_DISTANCE_KM: f64 = 20_000.0;

impl Question {
    /// Reads the parameters named in [`PARAMETERS`], as far as `get` has them.
    ///
    /// # Errors
    /// Names the parameter and says what is possible.
    pub fn read(
        get: &dyn Fn(&str) -> Option<String>,
        schema: &CollectionSchema,
        limits: &QuestionLimits,
    ) -> Result<(Question, View), AnalysisError> {
        let reader = Reader { get };
        let value = match get("value") {
            None => CellValue::Count,
            Some(text) => CellValue::read(&text, schema)?,
        };
        let methods = Method::ALL.map(|method| (method.name(), method));
        let method = reader.choice("method", &methods)?.unwrap_or(Method::GiStar);
        reader.only_for(&["step", "steps_back"], method, Method::Emerging)?;
        reader.only_for(&["radius_km", "min_points"], method, Method::Dbscan)?;
        let of_cells = [
            "resolution",
            "reference",
            "neighbours",
            "distance_km",
            "alpha",
            "cold",
            "significant",
        ];
        reader.not_for(&of_cells, method, Method::Dbscan)?;
        reader.only_for(&["weights"], method, Method::GiStar)?;
        let references = [("region", Reference::Region), ("global", Reference::Global)];
        let weights = [
            ("binary", Weights::Binary),
            ("row", Weights::RowStandardised),
        ];
        let steps = [("month", Step::Month), ("year", Step::Year)];
        let default_alpha = if method == Method::Emerging {
            0.10
        } else {
            0.05
        };
        let is_level = |alpha: &f64| *alpha > 0.0 && *alpha < 1.0;
        let level = "a number between 0 and 1, both excluded";
        let is_km = |km: &f64| *km > 0.0 && *km <= MAX_DISTANCE_KM;
        let question = Question {
            value,
            method,
            resolution: resolution(get)?,
            reference: reader
                .choice("reference", &references)?
                .unwrap_or(Reference::Region),
            weights: reader
                .choice("weights", &weights)?
                .unwrap_or(Weights::Binary),
            neighbours: neighbours(&reader)?,
            alpha: reader.number("alpha", default_alpha, is_level, level)?,
            permutations: permutations(&reader, method, limits)?,
            step: reader.choice("step", &steps)?.unwrap_or(Step::Year),
            steps_back: reader.number(
                "steps_back",
                1,
                |steps: &u32| *steps <= 100,
                "a whole number from 0 to 100",
            )?,
            radius_km: reader.number(
                "radius_km",
                DEFAULT_RADIUS_KM,
                is_km,
                "a distance between 0 and 20000 km",
            )?,
            min_points: reader.number(
                "min_points",
                DEFAULT_MIN_POINTS,
                |points: &u32| *points > 0,
                "a whole number of at least 1",
            )?,
        };
        let limit = reader.number(
            "limit",
            limits.default_limit,
            |limit: &u64| *limit > 0,
            "a whole number of at least 1",
        )?;
        let view = View {
            limit: limit.min(limits.max_limit),
            cold: reader.flag("cold")?,
            significant: reader.flag("significant")?,
            members: reader.flag("members")?.then_some(limits.max_members),
        };
        Ok((question, view))
    }

    /// The parameters with the values in force, for the answer.
    pub(crate) fn to_json(&self, data: &CollectionSnapshot, resolution: Resolution) -> Json {
        let mut members = json!({
            "collection": data.schema().id,
            "value": self.value.name(),
            "method": self.method.name(),
        });
        if self.method == Method::Dbscan {
            members["radius_km"] = self.radius_km.into();
            members["min_points"] = self.min_points.into();
            return members;
        }
        members["resolution"] = u8::from(resolution).into();
        members["resolution_chosen"] = self.resolution.is_none().into();
        members["reference"] = match self.reference {
            Reference::Region => "region",
            Reference::Global => "global",
        }
        .into();
        match self.neighbours {
            Neighbours::Ring { k } => members["neighbours"] = k.into(),
            Neighbours::Band { distance_km } => members["distance_km"] = distance_km.into(),
        }
        if self.method == Method::GiStar {
            members["weights"] = match self.weights {
                Weights::Binary => "binary",
                Weights::RowStandardised => "row",
            }
            .into();
        }
        members["alpha"] = self.alpha.into();
        if let Some(permutations) = self.permutations {
            members["permutations"] = permutations.count.into();
            members["seed"] = permutations.seed.into();
        }
        if self.method == Method::Emerging {
            members["step"] = match self.step {
                Step::Month => "month",
                Step::Year => "year",
            }
            .into();
            members["steps_back"] = self.steps_back.into();
        }
        members
    }
}

/// Reads the parameter `resolution`.
///
/// # Errors
/// A text that is no whole number from 0 to 15.
pub fn resolution(
    get: &dyn Fn(&str) -> Option<String>,
) -> Result<Option<Resolution>, AnalysisError> {
    let Some(text) = get("resolution") else {
        return Ok(None);
    };
    let number = text.parse::<u8>().ok();
    match number.and_then(|number| Resolution::try_from(number).ok()) {
        Some(resolution) => Ok(Some(resolution)),
        None => Err(AnalysisError::parameter(
            "resolution",
            format!("`{}` is not a whole number from 0 to 15", shown(&text)),
        )),
    }
}

fn neighbours(reader: &Reader<'_>) -> Result<Neighbours, AnalysisError> {
    if (reader.get)("distance_km").is_none() {
        let k = reader.number(
            "neighbours",
            DEFAULT_RING,
            |k: &u32| *k <= MAX_RING,
            "a number of steps on the grid from 0 to 81",
        )?;
        return Ok(Neighbours::Ring { k });
    }
    if (reader.get)("neighbours").is_some() {
        return Err(AnalysisError::parameter(
            "distance_km",
            "and neighbours are two ways to say the same; give one of them",
        ));
    }
    let distance_km = reader.number(
        "distance_km",
        0.0,
        |km: &f64| *km > 0.0 && *km <= MAX_DISTANCE_KM,
        "a distance between 0 and 20000 km",
    )?;
    Ok(Neighbours::Band { distance_km })
}

fn permutations(
    reader: &Reader<'_>,
    method: Method,
    limits: &QuestionLimits,
) -> Result<Option<Permutations>, AnalysisError> {
    let most = limits.max_permutations.min(u64::from(u32::MAX));
    let wanted = format!("a whole number from 1 to {most}");
    let given = (reader.get)("permutations").is_some();
    let count = reader.number(
        "permutations",
        u64::from(Permutations::default().count).min(most),
        |count: &u64| *count >= 1 && *count <= most,
        &wanted,
    )?;
    let seed = reader.number("seed", 0, |_: &u64| true, "a whole number of at least 0")?;
    let is_permuted = match method {
        Method::GiStar => given,
        Method::LocalMoran => true,
        Method::Emerging | Method::Dbscan if given => {
            return Err(AnalysisError::parameter(
                "permutations",
                format!("does not apply to method={}", method.name()),
            ));
        }
        Method::Emerging | Method::Dbscan => false,
    };
    Ok(is_permuted.then_some(Permutations {
        count: u32::try_from(count).unwrap_or(u32::MAX),
        seed,
    }))
}

#[cfg(test)]
#[path = "question_tests.rs"]
mod tests;
