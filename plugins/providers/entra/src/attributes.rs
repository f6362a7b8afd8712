//! What a Graph user has: names, titles, kinds, and what can be had from a listing.
//!
//! Sources: Microsoft Graph v1.0 reference, resource type `user`, and its `OpenAPI` description.
//! Names that stand in no table here (directory and schema extensions) are selected as they are.

/// Only read from a single user; `/users?$select=aboutMe` answers 501.
pub(crate) const SINGLE_ONLY: [&str; 11] = [
    "aboutMe",
    "birthday",
    "hireDate",
    "interests",
    "mailboxSettings",
    "mySite",
    "pastProjects",
    "preferredName",
    "responsibilities",
    "schools",
    "skills",
];

/// Relations: `$select` takes them and answers nothing, which would look like an absent value.
pub(crate) const RELATIONS: [&str; 16] = [
    "appRoleAssignments",
    "createdObjects",
    "directReports",
    "drive",
    "drives",
    "extensions",
    "licenseDetails",
    "memberOf",
    "oauth2PermissionGrants",
    "ownedDevices",
    "ownedObjects",
    "photo",
    "photos",
    "registeredDevices",
    "scopedRoleMemberOf",
    "transitiveMemberOf",
];

/// Names that provisioning or Active Directory has for attributes of Graph's, and Graph's own: they
/// come with expressions that were pasted. Case does not count there.
pub(crate) const OTHER_NAMES: [(&str, &str); 17] = [
    ("company", "companyName"),
    ("costCenter", "employeeOrgData.costCenter"),
    ("distinguishedName", "onPremisesDistinguishedName"),
    ("division", "employeeOrgData.division"),
    ("dn", "onPremisesDistinguishedName"),
    ("facsimileTelephoneNumber", "faxNumber"),
    ("l", "city"),
    ("mobile", "mobilePhone"),
    ("objectId", "id"),
    ("originalUserPrincipalName", "userPrincipalName"),
    ("otherMail", "otherMails[0]"),
    ("physicalDeliveryOfficeName", "officeLocation"),
    ("sAMAccountName", "onPremisesSamAccountName"),
    ("sn", "surname"),
    ("st", "state"),
    ("telephoneNumber", "businessPhones[0]"),
    ("title", "jobTitle"),
];

/// Attributes of which there are fifteen, and which Graph keeps in one object.
const NUMBERED: &str = "extensionAttribute";

/// The selector of an attribute that Graph calls otherwise; nothing for any other name.
pub(crate) fn graphs_name(name: &str) -> Option<String> {
    let mut known = OTHER_NAMES.iter();
    if let Some((_, ours)) = known.find(|(other, _)| other.eq_ignore_ascii_case(name)) {
        return Some((*ours).to_owned());
    }
    let (head, number) = name.split_at_checked(NUMBERED.len())?;
    let number: u8 = number.parse().ok()?;
    let is_one = head.eq_ignore_ascii_case(NUMBERED) && (1..=15).contains(&number);
    is_one.then(|| format!("onPremisesExtensionAttributes.{NUMBERED}{number}"))
}

/// Attributes that need more than `User.Read.All`, with the application permission.
pub(crate) const PERMISSIONS: [(&str, &str); 2] = [
    (
        "customSecurityAttributes",
        "CustomSecAttributeAssignment.Read.All",
    ),
    ("signInActivity", "AuditLog.Read.All"),
];

/// Selector, title and kind of what every tenant can list with `User.Read.All`.
pub(crate) const LISTED: [(&str, &str, &str); 70] = [
    ("id", "Object id", "text"),
    ("userPrincipalName", "User principal name", "text"),
    ("mail", "Mail address", "text"),
    ("displayName", "Display name", "text"),
    ("givenName", "Given name", "text"),
    ("surname", "Surname", "text"),
    ("jobTitle", "Job title", "text"),
    ("department", "Department", "text"),
    ("companyName", "Company", "text"),
    ("officeLocation", "Office", "text"),
    ("businessPhones", "Business phones", "list"),
    ("mobilePhone", "Mobile phone", "text"),
    ("faxNumber", "Fax number", "text"),
    ("streetAddress", "Street address", "text"),
    ("postalCode", "Postal code", "text"),
    ("city", "City", "text"),
    ("state", "State or province", "text"),
    ("country", "Country or region", "text"),
    ("usageLocation", "Usage location", "text"),
    ("preferredLanguage", "Preferred language", "text"),
    ("preferredDataLocation", "Preferred data location", "text"),
    ("employeeId", "Employee id", "text"),
    ("employeeType", "Employee type", "text"),
    ("employeeHireDate", "Hire date", "date"),
    ("employeeOrgData.division", "Division", "text"),
    ("employeeOrgData.costCenter", "Cost centre", "text"),
    ("manager.displayName", "Manager", "text"),
    ("accountEnabled", "Account enabled", "boolean"),
    ("userType", "Member or guest", "text"),
    ("creationType", "How the account was made", "text"),
    ("externalUserState", "Invitation state", "text"),
    (
        "externalUserStateChangeDateTime",
        "Invitation state since",
        "date",
    ),
    ("createdDateTime", "Created", "date"),
    ("otherMails", "Other mail addresses", "list"),
    ("proxyAddresses", "Proxy addresses", "list"),
    ("imAddresses", "Chat addresses", "list"),
    ("mailNickname", "Mail alias", "text"),
    ("identities", "Sign-in identities", "list"),
    ("ageGroup", "Age group", "text"),
    ("legalAgeGroupClassification", "Legal age group", "text"),
    ("consentProvidedForMinor", "Consent for minors", "text"),
    ("isResourceAccount", "Resource account", "boolean"),
    ("showInAddressList", "Shown in the address list", "boolean"),
    ("passwordPolicies", "Password policies", "text"),
    ("lastPasswordChangeDateTime", "Last password change", "date"),
    ("securityIdentifier", "Security identifier", "text"),
    ("onPremisesSyncEnabled", "Synchronised from AD", "boolean"),
    ("onPremisesLastSyncDateTime", "Last synchronised", "date"),
    (
        "onPremisesDistinguishedName",
        "Distinguished name in AD",
        "text",
    ),
    ("onPremisesDomainName", "Domain in AD", "text"),
    (
        "onPremisesSamAccountName",
        "Account name in AD (sAMAccountName)",
        "text",
    ),
    (
        "onPremisesUserPrincipalName",
        "User principal name in AD",
        "text",
    ),
    ("onPremisesImmutableId", "Immutable id", "text"),
    (
        "onPremisesSecurityIdentifier",
        "Security identifier in AD",
        "text",
    ),
    ("assignedLicenses", "Assigned licences", "list"),
    (
        "onPremisesExtensionAttributes.extensionAttribute1",
        "Extension attribute 1",
        "text",
    ),
    (
        "onPremisesExtensionAttributes.extensionAttribute2",
        "Extension attribute 2",
        "text",
    ),
    (
        "onPremisesExtensionAttributes.extensionAttribute3",
        "Extension attribute 3",
        "text",
    ),
    (
        "onPremisesExtensionAttributes.extensionAttribute4",
        "Extension attribute 4",
        "text",
    ),
    (
        "onPremisesExtensionAttributes.extensionAttribute5",
        "Extension attribute 5",
        "text",
    ),
    (
        "onPremisesExtensionAttributes.extensionAttribute6",
        "Extension attribute 6",
        "text",
    ),
    (
        "onPremisesExtensionAttributes.extensionAttribute7",
        "Extension attribute 7",
        "text",
    ),
    (
        "onPremisesExtensionAttributes.extensionAttribute8",
        "Extension attribute 8",
        "text",
    ),
    (
        "onPremisesExtensionAttributes.extensionAttribute9",
        "Extension attribute 9",
        "text",
    ),
    (
        "onPremisesExtensionAttributes.extensionAttribute10",
        "Extension attribute 10",
        "text",
    ),
    (
        "onPremisesExtensionAttributes.extensionAttribute11",
        "Extension attribute 11",
        "text",
    ),
    (
        "onPremisesExtensionAttributes.extensionAttribute12",
        "Extension attribute 12",
        "text",
    ),
    (
        "onPremisesExtensionAttributes.extensionAttribute13",
        "Extension attribute 13",
        "text",
    ),
    (
        "onPremisesExtensionAttributes.extensionAttribute14",
        "Extension attribute 14",
        "text",
    ),
    (
        "onPremisesExtensionAttributes.extensionAttribute15",
        "Extension attribute 15",
        "text",
    ),
];
