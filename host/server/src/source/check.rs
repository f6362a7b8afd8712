//! `attune check` for a source: facts about its addresses, then the adapter's own probe.

use tokio::sync::mpsc;

use super::adapter::{Found, Goal};
use super::conversation::Ask;
use super::error::Error;
use super::people::Page;
use super::spec::Source;
use crate::{fault, net};

/// One line of a check.
pub type Finding = Found;

/// Looks at every address, and where they all answer, lets the adapter try what it needs. `wanted`
/// are the selectors of rows and scope.
pub async fn check(source: &Source, wanted: Vec<String>, groups: Vec<String>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (slot, place) in &source.shared.places {
        let options = source.shared.outside.options();
        let facts = net::facts(place.base(), place.ca_file.as_deref(), options).await;
        findings.extend(facts.into_iter().map(|fact| Finding {
            name: format!("{slot}: {}", fact.name),
            ok: fact.is_ok,
            message: fact.message,
            fix: fact.fix,
        }));
    }
    if findings.iter().all(|finding| finding.ok) {
        findings.extend(probe(source, wanted, groups).await);
    }
    findings
}

async fn probe(source: &Source, wanted: Vec<String>, groups: Vec<String>) -> Vec<Finding> {
    let ask = Ask {
        goal: Goal::Probe,
        wanted,
        groups,
    };
    let (sender, mut pages) = mpsc::channel::<Page>(8);
    let collect = async {
        let mut findings = Vec::new();
        while let Some(page) = pages.recv().await {
            findings.extend(page.findings);
        }
        findings
    };
    let (completion, mut findings) = tokio::join!(source.converse(ask, sender), collect);
    if let Err(error) = completion {
        findings.push(failed(&error));
    }
    findings
}

fn failed(error: &Error) -> Finding {
    Finding {
        name: error.code().to_owned(),
        ok: false,
        message: fault::chain(error),
        fix: "correct what it names and check again".to_owned(),
    }
}
