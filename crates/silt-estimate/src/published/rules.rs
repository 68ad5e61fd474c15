//! Which figure is checked against what.

use std::collections::BTreeMap;

use super::{Comparison, Figure, Outcome, UnitError};
use crate::quantity::{HopperM3, METRES_PER_NAUTICAL_MILE};

/// Numbers published with two digits.
const TWO_DIGITS: f64 = 0.05;
/// Numbers published with three digits.
const THREE_DIGITS: f64 = 0.005;

/// Figures by their ids.
pub(super) struct Table<'a> {
    pub(super) by_id: BTreeMap<&'a str, &'a Figure>,
}

impl Table<'_> {
    fn value(&self, id: &str) -> Option<f64> {
        self.by_id.get(id)?.value
    }

    fn range(&self, id: &str) -> Option<(f64, f64)> {
        let figure = self.by_id.get(id)?;
        Some((figure.low?, figure.high?))
    }
}

/// What comes of `figure`: its comparisons, or one reason why there are none.
pub(super) fn outcomes(
    figure: &Figure,
    table: &Table<'_>,
    unit_error: Option<&UnitError>,
) -> Vec<Outcome> {
    if let Some(error) = unit_error {
        return vec![not_checkable(&error.to_string())];
    }
    if let Some(comparisons) = comparisons(figure, table) {
        return comparisons.into_iter().map(Outcome::Checked).collect();
    }
    vec![not_checkable(reason(figure))]
}

fn not_checkable(reason: &str) -> Outcome {
    Outcome::NotCheckable {
        reason: reason.to_owned(),
    }
}

/// `None` where there is no rule for the figure, or a number that the rule needs is missing.
fn comparisons(figure: &Figure, table: &Table<'_>) -> Option<Vec<Comparison>> {
    let number = Comparison::with_number;
    let comparison = match figure.id.as_str() {
        "msw-global" => {
            let middle = 0.5 * (figure.low? + figure.high?);
            number(
                "middle of the published range",
                middle,
                figure.value?,
                "Gt/yr",
                TWO_DIGITS,
            )
        }
        "msw-global-v2" => {
            // METHODS 1.1: the first figures read as Gm3, times 1.6 to 2.0 t/m3 [inferred].
            let (low_gm3, high_gm3) = table.range("msw-global")?;
            let low_gt = HopperM3(low_gm3 * 1e9).to_tonnes(1.6).0 / 1e9;
            let high_gt = HopperM3(high_gm3 * 1e9).to_tonnes(2.0).0 / 1e9;
            return Some(vec![
                number("4 Gm3 x 1.6 t/m3", low_gt, figure.low?, "Gt/yr", TWO_DIGITS),
                number(
                    "8 Gm3 x 2.0 t/m3",
                    high_gt,
                    figure.high?,
                    "Gt/yr",
                    TWO_DIGITS,
                ),
            ]);
        }
        "msw-trucks" => {
            let tonnes_per_year = table.value("msw-global")? * 1e9;
            let per_truck_t = tonnes_per_year / (figure.value? * 365.25);
            number(
                "6 Gt/yr over trucks per year",
                per_truck_t,
                16.4,
                "t per truck",
                THREE_DIGITS,
            )
        }
        "uk-2011h" => {
            let speed_km_h = table.value("uk-2011k")? / figure.value?;
            number(
                "track length over hours",
                speed_km_h,
                3.0,
                "km/h",
                TWO_DIGITS,
            )
        }
        "uk-2011k" => {
            let speed_km_h = figure.value? / table.value("uk-2011h")?;
            let speed_kn = speed_km_h * 1000.0 / METRES_PER_NAUTICAL_MILE;
            number(
                "track length over hours, in knots",
                speed_kn,
                1.62,
                "kn",
                THREE_DIGITS,
            )
        }
        "uk-2013v" => {
            // The tonnes of 2013 follow from those of 2014, which were 7.6 % more.
            let tonnes_of_2013_mt = table.value("uk-2014")? / 1.076;
            let bulk_t_m3 = tonnes_of_2013_mt / figure.value?;
            let what = "tonnes of 2013 (17.25 Mt of 2014 less 7.6 %) over m3 of 2013; loads have 1.5 to 1.83 \
                        t/m3, so one of the two has another unit than stated";
            Comparison::with_range(what, bulk_t_m3, 1.5, 1.83, "t/m3")
        }
        "uk-aclass" => {
            let bulk_t_m3 = figure.value? / 3000.0;
            number(
                "cargo over a hopper of 3,000 m3",
                bulk_t_m3,
                1.83,
                "t/m3",
                THREE_DIGITS,
            )
        }
        "be-cap" => {
            let bulk_t_m3 = 4.5 / figure.value?;
            number(
                "4.5 Mt/yr over the permitted volume",
                bulk_t_m3,
                1.5,
                "t/m3",
                THREE_DIGITS,
            )
        }
        "be-2013" => {
            let (low, high) = table.range("be-decade")?;
            let what = "the year within the range of its decade";
            Comparison::with_range(what, figure.value?, low, high, "Mm3")
        }
        "be-2014" => {
            let (low, high) = table.range("be-decade")?;
            let middle = 0.5 * (figure.low? + figure.high?);
            let what = "middle of the year within the range of its decade";
            Comparison::with_range(what, middle, low, high, "Mm3")
        }
        "ospar-1215" => {
            let countries = ["nl-2012", "uk-2012v", "fr-2012", "dk-2012"];
            let mut sum = 0.0;
            for country in countries {
                sum += table.value(country)?;
            }
            let what = "four countries of 2012 within the range of the OSPAR area";
            Comparison::with_range(what, sum, figure.low?, figure.high?, "Mm3/yr")
        }
        "kh-trend" => {
            let rise = (table.value("kh-2020")? - table.value("kh-2016")?) / 4.0;
            let what = "rise from 2016 to 2020 over four years";
            Comparison::with_range(what, rise, figure.low?, figure.high?, "Mt/yr per yr")
        }
        _ => return None,
    };
    Some(vec![comparison])
}

fn reason(figure: &Figure) -> &'static str {
    match figure.quantity.as_str() {
        "tonnes" => "royalty returns of a fleet whose positions are not at hand",
        "area licensed" => "a stated area; nothing to compute it from",
        "area dredged"
        | "cumulative footprint"
        | "area with 90 % of effort"
        | "area dredged >1h15/yr" => "needs the tracks of that year",
        "share of dredging inside MPAs" => {
            "needs the tracks and the protected areas of those years"
        }
        "natural river sediment to ocean" => "context for a ratio; no dredging in it",
        "dry discharge rate" | "wet discharge rate" => {
            "a rate of one vessel without its load or time"
        }
        "hopper" => "a stated capacity; input to estimates, not a result",
        "contract volume" => "one volume without a second number",
        "trend" | "sand extraction" => {
            "counts of vessels in images: an external estimate, outside of what positions show"
        }
        "extraction"
        | "coastal nourishment"
        | "dredging"
        | "maintenance+capital dredging"
        | "permit cap" => "a reported volume without mass, trips or hours beside it",
        _ => "there is no rule for this figure, or a figure that its rule needs is missing",
    }
}
