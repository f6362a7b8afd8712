//! Tables of cases: one line for a call, its input and what comes out, walked by one test.
//!
//! Outcomes are written as in the examples of a manifest, with short words for those that are not
//! values: `absent`, `keep`, `clear`, `drop-person`, and `!code` for a failure. Each helper gives
//! what is wrong as text, all of it at once; a test asserts that there is nothing.

use super::{no_context, run_in};
use crate::transform::{Context, Plugin};

/// Function, options, input columns, outcome.
pub type Case<'a> = (&'a str, &'a str, &'a str, &'a str);

/// Calls each and compares.
///
/// ```
/// # use attune_plugin::{NoOptions, testing, transform::{Cell, Function, Open, Outcome, Plugin}};
/// # fn same(text: &str, out: Cell<'_>) -> Outcome { out.text(text) }
/// # let plugin = Plugin { id: "p", version: "1", summary: "", functions: vec![Function {
/// #     name: "same", summary: "", options: NoOptions::SCHEMA, examples: "[]", uses: &[],
/// #     open: Open::text(same) }] };
/// let cases = [("same", "{}", r#"["a"]"#, r#""a""#), ("same", "{}", "[{}]", "!not-text")];
/// assert_eq!(testing::mismatches(&plugin, &cases), Vec::<String>::new());
/// ```
pub fn mismatches(plugin: &Plugin, cases: &[Case<'_>]) -> Vec<String> {
    let mut wrong = Vec::new();
    for (function, options, input, expect) in cases {
        let got = outcome(plugin, function, options, input);
        if got != *expect {
            let input = clipped(input);
            wrong.push(format!(
                "{function} {options} of {input} gives {}, not {}",
                clipped(&got),
                clipped(expect)
            ));
        }
    }
    wrong
}

/// Opens each with options that are to be refused, and says where that is not so: function,
/// options, the option that the problem names, a part of its message.
pub fn unrefused(plugin: &Plugin, cases: &[Case<'_>]) -> Vec<String> {
    let mut wrong = Vec::new();
    for (function, options, at, part) in cases {
        match plugin.open(function, options) {
            Ok(_) => wrong.push(format!("{function} takes {options}")),
            Err(problem) => {
                let is_same = problem.code == "options"
                    && problem.at == *at
                    && problem.message.contains(part);
                if !is_same {
                    wrong.push(format!("{function} {options}: {problem:?}"));
                }
            }
        }
    }
    wrong
}

/// What every text function has in common, for these functions with these options: missing values
/// pass, what is not one text fails, and no text is too strange: empty, 60 KiB, other scripts,
/// accents apart, control characters.
pub fn text_edges(plugin: &Plugin, functions: &[(&str, &str)]) -> Vec<String> {
    const KINDS: [(&str, &str); 8] = [
        (r#"[{"$":"absent"}]"#, "absent"),
        ("[null]", "null"),
        ("[[]]", "[]"),
        ("[[null]]", "null"),
        (r#"[["a","b"]]"#, "!many-values"),
        (r#"[{"a":1}]"#, "!not-text"),
        (r#"[[["a"]]]"#, "!not-text"),
        (r#"[{"$":"bytes","base64":"AP8="}]"#, "!not-text"),
    ];
    let mut wrong = Vec::new();
    for (function, options) in functions {
        let cases = KINDS.map(|(input, expect)| (*function, *options, input, expect));
        wrong.extend(mismatches(plugin, &cases));
        wrong.extend(faults(plugin, function, options));
    }
    let tested = |name: &str| functions.iter().any(|(function, _)| *function == name);
    wrong.extend(
        plugin
            .functions
            .iter()
            .filter(|function| !tested(function.name))
            .map(|function| format!("{} is not tested", function.name)),
    );
    wrong
}

/// Calls a function with strange texts; says where it answers with the plugin's own fault.
pub fn faults(plugin: &Plugin, function: &str, options: &str) -> Vec<String> {
    let long = "aé_@- 1".repeat(60 * 1024 / 8);
    let strange = [
        "",
        " ",
        "\0",
        "\u{202e}\u{feff}",
        "\u{301}",
        "𝒳\u{301}\u{301}e\u{308}",
        "Иванов Ελλάδα 山田太郎 محمد",
        "👩\u{200d}💻",
        &long,
    ];
    let mut wrong = Vec::new();
    for text in strange {
        let text = serde_json::Value::from(text).to_string();
        // As one text, and as a list of it.
        for input in [format!("[{text}]"), format!("[[{text}]]")] {
            let got = outcome(plugin, function, options, &input);
            if got.starts_with("!plugin-error") || got.starts_with("!bad-batch") {
                wrong.push(format!(
                    "{function} {options} of {}: {got}",
                    clipped(&input)
                ));
            }
        }
    }
    wrong
}

fn outcome(plugin: &Plugin, function: &str, options: &str, input: &str) -> String {
    outcome_in(plugin, function, options, input, &no_context())
}

/// The outcome in short form.
pub(super) fn outcome_in(
    plugin: &Plugin,
    function: &str,
    options: &str,
    input: &str,
    context: &Context,
) -> String {
    let shown = match run_in(plugin, function, options, input, context) {
        Ok(shown) => shown,
        Err(problem) => return format!("{}: {}", problem.code, problem.message),
    };
    if let Some(code) = super::example::failed_code(&shown) {
        return format!("!{code}");
    }
    match shown.as_str() {
        r#"{"$":"absent"}"# => "absent".to_owned(),
        r#"{"$":"keep"}"# => "keep".to_owned(),
        r#"{"$":"clear"}"# => "clear".to_owned(),
        r#"{"$":"drop-person"}"# => "drop-person".to_owned(),
        _ => shown,
    }
}

fn clipped(text: &str) -> String {
    let mut short: String = text.chars().take(200).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
