//! The world of these tests: a directory, a Jira and a Confluence, and what happens there between
//! and during runs.
//!
//! The directory changes before each run; after a kill it moves on, goes back to what it was before,
//! or loses a value, and somebody types into fields that were about to be written. Where a sequence
//! of such events could rightly end in more than one way, depending on how far a killed run had
//! come, it is not played.

use std::collections::{BTreeMap, BTreeSet};

use attune_sim::demo::{self, Demo};
use attune_sim::people::{People, Who};
use attune_sim::{Setup, confluence, graph, jira};
use rand::rngs::SmallRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};

use super::rules::{ATTRIBUTES, Cell, mappings};
use super::terminal::Terminal;

/// Enough for several pages of the directory, few enough for a run of a second.
pub(crate) const PEOPLE: usize = 36;

/// A target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Site {
    Jira,
    Wiki,
}

/// Both of them.
pub(crate) const SITES: [Site; 2] = [Site::Jira, Site::Wiki];

impl Site {
    /// What the connector file calls it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Jira => "jira",
            Self::Wiki => "wiki",
        }
    }
}

/// Accounts, each by site and key.
pub(crate) type AccountSet = BTreeSet<(Site, String)>;

/// One of the people.
struct Person {
    who: Who,
    /// Keys of the accounts, by site.
    accounts: [String; 2],
    /// What the directory says, by attribute.
    wanted: [Option<String>; 4],
    /// What the sites hold, by attribute and site.
    cells: [[Cell; 2]; 4],
}

/// A value of the directory that changed before the run.
struct Change {
    person: usize,
    attribute: usize,
    earlier: Option<String>,
}

/// A field that somebody typed into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Typed {
    pub(crate) site: Site,
    pub(crate) account: String,
    pub(crate) field: &'static str,
}

/// The world and what is known of it.
pub(crate) struct Company {
    pub(crate) terminal: Terminal,
    pub(crate) dice: SmallRng,
    people: Vec<Person>,
    changes: Vec<Change>,
    serial: u32,
    untouched: BTreeMap<String, String>,
}

impl Company {
    /// A company of which nothing was brought in tune yet.
    pub(crate) async fn start(seed: u64) -> Self {
        let mut people = People::generate(demo::SEED, PEOPLE);
        let mut dice = SmallRng::seed_from_u64(seed);
        let mut serial = 0;
        let who: Vec<Who> = people.iter().collect();
        for who in &who {
            for attribute in &ATTRIBUTES {
                if attribute.clears && dice.random_bool(0.2) {
                    people.unset(*who, attribute.member);
                } else {
                    serial += 1;
                    people.set(*who, attribute.member, value(attribute.member, serial));
                }
            }
        }
        let (accounts, profiles) = accounts_of(&people);
        let setup = Setup {
            seed,
            ..Setup::default()
        };
        let directory = graph::Options {
            setup: setup.clone(),
            page_max: 20,
            ..graph::Options::of(people)
        };
        let site = jira::Options {
            setup: setup.clone(),
            ..jira::Options::of(accounts)
        };
        let wiki = confluence::Options {
            setup,
            ..confluence::Options::of(profiles)
        };
        let world = Demo::of_three(directory, site, wiki).await.unwrap();
        let terminal = Terminal::beside(world);
        let (shown, profile) = mappings();
        let text = terminal.world.access().both(
            "id = \"demo\"",
            // What changes here between two runs would be a mass change elsewhere.
            "[guard]\nchanged-people = \"off\"\ncleared-values = \"off\"\none-value-takes-over = \"off\"\n\
             emptied-attribute = \"off\"",
            (&shown, &profile),
        );
        terminal.write_connector(&text);
        let mut company = Self {
            terminal,
            dice,
            people: Vec::new(),
            changes: Vec::new(),
            serial,
            untouched: BTreeMap::new(),
        };
        company.people = who.into_iter().map(|who| company.person(who)).collect();
        company.type_before();
        company.untouched = company.unmanaged();
        // To begin with everything is new.
        company.changes = (0..PEOPLE)
            .flat_map(|person| (0..ATTRIBUTES.len()).map(move |attribute| (person, attribute)))
            .map(|(person, attribute)| Change {
                person,
                attribute,
                earlier: company.people[person].wanted[attribute].clone(),
            })
            .collect();
        company
    }

    fn person(&self, who: Who) -> Person {
        let world = &self.terminal.world;
        let name = world.graph.people(|all| all.user_principal_name(who));
        let jira = world
            .jira
            .accounts(|all| all.by_name(&name).unwrap().key.clone());
        let wiki = world
            .wiki
            .accounts(|all| all.by_name(&name).unwrap().key.clone());
        Person {
            who,
            accounts: [jira, wiki],
            wanted: ATTRIBUTES
                .each_ref()
                .map(|attribute| self.terminal.member(who, attribute.member)),
            cells: Default::default(),
        }
    }

    /// Some fields were filled in by hand before anything was brought in tune.
    fn type_before(&mut self) {
        for person in 0..PEOPLE {
            for attribute in 0..ATTRIBUTES.len() {
                for site in SITES {
                    if self.dice.random_bool(0.15) {
                        let value = self.fresh("by hand");
                        self.type_in((person, attribute, site), Some(value));
                    }
                }
            }
        }
    }

    fn fresh(&mut self, what: &str) -> String {
        self.serial += 1;
        value(what, self.serial)
    }

    /// A few dozen values of the directory change: the work of the next run.
    pub(crate) fn change_values(&mut self) {
        self.changes.clear();
        for person in 0..PEOPLE {
            for (attribute, rules) in ATTRIBUTES.iter().enumerate() {
                if self.dice.random_bool(0.7) {
                    continue;
                }
                let earlier = self.people[person].wanted[attribute].clone();
                let goes = self.dice.random_bool(0.3) && self.may_go((person, attribute));
                let now = (!goes).then(|| self.fresh(rules.member));
                self.set((person, attribute), now);
                self.changes.push(Change {
                    person,
                    attribute,
                    earlier,
                });
            }
        }
    }

    /// How many people have something new.
    pub(crate) fn people_changed(&self) -> usize {
        let people: BTreeSet<usize> = self.changes.iter().map(|change| change.person).collect();
        people.len()
    }

    /// What happens after a kill to what the killed run was about to write. `doubted` are the accounts
    /// that the next run has to read back.
    pub(crate) fn meddle(&mut self, doubted: &AccountSet) -> Vec<Typed> {
        let mut typed = Vec::new();
        for change in std::mem::take(&mut self.changes) {
            let at = (change.person, change.attribute);
            match self.dice.random_range(0..20) {
                0..3 => typed.push(self.type_over(at, doubted, false)),
                3..5 => typed.push(self.type_over(at, doubted, true)),
                5..8 if change.earlier.is_some() || self.may_go(at) => self.go_back(at, &change),
                8..10 => self.move_on(at),
                10..12 if self.may_go(at) => self.set(at, None),
                _ => {}
            }
        }
        typed
    }

    fn move_on(&mut self, (person, attribute): (usize, usize)) {
        let value = self.fresh(ATTRIBUTES[attribute].member);
        self.set((person, attribute), Some(value));
    }

    /// The directory says again what it said before: nothing tells the next run that there was
    /// something to do, except the journal.
    fn go_back(&mut self, at: (usize, usize), change: &Change) {
        self.set(at, change.earlier.clone());
        let (person, attribute) = at;
        for cell in &mut self.people[person].cells[attribute] {
            cell.is_loose = cell.is_foreign() && !ATTRIBUTES[attribute].keeps;
        }
    }

    fn type_over(
        &mut self,
        (person, attribute): (usize, usize),
        doubted: &AccountSet,
        moves_on: bool,
    ) -> Typed {
        let rules = &ATTRIBUTES[attribute];
        let site = *SITES.choose(&mut self.dice).unwrap();
        let goes = !rules.keeps && self.dice.random_bool(0.3);
        let value = (!goes).then(|| self.fresh("by hand"));
        self.type_in((person, attribute, site), value);
        let account = self.people[person].accounts[site as usize].clone();
        let is_doubted = doubted.contains(&(site, account.clone()));
        let cell = &mut self.people[person].cells[attribute][site as usize];
        cell.is_loose = !rules.keeps && !is_doubted;
        if moves_on {
            self.move_on((person, attribute));
        }
        Typed {
            site,
            account,
            field: match site {
                Site::Jira => rules.shown,
                Site::Wiki => rules.profile_name,
            },
        }
    }

    /// Whether a value may go without its fields being ambiguous: what somebody typed in stays, unless
    /// a killed run has already written over it.
    fn may_go(&self, (person, attribute): (usize, usize)) -> bool {
        let rules = &ATTRIBUTES[attribute];
        let mut cells = self.people[person].cells[attribute].iter();
        rules.clears && (rules.keeps || cells.all(|cell| !cell.is_foreign()))
    }

    fn set(&mut self, (person, attribute): (usize, usize), value: Option<String>) {
        let (who, member) = (self.people[person].who, ATTRIBUTES[attribute].member);
        let graph = &self.terminal.world.graph;
        graph.people(|people| match &value {
            Some(value) => people.set(who, member, value.as_str()),
            None => people.unset(who, member),
        });
        if value.is_some() {
            for cell in &mut self.people[person].cells[attribute] {
                cell.is_loose = false;
            }
        }
        self.people[person].wanted[attribute] = value;
    }

    fn type_in(&mut self, (person, attribute, site): (usize, usize, Site), typed: Option<String>) {
        let rules = &ATTRIBUTES[attribute];
        let world = &self.terminal.world;
        let key = &self.people[person].accounts[site as usize];
        let text = typed.as_deref();
        match site {
            Site::Jira => world
                .jira
                .accounts(|all| all.set_user_property(key, rules.shown, text)),
            Site::Wiki => world.wiki.accounts(|all| {
                all.edit(key, |a| a.set(rules.profile, text.unwrap_or_default()));
            }),
        }
        self.people[person].cells[attribute][site as usize].now = typed;
    }

    fn held(&self, (person, attribute, site): (usize, usize, Site)) -> Option<String> {
        let (rules, world) = (&ATTRIBUTES[attribute], &self.terminal.world);
        let key = &self.people[person].accounts[site as usize];
        match site {
            Site::Jira => world.jira.user_property(key, rules.shown),
            Site::Wiki => world.wiki.value(key, rules.profile),
        }
    }

    /// What is not as the file says after a completed run. With `is_full` the run has looked at every
    /// field.
    pub(crate) fn out_of_tune(&mut self, is_full: bool) -> Vec<String> {
        let mut wrong = Vec::new();
        for person in 0..PEOPLE {
            for (attribute, rules) in ATTRIBUTES.iter().enumerate() {
                for site in SITES {
                    let held = self.held((person, attribute, site));
                    let wanted = self.people[person].wanted[attribute].clone();
                    let cell = &mut self.people[person].cells[attribute][site as usize];
                    let tuned = cell.tuned(rules, wanted.as_deref());
                    if held == tuned.now {
                        *cell = tuned;
                    } else if cell.is_loose && !is_full && held == cell.now {
                        // Nothing was due, so it had been brought in tune before somebody typed.
                        cell.ours = tuned.ours;
                    } else {
                        wrong.push(format!(
                            "{} of person {person} at {}: {held:?} and not {:?} (the directory says \
                             {wanted:?}, before this {cell:?})",
                            rules.member,
                            site.name(),
                            tuned.now,
                        ));
                        *cell = Cell {
                            now: held.clone(),
                            ours: held,
                            is_loose: true,
                        };
                    }
                }
            }
        }
        let now = self.unmanaged();
        let touched = now
            .iter()
            .filter(|(key, text)| self.untouched.get(*key) != Some(text));
        wrong.extend(touched.map(|(key, text)| format!("nobody maps this: {key} became {text}")));
        self.untouched = now;
        wrong
    }

    /// Everything at both sites that the file does not mention.
    fn unmanaged(&self) -> BTreeMap<String, String> {
        let world = &self.terminal.world;
        let mut all = BTreeMap::new();
        world.jira.accounts(|accounts| {
            for account in accounts.iter() {
                let mut shown = accounts.user_properties(&account.key);
                shown.retain(|name, _| ATTRIBUTES.iter().all(|a| a.shown != name));
                let properties = accounts.properties(&account.key);
                let text = format!("{account:?} {shown:?} {properties:?}");
                all.insert(format!("jira {}", account.key), text);
            }
        });
        world.wiki.accounts(|accounts| {
            for account in accounts.iter() {
                let mut rest = account.clone();
                for attribute in &ATTRIBUTES {
                    rest.set(attribute.profile, "");
                }
                all.insert(format!("wiki {}", account.key), format!("{rest:?}"));
            }
        });
        all
    }
}

/// Everybody has an account at both sites; some accounts are nobody's, and hold what nobody maps.
fn accounts_of(people: &People) -> (jira::Accounts, confluence::Accounts) {
    let mut accounts = demo::account_for_each(people);
    accounts.add(jira::Account::named(
        "ci-bot",
        "ci@contoso.example",
        "Build Robot",
    ));
    let keys: Vec<String> = accounts.iter().map(|account| account.key.clone()).collect();
    for key in keys.iter().step_by(3) {
        accounts.set_user_property(key, "Team Mascot", Some("Otter & Co"));
        accounts.set_property(key, "Department", &"of an app".into());
    }
    let mut profiles = demo::profile_for_each(people);
    let keys: Vec<String> = profiles.iter().map(|account| account.key.clone()).collect();
    for key in keys.iter().step_by(3) {
        profiles.edit(key, |account| {
            account.set(
                confluence::Field::PersonalInformation,
                "I like trains.\r\nAsk me about <maps> & timetables.",
            );
            account.set(confluence::Field::Im, "trainspotter");
        });
    }
    (accounts, profiles)
}

/// A value that no other field ever has, with what pages and forms have to escape.
fn value(what: &str, serial: u32) -> String {
    format!("{what} {serial} \"Zoë\" <&amp> +1%")
}
