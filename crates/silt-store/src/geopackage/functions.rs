//! SQL functions that the R-tree triggers and the widening of columns call.

use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::{Value as SqlValue, ValueRef};
use rusqlite::{Connection, Error as SqlError};
use silt_model::Value;

use super::blob;
use super::codec::value_of_column;
use crate::fields::{in_type, type_named};

fn user_error(error: impl std::error::Error + Send + Sync + 'static) -> SqlError {
    SqlError::UserFunctionError(Box::new(error))
}

/// Registers the functions on a connection.
pub(super) fn register(conn: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    let bounds = ["ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"];
    for (place, name) in bounds.into_iter().enumerate() {
        conn.create_scalar_function(name, 1, flags, move |context| bound(context, place))?;
    }
    conn.create_scalar_function("ST_IsEmpty", 1, flags, |context| match context.get_raw(0) {
        ValueRef::Blob(bytes) => blob::is_empty(bytes).map(Some).map_err(user_error),
        _ => Ok(None),
    })?;
    conn.create_scalar_function("silt_retype", 3, flags, retype)
}

fn bound(context: &Context<'_>, place: usize) -> rusqlite::Result<Option<f64>> {
    match context.get_raw(0) {
        ValueRef::Blob(bytes) => {
            let envelope = blob::envelope(bytes).map_err(user_error)?;
            Ok(envelope.map(|envelope| envelope[place]))
        }
        _ => Ok(None),
    }
}

/// `silt_retype(value, from, to)`: a column value as a field of the wider type holds it.
fn retype(context: &Context<'_>) -> rusqlite::Result<SqlValue> {
    let from = type_named(context.get_raw(1).as_str()?);
    let to = type_named(context.get_raw(2).as_str()?);
    let (Some(from), Some(to)) = (from, to) else {
        return context.get(0);
    };
    let value = in_type(value_of_column(context.get_raw(0), from), to);
    Ok(match value {
        Value::Null => SqlValue::Null,
        Value::Bool(flag) => SqlValue::Integer(i64::from(flag)),
        Value::Int(number) => SqlValue::Integer(number),
        Value::Real(number) => SqlValue::Real(number),
        Value::Text(text) | Value::Json(text) => SqlValue::Text(text),
    })
}
