//! Numbers that look random and are the same for the same seed.
//!
//! Not for secrets: who knows the seed knows the numbers.

/// A sequence that a seed and a place begin.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The sequence of one call, at `column` of its expression.
    pub fn new(seed: [u8; 16], column: usize) -> Self {
        let mut random = Self(column as u64);
        for half in seed.chunks(8) {
            let mut bytes = [0; 8];
            for (to, from) in bytes.iter_mut().zip(half) {
                *to = *from;
            }
            random.0 = random.bits() ^ u64::from_le_bytes(bytes);
        }
        random
    }

    /// The next 64 bits (the generator `SplitMix64`).
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^ (bits >> 31)
    }

    /// A number below `limit`; 0 where that is 0.
    pub fn below(&mut self, limit: u64) -> u64 {
        ((u128::from(self.bits()) * u128::from(limit)) >> 64) as u64
    }

    /// Sixteen bytes.
    pub fn bytes(&mut self) -> [u8; 16] {
        let both = u128::from(self.bits()) << 64 | u128::from(self.bits());
        both.to_be_bytes()
    }
}
