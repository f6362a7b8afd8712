//! Photos: asked for by key, ten at a time; what is unchanged, missing, or not there.

use attune_plugin::provider::script::{Transcript, begin, run};
use attune_plugin::provider::{Goal, Image, LdapEntry};
use serde_json::{Value, json};

use super::{entry, options, page, search_of, uuid};
use crate::Ldap;

const BASE: &str = super::BASE;

fn with_photo(name: &str, attribute: &str, photo: &[u8]) -> LdapEntry {
    let key = uuid(name);
    entry(
        &format!("uid={name},{BASE}"),
        &[("entryUUID", &[key.as_bytes()]), (attribute, &[photo])],
    )
}

fn asked(options: &Value, marks: &[(&str, &str)], entries: &[LdapEntry]) -> Transcript {
    let marks = marks
        .iter()
        .map(|(name, mark)| (uuid(name), (*mark).to_owned()));
    run::<Ldap>(
        options,
        begin(Goal::Pictures(marks.collect()), &[]),
        |request| {
            let search = search_of(request);
            let is_wanted = |entry: &&LdapEntry| {
                let key = String::from_utf8_lossy(&entry.attributes[0].1[0]).into_owned();
                search.filter.contains(&key)
            };
            page(
                request,
                entries.iter().filter(is_wanted).cloned().collect(),
                b"",
            )
        },
    )
}

#[test]
fn a_photo_is_read_by_key_and_its_sum_spares_the_next_time() {
    let entries = [
        with_photo("ada", "jpegPhoto", b"\xff\xd8ada"),
        with_photo("ben", "THUMBNAILPHOTO", b"\xff\xd8ben"),
        with_photo("cleo", "cn", b"Cleo"),
    ];
    let first = asked(
        &options(),
        &[("ada", ""), ("ben", ""), ("cleo", ""), ("dora", "")],
        &entries,
    );
    assert_eq!(first.complete, Some(0));
    let said: Vec<(&str, &[u8])> = first
        .pictures
        .iter()
        .map(|(picture, bytes)| (picture.key.as_str(), bytes.as_slice()))
        .collect();
    let (ada, ben, cleo) = (uuid("ada"), uuid("ben"), uuid("cleo"));
    let wanted: [(&str, &[u8]); 3] = [(&ada, b"\xff\xd8ada"), (&ben, b"\xff\xd8ben"), (&cleo, b"")];
    assert_eq!(said, wanted);
    assert!(matches!(first.pictures[2].0.image, Image::Missing));
    let mark = first.pictures[0].0.mark.clone();
    let again = asked(&options(), &[("ada", &mark), ("ben", &mark)], &entries);
    assert!(matches!(again.pictures[0].0.image, Image::Unchanged));
    assert!(matches!(again.pictures[1].0.image, Image::Bytes(_)));
    let search = search_of(&first.requests[0]);
    assert_eq!(
        search.attributes,
        ["entryUUID", "jpegPhoto", "thumbnailPhoto"]
    );
    assert!(search.binary.contains(&"jpegPhoto".to_owned()));
}

#[test]
fn the_option_names_the_attribute_and_a_hundred_people_are_ten_searches() {
    let mut options = options();
    options["photo"] = json!("portrait");
    let names: Vec<String> = (0..100).map(|n| format!("p{n}")).collect();
    let marks: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "")).collect();
    let entries: Vec<LdapEntry> = names
        .iter()
        .map(|name| with_photo(name, "portrait", name.as_bytes()))
        .collect();
    let transcript = asked(&options, &marks, &entries);
    assert_eq!(
        (transcript.requests.len(), transcript.pictures.len()),
        (10, 100)
    );
    let search = search_of(&transcript.requests[0]);
    assert_eq!(search.attributes, ["entryUUID", "portrait"]);
    assert!(search.binary.contains(&"portrait".to_owned()));
}

#[test]
fn an_error_of_the_directory_is_no_missing_photo() {
    let marks = vec![(uuid("ada"), String::new())];
    let transcript = run::<Ldap>(&options(), begin(Goal::Pictures(marks), &[]), |request| {
        super::code(request, 51, "busy")
    });
    assert_eq!((transcript.pictures.len(), transcript.complete), (0, None));
    assert!(!transcript.code().is_empty());
}
