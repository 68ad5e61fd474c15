//! A checked filter, and the rows that it selects.
//!
//! Logic has three values: a comparison with null is unknown, NOT unknown is unknown, and a row
//! is selected where the filter is true. A value whose type is not that of its field (a text among
//! numbers, a date that cannot be read) compares like null but is not null.
//!
//! # Properties
//! Fields of the schema, the geometry as `geometry` or `geom`, and the names of
//! [`crate::queryable::BUILT_IN`]. `silt_regions`, `silt_flags` (by their codes) and JSON fields
//! are arrays for A_CONTAINS, A_CONTAINEDBY, A_EQUALS and A_OVERLAPS, which compare them as sets;
//! JSON fields and `silt_flags` are their JSON text for LIKE and comparisons, and dates are their
//! text for LIKE. Region groups such as `un:GRULAC` are not expanded.
//!
//! # Values
//! Numbers compare exactly, whole ones beyond 2^53 too. Arithmetic without a result, such as a
//! division by zero, is unknown. `/` never cuts, `div` cuts to a whole number. Texts compare by
//! code points. Dates compare as said below.
//!
//! # Dates
//! A date is the period that it names: `2019` goes from the first to the last moment of the year
//! in UTC. `a < b` holds where a ends before b begins, `a <= b` where a does not end after b ends,
//! `a = b` where a lies within b, `a >= b` where a does not begin before b begins, and `a > b`
//! where a begins after b ends; a is the property and b the literal on whichever side it was
//! written. So `date >= DATE('2019-01-01')` holds for `2019`, and `date = '2019'` for every day
//! of 2019. Temporal operators take dates as periods too.
//!
//! # Geometries
//! Planar in longitude and latitude, also across the antimeridian: a literal may go on past 180,
//! a BBOX may have its west greater than its east, and either may come in two parts.

mod bind;
mod check;
mod edges;
pub(crate) mod longitude;
mod node;
pub(crate) mod number;
pub(crate) mod source;
mod spatial;
mod temporal;
mod text;
mod truth;
mod typed;

use rayon::prelude::*;
use silt_index::snapshot::CollectionSnapshot;
use silt_model::CollectionSchema;

use self::bind::Binder;
use self::check::Checker;
use self::spatial::SpatialOperator;
use self::typed::{ArrayExpr, ArrayOperator, Predicate};
use crate::cql::ast::Expr;
use crate::cql::{CqlError, Limits};
use crate::queryable::Queryable;
use crate::{Cancelled, Stop};

/// A filter whose names and types fit the schema of a collection. Made by [`crate::cql::parse`].
#[derive(Debug)]
pub struct Filter {
    root: Predicate,
}

/// Rows for which it is worth to bind the filter once per thread.
const MANY_ROWS: usize = 100_000;

/// Selects from parts of `rows` rows on all threads, and puts the answers one after the other.
fn in_parallel(
    rows: usize,
    select: impl Fn(std::ops::Range<usize>) -> Result<Vec<u32>, Cancelled> + Sync,
) -> Result<Vec<u32>, Cancelled> {
    let threads = rayon::current_num_threads();
    if rows < MANY_ROWS || threads < 2 {
        return select(0..rows);
    }
    let part = rows.div_ceil(threads);
    let parts: Result<Vec<Vec<u32>>, Cancelled> = (0..threads)
        .into_par_iter()
        .map(|thread| select((thread * part).min(rows)..((thread + 1) * part).min(rows)))
        .collect();
    Ok(parts?.concat())
}

impl Filter {
    pub(crate) fn check(
        expr: &Expr,
        schema: &CollectionSchema,
        limits: &Limits,
    ) -> Result<Filter, CqlError> {
        let root = Checker { schema, limits }.predicate(expr)?;
        Ok(Filter { root })
    }

    /// The rows for which the filter is true, ascending. `candidates` are ascending rows beyond
    /// which nothing is asked for; without them it starts from an index where one helps.
    ///
    /// # Errors
    /// [`Cancelled`] once `stop` returns true.
    pub fn select(
        &self,
        snapshot: &CollectionSnapshot,
        candidates: Option<&[u32]>,
        stop: Stop<'_>,
    ) -> Result<Vec<u32>, Cancelled> {
        let bound = || Binder { snapshot, stop }.bind(&self.root);
        let of_list = |rows: &[u32]| bound().select(rows.iter().copied(), stop);
        if let Some(candidates) = candidates {
            return in_parallel(candidates.len(), |part| of_list(&candidates[part]));
        }
        match self.start(snapshot) {
            Some(rows) => in_parallel(rows.len(), |part| of_list(&rows[part])),
            None => in_parallel(snapshot.len(), |part| {
                bound().select(part.start as u32..part.end as u32, stop)
            }),
        }
    }

    /// A box outside of which the filter is never true: `west, south, east, north`, where
    /// `west > east` goes across the antimeridian. `None` where it may be true anywhere.
    pub fn bbox_hint(&self) -> Option<[f64; 4]> {
        let width = |bbox: &[f64; 4]| match bbox[2] - bbox[0] {
            plain if plain >= 0.0 => plain,
            across => across + 360.0,
        };
        let area = |bbox: &[f64; 4]| width(bbox) * (bbox[3] - bbox[1]);
        let boxes = self.conjuncts().iter().filter_map(|part| match part {
            Predicate::Spatial(SpatialOperator::Disjoint, _) => None,
            Predicate::Spatial(_, shape) => shape.bbox(),
            _ => None,
        });
        boxes.min_by(|a, b| area(a).total_cmp(&area(b)))
    }

    /// Leaf regions outside of which the filter is never true, where it names any.
    pub fn region_hint(&self) -> Option<Vec<String>> {
        self.conjuncts().iter().find_map(|part| match part {
            Predicate::Arrays(
                ArrayOperator::Contains | ArrayOperator::Overlaps | ArrayOperator::Equals,
                ArrayExpr::Property(Queryable::Regions),
                ArrayExpr::Literal(members),
            ) if !members.is_empty() => {
                let ids = members
                    .iter()
                    .map(|member| serde_json::from_str(member).ok());
                ids.collect()
            }
            _ => None,
        })
    }

    /// Rows that an index gives as a superset of those selected, ascending.
    pub(crate) fn start(&self, snapshot: &CollectionSnapshot) -> Option<Vec<u32>> {
        if let Some(regions) = self.region_hint() {
            return Some(snapshot.rows_in_regions(&regions));
        }
        let bbox = self.bbox_hint()?;
        let covers = |bounds: [f64; 4]| {
            bbox[0] <= bounds[0]
                && bbox[1] <= bounds[1]
                && bbox[2] >= bounds[2]
                && bbox[3] >= bounds[3]
        };
        if snapshot.bounds().is_some_and(covers) {
            return None;
        }
        Some(snapshot.rows_near_bbox(bbox))
    }

    fn conjuncts(&self) -> &[Predicate] {
        match &self.root {
            Predicate::And(parts) => parts,
            only => std::slice::from_ref(only),
        }
    }
}

#[cfg(test)]
#[path = "filter_tests.rs"]
mod tests;
