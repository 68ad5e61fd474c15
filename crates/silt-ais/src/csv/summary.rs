//! Static columns that are repeated beside every position: one report per vessel and content.

use std::hash::Hasher;

use crate::report::{FastMap, NumberHasher};
use crate::static_report::StaticReport;

/// Where the report of a vessel and content stands in the list of a block.
#[derive(Default)]
pub(super) struct Summary {
    /// `None`: the fields say nothing.
    place_of: FastMap<(u32, u64), Option<usize>>,
}

impl Summary {
    pub(super) fn clear(&mut self) {
        self.place_of.clear();
    }

    /// Counts one row; `make` is called for the first with this content.
    pub(super) fn add(
        &mut self,
        (mmsi, content): (u32, u64),
        time_ms: i64,
        statics: &mut Vec<StaticReport>,
        make: impl FnOnce() -> StaticReport,
    ) {
        let place = *self.place_of.entry((mmsi, content)).or_insert_with(|| {
            let said = make();
            if !said.says_something() {
                return None;
            }
            statics.push(StaticReport {
                mmsi,
                time_ms: Some(time_ms),
                last_time_ms: Some(time_ms),
                ..said
            });
            Some(statics.len() - 1)
        });
        let Some(place) = place else {
            return;
        };
        let said = &mut statics[place];
        said.messages += 1;
        said.time_ms = said.time_ms.min(Some(time_ms));
        said.last_time_ms = said.last_time_ms.max(Some(time_ms));
    }
}

/// A number that stands for the content of fields.
#[derive(Default)]
pub(super) struct ContentHash(NumberHasher);

impl ContentHash {
    pub(super) fn add(&mut self, field: &[u8]) {
        self.0.write(field);
        // Lengths keep ("ab", "c") and ("a", "bc") apart.
        self.0.write_u64(field.len() as u64);
    }

    pub(super) fn finish(&self) -> u64 {
        self.0.finish()
    }
}
