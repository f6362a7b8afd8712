//! The option `query`: pairs `attribute:value`, as Keycloak's parameter `q` takes them.
//!
//! Keycloak passes over whatever is no such pair: a `q` without a colon lists everyone. So a text
//! that is not pairs throughout is refused here, before it can select more people than it seems to.

use attune_plugin::Problem;

/// Checks that a text is pairs, separated by blanks; names and values may be in quotes.
pub(crate) fn check(text: &str) -> Result<(), Problem> {
    let Some(pairs) = pairs(text) else {
        return Err(refused("a quote is not closed"));
    };
    for pair in pairs {
        let is_whole = colon(&pair).is_some_and(|at| {
            let (name, value) = pair.split_at(at);
            is_word(name) && is_word(value.trim_start_matches(':'))
        });
        if !is_whole {
            return Err(refused(&format!("`{pair}` is no such pair")));
        }
    }
    Ok(())
}

fn refused(why: &str) -> Problem {
    let message = format!(
        "`query` is made of pairs such as department:Sales or \"cost centre\":\"A 1\": {why}; \
         Keycloak would pass over it and list everyone"
    );
    Problem::option("query", message)
}

/// Whether something stands there besides quotes.
fn is_word(text: &str) -> bool {
    !text.trim_matches('"').is_empty()
}

/// The first colon outside of quotes.
fn colon(pair: &str) -> Option<usize> {
    let mut scan = Scan::default();
    pair.char_indices()
        .find(|(_, c)| scan.is_outside(*c) && *c == ':')
        .map(|(at, _)| at)
}

/// The parts between blanks outside of quotes; `None` where a quote stays open.
fn pairs(text: &str) -> Option<Vec<String>> {
    let mut scan = Scan::default();
    let mut pairs = vec![String::new()];
    for c in text.chars() {
        let is_outside = scan.is_outside(c);
        match pairs.last_mut() {
            Some(pair) if !(is_outside && c.is_whitespace()) => pair.push(c),
            _ => pairs.push(String::new()),
        }
    }
    pairs.retain(|pair| !pair.is_empty());
    (!scan.in_quotes).then_some(pairs)
}

/// Walks a text and knows where quotes are; `\"` inside of them is a letter.
#[derive(Default)]
struct Scan {
    in_quotes: bool,
    is_escaped: bool,
}

impl Scan {
    fn is_outside(&mut self, c: char) -> bool {
        let was_escaped = std::mem::take(&mut self.is_escaped);
        match c {
            '\\' if self.in_quotes && !was_escaped => self.is_escaped = true,
            '"' if !was_escaped => self.in_quotes = !self.in_quotes,
            _ => {}
        }
        !self.in_quotes
    }
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn pairs_are_taken() {
        for good in [
            "department:Sales",
            "a:b  c:d",
            r#""cost centre":"A 1""#,
            r#"team:"say \"hi\" now""#,
            "url:https://example.com",
        ] {
            assert!(check(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn what_keycloak_would_pass_over_is_refused() {
        for bad in [
            "Sales",
            "a:",
            ":b",
            "a:b Sales",
            r#"a:"b"#,
            "a : b",
            r#""a:b""#,
            "::",
        ] {
            let problem = check(bad).unwrap_err();
            assert_eq!(
                (problem.code.as_str(), problem.at.as_str()),
                ("options", "query"),
                "{bad}"
            );
        }
    }
}
