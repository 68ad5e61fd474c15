//! Text tables: CSV, TSV and their kin.
//!
//! The encoding and the delimiter are found out first. Rows are then cut out of the stream, with
//! the line each starts on, and split into cells on other threads.

mod dialect;
mod infer;
mod split;

use std::sync::Arc;

use silt_model::Value;

use super::open::{OpenedRows, Opening, given_encoding, utf8_stream};
use super::text::{self, Detected};
use super::{
    BATCH_BYTES, BATCH_ROWS, Batch, ColumnInfo, Content, EncodingFound, EncodingInfo, Format,
    ReadError, RowSource, io_error, quoted,
};
use crate::record::{Columns, Record, Reject, Row};

use dialect::Dialect;
pub use infer::infer_columns;
use split::{RowAt, Splitter};

/// Rows of a table, not yet split into cells.
#[derive(Debug)]
pub(super) struct TableBatch {
    bytes: Vec<u8>,
    /// Offset of the bytes in the text.
    offset: u64,
    rows: Vec<RowAt>,
    columns: Columns,
    dialect: Dialect,
}

impl TableBatch {
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn decode(self) -> Vec<Row> {
        self.rows.iter().map(|row| self.decode_row(row)).collect()
    }

    fn decode_row(&self, row: &RowAt) -> Row {
        let bytes = &self.bytes[row.start..row.end];
        let reject = |code, reason| {
            let value = Some(quoted(&String::from_utf8_lossy(bytes)));
            Row::Reject(Reject {
                row: row.line,
                code,
                field: None,
                value,
                reason,
            })
        };
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let at = self.offset + (row.start + error.valid_up_to()) as u64;
                return reject(
                    "invalid_utf8",
                    format!("byte {at} is not UTF-8; give the right `encoding`"),
                );
            }
        };
        let cells = split::cells(text, self.dialect);
        if cells.len() != self.columns.len() {
            let (expected, found) = (self.columns.len(), cells.len());
            return reject(
                "unequal_columns",
                format!("the row has {found} columns where the table has {expected}"),
            );
        }
        let mut record = Record::new(row.line);
        record.fields = self
            .columns
            .iter()
            .cloned()
            .zip(cells.into_iter().map(cell_value))
            .collect();
        Row::Record(record)
    }
}

fn cell_value(cell: std::borrow::Cow<'_, str>) -> Value {
    if cell.is_empty() {
        Value::Null
    } else {
        Value::Text(cell.into_owned())
    }
}

pub(super) fn open(opening: Opening<'_>) -> Result<OpenedRows, ReadError> {
    let Opening {
        options,
        source,
        mut info,
        ..
    } = opening;
    let path = info.path.clone();
    let encoding = match given_encoding(&path, options)? {
        Some(encoding) => {
            info.encoding = Some(EncodingInfo {
                name: encoding.name(),
                found: EncodingFound::Given,
            });
            encoding
        }
        None => {
            let mut stream = source.stream().map_err(|error| io_error(&path, error))?;
            let found = match text::detect(stream.as_mut())
                .map_err(|error| io_error(&path, error))?
            {
                Detected::Sure(found) => found,
                Detected::Guess { name, invalid_at } if text::is_latin(name) => {
                    info.notes.push(format!(
                        "the text is not UTF-8 (byte {invalid_at}); read as windows-1252, a guess: give `encoding` if letters look wrong"
                    ));
                    EncodingInfo {
                        name: encoding_rs::WINDOWS_1252.name(),
                        found: EncodingFound::Guessed,
                    }
                }
                Detected::Guess { name, invalid_at } => {
                    return Err(ReadError::Encoding {
                        path,
                        place: format!("byte {invalid_at}"),
                        reason: format!(
                            "the text is not UTF-8 and looks like {name}; give `encoding`"
                        ),
                    });
                }
            };
            let encoding = text::by_label(found.name).unwrap_or(encoding_rs::UTF_8);
            info.encoding = Some(found);
            encoding
        }
    };
    let start = || utf8_stream(&source, encoding).map_err(|error| io_error(&path, error));
    let sample = dialect::Sample::read(start()?).map_err(|error| io_error(&path, error))?;
    let wanted = if info.format == Format::Tsv {
        options.delimiter.or(Some('\t'))
    } else {
        options.delimiter
    };
    let dialect = dialect::find(&path, &sample, wanted, options)?;
    info.delimiter = Some(char::from(dialect.delimiter));
    let mut splitter = Splitter::new(&path, start()?, dialect, options.limits.max_feature_bytes);
    let names = match (&options.columns, options.header_row) {
        (Some(names), None) => names.clone(),
        (names, header_row) => {
            let header = header_cells(&mut splitter, header_row, options)?;
            info.header_row = Some(header.0);
            match names {
                Some(names) => names.clone(),
                None => header.1,
            }
        }
    };
    let (columns, notes) = column_names(&names);
    info.notes.extend(notes);
    info.columns = columns
        .iter()
        .map(|name| ColumnInfo {
            name: Arc::clone(name),
            field_type: None,
        })
        .collect();
    let rows = Table {
        splitter,
        columns,
        dialect,
        pending: None,
        done: false,
    };
    Ok((info, Box::new(rows)))
}

/// Line and cells of the header.
fn header_cells(
    splitter: &mut Splitter,
    header_row: Option<u64>,
    options: &super::ReadOptions,
) -> Result<(u64, Vec<String>), ReadError> {
    // Lines of a preamble need not obey the quoting rules of the table, so they are stepped over
    // as lines.
    splitter.skip_lines(header_row.unwrap_or(1).saturating_sub(1))?;
    let Some(row) = splitter.next_row()? else {
        let reason = match options.header_row {
            Some(line) => format!("the table has no line {line}, which `header_row` names"),
            None => "the table has no rows".to_owned(),
        };
        return Err(splitter.table_error(reason));
    };
    let text = String::from_utf8_lossy(splitter.text(&row)).into_owned();
    let cells = split::cells(&text, splitter.dialect())
        .into_iter()
        .map(std::borrow::Cow::into_owned)
        .collect();
    splitter.forget();
    Ok((row.line, cells))
}

/// Names for columns: white space collapsed (headers of spreadsheets have line breaks), names for
/// those without one, and numbers behind repeated ones. Also says what was changed.
pub(super) fn column_names(header: &[String]) -> (Columns, Vec<String>) {
    let clean: Vec<String> = header
        .iter()
        .map(|name| name.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    let mut used: std::collections::HashSet<String> = clean.iter().cloned().collect();
    let mut seen = std::collections::HashSet::new();
    let mut names: Vec<Arc<str>> = Vec::with_capacity(clean.len());
    let mut notes = Vec::new();
    for (index, name) in clean.iter().enumerate() {
        let is_good = !name.is_empty() && seen.insert(name.clone());
        if is_good {
            names.push(Arc::from(name.as_str()));
            continue;
        }
        let mut number = if name.is_empty() { index + 1 } else { 2 };
        let stem = if name.is_empty() { "column" } else { name };
        let mut fresh = format!("{stem}_{number}");
        while !used.insert(fresh.clone()) {
            number += 1;
            fresh = format!("{stem}_{number}");
        }
        let what = if name.is_empty() {
            "has no name".to_owned()
        } else {
            format!("repeats the name `{name}`")
        };
        notes.push(format!(
            "column {} {what} and is called `{fresh}`",
            index + 1
        ));
        names.push(Arc::from(fresh));
    }
    (names.into(), notes)
}

struct Table {
    splitter: Splitter,
    columns: Columns,
    dialect: Dialect,
    pending: Option<ReadError>,
    done: bool,
}

impl RowSource for Table {
    fn next_batch(&mut self) -> Result<Option<Batch>, ReadError> {
        if let Some(error) = self.pending.take() {
            return Err(error);
        }
        let mut rows = Vec::new();
        while !self.done && rows.len() < BATCH_ROWS && self.splitter.position() < BATCH_BYTES {
            match self.splitter.next_row() {
                Ok(Some(row)) => rows.push(row),
                Ok(None) => self.done = true,
                Err(error) => {
                    self.pending = Some(error);
                    self.done = true;
                }
            }
        }
        if rows.is_empty() {
            return match self.pending.take() {
                Some(error) => Err(error),
                None => Ok(None),
            };
        }
        let end = rows.last().map_or(0, |row| row.end);
        let (offset, bytes) = self.splitter.take(end);
        let batch = TableBatch {
            bytes,
            offset,
            rows,
            columns: Arc::clone(&self.columns),
            dialect: self.dialect,
        };
        Ok(Some(Batch {
            content: Content::Table(batch),
        }))
    }
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
