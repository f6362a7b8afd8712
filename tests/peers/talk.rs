//! A conversation with a bundled provider behind the host's own source, whichever provider it is.

use std::collections::BTreeSet;

use attune_core::project::Projector;
use attune_core::selector::{Names, Wanted};
use attune_core::{Column, Kind};
use attune_server::source::{Ask, Completion, Document, Error, Goal, Page, Person, Source};
use attune_wasm::Plugin;
use attune_wasm::registry::Registry;
use tokio::sync::mpsc;

/// Everything that one conversation brought.
#[derive(Debug)]
pub(crate) struct Talk {
    /// How it ended.
    pub(crate) result: Result<Completion, Error>,
    /// All its pages as one.
    pub(crate) page: Page,
}

/// A bundled component.
pub(crate) fn bundled(id: &str) -> Plugin {
    let engine = attune_wasm::Engine::new(attune_wasm::Options::default()).expect("an engine");
    let bundled: Vec<(&str, &[u8])> = attune_bundled::PLUGINS
        .iter()
        .map(|plugin| (plugin.id, plugin.wasm))
        .collect();
    let registry = Registry::open(&engine, &bundled, None, &[]).expect("the bundled plugins");
    registry
        .snapshot()
        .plugin(id)
        .expect("the bundled provider")
}

/// Holds one conversation to its end.
pub(crate) async fn converse(
    source: &Source,
    goal: Goal,
    wanted: &[&str],
    groups: &[&str],
) -> Talk {
    let texts = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
    let ask = Ask {
        goal,
        wanted: texts(wanted),
        groups: texts(groups),
    };
    let (sender, mut pages) = mpsc::channel::<Page>(4);
    let keep = async {
        let mut all = Page::default();
        while let Some(page) = pages.recv().await {
            all.people.extend(page.people);
            all.absent.extend(page.absent);
            all.refused.extend(page.refused);
            all.pictures.extend(page.pictures);
            all.findings.extend(page.findings);
            all.attributes.extend(page.attributes);
        }
        all
    };
    let (result, page) = tokio::join!(source.converse(ask, sender), keep);
    Talk { result, page }
}

/// A goal of single people.
pub(crate) fn people(names: &[&str]) -> Goal {
    Goal::People(names.iter().map(|&name| name.to_owned()).collect())
}

impl Talk {
    /// How many people it completed with.
    pub(crate) fn count(&self) -> u64 {
        match &self.result {
            Ok(completion) => completion.count,
            Err(error) => panic!("it did not complete: {error:?}"),
        }
    }

    /// The code of the error with which it ended, and its words.
    pub(crate) fn refusal(&self) -> (String, String) {
        match &self.result {
            Ok(completion) => panic!("it completed: {completion:?} {:?}", self.page),
            Err(error) => (error.code().to_owned(), error.to_string()),
        }
    }

    /// The keys of everybody, sorted.
    pub(crate) fn keys(&self) -> BTreeSet<&str> {
        self.page
            .people
            .iter()
            .map(|person| person.key.as_str())
            .collect()
    }

    /// The person of that key.
    pub(crate) fn person(&self, key: &str) -> &Person {
        let mut found = self.page.people.iter().filter(|person| person.key == key);
        found
            .next()
            .unwrap_or_else(|| panic!("nobody is {key}: {:?}", self.page))
    }
}

/// What the host reads of a person's document: kind and text, selector by selector.
pub(crate) fn values(person: &Person, selectors: &[&str]) -> Vec<String> {
    let Document::Json(document) = &person.document else {
        panic!("no document: {person:?}");
    };
    let parsed: Vec<_> = selectors
        .iter()
        .map(|text| text.parse().expect(text))
        .collect();
    let wanted = Wanted::new(parsed.iter().cloned());
    let mut row = Column::default();
    let mut projector = Projector::new(wanted.clone(), Names::Exact);
    projector
        .project_json(document, &mut row)
        .expect("a document");
    parsed
        .iter()
        .map(|selector| {
            let cell = row.cell(wanted.position(selector).expect("wanted"));
            match cell.kind {
                Kind::Absent | Kind::Null => format!("{:?}", cell.kind),
                kind => format!("{kind:?} {}", String::from_utf8_lossy(cell.bytes)),
            }
        })
        .collect()
}
