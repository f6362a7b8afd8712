//! Where attributes of an application's accounts go: SCIM's names as fields of ours.

/// Where a value goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// A field as reports name it.
    Field(String),
    /// Nowhere: why, and what to do.
    Nowhere(String, &'static str),
}

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:user:";

/// SCIM's attribute, without its filter's quotes and in small letters, and our field.
const FIELDS: [(&str, &str); 16] = [
    ("displayname", "account.full-name"),
    ("name.formatted", "account.full-name"),
    ("emails[type eq work].value", "account.email"),
    ("emails", "account.email"),
    ("mail", "account.email"),
    ("email", "account.email"),
    ("title", "Title"),
    ("jobtitle", "Title"),
    ("phonenumbers[type eq work].value", "Phone"),
    ("phonenumbers[type eq mobile].value", "Mobile"),
    ("addresses[type eq work].locality", "City"),
    ("addresses[type eq work].country", "Country"),
    ("addresses[type eq work].formatted", "Location"),
    ("preferredlanguage", "Preferred Language"),
    ("department", "Department"),
    ("manager", "Manager"),
];

/// Where the attribute of an account goes.
pub(super) fn place(attribute: &str) -> Place {
    let nowhere = |why: &str, advice| Place::Nowhere(why.to_owned(), advice);
    let plain: String = attribute.trim().replace('"', "");
    let folded = plain.to_lowercase();
    match folded.as_str() {
        "" => return nowhere("it has no target", "nothing"),
        "active" | "accountenabled" | "issoftdeleted" => {
            let why = "accounts are never made, disabled or deleted here";
            return nowhere(why, "[scope] decides who takes part");
        }
        "username" => return nowhere("user names are never changed here", "nothing"),
        "id" | "externalid" | "objectid" => {
            return nowhere("keys of accounts are never changed here", "nothing");
        }
        "roles" | "entitlements" | "groups" | "members" => {
            return nowhere("roles and groups are never changed here", "nothing");
        }
        _ => {}
    }
    if let Some((_, field)) = FIELDS.iter().find(|(known, _)| *known == folded) {
        return Place::Field((*field).to_owned());
    }
    let name = match folded.strip_prefix(ENTERPRISE) {
        Some(_) => plain.get(ENTERPRISE.len()..).unwrap_or_default(),
        None => plain.rsplit(':').next().unwrap_or_default(),
    };
    if name.is_empty() || name.trim() != name || name.chars().any(char::is_control) {
        return nowhere("its name is none of a field", "write the row by hand");
    }
    let field = FIELDS
        .iter()
        .find(|(known, _)| *known == name.to_lowercase());
    Place::Field(match field {
        Some((_, field)) => (*field).to_owned(),
        None => words(name),
    })
}

/// `costCenter` is `Cost Center`; what is more than a name stays as it is.
fn words(name: &str) -> String {
    if !name.chars().all(|c| c.is_ascii_alphanumeric()) {
        return name.to_owned();
    }
    let mut words = String::new();
    let mut was_small = false;
    for c in name.chars() {
        if c.is_ascii_uppercase() && was_small {
            words.push(' ');
        }
        was_small = c.is_ascii_lowercase() || c.is_ascii_digit();
        words.push(if words.is_empty() {
            c.to_ascii_uppercase()
        } else {
            c
        });
    }
    words
}

#[cfg(test)]
mod tests {
    use super::{Place, place};

    #[test]
    fn attributes_of_accounts_have_their_fields() {
        let cases = [
            ("title", "Title"),
            ("emails[type eq \"work\"].value", "account.email"),
            (
                "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
                "Department",
            ),
            (
                "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:costCenter",
                "Cost Center",
            ),
            ("phoneNumbers[type eq \"mobile\"].value", "Mobile"),
            ("name.givenName", "name.givenName"),
            ("urn:contoso:2.0:User:badgeID", "Badge ID"),
        ];
        for (attribute, field) in cases {
            assert_eq!(
                place(attribute),
                Place::Field(field.to_owned()),
                "{attribute}"
            );
        }
        for attribute in ["active", "userName", "externalId", ""] {
            assert!(
                matches!(place(attribute), Place::Nowhere(..)),
                "{attribute}"
            );
        }
    }
}
