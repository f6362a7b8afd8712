//! One entry as a person: key, names, manager.
//!
//! An entry of a listing without a key ends the conversation: leaving somebody out of a listing
//! that then completes would say that they are gone.

use attune_plugin::Problem;
use attune_plugin::provider::{Document, LdapEntry, Person};

use crate::Options;
use crate::{attributes, dn, guid};

/// The person in an entry, the `index`th of its page.
pub(crate) fn read(entry: &LdapEntry, index: u32, options: &Options) -> Result<Person, Problem> {
    let key = key(entry, options)?;
    Ok(with_key(key, entry, index, options))
}

/// Somebody outside the adapter's limits, whom only a relation names. Whatever such an entry is, it
/// need not have the key attribute; its DN serves.
pub(crate) fn read_outsider(entry: &LdapEntry, index: u32, options: &Options) -> Person {
    let key = key(entry, options).unwrap_or_else(|_| spelt(&entry.dn));
    with_key(key, entry, index, options)
}

fn with_key(key: String, entry: &LdapEntry, index: u32, options: &Options) -> Person {
    let mut person = Person::whole(key, Document::Entry(index));
    person.add_name(&spelt(&entry.dn));
    person.add_name(&entry.dn);
    for attribute in [options.username.as_str(), "mail"] {
        for name in attributes::texts(entry, attribute) {
            person.add_name(name);
        }
    }
    if let Some(modified) = &options.modified
        && let Some(mark) = attributes::texts(entry, modified).next()
    {
        mark.clone_into(&mut person.revision);
    }
    for manager in attributes::texts(entry, "manager") {
        person.relate("manager", spelt(manager));
    }
    person
}

/// The DN in its one spelling, or as it is.
fn spelt(text: &str) -> String {
    dn::canonical(text).unwrap_or_else(|| text.to_owned())
}

fn key(entry: &LdapEntry, options: &Options) -> Result<String, Problem> {
    let name = &options.key;
    let values: Vec<&[u8]> = attributes::values(entry, name).collect();
    let read = match values[..] {
        [one] if name.eq_ignore_ascii_case("objectGUID") => guid::text(one),
        [one] => String::from_utf8(one.to_vec()).ok(),
        _ => None,
    };
    read.filter(|key| !key.trim().is_empty()).ok_or_else(|| {
        let what = match values.len() {
            0 => "has no",
            1 => "has an unreadable",
            _ => "has several values of",
        };
        let message = format!(
            "`{}` {what} `{name}`: the option `key` names an attribute with one value that every \
             person has and the bind account may read (entryUUID; Active Directory: objectGUID)",
            entry.dn
        );
        Problem::new("options", message).at("key")
    })
}
