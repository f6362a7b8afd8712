//! Which fields profiles usually have, and what directories call what belongs there.

use attune_core::Selector;
use attune_core::selector::Pick;

/// One thing that profiles say of people.
pub(super) struct Usual {
    /// The usual name of Jira's User Property; empty where there is none.
    pub jira: &'static str,
    /// Confluence's field; empty where it has none.
    pub confluence: &'static str,
    /// What directories call it, best first, as [`key`] reads a selector.
    pub names: &'static [&'static str],
    /// The role of the person who is meant.
    pub role: Option<&'static str>,
}

const fn usual(
    jira: &'static str,
    confluence: &'static str,
    names: &'static [&'static str],
) -> Usual {
    Usual {
        jira,
        confluence,
        names,
        role: None,
    }
}

/// In the order in which they are proposed.
pub(super) const USUAL: [Usual; 15] = [
    usual(
        "Title",
        "position",
        &["jobtitle", "title", "position", "employeetitle"],
    ),
    usual(
        "Department",
        "department",
        &[
            "department",
            "departmentname",
            "orgunit",
            "departmentnumber",
        ],
    ),
    usual(
        "Phone",
        "phone",
        &[
            "businessphones",
            "phones/work",
            "phonenumbers/work",
            "primaryphone",
            "telephonenumber",
            "workphone",
            "phonenumber",
            "phone",
        ],
    ),
    usual(
        "Mobile",
        "",
        &[
            "mobilephone",
            "phones/mobile",
            "phonenumbers/mobile",
            "mobile",
        ],
    ),
    usual("", "im", &["imaddresses", "im", "ims", "ims/work"]),
    usual(
        "",
        "website",
        &[
            "website",
            "websites/work",
            "websites",
            "mysite",
            "wwwhomepage",
            "labeleduri",
            "profileurl",
        ],
    ),
    usual(
        "Location",
        "location",
        &[
            "officelocation",
            "physicaldeliveryofficename",
            "office",
            "location",
            "city",
            "locality",
            "l",
        ],
    ),
    usual("City", "", &["city", "locality", "l"]),
    usual("Country", "", &["country", "co", "countrycode", "c"]),
    usual(
        "Company",
        "",
        &["companyname", "organization", "company", "o"],
    ),
    usual("Division", "", &["division"]),
    usual("Cost Center", "", &["costcenter", "costcentre"]),
    usual("Employee ID", "", &["employeeid", "employeenumber"]),
    usual("Employee Type", "", &["employeetype"]),
    Usual {
        jira: "Manager",
        confluence: "",
        names: &[],
        role: Some("manager"),
    },
];

/// What the people of a provider can have in any installation, and what leads to the manager's name: for
/// whoever begins before the provider can be asked.
pub(super) const SOURCES: [(&str, &[&str], &str); 6] = [
    (
        "entra",
        &[
            "jobTitle",
            "department",
            "businessPhones[0]",
            "mobilePhone",
            "officeLocation",
            "city",
            "country",
            "companyName",
            "employeeId",
        ],
        "manager.displayName",
    ),
    (
        "okta",
        &[
            "profile.title",
            "profile.department",
            "profile.primaryPhone",
            "profile.mobilePhone",
            "profile.city",
            "profile.countryCode",
            "profile.organization",
            "profile.division",
            "profile.costCenter",
            "profile.employeeNumber",
        ],
        "",
    ),
    (
        "google",
        &[
            "organizations[0].title",
            "organizations[0].department",
            "phones[type=work].value",
            "phones[type=mobile].value",
            "organizations[0].costCenter",
        ],
        "manager.name.fullName",
    ),
    (
        "keycloak",
        &[
            "attributes.title[0]",
            "attributes.department[0]",
            "attributes.phone[0]",
            "attributes.city[0]",
        ],
        "",
    ),
    (
        "scim",
        &[
            "title",
            "\"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User\".department",
            "phoneNumbers[type=work].value",
            "phoneNumbers[type=mobile].value",
            "addresses[type=work].locality",
            "addresses[type=work].country",
            "\"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User\".costCenter",
            "\"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User\".employeeNumber",
        ],
        "manager.displayName",
    ),
    (
        "ldap",
        &[
            "title",
            "departmentNumber",
            "telephoneNumber",
            "mobile",
            "physicalDeliveryOfficeName",
            "l",
            "o",
            "employeeNumber",
        ],
        "manager.cn",
    ),
];

/// What a selector is about: its last name in small letters without `-` and `_`; of `value`, what it is
/// the value of (`phones[type=work].value` is `phones/work`).
pub(super) fn key(selector: &Selector) -> String {
    let Some((last, before)) = selector.steps().split_last() else {
        return String::new();
    };
    let of = match before.last() {
        Some(of) if last.name.eq_ignore_ascii_case("value") => of,
        _ => last,
    };
    // Entra calls an attribute of an application `extension_APPLICATION_NAME`.
    let extension = of.name.strip_prefix("extension_");
    let name = extension.and_then(|rest| rest.split_once('_'));
    let name = name.map_or(of.name.as_str(), |(_, name)| name);
    let folded = name.chars().filter(|c| !matches!(c, '-' | '_'));
    let mut key: String = folded.flat_map(char::to_lowercase).collect();
    let told = of.picks.iter().find_map(|pick| match pick {
        Pick::Member(_, value) if !std::ptr::eq(of, last) => Some(value.to_lowercase()),
        _ => None,
    });
    if let Some(told) = told {
        key.push('/');
        key.push_str(&told);
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_can_have_is_known_by_its_name() {
        for (provider, selectors, manager) in SOURCES {
            for selector in selectors {
                let key = key(&selector.parse().unwrap());
                let is_known = USUAL
                    .iter()
                    .any(|usual| usual.names.contains(&key.as_str()));
                assert!(is_known, "{provider}: {selector}");
            }
            assert!(manager.is_empty() || manager.parse::<Selector>().is_ok());
        }
    }

    #[test]
    fn selectors_are_known_by_what_they_are_about() {
        let cases = [
            ("department", "department"),
            ("businessPhones[0]", "businessphones"),
            ("phones[type=work].value", "phones/work"),
            ("emails[0].value", "emails"),
            ("organizations[type=work].department", "department"),
            (
                "\"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User\".costCenter",
                "costcenter",
            ),
            ("attributes.job-title[0]", "jobtitle"),
            ("extension_1f2e3d4c_costCentre", "costcentre"),
            ("profile.employeeNumber", "employeenumber"),
        ];
        for (selector, expected) in cases {
            assert_eq!(key(&selector.parse().unwrap()), expected, "{selector}");
        }
    }
}
