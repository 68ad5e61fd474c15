//! Bounding boxes as people and OGC APIs write them.

/// The text is not a bounding box.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BboxError {
    /// One part is no finite number.
    #[error("`{0}` is not a finite number")]
    NotANumber(String),
    /// There are neither four nor six numbers.
    #[error(
        "it has {0} numbers; 4 (west,south,east,north) or 6 (with a height after each pair) are wanted"
    )]
    Count(usize),
    /// A longitude that does not exist.
    #[error("longitude {0} does not lie in -180..180; west > east crosses the antimeridian")]
    Longitude(f64),
    /// A latitude that does not exist.
    #[error("latitude {0} does not lie in -90..90")]
    Latitude(f64),
    /// South and north are exchanged.
    #[error("south {south} lies north of north {north}")]
    SouthOfNorth {
        /// The southern latitude, degrees.
        south: f64,
        /// The northern latitude, degrees.
        north: f64,
    },
}

/// Longest part that an error repeats, in characters.
const SHOWN_CHARS: usize = 40;

/// Reads `west,south,east,north` in degrees, or `west,south,low,east,north,high`, whose heights
/// are left aside: geometries here have two dimensions. West > east crosses the antimeridian.
///
/// # Errors
/// [`BboxError`] says which part is wrong.
pub fn parse_bbox(text: &str) -> Result<[f64; 4], BboxError> {
    let mut numbers = [0.0; 6];
    let mut count = 0;
    for part in text.split(',') {
        // Counted to the end, however many there are, so that the error can say the number.
        if let Some(place) = numbers.get_mut(count) {
            *place = finite(part)?;
        }
        count += 1;
    }
    let [west, south, east, north] = match (count, numbers) {
        (4, [west, south, east, north, ..]) => [west, south, east, north],
        (6, [west, south, _, east, north, _]) => [west, south, east, north],
        _ => return Err(BboxError::Count(count)),
    };
    for longitude in [west, east] {
        if !(-180.0..=180.0).contains(&longitude) {
            return Err(BboxError::Longitude(longitude));
        }
    }
    for latitude in [south, north] {
        if !(-90.0..=90.0).contains(&latitude) {
            return Err(BboxError::Latitude(latitude));
        }
    }
    if south > north {
        return Err(BboxError::SouthOfNorth { south, north });
    }
    Ok([west, south, east, north])
}

fn finite(part: &str) -> Result<f64, BboxError> {
    let number = part.trim().parse().ok();
    number
        .filter(|number: &f64| number.is_finite())
        .ok_or_else(|| BboxError::NotANumber(part.chars().take(SHOWN_CHARS).collect()))
}

#[cfg(test)]
#[path = "bbox_tests.rs"]
mod tests;
