//! The simulated world: a directory, a Jira and a Confluence, the hands that change them, and what
//! they must hold in the end.
//!
//! Every value is used once. So it is known of each whether the directory ever said it of that
//! person, or somebody typed it in.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use attune_sim::demo::{self, Demo};
use attune_sim::people::{People, Who};
use attune_sim::{Answered, Setup, confluence, graph, jira};
use rand::rngs::SmallRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};

use super::rules::{ATTRIBUTES, mappings};

/// Whom a request goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    Graph,
    Jira,
    Wiki,
}

/// All of them.
pub(crate) const PLACES: [Place; 3] = [Place::Graph, Place::Jira, Place::Wiki];
/// The targets.
pub(crate) const SITES: [Place; 2] = [Place::Jira, Place::Wiki];
/// The first of their ports, which nobody listens at.
const PORT: u16 = 41_001;

impl Place {
    pub(crate) fn of(port: Option<u16>) -> Self {
        PLACES[usize::from(port.unwrap_or_default() - PORT)]
    }

    fn setup(self, seed: u64) -> Setup {
        Setup {
            port: PORT + self as u16,
            listens: false,
            seed,
            ..Setup::default()
        }
    }

    /// What the connector file calls it.
    pub(crate) fn target(self) -> &'static str {
        match self {
            Self::Graph => "",
            Self::Jira => "jira",
            Self::Wiki => "wiki",
        }
    }
}

/// A field that a request changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Write {
    pub(crate) place: Place,
    pub(crate) account: String,
    pub(crate) field: String,
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
}

/// A person, an attribute, a site.
pub(crate) type CellAt = (usize, usize, Place);

struct Person {
    who: Who,
    accounts: BTreeMap<Place, String>,
    /// Everything that the directory ever said of each attribute.
    said: [BTreeSet<Option<String>>; 4],
    is_gone: bool,
}

#[derive(Default)]
struct Known {
    people: Vec<Person>,
    serial: u32,
    /// Every value that somebody typed in.
    typed: BTreeSet<String>,
    /// Fields that somebody changed since the last run that came to its end.
    loose: BTreeSet<CellAt>,
    /// Fields that somebody changed while a run went on.
    raced: BTreeSet<CellAt>,
}

/// The stand-ins and what is known of them.
pub(crate) struct World {
    demo: Demo,
    known: Mutex<Known>,
}

impl World {
    pub(crate) async fn begin(seed: u64, number: usize) -> Self {
        let mut dice = SmallRng::seed_from_u64(seed);
        let people = People::generate(demo::SEED, number);
        let who: Vec<Who> = people.iter().collect();
        let accounts = demo::account_for_each(&people);
        let profiles = demo::profile_for_each(&people);
        let directory = graph::Options {
            setup: Place::Graph.setup(seed),
            page_max: dice.random_range(2..12),
            ..graph::Options::of(people)
        };
        let site = jira::Options {
            setup: Place::Jira.setup(seed),
            ..jira::Options::of(accounts)
        };
        let wiki = confluence::Options {
            setup: Place::Wiki.setup(seed),
            ..confluence::Options::of(profiles)
        };
        let demo = Demo::of_three(directory, site, wiki).await.unwrap();
        let world = Self {
            demo,
            known: Mutex::default(),
        };
        for who in who {
            let person = world.person(who);
            world.known().people.push(person);
        }
        for at in 0..number {
            for attribute in 0..ATTRIBUTES.len() {
                world.say((at, attribute), !dice.random_bool(0.2));
            }
        }
        for _ in 0..number {
            world.type_in(&mut dice, false);
        }
        world
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn person(&self, who: Who) -> Person {
        let name = self.demo.graph.people(|all| all.user_principal_name(who));
        let jira = self
            .demo
            .jira
            .accounts(|all| all.by_name(&name).unwrap().key.clone());
        let wiki = self
            .demo
            .wiki
            .accounts(|all| all.by_name(&name).unwrap().key.clone());
        Person {
            who,
            accounts: BTreeMap::from([(Place::Jira, jira), (Place::Wiki, wiki)]),
            said: Default::default(),
            is_gone: false,
        }
    }

    pub(crate) fn size(&self) -> usize {
        self.known().people.len()
    }

    pub(crate) fn demo(&self) -> &Demo {
        &self.demo
    }

    /// The connector file.
    pub(crate) fn connector(&self, guard: &str) -> String {
        let (shown, profile) = mappings();
        let trims = |text: &str| {
            let (plain, trimmed) = (
                "from = \"department\"",
                "from = \"department\", steps = [\"text.trim\"]",
            );
            text.replace(plain, trimmed)
        };
        let access = self.demo.access();
        access.both("id = \"demo\"", guard, (&trims(&shown), &trims(&profile)))
    }

    /// One request to a stand-in.
    pub(crate) fn ask(
        &self,
        place: Place,
        asked: (&str, &str),
        headers: &[(String, String)],
        body: Vec<u8>,
    ) -> Answered {
        match place {
            Place::Graph => self.demo.graph.ask(asked, headers, body),
            Place::Jira => self.demo.jira.ask(asked, headers, body),
            Place::Wiki => self.demo.wiki.ask(asked, headers, body),
        }
    }

    pub(crate) fn forget_sessions(&self, place: Place) {
        match place {
            Place::Graph => self.demo.graph.revoke_tokens(),
            Place::Jira => self.demo.jira.forget_sessions(),
            Place::Wiki => self.demo.wiki.forget_sessions(),
        }
    }

    /// Takes what requests have changed since the last time.
    pub(crate) fn take_writes(&self) -> Vec<Write> {
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let shown = self.demo.jira.writes().into_iter().map(|write| Write {
            place: Place::Jira,
            account: write.account,
            field: match write.field {
                jira::Field::UserProperty(name) => name,
                other => format!("{other:?}"),
            },
            before: write.before.as_ref().map(text),
            after: write.after.as_ref().map(text),
        });
        let profiles = self.demo.wiki.writes().into_iter().map(|write| {
            let name = write.field.form_name();
            let name = name.strip_prefix("userparam-").unwrap_or(name);
            Write {
                place: Place::Wiki,
                account: write.account,
                field: name.to_owned(),
                before: write.before,
                after: write.after,
            }
        });
        let writes = shown.chain(profiles).collect();
        self.demo.jira.reset_writes();
        self.demo.wiki.reset_writes();
        writes
    }

    /// The directory says something new of a person, or nothing any more. The last one who has an
    /// attribute keeps it.
    pub(crate) fn say(&self, (person, attribute): (usize, usize), says: bool) {
        let mut known = self.known();
        if !says && self.is_last(&known, person, attribute) {
            // Kept is said too, also by a directory that nobody has changed yet.
            let kept = self.says(&known.people[person], attribute);
            known.people[person].said[attribute].insert(kept);
            return;
        }
        known.serial += 1;
        let member = ATTRIBUTES[attribute].member;
        let value = says.then(|| format!("{member} {} \"Zoë\" <&amp> +1%", known.serial));
        let Some(person) = known.people.get_mut(person).filter(|p| !p.is_gone) else {
            return;
        };
        self.demo.graph.people(|people| match &value {
            Some(value) => people.set(person.who, member, value.as_str()),
            None => people.unset(person.who, member),
        });
        person.said[attribute].insert(value);
    }

    /// Whether nobody would have an attribute without this person. What nobody at all has any more is
    /// kept as it is, and everybody waits for it: that is no fine weather (`it` shows it).
    fn is_last(&self, known: &Known, person: usize, attribute: usize) -> bool {
        let mut others = known.people.iter().enumerate();
        let has = |one: &Person| !one.is_gone && self.says(one, attribute).is_some();
        has(&known.people[person]) && !others.any(|(at, one)| at != person && has(one))
    }

    /// The same for everybody but one: somebody upstream has made a mistake.
    pub(crate) fn say_of_all(&self, attribute: usize, says: bool) {
        let here = self
            .known()
            .people
            .iter()
            .position(|person| !person.is_gone);
        for person in 0..self.size() {
            self.say((person, attribute), says || Some(person) == here);
        }
    }

    /// Somebody leaves, but nobody who is the last one with an attribute.
    pub(crate) fn leave(&self, person: usize) {
        let mut known = self.known();
        let is_last = |attribute| self.is_last(&known, person, attribute);
        if (0..ATTRIBUTES.len()).any(is_last) {
            return;
        }
        let person = &mut known.people[person];
        if !person.is_gone {
            person.is_gone = true;
            self.demo.graph.people(|people| people.remove(person.who));
        }
    }

    /// Somebody types into any field of any account.
    pub(crate) fn type_in(&self, dice: &mut SmallRng, is_raced: bool) {
        let mut known = self.known();
        let person = dice.random_range(0..known.people.len());
        let attribute = dice.random_range(0..ATTRIBUTES.len());
        let place = *SITES.choose(dice).unwrap();
        let goes = !ATTRIBUTES[attribute].keeps && dice.random_bool(0.2);
        known.serial += 1;
        let value = (!goes).then(|| format!("by hand {} <&>", known.serial));
        let key = known.people[person].accounts[&place].clone();
        let (rules, text) = (&ATTRIBUTES[attribute], value.as_deref());
        match place {
            Place::Wiki => self.demo.wiki.accounts(|all| {
                all.edit(&key, |a| a.set(rules.profile, text.unwrap_or_default()));
            }),
            _ => self
                .demo
                .jira
                .accounts(|all| all.set_user_property(&key, rules.shown, text)),
        }
        known.typed.extend(value);
        known.loose.insert((person, attribute, place));
        if is_raced {
            known.raced.insert((person, attribute, place));
        }
    }

    /// A run has looked at what was due; with `is_full` at everything.
    pub(crate) fn came_to_an_end(&self, is_full: bool) {
        let mut known = self.known();
        known.raced.clear();
        if is_full {
            known.loose.clear();
        }
    }

    fn held(&self, person: &Person, attribute: usize, place: Place) -> Option<String> {
        let key = &person.accounts[&place];
        match place {
            Place::Wiki => self.demo.wiki.value(key, ATTRIBUTES[attribute].profile),
            _ => self
                .demo
                .jira
                .user_property(key, ATTRIBUTES[attribute].shown),
        }
    }

    fn says(&self, person: &Person, attribute: usize) -> Option<String> {
        let member = ATTRIBUTES[attribute].member;
        let text = self
            .demo
            .graph
            .people(|people| people.text(person.who, member));
        text.filter(|text| !text.is_empty())
    }

    /// Which cell a write is about.
    pub(crate) fn cell(&self, write: &Write) -> Option<CellAt> {
        let known = self.known();
        let mut people = known.people.iter();
        let person = people.position(|p| p.accounts.get(&write.place) == Some(&write.account))?;
        let mut attributes = ATTRIBUTES.iter();
        let attribute = attributes.position(|a| match write.place {
            Place::Wiki => a.profile_name == write.field,
            _ => a.shown == write.field,
        })?;
        Some((person, attribute, write.place))
    }

    pub(crate) fn is_raced(&self, cell: CellAt) -> bool {
        self.known().raced.contains(&cell)
    }

    /// What is wrong with a write, whatever the journal says of it.
    pub(crate) fn objection(&self, write: &Write) -> Option<&'static str> {
        let Some(cell) = self.cell(write) else {
            return Some("nobody maps this field");
        };
        let known = self.known();
        let (person, attribute, _) = cell;
        let rules = &ATTRIBUTES[attribute];
        if !known.people[person].said[attribute].contains(&write.after) {
            return Some("promise 5: the directory never said this of that person");
        }
        let typed =
            |value: &Option<String>| value.as_ref().is_some_and(|v| known.typed.contains(v));
        if known.raced.contains(&cell) {
            return None;
        }
        match &write.after {
            None if !rules.clears => Some("promise 5: this field is never cleared"),
            None if typed(&write.before) => Some("promise 4: somebody else's value was cleared"),
            Some(_) if rules.keeps && typed(&write.before) => {
                Some("promise 2: over somebody else's value, which the row keeps")
            }
            _ => None,
        }
    }

    /// What is not as the file says. With `is_full` a run has looked at every field.
    pub(crate) fn out_of_tune(&self, is_full: bool) -> Vec<String> {
        let known = self.known();
        let mut wrong = Vec::new();
        for (number, person) in known.people.iter().enumerate() {
            for (attribute, rules) in ATTRIBUTES.iter().enumerate() {
                for place in SITES {
                    let is_loose = !is_full && known.loose.contains(&(number, attribute, place));
                    if person.is_gone || is_loose {
                        continue;
                    }
                    let held = self.held(person, attribute, place);
                    let says = self.says(person, attribute);
                    let is_typed = held.as_ref().is_some_and(|held| known.typed.contains(held));
                    let is_right = match &says {
                        Some(_) => held == says || (rules.keeps && is_typed),
                        None if rules.clears => held.is_none() || is_typed,
                        None => true,
                    };
                    if !is_right {
                        let member = rules.member;
                        wrong.push(format!(
                            "promise 1: {member} of person {number} at {place:?} is {held:?}, and \
                             the directory says {says:?}"
                        ));
                    }
                }
            }
        }
        wrong
    }
}
