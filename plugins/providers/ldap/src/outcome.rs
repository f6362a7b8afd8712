//! What a result code means, and what to do about it.
//!
//! Codes are those of RFC 4511 appendix A. A list that ends with a code is not a list: a size limit
//! gives the first few hundred people and a 4, and those who come after it have not left.

use attune_plugin::Problem;
use attune_plugin::provider::LdapPage;

pub(crate) const NO_SUCH_OBJECT: u32 = 32;
const INVALID_DN_SYNTAX: u32 = 34;
const REFERRAL: u32 = 10;
/// Insufficient access rights.
pub(crate) const NO_PERMISSION: u32 = 50;

/// Checks the code of a page of a search below `base`.
pub(crate) fn check(page: &LdapPage, base: &str) -> Result<(), Problem> {
    if page.code == 0 {
        return Ok(());
    }
    let (code, meaning) = meaning(page);
    let diagnostic = match page.diagnostic.trim().trim_end_matches('\0') {
        "" => String::new(),
        words => format!(": {words}"),
    };
    let message = format!("result code {}{diagnostic}; {meaning}", page.code);
    let at = if code == "options" { "base" } else { base };
    Err(Problem::new(code, message.replace("{base}", base)).at(at))
}

/// Whether a search for one entry by its DN found that there is none here. A referral says that
/// the entry is on another server, which is not asked.
pub(crate) fn is_nobody(page: &LdapPage) -> bool {
    [NO_SUCH_OBJECT, INVALID_DN_SYNTAX, REFERRAL].contains(&page.code)
}

fn meaning(page: &LdapPage) -> (&'static str, &'static str) {
    match page.code {
        1 if page.diagnostic.to_ascii_lowercase().contains("bind") => {
            ("sign-in", "the server wants a bind first")
        }
        3 | 4 | 11 => (
            "bad-answer",
            "the server cut the list, so it cannot be used: raise the size and time limits of the \
             bind account (OpenLDAP: `limits` with `size.prtotal=unlimited`), or make `filter` \
             narrower",
        ),
        8 | 13 => ("sign-in", "the server wants an encrypted connection"),
        REFERRAL => (
            "options",
            "the base `{base}` lies on another server: use that one as endpoint `directory`",
        ),
        12 => (
            "unsupported",
            "the server does not page its results (control 1.2.840.113556.1.4.319)",
        ),
        18 | 21 | 87 => ("options", "the server does not take the option `filter`"),
        NO_SUCH_OBJECT => (
            "options",
            "the base `{base}` does not exist, or the bind account may not see it",
        ),
        INVALID_DN_SYNTAX => ("options", "the base `{base}` is no DN"),
        48 | 49 | 53 => (
            "sign-in",
            "the server does not accept the bind account: check DN and password, and whether the \
             account is locked",
        ),
        NO_PERMISSION => (
            "permission",
            "the bind account may not search below `{base}`",
        ),
        51 | 52 | 81 => ("unavailable", "the server is busy or shutting down"),
        _ => ("bad-answer", "the search below `{base}` failed"),
    }
}
