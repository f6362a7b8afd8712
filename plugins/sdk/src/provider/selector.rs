//! The steps of a selector: the attribute that has to be asked for is the first of them, or where
//! that is a schema's name, the first two.
//!
//! Grammar: `step ("." step)*`, where a step is a name or a `"quoted name"` (escapes `\"` and
//! `\\`), then picks in brackets. Deliberately not here: walking documents, which is the host's.

/// The names of the first steps, each once, in the order of first mention.
///
/// Text that is no selector is left out: the host has checked selectors before it asks.
pub fn first_steps<'a>(wanted: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in wanted.into_iter().filter_map(first_step) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// The names of all steps, without what is in brackets; `None` for text that is no selector.
pub fn steps(selector: &str) -> Option<Vec<String>> {
    let mut names = Vec::new();
    let mut rest = selector;
    loop {
        let (name, after) = step(rest)?;
        names.push(name);
        rest = after_picks(after)?;
        match rest.strip_prefix('.') {
            Some(next) => rest = next,
            None => return rest.is_empty().then_some(names),
        }
    }
}

/// The first name, and what stands behind it.
fn step(text: &str) -> Option<(String, &str)> {
    if let Some(rest) = text.strip_prefix('"') {
        let name = unquote(rest)?;
        return Some((name, rest.get(quoted_len(rest)?..)?));
    }
    let end = text.find(['.', '[']).unwrap_or(text.len());
    let (name, after) = text.split_at_checked(end)?;
    (!name.is_empty()).then(|| (name.to_owned(), after))
}

/// What stands behind `[...][...]`; brackets in quotes are text.
fn after_picks(mut text: &str) -> Option<&str> {
    while let Some(mut rest) = text.strip_prefix('[') {
        loop {
            let at = rest.find(['"', ']'])?;
            let (found, after) = rest.get(at..)?.split_at_checked(1)?;
            rest = after;
            if found == "]" {
                break;
            }
            rest = rest.get(quoted_len(rest)?..)?;
        }
        text = rest;
    }
    Some(text)
}

/// How long a quoted text is whose first quote was taken, the second included.
fn quoted_len(rest: &str) -> Option<usize> {
    let mut is_escaped = false;
    for (at, c) in rest.char_indices() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return Some(at + 1),
            _ => {}
        }
    }
    None
}

fn first_step(selector: &str) -> Option<String> {
    let name = match selector.strip_prefix('"') {
        Some(rest) => unquote(rest)?,
        None => selector
            .split(['.', '['])
            .next()
            .unwrap_or_default()
            .to_owned(),
    };
    (!name.is_empty()).then_some(name)
}

fn unquote(rest: &str) -> Option<String> {
    let mut name = String::new();
    let mut chars = rest.chars();
    loop {
        match chars.next()? {
            '"' => return Some(name),
            '\\' => name.push(chars.next()?),
            plain => name.push(plain),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{first_steps, steps};

    #[test]
    fn a_step_ends_at_a_dot_or_a_bracket() {
        let wanted = [
            "department",
            "phones[type=work].value",
            "manager.displayName",
            "manager.manager.mail",
            "otherMails[0]",
        ];
        assert_eq!(
            first_steps(wanted),
            ["department", "phones", "manager", "otherMails"]
        );
    }

    #[test]
    fn a_quoted_step_keeps_its_dots_and_escapes() {
        let wanted = [
            r#""urn:ietf:params:scim:schemas:core:2.0:User".name"#,
            r#""a\"b\\c""#,
        ];
        assert_eq!(
            first_steps(wanted),
            ["urn:ietf:params:scim:schemas:core:2.0:User", r#"a"b\c"#]
        );
    }

    #[test]
    fn all_steps_are_named_without_their_picks() {
        for (selector, names) in [
            ("a", vec!["a"]),
            ("emails[type=work].value", vec!["emails", "value"]),
            (r#"a["x]y"="z\"]"][0]."b.c"[*].d"#, vec!["a", "b.c", "d"]),
            (
                r#""urn:x:2.0:User".manager.value"#,
                vec!["urn:x:2.0:User", "manager", "value"],
            ),
        ] {
            assert_eq!(steps(selector).unwrap(), names, "{selector}");
        }
        for text in ["", "a.", ".a", "a[0", "\"a", "a]b[", "a[\"]", "\"a\"b"] {
            assert_eq!(steps(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_no_selector_is_left_out() {
        assert!(first_steps(["", "\"open", "[0]", ".a"]).is_empty());
    }
}
