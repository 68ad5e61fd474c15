//! What is asked for: `by=region:iso3,status` and `metrics=count,sum(storage_m3)`.

use silt_index::regions::RegionKind;
use silt_model::{CollectionSchema, FieldType};

/// Most dimensions of one question.
const MAX_DIMENSIONS: usize = 4;
/// Most metrics of one question.
const MAX_METRICS: usize = 32;
/// Longest name that an error repeats, in characters.
const SHOWN_CHARS: usize = 60;

/// What features are grouped by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dimension {
    /// A field of the collection.
    Field(String),
    /// The year of a date field: `year:inspection_date`.
    Year(String),
    /// The source of the feature: `silt_source`.
    Source,
    /// Regions of a kind: `region:iso3`.
    Region(RegionKind),
}

impl Dimension {
    /// The name of the column in the answer, as it was asked for.
    pub fn name(&self) -> String {
        match self {
            Dimension::Field(name) => name.clone(),
            Dimension::Year(name) => format!("year:{name}"),
            Dimension::Source => "silt_source".to_owned(),
            Dimension::Region(kind) => format!("region:{kind}"),
        }
    }
}

/// A statistic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricKind {
    /// Number of features, or of values that are not null.
    Count,
    /// Sum.
    Sum,
    /// Arithmetic mean.
    Mean,
    /// Smallest value.
    Min,
    /// Largest value.
    Max,
    /// Median; of an even number of values the mean of the middle two.
    Median,
    /// Sample standard deviation; null for fewer than two values.
    Std,
}

impl MetricKind {
    const ALL: [(&'static str, MetricKind); 7] = [
        ("count", MetricKind::Count),
        ("sum", MetricKind::Sum),
        ("mean", MetricKind::Mean),
        ("min", MetricKind::Min),
        ("max", MetricKind::Max),
        ("median", MetricKind::Median),
        ("std", MetricKind::Std),
    ];

    fn name(self) -> &'static str {
        let own = MetricKind::ALL.iter().find(|(_, kind)| *kind == self);
        own.map_or("", |(name, _)| name)
    }
}

/// A statistic of a field, or the number of features.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metric {
    /// Which statistic.
    pub kind: MetricKind,
    /// Of which field; `None` counts features.
    pub field: Option<String>,
}

impl Metric {
    /// The name of the column in the answer, as it was asked for.
    pub fn name(&self) -> String {
        match &self.field {
            Some(field) => format!("{}({field})", self.kind.name()),
            None => self.kind.name().to_owned(),
        }
    }
}

/// A question, checked against the schema of a collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Groups; none for one group of everything.
    pub by: Vec<Dimension>,
    /// Statistics, at least one.
    pub metrics: Vec<Metric>,
}

/// A question that cannot be answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// A dimension that the collection does not have.
    #[error(
        "`{0}` is no field to group by; regions are region:iso3, region:admin1, region:sea, region:un, region:m49 and region:aoi"
    )]
    UnknownDimension(String),
    /// A field of arrays or objects.
    #[error("`{0}` holds arrays or objects, which cannot be grouped by")]
    NotGroupable(String),
    /// `year:` of a field that is no date.
    #[error("`{0}` is no date field")]
    NotADate(String),
    /// Not `count` and not `statistic(field)`.
    #[error(
        "`{0}` is no metric; write count, or sum, mean, min, max, median or std of a field: sum(storage_m3)"
    )]
    UnknownMetric(String),
    /// A metric of a field that the collection does not have.
    #[error("`{0}` is no field of the collection")]
    UnknownField(String),
    /// A metric of a field that holds no numbers.
    #[error("`{0}` holds no numbers")]
    NotANumber(String),
    /// The same thing twice.
    #[error("`{0}` stands twice")]
    Twice(String),
    /// More than is allowed.
    #[error("at most {MAX_DIMENSIONS} groups and {MAX_METRICS} metrics in one question")]
    TooMany,
}

fn shown(text: &str) -> String {
    text.chars().take(SHOWN_CHARS).collect()
}

impl Plan {
    /// Reads the two parameters; without `metrics` features are counted.
    ///
    /// # Errors
    /// [`PlanError`], always the fault of the text. Whether it is that of `by` or of `metrics`
    /// is told by [`PlanError::is_of_by`].
    pub fn parse(
        by: Option<&str>,
        metrics: Option<&str>,
        schema: &CollectionSchema,
    ) -> Result<Plan, PlanError> {
        let mut plan = Plan {
            by: Vec::new(),
            metrics: Vec::new(),
        };
        for name in parts(by) {
            let dimension = dimension(name, schema)?;
            if plan.by.contains(&dimension) {
                return Err(PlanError::Twice(shown(name)));
            }
            plan.by.push(dimension);
        }
        for name in parts(metrics.or(Some("count"))) {
            let metric = metric(name, schema)?;
            if plan.metrics.contains(&metric) {
                return Err(PlanError::Twice(shown(name)));
            }
            plan.metrics.push(metric);
        }
        let too_many = plan.by.len() > MAX_DIMENSIONS || plan.metrics.len() > MAX_METRICS;
        if too_many {
            return Err(PlanError::TooMany);
        }
        if plan.metrics.is_empty() {
            return Err(PlanError::UnknownMetric(String::new()));
        }
        Ok(plan)
    }
}

impl PlanError {
    /// Whether the parameter `by` is at fault, and not `metrics`.
    pub fn is_of_by(&self) -> bool {
        matches!(
            self,
            PlanError::UnknownDimension(_) | PlanError::NotGroupable(_) | PlanError::NotADate(_)
        )
    }
}

fn parts(text: Option<&str>) -> impl Iterator<Item = &str> {
    text.into_iter()
        .filter(|text| !text.trim().is_empty())
        .flat_map(|text| text.split(','))
        .map(str::trim)
}

fn dimension(name: &str, schema: &CollectionSchema) -> Result<Dimension, PlanError> {
    if let Some(field) = schema.field(name) {
        return match field.field_type {
            FieldType::Json => Err(PlanError::NotGroupable(shown(name))),
            _ => Ok(Dimension::Field(name.to_owned())),
        };
    }
    if name == "silt_source" {
        return Ok(Dimension::Source);
    }
    let unknown = || PlanError::UnknownDimension(shown(name));
    match name.split_once(':').ok_or_else(unknown)? {
        ("region", prefix) => RegionKind::from_prefix(prefix)
            .map(Dimension::Region)
            .ok_or_else(unknown),
        ("year", field) => match schema.field(field).map(|field| field.field_type) {
            Some(FieldType::Date) => Ok(Dimension::Year(field.to_owned())),
            Some(_) => Err(PlanError::NotADate(shown(field))),
            None => Err(unknown()),
        },
        _ => Err(unknown()),
    }
}

fn metric(text: &str, schema: &CollectionSchema) -> Result<Metric, PlanError> {
    let unknown = || PlanError::UnknownMetric(shown(text));
    if text == "count" {
        return Ok(Metric {
            kind: MetricKind::Count,
            field: None,
        });
    }
    let (name, rest) = text.split_once('(').ok_or_else(unknown)?;
    let field = rest.strip_suffix(')').ok_or_else(unknown)?.trim();
    let known = MetricKind::ALL.iter().find(|(own, _)| *own == name.trim());
    let (_, kind) = *known.ok_or_else(unknown)?;
    let Some(own) = schema.field(field) else {
        return Err(PlanError::UnknownField(shown(field)));
    };
    let is_number = matches!(own.field_type, FieldType::Integer | FieldType::Real);
    if !is_number && kind != MetricKind::Count {
        return Err(PlanError::NotANumber(shown(field)));
    }
    Ok(Metric {
        kind,
        field: Some(field.to_owned()),
    })
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
