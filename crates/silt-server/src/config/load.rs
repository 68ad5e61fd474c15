//! Reading the configuration from its sources.

use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use super::ServerConfig;
use super::table::{self, ENVIRONMENT_PREFIX, Given};

/// Why the configuration cannot be used. Every message names the key and where it stands.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("the configuration {} cannot be read: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The file is not TOML.
    #[error("the configuration {} is not TOML: {detail}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// Line and cause.
        detail: String,
    },
    /// No such key.
    #[error("{origin}: there is no key `{key}`{}", suggestion_text(*suggestion))]
    UnknownKey {
        /// File and line, variable or flag.
        origin: String,
        /// The key as it is written.
        key: String,
        /// A known key that looks like it.
        suggestion: Option<&'static str>,
    },
    /// The value has the wrong type or lies out of range.
    #[error("{origin}: `{key}` cannot be {value}; it takes {wanted}")]
    Value {
        /// File and line, variable or flag.
        origin: String,
        /// The key.
        key: &'static str,
        /// The value as it is written.
        value: String,
        /// What the key takes.
        wanted: String,
    },
    /// A setting of the command line without `=`.
    #[error("--set {0}: write KEY=VALUE, such as limits.max_limit=5000")]
    NotASetting(String),
    /// The default is larger than the maximum.
    #[error("`limits.default_limit` is {default_limit}, more than `limits.max_limit`, {max_limit}")]
    DefaultAboveMaximum {
        /// Features when none are asked for.
        default_limit: u64,
        /// Most features.
        max_limit: u64,
    },
}

fn suggestion_text(suggestion: Option<&'static str>) -> String {
    match suggestion {
        Some(known) => format!("; did you mean `{known}`?"),
        None => "; `silt serve --print-config` lists all keys".to_owned(),
    }
}

/// Where the configuration comes from.
#[derive(Debug, Default)]
pub struct Sources {
    /// A file that must exist.
    pub file: Option<PathBuf>,
    /// A file that is read where it exists and `file` is not given.
    pub optional_file: Option<PathBuf>,
    /// Environment variables; only those of the service are looked at.
    pub environment: Vec<(String, String)>,
    /// `KEY=VALUE` of the command line.
    pub settings: Vec<String>,
}

impl ServerConfig {
    /// Reads the configuration from its sources.
    ///
    /// # Errors
    /// A file cannot be read, a key is not known, a value is not one that its key takes.
    pub fn load(sources: &Sources) -> Result<Self, ConfigError> {
        let mut config = ServerConfig::default();
        if let Some(path) = &sources.file {
            config.read_file(path)?;
        } else if let Some(path) = sources
            .optional_file
            .as_deref()
            .filter(|path| path.exists())
        {
            config.read_file(path)?;
        }
        for (name, value) in &sources.environment {
            config.read_variable(name, value)?;
        }
        for setting in &sources.settings {
            let (key, value) = setting
                .split_once('=')
                .ok_or_else(|| ConfigError::NotASetting(setting.clone()))?;
            let given = Given::Loose(value.to_owned());
            config.apply("--set".to_owned(), key.trim(), &given)?;
        }
        if config.default_limit > config.max_limit {
            return Err(ConfigError::DefaultAboveMaximum {
                default_limit: config.default_limit,
                max_limit: config.max_limit,
            });
        }
        Ok(config)
    }

    fn read_file(&mut self, path: &Path) -> Result<(), ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Unreadable {
            path: path.to_owned(),
            source,
        })?;
        let document = DeTable::parse(&text).map_err(|error| ConfigError::Syntax {
            path: path.to_owned(),
            detail: error.to_string().trim_end().to_owned(),
        })?;
        self.read_table(path, &text, "", document.get_ref())
    }

    fn read_table(
        &mut self,
        path: &Path,
        text: &str,
        section: &str,
        entries: &DeTable<'_>,
    ) -> Result<(), ConfigError> {
        for (name, value) in entries {
            let key = match section {
                "" => name.get_ref().to_string(),
                section => format!("{section}.{}", name.get_ref()),
            };
            let before = text.get(..name.span().start).unwrap_or(text);
            let line = before.matches('\n').count() + 1;
            match value.get_ref() {
                DeValue::Table(inner) if table::is_section(&key) => {
                    self.read_table(path, text, &key, inner)?;
                }
                other => {
                    let origin = format!("{}, line {line}", path.display());
                    let written = text.get(value.span()).unwrap_or("");
                    self.apply(origin, &key, &given(other, written))?;
                }
            }
        }
        Ok(())
    }

    fn read_variable(&mut self, name: &str, value: &str) -> Result<(), ConfigError> {
        let key = match name {
            "SILT_LISTEN" => "listen".to_owned(),
            "SILT_LOG" => "log.filter".to_owned(),
            _ => match name.strip_prefix(ENVIRONMENT_PREFIX) {
                Some(rest) => rest.to_lowercase().replace("__", "."),
                None => return Ok(()),
            },
        };
        self.apply(
            format!("environment variable {name}"),
            &key,
            &Given::Loose(value.to_owned()),
        )
    }

    fn apply(&mut self, origin: String, name: &str, given: &Given) -> Result<(), ConfigError> {
        let Some(key) = table::find(name) else {
            return Err(ConfigError::UnknownKey {
                origin,
                key: name.to_owned(),
                suggestion: table::nearest(name),
            });
        };
        if key.set(self, given) {
            return Ok(());
        }
        Err(ConfigError::Value {
            origin,
            key: key.name,
            value: shown(given),
            wanted: key.wanted(),
        })
    }
}

/// A value of the file; `written` is its text.
fn given(value: &DeValue<'_>, written: &str) -> Given {
    match value {
        DeValue::String(text) => Given::Text(text.to_string()),
        DeValue::Boolean(flag) => Given::Flag(*flag),
        DeValue::Integer(number) => match i128::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => Given::Number(number),
            Err(_) => Given::Other(written.to_owned()),
        },
        DeValue::Array(values) => {
            let texts: Option<Vec<String>> = values
                .iter()
                .map(|value| value.get_ref().as_str().map(str::to_owned))
                .collect();
            texts.map_or_else(|| Given::Other(written.to_owned()), Given::List)
        }
        DeValue::Float(_) | DeValue::Datetime(_) | DeValue::Table(_) => {
            Given::Other(written.to_owned())
        }
    }
}

/// Longest part of a wrong value that a message repeats, characters.
const SHOWN_CHARACTERS: usize = 80;

fn shown(given: &Given) -> String {
    let text = match given {
        Given::Loose(text) | Given::Text(text) => format!("{text:?}"),
        Given::Number(number) => number.to_string(),
        Given::Flag(flag) => flag.to_string(),
        Given::List(list) => format!("{list:?}"),
        Given::Other(written) => written.clone(),
    };
    if text.chars().count() <= SHOWN_CHARACTERS {
        return text;
    }
    let start: String = text.chars().take(SHOWN_CHARACTERS).collect();
    format!("{start}…")
}
