//! One of Google's users: the id, the names under which they are found, and the document.
//!
//! Made of the members that a person has as Graph writes them; the oddities are those of real
//! directories: `primary` as a boolean and as text, entries of former organizations, a manager whom
//! nobody has.

use serde_json::{Map, Value, json};

use super::refusal::Refusal;
use super::{CUSTOMER, Settings};
use crate::people::{DOMAIN, Manager, People, Who};
use crate::wire::Received;

/// The domain of everybody's aliases.
const ALIASES: &str = "old.contoso.example";
/// What Google puts behind everybody's address for a fixed alias.
const FIXED: &str = ".test-google-a.com";

/// The id under which Google knows a person: 21 digits, the last six of them the place.
pub(super) fn id(people: &People, who: Who) -> String {
    let digits: String = people
        .id(who)
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    let digits = digits.get(..8).unwrap_or("12345678");
    format!("1{digits:0>14}{:06}", who.position())
}

/// The person of this id, address or alias; guests of other companies are none of Google's users.
pub(super) fn find(people: &People, key: &str) -> Option<Who> {
    if let Some(place) = key.get(15..).and_then(|place| place.parse::<usize>().ok()) {
        let mut found = people.from(place).take(1);
        return found.find(|who| who.position() == place && id(people, *who) == key);
    }
    let key = key.to_lowercase();
    let address = key.strip_suffix(FIXED).unwrap_or(&key);
    let found = match address.strip_suffix(&format!("@{ALIASES}")) {
        Some(local) => people.find(&format!("{local}@{DOMAIN}")),
        None => people.find(address),
    };
    found.filter(|who| !people.is_guest(*who))
}

/// Which custom fields a request wants.
pub(super) enum Custom {
    None,
    All,
    Schemas(Vec<String>),
}

impl Custom {
    pub(super) fn read(received: &Received) -> Result<Self, Refusal> {
        let mask = received.parameter("customFieldMask");
        match (received.parameter("projection").as_deref(), mask) {
            (None | Some("basic"), None) => Ok(Self::None),
            (Some("full"), None) => Ok(Self::All),
            (Some("custom"), Some(mask)) => {
                Ok(Self::Schemas(mask.split(',').map(str::to_owned).collect()))
            }
            _ => Err(Refusal::invalid("customFieldMask")),
        }
    }

    fn of(&self, all: Map<String, Value>) -> Map<String, Value> {
        match self {
            Self::None => Map::new(),
            Self::All => all,
            Self::Schemas(wanted) => {
                let is_wanted = |(name, _): &(String, Value)| wanted.contains(name);
                all.into_iter().filter(is_wanted).collect()
            }
        }
    }
}

pub(super) fn alias(address: &str) -> String {
    let local = address.split('@').next().unwrap_or_default();
    format!("{local}@{ALIASES}")
}

pub(super) fn is_suspended(people: &People, who: Who) -> bool {
    people.member(who, "accountEnabled") == Some(Value::Bool(false))
}

pub(super) fn unit(people: &People, who: Who) -> String {
    match people.text(who, "department").as_deref().map(str::trim) {
        None | Some("") => "/".to_owned(),
        Some(department) => format!("/{department}"),
    }
}

pub(super) fn document(people: &People, who: Who, settings: &Settings, custom: &Custom) -> Value {
    let address = people.user_principal_name(who);
    let text = |member: &str| people.text(who, member).filter(|text| !text.is_empty());
    let mut user = Map::new();
    let mut put = |name: &str, value: Value| {
        let is_empty = value.is_null() || value.as_array().is_some_and(Vec::is_empty);
        if !is_empty {
            user.insert(name.to_owned(), value);
        }
    };
    put("kind", "admin#directory#user".into());
    put("id", id(people, who).into());
    put("etag", format!("\"user-{}\"", who.position()).into());
    put("primaryEmail", address.clone().into());
    put(
        "name",
        json!({
            "givenName": text("givenName").unwrap_or_default(),
            "familyName": text("surname").unwrap_or_default(),
            "fullName": text("displayName").unwrap_or_default(),
        }),
    );
    put("isAdmin", false.into());
    put("suspended", is_suspended(people, who).into());
    put("archived", false.into());
    let mut emails = vec![json!({ "address": address, "primary": true })];
    emails.push(json!({ "address": alias(&address) }));
    put("emails", emails.into());
    put("aliases", json!([alias(&address)]));
    put("nonEditableAliases", json!([format!("{address}{FIXED}")]));
    put("organizations", organizations(people, who).into());
    put("phones", phones(people, who).into());
    put("relations", relations(people, who));
    if let Some(number) = text("employeeId") {
        put(
            "externalIds",
            json!([{ "value": number, "type": "organization" }]),
        );
    }
    put("customerId", CUSTOMER.into());
    put("orgUnitPath", unit(people, who).into());
    put(
        "creationTime",
        people.member(who, "createdDateTime").unwrap_or_default(),
    );
    if let Some(photo) = settings.photos.get(&who) {
        put("thumbnailPhotoEtag", photo.etag.clone().into());
        put(
            "thumbnailPhotoUrl",
            "https://lh3.googleusercontent.example/private".into(),
        );
    }
    let custom = custom.of(custom_fields(people, who));
    if !custom.is_empty() {
        put("customSchemas", custom.into());
    }
    Value::Object(user)
}

/// `primary` is a boolean, or the text of one: administrators' tools write both.
fn organizations(people: &People, who: Who) -> Vec<Value> {
    let primary = |is: bool| match who.position() % 3 {
        0 => Value::String(is.to_string()),
        _ => Value::Bool(is),
    };
    let mut own = Map::new();
    for (name, member) in [
        ("name", "companyName"),
        ("title", "jobTitle"),
        ("department", "department"),
        ("location", "officeLocation"),
        ("description", "employeeType"),
    ] {
        if let Some(value) = people.text(who, member).filter(|text| !text.is_empty()) {
            own.insert(name.to_owned(), value.into());
        }
    }
    own.insert("customType".to_owned(), "".into());
    own.insert("primary".to_owned(), primary(true));
    let mut all = Vec::new();
    if who.position() % 4 == 1 {
        all.push(json!({ "name": "Fabrikam", "department": "Former", "primary": primary(false) }));
    }
    all.push(Value::Object(own));
    all
}

fn phones(people: &People, who: Who) -> Vec<Value> {
    let member = |name: &str| people.member(who, name).unwrap_or_default();
    let work = member("businessPhones");
    let mut phones: Vec<Value> = work
        .as_array()
        .into_iter()
        .flatten()
        .map(|number| json!({ "value": number, "type": "work" }))
        .collect();
    if let Value::String(number) = member("mobilePhone") {
        phones.push(json!({ "value": number, "type": "mobile" }));
    }
    phones
}

/// What a test wrote, or the address of who leads this person.
fn relations(people: &People, who: Who) -> Value {
    if let Some(Value::Array(written)) = people.member(who, "relations") {
        return written.into();
    }
    let address = match people.manager(who) {
        Manager::Nobody => return Value::Null,
        Manager::Person(leader) => people.user_principal_name(leader),
        Manager::Dangling => format!("gone.{}@{DOMAIN}", who.position()),
    };
    json!([
        { "value": "sister@mail.example", "type": "sister" },
        { "value": address, "type": "manager" },
    ])
}

fn custom_fields(people: &People, who: Who) -> Map<String, Value> {
    let attribute = people
        .member(who, "onPremisesExtensionAttributes")
        .unwrap_or_default();
    let mut work = Map::new();
    if let Some(Value::String(centre)) = attribute.get("extensionAttribute1") {
        work.insert("costCentre".to_owned(), centre.clone().into());
    }
    if let Some(Value::String(building)) = attribute.get("extensionAttribute2") {
        let desks = json!([{ "type": "work", "value": building }]);
        work.insert("desks".to_owned(), desks);
    }
    let mut all = Map::new();
    if !work.is_empty() {
        all.insert("Work".to_owned(), work.into());
    }
    all.insert("Private".to_owned(), json!({ "shirt": "M" }));
    all
}
