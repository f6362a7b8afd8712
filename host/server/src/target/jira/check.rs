//! Signing in, and what `attune check` looks at.
//!
//! REST is signed with every request; "signing in" asks once who we are and what we may do, and
//! opens the administration pages where they are needed, so that a run ends with one clear sentence
//! instead of one failure for each person.

use serde_json::Value as Json;

use super::super::answer::{Said, no_route, unexpected};
use super::super::check::{line, way};
use super::custom;
use super::{AccountRef, Error, Finding, Jira};

/// A property that nobody has: whether the endpoint answers at all is the question.
const PROBED: &str = "attune-check";

pub(super) async fn sign_in(jira: &Jira) -> Result<(), Error> {
    let us = who_am_i(jira).await?;
    may_administer(jira).await?;
    match &jira.pages {
        Some(pages) => pages.open(&us.username).await,
        None => Ok(()),
    }
}

pub(super) async fn check(jira: &Jira) -> Vec<Finding> {
    let mut findings = way(&jira.rest.slot, jira.ca_file.as_deref()).await;
    if findings.iter().any(|finding| !finding.ok) {
        return findings;
    }
    let version = version(jira).await;
    let is_reached = version.is_ok();
    findings.push(line("jira", version));
    if !is_reached {
        return findings;
    }
    let who = who_am_i(jira).await;
    let us = who.as_ref().ok().cloned();
    let who = who.map(|us| format!("signed in as {}", us.username));
    findings.push(line("sign-in", who));
    let Some(us) = us else {
        return findings;
    };
    let may = may_administer(jira).await;
    let may = may.map(|()| "the account is a Jira administrator".to_owned());
    findings.push(line("permission", may));
    findings.push(line("users", users(jira).await));
    if let Some(pages) = &jira.pages {
        let opened = pages.open(&us.username).await;
        let opened = opened.map(|()| "the page of User Properties opens".to_owned());
        findings.push(line("administration pages", opened));
    }
    if let Some(route) = &jira.custom {
        let read = custom::read(jira, route, &us, PROBED).await;
        let read = read.map(|_| "the endpoint of the route \"custom\" can be read".to_owned());
        findings.push(line("custom endpoint", read));
    }
    findings
}

async fn get(jira: &Jira, path: &str) -> Result<Json, Error> {
    match jira.read(path).await? {
        Said::Yes(json) => Ok(json),
        Said::Absent(_) | Said::NoRoute => Err(no_route(&format!("/rest/api/2{path}"))),
    }
}

async fn version(jira: &Jira) -> Result<String, Error> {
    let info = get(jira, "/serverInfo").await?;
    let version = info.get("version").and_then(Json::as_str);
    let version = version.ok_or_else(|| unexpected("the page about the server"))?;
    Ok(format!("Jira {version}"))
}

async fn who_am_i(jira: &Jira) -> Result<AccountRef, Error> {
    let myself = get(jira, "/myself").await?;
    let member = |name: &str| {
        let text = myself.get(name).and_then(Json::as_str);
        let text = text.ok_or_else(|| unexpected("the page about our own account"))?;
        Ok::<_, Error>(text.to_owned())
    };
    Ok(AccountRef {
        key: member("key")?,
        username: member("name")?,
    })
}

async fn may_administer(jira: &Jira) -> Result<(), Error> {
    let permissions = get(jira, "/mypermissions").await?;
    let may = permissions
        .pointer("/permissions/ADMINISTER/havePermission")
        .and_then(Json::as_bool);
    match may {
        Some(true) => Ok(()),
        Some(false) => Err(Error::target(
            "permission",
            format!(
                "{} is not a Jira administrator, and only those may change other users",
                jira.rest.us.who
            ),
        )),
        None => Err(unexpected("the page about permissions")),
    }
}

async fn users(jira: &Jira) -> Result<String, Error> {
    let found = get(jira, "/user/search?username=.&maxResults=1").await?;
    match found.as_array().map(Vec::len) {
        Some(1..) => Ok("users can be searched".to_owned()),
        Some(0) => Err(Error::target(
            "permission",
            "the search for users finds nobody: does the account have \"Browse Users\"?",
        )),
        None => Err(unexpected("the search for users")),
    }
}
