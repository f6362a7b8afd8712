//! Answers that Graph really gave, or that its documentation shows, read by the real component.
//!
//! Users become people with the right keys and names, and the host projects the right values out
//! of their documents; members of groups and managers become what they are. What goes wrong with
//! such bodies is in `recorded_errors`.

use attune_server::source::{Document, Goal, Person, Presence};
use serde_json::json;

use crate::entra::{self, Talk, converse, people, values};
use crate::replay::{Replay, answer, body, recorded, with_id};

const ADELE: &str = "87d349ed-44d7-43e1-9a83-5f2406dee5bd";

async fn listed(name: &str, wanted: &[&str]) -> Talk {
    let world = Replay::of(vec![recorded(name)]);
    let source = world.source(&entra::plugin(), json!({}));
    let talk = converse(&source, Goal::Everyone, wanted, &[]).await;
    assert_eq!(world.asked().len(), 1, "{:?}", world.asked());
    talk
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn listed_users_become_people_with_their_values() {
    let wanted = ["displayName", "jobTitle", "department", "mail"];
    let talk = listed("02-list-endswith-count", &wanted).await;
    assert_eq!(talk.count(), 1);
    let grady = talk.person("e8b753b5-4117-464e-9a08-713e1ff266b3");
    // User principal name and address are the same; names are compared without case.
    assert!(
        grady.names.iter().all(|name| name == "GradyA@contoso.com"),
        "{:?}",
        grady.names
    );
    assert!(!grady.names.is_empty());
    assert_eq!(
        values(grady, &wanted),
        [
            "Text Grady Archie",
            "Text Designer",
            "Absent",
            "Text GradyA@contoso.com"
        ]
    );

    let wanted = [
        "assignedLicenses[0].skuId",
        "assignedLicenses[0].disabledPlans",
    ];
    let talk = listed("04-list-assigned-licenses", &wanted).await;
    assert_eq!(talk.count(), 2);
    let debra = talk.person("81a133c2-bdf2-4e67-8755-7264366b04ee");
    assert_eq!(debra.names, ["DebraB@contoso.com"]);
    let licence = "Text cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46";
    assert_eq!(values(debra, &wanted), [licence, "Json []"]);

    let wanted = [
        "businessPhones[0]",
        "jobTitle",
        "mobilePhone",
        "officeLocation",
    ];
    let talk = listed("48-fixture-users-page2-last", &wanted).await;
    assert_eq!(talk.count(), 2);
    let alex = talk.person("4782e723-f4f4-4af3-a76e-25e3bab0d896");
    assert_eq!(
        values(alex, &wanted),
        [
            "Text +1 858 555 0110",
            "Text Marketing Assistant",
            "Null",
            "Text 131/1104"
        ]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn null_empty_and_absent_stay_apart() {
    let wanted = [
        "givenName",
        "mail",
        "businessPhones",
        "businessPhones[0]",
        "department",
    ];
    let talk = listed("34-list-default-two-users", &wanted).await;
    assert_eq!(talk.count(), 2);
    let room = talk.person("6ea91a8d-e32e-41a1-b7bd-d2d185eed0e0");
    let adams = "Text Adams@contoso.com";
    assert_eq!(
        values(room, &wanted),
        ["Null", adams, "Json []", "Absent", "Absent"]
    );
    let admin = talk.person("4562bcc8-c436-4f95-b7c0-4f8ce89dca5e");
    assert_eq!(admin.names, ["admin@contoso.com"]);
    let (list, phone) = ("Json [\"425-555-0100\"]", "Text 425-555-0100");
    assert_eq!(
        values(admin, &wanted),
        ["Text MOD", "Null", list, phone, "Absent"]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn extensions_of_every_kind_are_read() {
    let wanted = [
        "extension_b7d8e648520f41d3b9c0fdeb91768a0a_jobGroupTracker",
        "extension_b7d8e648520f41d3b9c0fdeb91768a0a_permanent_pensionable",
        "extension_b7d8e648520f41d3b9c0fdeb91768a0a_notSet",
    ];
    let talk = listed("40-list-directory-extensions", &wanted).await;
    assert_eq!(talk.count(), 1);
    let adele = talk.person("63384f56-42d2-4aa7-b1d6-b10c78f143a2");
    assert_eq!(
        values(adele, &wanted),
        ["Text E4", "Boolean true", "Absent"]
    );

    let wanted = [
        "ext55gb1l09_msLearnCourses.courseName",
        "ext55gb1l09_msLearnCourses.courseId",
        "ext55gb1l09_msLearnCourses.nothing",
    ];
    let talk = single("36-get-schema-extension", &wanted).await;
    let values_of = |talk: &Talk, wanted: &[&str]| values(talk.person(ADELE), wanted);
    assert_eq!(
        values_of(&talk, &wanted),
        [
            "Text Introduction to Microsoft Graph",
            "Integer 1",
            "Absent"
        ]
    );

    // Null when there are none and also without the permission.
    let wanted = [
        "customSecurityAttributes",
        "customSecurityAttributes.Engineering.Project[0]",
    ];
    let talk = single("38-get-custom-security-attributes-null", &wanted).await;
    assert_eq!(values_of(&talk, &wanted), ["Null", "Absent"]);

    let wanted = ["displayName", "givenName", "postalCode"];
    let talk = single("06-get-select", &wanted).await;
    assert_eq!(
        values_of(&talk, &wanted),
        ["Text Adele Vance", "Text Adele", "Text 98004"]
    );
}

/// One user by id, in an answer to which the id was added.
async fn single(name: &str, wanted: &[&str]) -> Talk {
    let world = Replay::of(vec![with_id(name, ADELE)]);
    let source = world.source(&entra::plugin(), json!({}));
    let talk = converse(&source, people(&[ADELE]), wanted, &[]).await;
    assert_eq!(talk.count(), 1);
    talk
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_manager_is_a_relation() {
    let world = Replay::of(vec![recorded("16-manager-expand-levels-max")]);
    let source = world.source(&entra::plugin(), json!({}));
    let id = "a97733ce-92a4-4e7e-8d45-8e1f3e6a69d8";
    let wanted = ["displayName", "manager.displayName"];
    let talk = converse(&source, people(&[id]), &wanted, &[]).await;
    assert_eq!(talk.count(), 1);
    let person = talk.person(id);
    let relations: Vec<_> = person
        .relations
        .iter()
        .map(|link| (link.role.as_str(), link.name.as_str()))
        .collect();
    assert_eq!(
        relations,
        [("manager", "7d54cb02-aaa3-4016-9f9c-a4b49422dd9b")]
    );
    assert_eq!(
        values(person, &["displayName"]),
        ["Text Individual Contributor"]
    );
}

/// Pages of a delta walk have the shape of any other list; `@removed` says that somebody is gone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_walk_follows_next_links_whole_and_ends_without_one() {
    let pages = ["10-delta-walk-1-nextlink", "12-delta-walk-3-deltalink"];
    let world = Replay::of(pages.map(recorded).to_vec());
    let source = world.source(&entra::plugin(), json!({}));
    let talk = converse(&source, Goal::Everyone, &["displayName"], &[]).await;
    assert_eq!(talk.count(), 4);
    assert_eq!(talk.keys().len(), 4);
    let page: serde_json::Value = serde_json::from_str(&body(pages[0])).unwrap();
    let link = page["@odata.nextLink"].as_str().unwrap();
    assert_eq!(world.requests().last().unwrap().url.as_str(), link);

    let talk = listed("14-delta-walk-5-deltalink-removed", &["displayName"]).await;
    assert_eq!(talk.count(), 1);
    let gone = talk.person("8ffff70c-1c63-4860-b963-e34ec660931d");
    assert_eq!(
        (gone.presence, &gone.document),
        (Presence::Gone, &Document::Nothing)
    );
}

/// The same walk as what changed since a mark: people are partial, and the last link is the mark.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_walk_over_changes_ends_with_the_next_mark() {
    let mark = "https://graph.microsoft.com/v1.0/users/delta?$deltatoken=before";
    let pages = ["10-delta-walk-1-nextlink", "12-delta-walk-3-deltalink"];
    let world = Replay::of(pages.map(recorded).to_vec());
    let source = world.source(&entra::plugin(), json!({}));
    let since = || Goal::ChangesSince(mark.to_owned());
    let talk = converse(&source, since(), &["displayName"], &[]).await;
    assert_eq!(talk.count(), 4);
    let partial = |person: &Person| person.presence == Presence::Partial;
    assert!(talk.page.people.iter().all(partial));
    let link = |page: &str, name: &str| {
        let page: serde_json::Value = serde_json::from_str(&body(page)).unwrap();
        page[name].as_str().unwrap().to_owned()
    };
    let asked: Vec<String> = world.requests().iter().map(|r| r.url.to_string()).collect();
    let next = link(pages[0], "@odata.nextLink");
    assert!(asked.ends_with(&[mark.to_owned(), next]), "{asked:?}");
    let later = talk.result.unwrap().checkpoint;
    assert_eq!(later, Some(link(pages[1], "@odata.deltaLink")));

    let world = Replay::of(vec![recorded("14-delta-walk-5-deltalink-removed")]);
    let source = world.source(&entra::plugin(), json!({}));
    let talk = converse(&source, since(), &["displayName"], &[]).await;
    assert_eq!(talk.count(), 1);
    let gone = talk.person("8ffff70c-1c63-4860-b963-e34ec660931d");
    assert_eq!(gone.presence, Presence::Gone);

    // The documentation's example leaves out the id, which Graph itself never does.
    let world = Replay::of(vec![recorded("08-delta-select")]);
    let source = world.source(&entra::plugin(), json!({}));
    let talk = converse(&source, since(), &["displayName"], &[]).await;
    assert_eq!(talk.refusal().0, "bad-answer");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_of_a_group_are_asked_for_by_their_ids() {
    let group = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee";
    let world = Replay::of(vec![
        recorded("44-recorded-group-members"),
        recorded("46-recorded-group-members-cast-user-count"),
    ]);
    let source = world.source(&entra::plugin(), json!({}));
    let talk = converse(&source, Goal::Everyone, &["displayName"], &[group]).await;
    assert_eq!(talk.count(), 1);
    let richard = talk.person("pppppppp-qqqq-rrrr-ssss-tttttttttttt");
    assert_eq!(values(richard, &["displayName"]), ["Text Richard"]);
    let asked = world.asked();
    assert!(
        asked[0].starts_with(&format!("/v1.0/groups/{group}/transitiveMembers/")),
        "{asked:?}"
    );
    assert!(
        asked[1].contains("id in ('pppppppp-qqqq-rrrr-ssss-tttttttttttt')"),
        "{asked:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_single_person_is_held_against_their_groups() {
    for (group, is_member) in [
        ("11111111-2222-3333-4444-555555555555", true),
        ("11111111-2222-3333-4444-666666666666", false),
    ] {
        let world = Replay::of(vec![
            with_id("06-get-select", ADELE),
            recorded("18-transitivememberof-2"),
        ]);
        let source = world.source(&entra::plugin(), json!({}));
        let talk = converse(&source, people(&[ADELE]), &["displayName"], &[group]).await;
        assert_eq!(talk.count(), 1);
        let adele = talk.person(ADELE);
        assert_eq!(adele.in_scope, Some(is_member), "{group}");
        assert_eq!(values(adele, &["displayName"]), ["Text Adele Vance"]);
    }
}

/// The documentation's own example has the same id twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_who_comes_twice_is_one_person() {
    let (trevor, other) = ("84b80893-8749-40a3-97b7-68513b600544", ADELE);
    let missing = r#"{"error":{"code":"Request_ResourceNotFound","message":""}}"#;
    let world = Replay::of(vec![
        recorded("24-directoryobjects-getbyids"),
        answer(404, missing),
    ]);
    let source = world.source(&entra::plugin(), json!({}));
    let talk = converse(&source, people(&[trevor, other]), &["displayName"], &[]).await;
    assert_eq!(talk.count(), 1);
    assert_eq!(talk.page.absent, [other]);
}
