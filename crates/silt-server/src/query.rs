//! Query parameters, read strictly: an unknown name or an impossible value is an error.

use std::collections::BTreeMap;

use silt_index::regions::RegionSet;
use silt_store::Selection;

use crate::error::Problem;
use crate::state::ServerConfig;

/// The parameters of a request, each given once and each known to the path.
#[derive(Debug)]
pub(crate) struct Parameters(BTreeMap<String, String>);

impl Parameters {
    /// Checks that every parameter is one of `known` and stands once.
    pub(crate) fn checked(pairs: Vec<(String, String)>, known: &[&str]) -> Result<Self, Problem> {
        let mut parameters = BTreeMap::new();
        for (name, value) in pairs {
            if !known.contains(&name.as_str()) {
                let detail = format!("is not known here; known are {}", known.join(", "));
                return Err(Problem::invalid_parameter(&name, detail));
            }
            if parameters.contains_key(&name) {
                return Err(Problem::invalid_parameter(&name, "is given more than once"));
            }
            parameters.insert(name, value);
        }
        Ok(Parameters(parameters))
    }

    /// The value of a parameter.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Features wanted: `limit`, lowered to the maximum.
    pub(crate) fn limit(&self, config: &ServerConfig) -> Result<u64, Problem> {
        let Some(text) = self.get("limit") else {
            return Ok(config.default_limit);
        };
        match text.parse::<u64>() {
            Ok(0) | Err(_) => Err(Problem::invalid_parameter(
                "limit",
                format!("`{text}` is not a whole number of at least 1"),
            )),
            Ok(wanted) => Ok(wanted.min(config.max_limit)),
        }
    }

    /// Leaf regions of `region`, or `None` where it is not given.
    pub(crate) fn regions(&self, regions: &RegionSet) -> Result<Option<Vec<String>>, Problem> {
        let Some(id) = self.get("region") else {
            return Ok(None);
        };
        match regions.expand(id) {
            Ok(leaves) => Ok(Some(leaves.iter().map(|leaf| leaf.to_string()).collect())),
            Err(unknown) => Err(Problem::invalid_parameter("region", unknown.to_string())),
        }
    }

    /// What `bbox`, `region`, `limit` and `cursor` select.
    pub(crate) fn selection(
        &self,
        regions: &RegionSet,
        config: &ServerConfig,
    ) -> Result<Selection, Problem> {
        let after_fid = match self.get("cursor") {
            None => None,
            Some(text) => {
                let fid = text.parse().map_err(|_| {
                    Problem::invalid_parameter(
                        "cursor",
                        "is not one that this service gave; follow the `next` link",
                    )
                })?;
                Some(fid)
            }
        };
        Ok(Selection {
            bbox: self.get("bbox").map(parse_bbox).transpose()?,
            regions: self.regions(regions)?,
            after_fid,
            limit: Some(self.limit(config)?),
            source: self.get("source").map(str::to_owned),
        })
    }
}

/// Reads `west,south,east,north` in degrees, or the form with two heights, which are left aside.
fn parse_bbox(text: &str) -> Result<[f64; 4], Problem> {
    let refuse = |detail: String| Problem::invalid_parameter("bbox", detail);
    let mut numbers = Vec::with_capacity(6);
    for part in text.split(',') {
        let number: f64 = part
            .trim()
            .parse()
            .map_err(|_| refuse(format!("`{part}` is not a number")))?;
        if !number.is_finite() {
            return Err(refuse(format!("`{part}` is not a finite number")));
        }
        numbers.push(number);
    }
    let [west, south, east, north] = match numbers.as_slice() {
        [west, south, east, north] => [*west, *south, *east, *north],
        [west, south, _, east, north, _] => [*west, *south, *east, *north],
        _ => {
            return Err(refuse(format!(
                "has {} numbers; 4 or 6 are wanted",
                numbers.len()
            )));
        }
    };
    if south > north {
        return Err(refuse(format!("south {south} lies north of north {north}")));
    }
    if !(-90.0..=90.0).contains(&south) || !(-90.0..=90.0).contains(&north) {
        return Err(refuse("latitudes lie in -90..90".to_owned()));
    }
    if !(-180.0..=180.0).contains(&west) || !(-180.0..=180.0).contains(&east) {
        return Err(refuse(
            "longitudes lie in -180..180; west > east crosses the antimeridian".to_owned(),
        ));
    }
    Ok([west, south, east, north])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bbox_of_four_and_six_numbers() {
        assert_eq!(parse_bbox("1,2,3,4").ok(), Some([1.0, 2.0, 3.0, 4.0]));
        assert_eq!(parse_bbox("1,2,-5,3,4,9").ok(), Some([1.0, 2.0, 3.0, 4.0]));
        assert_eq!(
            parse_bbox("170,-20,-170,-10").ok(),
            Some([170.0, -20.0, -170.0, -10.0])
        );
    }

    #[test]
    fn impossible_bboxes_are_refused() {
        for text in [
            "",
            "1,2,3",
            "1,2,3,x",
            "1,2,3,NaN",
            "0,10,1,5",
            "0,-91,1,5",
            "-181,0,1,5",
            "1,2,3,4,5",
        ] {
            assert!(parse_bbox(text).is_err(), "{text}");
        }
    }

    #[test]
    fn unknown_and_repeated_parameters_are_refused() {
        let pair = |name: &str| (name.to_owned(), "1".to_owned());
        assert!(Parameters::checked(vec![pair("limit")], &["limit"]).is_ok());
        assert!(Parameters::checked(vec![pair("Limit")], &["limit"]).is_err());
        assert!(Parameters::checked(vec![pair("limit"), pair("limit")], &["limit"]).is_err());
    }
}
