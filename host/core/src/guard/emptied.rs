//! "Half of the departments are gone": whether one attribute lost its values for many people at once.
//!
//! Counted person by person between two complete listings: who left is the matter of another guard,
//! and who never had a value loses none. The line is that of the attribute that fares worst.
//! Deliberately absent: an attribute that nobody has any more, whose rows wait without a guard.

use super::{Limit, line as guard_line};
use crate::plan::GuardLine;

/// One attribute in two complete listings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Emptied {
    /// Its selector.
    pub attribute: String,
    /// People who had a value in the earlier listing and are in both.
    pub had: u64,
    /// How many of them have none now.
    pub lost: u64,
}

/// The line of the worst attribute.
pub(super) fn line(limit: &Limit, attributes: &[Emptied]) -> GuardLine {
    // Shares are compared without dividing; what is held comes first, whatever its share.
    let worst = attributes.iter().max_by(|a, b| {
        let is_held = |one: &Emptied| limit.is_exceeded(one.lost, one.had);
        let share = |one: &Emptied, of: &Emptied| u128::from(one.lost) * u128::from(of.had.max(1));
        is_held(a)
            .cmp(&is_held(b))
            .then_with(|| share(a, b).cmp(&share(b, a)))
            .then_with(|| a.lost.cmp(&b.lost))
            .then_with(|| b.attribute.cmp(&a.attribute))
    });
    let (lost, had) = worst.map_or((0, 0), |one| (one.lost, one.had));
    let lost_any = worst.filter(|one| one.lost > 0);
    GuardLine {
        detail: lost_any
            .map(|one| one.attribute.clone())
            .unwrap_or_default(),
        ..guard_line("emptied-attribute", limit, lost, had)
    }
}
