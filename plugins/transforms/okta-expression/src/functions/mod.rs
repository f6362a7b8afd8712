//! The tables: functions by their full name, methods by theirs with a dot before it.

mod country;
pub(crate) mod groups;
pub(crate) mod list;
mod number;
mod text;
mod time;

use attune_functions::expression::{Definition, misnamed, suggest};

static TABLES: &[&[Definition]] = &[
    country::TABLE,
    groups::TABLE,
    list::TABLE,
    number::TABLE,
    text::TABLE,
    time::TABLE,
];

/// What the vendor has and this has not, and why.
pub(crate) static LEFT_OUT: &[(&str, &str)] = &[
    (
        "getFilteredGroups",
        "it turns ids into names, which a person's own groups do not tell; `user.getGroups` with a name is answered",
    ),
    (
        "getAssistantUser",
        "an assistant is no relation that is read",
    ),
    (
        "getAssistantAppUser",
        "an assistant is no relation that is read",
    ),
    ("hasDirectoryUser", APPS),
    ("hasWorkdayUser", APPS),
    ("findDirectoryUser", APPS),
    ("findWorkdayUser", APPS),
];

const APPS: &str = "a person is read from one source, not from the apps beside it";

/// All functions and methods.
pub(crate) fn all() -> impl Iterator<Item = &'static Definition> {
    TABLES.iter().flat_map(|table| table.iter())
}

/// The function or method called exactly so.
pub(crate) fn find(name: &str) -> Option<&'static Definition> {
    all().find(|definition| definition.name == name)
}

/// What is said of a name that is in no table.
pub(crate) fn unknown(name: &str) -> String {
    let names = || {
        let calls = crate::references::CALLS.iter().copied();
        all().map(|definition| definition.name).chain(calls)
    };
    if let Some(why) = misnamed(name, LEFT_OUT, names()) {
        return why;
    }
    let what = if name.starts_with('.') {
        "method"
    } else {
        "function"
    };
    format!("there is no {what} `{name}`{}", suggest(name, names()))
}
