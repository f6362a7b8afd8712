//! What a user has by RFC 7643: names as the standard spells them, titles, kinds.
//!
//! Selectors may be in any case, and a service's `attributes` parameter should not mind; the
//! standard's own spelling is sent because some do. What stands in no table is sent as it is.

/// The schema of users; its attributes stand at the top of a document.
pub(crate) const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
/// The schema of people in companies; its attributes stand under its name.
pub(crate) const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// Members of a user, RFC 7643 sections 3.1 and 4.1.
const CORE_NAMES: [&str; 24] = [
    "id",
    "externalId",
    "meta",
    "schemas",
    "userName",
    "name",
    "displayName",
    "nickName",
    "profileUrl",
    "title",
    "userType",
    "preferredLanguage",
    "locale",
    "timezone",
    "active",
    "emails",
    "phoneNumbers",
    "ims",
    "photos",
    "addresses",
    "groups",
    "entitlements",
    "roles",
    "x509Certificates",
];

/// Members of the enterprise extension, RFC 7643 section 4.3.
const ENTERPRISE_NAMES: [&str; 6] = [
    "employeeNumber",
    "costCenter",
    "organization",
    "division",
    "department",
    "manager",
];

/// Selector, title and kind of what the standard lets a user have and profiles use.
pub(crate) const KNOWN: [(&str, &str, &str); 32] = [
    ("id", "Id", "text"),
    ("externalId", "Id at the client", "text"),
    ("userName", "User name", "text"),
    ("displayName", "Display name", "text"),
    ("name.formatted", "Full name", "text"),
    ("name.givenName", "Given name", "text"),
    ("name.familyName", "Family name", "text"),
    ("name.middleName", "Middle name", "text"),
    ("name.honorificPrefix", "Title before the name", "text"),
    ("name.honorificSuffix", "Title behind the name", "text"),
    ("nickName", "Nickname", "text"),
    ("title", "Job title", "text"),
    ("userType", "Kind of user", "text"),
    ("active", "Active", "boolean"),
    ("preferredLanguage", "Preferred language", "text"),
    ("locale", "Locale", "text"),
    ("timezone", "Time zone", "text"),
    ("profileUrl", "Profile", "text"),
    ("emails[type=work].value", "Mail address at work", "text"),
    ("emails[primary=true].value", "Primary mail address", "text"),
    ("phoneNumbers[type=work].value", "Phone at work", "text"),
    ("phoneNumbers[type=mobile].value", "Mobile phone", "text"),
    ("phoneNumbers[type=fax].value", "Fax", "text"),
    ("ims[0].value", "Chat address", "text"),
    ("addresses[type=work].streetAddress", "Street", "text"),
    ("addresses[type=work].locality", "City", "text"),
    ("addresses[type=work].region", "Region", "text"),
    ("addresses[type=work].postalCode", "Postal code", "text"),
    ("addresses[type=work].country", "Country", "text"),
    ("addresses[type=work].formatted", "Whole address", "text"),
    ("groups[*].display", "Groups", "list"),
    ("manager.displayName", "Manager", "text"),
];

/// Name, title and kind of the enterprise extension's attributes.
pub(crate) const KNOWN_ENTERPRISE: [(&str, &str, &str); 7] = [
    ("employeeNumber", "Employee number", "text"),
    ("costCenter", "Cost centre", "text"),
    ("organization", "Organisation", "text"),
    ("division", "Division", "text"),
    ("department", "Department", "text"),
    ("manager.value", "Id of the manager", "text"),
    (
        "manager.displayName",
        "Manager's name as the user holds it",
        "text",
    ),
];

/// A name of a user's member as the standard spells it.
pub(crate) fn core_name(name: &str) -> &str {
    standard(name, &CORE_NAMES)
}

/// A schema and one of its attributes as the standard spells them.
pub(crate) fn qualified(schema: &str, name: &str) -> String {
    if schema.eq_ignore_ascii_case(ENTERPRISE) {
        return format!("{ENTERPRISE}:{}", standard(name, &ENTERPRISE_NAMES));
    }
    format!("{schema}:{name}")
}

fn standard<'a>(name: &'a str, known: &[&'static str]) -> &'a str {
    let mut same = known
        .iter()
        .filter(|other| other.eq_ignore_ascii_case(name));
    same.next().copied().unwrap_or(name)
}

/// Whether a name is one that SCIM lets an attribute have; others would change the question.
pub(crate) fn is_name(name: &str) -> bool {
    let is_legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '$' | '-' | '_');
    !name.is_empty() && name.chars().all(is_legal)
}
