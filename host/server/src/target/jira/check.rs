//! Signing in, and what `attune check` looks at.
//!
//! REST is signed with every request; "signing in" asks once who we are and what we may do, and
//! opens the administration pages where they are needed, so that a run ends with one clear sentence
//! instead of one failure for each person.

use serde_json::Value as Json;

use super::super::answer::{Said, no_route, unexpected};
use super::super::check::{line, way};
use super::{Error, Finding, Jira};

pub(super) async fn sign_in(jira: &Jira) -> Result<(), Error> {
    let name = who_am_i(jira).await?;
    may_administer(jira).await?;
    match &jira.pages {
        Some(pages) => pages.open(&name).await,
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
    let name = who.as_ref().ok().cloned();
    let who = who.map(|name| format!("signed in as {name}"));
    findings.push(line("sign-in", who));
    let Some(name) = name else {
        return findings;
    };
    let may = may_administer(jira).await;
    let may = may.map(|()| "the account is a Jira administrator".to_owned());
    findings.push(line("permission", may));
    findings.push(line("users", users(jira).await));
    if let Some(pages) = &jira.pages {
        let opened = pages.open(&name).await;
        let opened = opened.map(|()| "the page of User Properties opens".to_owned());
        findings.push(line("administration pages", opened));
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

async fn who_am_i(jira: &Jira) -> Result<String, Error> {
    let myself = get(jira, "/myself").await?;
    let name = myself.get("name").and_then(Json::as_str);
    let name = name.ok_or_else(|| unexpected("the page about our own account"))?;
    Ok(name.to_owned())
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
