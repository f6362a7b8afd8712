//! The first step of a selector: the attribute that has to be asked for.
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

/// The names of the steps right below `first`, each once (`a`, `b` of `first.a.x` and `first."b"`);
/// `None` where a selector means `first` as a whole, or picks elements of it.
pub fn second_steps<'a>(
    wanted: impl IntoIterator<Item = &'a str>,
    first: &str,
) -> Option<Vec<String>> {
    let mut names: Vec<String> = Vec::new();
    for (name, rest) in wanted.into_iter().filter_map(step) {
        if name != first {
            continue;
        }
        let (below, _) = step(rest.strip_prefix('.')?)?;
        if !names.contains(&below) {
            names.push(below);
        }
    }
    Some(names)
}

/// The names of all steps of one selector, picks left out: `profile.phones[0]` is `profile`, then
/// `phones`. `None` for text that is no selector.
pub fn steps(selector: &str) -> Option<Vec<String>> {
    let mut names = Vec::new();
    let mut rest = Some(selector);
    while let Some(text) = rest {
        let (name, after) = step(text)?;
        names.push(name);
        let after = without_picks(after);
        rest = after.strip_prefix('.');
        if rest.is_none() && !after.is_empty() {
            return None;
        }
    }
    Some(names)
}

fn first_step(selector: &str) -> Option<String> {
    step(selector).map(|(name, _)| name)
}

/// The first step's name, and what stands after it.
fn step(selector: &str) -> Option<(String, &str)> {
    let (name, rest) = if let Some(quoted) = selector.strip_prefix('"') {
        unquote(quoted)?
    } else {
        let end = selector.find(['.', '[']).unwrap_or(selector.len());
        let (name, rest) = selector.split_at(end);
        (name.to_owned(), rest)
    };
    (!name.is_empty()).then_some((name, rest))
}

fn unquote(quoted: &str) -> Option<(String, &str)> {
    let mut name = String::new();
    let mut chars = quoted.chars();
    loop {
        match chars.next()? {
            '"' => return Some((name, chars.as_str())),
            '\\' => name.push(chars.next()?),
            plain => name.push(plain),
        }
    }
}

/// What follows the picks; a bracket inside a quoted value ends none.
fn without_picks(text: &str) -> &str {
    let mut rest = text;
    while let Some(inside) = rest.strip_prefix('[') {
        let mut chars = inside.chars();
        let mut is_quoted = false;
        loop {
            match chars.next() {
                Some(']') if !is_quoted => break,
                Some('"') => is_quoted = !is_quoted,
                Some('\\') if is_quoted => drop(chars.next()),
                Some(_) => {}
                // Left open: what is returned is neither empty nor the next step.
                None => return rest,
            }
        }
        rest = chars.as_str();
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::{first_steps, second_steps, steps};

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
    fn the_steps_below_a_first_one_are_named_unless_it_is_meant_as_a_whole() {
        let wanted = [
            "custom.Work.badge",
            "mail",
            "custom.\"Home office\".days[0]",
            "custom.Work[0]",
        ];
        let names = second_steps(wanted, "custom").unwrap();
        assert_eq!(names, ["Work", "Home office"]);
        assert_eq!(second_steps(wanted, "mail"), None);
        assert_eq!(second_steps(["custom[0].a", "b"], "custom"), None);
        assert_eq!(second_steps(wanted, "other"), Some(Vec::new()));
    }

    #[test]
    fn what_is_no_selector_is_left_out() {
        assert!(first_steps(["", "\"open", "[0]", ".a"]).is_empty());
    }

    #[test]
    fn all_steps_are_named_without_their_picks() {
        for (selector, names) in [
            ("profile.department", vec!["profile", "department"]),
            (
                r#"profile.phones[type="a].b"][0].value"#,
                vec!["profile", "phones", "value"],
            ),
            (
                r#""urn:x:2.0:User".manager"#,
                vec!["urn:x:2.0:User", "manager"],
            ),
            ("id", vec!["id"]),
            ("a[0", vec![]),
            ("a..b", vec![]),
            ("a[0]b", vec![]),
        ] {
            assert_eq!(steps(selector).unwrap_or_default(), names, "{selector}");
        }
    }
}
