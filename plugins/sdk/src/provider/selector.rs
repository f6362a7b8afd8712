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
    use super::first_steps;

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
    fn what_is_no_selector_is_left_out() {
        assert!(first_steps(["", "\"open", "[0]", ".a"]).is_empty());
    }
}
