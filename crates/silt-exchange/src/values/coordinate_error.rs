//! What can be wrong with a coordinate.

use super::coordinate::{Axis, Hemisphere};

/// Why a text is not a coordinate. Values are as written, in degrees, minutes or seconds.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CoordinateError {
    /// Nothing but white space.
    #[error("the cell is empty")]
    Empty,
    /// Longer than any coordinate.
    #[error("{bytes} bytes of text are more than a coordinate")]
    TooLong {
        /// Length of the text.
        bytes: usize,
    },
    /// No number at all.
    #[error("no number")]
    NoNumber,
    /// A latitude beyond a pole.
    #[error("latitude {degrees} is outside -90 to 90")]
    LatitudeOutOfRange {
        /// Value in degrees, with its sign.
        degrees: f64,
    },
    /// A longitude beyond the antimeridian.
    #[error("longitude {degrees} is outside -180 to 180")]
    LongitudeOutOfRange {
        /// Value in degrees, with its sign.
        degrees: f64,
    },
    /// Sixty minutes or more.
    #[error("{minutes} minutes; a degree has only 60, so at most 59 can stand here")]
    MinutesOutOfRange {
        /// Value as written.
        minutes: f64,
    },
    /// Sixty seconds or more.
    #[error("{seconds} seconds; a minute has only 60, so less than 60 must stand here")]
    SecondsOutOfRange {
        /// Value as written.
        seconds: f64,
    },
    /// Degrees with a fraction and minutes as well.
    #[error("degrees with a fraction ({degrees}) and minutes as well: two readings are possible")]
    FractionalDegreesWithMinutes {
        /// Value as written.
        degrees: f64,
    },
    /// Minutes with a fraction and seconds as well.
    #[error("minutes with a fraction ({minutes}) and seconds as well: two readings are possible")]
    FractionalMinutesWithSeconds {
        /// Value as written.
        minutes: f64,
    },
    /// More than one decimal mark, as in `-20.943.234`.
    #[error("the decimal mark `{mark}` occurs more than once")]
    SeveralDecimalMarks {
        /// The decimal mark.
        mark: char,
    },
    /// More than degrees, minutes and seconds.
    #[error("{count} numbers; an angle has at most degrees, minutes and seconds")]
    TooManyNumbers {
        /// Numbers found.
        count: usize,
    },
    /// A mark of degrees, minutes or seconds that does not fit its place.
    #[error("the mark of {mark} is not where {mark} stand")]
    MisplacedMark {
        /// `degrees`, `minutes` or `seconds`.
        mark: &'static str,
    },
    /// A sign between the numbers, doubled, or without a number.
    #[error("a sign that is not before the degrees")]
    MisplacedSign,
    /// `20.5 - 68.2`: a dash between two angles, or the minus sign of the second.
    #[error("the dash may be a minus sign or stand between two angles")]
    AmbiguousDash,
    /// A letter of a hemisphere without its number, or a second one.
    #[error("the letter {hemisphere} does not belong to an angle")]
    MisplacedHemisphere {
        /// The hemisphere named.
        hemisphere: Hemisphere,
    },
    /// `-12 N`: the sign says one half of the globe, the letter the other.
    #[error("the sign and the letter {hemisphere} contradict each other")]
    SignContradictsHemisphere {
        /// The hemisphere named.
        hemisphere: Hemisphere,
    },
    /// A latitude where a longitude is wanted, or the other way round.
    #[error("a {found} where a {expected} is expected; are the columns swapped?")]
    WrongAxis {
        /// Axis that the text names.
        found: Axis,
        /// Axis of the column.
        expected: Axis,
    },
    /// `70o`: a degree sign in low quality, or 70 west.
    #[error("the letter o may be a degree sign or west")]
    DegreeOrWest,
    /// A word that belongs to no coordinate.
    #[error("`{word}` is not part of a coordinate")]
    UnexpectedWord {
        /// The word as written.
        word: String,
    },
    /// A character that belongs to no coordinate.
    #[error("`{}` does not belong in a coordinate", character.escape_debug())]
    UnexpectedCharacter {
        /// The first such character.
        character: char,
    },
    /// The cell of a pair holds only a longitude.
    #[error("only a longitude; the latitude is missing")]
    MissingLatitude,
    /// The cell of a pair holds only a latitude.
    #[error("only a latitude; the longitude is missing")]
    MissingLongitude,
    /// The cell of a pair holds one angle of unknown axis.
    #[error("only one angle; latitude or longitude is missing")]
    MissingAngle,
    /// Two latitudes or two longitudes.
    #[error("two angles that both say {axis}")]
    SameAxisTwice {
        /// The axis of both.
        axis: Axis,
    },
    /// More angles than the cell can have.
    #[error("{count} angles in the cell, {expected} expected")]
    TooManyAngles {
        /// Angles found.
        count: usize,
        /// Angles wanted.
        expected: usize,
    },
    /// A comma that may be the decimal mark or stand between two angles.
    #[error("the comma may be a decimal mark or separate two angles; state the decimal mark")]
    AmbiguousComma,
}
