//! Regular expressions of User Sync, which are Java's, as ours.
//!
//! What means the same here becomes a step of `text`; the rest (look-around, back-references, patterns that
//! match nothing, as `.*` does a second time at the end) is left as it is, for the plugin that reads Java's:
//! a rule means the same alone and beside others. What differs and cannot be seen from an export (whether a
//! pattern has to cover the whole value) is told once.

use regex::Regex;
use serde_json::Value;

use super::super::draft::Step;
use super::super::object::{Parts, folded, text};
use super::super::toml;

/// What happens to a value in which no rule matches, as our option says it.
pub(super) fn no_match(word: &str) -> Result<&'static str, String> {
    match folded(word).as_str() {
        "keepinput" | "keep" | "input" | "useinput" | "keepvalue" | "original" | "passthrough" => {
            Ok("input")
        }
        "ignore" | "ignoreattribute" | "ignoremapping" | "skip" | "skipattribute" => Ok("keep"),
        "clear" | "clearvalue" | "empty" | "remove" | "setempty" => Ok("clear"),
        "dropuser" | "drop" | "ignoreuser" | "skipuser" | "excludeuser" => Ok("drop-person"),
        _ => Err(format!(
            "`{word}` says what happens when no rule matches, and is none of keepInput, ignore, \
             clear and dropUser"
        )),
    }
}

/// One rule: a pattern and what takes the place of a match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rule {
    find: String,
    /// As the export has it.
    with: String,
    /// As it is written here, where pattern and replacement mean the same.
    ours: Option<String>,
}

impl Rule {
    fn new(pattern: &str, with: &str, ignores_case: bool) -> Self {
        let find = if ignores_case {
            format!("(?i){pattern}")
        } else {
            pattern.to_owned()
        };
        let compiled = Regex::new(&find).ok();
        let compiled = compiled.filter(|compiled| !compiled.is_match(""));
        Self {
            ours: compiled.and_then(|compiled| replacement(with, &compiled)),
            with: with.to_owned(),
            find,
        }
    }
}

/// Reads one rule.
pub(super) fn rule(value: &Value) -> Option<Result<Rule, String>> {
    let map = value.as_object()?;
    let parts = Parts::new(map, "", &[]);
    let spellings = [
        "regex",
        "regexp",
        "pattern",
        "expression",
        "match",
        "search",
        "find",
        "from",
    ];
    let pattern = parts.text(&spellings)?;
    let spellings = [
        "replacement",
        "replaceWith",
        "replace",
        "with",
        "value",
        "result",
        "to",
    ];
    let with = parts.find(&spellings, |value| value.as_str().map(str::to_owned));
    let with = with.map(|(_, with)| with).unwrap_or_default();
    let ignores_case = parts.flag(&["ignoreCase", "caseInsensitive"]) == Some(true);
    let unread = parts.unread();
    if let Some((_, name, _)) = unread.first() {
        let message = format!("a rule has `{name}`, whose meaning is not known here");
        return Some(Err(message));
    }
    Some(Ok(Rule::new(&pattern, &with, ignores_case)))
}

/// A replacement of Java: `$1`, `${name}`, and `\` before what stands for itself. Nothing where it names
/// a group that is not there.
fn replacement(java: &str, pattern: &Regex) -> Option<String> {
    let groups = pattern.captures_len() - 1;
    let mut ours = String::new();
    let mut chars = java.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next()? {
                '$' => ours.push_str("$$"),
                other => ours.push(other),
            },
            '$' if chars.peek() == Some(&'{') => {
                chars.next();
                let name: String = chars.by_ref().take_while(|c| *c != '}').collect();
                let mut names = pattern.capture_names().flatten();
                names.find(|known| *known == name)?;
                ours.extend(["${", name.as_str(), "}"]);
            }
            '$' => {
                // As many digits as still name a group.
                let mut number = None;
                while let Some(digit) = chars.peek().and_then(|c| c.to_digit(10)) {
                    let longer = number.unwrap_or(0) * 10 + digit as usize;
                    if number.is_some() && longer > groups {
                        break;
                    }
                    number = Some(longer);
                    chars.next();
                }
                let number = number.filter(|number| *number <= groups)?;
                ours.extend(["${", &number.to_string(), "}"]);
            }
            other => ours.push(other),
        }
    }
    Some(ours)
}

/// The step of some rules.
pub(super) fn step(rules: &[Rule], no_match: Option<&'static str>) -> Step {
    let is_java = rules.iter().any(|rule| rule.ours.is_none());
    let pair = |rule: &Rule| {
        let ours = rule.ours.as_ref().filter(|_| !is_java);
        let with = ours.unwrap_or(&rule.with);
        [("find", toml::text(&rule.find)), ("with", toml::text(with))]
    };
    let mut options = match rules {
        [only] => pair(only).to_vec(),
        several => {
            let tables = several.iter().map(|rule| {
                let pair = pair(rule);
                toml::table(&pair.map(|(key, value)| (key.to_owned(), value)))
            });
            vec![("rules", toml::list(&tables.collect::<Vec<_>>()))]
        }
    };
    let no_match = no_match.filter(|word| *word != "input");
    options.extend(no_match.map(|word| ("no-match", toml::text(word))));
    if is_java {
        options.push(("syntax", toml::text("java")));
    }
    let name = match (rules.len(), is_java) {
        (1, false) => "text.regex-replace",
        (1, true) => "regex.replace",
        (_, false) => "text.regex-rules",
        (_, true) => "regex.rules",
    };
    Step { name, options }
}

/// The rules of a member: a list of them, or one.
pub(super) fn listed(value: &Value) -> Option<Vec<Result<Rule, String>>> {
    match value {
        Value::Array(list) => list.iter().map(rule).collect(),
        Value::Object(_) => Some(vec![rule(value)?]),
        _ => None,
    }
}

/// A pattern that stands alone beside its replacement.
pub(super) fn alone(parts: &Parts<'_>) -> Option<Rule> {
    let pattern = parts.find(&["regex", "regexp", "pattern"], text)?.1;
    let spellings = ["replacement", "replaceWith", "regexReplacement"];
    let with = parts.find(&spellings, |value| value.as_str().map(str::to_owned));
    let with = with.map(|(_, with)| with).unwrap_or_default();
    Some(Rule::new(&pattern, &with, false))
}

#[cfg(test)]
mod tests {
    use super::{Rule, step};

    #[test]
    fn replacements_of_java_become_ours_where_they_mean_the_same() {
        let cases = [
            ("^CC-(\\d+)$", "$1", Some("${1}")),
            ("^(a)(b)$", "$12", Some("${1}2")),
            ("(?<code>\\d+)", "no ${code}", Some("no ${code}")),
            ("a", "\\$5 \\\\", Some("$$5 \\")),
            ("a", "", Some("")),
            ("a", "$1", None),
            ("a", "${x}", None),
            ("a", "b\\", None),
            ("(?=x)a", "b", None),
            ("(a)\\1", "b", None),
            (".*", "b", None),
            ("^.+$", "b", Some("b")),
        ];
        for (pattern, with, expected) in cases {
            let rule = Rule::new(pattern, with, false);
            assert_eq!(rule.ours.as_deref(), expected, "{pattern} {with}");
            let name = step(&[rule], None).name;
            let ours = expected.map_or("regex.replace", |_| "text.regex-replace");
            assert_eq!(name, ours, "{pattern} {with}");
        }
        assert_eq!(Rule::new("a", "b", true).find, "(?i)a");
    }

    #[test]
    fn rules_of_which_one_is_javas_stay_all_as_they_are() {
        let rules = [
            Rule::new("^(a)", "$1", false),
            Rule::new("(?!b)c", "d", false),
        ];
        let step = step(&rules, Some("clear"));
        assert_eq!(step.name, "regex.rules");
        let options: Vec<String> = step
            .options
            .iter()
            .map(|(key, value)| format!("{key} = {value}"))
            .collect();
        assert_eq!(
            options,
            [
                "rules = [{ find = \"^(a)\", with = \"$1\" }, { find = \"(?!b)c\", with = \"d\" }]",
                "no-match = \"clear\"",
                "syntax = \"java\"",
            ]
        );
    }
}
