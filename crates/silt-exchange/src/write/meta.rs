//! What an exported file says about itself.

use serde_json::{Map, Value as Json};

/// Title, rights and origin of an export, for the formats that have a place for them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ExportMeta {
    /// Title of the collection; the schema's where this is `None`.
    pub title: Option<String>,
    /// Whether the export holds synthetic data.
    pub synthetic: bool,
    /// Licence of each source, as its publisher states it.
    pub licences: Vec<String>,
    /// How to cite each source.
    pub citations: Vec<String>,
    /// A disclaimer that has to go with the data, such as the one on boundaries.
    pub disclaimer: Option<String>,
    /// Version of the data: the same version gives the same features.
    pub data_version: Option<String>,
}

impl ExportMeta {
    /// The members `title`, `synthetic`, `licence`, `citation`, `disclaimer` and `data_version`,
    /// where they are known. `synthetic` is there only when it is true.
    pub fn to_json(&self) -> Map<String, Json> {
        let mut members = Map::new();
        let mut insert = |name: &str, value: Json| {
            members.insert(name.to_owned(), value);
        };
        if let Some(title) = &self.title {
            insert("title", title.as_str().into());
        }
        if self.synthetic {
            insert("synthetic", true.into());
        }
        if !self.licences.is_empty() {
            insert("licence", self.licences.clone().into());
        }
        if !self.citations.is_empty() {
            insert("citation", self.citations.clone().into());
        }
        if let Some(disclaimer) = &self.disclaimer {
            insert("disclaimer", disclaimer.as_str().into());
        }
        if let Some(version) = &self.data_version {
            insert("data_version", version.as_str().into());
        }
        members
    }

    /// The same in plain sentences, for formats with room for one description.
    pub(super) fn to_text(&self) -> String {
        let mut lines = Vec::new();
        if self.synthetic {
            lines.push("Synthetic data, not observations.".to_owned());
        }
        if !self.licences.is_empty() {
            lines.push(format!("Licence: {}", self.licences.join("; ")));
        }
        if !self.citations.is_empty() {
            lines.push(format!("Citation: {}", self.citations.join("; ")));
        }
        lines.extend(self.disclaimer.clone());
        if let Some(version) = &self.data_version {
            lines.push(format!("Data version: {version}"));
        }
        lines.join("\n")
    }
}
