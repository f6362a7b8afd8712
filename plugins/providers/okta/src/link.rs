//! The `Link` headers of an answer (RFC 8288): where the next page is.
//!
//! Okta sends one line for each link; proxies may join them by commas, which also stand inside of
//! links (`fields=id,status`). Invariant: a header that cannot be read is an error and never the end
//! of a list.

use attune_plugin::provider::HttpResponse;

/// What the headers say.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Links {
    /// The link to the next page.
    pub(crate) next: Option<String>,
    /// Whether there is any link. Okta names every list's own page.
    pub(crate) are_there: bool,
}

impl Links {
    /// Reads all `Link` headers of an answer.
    pub(crate) fn of(response: &HttpResponse) -> Result<Self, String> {
        let mut links = Self::default();
        for line in response.headers("link") {
            links.add(line)?;
        }
        Ok(links)
    }

    fn add(&mut self, line: &str) -> Result<(), String> {
        let mut rest = line.trim_start_matches([',', ' ', '\t']);
        while !rest.is_empty() {
            let unreadable = || "its `Link` header cannot be read".to_owned();
            let (target, after) = rest
                .strip_prefix('<')
                .and_then(|inside| inside.split_once('>'))
                .ok_or_else(unreadable)?;
            let (is_next, after) = parameters(after).ok_or_else(unreadable)?;
            self.are_there = true;
            if is_next {
                let known = self.next.replace(target.to_owned());
                if target.is_empty() || known.is_some_and(|known| known != target) {
                    return Err("its `Link` headers name several next pages".to_owned());
                }
            }
            rest = after.trim_start_matches([',', ' ', '\t']);
        }
        Ok(())
    }
}

/// Whether one of a link's parameters says `rel=next`, and what follows the parameters.
fn parameters(text: &str) -> Option<(bool, &str)> {
    let mut is_next = false;
    let mut rest = text.trim_start();
    while let Some(after) = rest.strip_prefix(';') {
        let after = after.trim_start();
        let end = after.find(['=', ';', ',']).unwrap_or(after.len());
        let (name, after) = after.split_at_checked(end)?;
        let (value, after) = match after.strip_prefix('=') {
            Some(after) => value(after.trim_start())?,
            None => ("", after),
        };
        if name.trim().eq_ignore_ascii_case("rel") {
            let mut relations = value.split_whitespace();
            is_next |= relations.any(|relation| relation.eq_ignore_ascii_case("next"));
        }
        rest = after.trim_start();
    }
    (rest.is_empty() || rest.starts_with(',')).then_some((is_next, rest))
}

/// A word or a quoted text, and what follows it. Nobody escapes a quote in a relation.
fn value(text: &str) -> Option<(&str, &str)> {
    match text.strip_prefix('"') {
        Some(inside) => inside.split_once('"'),
        None => text.split_at_checked(text.find([';', ',']).unwrap_or(text.len())),
    }
}

#[cfg(test)]
mod tests {
    use attune_plugin::provider::HttpResponse;

    use super::Links;

    fn read(lines: &[&str]) -> Result<Links, String> {
        let header = |line: &&str| ("link".to_owned(), (*line).to_owned());
        Links::of(&HttpResponse {
            id: 0,
            status: 200,
            headers: lines.iter().map(header).collect(),
            body: Vec::new(),
        })
    }

    const SELF: &str = r#"<https://o.example.com/api/v1/users?limit=2>; rel="self""#;
    const NEXT: &str = "https://o.example.com/api/v1/users?after=00u,x;y&fields=id,profile:(a,b)";

    #[test]
    fn several_lines_and_one_joined_line_say_the_same() {
        let next = format!(r#"<{NEXT}>; rel="next""#);
        let joined = format!("{SELF}, {next}");
        let tight = format!("{next},{SELF}");
        for lines in [&[SELF, &next][..], &[&next, SELF], &[&joined], &[&tight]] {
            let links = read(lines).unwrap();
            assert_eq!(links.next.as_deref(), Some(NEXT), "{lines:?}");
            assert!(links.are_there);
        }
    }

    #[test]
    fn every_legal_spelling_of_the_relation_is_read() {
        for parameters in [
            "; rel=next",
            ";REL=\"Next\"",
            " ; title=\"a, b\" ; rel=\"prev next\"",
            "; rel=next; crossorigin",
        ] {
            let links = read(&[&format!("<{NEXT}>{parameters}, {SELF}")]).unwrap();
            assert_eq!(links.next.as_deref(), Some(NEXT), "{parameters}");
        }
    }

    #[test]
    fn without_a_next_link_the_list_ends_here() {
        assert_eq!(read(&[]).unwrap(), Links::default());
        let links = read(&[SELF, "", ", "]).unwrap();
        assert!(links.next.is_none() && links.are_there);
        let title = format!(r#"<{NEXT}>; title="rel=next""#);
        assert_eq!(read(&[&title]).unwrap().next, None);
    }

    #[test]
    fn what_cannot_be_read_is_an_error() {
        for line in [
            "https://o.example.com; rel=next",
            "<https://o.example.com",
            "<https://o.example.com> rel=next",
            "<https://o.example.com>; rel=\"next",
            "<>; rel=next",
            "<https://a.example.com>; rel=next, <https://b.example.com>; rel=next",
        ] {
            assert!(read(&[line]).is_err(), "{line}");
        }
    }
}
