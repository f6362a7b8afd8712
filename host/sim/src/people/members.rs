//! What each member of a person's document says, with the gaps and oddities of real directories.
//!
//! A member that a listing can deliver is null when it has no value; a directory extension
//! without a value is left out. Empty text and padded text occur, rarely, as they do in life.

use std::fmt::Write as _;

use super::person::{DOMAIN, Fact, Person};
use super::places::{Block, Place};
use super::text::{push_list, push_optional, push_text};

/// A directory extension that some people have; the others lack the member.
const EXTENSION: &str = "extension_0f4c5be2b9d84f0f8e1b8f6c0a1d2e3f_badgeColour";

/// Members that a listing delivers.
#[rustfmt::skip]
pub(super) const MEMBERS: &[&str] = &[
    "id", "accountEnabled", "businessPhones", "city", "companyName", "country", "createdDateTime",
    "department", "displayName", "employeeHireDate", "employeeId", "employeeOrgData",
    "employeeType", "faxNumber", "givenName", "identities", "imAddresses", "jobTitle", "mail", "mailNickname",
    "mobilePhone", "officeLocation", "onPremisesExtensionAttributes",
    "onPremisesSamAccountName", "onPremisesSyncEnabled", "otherMails", "postalCode",
    "preferredLanguage", "proxyAddresses", "state", "streetAddress", "surname", "usageLocation",
    "userPrincipalName", "userType", EXTENSION,
];

/// Members that exist and are null for everybody here.
#[rustfmt::skip]
const NULL_MEMBERS: &[&str] = &[
    "ageGroup", "consentProvidedForMinor", "creationType", "customSecurityAttributes",
    "deletedDateTime", "employeeLeaveDateTime", "externalUserState",
    "externalUserStateChangeDateTime", "isResourceAccount", "lastPasswordChangeDateTime",
    "legalAgeGroupClassification", "onPremisesDistinguishedName", "onPremisesDomainName",
    "onPremisesImmutableId", "onPremisesLastSyncDateTime", "onPremisesSecurityIdentifier",
    "onPremisesUserPrincipalName", "passwordPolicies", "passwordProfile",
    "preferredDataLocation", "securityIdentifier", "showInAddressList",
    "signInSessionsValidFromDateTime",
];

/// Members that exist and are an empty list for everybody here.
#[rustfmt::skip]
const EMPTY_LISTS: &[&str] = &[
    "assignedLicenses", "assignedPlans", "licenseAssignmentStates",
    "onPremisesProvisioningErrors", "provisionedPlans",
];

/// Members that Graph delivers for a single user only, never in a listing.
#[rustfmt::skip]
const SINGLE_ONLY: &[&str] = &[
    "aboutMe", "birthday", "hireDate", "interests", "mySite", "pastProjects", "preferredName",
    "responsibilities", "schools", "skills", "mailboxSettings",
];

/// Whether Graph knows such a member of a user; extensions count as known.
pub fn is_member(name: &str) -> bool {
    MEMBERS.contains(&name)
        || NULL_MEMBERS.contains(&name)
        || EMPTY_LISTS.contains(&name)
        || SINGLE_ONLY.contains(&name)
        || name == "signInActivity"
        || name.starts_with("ext")
}

/// Whether Graph refuses the member in a listing.
pub fn is_single_only(name: &str) -> bool {
    SINGLE_ONLY.contains(&name)
}

/// Writes the value of a member; false where the person does not have it.
pub(super) fn write(person: &Person, seed: u64, member: &str, out: &mut String) -> bool {
    match member {
        "id" => push_text(&super::ids::id_of(seed, person.serial), out),
        "displayName" => push_text(&person.display(seed), out),
        "givenName" => push_text(person.given(), out),
        "surname" => push_text(&person.surname(), out),
        "userPrincipalName" => push_text(&person.user_principal_name(), out),
        "accountEnabled" => out.push_str(if person.is_enabled { "true" } else { "false" }),
        "identities" => write_identities(person, out),
        "userType" => push_text(if person.is_guest { "Guest" } else { "Member" }, out),
        "mail" | "otherMails" | "proxyAddresses" | "mailNickname" | "imAddresses" => {
            write_mail(person, seed, member, out);
        }
        "businessPhones" | "mobilePhone" | "faxNumber" => write_phone(person, seed, member, out),
        "officeLocation" | "streetAddress" | "city" | "state" | "postalCode" | "country"
        | "usageLocation" | "preferredLanguage" | "companyName" => {
            write_place(person, seed, member, out);
        }
        "onPremisesExtensionAttributes" => write_extensions(person, seed, out),
        EXTENSION if person.serial % 5 < 2 => {
            let colour = if person.serial.is_multiple_of(2) {
                "blue"
            } else {
                "green"
            };
            push_text(colour, out);
        }
        _ if EMPTY_LISTS.contains(&member) => out.push_str("[]"),
        _ if member.starts_with("ext") && !NULL_MEMBERS.contains(&member) => return false,
        _ => write_work(person, seed, member, out),
    }
    true
}

fn write_work(person: &Person, seed: u64, member: &str, out: &mut String) {
    let mut dice = person.dice(seed, Fact::Work);
    let (gap, other) = (dice.below(1000), dice.below(1000));
    let department = person.department().map_or("", |department| department.name);
    match member {
        "department" if person.rank == 0 => push_text("Executive Board", out),
        "department" if person.rank == 1 => push_text(department, out),
        "department" if person.is_guest || gap < 15 => out.push_str("null"),
        "department" if gap < 18 => push_text("", out),
        "department" if gap < 23 => push_text(&format!("  {department} "), out),
        "department" => push_text(department, out),
        "jobTitle" if person.is_guest || other < 30 => out.push_str("null"),
        "jobTitle" => push_text(&person.job_title(seed), out),
        "employeeId" if person.is_guest || gap > 990 => out.push_str("null"),
        "employeeId" => push_text(&format!("{:06}", 100_000 + person.serial), out),
        "employeeType" if person.is_guest => push_text("External", out),
        "employeeType" if other < 40 => out.push_str("null"),
        "employeeType" if other < 120 => push_text("Contractor", out),
        "employeeType" if other < 150 => push_text("Werkstudent", out),
        "employeeType" => push_text("Employee", out),
        "employeeOrgData" if person.is_guest || gap < 300 => out.push_str("null"),
        "employeeOrgData" => {
            let centre = cost_centre(person);
            let _ = write!(out, "{{\"division\":\"EMEA\",\"costCenter\":\"{centre}\"}}");
        }
        "createdDateTime" | "employeeHireDate" | "signInActivity" => {
            write_date(person, seed, member, out);
        }
        "onPremisesSamAccountName" | "onPremisesSyncEnabled" => {
            write_synced(person, seed, member, out);
        }
        _ => out.push_str("null"),
    }
}

fn write_identities(person: &Person, out: &mut String) {
    let name = person.user_principal_name();
    let _ = write!(
        out,
        "[{{\"signInType\":\"userPrincipalName\",\"issuer\":\"{DOMAIN}\",\
         \"issuerAssignedId\":\"{name}\"}}]"
    );
}

fn write_date(person: &Person, seed: u64, member: &str, out: &mut String) {
    let mut dice = person.dice(seed, Fact::Dates);
    let (year, month, day) = (
        2009 + dice.below(16),
        1 + dice.below(12),
        1 + dice.below(28),
    );
    match member {
        "employeeHireDate" if dice.chance(200) => out.push_str("null"),
        "employeeHireDate" => {
            let _ = write!(out, "\"{year}-{month:02}-{day:02}T00:00:00Z\"");
        }
        "signInActivity" => {
            let _ = write!(
                out,
                "{{\"lastSignInDateTime\":\"2026-11-{day:02}T07:{month:02}:00Z\"}}"
            );
        }
        _ => {
            let _ = write!(out, "\"{year}-{month:02}-{day:02}T08:30:00Z\"");
        }
    }
}

fn write_synced(person: &Person, seed: u64, member: &str, out: &mut String) {
    let is_synced = !person.is_guest && !person.dice(seed, Fact::Synced).chance(150);
    match member {
        "onPremisesSyncEnabled" if is_synced => out.push_str("true"),
        "onPremisesSamAccountName" if is_synced => {
            let name = person.user_name();
            push_text(name.get(..20).unwrap_or(&name), out);
        }
        _ => out.push_str("null"),
    }
}

/// Some people write their address with capitals; the directory keeps what it was given.
fn mail_of(person: &Person, is_capitalised: bool) -> String {
    let local = person.user_name();
    let domain = if person.is_guest {
        person.partner()
    } else {
        DOMAIN
    };
    if !is_capitalised {
        return format!("{local}@{domain}");
    }
    let mut address = String::with_capacity(local.len() + domain.len() + 1);
    let mut is_start = true;
    for letter in local.chars() {
        let is_first = std::mem::replace(&mut is_start, matches!(letter, '.' | '-'));
        address.push(if is_first {
            letter.to_ascii_uppercase()
        } else {
            letter
        });
    }
    address.push('@');
    address.push_str(domain);
    address
}

fn write_mail(person: &Person, seed: u64, member: &str, out: &mut String) {
    let mut dice = person.dice(seed, Fact::Mail);
    let has_mail = person.rank == 0 || !dice.chance(20);
    let mail = mail_of(person, dice.chance(300));
    let has_other = dice.chance(200);
    match member {
        "mail" if has_mail => push_text(&mail, out),
        "mail" => out.push_str("null"),
        "mailNickname" => push_text(&person.user_name(), out),
        "otherMails" if has_other || !has_mail => {
            push_list(&[format!("{}@mail.example", person.user_name())], out);
        }
        "proxyAddresses" if has_mail => {
            let alias = format!("smtp:{}@old.contoso.example", person.user_name());
            push_list(&[format!("SMTP:{mail}"), alias], out);
        }
        "imAddresses" if !person.is_guest && has_mail => {
            push_list(&[mail.to_ascii_lowercase()], out);
        }
        _ => out.push_str("[]"),
    }
}

fn write_place(person: &Person, seed: u64, member: &str, out: &mut String) {
    let mut dice = person.dice(seed, Fact::Office);
    let gap = dice.below(1000);
    let Some(place) = person.place() else {
        out.push_str("null");
        return;
    };
    let text = match member {
        _ if person.is_guest && member != "companyName" => None,
        "companyName" if person.is_guest => person.partner().split('.').next(),
        "companyName" => (gap >= 20).then_some(place.company),
        "officeLocation" if (50..55).contains(&gap) => Some(""),
        "officeLocation" => (gap >= 50).then_some(place.office),
        "streetAddress" => (gap >= 100).then_some(place.street),
        "city" => (gap >= 10).then_some(place.city),
        "state" => place.state,
        "postalCode" => (gap >= 100).then_some(place.postal_code),
        "country" => (gap < 985).then_some(place.country),
        "usageLocation" => Some(place.country_code),
        _ => (gap.is_multiple_of(3)).then_some(place.language),
    };
    push_optional(text, out);
}

fn cost_centre(person: &Person) -> usize {
    let first = person
        .department()
        .map_or(9900, |department| department.cost_centre);
    first + person.serial as usize % 37
}

fn write_extensions(person: &Person, seed: u64, out: &mut String) {
    let mut dice = person.dice(seed, Fact::Extension);
    let gap = dice.below(1000);
    let centre = cost_centre(person);
    let first = match gap {
        _ if person.is_guest => None,
        0..60 => None,
        60..65 => Some(String::new()),
        65..70 => Some(format!("cc-{centre} ")),
        70..75 => Some(centre.to_string()),
        75..78 => Some("CC-".to_owned()),
        _ => Some(format!("CC-{centre}")),
    };
    let building = person
        .place()
        .filter(|_| !person.is_guest && !gap.is_multiple_of(4))
        .map(|place| format!("{}-{:02}", place.country_code, 1 + gap % 9));
    out.push_str("{\"extensionAttribute1\":");
    push_optional(first.as_deref(), out);
    out.push_str(",\"extensionAttribute2\":");
    push_optional(building.as_deref(), out);
    for number in 3..=15 {
        let _ = write!(out, ",\"extensionAttribute{number}\":null");
    }
    out.push('}');
}

fn write_phone(person: &Person, seed: u64, member: &str, out: &mut String) {
    let Some(place) = person.place().filter(|_| member != "faxNumber") else {
        out.push_str("null");
        return;
    };
    if member == "mobilePhone" {
        let mut dice = person.dice(seed, Fact::Mobile);
        let has_one = !person.is_guest && dice.chance(700);
        let number = has_one.then(|| spell(place, place.mobile, dice.next(), dice.below(1000)));
        push_optional(number.as_deref(), out);
        return;
    }
    let mut dice = person.dice(seed, Fact::Landline);
    let mut numbers = Vec::new();
    if !person.is_guest && !dice.chance(80) {
        numbers.push(spell(place, place.landline, dice.next(), dice.below(1000)));
        if dice.chance(60) {
            numbers.push(spell(place, place.landline, dice.next(), 0));
        }
    }
    push_list(&numbers, out);
}

/// A number of the block in one of the spellings that people use; a few are no numbers at all.
fn spell(place: &Place, block: Block, draw: u64, style: usize) -> String {
    let (code, trunk) = place.dial;
    let (area, begin) = (block.area, block.begin);
    let end = draw % 10_u64.pow(block.digits as u32);
    let end = format!("{end:0width$}", width = block.digits);
    match style {
        0..450 => format!("+{code} {area} {begin}{end}"),
        450..620 => format!("+{code} ({area}) {begin}-{end}"),
        620..700 => format!("+{code}{area}{begin}{end}"),
        700..780 if !trunk.is_empty() => format!("+{code} ({trunk}) {area} {begin} {end}"),
        700..880 => format!("{trunk}{area}/{begin}{end}"),
        880..940 => format!("00{code} {area} {begin} {end}"),
        940..970 => format!("{trunk}{area} {begin}-{end}"),
        970..980 => format!("ext. {end}"),
        980..990 => "n/a".to_owned(),
        990..995 => "12".to_owned(),
        _ => "siehe Handy".to_owned(),
    }
}
