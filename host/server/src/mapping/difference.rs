//! What differs between two texts, line by line, for people.
//!
//! One piece from the first line that differs to the last, with a little around it: an edit changes one
//! place. Deliberately not here: colours.

/// Lines shown before and after what differs.
const AROUND: usize = 2;
/// Most lines of one side that are compared line by line; more are shown as gone and new.
const COMPARED_MAX: usize = 1000;

/// Lines that begin with ` ` (stays), `-` (goes) or `+` (comes), after one that says where they stand;
/// nothing where the texts are the same.
pub fn difference(before: &str, after: &str) -> Vec<String> {
    let old: Vec<&str> = before.lines().collect();
    let new: Vec<&str> = after.lines().collect();
    if old == new {
        return Vec::new();
    }
    let start = same(old.iter(), new.iter());
    let rest = old.len().min(new.len()) - start;
    let end = same(old.iter().rev().take(rest), new.iter().rev().take(rest));
    let middle = |lines: &[&'_ str]| -> Vec<String> {
        let inside = lines.get(start..lines.len() - end).unwrap_or_default();
        inside.iter().map(|line| (*line).to_owned()).collect()
    };
    let first = start.saturating_sub(AROUND);
    let mut lines = vec![format!("@@ line {}", first + 1)];
    let keep = |line: &&str| format!(" {line}");
    lines.extend(old.get(first..start).unwrap_or_default().iter().map(keep));
    lines.extend(compared(&middle(&old), &middle(&new)));
    let tail = old.get(old.len() - end..).unwrap_or_default();
    lines.extend(tail.iter().take(AROUND).map(keep));
    lines
}

/// How many of the first lines are the same.
fn same<'a>(a: impl Iterator<Item = &'a &'a str>, b: impl Iterator<Item = &'a &'a str>) -> usize {
    a.zip(b).take_while(|(a, b)| a == b).count()
}

/// The longest common lines stay; the others go and come.
fn compared(old: &[String], new: &[String]) -> Vec<String> {
    let gone = |line: &String| format!("-{line}");
    let come = |line: &String| format!("+{line}");
    if old.len() > COMPARED_MAX || new.len() > COMPARED_MAX {
        return old.iter().map(gone).chain(new.iter().map(come)).collect();
    }
    // common[i][j]: how many lines the rests from i and j have in common, in order.
    let width = new.len() + 1;
    let mut common = vec![0_u32; (old.len() + 1) * width];
    let of = |common: &[u32], i: usize, j: usize| common.get(i * width + j).copied().unwrap_or(0);
    for (i, a) in old.iter().enumerate().rev() {
        for (j, b) in new.iter().enumerate().rev() {
            let best = if a == b {
                of(&common, i + 1, j + 1) + 1
            } else {
                of(&common, i + 1, j).max(of(&common, i, j + 1))
            };
            if let Some(place) = common.get_mut(i * width + j) {
                *place = best;
            }
        }
    }
    let (mut i, mut j, mut lines) = (0, 0, Vec::new());
    loop {
        match (old.get(i), new.get(j)) {
            (Some(a), Some(b)) if a == b => {
                lines.push(format!(" {a}"));
                (i, j) = (i + 1, j + 1);
            }
            (Some(a), b) if b.is_none() || of(&common, i + 1, j) >= of(&common, i, j + 1) => {
                lines.push(gone(a));
                i += 1;
            }
            (_, Some(b)) => {
                lines.push(come(b));
                j += 1;
            }
            (_, None) => return lines,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::difference;

    #[track_caller]
    fn check(before: &str, after: &str, expected: &[&str]) {
        assert_eq!(difference(before, after), expected);
    }

    #[test]
    fn same_texts_have_no_difference() {
        check("a\nb\n", "a\nb\n", &[]);
        check("", "", &[]);
    }

    #[test]
    fn one_line_when_it_changes_is_shown_with_its_neighbours() {
        check(
            "1\n2\n3\n4\n5\n6\n",
            "1\n2\n3\nx\n5\n6\n",
            &["@@ line 2", " 2", " 3", "-4", "+x", " 5", " 6"],
        );
    }

    #[test]
    fn lines_when_they_come_or_go_at_the_ends_are_shown() {
        check("a\n", "a\nb\n", &["@@ line 1", " a", "+b"]);
        check("a\nb\n", "b\n", &["@@ line 1", "-a", " b"]);
        check("", "a\n", &["@@ line 1", "+a"]);
        check("a\na\n", "a\n", &["@@ line 1", " a", "-a"]);
    }

    #[test]
    fn what_stays_between_two_changes_is_shown_as_staying() {
        check(
            "a\nb\nc\n",
            "x\nb\ny\n",
            &["@@ line 1", "-a", "+x", " b", "-c", "+y"],
        );
    }
}
