//! Users in pages and one at a time.

use super::pages::{self, Mark};
use super::person::{self, Custom};
use super::refusal::Refusal;
use super::search::{self, Clause};
use super::{Directory, check_parameters, fields};
use crate::people::{DOMAIN, People, Who};
use crate::wire::{Received, Reply};

const PAGE_MAX: usize = 500;

/// The members that the description's `User` has.
#[rustfmt::skip]
const MEMBERS: &[&str] = &[
    "addresses", "agreedToTerms", "aliases", "archivalTime", "archived",
    "changePasswordAtNextLogin", "creationTime", "customSchemas", "customerId", "deletionTime",
    "emails", "etag", "externalIds", "gender", "id", "ims", "includeInGlobalAddressList",
    "ipWhitelisted", "isAdmin", "isDelegatedAdmin", "isEnforcedIn2Sv", "isEnrolledIn2Sv",
    "isGuestUser", "isMailboxSetup", "keywords", "kind", "languages", "lastLoginTime", "locations",
    "name", "nonEditableAliases", "notes", "orgUnitPath", "organizations", "phones",
    "posixAccounts", "primaryEmail", "recoveryEmail", "recoveryPhone", "relations",
    "sshPublicKeys", "suspended", "suspensionReason", "suspensionTime", "thumbnailPhotoEtag",
    "thumbnailPhotoUrl", "websites",
];

impl Directory {
    pub(super) fn list_users(&self, received: &Received) -> Result<Reply, Refusal> {
        let known = [
            "customer",
            "domain",
            "maxResults",
            "pageToken",
            "query",
            "projection",
            "customFieldMask",
            "viewType",
            "orderBy",
            "sortOrder",
            "showDeleted",
        ];
        check_parameters(received, &known)?;
        check_view(received)?;
        let domain = Self::whose(received)?;
        let custom = Custom::read(received)?;
        let query = received.parameter("query").unwrap_or_default();
        let clauses = search::parse(&query)?;
        let mark = Mark::read(received)?;
        let (people, settings) = (self.people(), self.settings());
        let size = pages::size(received, 100, PAGE_MAX)?.min(settings.page_max);
        let number = mark.pages + 1;
        let traps = &settings.traps;
        let mut found = Vec::new();
        let mut next = None;
        if traps.empty_page == Some(number) {
            next = Some(mark.position);
        } else {
            for who in people
                .from(mark.position)
                .filter(|who| !people.is_guest(*who))
            {
                if !meets(&people, who, domain.as_deref(), &clauses)? {
                    continue;
                }
                if found.len() == size {
                    next = Some(who.position());
                    break;
                }
                found.push(person::document(&people, who, &settings, &custom));
            }
            if next.is_none() && traps.ends_with_empty_page && !found.is_empty() {
                next = Some(usize::MAX);
            }
        }
        let is_looping = traps.loops_at_page.is_some_and(|page| number >= page);
        let next = next.map(|position| Mark {
            position,
            pages: number,
        });
        let next = next.map(|next| if is_looping { mark } else { next });
        let answer = pages::answer("users", found, next.map(|next| next.token(received)));
        let top = ["kind", "etag", "nextPageToken", "users"];
        let answer = fields::cut(received, answer, &top, ("users", MEMBERS))?;
        Ok(Reply::json("users.list", 200, answer.to_string()))
    }

    pub(super) fn user(&self, received: &Received, key: &str) -> Result<Reply, Refusal> {
        check_parameters(received, &["projection", "customFieldMask", "viewType"])?;
        check_view(received)?;
        let custom = Custom::read(received)?;
        let (people, settings) = (self.people(), self.settings());
        let who = person::find(&people, key).ok_or_else(|| unknown(key))?;
        let user = person::document(&people, who, &settings, &custom);
        let user = fields::cut(received, user, MEMBERS, ("", &[]))?;
        Ok(Reply::json("users.get", 200, user.to_string()))
    }
}

/// Somebody of another customer is forbidden; a word without a domain is no key.
pub(super) fn unknown(key: &str) -> Refusal {
    match key.split_once('@') {
        Some((_, domain)) if domain.ends_with(DOMAIN) => Refusal::not_found("userKey"),
        Some(_) => Refusal::forbidden(),
        None if key.bytes().all(|b| b.is_ascii_digit()) => Refusal::not_found("userKey"),
        None => Refusal::new(400, "invalid", "Type not supported: userKey"),
    }
}

fn check_view(received: &Received) -> Result<(), Refusal> {
    match received.parameter("viewType").as_deref() {
        None | Some("admin_view") => Ok(()),
        _ => Err(Refusal::invalid("viewType")),
    }
}

fn meets(
    people: &People,
    who: Who,
    domain: Option<&str>,
    clauses: &[Clause],
) -> Result<bool, Refusal> {
    let address = people.user_principal_name(who);
    if domain.is_some_and(|domain| !address.ends_with(&format!("@{domain}"))) {
        return Ok(false);
    }
    for clause in clauses {
        let text = |member: &str| people.text(who, member).unwrap_or_default();
        let values = match clause.field.as_str() {
            "email" => vec![address.clone(), person::alias(&address)],
            "givenName" => vec![text("givenName")],
            "familyName" => vec![text("surname")],
            "name" => vec![text("displayName")],
            "orgDepartment" => vec![text("department")],
            "orgTitle" => vec![text("jobTitle")],
            "orgUnitPath" => vec![person::unit(people, who)],
            "isSuspended" => vec![person::is_suspended(people, who).to_string()],
            _ => return Err(search::unreadable()),
        };
        if !clause.holds(&values) {
            return Ok(false);
        }
    }
    Ok(true)
}
