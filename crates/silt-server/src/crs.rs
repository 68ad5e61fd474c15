//! Reference systems of requests and answers.

use std::sync::LazyLock;

pub(crate) use silt_exchange::served_crs::CRS84_URI as CRS84;
use silt_exchange::served_crs::ServedCrs;

use crate::error::Problem;

/// The systems that `/collections` lists: those that the sources of mines and sand publish in.
/// Every other EPSG code that PROJ knows is served too when it is asked for.
pub(crate) static SERVED_CRS: LazyLock<Vec<String>> = LazyLock::new(|| {
    // WGS84, web maps, equal-area world maps, the poles.
    let world = [4326, 3857, 3395, 6933, 8857, 3031, 3413, 3995];
    // National and continental systems: South America, North America, Europe, Africa, Asia, Oceania.
    let national = [
        4674, 5880, 5641, 5360, 9153, 5361, 5362, 4269, 4267, 5070, 3978, 3979, 3347, 6372, 4258,
        3034, 3035, 2154, 27700, 3006, 3067, 2056, 31370, 28992, 4148, 9221, 2046, 2048, 4612,
        6668, 4490, 4527, 5179, 4283, 7844, 3577, 9473, 4167, 2193,
    ];
    let utm_north = 32601..=32660;
    let utm_south = 32701..=32760;
    let sirgas = 31965..=31985;
    let etrs = 25828..=25838;
    let mga = 7846..=7859;
    let codes = world
        .into_iter()
        .chain(national)
        .chain(utm_north)
        .chain(utm_south)
        .chain(sirgas)
        .chain(etrs)
        .chain(mga);
    let uris = codes.map(|code: u32| format!("http://www.opengis.net/def/crs/EPSG/0/{code}"));
    std::iter::once(CRS84.to_owned()).chain(uris).collect()
});

/// The system that a parameter names; CRS84 where it is not given.
pub(crate) fn of_parameter(name: &str, value: Option<&str>) -> Result<ServedCrs, Problem> {
    match value {
        None => Ok(ServedCrs::crs84()),
        Some(text) => ServedCrs::parse(text)
            .map_err(|error| Problem::invalid_parameter(name, format!("is {error}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_system_of_the_list_is_known() {
        let unknown: Vec<&String> = SERVED_CRS
            .iter()
            .filter(|uri| ServedCrs::parse(uri).is_err())
            .collect();
        assert!(unknown.is_empty(), "{unknown:?}");
    }
}
