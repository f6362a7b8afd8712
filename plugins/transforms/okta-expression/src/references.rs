//! What a reference means: a selector of the person, or a sentence why there is none.

use attune_functions::expression::suggest;

use crate::Mapping;

/// Roots that mean the person of the row.
pub(crate) static PERSON: &[&str] = &["user", "appuser", "source", "idpuser"];

/// Roots that are not part of a person.
pub(crate) static LEFT_OUT: &[(&str, &str)] = &[
    (
        "app",
        "an app's own attributes are the same for everybody: write the text itself",
    ),
    (
        "org",
        "the organisation's attributes are the same for everybody: write the text itself",
    ),
    (
        "session",
        "a profile is synchronised outside of any session",
    ),
    ("access", "a profile is synchronised outside of any sign-in"),
    (
        "accessRequest",
        "a profile is synchronised outside of any access request",
    ),
    ("login", "a profile is synchronised outside of any sign-in"),
    ("device", "devices are no part of a person"),
    ("security", "risk and behaviour are no part of a person"),
];

/// Calls that give another person, or an attribute by its name.
pub(crate) static CALLS: &[&str] = &[
    "user.getInternalProperty",
    "user.getLinkedObject",
    "getManagerUser",
    "getManagerAppUser",
];

/// Members of an Okta user beside its profile.
const BESIDE_PROFILE: [&str; 8] = [
    "id",
    "status",
    "created",
    "activated",
    "statusChanged",
    "lastUpdated",
    "passwordChanged",
    "lastLogin",
];

/// The selector of `names`, of which the first is the root.
pub(crate) fn selector(
    names: &[&str],
    mapping: Mapping,
    apps: &[String],
) -> Result<String, String> {
    let Some((root, path)) = names.split_first() else {
        return Err("a reference is expected".to_owned());
    };
    let is_person = PERSON.contains(root) || apps.iter().any(|app| app == root);
    if !is_person {
        return Err(unknown_root(root, apps));
    }
    if path.is_empty() {
        return Err(format!(
            "`{root}` is a person: name an attribute, such as `{root}.email`"
        ));
    }
    Ok(of_person(path, mapping))
}

/// The selector of an attribute of a person.
pub(crate) fn of_person(path: &[&str], mapping: Mapping) -> String {
    let (is_profile, rest) = match path.split_first() {
        Some((&"profile", rest)) if !rest.is_empty() => (true, rest),
        _ => (false, path),
    };
    let is_beside = !is_profile && matches!(rest, [one] if BESIDE_PROFILE.contains(one));
    let path = rest.join(".");
    if mapping == Mapping::Okta && !is_beside {
        format!("profile.{path}")
    } else {
        path
    }
}

fn unknown_root(root: &str, apps: &[String]) -> String {
    if let Some((_, why)) = LEFT_OUT.iter().find(|(known, _)| known == &root) {
        return format!("`{root}` is not supported: {why}");
    }
    let known = PERSON
        .iter()
        .copied()
        .chain(apps.iter().map(String::as_str));
    format!(
        "`{root}` is no reference{}: user, appuser, source and idpuser are the person; an app instance that is the person's source is named in the option `apps`; text stands in quotes",
        suggest(root, known)
    )
}
