//! Random draws that are the same on every machine.
//!
//! The standard library's logarithm and sine are those of the platform, and
//! crates of distributions may change their algorithms; a fleet has to be the
//! same bytes everywhere, so the few distributions needed are written here
//! over `libm`.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// What a stream of numbers is for: streams of one vessel do not disturb each
/// other, so that another defect rate leaves the voyages as they were.
#[derive(Debug, Clone, Copy)]
#[repr(u64)]
pub(crate) enum Purpose {
    Fleet = 1,
    Vessel = 2,
    Voyages = 3,
    Reports = 4,
    Defects = 5,
    Pair = 6,
}

pub(crate) struct Draw {
    rng: ChaCha8Rng,
    spare_normal: Option<f64>,
}

impl Draw {
    pub(crate) fn new(seed: u64, key: u64, purpose: Purpose) -> Draw {
        let mut bytes = [0_u8; 32];
        bytes[0..8].copy_from_slice(&seed.to_le_bytes());
        bytes[8..16].copy_from_slice(&key.to_le_bytes());
        bytes[16..24].copy_from_slice(&(purpose as u64).to_le_bytes());
        bytes[24..32].copy_from_slice(b"siltsyn1");
        Draw {
            rng: ChaCha8Rng::from_seed(bytes),
            spare_normal: None,
        }
    }

    /// Uniform in [0, 1), all 53 bits of it.
    pub(crate) fn unit(&mut self) -> f64 {
        const SCALE: f64 = 1.0 / (1_u64 << 53) as f64;
        (self.rng.next_u64() >> 11) as f64 * SCALE
    }

    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// An index below `count`, which is at least 1.
    pub(crate) fn pick(&mut self, count: usize) -> usize {
        let index = (self.unit() * count as f64) as usize;
        index.min(count.saturating_sub(1))
    }

    /// Index of a weight, each as likely as its share of the sum.
    pub(crate) fn weighted(&mut self, weights: &[f64]) -> usize {
        let mut left = self.unit() * weights.iter().sum::<f64>();
        for (index, weight) in weights.iter().enumerate() {
            if left < *weight {
                return index;
            }
            left -= weight;
        }
        weights.len().saturating_sub(1)
    }

    /// Standard normal, by Marsaglia's polar method.
    pub(crate) fn normal(&mut self) -> f64 {
        const SCALE_32: f64 = 1.0 / (1_u64 << 31) as f64;
        if let Some(spare) = self.spare_normal.take() {
            return spare;
        }
        loop {
            // Two coordinates of 32 bits out of one draw are fine enough for noise.
            let bits = self.rng.next_u64();
            let x = f64::from(bits as u32 as i32) * SCALE_32;
            let y = f64::from((bits >> 32) as u32 as i32) * SCALE_32;
            let radius2 = x * x + y * y;
            if radius2 > 0.0 && radius2 < 1.0 {
                let factor = (-2.0 * libm::log(radius2) / radius2).sqrt();
                self.spare_normal = Some(y * factor);
                return x * factor;
            }
        }
    }

    /// Normal within [low, high]; outside draws are drawn again.
    pub(crate) fn normal_within(&mut self, mean: f64, sd: f64, low: f64, high: f64) -> f64 {
        for _ in 0..64 {
            let value = mean + sd * self.normal();
            if (low..=high).contains(&value) {
                return value;
            }
        }
        mean.clamp(low, high)
    }

    pub(crate) fn log_normal(&mut self, median: f64, sigma_ln: f64) -> f64 {
        median * libm::exp(sigma_ln * self.normal())
    }

    pub(crate) fn log_normal_within(
        &mut self,
        median: f64,
        sigma_ln: f64,
        low: f64,
        high: f64,
    ) -> f64 {
        for _ in 0..64 {
            let value = self.log_normal(median, sigma_ln);
            if (low..=high).contains(&value) {
                return value;
            }
        }
        median.clamp(low, high)
    }

    pub(crate) fn exponential(&mut self, mean: f64) -> f64 {
        -mean * libm::log(1.0 - self.unit())
    }

    /// Triangular, as the priors of METHODS 1.6.
    pub(crate) fn triangular(&mut self, low: f64, mode: f64, high: f64) -> f64 {
        let u = self.unit();
        let split = (mode - low) / (high - low);
        if u < split {
            low + (u * (high - low) * (mode - low)).sqrt()
        } else {
            high - ((1.0 - u) * (high - low) * (high - mode)).sqrt()
        }
    }
}
