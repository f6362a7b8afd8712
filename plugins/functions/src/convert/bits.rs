//! Single bits of whole numbers: `userAccountControl` and its like.

/// What is done with two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bits {
    /// Bits that both have. Entra and Connect: `BitAnd`.
    And,
    /// Bits that either has. Connect: `BitOr`.
    Or,
    /// Bits of the first that the second has not.
    Clear,
}

impl Bits {
    /// The result.
    pub fn of(self, value: i64, mask: i64) -> i64 {
        match self {
            Self::And => value & mask,
            Self::Or => value | mask,
            Self::Clear => value & !mask,
        }
    }
}

/// Whether all bits of `flag` are set; never for 0. Connect: `IsBitSet`, whose page shows one bit
/// at a time.
pub fn is_bit_set(value: i64, flag: i64) -> bool {
    flag != 0 && value & flag == flag
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_give_the_vectors_of_the_pages() {
        assert_eq!(Bits::And.of(0xf, 0xf7), 7);
        assert_eq!(Bits::Or.of(512, 2), 514);
        assert_eq!(Bits::Clear.of(514, 2), 512);
        assert!(is_bit_set(0xf, 4) && is_bit_set(514, 2) && is_bit_set(-1, 1 << 40));
        assert!(!is_bit_set(512, 2) && !is_bit_set(512, 0) && !is_bit_set(2, 3));
    }
}
