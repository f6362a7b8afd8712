//! Finding people at a source before anybody maps them: the first few, or those of one name.
//!
//! Nothing is kept and nothing written. Of each comes what they are called by and a word about them,
//! not their document. Deliberately not here: people who were read already (`view::people`).

use attune_core::evaluate::Shown;
use attune_core::project::{self, Projector};
use attune_core::selector::Wanted;
use attune_core::{Column, Selector};
use serde::Serialize;
use tokio::sync::mpsc;

use super::read::{parts, view};
use super::{Error, Host, ends};
use crate::connector::SourceFile;
use crate::source::{Ask, Goal, Page, Person, Presence};

/// Pages that may wait between the network and us.
const PAGES_WAITING: usize = 2;

/// Somebody at a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct FoundPerson {
    /// The source key.
    pub person: String,
    /// What people call them; may be empty.
    pub called: String,
    /// User names and addresses.
    pub names: Vec<String>,
    /// Their position or department; may be empty.
    pub about: String,
}

/// Who is looked for.
#[derive(Debug, Clone, Copy)]
pub enum Sought<'a> {
    /// The first so many.
    First(u32),
    /// Whoever has this source key, user name or e-mail.
    Called(&'a str),
}

/// What providers call a person's name (its parts side by side), and what somebody is.
const WORDS: [(&str, &[&str], &[&str]); 6] = [
    ("entra", &["displayName"], &["jobTitle", "department"]),
    (
        "okta",
        &["profile.firstName", "profile.lastName"],
        &["profile.title", "profile.department"],
    ),
    (
        "google",
        &["name.fullName"],
        &["organizations[0].title", "organizations[0].department"],
    ),
    ("keycloak", &["firstName", "lastName"], &[]),
    ("scim", &["displayName"], &["title"]),
    ("ldap", &["cn"], &["title", "departmentNumber"]),
];

/// Asks a source for people.
pub async fn find_people(
    host: &Host,
    file: &SourceFile,
    sought: Sought<'_>,
) -> Result<Vec<FoundPerson>, Error> {
    let (source, provider) = ends::source_file(host, file)?;
    let words = WORDS.iter().find(|(id, ..)| *id == provider);
    let (called, about) = words.map_or((&[][..], &[][..]), |(_, called, about)| (*called, *about));
    let selectors = |words: &[&str]| -> Vec<Selector> {
        let parsed = words.iter().map(|word| word.parse());
        parsed.filter_map(Result::ok).collect()
    };
    let (called, about) = (selectors(called), selectors(about));
    let wanted = Wanted::new(called.iter().chain(&about).cloned());
    let (goal, most) = match sought {
        Sought::First(most) => (Goal::Discover(most), most),
        Sought::Called(name) => (Goal::People(vec![name.to_owned()]), u32::MAX),
    };
    let is_sample = matches!(goal, Goal::Discover(_));
    let asked = wanted.selectors().iter().map(ToString::to_string);
    let ask = Ask {
        goal,
        wanted: if is_sample {
            Vec::new()
        } else {
            asked.collect()
        },
        groups: Vec::new(),
    };
    let (sender, mut pages) = mpsc::channel::<Page>(PAGES_WAITING);
    let mut projector = Projector::new(wanted, source.names());
    let look = async {
        let mut found: Vec<FoundPerson> = Vec::new();
        while let Some(page) = pages.recv().await {
            let people = page.people.iter();
            for person in people.filter(|one| one.presence != Presence::Gone) {
                if found.len() < most as usize {
                    // The same person again is the newer one.
                    found.retain(|known| known.person != person.key);
                    found.push(of(person, &mut projector, (&called, &about)));
                }
            }
        }
        found
    };
    let (completion, found) = tokio::join!(source.converse(ask, sender), look);
    completion.map_err(Error::Source)?;
    Ok(found)
}

fn of(
    person: &Person,
    projector: &mut Projector,
    (called, about): (&[Selector], &[Selector]),
) -> FoundPerson {
    let parts = parts(person);
    let source = project::Source {
        document: view(&person.document),
        parts: &parts,
    };
    let mut cells = Column::default();
    // Who cannot be read has names all the same.
    let is_read = crate::compute::here(|| projector.project(&source, &mut cells)).is_ok();
    let wanted = projector.wanted().selectors();
    let said = |selectors: &[Selector], gap: &str| {
        let texts = selectors.iter().filter_map(|selector| {
            let at = wanted.iter().position(|one| one == selector)?;
            let text = Shown::of(cells.cell(at)).text;
            (is_read && !text.is_empty()).then_some(text)
        });
        texts.collect::<Vec<_>>().join(gap)
    };
    FoundPerson {
        called: said(called, " "),
        about: said(about, ", "),
        names: person.names.clone(),
        person: person.key.clone(),
    }
}
