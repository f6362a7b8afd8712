//! The query options of a request, as Graph reads them for users.
//!
//! What the original refuses is refused here with its words; what it knows and this stand-in
//! does not play (`$search`, `$orderby`) is an unknown route, so that a test notices.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use url::form_urlencoded;

use super::filter::{self, Filter};
use super::refusal::Refusal;
use crate::people;
use crate::wire::Received;

/// Members that come without `$select`.
#[rustfmt::skip]
pub(super) const DEFAULTS: &[&str] = &[
    "businessPhones", "displayName", "givenName", "jobTitle", "mail", "mobilePhone",
    "officeLocation", "preferredLanguage", "surname", "userPrincipalName", "id",
];

/// `$expand=manager($levels=...;$select=...)`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Expand {
    pub(super) select: Vec<String>,
    pub(super) levels: Option<usize>,
}

/// Where a next link goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) position: usize,
    /// Pages before this one.
    pub(super) pages: usize,
}

/// The options of one request.
#[derive(Debug, Default)]
pub(super) struct Query {
    pub(super) select: Option<Vec<String>>,
    pub(super) expand: Option<Expand>,
    pub(super) top: Option<usize>,
    pub(super) filter: Option<Filter>,
    pub(super) is_counted: bool,
    pub(super) mark: Mark,
}

impl Query {
    /// Reads the options; `None` where one is not played here.
    pub(super) fn read(received: &Received) -> Result<Option<Self>, Refusal> {
        let mut query = Self::default();
        for (name, value) in received.parameters() {
            match name.as_str() {
                "$select" => query.select = Some(members(&value)?),
                "$expand" => query.expand = Some(expand(&value)?),
                "$top" => query.top = Some(top(&value)?),
                "$filter" => query.filter = Some(filter::parse(&value)?),
                "$count" => query.is_counted = value.eq_ignore_ascii_case("true"),
                "$skiptoken" => query.mark = mark_of(&value)?,
                "$skip" => return Err(Refusal::bad_request("'$skip' is not supported.")),
                "$search" | "$orderby" | "$format" => return Ok(None),
                other if other.starts_with('$') => {
                    return Err(Refusal::bad_request(format!(
                        "The query parameter '{other}' is not supported."
                    )));
                }
                _ => {}
            }
        }
        query.check_advanced(received)?;
        Ok(Some(query))
    }

    /// Advanced filters want a header and `$count=true`, on every page again.
    fn check_advanced(&self, received: &Received) -> Result<(), Refusal> {
        let is_eventual = received
            .header("consistencylevel")
            .is_some_and(|level| level.eq_ignore_ascii_case("eventual"));
        let is_advanced = self.filter.as_ref().is_some_and(Filter::is_advanced);
        if is_advanced && !(is_eventual && self.is_counted) {
            return Err(Refusal::unsupported_query("Unsupported Query."));
        }
        if self.is_counted && !is_eventual {
            return Err(Refusal::bad_request("$count is not currently supported."));
        }
        Ok(())
    }

    pub(super) fn members(&self) -> Vec<&str> {
        match &self.select {
            Some(select) => select.iter().map(String::as_str).collect(),
            None => DEFAULTS.to_vec(),
        }
    }

    pub(super) fn selects(&self, member: &str) -> bool {
        let select = self.select.as_deref().unwrap_or_default();
        select.iter().any(|selected| selected == member)
    }
}

pub(super) fn members(value: &str) -> Result<Vec<String>, Refusal> {
    let mut members = Vec::new();
    for name in value.split(',').map(str::trim) {
        if name.is_empty() {
            return Err(Refusal::new(
                400,
                "BadRequest",
                "Parsing OData Select and Expand failed: Term '' is not valid.",
            ));
        }
        if !people::is_member(name) {
            return Err(Refusal::new(
                400,
                "BadRequest",
                format!(
                    "Parsing OData Select and Expand failed: Could not find a property named \
                     '{name}' on type 'microsoft.graph.user'."
                ),
            ));
        }
        if !members.iter().any(|member| member == name) {
            members.push(name.to_owned());
        }
    }
    Ok(members)
}

fn expand(value: &str) -> Result<Expand, Refusal> {
    let refused = || Refusal::bad_request(format!("Invalid $expand clause '{value}'."));
    let Some(rest) = value.trim().strip_prefix("manager") else {
        return Err(refused());
    };
    let mut expand = Expand::default();
    if rest.is_empty() {
        return Ok(expand);
    }
    let inner = rest
        .strip_prefix('(')
        .and_then(|rest| rest.strip_suffix(')'));
    for option in inner.ok_or_else(refused)?.split(';') {
        match option.trim().split_once('=') {
            Some(("$select", list)) => expand.select = members(list)?,
            Some(("$levels", "max")) => expand.levels = Some(1000),
            Some(("$levels", number)) => {
                let levels = number
                    .parse()
                    .ok()
                    .filter(|levels| (1..=1000).contains(levels));
                expand.levels = Some(levels.ok_or_else(refused)?);
            }
            _ => return Err(refused()),
        }
    }
    Ok(expand)
}

fn top(value: &str) -> Result<usize, Refusal> {
    let number = value.parse().ok().filter(|top| (1..=999).contains(top));
    number.ok_or_else(|| {
        Refusal::bad_request(format!(
            "Invalid page size specified: '{value}'. Must be between 1 and 999 inclusive."
        ))
    })
}

/// The opaque token of a next link.
pub(super) fn token_of(mark: Mark) -> String {
    URL_SAFE_NO_PAD.encode(format!("RFNwdAIAAQ:{:x}:{:x}", mark.position, mark.pages))
}

fn mark_of(token: &str) -> Result<Mark, Refusal> {
    read_mark(token).ok_or_else(|| {
        Refusal::new(
            400,
            "Directory_ExpiredPageToken",
            "The specified page token value has expired and can no longer be included in your \
             request.",
        )
    })
}

fn read_mark(token: &str) -> Option<Mark> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (position, pages) = text.strip_prefix("RFNwdAIAAQ:")?.split_once(':')?;
    Some(Mark {
        position: usize::from_str_radix(position, 16).ok()?,
        pages: usize::from_str_radix(pages, 16).ok()?,
    })
}

/// The next link: the request's own options, encoded, and the mark.
pub(super) fn next_link(origin: &str, received: &Received, mark: Mark) -> String {
    let mut link = format!("{origin}{}?", received.path);
    for (name, value) in received.parameters() {
        if name == "$skiptoken" {
            continue;
        }
        link.push_str(&name);
        link.push('=');
        link.extend(form_urlencoded::byte_serialize(value.as_bytes()));
        link.push('&');
    }
    link.push_str("$skiptoken=");
    link.push_str(&token_of(mark));
    link
}
