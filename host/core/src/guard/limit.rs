//! The limit of one guard: a share, a number, or off.

use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

use super::COUNT_FREE;

/// How much of something a plan may do without being held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// A share of the base, in hundredths of a percent.
    Share(u32),
    /// An absolute number, and exactly that one.
    Count(u64),
    /// Never held.
    Off,
}

/// A text that is no limit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no limit: write a share from \"0%\" to \"100%\", a number such as \"12\", or \"off\""
)]
pub struct LimitError(pub String);

impl Limit {
    /// A share in whole percent.
    pub const fn percent(percent: u32) -> Self {
        Self::Share(percent * 100)
    }

    /// Whether a count is too much.
    pub fn is_exceeded(&self, count: u64, base: u64) -> bool {
        match *self {
            Self::Share(share) => {
                let allowed = u128::from(share) * u128::from(base);
                count > COUNT_FREE && u128::from(count) * 10_000 > allowed
            }
            Self::Count(limit) => count > limit,
            Self::Off => false,
        }
    }
}

impl FromStr for Limit {
    type Err = LimitError;

    fn from_str(text: &str) -> Result<Self, LimitError> {
        let wrong = || LimitError(text.to_owned());
        let trimmed = text.trim();
        if trimmed == "off" {
            return Ok(Self::Off);
        }
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let Some(percent) = trimmed.strip_suffix('%') else {
            let count = digits(trimmed).then(|| trimmed.parse().ok()).flatten();
            return count.map(Self::Count).ok_or_else(wrong);
        };
        let percent = percent.trim_end();
        let (whole, fraction) = percent.split_once('.').unwrap_or((percent, "0"));
        if !digits(whole) || !digits(fraction) || fraction.len() > 2 || whole.len() > 3 {
            return Err(wrong());
        }
        let whole: u32 = whole.parse().map_err(|_| wrong())?;
        let fraction: u32 = format!("{fraction:0<2}").parse().map_err(|_| wrong())?;
        let share = whole * 100 + fraction;
        (share <= 10_000)
            .then_some(Self::Share(share))
            .ok_or_else(wrong)
    }
}

impl Display for Limit {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Share(share) => f.write_str(&hundredths(u64::from(*share))),
            Self::Count(count) => count.fmt(f),
            Self::Off => f.write_str("off"),
        }
    }
}

/// A count as a share of its base, rounded to a tenth of a percent.
pub(crate) fn share(count: u64, base: u64) -> String {
    if base == 0 {
        return if count == 0 { "0%" } else { "100%" }.to_owned();
    }
    let (count, base) = (u128::from(count), u128::from(base));
    let tenths = (count * 1000 + base / 2) / base;
    hundredths(u64::try_from(tenths * 10).unwrap_or(u64::MAX))
}

fn hundredths(share: u64) -> String {
    let (whole, rest) = (share / 100, share % 100);
    if rest == 0 {
        format!("{whole}%")
    } else if rest.is_multiple_of(10) {
        format!("{whole}.{}%", rest / 10)
    } else {
        format!("{whole}.{rest:02}%")
    }
}
