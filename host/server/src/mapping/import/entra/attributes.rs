//! Attributes of Entra as provisioning names them, and as Microsoft Graph does.
//!
//! Provisioning keeps older names for some (`telephoneNumber`, `physicalDeliveryOfficeName`). Names that
//! are not in the table are the same in both.

use attune_core::Selector;

/// Provisioning's name and ours.
const NAMES: [(&str, &str); 11] = [
    ("objectid", "id"),
    ("dn", "onPremisesDistinguishedName"),
    ("telephonenumber", "businessPhones[0]"),
    ("mobile", "mobilePhone"),
    ("physicaldeliveryofficename", "officeLocation"),
    ("facsimiletelephonenumber", "faxNumber"),
    ("originaluserprincipalname", "userPrincipalName"),
    ("costcenter", "employeeOrgData.costCenter"),
    ("division", "employeeOrgData.division"),
    ("othermail", "otherMails[0]"),
    ("manager", "manager.displayName"),
];
/// What only provisioning knows.
const UNKNOWN: [&str; 3] = [
    "issoftdeleted",
    "approleassignments",
    "passwordprofile.password",
];

/// The selector of an attribute, or why there is none.
pub(super) fn selector(name: &str) -> Result<String, String> {
    let name = name.trim();
    let folded = name.to_lowercase();
    if UNKNOWN.contains(&folded.as_str()) {
        return Err(format!("`{name}` is known to provisioning only"));
    }
    let ours = NAMES.iter().find(|(known, _)| *known == folded);
    let number = folded.strip_prefix("extensionattribute");
    let number = number.and_then(|number| number.parse::<u8>().ok());
    let ours = match ours {
        Some((_, ours)) => (*ours).to_owned(),
        None => match number {
            Some(number @ 1..=15) => {
                format!("onPremisesExtensionAttributes.extensionAttribute{number}")
            }
            _ => name.to_owned(),
        },
    };
    Ok(match ours.parse::<Selector>() {
        Ok(selector) => selector.to_string(),
        Err(_) => Selector::member(ours).to_string(),
    })
}

/// An expression in which attributes have Graph's names, and which ones were renamed.
pub(super) fn renamed(expression: &str) -> Result<(String, Vec<(String, String)>), String> {
    let mut ours = String::with_capacity(expression.len());
    let mut renamed: Vec<(String, String)> = Vec::new();
    let mut rest = expression;
    while let Some(at) = rest.find(['"', '[']) {
        let (before, from) = rest.split_at(at);
        ours.push_str(before);
        if from.starts_with('"') {
            let end = text_end(from);
            let (text, after) = from.split_at(end);
            ours.push_str(text);
            rest = after;
            continue;
        }
        let Some(end) = from.find(']') else {
            return Err("a bracket is not closed".to_owned());
        };
        let (name, after) = from.split_at(end + 1);
        let name = name.trim_matches(['[', ']']);
        let selector = selector(name)?;
        ours.extend(["[", selector.as_str(), "]"]);
        let pair = (name.to_owned(), selector);
        if pair.0 != pair.1 && !renamed.contains(&pair) {
            renamed.push(pair);
        }
        rest = after;
    }
    ours.push_str(rest);
    Ok((ours, renamed))
}

/// Whether an expression asks for the time.
pub(super) fn calls_now(expression: &str) -> bool {
    let mut rest = expression;
    let mut last = ' ';
    while let Some(c) = rest.chars().next() {
        let end = if c == '"' {
            text_end(rest)
        } else {
            c.len_utf8()
        };
        if !last.is_ascii_alphanumeric() && rest.starts_with("Now(") {
            return true;
        }
        last = c;
        rest = rest.get(end..).unwrap_or_default();
    }
    false
}

/// Where a text in quotes ends; `\` stands before what is part of it.
fn text_end(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::{NAMES, calls_now, renamed, selector};

    #[test]
    fn names_are_those_of_the_table_that_admins_read() {
        let page = "../../plugins/transforms/entra-expression/README.md";
        let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(page);
        let page = std::fs::read_to_string(page).unwrap().to_lowercase();
        // A manager is somebody, and the table is of names.
        for (theirs, ours) in NAMES.iter().filter(|(theirs, _)| *theirs != "manager") {
            let row = format!("| `{theirs}` | `{}` |", ours.to_lowercase());
            assert!(page.contains(&row), "{row}");
        }
    }

    #[test]
    fn attributes_have_graphs_names() {
        let cases = [
            ("department", Ok("department")),
            ("mobile", Ok("mobilePhone")),
            ("telephoneNumber", Ok("businessPhones[0]")),
            ("dn", Ok("onPremisesDistinguishedName")),
            ("extensionAttribute16", Ok("extensionAttribute16")),
            (
                "extensionAttribute7",
                Ok("onPremisesExtensionAttributes.extensionAttribute7"),
            ),
            ("extension_1f2e_team", Ok("extension_1f2e_team")),
            (
                "IsSoftDeleted",
                Err("`IsSoftDeleted` is known to provisioning only"),
            ),
        ];
        for (name, expected) in cases {
            let found = selector(name);
            assert_eq!(found.as_deref().map_err(String::as_str), expected, "{name}");
        }
    }

    #[test]
    fn expressions_are_renamed_outside_of_their_texts() {
        let (ours, pairs) =
            renamed("Join(\" [mobile] \\\"\", [mobile], [city], [mobile])").unwrap();
        assert_eq!(
            ours,
            "Join(\" [mobile] \\\"\", [mobilePhone], [city], [mobilePhone])"
        );
        assert_eq!(pairs, [("mobile".to_owned(), "mobilePhone".to_owned())]);
        let (ours, _) = renamed("Count([telephoneNumber])").unwrap();
        assert_eq!(ours, "Count([businessPhones[0]])");
        assert!(renamed("Left([a, 3)").is_err());
        for (expression, expected) in [
            ("DateDiff(\"d\", Now(), [hired])", true),
            ("Append(\"Now()\", [a])", false),
            ("NotNow([a])", false),
            ("Now()", true),
            ("", false),
        ] {
            assert_eq!(calls_now(expression), expected, "{expression}");
        }
        assert!(renamed("Not([IsSoftDeleted])").is_err());
    }
}
