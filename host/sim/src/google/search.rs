//! The searches of `users.list` and `groups.list`: clauses beside each other that all have to hold.
//!
//! Source: "Search for users" and "Search for groups" of the Directory API's guides. Of their fields
//! those are here that the people of this directory have.

use super::refusal::Refusal;

/// One clause: `field=value` (the whole, without case) or `field:value*` (its beginning).
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Clause {
    pub(super) field: String,
    is_prefix: bool,
    value: String,
}

impl Clause {
    /// Whether any of the values meets the clause.
    pub(super) fn holds<S: AsRef<str>>(&self, values: &[S]) -> bool {
        values.iter().any(|value| {
            let value = value.as_ref().to_lowercase();
            if self.is_prefix {
                value.starts_with(&self.value)
            } else {
                value == self.value
            }
        })
    }
}

/// Reads the text of `query`.
pub(super) fn parse(text: &str) -> Result<Vec<Clause>, Refusal> {
    let mut clauses = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let at = rest.find(['=', ':']).ok_or_else(unreadable)?;
        let (field, after) = rest.split_at(at);
        let is_prefix = after.starts_with(':');
        let after = after.get(1..).unwrap_or_default();
        let (value, after) = if let Some(quoted) = after.strip_prefix('\'') {
            unquoted(quoted)?
        } else {
            let end = after.find(char::is_whitespace).unwrap_or(after.len());
            let (value, after) = after.split_at(end);
            (value.to_owned(), after)
        };
        if field.is_empty() || value.is_empty() || field.contains(char::is_whitespace) {
            return Err(unreadable());
        }
        let value = value.to_lowercase();
        clauses.push(Clause {
            field: field.to_owned(),
            is_prefix,
            value: value.trim_end_matches('*').to_owned(),
        });
        rest = after.trim_start();
    }
    Ok(clauses)
}

fn unquoted(text: &str) -> Result<(String, &str), Refusal> {
    let mut value = String::new();
    let mut letters = text.chars();
    loop {
        match letters.next().ok_or_else(unreadable)? {
            '\'' => return Ok((value, letters.as_str())),
            '\\' => value.push(letters.next().ok_or_else(unreadable)?),
            letter => value.push(letter),
        }
    }
}

pub(super) fn unreadable() -> Refusal {
    Refusal::invalid("query")
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn clauses_with_and_without_quotes_are_read() {
        let clauses = parse(r"orgUnitPath='/Sales & O\'Neil' email:ada* isAdmin=false").unwrap();
        let fields: Vec<&str> = clauses.iter().map(|clause| clause.field.as_str()).collect();
        assert_eq!(fields, ["orgUnitPath", "email", "isAdmin"]);
        assert!(clauses[0].holds(&["/sales & o'neil"]));
        assert!(clauses[1].holds(&["x@y.example", "Ada@contoso.example"]));
        assert!(!clauses[1].holds(&["bada@contoso.example"]));
        assert!(parse("  ").unwrap().is_empty());
    }

    #[test]
    fn what_is_no_clause_is_refused() {
        for text in ["ada", "email=", "email='ada", "=x", "a b=c"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
