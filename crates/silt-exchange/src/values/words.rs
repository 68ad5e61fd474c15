//! Words that stand for "no value", for yes and for no.

/// Texts that mean "no value here", after [`fold`]: lower case, without accents.
///
/// Two kinds of word are left out on purpose. `NA` and `ND` without punctuation are real codes
/// (Namibia, North Dakota). "Unknown", "not applicable" and "to be determined" (also in other
/// languages) are statements of the source, not holes in it.
pub const NULL_WORDS: &[&str] = &[
    "",
    "-",
    "--",
    "---",
    "\u{2013}",
    "\u{2014}",
    ".",
    "..",
    "...",
    "\u{2026}",
    "*",
    "?",
    "n/a",
    "n.a.",
    "#n/a",
    "n/d",
    "n.d.",
    "#n/d",
    "s/i",
    "s.i.",
    "s/d",
    "s/n",
    "sin informacion",
    "sin dato",
    "sin datos",
    "sem informacao",
    "sem dados",
    "nao informado",
    "no informado",
    "non renseigne",
    "no data",
    "nodata",
    "not available",
    "null",
    "<null>",
    "(null)",
    "\\n",
    "nulo",
    "<nulo>",
    "none",
    "nan",
    "nil",
];

/// Error values that a spreadsheet leaves in a cell, after [`fold`]. `#N/A` counts as null.
const SPREADSHEET_ERRORS: &[&str] = &[
    "#valor!",
    "#\u{a1}valor!",
    "#value!",
    "#valeur!",
    "#ref!",
    "#\u{a1}ref!",
    "#div/0!",
    "#\u{a1}div/0!",
    "#name?",
    "#nome?",
    "#\u{bf}nombre?",
    "#nom?",
    "#num!",
    "#\u{a1}num!",
    "#nombre!",
    "#null!",
    "#nulo!",
    "#\u{a1}nulo!",
    "#spill!",
    "#calc!",
];

/// Longest text that can be one of the words here; longer texts are not even folded.
const LONGEST_WORD_BYTES: usize = 64;

/// Whether the text stands for "no value": empty, or one of [`NULL_WORDS`].
///
/// Letter case, accents and surrounding white space do not matter. A recipe may extend or
/// replace the list; this is the default.
pub fn looks_null(text: &str) -> bool {
    is_one_of(text, NULL_WORDS)
}

/// Whether the text is an error value of a spreadsheet, such as `#VALOR!` or `#DIV/0!`.
///
/// Kept apart from [`looks_null`]: the source had a value and lost it, which is worth a flag.
pub fn is_spreadsheet_error(text: &str) -> bool {
    is_one_of(text, SPREADSHEET_ERRORS)
}

/// Reads a yes/no word in English, Portuguese, Spanish or French, or `None` for anything else.
///
/// Single letters are `Y`, `S` (sim, sí), `T`, `N` and `F`; `1` and `0` count too. `O` (oui)
/// does not: registers also write it for zero, west and "other".
pub fn parse_bool(text: &str) -> Option<bool> {
    let trimmed = trim(text);
    if trimmed.len() > LONGEST_WORD_BYTES {
        return None;
    }
    match fold(trimmed).as_str() {
        "yes" | "y" | "true" | "t" | "1" | "sim" | "s" | "si" | "oui" | "verdadeiro"
        | "verdadero" | "vrai" => Some(true),
        "no" | "n" | "false" | "f" | "0" | "nao" | "non" | "falso" | "faux" => Some(false),
        _ => None,
    }
}

fn is_one_of(text: &str, words: &[&str]) -> bool {
    let trimmed = trim(text);
    if trimmed.len() > LONGEST_WORD_BYTES {
        return false;
    }
    words.contains(&fold(trimmed).as_str())
}

/// Trims white space of every kind, byte-order marks and zero-width characters.
pub(super) fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || is_invisible(c))
}

/// Characters that take no space on paper, and come with text copied from web pages.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}'
    )
}

/// Signs that registers use for minus: hyphens, the mathematical minus and the en dash.
pub(super) fn is_minus(c: char) -> bool {
    matches!(
        c,
        '-' | '\u{2010}'
            | '\u{2011}'
            | '\u{2012}'
            | '\u{2013}'
            | '\u{2212}'
            | '\u{fe63}'
            | '\u{ff0d}'
    )
}

/// Lower case without the accents of English, Portuguese, Spanish and French, for comparison.
pub(super) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for lower in text.chars().flat_map(char::to_lowercase) {
        match lower {
            // Combining accents, as in decomposed Unicode.
            '\u{300}'..='\u{36f}' => {}
            '\u{e0}'..='\u{e5}' => folded.push('a'),
            '\u{e7}' => folded.push('c'),
            '\u{e8}'..='\u{eb}' => folded.push('e'),
            '\u{ec}'..='\u{ef}' => folded.push('i'),
            '\u{f1}' => folded.push('n'),
            '\u{f2}'..='\u{f6}' => folded.push('o'),
            '\u{f9}'..='\u{fc}' => folded.push('u'),
            '\u{153}' => folded.push_str("oe"),
            other => folded.push(other),
        }
    }
    folded
}

#[cfg(test)]
#[path = "words_tests.rs"]
mod tests;
