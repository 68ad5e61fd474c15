//! The properties of many features, taken column by column.

use super::values::ValueSet;

/// A cell of a [`Table`] without value.
const NONE: u32 = u32::MAX;

/// A column with so many distinct texts, or four per row, is looked up by text; one with fewer by
/// number.
const FEW_TEXTS: usize = 64;

/// Where the ids and properties of rows come from: the caller's columns.
pub trait FeatureSource {
    /// Numeric id of the feature; below 2^52, because ids of clusters begin there.
    fn id(&self, row: u32) -> Option<u64>;

    /// Gives `out` the properties of the rows, one column after the other.
    ///
    /// A tile's rows lie anywhere in the columns. A column at a time, the processor fetches many of
    /// them at once; a row at a time, it would wait for each.
    fn properties(&self, rows: &[u32], out: &mut Properties<'_>);
}

/// The value of one property.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PropertyValue<'a> {
    /// A text.
    Text(&'a str),
    /// A truth value.
    Bool(bool),
    /// A whole number, written as `uint` when not negative and as `sint` otherwise.
    Int(i64),
    /// A whole number that is never negative.
    Uint(u64),
    /// A number. Not-a-number and infinities are left out, as JSON would.
    Double(f64),
}

/// Keys and values of a layer, shared by all its features.
#[derive(Debug, Default)]
pub(crate) struct Dictionary {
    pub(crate) keys: Vec<String>,
    pub(crate) values: ValueSet,
    /// Number of the value of each code of a column; kept for its memory.
    of_code: Vec<u32>,
}

impl Dictionary {
    pub(crate) fn clear(&mut self) {
        self.keys.clear();
        self.values.clear();
    }

    fn key_number(&mut self, key: &str) -> u32 {
        let place = self.keys.iter().position(|known| known == key);
        let place = place.unwrap_or_else(|| {
            self.keys.push(key.to_owned());
            self.keys.len() - 1
        });
        place as u32
    }
}

/// Numbers of the values of some features, column by column.
#[derive(Debug, Default)]
pub(crate) struct Table {
    rows: usize,
    /// Number of the key of each column.
    keys: Vec<u32>,
    cells: Vec<u32>,
}

impl Table {
    pub(crate) fn clear(&mut self, rows: usize) {
        self.rows = rows;
        self.keys.clear();
        self.cells.clear();
    }

    /// Numbers of key and value of each property of the feature at `place`.
    pub(crate) fn tags(&self, place: usize) -> impl Iterator<Item = (u32, u32)> {
        let cells = self.cells[place.min(self.cells.len())..].iter();
        let column = cells.step_by(self.rows.max(1));
        self.keys
            .iter()
            .zip(column)
            .filter(|&(_, &value)| value != NONE)
            .map(|(&key, &value)| (key, value))
    }

    /// The numbers of the values of all properties.
    pub(crate) fn values(&self) -> impl Iterator<Item = u32> {
        self.cells.iter().copied().filter(|&value| value != NONE)
    }
}

/// Takes the properties of the features of one layer. A key is to be given once.
pub struct Properties<'a> {
    dictionary: &'a mut Dictionary,
    table: &'a mut Table,
}

impl<'a> Properties<'a> {
    pub(crate) fn new(dictionary: &'a mut Dictionary, table: &'a mut Table) -> Self {
        Self { dictionary, table }
    }

    /// A column of any values, in the order of the rows; none where a row has no value.
    pub fn column<'v>(
        &mut self,
        key: &str,
        values: impl IntoIterator<Item = Option<PropertyValue<'v>>>,
    ) {
        // All are fetched before any is looked up, so that they are fetched together.
        let fetched: Vec<Option<PropertyValue<'v>>> =
            values.into_iter().take(self.table.rows).collect();
        let set = &mut self.dictionary.values;
        let numbers = fetched
            .into_iter()
            .map(|value| value.and_then(|value| set.number_of(value)).unwrap_or(NONE));
        let start = self.table.cells.len();
        self.table.cells.extend(numbers);
        self.end_column(key, start);
    }

    /// A column of texts that are kept once each: `codes` gives the number of each row's text, in the
    /// order of the rows, and `text_of` the text of a number. There are `texts` of them.
    pub fn coded_texts<'t>(
        &mut self,
        key: &str,
        codes: impl IntoIterator<Item = Option<u32>>,
        texts: usize,
        text_of: impl Fn(u32) -> &'t str,
    ) {
        let rows = self.table.rows;
        if texts > FEW_TEXTS.max(rows * 4) {
            let codes: Vec<Option<u32>> = codes.into_iter().take(rows).collect();
            let text = |code: u32| PropertyValue::Text(text_of(code));
            self.column(key, codes.into_iter().map(|code| code.map(text)));
            return;
        }
        let Dictionary {
            values, of_code, ..
        } = &mut *self.dictionary;
        of_code.clear();
        of_code.resize(texts, NONE);
        let start = self.table.cells.len();
        let numbers = codes.into_iter().take(rows).map(|code| {
            let Some(code) = code else { return NONE };
            let mut look_up = || {
                let value = PropertyValue::Text(text_of(code));
                values.number_of(value).unwrap_or(NONE)
            };
            match of_code.get_mut(code as usize) {
                Some(known) => {
                    if *known == NONE {
                        *known = look_up();
                    }
                    *known
                }
                None => look_up(),
            }
        });
        self.table.cells.extend(numbers);
        self.end_column(key, start);
    }

    /// Keeps the column that begins at cell `start`, if it has any value.
    fn end_column(&mut self, key: &str, start: usize) {
        let table = &mut *self.table;
        if table.cells[start..].iter().all(|&value| value == NONE) {
            table.cells.truncate(start);
            return;
        }
        table.cells.resize(start + table.rows, NONE);
        table.keys.push(self.dictionary.key_number(key));
    }
}
