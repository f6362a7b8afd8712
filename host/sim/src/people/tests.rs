//! The invented company is the same every time, and as untidy as a real one.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::*;

fn count(people: &People, member: &str, wanted: impl Fn(Option<&Value>) -> bool) -> usize {
    let members = people.iter().map(|who| people.member(who, member));
    members.filter(|value| wanted(value.as_ref())).count()
}

#[test]
fn same_seed_same_people() {
    let (one, other) = (People::generate(7, 500), People::generate(7, 500));
    for who in one.iter() {
        assert_eq!(one.document(who), other.document(who));
        assert_eq!(one.manager(who), other.manager(who));
    }
    let strangers = People::generate(8, 500);
    let same = one.iter().filter(|who| one.id(*who) == strangers.id(*who));
    assert_eq!(same.count(), 0);
}

#[test]
fn more_people_begin_with_the_same_people() {
    let (few, many) = (People::generate(7, 30), People::generate(7, 35));
    for who in few.iter() {
        assert_eq!(few.document(who), many.document(who));
    }
}

#[test]
fn ids_and_names_are_unique_and_found() {
    let people = People::generate(3, 5000);
    let mut ids = HashSet::new();
    let mut names = HashSet::new();
    for who in people.iter() {
        let (id, name) = (people.id(who), people.user_principal_name(who));
        assert!(name.is_ascii(), "{name}");
        assert_eq!(people.find(&id), Some(who));
        assert_eq!(people.find(&name.to_uppercase()), Some(who));
        assert!(
            ids.insert(id) && names.insert(name.to_lowercase()),
            "{name}"
        );
    }
    assert_eq!(people.find("nobody@contoso.example"), None);
    assert_eq!(people.find("00000000-0000-4000-8000-000000000000"), None);
}

#[test]
fn everything_a_mapping_may_meet_occurs() {
    let people = People::generate(1, 5000);
    let is_null = |value: Option<&Value>| value == Some(&Value::Null);
    let is_text = |text: &'static str| move |value: Option<&Value>| value == Some(&json!(text));
    assert!(count(&people, "department", is_null) > 50);
    assert!(count(&people, "department", is_text("")) > 3);
    assert!(count(&people, "department", is_text("  Sales ")) > 0);
    assert!(count(&people, "mail", is_null) > 50);
    assert!(count(&people, "userType", is_text("Guest")) > 200);
    assert!(count(&people, "accountEnabled", |v| v == Some(&json!(false))) > 80);
    assert!(count(&people, "businessPhones", |v| v == Some(&json!([]))) > 200);
    let extension = members::MEMBERS.last().unwrap();
    assert!(count(&people, extension, |value| value.is_none()) > 2000);
    let centres = people.iter().filter_map(|who| {
        people.member(who, "onPremisesExtensionAttributes")?["extensionAttribute1"]
            .as_str()
            .map(|text| text.starts_with("CC-"))
    });
    assert!(centres.filter(|is_usual| *is_usual).count() > 4000);
    let guest = people.iter().find(|who| people.is_guest(*who)).unwrap();
    let name = people.user_principal_name(guest);
    assert!(name.ends_with(".example#EXT#@contoso.example"), "{name}");
    let umlauts = count(&people, "displayName", |value| {
        !value.unwrap().as_str().unwrap().is_ascii()
    });
    assert!((1000..4000).contains(&umlauts), "{umlauts}");
}

#[test]
fn managers_form_a_tree_with_one_cycle_and_a_few_dangling() {
    let people = People::generate(1, 3000);
    let head = people.iter().next().unwrap();
    assert_eq!(people.manager(head), Manager::Nobody);
    let (mut dangling, mut in_circles, mut at_head) = (0, 0, 0);
    for who in people.iter() {
        let mut at = who;
        let mut steps = 0;
        loop {
            match people.manager(at) {
                Manager::Nobody => {
                    at_head += usize::from(at == head);
                    break;
                }
                Manager::Dangling => {
                    dangling += usize::from(at == who);
                    assert_eq!(people.find(&people.dangling_id(at)), None);
                    break;
                }
                Manager::Person(leader) => {
                    assert!(!people.is_guest(leader) && leader != at);
                    at = leader;
                }
            }
            steps += 1;
            if steps > 20 {
                in_circles += 1;
                break;
            }
        }
    }
    assert_eq!(in_circles, 2);
    assert!((2..40).contains(&dangling), "{dangling}");
    assert!(at_head > 2700, "{at_head}");
}

#[test]
fn edits_show_and_can_be_anything() {
    let mut people = People::generate(1, 50);
    let who = people.iter().nth(20).unwrap();
    people.set(who, "department", "Sales");
    people.set_raw(who, "city", r#""\ud800""#);
    people.unset(who, "mail");
    people.rename(who, "Änne", "Weiß-Öztürk");
    let mut json = String::new();
    let wanted = ["department", "city", "mail", "displayName"];
    people.write(who, &wanted, &mut json);
    assert_eq!(
        json,
        r#""department":"Sales","city":"\ud800","displayName":"Änne Weiß-Öztürk""#
    );
    assert_eq!(people.member(who, "mail"), None);
}

#[test]
fn removed_people_are_gone_and_a_successor_has_another_id() {
    let mut people = People::generate(1, 50);
    let who = people.iter().nth(20).unwrap();
    let (id, name) = (people.id(who), people.user_principal_name(who));
    let successor = people.recreate(who);
    assert_eq!(people.len(), 50);
    assert!(people.iter().all(|known| known != who));
    assert_eq!(people.find(&id), None);
    assert_eq!(people.find(&name), Some(successor));
    assert_ne!(people.id(successor), id);
}

#[test]
fn a_missing_first_member_leaves_no_comma() {
    let mut people = People::generate(1, 3);
    let who = people.iter().next().unwrap();
    people.unset(who, "mail");
    let mut json = String::from("{");
    people.write(who, &["mail", "surname"], &mut json);
    assert!(json.starts_with("{\"surname\":"), "{json}");
}
