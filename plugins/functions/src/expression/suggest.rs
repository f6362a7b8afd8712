//! What is said of names that are not known: nearest names, and those that are left out.

/// What is said of a name that a dialect leaves out on purpose, with the reason, or knows in other
/// letters.
pub fn misnamed<'a>(
    name: &str,
    left_out: &[(&str, &str)],
    mut known: impl Iterator<Item = &'a str>,
) -> Option<String> {
    if let Some((_, why)) = left_out.iter().find(|(known, _)| *known == name) {
        return Some(format!("`{name}` is not supported: {why}"));
    }
    let known = known.find(|known| known.eq_ignore_ascii_case(name))?;
    Some(format!(
        "names are case-sensitive: write `{known}`, not `{name}`"
    ))
}

/// `; did you mean `X`?` with up to three names that are close to `name`, or nothing.
pub fn suggest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    let limit = (name.chars().count() / 3).clamp(1, 3);
    let wanted = name.to_lowercase();
    let mut near: Vec<(usize, &str)> = known
        .map(|known| (distance(&wanted, &known.to_lowercase()), known))
        .filter(|(distance, _)| *distance <= limit)
        .collect();
    near.sort_unstable();
    // Those that are farther off than the nearest only distract.
    let best = near.first().map_or(0, |(distance, _)| *distance);
    near.retain(|(distance, _)| *distance == best);
    let names: Vec<String> = near
        .iter()
        .take(3)
        .map(|(_, name)| format!("`{name}`"))
        .collect();
    if names.is_empty() {
        return String::new();
    }
    format!("; did you mean {}?", names.join(" or "))
}

/// How many characters must be put in, taken out or changed.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (above, char) in a.chars().enumerate() {
        let mut diagonal = above;
        let mut left = above + 1;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (cell, other) in row.iter_mut().skip(1).zip(&b) {
            let changed = diagonal + usize::from(char != *other);
            diagonal = *cell;
            left = changed.min(left + 1).min(*cell + 1);
            *cell = left;
        }
    }
    row.last().copied().unwrap_or_default()
}
