//! Which filters Graph calls advanced.
//!
//! `ne`, `not`, `endsWith` and the count of a collection are answered only with
//! `ConsistencyLevel: eventual` and `$count=true` (Microsoft Graph: "Advanced query capabilities
//! on directory objects"). The list grows on their side, so this is the first guess; a listing that
//! is refused as unsupported is tried once more the advanced way.

/// Whether a filter needs the advanced way for sure.
pub(crate) fn is_advanced(filter: &str) -> bool {
    let bare = without_literals(filter);
    bare.contains("/$count")
        || bare
            .split(|c: char| !c.is_ascii_alphanumeric())
            .any(|word| {
                ["ne", "not", "endswith"]
                    .iter()
                    .any(|advanced| word.eq_ignore_ascii_case(advanced))
            })
}

/// The filter without its quoted text; a doubled quote inside one is two literals in a row, which
/// comes to the same.
fn without_literals(filter: &str) -> String {
    filter.split('\'').step_by(2).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::is_advanced;

    #[test]
    fn advanced_operators_are_seen() {
        for filter in [
            "department ne 'Sales'",
            "not(userType eq 'Guest')",
            "NOT userType eq 'Guest'",
            "endsWith(mail,'@contoso.example')",
            "endswith(mail,'x') and accountEnabled eq true",
            "assignedLicenses/$count eq 0",
        ] {
            assert!(is_advanced(filter), "{filter}");
        }
    }

    #[test]
    fn plain_filters_stay_plain() {
        for filter in [
            "accountEnabled eq true",
            "startsWith(displayName,'not a ne endsWith')",
            "department eq 'O''Neil ne'",
            "notes eq 'x'",
        ] {
            assert!(!is_advanced(filter), "{filter}");
        }
    }
}
