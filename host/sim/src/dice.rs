//! A small deterministic generator (`SplitMix64`), so that a seed names a company for ever.
//!
//! A general-purpose crate may change its sequence between versions; an invented directory must
//! not, because expected results are written down in tests. Not for secrets.

/// A sequence of numbers that its seed and the words mixed into it decide.
#[derive(Clone, Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The sequence for one fact of one person: independent of all others.
    pub(crate) fn of(seed: u64, serial: u32, salt: u64) -> Self {
        let mut dice = Self(seed ^ salt.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let spread = dice.next() ^ u64::from(serial).wrapping_mul(0xD1B5_4A32_D192_ED03);
        Self(spread)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        word ^ (word >> 31)
    }

    /// A number below `bound`; 0 for a bound of 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        let word = self.next() >> 32;
        usize::try_from((word * bound as u64) >> 32).unwrap_or(0)
    }

    /// True in `per_mille` of 1000 cases.
    pub(crate) fn chance(&mut self, per_mille: usize) -> bool {
        self.below(1000) < per_mille
    }

    /// A number in 0..1.
    pub(crate) fn fraction(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// One of the choices; the default of the type where there are none.
    pub(crate) fn pick<T: Copy + Default>(&mut self, choices: &[T]) -> T {
        let at = self.below(choices.len());
        choices.get(at).copied().unwrap_or_default()
    }
}
