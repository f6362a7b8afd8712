//! `/people`: finding somebody; and who was changed last.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::RawQuery;

use super::changes::{name, names};
use super::filters;
use super::form::Fields;
use super::page::{Answer, Page, Visit};
use super::refused::Refused;
use super::runs::{Choice, connectors};
use super::shown::{Time, cut, initials};
use crate::connector::Loaded;
use crate::store::Store;
use crate::view;
use crate::view::people::Person;

/// People of an answer.
const ROWS: usize = 100;
/// People of the last changes.
const RECENT: usize = 12;

#[derive(Template)]
#[template(path = "people.html")]
struct People {
    page: Page,
    q: String,
    connectors: Vec<Choice>,
    searched: bool,
    too_many: bool,
    rows: Vec<Row>,
    next: String,
    recent: Vec<Recent>,
}

struct Row {
    connector: String,
    key: String,
    name: String,
    username: String,
    mail: String,
    state: &'static str,
    accounts: String,
    changed: Time,
    has_changed: bool,
}

struct Recent {
    connector: String,
    key: String,
    name: String,
    initials: String,
    text: String,
}

/// `GET /people?q=&connector=`
pub(super) async fn show(visit: Visit, RawQuery(query): RawQuery) -> Answer {
    let query = Fields::of(query.unwrap_or_default().as_bytes());
    let (q, connector) = (query.one("q").trim(), query.one("connector"));
    let searched = !q.is_empty();
    let mut found = Vec::new();
    if searched {
        let (host, state) = visit.service()?.pin();
        for loaded in state.connectors.values() {
            if connector.is_empty() || loaded.connector.name == connector {
                let limit = (ROWS + 1 - found.len()) as u32;
                found.extend(find(&visit, &host.store, loaded, (q, "", limit)).await?);
            }
            if found.len() > ROWS {
                break;
            }
        }
    }
    let too_many = found.len() > ROWS;
    found.truncate(ROWS);
    visit.show(&People {
        page: visit.page("people", visit.say("nav-people")).await?,
        connectors: connectors(&visit, connector)?,
        searched,
        too_many,
        rows: rows(&visit, &found).await?,
        next: String::new(),
        recent: if searched {
            Vec::new()
        } else {
            recent(&visit).await?
        },
        q: cut(q),
    })
}

/// People of a connector whom a text means: any part of a name for who may see names, else a whole key.
pub(super) async fn find(
    visit: &Visit,
    store: &Store,
    loaded: &Loaded,
    (text, after, limit): (&str, &str, u32),
) -> Result<Vec<Person>, Refused> {
    if text.is_empty() || visit.may_see() {
        return Ok(view::people::list(store, loaded, (text, after), limit).await?);
    }
    let found = view::people::of_key(store, loaded, text).await?;
    Ok(found.into_iter().collect())
}

async fn rows(visit: &Visit, found: &[Person]) -> Result<Vec<Row>, Refused> {
    let service = visit.service()?;
    let mut rows = Vec::with_capacity(found.len());
    for of_connector in found.chunk_by(|one, other| one.connector == other.connector) {
        let Some(first) = of_connector.first() else {
            continue;
        };
        let loaded = service.found(&first.connector)?;
        let store = visit.host()?.store;
        let changed = view::people::changed(&store, &loaded, of_connector).await?;
        rows.extend(of_connector.iter().map(|person| {
            let at = changed.get(&person.person).copied();
            Row::of(visit, person, at)
        }));
    }
    Ok(rows)
}

impl Row {
    fn of(visit: &Visit, person: &Person, changed: Option<i64>) -> Self {
        let called = Called::of(visit, person);
        let accounts = person.accounts.iter().filter(|one| one.state == "matched");
        let accounts: Vec<&str> = accounts.map(|one| one.target.as_str()).collect();
        Self {
            connector: person.connector.clone(),
            key: person.person.clone(),
            name: called.name,
            username: called.username,
            mail: called.mail,
            state: state(person),
            accounts: accounts.join(", "),
            changed: Time(changed.unwrap_or_default()),
            has_changed: changed.is_some(),
        }
    }
}

/// What a person is called, for eyes that may see it.
pub(super) struct Called {
    pub(super) name: String,
    pub(super) username: String,
    pub(super) mail: String,
    pub(super) initials: String,
}

impl Called {
    /// The name is the user name of an account, or the first of the person's names.
    pub(super) fn of(visit: &Visit, person: &Person) -> Self {
        let mut accounts = person.accounts.iter().map(|one| one.username.as_str());
        let account = accounts.find(|name| !name.is_empty());
        let mut names = person.names.iter().map(String::as_str);
        let first = names.find(|name| *name != person.person);
        let name = account.or(first).unwrap_or(&person.person);
        let mail = person.names.iter().find(|name| name.contains('@'));
        if !visit.may_see() {
            return Self {
                name: cut(&person.person),
                username: String::new(),
                mail: String::new(),
                initials: initials(&person.person),
            };
        }
        Self {
            name: cut(name),
            username: cut(first.unwrap_or(name)),
            mail: mail.map_or_else(String::new, |mail| cut(mail)),
            initials: initials(name),
        }
    }
}

/// How a person is, in the word of a chip.
pub(super) fn state(person: &Person) -> &'static str {
    let all = |is_so: fn(&view::people::Account) -> bool| {
        !person.accounts.is_empty() && person.accounts.iter().all(is_so)
    };
    if all(|one| one.is_outside) {
        "out-of-scope"
    } else if person.held > 0 {
        "held"
    } else if person.accounts.iter().any(|one| one.state == "ambiguous") {
        "ambiguous"
    } else if person.accounts.is_empty() || all(|one| one.state == "unmatched") {
        "unmatched"
    } else {
        "in-tune"
    }
}

async fn recent(visit: &Visit) -> Result<Vec<Recent>, Refused> {
    let (host, state) = visit.service()?.pin();
    let changes = view::people::recent(&host.store, RECENT).await?;
    let mut called = BTreeMap::new();
    for id in changes.iter().map(|change| change.connector.as_str()) {
        if !called.contains_key(id) {
            let of_connector = changes.iter().filter(|change| change.connector == id);
            let keys: Vec<&str> = of_connector.map(|change| change.person.as_str()).collect();
            let names = names(visit, id, keys.into_iter()).await?;
            called.insert(id.to_owned(), names);
        }
    }
    let mut recent = Vec::with_capacity(changes.len());
    for change in changes {
        let Some(loaded) = state.connectors.get(&change.connector) else {
            continue;
        };
        let Some(names) = called.get(&change.connector) else {
            continue;
        };
        let name = name(names, &change.person);
        let time = visit.reader.time(Time::of(&change.time).0)?;
        let fields = cut(&change.fields.join(", "));
        recent.push(Recent {
            connector: loaded.connector.name.clone(),
            initials: initials(&name),
            name,
            key: change.person,
            text: format!("{fields}, {time}"),
        });
    }
    Ok(recent)
}
