//! Object ids: they look random, and the serial number can be read out of them again.
//!
//! So no map from id to person is held. The first eight digits are the serial number, spread by
//! a multiplication that can be undone.

use super::person::Fact;
use crate::dice::Dice;

const SPREAD: u32 = 0x9E37_79B1;
const GATHER: u32 = inverse(SPREAD);

/// The inverse of an odd number modulo 2^32 (Newton's iteration doubles the right bits).
const fn inverse(odd: u32) -> u32 {
    let mut guess = odd;
    let mut round = 0;
    while round < 5 {
        guess = guess.wrapping_mul(2_u32.wrapping_sub(odd.wrapping_mul(guess)));
        round += 1;
    }
    guess
}

/// The object id of the person with this serial number.
pub(super) fn id_of(seed: u64, serial: u32) -> String {
    let head = serial.wrapping_add(1).wrapping_mul(SPREAD) ^ (seed as u32);
    let rest = Dice::of(seed, serial, Fact::Id as u64).next();
    let tail = Dice::of(seed, serial, Fact::Id as u64 + 100).next();
    format!(
        "{head:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        rest & 0xffff,
        (rest >> 16) & 0xfff,
        0x8000 | ((rest >> 32) & 0x3fff),
        tail & 0xffff_ffff_ffff,
    )
}

/// The serial number that an id claims to have; the caller compares the whole id.
pub(super) fn serial_of(seed: u64, id: &str) -> Option<u32> {
    if id.len() != 36 {
        return None;
    }
    serial_of_head(seed, id.get(..8)?)
}

/// The same of the first eight digits.
pub(super) fn serial_of_head(seed: u64, head: &str) -> Option<u32> {
    let head = u32::from_str_radix(head, 16).ok()?;
    Some((head ^ (seed as u32)).wrapping_mul(GATHER).wrapping_sub(1))
}
