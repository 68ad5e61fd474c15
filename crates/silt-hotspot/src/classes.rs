//! What became of a cell over time: the 17 classes of emerging hot spot analysis (ArcGIS
//! documentation, "How Emerging Hot Spot Analysis works").

use serde::{Deserialize, Serialize};

/// Eight kinds of hotspot, their cold mirrors, and none. Where a cell fits several, the first in
/// this order counts, except that `historical` goes before `persistent`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum EmergingClass {
    /// Hot in the last step, and never before.
    NewHot,
    /// Hot in an unbroken run of at least two steps up to the last, never before it, and in less
    /// than 90 % of all steps.
    ConsecutiveHot,
    /// Hot in at least 90 % of all steps and in the last, and getting hotter.
    IntensifyingHot,
    /// Hot in at least 90 % of all steps and in the last, without a trend.
    PersistentHot,
    /// Hot in at least 90 % of all steps and in the last, and getting less hot.
    DiminishingHot,
    /// Hot in the last step, on and off before, never cold, and hot in less than 90 % of all steps.
    SporadicHot,
    /// Hot in the last step, cold in some step before, and hot in less than 90 % of all steps.
    OscillatingHot,
    /// Hot in at least 90 % of all steps, but not in the last.
    HistoricalHot,
    /// Cold in the last step, and never before.
    NewCold,
    /// Cold in an unbroken run of at least two steps up to the last, never before it, and in less
    /// than 90 % of all steps.
    ConsecutiveCold,
    /// Cold in at least 90 % of all steps and in the last, and getting colder.
    IntensifyingCold,
    /// Cold in at least 90 % of all steps and in the last, without a trend.
    PersistentCold,
    /// Cold in at least 90 % of all steps and in the last, and getting less cold.
    DiminishingCold,
    /// Cold in the last step, on and off before, never hot, and cold in less than 90 % of all
    /// steps.
    SporadicCold,
    /// Cold in the last step, hot in some step before, and cold in less than 90 % of all steps.
    OscillatingCold,
    /// Cold in at least 90 % of all steps, but not in the last.
    HistoricalCold,
    /// None of these.
    #[default]
    None,
}

/// Share of the steps, in percent, from which a cell counts as hot throughout.
const THROUGHOUT_PERCENT: usize = 90;

/// The class of a cell that was hot (1), cold (-1) or neither (0) in each step, and whose z rises
/// (1), falls (-1) or does neither.
pub(crate) fn classify(steps: &[i8], trend: i8) -> EmergingClass {
    if let Some((hot, _)) = kind(steps, trend) {
        return hot;
    }
    let mirrored: Vec<i8> = steps.iter().map(|step| -step).collect();
    kind(&mirrored, -trend).map_or(EmergingClass::None, |(_, cold)| cold)
}

/// The class of a hot cell, and its cold mirror.
fn kind(steps: &[i8], trend: i8) -> Option<(EmergingClass, EmergingClass)> {
    use EmergingClass as Class;
    let hot = steps.iter().filter(|&&step| step > 0).count();
    let last_run = steps.iter().rev().take_while(|&&step| step > 0).count();
    let throughout = hot > 0 && hot * 100 >= steps.len() * THROUGHOUT_PERCENT;
    let hot_at_last = last_run > 0;
    let ever_cold = steps.iter().any(|&step| step < 0);
    if !hot_at_last {
        return throughout.then_some((Class::HistoricalHot, Class::HistoricalCold));
    }
    let only_in_last_run = hot == last_run;
    Some(match (throughout, trend) {
        _ if hot == 1 => (Class::NewHot, Class::NewCold),
        (false, _) if only_in_last_run => (Class::ConsecutiveHot, Class::ConsecutiveCold),
        (true, 1) => (Class::IntensifyingHot, Class::IntensifyingCold),
        (true, -1) => (Class::DiminishingHot, Class::DiminishingCold),
        (true, _) => (Class::PersistentHot, Class::PersistentCold),
        (false, _) if ever_cold => (Class::OscillatingHot, Class::OscillatingCold),
        (false, _) => (Class::SporadicHot, Class::SporadicCold),
    })
}

#[cfg(test)]
#[path = "classes_tests.rs"]
mod tests;
