//! What looks random: the same for the same person, field and place in the expression.
//!
//! Entra draws anew at each evaluation. Here the row's seed decides, so that a plan, its
//! application and its replay agree, and an unchanged person keeps the value.

use attune_functions::expression::{Answer, Call, Definition, Random, Value};

pub(super) static COMMON: &[Definition] = &[Definition::new("Guid", "", guid)];

pub(super) static PROVISIONING: &[Definition] = &[Definition::new(
    "RandomString",
    "length integer, digits integer, special integer, capitals integer, lower integer, avoid text?",
    random_string,
)];

pub(super) static CONNECT: &[Definition] = &[Definition::new(
    "RandomNum",
    "lowest integer, highest integer",
    random_num,
)];

const LENGTH_MAX: i64 = 256;
const DIGITS: &str = "0123456789";
const SPECIAL: &str = "!@#$%^&*()_+-=";
const CAPITALS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const LOWER: &str = "abcdefghijklmnopqrstuvwxyz";

fn random(call: &Call<'_, '_>) -> Answer<Random> {
    let seed = call.scope.seed;
    let missing = || call.fail("plugin-error", "the row has no seed");
    Ok(Random::new(seed.ok_or_else(missing)?, call.column()))
}

/// A version 4 GUID.
fn guid<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let bits = u128::from_be_bytes(random(call)?.bytes());
    let bits = bits & !(0xF << 76) | 0x4 << 76;
    let bits = bits & !(0x3 << 62) | 0x2 << 62;
    let hex = format!("{bits:032x}");
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    Ok(Value::owned(format!(
        "{}-{}-{}-{}-{}",
        part(0, 8),
        part(8, 12),
        part(12, 16),
        part(16, 20),
        part(20, 32)
    )))
}

fn random_num<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let (low, high) = (call.required_integer(0)?, call.required_integer(1)?);
    if low > high {
        let message = format!("{low} to {high} is no range; the lower number stands first");
        return Err(call.at(1, "out-of-range", message));
    }
    // Both ends belong to it; the whole range of 64 bits is one too many.
    let count = high.abs_diff(low).saturating_add(1);
    let step = random(call)?.below(count);
    Ok(Value::Integer(low.wrapping_add_unsigned(step)))
}

fn random_string<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let length = call.required_integer(0)?;
    if !(0..=LENGTH_MAX).contains(&length) {
        let message = format!("a length from 0 to {LENGTH_MAX} is expected, not {length}");
        return Err(call.at(0, "out-of-range", message));
    }
    let length = usize::try_from(length).unwrap_or(0);
    let avoid = call.text_or_empty(5)?;
    let allowed =
        |set: &str| -> Vec<char> { set.chars().filter(|char| !avoid.contains(*char)).collect() };
    let sets = [DIGITS, SPECIAL, CAPITALS, LOWER].map(allowed);
    let mut random = random(call)?;
    let mut chars = Vec::with_capacity(length);
    for (index, set) in (1..).zip(&sets) {
        let least = call.integer(index)?.unwrap_or(0).clamp(0, LENGTH_MAX);
        if least > 0 && set.is_empty() {
            return Err(call.at(
                index,
                "out-of-range",
                "all such characters are to be avoided",
            ));
        }
        chars.extend((0..least).filter_map(|_| pick(set, &mut random)));
    }
    if chars.len() > length {
        let message = format!(
            "{} characters are the least, {length} the length",
            chars.len()
        );
        return Err(call.at(0, "out-of-range", message));
    }
    let all: Vec<char> = sets.iter().flatten().copied().collect();
    while chars.len() < length {
        let Some(char) = pick(&all, &mut random) else {
            return Err(call.at(5, "out-of-range", "all characters are to be avoided"));
        };
        chars.push(char);
    }
    // What is there at least must not stand in front.
    for last in (1..chars.len()).rev() {
        chars.swap(last, random.below(last as u64 + 1) as usize);
    }
    Ok(Value::owned(chars.into_iter().collect::<String>()))
}

fn pick(set: &[char], random: &mut Random) -> Option<char> {
    set.get(random.below(set.len() as u64) as usize).copied()
}
