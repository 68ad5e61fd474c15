//! Sheets of Office Open XML workbooks (.xlsx).

use std::io::BufReader;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use calamine::{DataRef, Reader as _, Xlsx, XlsxError};
use silt_model::Value;

use super::open::{OpenedRows, Opening, open_file};
use super::table::column_names;
use super::{BATCH_ROWS, Batch, ColumnInfo, Content, ReadError, RowSource};
use crate::record::{Columns, Record, Row, RowNote};

/// Most cells that a sheet may have. A spreadsheet program has 17 billion places for cells, and a
/// small file can claim them; registers have some hundred thousand.
const MAX_CELLS: usize = 50_000_000;

/// How far down a sheet the header is looked for.
const HEADER_SEARCH_ROWS: usize = 60;

/// Rows after a candidate for the header that are compared with it.
const ROWS_COMPARED: usize = 10;

/// Text cells that a header has at least, where the sheet is wide enough.
const HEADER_TEXTS: usize = 3;

/// Whole numbers up to this are exact in a spreadsheet, which stores doubles.
const EXACT_WHOLE: f64 = 9_007_199_254_740_992.0;

/// A row of a sheet with its non-empty cells, in the order of their columns.
struct SheetRow {
    /// Row number of the spreadsheet, from 1.
    number: u64,
    cells: Vec<(u32, Cell)>,
}

enum Cell {
    Value(Value),
    /// An error such as `#N/A`.
    Error(String),
}

impl SheetRow {
    fn texts(&self) -> usize {
        self.cells.iter().filter(|(_, cell)| matches!(cell, Cell::Value(Value::Text(text)) if !text.trim().is_empty())).count()
    }

    fn last_column(&self) -> Option<u32> {
        self.cells.last().map(|(column, _)| *column)
    }
}

pub(super) fn open(opening: Opening<'_>) -> Result<OpenedRows, ReadError> {
    let Opening {
        options,
        source,
        mut info,
        plain_file,
        ..
    } = opening;
    let path = info.path.clone();
    let file = open_file(&path, &plain_file)?;
    let mut workbook = Xlsx::new(BufReader::new(file)).map_err(|error| failed(&path, &error))?;
    let (sheet, rows) = choose_sheet(&path, &mut workbook, options.sheet.as_deref())?;
    let header_at = match (options.header_row, &options.columns) {
        (Some(number), _) => {
            let found = rows.iter().position(|row| row.number == number);
            Some(found.ok_or_else(|| ReadError::Table {
                path: path.clone(),
                row: number,
                reason: format!("`header_row` names an empty row of the sheet `{sheet}`"),
            })?)
        }
        (None, Some(_)) => None,
        (None, None) => Some(find_header(&rows)),
    };
    let header_row = header_at.and_then(|at| rows.get(at)).map(|row| row.number);
    let mut rows = rows;
    let data = rows.split_off(header_at.map_or(0, |at| (at + 1).min(rows.len())));
    let header = header_at.and_then(|at| rows.get(at));
    let used = data.iter().chain(header);
    let first_column = used
        .clone()
        .filter_map(|row| row.cells.first().map(|(column, _)| *column))
        .min()
        .unwrap_or(0);
    let last_column = used.filter_map(SheetRow::last_column).max().unwrap_or(0);
    let names = match &options.columns {
        Some(names) => names.clone(),
        None => header.map_or_else(Vec::new, |row| header_names(row, first_column, last_column)),
    };
    let width = (last_column - first_column) as usize + 1;
    if names.len() < width && options.columns.is_some() {
        return Err(ReadError::Option {
            path,
            option: "columns",
            reason: format!(
                "{} names are given for the {width} columns of the sheet `{sheet}`",
                names.len()
            ),
        });
    }
    let (columns, notes) = column_names(&names);
    info.notes.extend(notes);
    info.columns = columns
        .iter()
        .map(|name| ColumnInfo {
            name: Arc::clone(name),
            field_type: None,
        })
        .collect();
    info.layer = Some(sheet);
    info.header_row = header_row;
    info.rows_expected = Some(data.len() as u64);
    source.progress.store(info.byte_length, Ordering::Relaxed);
    let sheet = Sheet {
        rows: data.into_iter(),
        columns,
        first_column,
    };
    Ok((info, Box::new(sheet)))
}

fn failed(path: &Path, error: &XlsxError) -> ReadError {
    ReadError::Library {
        path: path.to_owned(),
        format: "an XLSX workbook".to_owned(),
        reason: error.to_string(),
    }
}

/// The sheet asked for, or the first that has rows.
fn choose_sheet(
    path: &Path,
    workbook: &mut Xlsx<BufReader<std::fs::File>>,
    wanted: Option<&str>,
) -> Result<(String, Vec<SheetRow>), ReadError> {
    let names = workbook.sheet_names();
    if let Some(wanted) = wanted {
        if !names.iter().any(|name| name == wanted) {
            let problem = format!("there is no sheet `{wanted}`");
            return Err(ReadError::LayerNeeded {
                path: path.to_owned(),
                kind: "sheet",
                problem,
                names,
            });
        }
        let rows = read_sheet(path, workbook, wanted)?;
        return Ok((wanted.to_owned(), rows));
    }
    for name in names {
        let rows = match read_sheet(path, workbook, &name) {
            Ok(rows) => rows,
            // Chart sheets are listed too and have no cells.
            Err(ReadError::Library { .. }) if is_chart(workbook, &name) => continue,
            Err(error) => return Err(error),
        };
        if !rows.is_empty() {
            return Ok((name, rows));
        }
    }
    Err(ReadError::Empty {
        path: path.to_owned(),
    })
}

fn is_chart(workbook: &Xlsx<BufReader<std::fs::File>>, name: &str) -> bool {
    workbook
        .sheets_metadata()
        .iter()
        .any(|sheet| sheet.name == name && sheet.typ != calamine::SheetType::WorkSheet)
}

fn read_sheet(
    path: &Path,
    workbook: &mut Xlsx<BufReader<std::fs::File>>,
    name: &str,
) -> Result<Vec<SheetRow>, ReadError> {
    let mut cells = workbook
        .worksheet_cells_reader(name)
        .map_err(|error| failed(path, &error))?;
    let mut rows: Vec<SheetRow> = Vec::new();
    let mut count = 0;
    while let Some(cell) = cells.next_cell().map_err(|error| failed(path, &error))? {
        let (row, column) = cell.get_position();
        let Some(value) = cell_value(cell.get_value()) else {
            continue;
        };
        count += 1;
        if count > MAX_CELLS {
            return Err(ReadError::Table {
                path: path.to_owned(),
                row: u64::from(row) + 1,
                reason: format!(
                    "the sheet `{name}` has more than {MAX_CELLS} cells; save it as CSV"
                ),
            });
        }
        let number = u64::from(row) + 1;
        match rows.last_mut() {
            Some(last) if last.number == number => last.cells.push((column, value)),
            _ => rows.push(SheetRow {
                number,
                cells: vec![(column, value)],
            }),
        }
    }
    // Programs write cells in order; nothing forces them to.
    for row in &mut rows {
        row.cells.sort_by_key(|(column, _)| *column);
    }
    rows.sort_by_key(|row| row.number);
    Ok(rows)
}

/// What a cell holds; `None` when it is empty.
fn cell_value(data: &DataRef<'_>) -> Option<Cell> {
    let text = |text: &str| (!text.is_empty()).then(|| Cell::Value(Value::Text(text.to_owned())));
    match data {
        DataRef::Empty => None,
        DataRef::String(string) | DataRef::DateTimeIso(string) | DataRef::DurationIso(string) => {
            text(string)
        }
        DataRef::SharedString(string) => text(string),
        DataRef::Int(whole) => Some(Cell::Value(Value::Int(*whole))),
        DataRef::Float(number) => Some(Cell::Value(number_value(*number))),
        DataRef::Bool(flag) => Some(Cell::Value(Value::Bool(*flag))),
        DataRef::DateTime(date) => Some(Cell::Value(Value::Text(iso_date(date)))),
        DataRef::Error(error) => Some(Cell::Error(error.to_string())),
    }
}

fn number_value(number: f64) -> Value {
    let is_whole = number.fract() == 0.0 && number.abs() < EXACT_WHOLE;
    if is_whole {
        Value::Int(number as i64)
    } else if number.is_finite() {
        Value::Real(number)
    } else {
        Value::Text(number.to_string())
    }
}

/// A date as ISO 8601: without a time at midnight, without a date on the spreadsheet's day zero.
fn iso_date(date: &calamine::ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, milli) = date.to_ymd_hms_milli();
    if date.is_duration() {
        let seconds = (date.as_f64() * 86_400.0).round() as i64;
        return format!(
            "{}:{:02}:{:02}",
            seconds / 3600,
            seconds / 60 % 60,
            seconds % 60
        );
    }
    let fraction = if milli == 0 {
        String::new()
    } else {
        format!(".{milli:03}")
    };
    let clock = format!("{hour:02}:{minute:02}:{second:02}{fraction}");
    let is_time_only = date.as_f64() < 1.0;
    let is_midnight = (hour, minute, second, milli) == (0, 0, 0, 0);
    if is_time_only {
        clock
    } else if is_midnight {
        format!("{year:04}-{month:02}-{day:02}")
    } else {
        format!("{year:04}-{month:02}-{day:02}T{clock}")
    }
}

/// The index of the header: the first row with at least three texts (fewer in a narrow sheet) that
/// is followed by rows of similar width, so that titles and stamps above a table are passed over.
fn find_header(rows: &[SheetRow]) -> usize {
    let widest = rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
    let texts_needed = HEADER_TEXTS.min(widest).max(1);
    for (at, row) in rows.iter().enumerate().take(HEADER_SEARCH_ROWS) {
        if row.texts() < texts_needed {
            continue;
        }
        let after = &rows[at + 1..rows.len().min(at + 1 + ROWS_COMPARED)];
        let last_column = row.last_column().unwrap_or(0);
        let is_like_it = |other: &&SheetRow| {
            let is_filled = other.cells.len() * 3 >= row.cells.len();
            is_filled && other.last_column().unwrap_or(0) <= last_column
        };
        if after.iter().filter(is_like_it).count() * 2 >= after.len() {
            return at;
        }
    }
    0
}

fn header_names(row: &SheetRow, first_column: u32, last_column: u32) -> Vec<String> {
    let mut names = vec![String::new(); (last_column - first_column) as usize + 1];
    for (column, cell) in &row.cells {
        if let (Some(name), Cell::Value(value)) =
            (names.get_mut((column - first_column) as usize), cell)
        {
            *name = value.to_string();
        }
    }
    names
}

struct Sheet {
    rows: std::vec::IntoIter<SheetRow>,
    columns: Columns,
    first_column: u32,
}

impl Sheet {
    fn record(&self, row: SheetRow) -> Record {
        let mut record = Record::new(row.number);
        record.fields = self
            .columns
            .iter()
            .map(|name| (Arc::clone(name), Value::Null))
            .collect();
        for (column, cell) in row.cells {
            let Some((name, slot)) = record.fields.get_mut((column - self.first_column) as usize)
            else {
                continue;
            };
            match cell {
                Cell::Value(value) => *slot = value,
                Cell::Error(error) => record.notes.push(RowNote {
                    code: "cell_error",
                    field: Some(name.to_string()),
                    reason: format!("the cell holds the error {error}; read as empty"),
                }),
            }
        }
        record
    }
}

impl RowSource for Sheet {
    fn next_batch(&mut self) -> Result<Option<Batch>, ReadError> {
        let mut rows = Vec::new();
        while rows.len() < BATCH_ROWS {
            let Some(row) = self.rows.next() else { break };
            rows.push(Row::Record(self.record(row)));
        }
        Ok((!rows.is_empty()).then_some(Batch {
            content: Content::Rows(rows),
        }))
    }
}

#[cfg(test)]
#[path = "workbook_tests.rs"]
mod tests;
