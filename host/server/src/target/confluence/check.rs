//! Signing in, and what `attune check` looks at.

use super::super::check::{line, way};
use super::users::{can_list, myself};
use super::{Confluence, Error, Finding};

pub(super) async fn sign_in(site: &Confluence) -> Result<(), Error> {
    let me = myself(site).await?;
    site.pages.open(&me.username).await
}

pub(super) async fn check(site: &Confluence) -> Vec<Finding> {
    let mut findings = way(&site.rest.slot, site.ca_file.as_deref()).await;
    if findings.iter().any(|finding| !finding.ok) {
        return findings;
    }
    let me = myself(site).await;
    let name = me.as_ref().ok().map(|me| me.username.clone());
    let signed_in = me.map(|me| format!("signed in as {}", me.username));
    findings.push(line("sign-in", signed_in));
    let Some(name) = name else {
        return findings;
    };
    let users = can_list(site).await.map(|can_list| {
        if can_list {
            "users can be listed".to_owned()
        } else {
            "users are looked up one by one (lists came with 8.4)".to_owned()
        }
    });
    findings.push(line("users", users));
    let opened = site.pages.open(&name).await;
    let opened = opened.map(|()| "the form of a user opens".to_owned());
    findings.push(line("administration pages", opened));
    findings
}
