//! Finding the cells of a record, and telling whether there is anything in them.

use std::sync::Arc;

use silt_model::Value;

use crate::read::ColumnInfo;
use crate::recipe::Alternatives;
use crate::record::Record;
use crate::values::looks_null;

/// One column of a file.
#[derive(Debug, Clone)]
pub(super) struct Slot {
    pub(super) name: Arc<str>,
    /// Where the column stands in tables; a guess that is checked.
    position: usize,
}

static NULL: Value = Value::Null;

impl Slot {
    pub(super) fn new(name: &str, columns: &[ColumnInfo]) -> Slot {
        let position = columns
            .iter()
            .position(|column| column.name.as_ref() == name);
        Slot {
            name: Arc::from(name),
            position: position.unwrap_or(usize::MAX),
        }
    }

    /// The published value; null where the record has no such field.
    pub(super) fn value<'record>(&self, record: &'record Record) -> &'record Value {
        match record.fields.get(self.position) {
            Some((name, value)) if *name == self.name => value,
            _ => record.field(&self.name).unwrap_or(&NULL),
        }
    }
}

/// Columns for one thing, in order of preference.
pub(super) type Slots = Vec<Slot>;

/// The columns of a recipe's rule. Names that a known set of columns does not have are left out.
pub(super) fn slots(names: &Alternatives, columns: &[ColumnInfo]) -> Slots {
    let exists = |name: &str| {
        columns.is_empty() || columns.iter().any(|column| column.name.as_ref() == name)
    };
    let names = names.0.iter().filter(|name| exists(name));
    names.map(|name| Slot::new(name, columns)).collect()
}

/// Texts that stand for nothing.
#[derive(Debug, Clone, Default)]
pub(super) struct Nulls {
    words: Vec<String>,
}

impl Nulls {
    pub(super) fn new<'a>(words: impl IntoIterator<Item = &'a String>) -> Nulls {
        Nulls {
            words: words
                .into_iter()
                .map(|word| word.trim().to_owned())
                .collect(),
        }
    }

    pub(super) fn is_null(&self, value: &Value) -> bool {
        match value {
            Value::Null => true,
            Value::Text(text) => self.is_null_text(text.trim()),
            _ => false,
        }
    }

    fn is_null_text(&self, text: &str) -> bool {
        let is_listed = self.words.iter().any(|word| word == text);
        is_listed || (may_be_null_word(text) && looks_null(text))
    }

    /// The first column with a value, and that value.
    pub(super) fn first<'a, 'record>(
        &self,
        slots: &'a [Slot],
        record: &'record Record,
    ) -> Option<(&'a Slot, &'record Value)> {
        slots
            .iter()
            .map(|slot| (slot, slot.value(record)))
            .find(|(_, value)| !self.is_null(value))
    }
}

/// A cheap test that most values fail: the words for nothing start with punctuation, `n` or `s`.
fn may_be_null_word(text: &str) -> bool {
    match text.as_bytes().first() {
        None => true,
        Some(first) => {
            text.len() <= 64
                && !(first.is_ascii_digit()
                    || (first.is_ascii_alphabetic() && !matches!(first, b'n' | b'N' | b's' | b'S')))
        }
    }
}
