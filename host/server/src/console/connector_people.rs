//! A connector's tab of its people: who has which account, and how they stand.

use askama::Template;
use axum::extract::{Path, RawQuery};

use super::connector::{Head, frame};
use super::filters;
use super::form::{Fields, encoded};
use super::page::{Answer, Page, Visit};
use super::people::{Called, find, state};
use super::refused::Refused;
use super::shown::{Time, cut};
use crate::connector::Loaded;
use crate::store::standing::Standing;
use crate::view;
use crate::view::people::Person;

/// People of a page.
const ROWS: u32 = 50;

#[derive(Template)]
#[template(path = "connector_people.html")]
struct PeopleTab {
    page: Page,
    tab: &'static str,
    connector: Head,
    q: String,
    states: Vec<Choice>,
    is_filtered: bool,
    next: String,
    rows: Vec<Row>,
    has_pinned: bool,
}

struct Choice {
    name: &'static str,
    chosen: bool,
    count: u64,
}

struct Row {
    key: String,
    name: String,
    username: String,
    state: &'static str,
    accounts: Vec<Account>,
    fields: u64,
    changed: Time,
    has_changed: bool,
    is_pinned: bool,
}

struct Account {
    target: String,
    account: String,
}

/// `GET /connectors/{name}/people?q=&state=&after=`
pub(super) async fn show(
    visit: Visit,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
) -> Answer {
    let query = Fields::of(query.unwrap_or_default().as_bytes());
    let loaded = visit.service()?.found(&name)?;
    let store = visit.host()?.store;
    let (q, after) = (query.one("q").trim(), query.one("after"));
    let standing = STATES.iter().find(|(word, _)| *word == query.one("state"));
    let mut found = match standing {
        Some((_, standing)) if q.is_empty() || visit.may_see() => {
            view::people::standing(&store, &loaded, (*standing, q, after), ROWS + 1).await?
        }
        // Who sees no names asks for one person by the key.
        _ => find(&visit, &store, &loaded, (q, after, ROWS + 1)).await?,
    };
    let has_more = found.len() > ROWS as usize;
    found.truncate(ROWS as usize);
    let last = found.last().filter(|_| has_more);
    let word = standing.map_or("", |(word, _)| word);
    let next = last.map(|last| {
        let (q, after) = (encoded(q), encoded(&last.person));
        format!("?q={q}&state={word}&after={after}")
    });
    let counts = view::people::counts(&store, &loaded).await?;
    let choice = |(name, standing): &(&'static str, Standing)| Choice {
        name,
        chosen: *name == word,
        count: match standing {
            Standing::Held => counts.held,
            Standing::Unmatched => counts.unmatched,
            Standing::Ambiguous => counts.ambiguous,
            Standing::Outside => counts.outside,
        },
    };
    let (page, connector, _) = frame(&visit, &loaded).await?;
    let pinned = store.pinned(&loaded.connector.id).await?;
    // Those who are pinned stand first where nobody looks for anybody else.
    let is_first_page = q.is_empty() && after.is_empty() && standing.is_none();
    if is_first_page {
        for key in pinned.iter().rev() {
            let known = match found.iter().position(|one| one.person == *key) {
                Some(at) => Some(found.remove(at)),
                None => view::people::of_key(&store, &loaded, key).await?,
            };
            if let Some(known) = known {
                found.insert(0, known);
            }
        }
    }
    visit.show(&PeopleTab {
        page,
        tab: "people",
        connector,
        q: cut(q),
        states: STATES.iter().map(choice).collect(),
        is_filtered: !q.is_empty() || !word.is_empty(),
        next: next.unwrap_or_default(),
        has_pinned: !pinned.is_empty(),
        rows: rows(&visit, &loaded, (&found, &pinned)).await?,
    })
}

/// States that somebody may look for.
const STATES: [(&str, Standing); 4] = [
    ("held", Standing::Held),
    ("unmatched", Standing::Unmatched),
    ("ambiguous", Standing::Ambiguous),
    ("out-of-scope", Standing::Outside),
];

async fn rows(
    visit: &Visit,
    loaded: &Loaded,
    (found, pinned): (&[Person], &[String]),
) -> Result<Vec<Row>, Refused> {
    let store = visit.host()?.store;
    let changed = view::people::changed(&store, loaded, found).await?;
    let fields = view::people::owned(&store, loaded, found).await?;
    let row = |person: &Person| {
        let called = Called::of(visit, person);
        let at = changed.get(&person.person).copied();
        let accounts = person.accounts.iter().filter(|one| one.state == "matched");
        Row {
            key: person.person.clone(),
            name: called.name,
            username: called.username,
            state: state(person),
            accounts: accounts
                .map(|one| Account {
                    target: one.target.clone(),
                    account: if visit.may_see() {
                        cut(&one.username)
                    } else {
                        String::new()
                    },
                })
                .collect(),
            fields: fields.get(&person.person).copied().unwrap_or_default(),
            changed: Time(at.unwrap_or_default()),
            has_changed: at.is_some(),
            is_pinned: pinned.contains(&person.person),
        }
    };
    Ok(found.iter().map(row).collect())
}
