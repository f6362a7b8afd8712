//! The invented people of the stand-ins once more, as entries of a directory.
//!
//! The same people are in the stand-in of Graph and, as accounts, in the stand-in of Jira, so that
//! what a directory delivers can be held against what the stand-ins know. The entries have the
//! traps of real directories: names with commas and umlauts in the DN, managers whose DN is spelt
//! differently, who lie outside the base or nowhere, lists, gaps, and bytes.

use attune_sim::demo::SEED;
use attune_sim::people::{Manager, People, Who};

use crate::ldif::Entry;

/// Where people are looked for.
pub(crate) const BASE: &str = "ou=people,dc=example,dc=com";
/// Where the head of the company is.
const BOARD: &str = "ou=board,dc=example,dc=com";
const SERVICES: &str = "ou=services,dc=example,dc=com";

/// The people of a directory.
#[derive(Debug)]
pub(crate) struct Company {
    /// As the stand-ins know them.
    pub(crate) people: People,
}

impl Company {
    /// So many people, the same as `Demo::start` invents.
    pub(crate) fn of(number: usize) -> Self {
        let people = People::generate(SEED, number);
        Self { people }
    }

    /// Everybody below [`BASE`], with their places in the listing.
    pub(crate) fn listed(&self) -> impl Iterator<Item = Who> + '_ {
        self.people.iter().filter(|who| who.position() > 0)
    }

    /// The user name: the user principal name without its domain.
    pub(crate) fn uid(&self, who: Who) -> String {
        let name = self.people.user_principal_name(who);
        name.split('@').next().unwrap_or_default().to_owned()
    }

    /// The display name.
    pub(crate) fn name(&self, who: Who) -> String {
        self.people.text(who, "displayName").unwrap_or_default()
    }

    /// The leader who is really in the directory.
    pub(crate) fn leader(&self, who: Who) -> Option<Who> {
        match self.people.manager(who) {
            Manager::Person(leader) => Some(leader),
            Manager::Nobody | Manager::Dangling => None,
        }
    }

    /// The distinguished name: by user name, and for some by a full name with a comma.
    pub(crate) fn dn(&self, who: Who) -> String {
        let base = if who.position() == 0 { BOARD } else { BASE };
        if who.position() % 7 == 3 {
            return format!("cn={},{base}", self.common_name(who).replace(',', "\\,"));
        }
        format!("uid={},{base}", self.uid(who))
    }

    fn common_name(&self, who: Who) -> String {
        if who.position() % 7 == 3 {
            return format!("{}, No {}", self.name(who), who.position());
        }
        self.name(who)
    }

    /// The same DN in another spelling, which names the same entry (RFC 4514, RFC 4517).
    fn other_spelling(&self, who: Who) -> String {
        let dn = self.dn(who).replace("\\,", "\\2C");
        let dn = dn.replace("uid=", "UID=").replace(",ou=", " , OU=");
        dn.replace(",dc=com", ",  dc=com")
    }

    /// Everything: the tree, the accounts that bind, the people.
    pub(crate) fn entries(&self, password: &str) -> Vec<Entry> {
        let mut entries = tree(password);
        entries.extend(self.people.iter().map(|who| self.entry(who)));
        entries
    }

    /// One person.
    pub(crate) fn entry(&self, who: Who) -> Entry {
        let text = |member: &str| self.people.text(who, member).unwrap_or_default();
        let surname = match text("surname") {
            empty if empty.is_empty() => "-".to_owned(),
            surname => surname,
        };
        let mut entry = Entry::new(
            self.dn(who),
            &[
                ("objectClass", "inetOrgPerson"),
                ("objectClass", "companyPerson"),
                ("uid", &self.uid(who)),
                ("cn", &self.common_name(who)),
                ("sn", &surname),
                ("userPrincipalName", &self.people.user_principal_name(who)),
                ("title", &text("jobTitle")),
                ("employeeNumber", &text("employeeId")),
                ("o", &text("companyName")),
                ("l", &text("city")),
            ],
        );
        // Of these the directory and Graph have the same names.
        for shared in [
            "displayName",
            "givenName",
            "mail",
            "department",
            "employeeType",
            "preferredLanguage",
        ] {
            entry.push(shared, text(shared).as_bytes());
        }
        for number in self.telephone_numbers(who) {
            entry.push("telephoneNumber", number.as_bytes());
        }
        self.add_manager(who, &mut entry);
        add_bytes(who, &mut entry);
        entry.push("modifyTimestamp", long_ago(who).as_bytes());
        entry
    }

    /// The numbers, each once in the eyes of a directory, which sees neither spaces nor hyphens.
    fn telephone_numbers(&self, who: Who) -> Vec<String> {
        let numbers = self
            .people
            .member(who, "businessPhones")
            .unwrap_or_default();
        let numbers = numbers.as_array().cloned().unwrap_or_default();
        let mut numbers: Vec<String> = numbers
            .iter()
            .filter_map(|number| Some(number.as_str()?.to_owned()))
            .collect();
        let mut seen = Vec::new();
        numbers.retain(|number| {
            let bare: String = number.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
            let is_new = !seen.contains(&bare);
            seen.push(bare);
            is_new
        });
        numbers
    }

    fn add_manager(&self, who: Who, entry: &mut Entry) {
        match self.people.manager(who) {
            Manager::Person(leader) if who.position() % 5 == 1 => {
                entry.push("manager", self.other_spelling(leader).as_bytes());
            }
            Manager::Person(leader) => entry.push("manager", self.dn(leader).as_bytes()),
            Manager::Dangling => {
                let gone = format!("uid=gone{},{BASE}", who.position());
                entry.push("manager", gone.as_bytes());
            }
            Manager::Nobody => {}
        }
    }
}

/// When an entry was last modified: everybody at a second of their own, long before any test.
fn long_ago(who: Who) -> String {
    let second = who.position();
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("20200101{hour:02}{minute:02}{second:02}Z")
}

/// Bytes: some that are no text, and some that could be taken for it.
fn add_bytes(who: Who, entry: &mut Entry) {
    if who.position() % 10 == 1 {
        entry.push("jpegPhoto", b"\xff\xd8\xff\xe0\x00\x10JFIF\xc3\x28\xff\xd9");
        entry.push("audio", b"a sound that looks like text");
    }
    if who.position() % 10 == 2 {
        entry.push("jpegPhoto", "kein Bild, nur Text: Grüße".as_bytes());
    }
}

fn tree(password: &str) -> Vec<Entry> {
    let mut entries = vec![Entry::new(
        "dc=example,dc=com",
        &[("objectClass", "domain"), ("dc", "example")],
    )];
    for unit in ["people", "board", "services"] {
        entries.push(Entry::new(
            format!("ou={unit},dc=example,dc=com"),
            &[("objectClass", "organizationalUnit"), ("ou", unit)],
        ));
    }
    for account in ["reader", "limited"] {
        entries.push(Entry::new(
            format!("cn={account},{SERVICES}"),
            &[
                ("objectClass", "organizationalRole"),
                ("objectClass", "simpleSecurityObject"),
                ("cn", account),
                ("userPassword", password),
            ],
        ));
    }
    entries
}
