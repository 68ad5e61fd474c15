//! Quantities that must not be mixed: each is a type of its own, so that adding hopper volume to
//! in-situ volume does not compile.
//!
//! ```
//! use silt_estimate::{HopperM3, Hours, InSituM3, Tonnes};
//! assert_eq!(HopperM3(1.0) + HopperM3(1.0), HopperM3(2.0));
//! assert_eq!(InSituM3(1.0) + InSituM3(1.0), InSituM3(2.0));
//! assert_eq!(Tonnes(1.0) + Tonnes(1.0), Tonnes(2.0));
//! assert_eq!(Hours(1.0) + Hours(1.0), Hours(2.0));
//! ```
//!
//! ```compile_fail,E0308
//! use silt_estimate::{HopperM3, InSituM3};
//! let sum = HopperM3(1.0) + InSituM3(1.0);
//! ```
//!
//! ```compile_fail,E0308
//! use silt_estimate::{Hours, Tonnes};
//! let sum = Tonnes(1.0) + Hours(1.0);
//! ```

use std::iter::Sum;
use std::ops::{Add, AddAssign, Div, Mul};

use serde::{Deserialize, Serialize};

macro_rules! quantity {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub f64);

        impl From<f64> for $name {
            fn from(value: f64) -> Self {
                Self(value)
            }
        }

        impl From<$name> for f64 {
            fn from(quantity: $name) -> f64 {
                quantity.0
            }
        }

        impl Add for $name {
            type Output = Self;
            fn add(self, other: Self) -> Self {
                Self(self.0 + other.0)
            }
        }

        impl AddAssign for $name {
            fn add_assign(&mut self, other: Self) {
                self.0 += other.0;
            }
        }

        impl Mul<f64> for $name {
            type Output = Self;
            fn mul(self, factor: f64) -> Self {
                Self(self.0 * factor)
            }
        }

        impl Div<f64> for $name {
            type Output = Self;
            fn div(self, divisor: f64) -> Self {
                Self(self.0 / divisor)
            }
        }

        impl Sum for $name {
            fn sum<I: Iterator<Item = Self>>(items: I) -> Self {
                items.fold(Self(0.0), Add::add)
            }
        }
    };
}

quantity! {
    /// Cubic metres as they lie in a hopper: sand and the water between its grains.
    HopperM3
}
quantity! {
    /// Cubic metres as the material lay in the sea bed.
    InSituM3
}
quantity! {
    /// Tonnes (1,000 kg) of material with its pore water, as loaded or as it lay in the bed.
    Tonnes
}
quantity! {
    /// Hours.
    Hours
}

impl HopperM3 {
    /// Mass of a load of bulk density `density_t_m3`.
    #[must_use]
    pub fn to_tonnes(self, density_t_m3: f64) -> Tonnes {
        Tonnes(self.0 * density_t_m3)
    }

    /// Volume that the same grains took in the bed.
    ///
    /// Grains are conserved and pore water is not, so what is compared is the density in excess of
    /// water: `V_bed = V_hopper (rho_hopper - rho_water) / (rho_bed - rho_water)`, the same balance
    /// as the concentration `Cv` of METHODS 1.5.
    #[must_use]
    pub fn to_in_situ(
        self,
        density_t_m3: f64,
        in_situ_density_t_m3: f64,
        water_density_t_m3: f64,
    ) -> InSituM3 {
        let excess_in_hopper = density_t_m3 - water_density_t_m3;
        let excess_in_bed = in_situ_density_t_m3 - water_density_t_m3;
        InSituM3(self.0 * excess_in_hopper / excess_in_bed)
    }
}

impl InSituM3 {
    /// Mass in the bed, pore water included, at bulk density `in_situ_density_t_m3`.
    #[must_use]
    pub fn to_tonnes(self, in_situ_density_t_m3: f64) -> Tonnes {
        Tonnes(self.0 * in_situ_density_t_m3)
    }
}

/// In-situ volume that a cutter suction dredger pumped (METHODS 1.5 C):
/// `V = t u (pi/4) D^2 v Cv`.
///
/// `utilisation` is the share of `on_site` in which it pumps, `pipe_diameter_m` the inner diameter
/// of the discharge pipe, `velocity_m_s` the velocity in it and `concentration` the share of the
/// flow that is bed material at its in-situ density.
#[must_use]
pub fn cutter_in_situ(
    on_site: Hours,
    utilisation: f64,
    pipe_diameter_m: f64,
    velocity_m_s: f64,
    concentration: f64,
) -> InSituM3 {
    let pumping_s = on_site.0 * SECONDS_PER_HOUR * utilisation;
    let pipe_area_m2 = std::f64::consts::FRAC_PI_4 * pipe_diameter_m * pipe_diameter_m;
    InSituM3(pumping_s * pipe_area_m2 * velocity_m_s * concentration)
}

/// Share of a mixture that is bed material: `Cv = (rho_m - rho_w) / (rho_i - rho_w)`.
#[must_use]
pub fn concentration(
    mixture_density_t_m3: f64,
    in_situ_density_t_m3: f64,
    water_density_t_m3: f64,
) -> f64 {
    (mixture_density_t_m3 - water_density_t_m3) / (in_situ_density_t_m3 - water_density_t_m3)
}

/// Seconds in an hour.
pub const SECONDS_PER_HOUR: f64 = 3600.0;
/// Metres in a nautical mile (exact by definition).
pub const METRES_PER_NAUTICAL_MILE: f64 = 1852.0;
/// Cubic metres in a cubic yard: 0.9144^3 (exact by definition of the yard).
pub const M3_PER_CUBIC_YARD: f64 = 0.764_554_857_984;

#[cfg(test)]
#[path = "quantity_tests.rs"]
mod tests;
