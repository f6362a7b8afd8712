//! The tables of both dialects, and what is said of names that are not in them.

mod binary;
mod date;
mod flow;
mod inspect;
mod list;
mod number;
mod random;
mod replace;
mod text;

use attune_functions::expression::{Definition, Dialect, Value, misnamed, suggest};

/// Functions that both dialects have and that mean the same in both.
static COMMON: &[&[Definition]] = &[
    binary::COMMON,
    date::COMMON,
    flow::COMMON,
    list::COMMON,
    number::COMMON,
    random::COMMON,
    inspect::COMMON,
    text::COMMON,
];

static PROVISIONING: &[&[Definition]] = &[
    date::PROVISIONING,
    flow::PROVISIONING,
    list::PROVISIONING,
    number::PROVISIONING,
    random::PROVISIONING,
    replace::PROVISIONING,
    text::PROVISIONING,
];

static CONNECT: &[&[Definition]] = &[
    binary::CONNECT,
    date::CONNECT,
    flow::CONNECT,
    list::CONNECT,
    number::CONNECT,
    random::CONNECT,
    replace::CONNECT,
    inspect::CONNECT,
    text::CONNECT,
];

/// What the vendor has and this has not, and why.
pub(crate) static LEFT_OUT: &[(&str, &str)] = &[
    ("AppRoleAssignmentsComplex", APP_ROLES),
    ("AssertiveAppRoleAssignmentsComplex", APP_ROLES),
    ("SingleAppRoleAssignment", APP_ROLES),
    (
        "SelectUniqueValue",
        "it asks the target whether a value is free, and an expression sees the person alone",
    ),
    (
        "ImportedValue",
        "it reads what the last export wrote; the ledger does that for every field",
    ),
    ("IsCert", CERTIFICATES),
    ("CertExtensionOids", CERTIFICATES),
    ("CertFormat", CERTIFICATES),
    ("CertFriendlyName", CERTIFICATES),
    ("CertHashString", CERTIFICATES),
    ("CertIssuer", CERTIFICATES),
    ("CertIssuerDN", CERTIFICATES),
    ("CertIssuerOid", CERTIFICATES),
    ("CertKeyAlgorithm", CERTIFICATES),
    ("CertKeyAlgorithmParams", CERTIFICATES),
    ("CertNameInfo", CERTIFICATES),
    ("CertNotAfter", CERTIFICATES),
    ("CertNotBefore", CERTIFICATES),
    ("CertPublicKeyOid", CERTIFICATES),
    ("CertPublicKeyParametersOid", CERTIFICATES),
    ("CertSerialNumber", CERTIFICATES),
    ("CertSignatureAlgorithmOid", CERTIFICATES),
    ("CertSubject", CERTIFICATES),
    ("CertSubjectNameDN", CERTIFICATES),
    ("CertSubjectNameOid", CERTIFICATES),
    ("CertThumbprint", CERTIFICATES),
    ("CertVersion", CERTIFICATES),
];

const APP_ROLES: &str = "profiles have no app roles";
const CERTIFICATES: &str = "profiles have no certificates";

/// All functions of a dialect.
pub(crate) fn all(dialect: Dialect) -> impl Iterator<Item = &'static Definition> {
    let own = if dialect == Dialect::ConnectSync {
        CONNECT
    } else {
        PROVISIONING
    };
    COMMON.iter().chain(own).flat_map(|table| table.iter())
}

/// The function called exactly so.
pub(crate) fn find(name: &str, dialect: Dialect) -> Option<&'static Definition> {
    all(dialect).find(|definition| definition.name == name)
}

/// What is said of a name that is in no table of the dialect.
pub(crate) fn unknown(name: &str, dialect: Dialect) -> String {
    let names = || all(dialect).map(|definition| definition.name);
    if let Some(why) = misnamed(name, LEFT_OUT, names()) {
        return why;
    }
    let (other, word) = match dialect {
        Dialect::ConnectSync => (Dialect::Provisioning, "provisioning"),
        _ => (Dialect::ConnectSync, "connect-sync"),
    };
    if find(name, other).is_some() {
        return format!("`{name}` belongs to the other dialect: set dialect = \"{word}\"");
    }
    format!("there is no function `{name}`{}", suggest(name, names()))
}

/// A word that stands for a value.
pub(crate) fn word(name: &str, dialect: Dialect) -> Option<Value<'static>> {
    let is_connect = dialect == Dialect::ConnectSync;
    Some(match name {
        "vbTextCompare" | "vbBinaryCompare" => Value::owned(name),
        "Unicode" | "ASCII" | "UTF8" | "CaseInsensitive" | "CaseSensitive" if is_connect => {
            Value::owned(name)
        }
        _ if !is_connect => return None,
        _ if name.eq_ignore_ascii_case("true") => Value::Boolean(true),
        _ if name.eq_ignore_ascii_case("false") => Value::Boolean(false),
        _ if name.eq_ignore_ascii_case("null") => Value::Null,
        _ => return None,
    })
}
