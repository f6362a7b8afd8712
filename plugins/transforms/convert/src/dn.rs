//! `convert.dn-part`: one part of a distinguished name.

use attune_functions::convert::{DcRule, Dn};
use attune_functions::list::{Base, at};
use attune_plugin::Problem;
use attune_plugin::transform::{Cell, Function, Open, OrFail, Outcome};
use serde::Deserialize;

use crate::problem;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Part {
    #[serde(default)]
    index: i64,
    #[serde(default)]
    attribute: Option<String>,
    #[serde(default)]
    skip_dc: bool,
    #[serde(default)]
    no_match: OrFail,
}

/// `convert.dn-part`
pub(crate) fn part() -> Function {
    Function {
        name: "dn-part",
        summary: "The value of one part of a distinguished name such as CN=Jane Doe,OU=Sales,DC=contoso,DC=example; missing where there is no such part",
        options: r#"{
            "type": "object",
            "properties": {
                "index": { "title": "Index", "type": "integer", "default": 0,
                    "description": "Which part: 0 is the first from the left, -1 the last; with an attribute, counted among its parts" },
                "attribute": { "title": "Attribute", "type": "string", "minLength": 1,
                    "description": "The name before the =, such as CN or OU; all parts count when left out" },
                "skip-dc": { "title": "Skip DC", "type": "boolean", "default": false,
                    "description": "Whether parts named DC are left out before counting, as with DC as the third argument of Entra Connect's DNComponentRev" },
                "no-match": { "title": "No match", "default": "fail",
                    "enum": ["fail", "input", "missing", "keep", "clear", "drop-person"],
                    "description": "What happens to a text that is no distinguished name" }
            },
            "additionalProperties": false
        }"#,
        examples: r#"[
            {"input": ["CN=Jane Doe,OU=Sales,DC=contoso,DC=example"], "output": "Jane Doe"},
            {"options": {"attribute": "ou"}, "input": ["CN=Doe\\, Jane,OU=EMEA,OU=Sales,DC=x"],
             "output": "EMEA"},
            {"options": {"index": -1, "skip-dc": true},
             "input": ["cn=Joe,ou=Atlanta,ou=GA,ou=US,dc=contoso,dc=com"], "output": "US"},
            {"options": {"index": 7}, "input": ["CN=Jane Doe"], "output": {"$":"absent"}},
            {"input": ["Jane Doe"], "output": {"$":"failed","code":"not-a-dn"}},
            {"input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[],
        open: Open::text_with(|options: Part| {
            if options.attribute.as_deref() == Some("") {
                return Err(Problem::option(
                    "attribute",
                    "the name of the attribute is empty",
                ));
            }
            Ok(move |text: &str, out: Cell<'_>| options.apply(text, out))
        }),
    }
}

impl Part {
    fn apply(&self, text: &str, out: Cell<'_>) -> Outcome {
        let dn = match Dn::parse(text) {
            Ok(dn) => dn,
            Err(error) => return self.no_match.outcome(text, &problem(&error), out),
        };
        match self.value(&dn) {
            Some(value) => out.text(value),
            None => out.missing(),
        }
    }

    fn value<'d>(&self, dn: &'d Dn) -> Option<&'d str> {
        if let Some(attribute) = &self.attribute {
            let values = dn.values(attribute);
            let at = at(values.len(), self.index, Base::FromEitherEnd)?;
            return values.get(at).copied();
        }
        let rule = if self.skip_dc {
            DcRule::Ignore
        } else {
            DcRule::Count
        };
        match self.index {
            ..0 => dn.component_rev(self.index.checked_neg()?, rule),
            0.. => dn.component_counted(self.index.checked_add(1)?, rule),
        }
    }
}
