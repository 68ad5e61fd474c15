//! Random numbers that depend on what they are for, not on when they are asked for.
//!
//! Each vessel, and the set of factors that all vessels share, has a `ChaCha8` stream of its own. Its
//! key holds the seed, the domain and the vessel's stable key; draw `i` reads block `i` of it. So
//! draw 17 of a vessel is the same in every query, on any thread, whatever else is computed, and
//! the first 1,000 of 2,000 draws are the draws of a run of 1,000.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// What a stream is for; streams of different domains never meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Domain {
    /// Factors that all vessels share within a draw.
    Shared = 1,
    /// One vessel.
    Vessel = 2,
}

/// Uniform numbers per draw: eight of 64 bits are exactly one `ChaCha` block of 64 bytes.
pub(crate) const UNIFORMS_PER_DRAW: usize = 8;
const WORDS_PER_DRAW: u128 = 16;

/// Uniform numbers of one stream, draw after draw.
pub(crate) struct Uniforms {
    generator: ChaCha8Rng,
}

impl Uniforms {
    /// The stream of `key` in `domain`, beginning with draw `first_draw`.
    pub(crate) fn new(seed: u64, domain: Domain, key: u64, first_draw: usize) -> Self {
        let mut chacha_key = [0_u8; 32];
        chacha_key[..8].copy_from_slice(&seed.to_le_bytes());
        chacha_key[8..16].copy_from_slice(&(domain as u64).to_le_bytes());
        chacha_key[16..24].copy_from_slice(&key.to_le_bytes());
        let mut generator = ChaCha8Rng::from_seed(chacha_key);
        generator.set_word_pos(first_draw as u128 * WORDS_PER_DRAW);
        Self { generator }
    }

    /// The numbers of the next draw, each above 0 and below 1.
    pub(crate) fn next_draw(&mut self) -> [f64; UNIFORMS_PER_DRAW] {
        std::array::from_fn(|_| open_unit(self.generator.next_u64()))
    }
}

/// The upper 52 bits as the middle of one of 2^52 equal cells: never 0 nor 1, where quantiles of
/// unbounded distributions are infinite.
fn open_unit(bits: u64) -> f64 {
    const CELL: f64 = 1.0 / (1_u64 << 52) as f64;
    ((bits >> 12) as f64 + 0.5) * CELL
}

#[cfg(test)]
#[path = "stream_tests.rs"]
mod tests;
