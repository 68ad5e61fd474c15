//! The change log: what differs between two observations of a feature.

use serde::{Deserialize, Serialize};

/// What kind of change was observed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangeKind {
    /// The feature is in the newer edition only.
    Added,
    /// The feature is in the older edition only.
    Removed,
    /// A field differs.
    Modified,
}

impl ChangeKind {
    /// The name used in files and responses.
    pub fn name(self) -> &'static str {
        match self {
            ChangeKind::Added => "added",
            ChangeKind::Removed => "removed",
            ChangeKind::Modified => "modified",
        }
    }
}

/// One entry of the change log, between two consecutive observations of a feature.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Collection id.
    pub collection: String,
    /// Source id.
    pub source: String,
    /// Record id within the source.
    pub record_id: String,
    /// Name of the feature where the collection has a `name` field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Added, removed or modified.
    pub kind: ChangeKind,
    /// Field that changed; `geometry` for the geometry; `None` for added and removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Value in the older observation.
    pub old_value: serde_json::Value,
    /// Value in the newer observation.
    pub new_value: serde_json::Value,
    /// Edition of the older observation; `None` where there is none before.
    pub old_edition: Option<String>,
    /// Edition of the newer observation.
    pub new_edition: String,
    /// Leaf regions of the feature.
    #[serde(default)]
    pub regions: Vec<String>,
}

/// The state of a feature over a stretch of time, from one observation until the next that differs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ObservedState {
    /// First edition that shows this state.
    pub from_edition: String,
    /// First later edition that does not; `None` while the state holds.
    pub until_edition: Option<String>,
    /// The state as a GeoJSON feature, or null where the feature was absent.
    pub state: serde_json::Value,
}
