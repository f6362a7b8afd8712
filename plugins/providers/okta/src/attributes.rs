//! What an Okta user has: names, titles and kinds.
//!
//! Source: Okta's management API, schema `User` and the base profile (`UserProfile`). Custom
//! attributes stand beside the base ones below `profile`; the org's schema tells which there are.

/// Members beside `profile` that rows may mention: name, title, kind.
pub(crate) const BESIDE_PROFILE: [(&str, &str, &str); 12] = [
    ("id", "Okta id", "text"),
    ("status", "Status", "text"),
    ("created", "Created", "date"),
    ("activated", "Activated", "date"),
    ("statusChanged", "Status since", "date"),
    ("lastLogin", "Last sign-in", "date"),
    ("lastUpdated", "Last updated", "date"),
    ("passwordChanged", "Last password change", "date"),
    ("transitioningToStatus", "Status to come", "text"),
    ("realmId", "Realm", "text"),
    ("type", "User type", "object"),
    ("credentials", "Sign-in provider", "object"),
];

/// The base profile, for orgs whose schema may not be read: name and title.
pub(crate) const BASE_PROFILE: [(&str, &str); 31] = [
    ("login", "Username"),
    ("email", "Primary email"),
    ("secondEmail", "Secondary email"),
    ("firstName", "First name"),
    ("middleName", "Middle name"),
    ("lastName", "Last name"),
    ("honorificPrefix", "Honorific prefix"),
    ("honorificSuffix", "Honorific suffix"),
    ("displayName", "Display name"),
    ("nickName", "Nickname"),
    ("title", "Title"),
    ("profileUrl", "Profile URL"),
    ("mobilePhone", "Mobile phone"),
    ("primaryPhone", "Primary phone"),
    ("streetAddress", "Street address"),
    ("city", "City"),
    ("state", "State"),
    ("zipCode", "Zip code"),
    ("countryCode", "Country code"),
    ("postalAddress", "Postal address"),
    ("preferredLanguage", "Preferred language"),
    ("locale", "Locale"),
    ("timezone", "Time zone"),
    ("userType", "User type"),
    ("employeeNumber", "Employee number"),
    ("costCenter", "Cost center"),
    ("organization", "Organization"),
    ("division", "Division"),
    ("department", "Department"),
    ("managerId", "Manager's id"),
    ("manager", "Manager (text)"),
];
