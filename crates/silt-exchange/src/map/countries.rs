//! Countries by code or name, for what sources state.
//!
//! The table is `datasets/sources/vocabulary/countries.csv`: ISO 3166-1 codes, UN M49 codes and
//! names, and further names and spellings found in registers.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

static TABLE: &str = include_str!("../../../../datasets/sources/vocabulary/countries.csv");

/// ISO 3166-1 alpha-3 code of a country given as alpha-3, alpha-2 or M49 code or by name, or
/// `None`. Letter case, accents and punctuation of names do not matter; codes of letters are
/// upper case.
pub fn iso3_of(text: &str) -> Option<Arc<str>> {
    let text = text.trim();
    let is_code = text.len() <= 3 && text.bytes().all(|b| b.is_ascii_uppercase());
    if is_code && let Some(iso3) = COUNTRIES.codes.get(text) {
        return Some(Arc::clone(iso3));
    }
    let is_number = !text.is_empty() && text.len() <= 3 && text.bytes().all(|b| b.is_ascii_digit());
    if is_number {
        return COUNTRIES.codes.get(format!("{text:0>3}").as_str()).cloned();
    }
    COUNTRIES.names.get(&name_key(text)).cloned()
}

struct Countries {
    codes: HashMap<&'static str, Arc<str>>,
    names: HashMap<String, Arc<str>>,
}

static COUNTRIES: LazyLock<Countries> = LazyLock::new(|| {
    let mut countries = Countries {
        codes: HashMap::new(),
        names: HashMap::new(),
    };
    for line in TABLE.lines().skip(1) {
        let mut columns = line.split('|');
        let mut next = || columns.next().unwrap_or_default();
        let (iso3, iso2, m49, names) = (next(), next(), next(), next());
        let code: Arc<str> = Arc::from(iso3);
        for key in [iso3, iso2, m49] {
            if !key.is_empty() {
                countries.codes.insert(key, Arc::clone(&code));
            }
        }
        for name in names.split(';') {
            countries.names.insert(name_key(name), Arc::clone(&code));
        }
    }
    countries
});

/// A name as the key of the table, without "the".
fn name_key(name: &str) -> String {
    let folded = folded(name);
    let words: Vec<&str> = folded.split(' ').filter(|word| *word != "the").collect();
    words.join(" ")
}

/// Lower case without accents, with runs of anything but letters and digits as one space.
pub(super) fn folded(name: &str) -> String {
    let lower: String = name.to_lowercase().chars().map(without_accent).collect();
    let words = lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

fn without_accent(letter: char) -> char {
    match letter {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' => 'a',
        'ç' => 'c',
        'è' | 'é' | 'ê' | 'ë' => 'e',
        'ì' | 'í' | 'î' | 'ï' => 'i',
        'ñ' => 'n',
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' => 'o',
        'ù' | 'ú' | 'û' | 'ü' => 'u',
        other => other,
    }
}

#[cfg(test)]
#[path = "countries_tests.rs"]
mod tests;
