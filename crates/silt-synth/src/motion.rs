//! Where a vessel is at a time: closed forms, so that any report can be made
//! without the ones before it.

use std::sync::Arc;

use crate::draw::Draw;
use crate::sites::LonLat;

const TURN: f64 = std::f64::consts::TAU;
const METRES_PER_NM: f64 = 1852.0;
// Pieces are short, so that one cosine of latitude holds for each.
const LONGEST_PIECE_NM: f64 = 5.0;

/// Distance, nm; exact enough over the few miles of a piece.
pub(crate) fn distance_nm(a: LonLat, b: LonLat) -> f64 {
    let x = (b.lon - a.lon) * libm::cos(((a.lat + b.lat) * 0.5).to_radians());
    let y = b.lat - a.lat;
    (x * x + y * y).sqrt() * 60.0
}

/// A point some miles east and north of another.
pub(crate) fn offset(from: LonLat, east_nm: f64, north_nm: f64) -> LonLat {
    LonLat {
        lon: from.lon + east_nm / (60.0 * libm::cos(from.lat.to_radians())),
        lat: from.lat + north_nm / 60.0,
    }
}

/// The same place, at most half a turn from `near`.
pub(crate) fn unwrapped(place: LonLat, near: LonLat) -> LonLat {
    let turns = ((place.lon - near.lon) / 360.0).round();
    LonLat {
        lon: place.lon - turns * 360.0,
        lat: place.lat,
    }
}

#[derive(Debug, Clone, Copy)]
struct Piece {
    from: LonLat,
    lon_per_nm: f64,
    lat_per_nm: f64,
    start_nm: f64,
    course_deg: f64,
}

/// A line over water.
#[derive(Debug)]
pub(crate) struct Path {
    pieces: Vec<Piece>,
    pub(crate) length_nm: f64,
    end: LonLat,
}

impl Path {
    /// Through points, the first of which is the begin; at least one.
    pub(crate) fn through(points: &[LonLat]) -> Path {
        let mut pieces: Vec<Piece> = Vec::with_capacity(points.len() * 2);
        let mut here = points[0];
        let mut length_nm = 0.0;
        for point in &points[1..] {
            let to = unwrapped(*point, here);
            let whole_nm = distance_nm(here, to);
            if whole_nm < 1e-6 {
                continue;
            }
            let count = (whole_nm / LONGEST_PIECE_NM).ceil().max(1.0);
            let step = LonLat {
                lon: (to.lon - here.lon) / count,
                lat: (to.lat - here.lat) / count,
            };
            for number in 0..count as usize {
                let from = LonLat {
                    lon: here.lon + step.lon * number as f64,
                    lat: here.lat + step.lat * number as f64,
                };
                let next = LonLat {
                    lon: from.lon + step.lon,
                    lat: from.lat + step.lat,
                };
                let piece_nm = distance_nm(from, next);
                let east = step.lon * libm::cos(((from.lat + next.lat) * 0.5).to_radians());
                pieces.push(Piece {
                    from,
                    lon_per_nm: step.lon / piece_nm,
                    lat_per_nm: step.lat / piece_nm,
                    start_nm: length_nm,
                    course_deg: compass(east, step.lat),
                });
                length_nm += piece_nm;
            }
            here = to;
        }
        Path {
            pieces,
            length_nm,
            end: here,
        }
    }

    /// Place and course at a distance from the begin. `hint` remembers the
    /// piece, so that a walk along the path looks at each once.
    pub(crate) fn at(&self, distance_nm: f64, hint: &mut usize) -> (LonLat, f64) {
        let Some(last) = self.pieces.len().checked_sub(1) else {
            return (self.end, 0.0);
        };
        let mut index = (*hint).min(last);
        while index > 0 && self.pieces[index].start_nm > distance_nm {
            index -= 1;
        }
        while index < last && self.pieces[index + 1].start_nm <= distance_nm {
            index += 1;
        }
        *hint = index;
        let piece = &self.pieces[index];
        let along = distance_nm - piece.start_nm;
        let place = LonLat {
            lon: piece.from.lon + piece.lon_per_nm * along,
            lat: piece.from.lat + piece.lat_per_nm * along,
        };
        (place, piece.course_deg)
    }
}

fn compass(east: f64, north: f64) -> f64 {
    let degrees = libm::atan2(east, north).to_degrees();
    if degrees < 0.0 {
        degrees + 360.0
    } else {
        degrees
    }
}

/// A swing of speed that leaves begin and end where they are.
#[derive(Debug, Clone, Copy)]
struct Wave {
    amplitude_nm: f64,
    radians_per_s: f64,
    phase: f64,
    at_start_nm: f64,
}

/// A passage along a part of a path.
#[derive(Debug, Clone)]
pub(crate) struct Sail {
    path: Arc<Path>,
    from_nm: f64,
    length_nm: f64,
    seconds: f64,
    waves: [Wave; 2],
}

impl Sail {
    /// `wander` is the standard deviation of speed over its mean.
    pub(crate) fn new(
        path: Arc<Path>,
        from_nm: f64,
        length_nm: f64,
        seconds: f64,
        wander: f64,
        draw: &mut Draw,
    ) -> Sail {
        let seconds = seconds.max(1.0);
        let mean_nm_s = length_nm / seconds;
        let mut waves = [Wave {
            amplitude_nm: 0.0,
            radians_per_s: 0.0,
            phase: 0.0,
            at_start_nm: 0.0,
        }; 2];
        for wave in &mut waves {
            // Whole turns over the passage: the swing ends where it began.
            let period_s = draw.between(600.0, 2400.0);
            let turns = (seconds / period_s).round().max(1.0);
            wave.radians_per_s = TURN * turns / seconds;
            wave.phase = draw.unit() * TURN;
            // Two swings of equal strength; a sine's deviation is its amplitude over the root of two.
            let swing_nm_s = (wander * mean_nm_s).min(0.3 * mean_nm_s);
            wave.amplitude_nm = swing_nm_s / wave.radians_per_s;
            wave.at_start_nm = wave.amplitude_nm * libm::sin(wave.phase);
        }
        Sail {
            path,
            from_nm,
            length_nm,
            seconds,
            waves,
        }
    }

    fn at(&self, seconds: f64, hint: &mut usize) -> Fix {
        let mean_nm_s = self.length_nm / self.seconds;
        let mut along_nm = mean_nm_s * seconds;
        let mut speed_nm_s = mean_nm_s;
        for wave in &self.waves {
            let (sine, cosine) = libm::sincos(wave.radians_per_s * seconds + wave.phase);
            along_nm += wave.amplitude_nm * sine - wave.at_start_nm;
            speed_nm_s += wave.amplitude_nm * wave.radians_per_s * cosine;
        }
        let (place, course_deg) = self
            .path
            .at(self.from_nm + along_nm.clamp(0.0, self.length_nm), hint);
        Fix {
            place,
            sog_kn: speed_nm_s.max(0.0) * 3600.0,
            course_deg,
            heading_deg: course_deg,
        }
    }

    pub(crate) fn end(&self) -> LonLat {
        self.path.at(self.from_nm + self.length_nm, &mut 0).0
    }

    pub(crate) fn middle(&self) -> LonLat {
        self.path.at(self.from_nm + self.length_nm * 0.5, &mut 0).0
    }
}

/// Where a vessel is, and how it moves.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fix {
    /// Longitude may leave -180..180.
    pub(crate) place: LonLat,
    pub(crate) sog_kn: f64,
    pub(crate) course_deg: f64,
    pub(crate) heading_deg: f64,
}

#[derive(Debug, Clone)]
pub(crate) enum Motion {
    Sail(Sail),
    /// At a quay, or on spuds.
    Still {
        place: LonLat,
        heading_deg: f64,
    },
    /// Around an anchor with wind and tide.
    Anchor {
        anchor: LonLat,
        radius_m: f64,
        angle: f64,
        radians_per_s: f64,
    },
    /// A cutter between its two side wires, moving ahead step by step.
    Swing {
        place: LonLat,
        heading_deg: f64,
        half_width_m: f64,
        period_s: f64,
        ahead_m_per_s: f64,
    },
}

impl Motion {
    pub(crate) fn at(&self, seconds: f64, hint: &mut usize) -> Fix {
        match self {
            Motion::Sail(sail) => sail.at(seconds, hint),
            Motion::Still { place, heading_deg } => Fix {
                place: *place,
                sog_kn: 0.0,
                course_deg: *heading_deg,
                heading_deg: *heading_deg,
            },
            Motion::Anchor {
                anchor,
                radius_m,
                angle,
                radians_per_s,
            } => {
                // Half a turn of the tide, and a shorter sheer in the wind.
                let (sheer, sheer_rate) = libm::sincos(seconds * TURN / 900.0);
                let bearing = angle + radians_per_s * seconds + 0.15 * sheer;
                let rate = radians_per_s + 0.15 * sheer_rate * TURN / 900.0;
                let (sine, cosine) = libm::sincos(bearing);
                let radius_nm = radius_m / METRES_PER_NM;
                let degrees = bearing.to_degrees().rem_euclid(360.0);
                let sideways = if rate >= 0.0 { 90.0 } else { 270.0 };
                Fix {
                    place: offset(*anchor, radius_nm * sine, radius_nm * cosine),
                    sog_kn: (rate * radius_nm).abs() * 3600.0,
                    course_deg: (degrees + sideways) % 360.0,
                    // The bow points to the anchor.
                    heading_deg: (degrees + 180.0) % 360.0,
                }
            }
            Motion::Swing {
                place,
                heading_deg,
                half_width_m,
                period_s,
                ahead_m_per_s,
            } => {
                let rate = TURN / period_s;
                let (sine, cosine) = libm::sincos(seconds * rate);
                let across_m = half_width_m * sine;
                let ahead_m = ahead_m_per_s * seconds;
                let (east, north) = libm::sincos(heading_deg.to_radians());
                let speed_m_s = (half_width_m * rate * cosine).abs();
                let sideways = if cosine >= 0.0 { 90.0 } else { 270.0 };
                Fix {
                    place: offset(
                        *place,
                        (ahead_m * east + across_m * north) / METRES_PER_NM,
                        (ahead_m * north - across_m * east) / METRES_PER_NM,
                    ),
                    sog_kn: speed_m_s * 3600.0 / METRES_PER_NM,
                    course_deg: (heading_deg + sideways) % 360.0,
                    heading_deg: *heading_deg,
                }
            }
        }
    }
}

#[cfg(test)]
#[path = "motion_tests.rs"]
mod tests;
