//! The properties of a snapshot's rows, as the server gives them.

use silt_index::snapshot::{CollectionSnapshot, Column, NULL_CODE};
use silt_tiles::{FeatureSource, Properties, PropertyValue};

/// Properties of tiles: `silt_id` and the fields with one value each.
pub(crate) struct RowSource<'d> {
    /// The collection.
    pub(crate) data: &'d CollectionSnapshot,
}

impl FeatureSource for RowSource<'_> {
    fn id(&self, row: u32) -> Option<u64> {
        u64::try_from(self.data.fid(row)).ok()
    }

    fn properties(&self, rows: &[u32], out: &mut Properties<'_>) {
        put_ids(out, self.data, rows);
        for (field, column) in self.data.schema().fields.iter().zip(self.data.columns()) {
            put(out, &field.name, column, rows);
        }
        let flags = rows.iter().map(|&row| self.data.is_synthetic(row));
        let flags = flags.map(|flag| flag.then_some(PropertyValue::Bool(true)));
        out.column("silt_synthetic", flags);
    }
}

/// `source:record`, as [`silt_model::FeatureId`] is written.
fn put_ids(out: &mut Properties<'_>, data: &CollectionSnapshot, rows: &[u32]) {
    let (sources, records) = (data.sources(), data.records());
    // All texts are found before the first is copied, so that they are fetched together.
    let parts: Vec<(&str, &str)> = rows
        .iter()
        .map(|&row| {
            let source = sources.get(row).unwrap_or_default();
            (source, records.get(row).unwrap_or_default())
        })
        .collect();
    let mut joined = String::new();
    let ends: Vec<usize> = parts
        .into_iter()
        .map(|(source, record)| {
            joined.push_str(source);
            joined.push(':');
            joined.push_str(record);
            joined.len()
        })
        .collect();
    let starts = std::iter::once(0).chain(ends.iter().copied());
    let ids = starts.zip(&ends).map(|(start, &end)| &joined[start..end]);
    out.column("silt_id", ids.map(|id| Some(PropertyValue::Text(id))));
}

fn put(out: &mut Properties<'_>, name: &str, column: &Column, rows: &[u32]) {
    match column {
        Column::Boolean(values) => {
            let flags = rows.iter().map(|&row| values[row as usize]);
            out.column(name, flags.map(|flag| flag.map(PropertyValue::Bool)));
        }
        Column::Integer(numbers) => {
            let values = rows.iter().map(|&row| numbers.get(row));
            out.column(name, values.map(|number| number.map(PropertyValue::Int)));
        }
        Column::Real(numbers) => {
            let values = rows.iter().map(|&row| numbers.get(row));
            out.column(name, values.map(|number| number.map(PropertyValue::Double)));
        }
        Column::Text(column) | Column::Date(column) => {
            let codes = rows.iter().map(|&row| column.codes[row as usize]);
            let codes = codes.map(|code| (code != NULL_CODE).then_some(code));
            out.coded_texts(name, codes, column.texts.len(), |code| {
                column.texts.get(code)
            });
        }
        // Arrays and objects are for items; a map cannot draw by them.
        Column::Json(_) => {}
        Column::Mixed(values) => {
            let values = rows.iter().map(|&row| match &values[row as usize] {
                silt_model::Value::Null | silt_model::Value::Json(_) => None,
                silt_model::Value::Bool(flag) => Some(PropertyValue::Bool(*flag)),
                silt_model::Value::Int(number) => Some(PropertyValue::Int(*number)),
                silt_model::Value::Real(number) => Some(PropertyValue::Double(*number)),
                silt_model::Value::Text(text) => Some(PropertyValue::Text(text)),
            });
            out.column(name, values);
        }
    }
}
