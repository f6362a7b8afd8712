//! Discovering: what the people of a source really have, before anybody writes a row.
//!
//! One conversation for a sample of people with everything that the adapter can read. Nothing is
//! kept and nothing written; groups and scope do not limit who is looked at, because what there is
//! to be seen does not depend on who takes part.

use attune_core::discover::{Discovery, Survey};
use attune_core::project;
use serde::Serialize;
use tokio::sync::mpsc;

use super::read::{parts, view};
use super::{Error, Host, ends};
use crate::connector::SourceFile;
use crate::source::{Ask, Goal, Page, Person, Presence};

/// Pages that may wait between the network and the survey.
const PAGES_WAITING: usize = 2;

/// What `attune source discover` answers; the same members at all times.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Discovered {
    /// The connector file's name.
    pub connector: String,
    /// Its id.
    pub id: String,
    /// The provider plugin.
    pub provider: String,
    /// What its people have.
    #[serde(flatten)]
    pub found: Discovery,
}

/// Looks at the first so many people of a source.
pub async fn discover(
    host: &Host,
    file: &SourceFile,
    people: u32,
    keeps_samples: bool,
) -> Result<Discovered, Error> {
    let (source, provider) = ends::source_file(host, file)?;
    let ask = Ask {
        goal: Goal::Discover(people),
        wanted: Vec::new(),
        groups: Vec::new(),
    };
    let (sender, mut pages) = mpsc::channel::<Page>(PAGES_WAITING);
    let look = async {
        let mut survey = Survey::new(keeps_samples);
        while let Some(page) = pages.recv().await {
            crate::compute::here(|| add(&mut survey, &page, people));
        }
        survey
    };
    let (completion, survey) = tokio::join!(source.converse(ask, sender), look);
    completion.map_err(Error::Source)?;
    Ok(Discovered {
        connector: file.name.clone(),
        id: file.id.clone(),
        provider,
        found: survey.finish(),
    })
}

fn add(survey: &mut Survey, page: &Page, most: u32) {
    for attribute in &page.attributes {
        survey.known(&attribute.selector, &attribute.title, &attribute.kind);
    }
    let present = |person: &&Person| person.presence != Presence::Gone;
    for person in page.people.iter().filter(present) {
        if survey.people() >= most {
            return;
        }
        let parts = parts(person);
        let source = project::Source {
            document: view(&person.document),
            parts: &parts,
        };
        let roles = person.relations.iter().map(|link| link.role.as_str());
        survey.person(&source, roles);
    }
    for _ in &page.refused {
        if survey.people() < most {
            survey.unreadable();
        }
    }
}
