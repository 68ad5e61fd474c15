//! Attribute columns: one typed array per field, in row order.
//!
//! Texts are kept once each: a row holds the number of its text, so that a predicate on a text
//! column is evaluated once per distinct value.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use silt_model::{FieldType, Value};

/// A null in the codes of a [`TextColumn`].
pub const NULL_CODE: u32 = u32::MAX;

/// The values of one field, in row order.
#[derive(Debug, Clone)]
pub enum Column {
    /// True or false.
    Boolean(Vec<Option<bool>>),
    /// Whole numbers; nulls are marked in `valid`.
    Integer(NumberColumn<i64>),
    /// Finite decimal numbers; nulls are marked in `valid`.
    Real(NumberColumn<f64>),
    /// Text.
    Text(TextColumn),
    /// ISO 8601 dates at the precision of their source; text order is time order.
    Date(TextColumn),
    /// Arrays and objects as compact JSON text.
    Json(TextColumn),
    /// Values of several types in one field: each row keeps its own. Numbers and texts do not
    /// compare with each other.
    Mixed(Vec<Value>),
}

/// Numbers with nulls.
#[derive(Debug, Clone, Default)]
pub struct NumberColumn<T> {
    /// One number per row; the default where the row is null.
    pub values: Vec<T>,
    /// Bit `row` is set where the row has a value.
    pub valid: Bits,
}

impl<T: Copy> NumberColumn<T> {
    /// The number of a row, or `None` for null.
    pub fn get(&self, row: u32) -> Option<T> {
        self.valid.get(row).then(|| self.values[row as usize])
    }
}

/// One bit per row.
#[derive(Debug, Clone, Default)]
pub struct Bits {
    words: Vec<u64>,
    len: usize,
}

impl Bits {
    /// `len` bits, all clear.
    pub fn zeros(len: usize) -> Bits {
        Bits {
            words: vec![0; len.div_ceil(64)],
            len,
        }
    }

    /// Number of bits.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no bit.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds a bit at the end.
    pub fn push(&mut self, bit: bool) {
        if self.len.is_multiple_of(64) {
            self.words.push(0);
        }
        if bit {
            self.words[self.len / 64] |= 1 << (self.len % 64);
        }
        self.len += 1;
    }

    /// The bit of a row; clear beyond the end.
    pub fn get(&self, row: u32) -> bool {
        let row = row as usize;
        self.words
            .get(row / 64)
            .is_some_and(|word| word >> (row % 64) & 1 == 1)
    }

    /// Sets the bit of a row that exists.
    pub fn set(&mut self, row: u32) {
        let row = row as usize;
        self.words[row / 64] |= 1 << (row % 64);
    }

    /// Number of bits set.
    pub fn count(&self) -> usize {
        self.words
            .iter()
            .map(|word| word.count_ones() as usize)
            .sum()
    }

    /// Rows whose bit is set, ascending.
    pub fn rows(&self) -> impl Iterator<Item = u32> + '_ {
        self.words.iter().enumerate().flat_map(|(place, &word)| {
            let mut left = word;
            std::iter::from_fn(move || {
                if left == 0 {
                    return None;
                }
                let bit = left.trailing_zeros();
                left &= left - 1;
                Some(place as u32 * 64 + bit)
            })
        })
    }

    /// Adds bits of another list at the end.
    pub(super) fn extend_from(&mut self, other: &Bits, rows: Range<usize>) {
        // Whole words where both lists stand at the start of one.
        let mut row = rows.start;
        if self.len.is_multiple_of(64) && row.is_multiple_of(64) {
            let words = (rows.end - row) / 64;
            self.words
                .extend_from_slice(&other.words[row / 64..row / 64 + words]);
            self.len += words * 64;
            row += words * 64;
        }
        (row..rows.end).for_each(|row| self.push(other.get(row as u32)));
    }

    /// Bytes in memory.
    pub fn bytes(&self) -> usize {
        self.words.capacity() * 8
    }
}

/// Distinct texts, numbered from 0 in the order in which they were first seen.
#[derive(Debug, Clone, Default)]
pub struct TextArena {
    bytes: String,
    /// Text `i` is `bytes[ends[i - 1]..ends[i]]`.
    ends: Vec<u64>,
}

impl TextArena {
    /// The text with this number.
    ///
    /// # Panics
    /// Where there is no such number.
    pub fn get(&self, code: u32) -> &str {
        let place = code as usize;
        let start = if place == 0 { 0 } else { self.ends[place - 1] };
        &self.bytes[start as usize..self.ends[place] as usize]
    }

    /// Number of texts.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The texts in the order of their numbers.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len() as u32).map(|code| self.get(code))
    }

    fn push(&mut self, text: &str) -> u32 {
        self.bytes.push_str(text);
        self.ends.push(self.bytes.len() as u64);
        (self.ends.len() - 1) as u32
    }

    /// Bytes in memory.
    pub fn bytes(&self) -> usize {
        self.bytes.capacity() + self.ends.capacity() * 8
    }
}

/// Texts by number, with nulls.
#[derive(Debug, Clone, Default)]
pub struct TextColumn {
    /// Number of the text of each row; [`NULL_CODE`] where the row is null.
    pub codes: Vec<u32>,
    /// The distinct texts.
    pub texts: TextArena,
}

impl TextColumn {
    /// The text of a row, or `None` for null.
    pub fn get(&self, row: u32) -> Option<&str> {
        match self.codes[row as usize] {
            NULL_CODE => None,
            code => Some(self.texts.get(code)),
        }
    }
}

impl Column {
    /// Number of rows.
    pub fn len(&self) -> usize {
        match self {
            Column::Boolean(values) => values.len(),
            Column::Integer(numbers) => numbers.values.len(),
            Column::Real(numbers) => numbers.values.len(),
            Column::Text(texts) | Column::Date(texts) | Column::Json(texts) => texts.codes.len(),
            Column::Mixed(values) => values.len(),
        }
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value of a row.
    ///
    /// # Panics
    /// Where there is no such row.
    pub fn value(&self, row: u32) -> Value {
        let or_null = |value: Option<Value>| value.unwrap_or(Value::Null);
        let text = |texts: &TextColumn| texts.get(row).map(|text| Value::Text(text.to_owned()));
        match self {
            Column::Boolean(values) => or_null(values[row as usize].map(Value::Bool)),
            Column::Integer(numbers) => or_null(numbers.get(row).map(Value::Int)),
            Column::Real(numbers) => or_null(numbers.get(row).map(Value::Real)),
            Column::Text(texts) | Column::Date(texts) => or_null(text(texts)),
            Column::Json(texts) => or_null(texts.get(row).map(|text| Value::Json(text.to_owned()))),
            Column::Mixed(values) => values[row as usize].clone(),
        }
    }

    pub(super) fn texts(&self) -> Option<&TextColumn> {
        match self {
            Column::Text(texts) | Column::Date(texts) | Column::Json(texts) => Some(texts),
            _ => None,
        }
    }

    fn texts_mut(&mut self) -> Option<&mut TextColumn> {
        match self {
            Column::Text(texts) | Column::Date(texts) | Column::Json(texts) => Some(texts),
            _ => None,
        }
    }

    /// Bytes in memory.
    pub fn bytes(&self) -> usize {
        let texts = |column: &TextColumn| column.codes.capacity() * 4 + column.texts.bytes();
        match self {
            Column::Boolean(values) => values.capacity() * size_of::<Option<bool>>(),
            Column::Integer(numbers) => numbers.values.capacity() * 8 + numbers.valid.bytes(),
            Column::Real(numbers) => numbers.values.capacity() * 8 + numbers.valid.bytes(),
            Column::Text(column) | Column::Date(column) | Column::Json(column) => texts(column),
            Column::Mixed(values) => {
                let own = |value: &Value| match value {
                    Value::Text(text) | Value::Json(text) => text.capacity(),
                    _ => 0,
                };
                values.capacity() * size_of::<Value>() + values.iter().map(own).sum::<usize>()
            }
        }
    }
}

/// Collects the values of one field, row by row.
#[derive(Debug)]
pub struct ColumnBuilder {
    column: Column,
    /// Numbers of the texts seen; dropped when the column is complete.
    seen: HashMap<Box<str>, u32>,
    field_type: FieldType,
}

impl ColumnBuilder {
    /// A column for a field of this type.
    pub fn new(field_type: FieldType) -> ColumnBuilder {
        let column = match field_type {
            FieldType::Boolean => Column::Boolean(Vec::new()),
            FieldType::Integer => Column::Integer(NumberColumn::default()),
            FieldType::Real => Column::Real(NumberColumn::default()),
            FieldType::Text => Column::Text(TextColumn::default()),
            FieldType::Date => Column::Date(TextColumn::default()),
            FieldType::Json => Column::Json(TextColumn::default()),
        };
        ColumnBuilder {
            column,
            seen: HashMap::new(),
            field_type,
        }
    }

    /// Number of rows so far.
    pub fn len(&self) -> usize {
        self.column.len()
    }

    /// Whether there is no row yet.
    pub fn is_empty(&self) -> bool {
        self.column.is_empty()
    }

    /// Adds nulls until the column has `rows` rows.
    pub fn fill_to(&mut self, rows: usize) {
        while self.len() < rows {
            self.push(&Value::Null);
        }
    }

    /// Adds the value of the next row. A value that the type cannot hold turns the column into
    /// one of mixed types; nothing is converted with loss.
    pub fn push(&mut self, value: &Value) {
        let seen = &mut self.seen;
        match (&mut self.column, value) {
            (Column::Boolean(values), Value::Null) => values.push(None),
            (Column::Boolean(values), Value::Bool(flag)) => values.push(Some(*flag)),
            (Column::Integer(numbers), Value::Null) => numbers.push(None),
            (Column::Integer(numbers), Value::Int(number)) => numbers.push(Some(*number)),
            (Column::Real(numbers), Value::Null) => numbers.push(None),
            (Column::Real(numbers), Value::Real(number)) => numbers.push(Some(*number)),
            (Column::Real(numbers), Value::Int(number)) if is_exact(*number) => {
                numbers.push(Some(*number as f64));
            }
            (Column::Text(texts) | Column::Date(texts) | Column::Json(texts), Value::Null) => {
                texts.codes.push(NULL_CODE);
            }
            (Column::Text(texts) | Column::Date(texts), Value::Text(text))
            | (Column::Json(texts), Value::Json(text)) => texts.push(text, seen),
            (Column::Mixed(values), value) => values.push(value.clone()),
            (_, value) => {
                self.mix();
                if let Column::Mixed(values) = &mut self.column {
                    values.push(value.clone());
                }
            }
        }
    }

    /// Adds a text to a text column.
    pub fn push_text(&mut self, text: Option<&str>) {
        let seen = &mut self.seen;
        match (&mut self.column, text) {
            (Column::Text(texts) | Column::Date(texts) | Column::Json(texts), Some(text)) => {
                texts.push(text, seen);
            }
            (_, None) => self.push(&Value::Null),
            (_, Some(text)) => self.push(&Value::Text(text.to_owned())),
        }
    }

    /// Takes the distinct texts of an earlier column over, so that rows of it can be copied by
    /// number. `coming` are the texts that will be added: only those are looked for again.
    pub(super) fn adopt(&mut self, earlier: &TextColumn, coming: &HashSet<&str>) {
        if let Some(own) = self.column.texts_mut() {
            own.texts = earlier.texts.clone();
            let known = earlier.texts.iter().zip(0..);
            self.seen = known
                .filter(|(text, _)| coming.contains(text))
                .map(|(text, code)| (text.into(), code))
                .collect();
        }
    }

    /// Adds rows of the text column that was adopted.
    pub(super) fn copy_texts(&mut self, earlier: &TextColumn, rows: Range<usize>) {
        if let Some(own) = self.column.texts_mut() {
            own.codes.extend_from_slice(&earlier.codes[rows]);
        }
    }

    /// Adds rows of an earlier column, whose texts were adopted. `false` where it is of another type,
    /// and nothing was added.
    #[must_use]
    pub(super) fn copy_rows(&mut self, earlier: &Column, rows: Range<usize>) -> bool {
        match (&mut self.column, earlier) {
            (Column::Boolean(own), Column::Boolean(other)) => own.extend_from_slice(&other[rows]),
            (Column::Integer(own), Column::Integer(other)) => own.extend_from(other, rows),
            (Column::Real(own), Column::Real(other)) => own.extend_from(other, rows),
            (Column::Text(_), Column::Text(other))
            | (Column::Date(_), Column::Date(other))
            | (Column::Json(_), Column::Json(other)) => self.copy_texts(other, rows),
            _ => return false,
        }
        true
    }

    /// Numbers the texts by first sight again, without those that no row has any more: the column
    /// is then the same as one that was read whole.
    pub(super) fn renumber_texts(&mut self) {
        if let Some(texts) = self.column.texts_mut() {
            texts.renumber();
        }
    }

    fn mix(&mut self) {
        let rows = self.column.len() as u32;
        let values = (0..rows).map(|row| self.column.value(row)).collect();
        self.column = Column::Mixed(values);
        self.seen = HashMap::new();
    }

    /// The column.
    pub fn finish(self) -> Column {
        let mut column = self.column;
        match &mut column {
            Column::Boolean(values) => values.shrink_to_fit(),
            Column::Integer(numbers) => numbers.values.shrink_to_fit(),
            Column::Real(numbers) => numbers.values.shrink_to_fit(),
            Column::Text(texts) | Column::Date(texts) | Column::Json(texts) => {
                texts.codes.shrink_to_fit();
                texts.texts.bytes.shrink_to_fit();
                texts.texts.ends.shrink_to_fit();
            }
            Column::Mixed(values) => values.shrink_to_fit(),
        }
        column
    }

    /// The type that the field was declared with.
    pub fn field_type(&self) -> FieldType {
        self.field_type
    }
}

/// Whether a whole number is the same as a double.
fn is_exact(number: i64) -> bool {
    number.unsigned_abs() <= 1 << 53
}

impl<T: Copy> NumberColumn<T> {
    fn extend_from(&mut self, other: &NumberColumn<T>, rows: Range<usize>) {
        self.values.extend_from_slice(&other.values[rows.clone()]);
        self.valid.extend_from(&other.valid, rows);
    }
}

impl<T: Default> NumberColumn<T> {
    fn push(&mut self, value: Option<T>) {
        self.valid.push(value.is_some());
        self.values.push(value.unwrap_or_default());
    }
}

impl TextColumn {
    fn renumber(&mut self) {
        let mut new_codes = vec![NULL_CODE; self.texts.len()];
        let mut order: Vec<u32> = Vec::with_capacity(self.texts.len());
        for &code in self.codes.iter().filter(|&&code| code != NULL_CODE) {
            let new_code = &mut new_codes[code as usize];
            if *new_code == NULL_CODE {
                *new_code = order.len() as u32;
                order.push(code);
            }
        }
        let is_in_order = order.iter().zip(0..).all(|(&code, place)| code == place);
        if is_in_order && order.len() == self.texts.len() {
            return;
        }
        let mut texts = TextArena::default();
        for &code in &order {
            texts.push(self.texts.get(code));
        }
        self.texts = texts;
        for code in self.codes.iter_mut().filter(|code| **code != NULL_CODE) {
            *code = new_codes[*code as usize];
        }
    }

    fn push(&mut self, text: &str, seen: &mut HashMap<Box<str>, u32>) {
        let code = match seen.get(text) {
            Some(&code) => code,
            None => {
                let code = self.texts.push(text);
                seen.insert(text.into(), code);
                code
            }
        };
        self.codes.push(code);
    }
}

#[cfg(test)]
#[path = "column_tests.rs"]
mod tests;
