//! Version numbers in order.

use std::cmp::Ordering;

/// Which of two versions is the later one: parts between dots, by number, a missing one as 0.
/// Okta: `versionGreaterThan`, `versionLessThan`. Parts that are no numbers make it nothing.
pub fn version_order(one: &str, other: &str) -> Option<Ordering> {
    let (one, other) = (parts(one)?, parts(other)?);
    let len = one.len().max(other.len());
    let at = |parts: &[u64], index: usize| parts.get(index).copied().unwrap_or(0);
    Some((0..len).fold(Ordering::Equal, |order, index| {
        order.then(at(&one, index).cmp(&at(&other, index)))
    }))
}

fn parts(version: &str) -> Option<Vec<u64>> {
    version
        .trim()
        .split('.')
        .map(|part| part.parse().ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_compared_by_number() {
        let cases = [
            ("14.2.1", "14.10", Some(Ordering::Less)),
            ("14.2", "14.2.0", Some(Ordering::Equal)),
            ("10", "9.9.9", Some(Ordering::Greater)),
            ("14.x", "14", None),
            ("", "1", None),
        ];
        for (one, other, expect) in cases {
            assert_eq!(version_order(one, other), expect, "{one} {other}");
        }
    }
}
