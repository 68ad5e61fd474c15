//! Positions as columns: the one shape in which they are sorted, stored and given to the kernel.

use polars::prelude::{
    ChunkedArray, Column, DataFrame, Float32Type, Float64Type, Int64Type, IntoColumn, NamedFrom,
    PlSmallStr, PolarsDataType, PolarsError, Series, UInt8Type, UInt32Type,
};

/// Positions of any vessels, one entry per position in every list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Positions {
    /// Maritime Mobile Service Identity.
    pub mmsi: Vec<u32>,
    /// Unix time in milliseconds, UTC.
    pub time_ms: Vec<i64>,
    /// Longitude in degrees, WGS84.
    pub lon_deg: Vec<f64>,
    /// Latitude in degrees, WGS84.
    pub lat_deg: Vec<f64>,
    /// Speed over ground in knots; NaN is not available.
    pub sog_kn: Vec<f32>,
    /// Course over ground in degrees; NaN is not available.
    pub cog_deg: Vec<f32>,
    /// True heading in degrees; NaN is not available.
    pub heading_deg: Vec<f32>,
    /// Draught in metres; NaN is not available.
    pub draught_m: Vec<f32>,
    /// Navigational status of ITU-R M.1371; 15 is not defined.
    pub nav_status: Vec<u8>,
}

/// Names of the stored columns, in their order.
pub const COLUMNS: [&str; 9] = [
    "mmsi",
    "time_ms",
    "lon_deg",
    "lat_deg",
    "sog_kn",
    "cog_deg",
    "heading_deg",
    "draught_m",
    "nav_status",
];

/// A file of positions is not as it should be.
#[derive(Debug, thiserror::Error)]
pub enum ColumnError {
    /// A column that positions need is not there, or of a type that cannot be read as numbers.
    #[error("column `{column}`: {reason}")]
    Column {
        /// Name of the column.
        column: String,
        /// What is wrong with it.
        reason: String,
    },
    /// polars refused.
    #[error(transparent)]
    Polars(#[from] PolarsError),
}

impl Positions {
    /// Number of positions.
    pub fn len(&self) -> usize {
        self.mmsi.len()
    }

    /// Whether there is no position.
    pub fn is_empty(&self) -> bool {
        self.mmsi.is_empty()
    }

    /// Adds the positions `rows` of another list.
    pub fn extend_from(&mut self, other: &Positions, rows: std::ops::Range<usize>) {
        self.mmsi.extend_from_slice(&other.mmsi[rows.clone()]);
        self.time_ms.extend_from_slice(&other.time_ms[rows.clone()]);
        self.lon_deg.extend_from_slice(&other.lon_deg[rows.clone()]);
        self.lat_deg.extend_from_slice(&other.lat_deg[rows.clone()]);
        self.sog_kn.extend_from_slice(&other.sog_kn[rows.clone()]);
        self.cog_deg.extend_from_slice(&other.cog_deg[rows.clone()]);
        self.heading_deg
            .extend_from_slice(&other.heading_deg[rows.clone()]);
        self.draught_m
            .extend_from_slice(&other.draught_m[rows.clone()]);
        self.nav_status.extend_from_slice(&other.nav_status[rows]);
    }

    /// The positions in another order, or some of them.
    pub fn gather(&self, order: &[u32]) -> Positions {
        fn pick<T: Copy>(values: &[T], order: &[u32]) -> Vec<T> {
            order.iter().map(|&row| values[row as usize]).collect()
        }
        Positions {
            mmsi: pick(&self.mmsi, order),
            time_ms: pick(&self.time_ms, order),
            lon_deg: pick(&self.lon_deg, order),
            lat_deg: pick(&self.lat_deg, order),
            sog_kn: pick(&self.sog_kn, order),
            cog_deg: pick(&self.cog_deg, order),
            heading_deg: pick(&self.heading_deg, order),
            draught_m: pick(&self.draught_m, order),
            nav_status: pick(&self.nav_status, order),
        }
    }

    /// The positions as a table of polars.
    ///
    /// # Errors
    /// The lists differ in length.
    pub fn to_frame(&self) -> Result<DataFrame, PolarsError> {
        fn column<T>(name: &'static str, values: &[T]) -> Column
        where
            Series: NamedFrom<Vec<T>, [T]>,
            T: Copy,
        {
            Series::new(PlSmallStr::from_static(name), values.to_vec()).into_column()
        }
        DataFrame::new(
            self.len(),
            vec![
                column("mmsi", &self.mmsi),
                column("time_ms", &self.time_ms),
                column("lon_deg", &self.lon_deg),
                column("lat_deg", &self.lat_deg),
                column("sog_kn", &self.sog_kn),
                column("cog_deg", &self.cog_deg),
                column("heading_deg", &self.heading_deg),
                column("draught_m", &self.draught_m),
                column("nav_status", &self.nav_status),
            ],
        )
    }

    /// The positions of a table that [`Positions::to_frame`] made.
    ///
    /// # Errors
    /// A column is missing or of another type.
    pub fn from_frame(frame: &DataFrame) -> Result<Positions, ColumnError> {
        Ok(Positions {
            mmsi: values::<UInt32Type>(frame, "mmsi")?,
            time_ms: values::<Int64Type>(frame, "time_ms")?,
            lon_deg: values::<Float64Type>(frame, "lon_deg")?,
            lat_deg: values::<Float64Type>(frame, "lat_deg")?,
            sog_kn: values::<Float32Type>(frame, "sog_kn")?,
            cog_deg: values::<Float32Type>(frame, "cog_deg")?,
            heading_deg: values::<Float32Type>(frame, "heading_deg")?,
            draught_m: values::<Float32Type>(frame, "draught_m")?,
            nav_status: values::<UInt8Type>(frame, "nav_status")?,
        })
    }
}

fn values<T>(frame: &DataFrame, name: &str) -> Result<Vec<T::Native>, ColumnError>
where
    T: polars::prelude::PolarsNumericType + PolarsDataType,
{
    let wrong = |reason: String| ColumnError::Column {
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
    let mut numbers = Vec::with_capacity(typed.len());
    for chunk in typed.downcast_iter() {
        numbers.extend_from_slice(chunk.values().as_slice());
    }
    Ok(numbers)
}
