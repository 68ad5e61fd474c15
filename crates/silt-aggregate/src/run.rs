//! Answering a question with polars.

use std::collections::HashMap;
use std::sync::Arc;

use polars::prelude::{
    AnyValue, Column as PolarsColumn, DataFrame, Expr, Float64Chunked, Int64Chunked, IntoLazy,
    IntoSeries, LazyFrame, NewChunkedArray, PlSmallStr, PolarsError, UInt32Chunked, col, len, lit,
};
use rayon::prelude::*;
use serde_json::Value as Json;
use silt_index::regions::{RegionKind, RegionSet};
use silt_index::snapshot::{CollectionSnapshot, Column, NULL_CODE, NumberColumn};
use silt_model::Value;

use crate::MAX_GROUPS;
use crate::plan::{Dimension, Metric, MetricKind, Plan};

/// The answer: one row per group.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Names of the dimensions, then of the metrics.
    pub columns: Vec<String>,
    /// One value per column; ordered by the dimensions, nulls last.
    pub rows: Vec<Vec<Json>>,
}

/// The question has no answer.
#[derive(Debug, thiserror::Error)]
pub enum AggregateError {
    /// More groups than one answer holds.
    #[error("there are {0} groups; an answer has at most {MAX_GROUPS}: group by less, or filter")]
    TooManyGroups(usize),
    /// polars refused, which is a defect.
    #[error("the statistics failed: {0}")]
    Polars(#[from] PolarsError),
}

/// Names of the codes of one dimension.
enum Names<'s> {
    Texts(&'s silt_index::snapshot::TextArena),
    Own(Vec<Json>),
}

impl Names<'_> {
    fn name(&self, code: u32) -> Json {
        if code == NULL_CODE {
            return Json::Null;
        }
        match self {
            Names::Texts(texts) => texts.get(code).into(),
            Names::Own(names) => names[code as usize].clone(),
        }
    }
}

impl Plan {
    /// Groups the given rows (all where `None`) of a snapshot.
    ///
    /// # Errors
    /// [`AggregateError`].
    pub fn run(
        &self,
        data: &CollectionSnapshot,
        rows: Option<&[u32]>,
        regions: &RegionSet,
    ) -> Result<Table, AggregateError> {
        let all: Vec<u32>;
        let selected = match rows {
            Some(rows) => rows,
            None => {
                all = (0..data.len() as u32).collect();
                &all
            }
        };
        let mut groups = Groups {
            rows: selected.to_vec(),
            keys: Vec::new(),
        };
        let mut names = Vec::new();
        for dimension in &self.by {
            names.push(groups.add(dimension, data, regions));
        }
        let frame = self.frame(data, &groups)?;
        let answer = self.summarised(frame)?.collect()?;
        if answer.height() > MAX_GROUPS {
            return Err(AggregateError::TooManyGroups(answer.height()));
        }
        self.table(&answer, &names)
    }

    /// One column of codes per dimension and one of values per field that a metric asks for.
    fn frame(&self, data: &CollectionSnapshot, groups: &Groups) -> Result<DataFrame, PolarsError> {
        let mut columns: Vec<PolarsColumn> = Vec::new();
        for (place, codes) in groups.keys.iter().enumerate() {
            let codes = UInt32Chunked::from_slice(key_name(place), codes);
            columns.push(codes.into_series().into());
        }
        let mut fields: Vec<&str> = Vec::new();
        for field in self
            .metrics
            .iter()
            .filter_map(|metric| metric.field.as_deref())
        {
            if !fields.contains(&field) {
                fields.push(field);
            }
        }
        for field in fields {
            columns.push(values_of(data, field, &groups.rows));
        }
        if columns.is_empty() {
            // A frame knows its height by its columns.
            let one = UInt32Chunked::from_slice(PlSmallStr::from_static("row"), &groups.rows);
            columns.push(one.into_series().into());
        }
        DataFrame::new(groups.rows.len(), columns)
    }

    fn summarised(&self, frame: DataFrame) -> Result<LazyFrame, PolarsError> {
        let metrics: Vec<Expr> = self
            .metrics
            .iter()
            .enumerate()
            .map(|(place, metric)| expression(metric).alias(metric_name(place)))
            .collect();
        if self.by.is_empty() {
            return Ok(frame.lazy().select(metrics));
        }
        let keys: Vec<Expr> = (0..self.by.len())
            .map(|place| col(key_name(place)))
            .collect();
        Ok(frame.lazy().group_by(keys).agg(metrics))
    }

    fn table(&self, answer: &DataFrame, names: &[Names<'_>]) -> Result<Table, AggregateError> {
        let mut rows: Vec<Vec<Json>> = vec![Vec::new(); answer.height()];
        for (place, names) in names.iter().enumerate() {
            let codes = answer.column(&key_name(place))?.u32()?.clone();
            for (row, code) in rows.iter_mut().zip(codes.iter()) {
                row.push(names.name(code.unwrap_or(NULL_CODE)));
            }
        }
        for place in 0..self.metrics.len() {
            let values = answer.column(&metric_name(place))?;
            for (n, row) in rows.iter_mut().enumerate() {
                row.push(json_of(&values.get(n)?));
            }
        }
        let dimensions = names.len();
        // polars promises no order of groups; equal questions have equal answers.
        rows.sort_by(|a, b| {
            let keys = a[..dimensions].iter().zip(&b[..dimensions]);
            keys.map(|(a, b)| order(a, b))
                .find(|order| order.is_ne())
                .unwrap_or(std::cmp::Ordering::Equal)
        });
        let by = self.by.iter().map(Dimension::name);
        let metrics = self.metrics.iter().map(Metric::name);
        Ok(Table {
            columns: by.chain(metrics).collect(),
            rows,
        })
    }
}

fn key_name(place: usize) -> PlSmallStr {
    PlSmallStr::from_string(format!("key {place}"))
}

fn metric_name(place: usize) -> PlSmallStr {
    PlSmallStr::from_string(format!("metric {place}"))
}

fn value_name(field: &str) -> PlSmallStr {
    PlSmallStr::from_string(format!("value {field}"))
}

fn expression(metric: &Metric) -> Expr {
    let Some(field) = &metric.field else {
        return len();
    };
    let values = col(value_name(field));
    match metric.kind {
        MetricKind::Count => values.count(),
        // polars sums nothing to 0; nothing known is null.
        MetricKind::Sum => polars::prelude::when(values.clone().count().gt(lit(0)))
            .then(values.sum())
            .otherwise(lit(polars::prelude::NULL)),
        MetricKind::Mean => values.mean(),
        MetricKind::Min => values.min(),
        MetricKind::Max => values.max(),
        MetricKind::Median => values.median(),
        MetricKind::Std => values.std(1),
    }
}

fn values_of(data: &CollectionSnapshot, field: &str, rows: &[u32]) -> PolarsColumn {
    let name = value_name(field);
    match data.column(field) {
        Some(Column::Integer(numbers)) => match known_values(numbers, rows) {
            Some(values) => Int64Chunked::from_vec(name, values).into_series().into(),
            None => {
                let values = rows.iter().map(|&row| numbers.get(row));
                Int64Chunked::from_iter_options(name, values)
                    .into_series()
                    .into()
            }
        },
        Some(Column::Real(numbers)) => match known_values(numbers, rows) {
            Some(values) => Float64Chunked::from_vec(name, values).into_series().into(),
            None => {
                let values = rows.iter().map(|&row| numbers.get(row));
                Float64Chunked::from_iter_options(name, values)
                    .into_series()
                    .into()
            }
        },
        Some(Column::Mixed(values)) => {
            let values = rows.iter().map(|&row| values[row as usize].as_f64());
            Float64Chunked::from_iter_options(name, values)
                .into_series()
                .into()
        }
        // Of other fields only the number of values is asked for.
        other => {
            let is_there = |row: u32| match other {
                Some(column) if !column.value(row).is_null() => Some(1),
                _ => None,
            };
            let values = rows.iter().map(|&row| is_there(row));
            Int64Chunked::from_iter_options(name, values)
                .into_series()
                .into()
        }
    }
}

/// The numbers of rows, where none is null.
fn known_values<T: Copy + Send + Sync>(numbers: &NumberColumn<T>, rows: &[u32]) -> Option<Vec<T>> {
    let is_full = numbers.valid.count() == numbers.values.len();
    let values = rows.par_iter().map(|&row| numbers.values[row as usize]);
    is_full.then(|| values.collect())
}

/// Rows with their keys. A row that belongs to several groups stands there several times.
#[derive(Default)]
struct Groups {
    rows: Vec<u32>,
    keys: Vec<Vec<u32>>,
}

impl Groups {
    fn add<'s>(
        &mut self,
        dimension: &Dimension,
        data: &'s CollectionSnapshot,
        regions: &RegionSet,
    ) -> Names<'s> {
        match dimension {
            Dimension::Source => {
                let sources = data.sources();
                self.keys.push(
                    self.rows
                        .iter()
                        .map(|&row| sources.codes[row as usize])
                        .collect(),
                );
                Names::Texts(&sources.texts)
            }
            Dimension::Field(name) => self.add_field(data.column(name)),
            Dimension::Year(name) => self.add_year(data.column(name)),
            Dimension::Region(kind) => self.add_regions(*kind, data, regions),
        }
    }

    fn add_field<'s>(&mut self, column: Option<&'s Column>) -> Names<'s> {
        if let Some(Column::Text(texts) | Column::Date(texts)) = column {
            self.keys.push(
                self.rows
                    .iter()
                    .map(|&row| texts.codes[row as usize])
                    .collect(),
            );
            return Names::Texts(&texts.texts);
        }
        let mut numbering = Numbering::default();
        let codes = self.rows.iter().map(|&row| match column {
            Some(column) => numbering.code(&column.value(row)),
            None => NULL_CODE,
        });
        let codes = codes.collect();
        self.keys.push(codes);
        Names::Own(numbering.names)
    }

    fn add_year<'s>(&mut self, column: Option<&'s Column>) -> Names<'s> {
        let mut numbering = Numbering::default();
        let year = |row: u32| {
            let Some(Column::Date(texts)) = column else {
                return Value::Null;
            };
            let date = texts.get(row).and_then(|text| text.get(..4));
            date.and_then(|year| year.parse().ok())
                .map_or(Value::Null, Value::Int)
        };
        let codes = self
            .rows
            .iter()
            .map(|&row| numbering.code(&year(row)))
            .collect();
        self.keys.push(codes);
        Names::Own(numbering.names)
    }

    fn add_regions<'s>(
        &mut self,
        kind: RegionKind,
        data: &'s CollectionSnapshot,
        regions: &RegionSet,
    ) -> Names<'s> {
        let (codes_of_leaf, names) = region_codes(kind, data, regions);
        let codes_of_row = |row: u32| {
            let leaves = data.region_places(row).iter();
            leaves.flat_map(|&leaf| codes_of_leaf[leaf as usize].iter().copied())
        };
        // Nearly every row lies in one region of a kind: those need no list of their own.
        let codes: Vec<u32> = self
            .rows
            .par_iter()
            .map(|&row| {
                let mut codes = codes_of_row(row);
                let Some(first) = codes.next() else {
                    return NULL_CODE;
                };
                if codes.all(|code| code == first) {
                    first
                } else {
                    SEVERAL_CODES
                }
            })
            .collect();
        let has_several = codes.contains(&SEVERAL_CODES);
        self.keys.push(codes);
        if has_several {
            self.repeat_rows(codes_of_row);
        }
        Names::Own(names)
    }

    /// Gives a row that belongs to several regions a place for each.
    fn repeat_rows<C: Iterator<Item = u32>>(&mut self, codes_of_row: impl Fn(u32) -> C) {
        let before = std::mem::take(self);
        let Some((codes, others)) = before.keys.split_last() else {
            return;
        };
        let mut keys: Vec<Vec<u32>> = vec![Vec::with_capacity(before.rows.len()); others.len()];
        let mut own: Vec<u32> = Vec::new();
        let mut new_codes = Vec::with_capacity(before.rows.len());
        for (place, (&row, &code)) in before.rows.iter().zip(codes).enumerate() {
            own.clear();
            if code == SEVERAL_CODES {
                own.extend(codes_of_row(row));
                // Two leaves of one group are one group.
                own.sort_unstable();
                own.dedup();
            } else {
                own.push(code);
            }
            for &code in &own {
                self.rows.push(row);
                new_codes.push(code);
                for (key, other) in keys.iter_mut().zip(others) {
                    key.push(other[place]);
                }
            }
        }
        keys.push(new_codes);
        self.keys = keys;
    }
}

/// The key of a row that belongs to several regions, before it is repeated.
const SEVERAL_CODES: u32 = NULL_CODE - 1;

/// For each leaf region of the snapshot the codes of the regions of a kind that it belongs to.
fn region_codes(
    kind: RegionKind,
    data: &CollectionSnapshot,
    regions: &RegionSet,
) -> (Vec<Vec<u32>>, Vec<Json>) {
    let mut names: Vec<Json> = Vec::new();
    let mut places: HashMap<Arc<str>, u32> = HashMap::new();
    let mut code_of = |id: &Arc<str>| {
        *places.entry(Arc::clone(id)).or_insert_with(|| {
            names.push(id.as_ref().into());
            names.len() as u32 - 1
        })
    };
    let codes = data
        .region_ids()
        .iter()
        .map(|leaf| {
            let Ok(region) = regions.get(leaf) else {
                return Vec::new();
            };
            if region.kind == kind {
                return vec![code_of(&region.id)];
            }
            if !kind.is_group() {
                return Vec::new();
            }
            let of_kind = |id: &&Arc<str>| regions.get(id).is_ok_and(|parent| parent.kind == kind);
            region
                .parents
                .iter()
                .filter(of_kind)
                .map(&mut code_of)
                .collect()
        })
        .collect();
    (codes, names)
}

/// Numbers for the values of a field.
#[derive(Default)]
struct Numbering {
    names: Vec<Json>,
    codes: HashMap<String, u32>,
}

impl Numbering {
    fn code(&mut self, value: &Value) -> u32 {
        if value.is_null() {
            return NULL_CODE;
        }
        let json = value.to_json();
        let names = &mut self.names;
        *self.codes.entry(json.to_string()).or_insert_with(|| {
            names.push(json);
            names.len() as u32 - 1
        })
    }
}

fn json_of(value: &AnyValue<'_>) -> Json {
    match value {
        AnyValue::Null => Json::Null,
        AnyValue::UInt32(number) => (*number).into(),
        AnyValue::UInt64(number) => (*number).into(),
        AnyValue::Int32(number) => (*number).into(),
        AnyValue::Int64(number) => (*number).into(),
        AnyValue::Float32(number) => f64::from(*number).into(),
        AnyValue::Float64(number) => (*number).into(),
        other => other.to_string().into(),
    }
}

/// Order of group names: numbers, then texts, then null.
fn order(a: &Json, b: &Json) -> std::cmp::Ordering {
    let rank = |value: &Json| match value {
        Json::Bool(_) => 0,
        Json::Number(_) => 1,
        Json::String(_) => 2,
        _ => 3,
    };
    match (a, b) {
        (Json::Number(a), Json::Number(b)) => {
            let (a, b) = (a.as_f64().unwrap_or(0.0), b.as_f64().unwrap_or(0.0));
            a.total_cmp(&b)
        }
        (Json::String(a), Json::String(b)) => a.cmp(b),
        (Json::Bool(a), Json::Bool(b)) => a.cmp(b),
        (a, b) => rank(a).cmp(&rank(b)),
    }
}

#[cfg(test)]
#[path = "run_tests.rs"]
mod tests;
