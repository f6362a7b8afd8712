//! The delta query, held against Microsoft's description of it.

use serde_json::{Value, json};

use super::{DeltaTraps, Lost};
use crate::graph::{Graph, Options};
use crate::people::{Manager, People, Who};
use crate::probe::{Probe, graph_probe};

async fn start(number: usize) -> (Graph, Probe) {
    let graph = Graph::start(Options::of(People::generate(1, number)))
        .await
        .unwrap();
    let probe = graph_probe(&graph).await;
    (graph, probe)
}

/// All people of a round and the link where the next one goes on.
async fn round(graph: &Graph, probe: &Probe, path: &str) -> (Vec<Value>, String) {
    let mut people = Vec::new();
    let mut path = path.to_owned();
    loop {
        let answer = probe.get(&path).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let body = answer.json();
        people.extend(body["value"].as_array().unwrap().iter().cloned());
        let link = |name: &str| {
            let link = body[name].as_str()?;
            Some(link.strip_prefix(&graph.url()).unwrap().to_owned())
        };
        match (link("@odata.nextLink"), link("@odata.deltaLink")) {
            (Some(next), None) => path = next,
            (None, Some(link)) => return (people, link),
            both => panic!("{both:?}"),
        }
    }
}

fn who(graph: &Graph, place: usize) -> Who {
    graph.people(|people| people.iter().nth(place).unwrap())
}

#[tokio::test]
async fn the_first_round_has_everybody_and_the_next_what_changed() {
    let (graph, probe) = start(250).await;
    let (everybody, link) = round(&graph, &probe, "/v1.0/users/delta?$select=department").await;
    assert_eq!(everybody.len(), 250);
    let (nobody, link) = round(&graph, &probe, &link).await;
    assert_eq!(nobody, Vec::<Value>::new());
    let (one, other) = (who(&graph, 3), who(&graph, 4));
    let (id, gone) = graph.people(|people| {
        people.set(one, "department", "New");
        people.set(one, "jobTitle", "not selected");
        people.remove(other);
        (people.id(one), people.id(other))
    });
    let (changed, _) = round(&graph, &probe, &link).await;
    let expected = [
        json!({ "id": id, "department": "New" }),
        json!({ "id": gone, "@removed": { "reason": "changed" } }),
    ];
    assert_eq!(changed, expected);
}

#[tokio::test]
async fn latest_has_nobody_and_goes_on_from_now() {
    let (graph, probe) = start(5).await;
    let one = who(&graph, 1);
    graph.people(|people| people.set(one, "city", "before"));
    let path = "/v1.0/users/delta?$select=city,department&$deltatoken=latest";
    let (nobody, link) = round(&graph, &probe, path).await;
    assert_eq!(nobody, Vec::<Value>::new());
    graph.people(|people| people.set(one, "department", Value::Null));
    let (changed, _) = round(&graph, &probe, &link).await;
    assert_eq!(changed[0]["department"], Value::Null);
    assert_eq!(changed[0]["city"], "before");
    let minimal = probe.with("prefer", "return=minimal").get(&link).await;
    let value = &minimal.json()["value"][0];
    assert!(value.get("city").is_none() && value.get("department").is_some());
}

#[tokio::test]
async fn a_manager_is_told_as_a_delta_of_its_own() {
    let (graph, probe) = start(9).await;
    let path = "/v1.0/users/delta?$select=id,manager&$deltatoken=latest";
    let (_, link) = round(&graph, &probe, path).await;
    let (one, new) = (who(&graph, 5), who(&graph, 6));
    let (before, after) = graph.people(|people| {
        let Manager::Person(before) = people.manager(one) else {
            panic!("somebody leads the sixth person")
        };
        people.set_manager(one, Manager::Person(new));
        (people.id(before), people.id(new))
    });
    let (changed, link) = round(&graph, &probe, &link).await;
    let told = &changed[0]["manager@delta"];
    assert_eq!(
        (&told[0]["id"], &told[1]["id"]),
        (&json!(before), &json!(after))
    );
    assert_eq!(told[0]["@removed"]["reason"], "deleted");
    graph.configure(|settings| settings.traps.delta.hides_managers = true);
    graph.people(|people| people.set_manager(one, Manager::Nobody));
    let (changed, _) = round(&graph, &probe, &link).await;
    assert_eq!(changed[0].get("manager@delta"), None);
}

#[tokio::test]
async fn what_a_delta_does_not_support_is_refused() {
    let (_graph, probe) = start(2).await;
    for wrong in [
        "$top=5",
        "$expand=manager",
        "$orderby=displayName",
        "$search=\"displayName:a\"",
        "$count=true",
        "$filter=accountEnabled eq true",
        "$select=signInActivity",
        "$select=aboutMe",
        "$select=shoeSize",
        "$deltatoken=nonsense",
    ] {
        let answer = probe.get(&format!("/v1.0/users/delta?{wrong}")).await;
        assert_eq!(answer.status, 400, "{wrong}");
    }
}

#[tokio::test]
async fn tokens_expire_in_three_ways() {
    let (graph, probe) = start(2).await;
    let (_, link) = round(&graph, &probe, "/v1.0/users/delta?$deltatoken=latest").await;
    graph.expire_deltas();
    for (lost, status, code) in [
        (Lost::Location, 410, "Gone"),
        (Lost::SyncStateNotFound, 410, "syncStateNotFound"),
        (Lost::ResyncRequired, 400, "resyncRequired"),
    ] {
        graph.configure(|settings| settings.traps.delta.lost = lost);
        let answer = probe.get(&link).await;
        assert_eq!(answer.status, status);
        assert_eq!(answer.json()["error"]["code"], code);
        assert_eq!(
            !answer.header("location").is_empty(),
            lost == Lost::Location
        );
    }
}

#[tokio::test]
async fn replays_bring_people_again() {
    let (graph, probe) = start(30).await;
    let one = who(&graph, 1);
    graph.people(|people| people.set(one, "city", "before"));
    let (_, link) = round(&graph, &probe, "/v1.0/users/delta?$deltatoken=latest").await;
    let replays = DeltaTraps {
        replays: true,
        ..DeltaTraps::default()
    };
    graph.configure(|settings| {
        settings.traps.delta = replays;
        settings.page_max = 2;
    });
    for place in 10..13 {
        let other = who(&graph, place);
        graph.people(|people| people.set(other, "displayName", "New"));
    }
    let (changed, _) = round(&graph, &probe, &link).await;
    let mut ids: Vec<_> = changed.iter().map(|user| user["id"].clone()).collect();
    assert_eq!(ids.len(), 5);
    ids.dedup();
    assert_eq!(ids.len(), 4);
    assert_eq!(ids[0], graph.people(|people| people.id(one)));
}
