//! People: who is known of a connector, and what was last read of them.

use std::collections::{BTreeMap, BTreeSet};

use attune_core::evaluate::{NamedValue, Shown};
use attune_core::matching::fold;
use attune_core::selector::Wanted;
use attune_core::{Column, Selector};
use serde::Serialize;
use utoipa::ToSchema;

use super::{history, time};
use crate::connector::Loaded;
use crate::fault::Failure;
use crate::store::Store;
use crate::store::search::{AccountOf, Called};
use crate::store::standing::{Among, Counts, Standing};

/// People looked through at a time for a text among those who stand somehow.
const STANDING: u32 = 200;

/// A person of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Person {
    /// The connector file's name.
    pub connector: String,
    /// The source key.
    pub person: String,
    /// Everything they may be called by, in small letters.
    pub names: Vec<String>,
    /// When they were last read.
    pub read: String,
    /// Their accounts, by target.
    pub accounts: Vec<Account>,
    /// How many of their values are held.
    pub held: u64,
}

impl Person {
    /// Whether a folded text is in their key or one of their names.
    fn is_called(&self, text: &str) -> bool {
        let accounts = self.accounts.iter().map(|one| fold(&one.username));
        let mut names = accounts.chain([fold(&self.person)]);
        self.names.iter().any(|name| name.contains(text)) || names.any(|name| name.contains(text))
    }
}

/// A person's account in one target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Account {
    /// The target's name.
    pub target: String,
    /// `matched`, `unmatched` or `ambiguous`.
    pub state: String,
    /// The account's stable key; empty unless matched.
    pub account: String,
    /// Its user name.
    pub username: String,
    /// Whether the person is out of the connector's scope.
    pub is_outside: bool,
}

/// What was last read of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Document {
    /// Who.
    #[serde(flatten)]
    pub person: Person,
    /// Other people whom the source names, by role.
    pub relations: Vec<(String, String)>,
    /// Attribute by attribute; none where it is not known any more what was asked for.
    pub attributes: Vec<NamedValue>,
}

/// People of a connector with `text` in their key or one of their names, after a key.
pub async fn list(
    store: &Store,
    loaded: &Loaded,
    (text, after): (&str, &str),
    limit: u32,
) -> Result<Vec<Person>, Failure> {
    let id = &loaded.connector.id;
    let found = store.people_called((id, text), after, limit).await?;
    people(store, loaded, found).await
}

/// The person of this key, and nobody else: what readers may ask who see no names. How a list grows
/// and shrinks with the text would tell them a name, letter by letter.
pub async fn of_key(store: &Store, loaded: &Loaded, key: &str) -> Result<Option<Person>, Failure> {
    let found = store.person_called(&loaded.connector.id, key).await?;
    Ok(people(store, loaded, found.into_iter().collect())
        .await?
        .pop())
}

/// People of a connector who stand like this, with `text` in their key or one of their names, after a
/// key.
pub async fn standing(
    store: &Store,
    loaded: &Loaded,
    (standing, text, after): (Standing, &str, &str),
    limit: u32,
) -> Result<Vec<Person>, Failure> {
    let (text, mut after) = (fold(text), after.to_owned());
    let mut fitting = Vec::new();
    loop {
        let among = Among {
            connector: &loaded.connector.id,
            after: &after,
        };
        let found = store.people_standing(among, standing, STANDING).await?;
        let last = found.last().map(|last| last.key.clone());
        let is_end = found.len() < STANDING as usize;
        let found = people(store, loaded, found).await?;
        fitting.extend(found.into_iter().filter(|person| person.is_called(&text)));
        let is_full = fitting.len() >= limit as usize;
        match last {
            Some(last) if !is_end && !is_full => after = last,
            _ => break,
        }
    }
    fitting.truncate(limit as usize);
    Ok(fitting)
}

/// The newest change of somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Recent {
    /// The connector's id.
    pub connector: String,
    /// The source key.
    pub person: String,
    /// When it was about to be sent.
    pub time: String,
    /// The fields.
    pub fields: Vec<String>,
}

/// Who was changed last, the latest first.
pub async fn recent(store: &Store, people: usize) -> Result<Vec<Recent>, Failure> {
    let newest = store.newest_changes(people).await?;
    let recent = newest.into_iter().map(|change| Recent {
        connector: change.connector,
        person: change.person,
        time: time(change.at_ms),
        fields: change.fields,
    });
    Ok(recent.collect())
}

/// When each of these people was last changed, in ms.
pub async fn changed(
    store: &Store,
    loaded: &Loaded,
    people: &[Person],
) -> Result<BTreeMap<String, i64>, Failure> {
    let keys: Vec<String> = people.iter().map(|one| one.person.clone()).collect();
    Ok(store.last_changes(&loaded.connector.id, &keys).await?)
}

/// How many people of a connector stand how.
pub async fn counts(store: &Store, loaded: &Loaded) -> Result<Counts, Failure> {
    Ok(store.standing_counts(&loaded.connector.id).await?)
}

/// How many fields of these people a connector owns, by source key.
pub async fn owned(
    store: &Store,
    loaded: &Loaded,
    people: &[Person],
) -> Result<BTreeMap<String, u64>, Failure> {
    let mut owned = BTreeMap::new();
    for target in &loaded.connector.targets {
        let site = target.endpoint.url.trim_end_matches('/');
        let of_target = |person: &Person| {
            let mut accounts = person.accounts.iter();
            let found = accounts.find(|one| one.target == target.name)?;
            Some((person.person.clone(), found.account.clone()))
        };
        let pairs: Vec<(String, String)> = people.iter().filter_map(of_target).collect();
        let accounts: Vec<String> = pairs.iter().map(|(_, account)| account.clone()).collect();
        let place = (site, loaded.connector.id.as_str());
        let counts = store.owned_counts(place, &accounts).await?;
        for (person, account) in pairs {
            *owned.entry(person).or_default() += counts.get(&account).copied().unwrap_or_default();
        }
    }
    Ok(owned)
}

/// What was last read of whom a word means.
pub async fn document(store: &Store, loaded: &Loaded, user: &str) -> Result<Document, Failure> {
    let id = &loaded.connector.id;
    let key = history::person(store, id, user).await?;
    let keys = [key.clone()];
    let gone = || {
        let message = format!("nothing is kept of `{user}`");
        Failure::of("no-such-person", message)
    };
    let kept = store.people_by_key(id, &keys).await?;
    let kept = kept.into_iter().next().ok_or_else(gone)?;
    let called = store.person_called(id, &key).await?.ok_or_else(gone)?;
    let set = store.wanted_set(&kept.wanted).await?.unwrap_or_default();
    // What an adapter was asked for; a document has a cell for each part of it that is its own.
    let set: Result<Wanted, _> = set.iter().map(|text| text.parse::<Selector>()).collect();
    let set = set.ok().and_then(|set| set.documents().ok());
    let set = set.unwrap_or_default();
    let cells = Column::decode(&kept.document).ok();
    let cells = cells.filter(|cells| cells.rows() == set.len());
    let attributes = cells.iter().flat_map(|cells| {
        let selectors = set.selectors().iter().enumerate();
        selectors.map(|(at, selector)| NamedValue {
            selector: selector.clone(),
            value: Shown::of(cells.cell(at)),
        })
    });
    let attributes = attributes.collect();
    let person = people(store, loaded, vec![called]).await?.pop();
    Ok(Document {
        person: person.ok_or_else(gone)?,
        relations: kept.relations,
        attributes,
    })
}

/// What people are called where there is room for one name: the user name of an account, else the first
/// of their names, else the key.
pub async fn names(
    store: &Store,
    connector: &str,
    keys: impl Iterator<Item = &str> + Send,
) -> Result<BTreeMap<String, String>, Failure> {
    let keys: BTreeSet<&str> = keys.collect();
    let keys: Vec<String> = keys.into_iter().map(str::to_owned).collect();
    let accounts = store.accounts_of(connector, &keys).await?;
    let mut names = BTreeMap::new();
    for key in keys {
        let accounts = accounts.get(&key).map(Vec::as_slice).unwrap_or_default();
        let mut known = accounts.iter().map(|account| account.username.as_str());
        let known = known.find(|name| !name.is_empty()).map(str::to_owned);
        let name = if known.is_some() {
            known
        } else {
            let called = store.person_called(connector, &key).await?;
            let names = called.map(|called| called.names).unwrap_or_default();
            names.into_iter().find(|name| *name != key)
        };
        let name = name.unwrap_or_else(|| key.clone());
        names.insert(key, name);
    }
    Ok(names)
}

async fn people(
    store: &Store,
    loaded: &Loaded,
    found: Vec<Called>,
) -> Result<Vec<Person>, Failure> {
    let id = &loaded.connector.id;
    let keys: Vec<String> = found.iter().map(|one| one.key.clone()).collect();
    let mut accounts = store.accounts_of(id, &keys).await?;
    let held = store.held_of(id, &keys).await?;
    let person = |one: Called| Person {
        connector: loaded.connector.name.clone(),
        held: held.iter().filter(|row| row.person == one.key).count() as u64,
        accounts: accounts
            .remove(&one.key)
            .unwrap_or_default()
            .into_iter()
            .map(Account::from)
            .collect(),
        person: one.key,
        names: one.names,
        read: time(one.read_ms),
    };
    Ok(found.into_iter().map(person).collect())
}

impl From<AccountOf> for Account {
    fn from(row: AccountOf) -> Self {
        Self {
            target: row.target,
            state: row.state,
            account: row.account,
            username: row.username,
            is_outside: row.is_outside,
        }
    }
}
