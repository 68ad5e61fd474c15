//! From a header to the columns to read.

use super::dialect::{DIALECTS, Dialect, FIELDS, Field, normalise};
use super::records::{Record, Rules, split_record};

/// Why a header is not that of a feed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.explain())]
pub struct HeaderError {
    /// What no column was found for: `vessel`, `time`, `longitude`, `latitude`, or the columns of
    /// the dialect that was asked for.
    pub missing: Vec<String>,
    /// The columns of the file.
    pub columns: Vec<String>,
    /// The dialect that was asked for.
    pub dialect: Option<String>,
}

impl HeaderError {
    fn explain(&self) -> String {
        let missing = self.missing.join(", ");
        let columns = self.columns.join(", ");
        match &self.dialect {
            Some(name) => {
                format!(
                    "the header lacks {missing} of the dialect {name}; its columns are: {columns}"
                )
            }
            None => format!("the header has no column for {missing}; its columns are: {columns}"),
        }
    }
}

/// Which column holds what, for one file.
#[derive(Clone, Debug)]
pub struct CsvLayout {
    pub(super) dialect: usize,
    pub(super) delimiter: u8,
    pub(super) columns: usize,
    /// Column of each field.
    pub(super) column_of: [Option<u16>; FIELDS],
    ignored: Vec<String>,
}

const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];
const REQUIRED: [(Field, &str); 4] = [
    (Field::Mmsi, "vessel"),
    (Field::Time, "time"),
    (Field::Lon, "longitude"),
    (Field::Lat, "latitude"),
];

impl CsvLayout {
    /// Recognises the dialect of a header line; `dialect` asks for one of `DIALECT_NAMES`.
    ///
    /// # Errors
    /// Where a column that is needed is missing, or the dialect is not known.
    pub fn detect(header: &[u8], dialect: Option<&str>) -> Result<Self, HeaderError> {
        let header = header.strip_prefix(b"\xef\xbb\xbf").unwrap_or(header);
        let is_line_end = |byte: &u8| matches!(byte, b'\r' | b'\n');
        let begin = header.iter().take_while(|byte| is_line_end(byte)).count();
        let header = &header[begin..];
        let mut closest: Option<HeaderError> = None;
        for delimiter in DELIMITERS {
            match Self::with_delimiter(header, delimiter, dialect) {
                Ok(layout) => return Ok(layout),
                Err(error) => {
                    let better = closest
                        .as_ref()
                        .is_none_or(|best| error.columns.len() > best.columns.len());
                    if better {
                        closest = Some(error);
                    }
                }
            }
        }
        Err(closest.expect("every delimiter gave a layout or an error"))
    }

    fn with_delimiter(
        header: &[u8],
        delimiter: u8,
        asked: Option<&str>,
    ) -> Result<Self, HeaderError> {
        let mut record = Record::default();
        split_record(header, 0, delimiter, &mut record);
        let columns: Vec<String> = (0..record.len())
            .map(|index| String::from_utf8_lossy(&record.text(header, index)).into_owned())
            .collect();
        let names: Vec<String> = columns.iter().map(|column| normalise(column)).collect();
        let has = |name: &&str| names.iter().any(|known| known == name);
        let chosen = DIALECTS.iter().position(|dialect| match asked {
            Some(name) => dialect.name == name,
            None => dialect.signature.iter().all(has),
        });
        let fail = |missing: Vec<String>| HeaderError {
            missing,
            columns: columns.clone(),
            dialect: asked.map(ToOwned::to_owned),
        };
        let Some(chosen) = chosen else {
            return Err(fail(vec![
                "any column: this dialect is not known".to_owned(),
            ]));
        };
        let dialect = &DIALECTS[chosen];
        let unsigned = dialect.signature.iter().filter(|name| !has(name));
        let missing: Vec<String> = unsigned.map(|name| (*name).to_owned()).collect();
        if !missing.is_empty() {
            return Err(fail(missing));
        }
        let layout = Self::of_columns(chosen, delimiter, &names);
        let missing: Vec<String> = REQUIRED
            .iter()
            .filter(|(field, _)| layout.column(*field).is_none())
            .map(|(_, name)| (*name).to_owned())
            .collect();
        if missing.is_empty() {
            Ok(layout)
        } else {
            Err(fail(missing))
        }
    }

    /// Of two columns with one meaning the first is read.
    fn of_columns(chosen: usize, delimiter: u8, names: &[String]) -> Self {
        let mut column_of = [None; FIELDS];
        let mut ignored = Vec::new();
        for (index, name) in names.iter().enumerate() {
            let slot = DIALECTS[chosen]
                .field_of(name)
                .map(|field| &mut column_of[field as usize]);
            match (slot, u16::try_from(index)) {
                (Some(slot @ None), Ok(index)) => *slot = Some(index),
                _ => ignored.push(name.clone()),
            }
        }
        Self {
            dialect: chosen,
            delimiter,
            columns: names.len(),
            column_of,
            ignored,
        }
    }

    pub(super) fn column(&self, field: Field) -> Option<usize> {
        self.column_of[field as usize].map(usize::from)
    }

    pub(super) fn rules(&self, max_bytes: usize) -> Rules {
        Rules {
            delimiter: self.delimiter,
            columns: self.columns,
            max_bytes,
        }
    }

    pub(super) fn dialect(&self) -> &'static Dialect {
        &DIALECTS[self.dialect]
    }

    /// The dialect's name, e.g. `danish`.
    #[must_use]
    pub fn dialect_name(&self) -> &'static str {
        self.dialect().name
    }

    /// Columns that are not read, normalised.
    #[must_use]
    pub fn columns_ignored(&self) -> &[String] {
        &self.ignored
    }
}

#[cfg(test)]
#[path = "layout_tests.rs"]
mod tests;
