//! Which characters part the cells and lines of a text table.

use std::io::{self, Read};
use std::path::Path;

use super::split;
use crate::read::{ReadError, ReadOptions};

/// The characters of a text table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dialect {
    pub(super) delimiter: u8,
    pub(super) quote: u8,
    /// The last byte of a line end: `\n`, or `\r` in files of old Macintoshes.
    pub(super) newline: u8,
}

/// Delimiters that are recognised, the most common first.
const CANDIDATES: [u8; 4] = [b',', b';', b'\t', b'|'];

/// How much of a table is looked at, in bytes and rows.
const SAMPLE_BYTES: u64 = 256 * 1024;
const SAMPLE_ROWS: usize = 200;

/// The beginning of a table.
pub(super) struct Sample {
    bytes: Vec<u8>,
    /// Whether the file goes on after it.
    is_cut: bool,
}

impl Sample {
    pub(super) fn read(stream: Box<dyn Read + Send>) -> io::Result<Sample> {
        let mut bytes = Vec::new();
        stream.take(SAMPLE_BYTES).read_to_end(&mut bytes)?;
        let is_cut = bytes.len() as u64 == SAMPLE_BYTES;
        Ok(Sample { bytes, is_cut })
    }

    fn newline(&self) -> u8 {
        let has_feed = self.bytes.contains(&b'\n');
        if !has_feed && self.bytes.contains(&b'\r') {
            b'\r'
        } else {
            b'\n'
        }
    }

    /// Number of cells of each of the first rows from the header on.
    fn widths(&self, path: &Path, dialect: Dialect, first_line: u64) -> Vec<usize> {
        let stream = Box::new(io::Cursor::new(self.bytes.clone()));
        let mut splitter = split::Splitter::new(path, stream, dialect, SAMPLE_BYTES);
        let mut widths = Vec::new();
        if splitter.skip_lines(first_line.saturating_sub(1)).is_err() {
            return widths;
        }
        // A quote that never closes is reported when the rows are read.
        while let Ok(Some(row)) = splitter.next_row() {
            let text = String::from_utf8_lossy(splitter.text(&row));
            widths.push(split::cells(&text, dialect).len());
            if widths.len() > SAMPLE_ROWS {
                break;
            }
        }
        if self.is_cut && widths.len() <= SAMPLE_ROWS {
            widths.pop();
        }
        widths
    }
}

/// Finds the dialect of a table: the delimiter by which most rows have as many cells as the first.
pub(super) fn find(
    path: &Path,
    sample: &Sample,
    wanted: Option<char>,
    options: &ReadOptions,
) -> Result<Dialect, ReadError> {
    let ascii = |option: &'static str, character: char| {
        u8::try_from(character)
            .ok()
            .filter(|byte| byte.is_ascii() && !matches!(byte, b'\n' | b'\r'))
            .ok_or_else(|| ReadError::Option {
                path: path.to_owned(),
                option,
                reason: format!("`{character}` is not one ASCII character"),
            })
    };
    let quote = options
        .quote
        .map_or(Ok(b'"'), |quote| ascii("quote", quote))?;
    let newline = sample.newline();
    if let Some(delimiter) = wanted {
        return Ok(Dialect {
            delimiter: ascii("delimiter", delimiter)?,
            quote,
            newline,
        });
    }
    let first_line = options.header_row.unwrap_or(1);
    let trials: Vec<Trial> = CANDIDATES
        .iter()
        .map(|&delimiter| {
            let dialect = Dialect {
                delimiter,
                quote,
                newline,
            };
            Trial::new(dialect, &sample.widths(path, dialect, first_line))
        })
        .collect();
    let consistent = trials
        .iter()
        .filter(|trial| trial.header_width > 1)
        .max_by(|a, b| {
            // Of equals the wider one; of those the more common one, which stands first.
            a.agreeing
                .total_cmp(&b.agreeing)
                .then(a.header_width.cmp(&b.header_width))
                .then(std::cmp::Ordering::Greater)
        });
    let agreement = consistent.map_or(0.0, |trial| trial.agreeing);
    let other_way = trials.iter().find(|trial| {
        trial.header_width == 1 && trial.common_width > 1 && trial.common_share > 0.5
    });
    if let Some(other) = other_way
        && agreement < 0.5
    {
        let by_header = consistent.map_or(String::new(), |trial| {
            format!(
                "its {} names with `{}`",
                trial.header_width,
                shown(trial.dialect.delimiter)
            )
        });
        return Err(ReadError::Table {
            path: path.to_owned(),
            row: first_line,
            reason: format!(
                "the first row parts {} and the rows after it part their {} cells with `{}`; give `delimiter`, `header_row` and `columns`",
                if by_header.is_empty() {
                    "nothing"
                } else {
                    &by_header
                },
                other.common_width,
                shown(other.dialect.delimiter),
            ),
        });
    }
    Ok(consistent.map_or(
        Dialect {
            delimiter: b',',
            quote,
            newline,
        },
        |trial| trial.dialect,
    ))
}

fn shown(delimiter: u8) -> String {
    if delimiter == b'\t' {
        "tab".to_owned()
    } else {
        char::from(delimiter).to_string()
    }
}

/// What a table looks like with one delimiter.
struct Trial {
    dialect: Dialect,
    header_width: usize,
    /// Share of the rows that have as many cells as the header.
    agreeing: f64,
    /// The most frequent width of the rows after the header, and its share of them.
    common_width: usize,
    common_share: f64,
}

impl Trial {
    fn new(dialect: Dialect, widths: &[usize]) -> Trial {
        let header_width = widths.first().copied().unwrap_or(0);
        let rows = widths.get(1..).unwrap_or_default();
        let mut counts = std::collections::BTreeMap::new();
        for width in rows {
            *counts.entry(*width).or_insert(0_usize) += 1;
        }
        let (common_width, common_count) = counts
            .into_iter()
            .max_by_key(|(_, count)| *count)
            .unwrap_or((header_width, 0));
        let agreeing_rows = rows.iter().filter(|width| **width == header_width).count();
        let share = |count: usize| {
            if rows.is_empty() {
                1.0
            } else {
                count as f64 / rows.len() as f64
            }
        };
        Trial {
            dialect,
            header_width,
            agreeing: share(agreeing_rows),
            common_width,
            common_share: share(common_count),
        }
    }
}

#[cfg(test)]
#[path = "dialect_tests.rs"]
mod tests;
