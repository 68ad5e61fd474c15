//! CSV as RFC 4180 has it: commas, CRLF, a header, quotes where needed, UTF-8 without a mark.

use std::io::Write;

use geo_types::Geometry;
use silt_model::{CollectionSchema, StoredFeature};

use super::geometry::{self, number_text, wkt};
use super::table::{Cell, Table};
use super::{Encoder, WriteError};

pub(super) struct CsvEncoder<W: Write> {
    out: W,
    table: Table,
    line: String,
}

impl<W: Write> CsvEncoder<W> {
    /// Writes the header: the columns of the table, then longitude, latitude and geometry.
    pub(super) fn begin(out: W, schema: &CollectionSchema) -> Result<Self, WriteError> {
        let table = Table::new(schema);
        let mut encoder = CsvEncoder {
            out,
            table,
            line: String::new(),
        };
        for column in encoder.table.columns() {
            push_text(&mut encoder.line, &column.name);
            encoder.line.push(',');
        }
        for name in ["longitude", "latitude", "geometry"] {
            push_text(&mut encoder.line, &encoder.table.free_name(name));
            encoder.line.push(',');
        }
        encoder.end_line()?;
        Ok(encoder)
    }

    fn end_line(&mut self) -> Result<(), WriteError> {
        // Each cell was followed by a comma.
        self.line.pop();
        self.line.push_str("\r\n");
        self.out
            .write_all(self.line.as_bytes())
            .map_err(WriteError::Output)?;
        self.line.clear();
        Ok(())
    }
}

impl<W: Write + Send> Encoder for CsvEncoder<W> {
    fn encode(&mut self, feature: &StoredFeature) -> Result<(), WriteError> {
        geometry::bounds(feature)?;
        for cell in self.table.cells(feature)? {
            push_cell(&mut self.line, &cell);
            self.line.push(',');
        }
        let geometry = feature.feature.geometry.as_ref();
        if let Some(Geometry::Point(point)) = geometry {
            self.line.push_str(&number_text(point.x()));
            self.line.push(',');
            self.line.push_str(&number_text(point.y()));
        } else {
            self.line.push(',');
        }
        self.line.push(',');
        if let Some(geometry) = geometry {
            push_text(&mut self.line, &wkt(geometry));
        }
        self.line.push(',');
        self.end_line()
    }

    fn finish(mut self: Box<Self>) -> Result<Vec<String>, WriteError> {
        self.out.flush().map_err(WriteError::Output)?;
        Ok(Vec::new())
    }
}

fn push_cell(line: &mut String, cell: &Cell<'_>) {
    match cell {
        Cell::Null => {}
        Cell::Boolean(flag) => line.push_str(if *flag { "true" } else { "false" }),
        Cell::Integer(number) => line.push_str(&number.to_string()),
        Cell::Real(number) => line.push_str(&number_text(*number)),
        Cell::Text(text) => push_text(line, text),
        Cell::TextList(items) => {
            if let Some(json) = Cell::list_json(items) {
                push_text(line, &json);
            }
        }
    }
}

/// Empty text is quoted, which tells it from null for readers that look.
fn push_text(line: &mut String, text: &str) {
    let plain = !text.is_empty()
        && !text.starts_with([' ', '\t'])
        && !text.ends_with([' ', '\t'])
        && !text.contains(['"', ',', '\r', '\n']);
    if plain {
        line.push_str(text);
        return;
    }
    line.push('"');
    line.push_str(&text.replace('"', "\"\""));
    line.push('"');
}
