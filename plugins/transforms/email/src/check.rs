//! `email.check`: whether a text has the form of an address.

use attune_functions::mail;
use attune_plugin::Problem;
use attune_plugin::transform::{Cell, Function, Open, OrFail, Outcome};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Check {
    #[serde(default)]
    no_match: OrFail,
    #[serde(default)]
    domains: Vec<String>,
}

/// `email.check`
pub(crate) fn check() -> Function {
    Function {
        name: "check",
        summary: "Lets a text pass that has the form of a mail address; whether anybody reads mail there is not asked",
        options: r#"{
            "type": "object",
            "properties": {
                "no-match": { "title": "No match", "default": "fail",
                    "enum": ["fail", "input", "missing", "keep", "clear", "drop-person"],
                    "description": "What happens to a text that is no address, or is one of another domain" },
                "domains": { "title": "Domains", "type": "array", "items": { "type": "string" }, "default": [],
                    "description": "The domains that an address may have, without subdomains; all when left out" }
            },
            "additionalProperties": false
        }"#,
        examples: r#"[
            {"input": ["jane.doe+jira@contoso.example"], "output": "jane.doe+jira@contoso.example"},
            {"input": ["jane.doe"], "output": {"$":"failed","code":"email-invalid"}},
            {"options": {"no-match": "clear"}, "input": ["n/a"], "output": {"$":"clear"}},
            {"options": {"domains": ["contoso.example"], "no-match": "missing"},
             "input": ["jane@fabrikam.example"], "output": {"$":"absent"}},
            {"options": {"domains": ["contoso.example"]}, "input": ["jane@Contoso.example"],
             "output": "jane@Contoso.example"},
            {"input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[],
        open: Open::text_with(|options: Check| {
            if let Some(wrong) = options.domains.iter().find(|it| it.contains('@')) {
                return Err(Problem::option(
                    "domains",
                    format!("`{wrong}` is no domain; leave out the @ and what stands before it"),
                ));
            }
            let domains = options.domains.iter().map(|it| it.to_lowercase());
            let domains: Vec<String> = domains.collect();
            Ok(move |text: &str, out: Cell<'_>| checked(&domains, options.no_match, text, out))
        }),
    }
}

fn checked(domains: &[String], no_match: OrFail, text: &str, out: Cell<'_>) -> Outcome {
    if !mail::is_address(text) {
        let message = "the value is no mail address; name another attribute, or say with \
            `no-match` what happens to such values";
        return no_match.outcome(text, &Problem::new("email-invalid", message), out);
    }
    let domain = mail::domain(text).unwrap_or_default().to_lowercase();
    if !domains.is_empty() && !domains.contains(&domain) {
        let message = format!("the domain `{domain}` is none of `domains`");
        return no_match.outcome(text, &Problem::new("email-invalid", message), out);
    }
    out.text(text)
}
