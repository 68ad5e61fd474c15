//! Positions as columns, in the shape that feeds give them: the one in which they are sorted, stored
//! and given to the kernel.

use std::borrow::Cow;
use std::ops::Range;

use polars::prelude::{
    ChunkedArray, Column, DataFrame, Float32Type, Float64Type, Int64Type, IntoColumn, NamedFrom,
    PlSmallStr, PolarsError, PolarsNumericType, Series, UInt8Type, UInt32Type,
};
use silt_ais::PositionBatch;

/// A column that positions need is not there, of another type, or has nulls.
#[derive(Debug, thiserror::Error)]
#[error("column `{column}`: {reason}")]
pub struct ColumnError {
    /// Name of the column.
    pub column: String,
    /// What is wrong with it.
    pub reason: String,
}

/// Adds the positions `rows` of a list to another.
pub fn extend_from(positions: &mut PositionBatch, other: &PositionBatch, rows: Range<usize>) {
    let own = positions;
    own.mmsi.extend_from_slice(&other.mmsi[rows.clone()]);
    own.time_ms.extend_from_slice(&other.time_ms[rows.clone()]);
    own.lon_deg.extend_from_slice(&other.lon_deg[rows.clone()]);
    own.lat_deg.extend_from_slice(&other.lat_deg[rows.clone()]);
    own.sog_kn.extend_from_slice(&other.sog_kn[rows.clone()]);
    own.cog_deg.extend_from_slice(&other.cog_deg[rows.clone()]);
    own.heading_deg
        .extend_from_slice(&other.heading_deg[rows.clone()]);
    own.draught_m
        .extend_from_slice(&other.draught_m[rows.clone()]);
    own.nav_status
        .extend_from_slice(&other.nav_status[rows.clone()]);
    own.synthetic.extend_from_slice(&other.synthetic[rows]);
}

/// The positions in another order, or some of them.
pub fn gather(positions: &PositionBatch, order: &[u32]) -> PositionBatch {
    fn pick<T: Copy>(values: &[T], order: &[u32]) -> Vec<T> {
        order.iter().map(|&row| values[row as usize]).collect()
    }
    PositionBatch {
        mmsi: pick(&positions.mmsi, order),
        time_ms: pick(&positions.time_ms, order),
        lon_deg: pick(&positions.lon_deg, order),
        lat_deg: pick(&positions.lat_deg, order),
        sog_kn: pick(&positions.sog_kn, order),
        cog_deg: pick(&positions.cog_deg, order),
        heading_deg: pick(&positions.heading_deg, order),
        draught_m: pick(&positions.draught_m, order),
        nav_status: pick(&positions.nav_status, order),
        synthetic: pick(&positions.synthetic, order),
    }
}

/// The positions as a table of polars, a column for each list.
///
/// # Errors
/// The lists differ in length.
pub fn to_frame(positions: &PositionBatch) -> Result<DataFrame, PolarsError> {
    fn column<T>(name: &'static str, values: &[T]) -> Column
    where
        Series: NamedFrom<Vec<T>, [T]>,
        T: Copy,
    {
        Series::new(PlSmallStr::from_static(name), values.to_vec()).into_column()
    }
    DataFrame::new(
        positions.len(),
        vec![
            column("mmsi", &positions.mmsi),
            column("time_ms", &positions.time_ms),
            column("lon_deg", &positions.lon_deg),
            column("lat_deg", &positions.lat_deg),
            column("sog_kn", &positions.sog_kn),
            column("cog_deg", &positions.cog_deg),
            column("heading_deg", &positions.heading_deg),
            column("draught_m", &positions.draught_m),
            column("nav_status", &positions.nav_status),
            column("synthetic", &positions.synthetic),
        ],
    )
}

/// The positions of a table that [`to_frame`] made.
///
/// # Errors
/// A column is missing or of another type.
pub fn from_frame(frame: &DataFrame) -> Result<PositionBatch, ColumnError> {
    Ok(PositionBatch {
        mmsi: values::<UInt32Type>(frame, "mmsi")?,
        time_ms: values::<Int64Type>(frame, "time_ms")?,
        lon_deg: values::<Float64Type>(frame, "lon_deg")?,
        lat_deg: values::<Float64Type>(frame, "lat_deg")?,
        sog_kn: values::<Float32Type>(frame, "sog_kn")?,
        cog_deg: values::<Float32Type>(frame, "cog_deg")?,
        heading_deg: values::<Float32Type>(frame, "heading_deg")?,
        draught_m: values::<Float32Type>(frame, "draught_m")?,
        nav_status: values::<UInt8Type>(frame, "nav_status")?,
        synthetic: flags(frame, "synthetic")?,
    })
}

fn flags(frame: &DataFrame, name: &str) -> Result<Vec<bool>, ColumnError> {
    let wrong = |reason: String| ColumnError {
        column: name.to_owned(),
        reason,
    };
    let column = frame
        .column(name)
        .map_err(|_| wrong("it is missing".to_owned()))?;
    let flags = column.bool().map_err(|error| wrong(error.to_string()))?;
    flags
        .iter()
        .map(|flag| flag.ok_or_else(|| wrong("a value is null".to_owned())))
        .collect()
}

fn values<T>(frame: &DataFrame, name: &str) -> Result<Vec<T::Native>, ColumnError>
where
    T: PolarsNumericType,
{
    Ok(numbers::<T>(frame, name)?.into_owned())
}

/// The values of a column, where they lie if they lie in one piece.
pub(crate) fn numbers<'a, T>(
    frame: &'a DataFrame,
    name: &str,
) -> Result<Cow<'a, [T::Native]>, ColumnError>
where
    T: PolarsNumericType,
{
    let wrong = |reason: String| ColumnError {
        column: name.to_owned(),
        reason,
    };
    let column = frame
        .column(name)
        .map_err(|_| wrong("it is missing".to_owned()))?;
    let series = column.as_materialized_series();
    let typed: &ChunkedArray<T> = series
        .as_any()
        .downcast_ref()
        .ok_or_else(|| wrong(format!("it holds {} values", column.dtype())))?;
    if typed.null_count() > 0 {
        return Err(wrong(format!("{} values are null", typed.null_count())));
    }
    let mut chunks = typed.downcast_iter().map(|chunk| chunk.values().as_slice());
    let first = chunks.next().unwrap_or_default();
    let mut rest = chunks.peekable();
    if rest.peek().is_none() {
        return Ok(Cow::Borrowed(first));
    }
    let mut numbers = first.to_vec();
    rest.for_each(|chunk| numbers.extend_from_slice(chunk));
    Ok(Cow::Owned(numbers))
}
