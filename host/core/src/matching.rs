//! Which account belongs to which person, as pure decisions over what look-ups found.
//!
//! Rules are tried in order; values are compared trimmed and without case. Two candidates, or one
//! account that two people claim, are ambiguous and nothing is written. The look-ups themselves
//! are the store's: nothing here holds a map of all accounts. Homoglyphs never fold together, so
//! a look-alike name matches nothing.

use crate::{Cell, Problem, json};

/// A text without case: every character by itself, so that equal texts fold equally wherever
/// they stand (`str::to_lowercase` treats a final sigma specially).
pub fn fold_case(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

/// What two values are compared by: trimmed and without case.
pub fn fold(text: &str) -> String {
    fold_case(text.trim())
}

/// The folded value that a rule looks up for a person, or `None` where there is none.
///
/// A list of one is its element; a longer one is `many-values`, an object `not-text`.
pub fn wanted_value(cell: Cell<'_>) -> Result<Option<String>, Problem> {
    if cell.kind.is_outcome() {
        return Err(crate::outcome::failed(cell.bytes));
    }
    let one = json::one(cell)?;
    Ok(one.text().map(fold).filter(|value| !value.is_empty()))
}

/// What became of the search for a person's account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Match {
    /// The account with this stable key.
    Account(String),
    /// No account.
    None,
    /// More than one account fits.
    Ambiguous(Vec<String>),
}

/// Decides over the candidates of each rule, in the order of the rules.
///
/// `candidates` looks up one rule's active accounts by a folded value; two of them are enough of
/// an answer. It is not asked for rules after the first that found anybody.
pub fn decide_match<E>(
    values: impl IntoIterator<Item = Option<String>>,
    mut candidates: impl FnMut(usize, &str) -> Result<Vec<String>, E>,
) -> Result<Match, E> {
    for (rule, value) in values.into_iter().enumerate() {
        let Some(value) = value else {
            continue;
        };
        let mut found = candidates(rule, &value)?;
        found.sort_unstable();
        found.dedup();
        match found.len() {
            0 => {}
            1 => return Ok(found.pop().map_or(Match::None, Match::Account)),
            _ => return Ok(Match::Ambiguous(found)),
        }
    }
    Ok(Match::None)
}

/// From claims sorted by account, the accounts that more than one person claims.
///
/// A claim is an account's key and a person's key; everybody who claims such an account is
/// ambiguous. Memory is one account's, whatever the number of claims.
pub fn contested<'c>(
    claims: impl IntoIterator<Item = (&'c str, &'c str)>,
) -> impl Iterator<Item = &'c str> {
    let mut last: Option<(&str, &str)> = None;
    let mut told: Option<&str> = None;
    claims.into_iter().filter_map(move |(account, person)| {
        let again = last.is_some_and(|(before, who)| before == account && who != person);
        last = Some((account, person));
        (again && told.replace(account) != Some(account)).then_some(account)
    })
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;
    use crate::Column;

    fn decide(values: &[Option<&str>], accounts: &[(usize, &str, &str)]) -> Match {
        let values = values.iter().map(|value| value.map(fold));
        let looked_up = |rule: usize, value: &str| {
            let fits = accounts
                .iter()
                .filter(|(r, name, _)| *r == rule && fold(name) == value);
            Ok::<_, Infallible>(fits.map(|(_, _, key)| (*key).to_owned()).collect())
        };
        decide_match(values, looked_up).unwrap()
    }

    #[test]
    fn rules_when_tried_in_order_stop_at_the_first_hit() {
        let accounts = [
            (0, "Anna", "k1"),
            (1, "anna@example.com", "k2"),
            (1, "BOB@example.com", "k3"),
        ];
        let account = |key: &str| Match::Account(key.to_owned());
        assert_eq!(
            decide(&[Some(" ANNA "), Some("anna@example.com")], &accounts),
            account("k1")
        );
        assert_eq!(
            decide(&[Some("bob"), Some("bob@EXAMPLE.com")], &accounts),
            account("k3")
        );
        assert_eq!(
            decide(&[None, Some("anna@example.com")], &accounts),
            account("k2")
        );
        assert_eq!(decide(&[Some("x"), None], &accounts), Match::None);
    }

    #[test]
    fn accounts_when_two_fit_are_ambiguous() {
        let accounts = [
            (0, "anna", "k2"),
            (0, "ANNA", "k1"),
            (1, "a@example.com", "k3"),
        ];
        assert_eq!(
            decide(&[Some("anna"), Some("a@example.com")], &accounts),
            Match::Ambiguous(vec!["k1".to_owned(), "k2".to_owned()])
        );
        let same = [(0, "anna", "k1"), (0, "Anna", "k1")];
        assert_eq!(
            decide(&[Some("anna")], &same),
            Match::Account("k1".to_owned())
        );
    }

    #[test]
    fn names_when_folded_ignore_case_but_not_look_alikes() {
        assert_eq!(fold(" ÄÖÜ@Example.COM "), "äöü@example.com");
        assert_eq!(fold("ΟΔΟΣ"), fold("οδοσ"));
        assert_ne!(fold("anna"), fold("\u{430}nn\u{430}"), "Cyrillic a");
        assert_ne!(fold("straße"), fold("strasse"));
        assert_ne!(fold("i"), fold("\u{131}"), "dotless i");
    }

    #[test]
    fn values_when_looked_up_are_one_text() {
        let value = |raw: &str| {
            let mut column = Column::default();
            json::push_value(raw, &mut column);
            wanted_value(column.cell(0)).map_err(|problem| problem.code)
        };
        assert_eq!(value("\" Anna \""), Ok(Some("anna".to_owned())));
        assert_eq!(value("[\"Anna\"]"), Ok(Some("anna".to_owned())));
        assert_eq!(value("17"), Ok(Some("17".to_owned())));
        assert_eq!(value("\"  \""), Ok(None));
        assert_eq!(value("[]"), Ok(None));
        assert_eq!(value("null"), Ok(None));
        assert_eq!(value("[\"a\",\"b\"]"), Err("many-values".to_owned()));
        assert_eq!(value("\"\\ud800\""), Err("bad-value".to_owned()));
        assert_eq!(wanted_value(Cell::ABSENT), Ok(None));
    }

    #[test]
    fn accounts_when_two_people_claim_them_are_contested_once() {
        let claims = [
            ("a", "p"),
            ("b", "p"),
            ("b", "q"),
            ("b", "r"),
            ("c", "s"),
            ("c", "s"),
        ];
        assert_eq!(contested(claims).collect::<Vec<_>>(), ["b"]);
        assert_eq!(contested([]).count(), 0);
    }
}
