//! `mapping suggest`: rows of what people have, which can be pasted.

use serde_json::json;

use super::terminal::{PLAIN, Terminal};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_are_proposed_can_be_pasted_and_are_left_out_once_they_are_there() {
    let terminal = Terminal::start(40).await;
    let access = terminal.world.access();
    terminal.write_connector(&access.source("id = \"demo\"", ""));
    let told = terminal.run(&["mapping", "suggest", "demo"]).await;
    assert_eq!(told.exit, 0, "{told:?}");
    let again = terminal.run(&["mapping", "suggest", "demo"]).await;
    assert_eq!(told.out, again.out, "the same people, the same proposals");
    for row in [
        "Department = \"department\"",
        "Phone = \"businessPhones[0]\"",
        "Manager = \"manager.displayName\"",
    ] {
        let row = row.split_once(" = ").unwrap();
        let has = |line: &str| {
            let pair = line.split_once('=');
            pair.is_some_and(|(key, rest)| key.trim() == row.0 && rest.trim().starts_with(row.1))
        };
        assert!(told.out.lines().any(has), "{row:?} in {}", told.out);
    }
    assert!(told.out.contains("% of 40 people"), "{}", told.out);
    for place in 0..40 {
        let city = terminal.member(terminal.who(place), "city");
        assert!(
            city.is_none_or(|city| !told.out.contains(&city)),
            "{}",
            told.out
        );
    }
    // What was proposed, pasted below the targets that it is for.
    let both = access.both("id = \"demo\"", "", ("", ""));
    let (jira, wiki) = told.out.split_once("[target.wiki.map]\n").unwrap();
    let rows = jira.strip_prefix("[target.jira.map]\n").unwrap();
    let pasted = both
        .replace("[target.jira.map]\n", &format!("[target.jira.map]\n{rows}"))
        .replace("[target.wiki.map]\n", &format!("[target.wiki.map]\n{wiki}"));
    terminal.write_connector(&pasted);
    let valid = terminal.run(&["connector", "validate", "demo"]).await;
    assert_eq!(valid.exit, 0, "{valid:?}\n{pasted}");
    let told = terminal
        .run(&["mapping", "suggest", "demo", "--sample", "40", "--json"])
        .await
        .json();
    assert_eq!(
        (&told["suggestions"], &told["people"]),
        (&json!([]), &json!(40))
    );
    assert!(
        told["toml"].as_str().unwrap().starts_with("# nothing"),
        "{told:#}"
    );
    assert_eq!(terminal.world.jira.counts().requests, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn proposals_say_why_as_json_and_fail_as_the_source_does() {
    let terminal = Terminal::start(10).await;
    terminal.maps(PLAIN);
    let told = terminal
        .run(&["mapping", "suggest", "demo", "--json"])
        .await;
    assert_eq!(told.exit, 0, "{told:?}");
    let told = told.json();
    let all = told["suggestions"].as_array().unwrap();
    assert!(!all.is_empty());
    for one in all {
        assert!(one["percent"].as_u64().unwrap() >= 5, "{one}");
        assert!(
            one["reason"].as_str().unwrap().contains("% of 10 people"),
            "{one}"
        );
        assert_eq!(one["target"], "jira");
        assert!(
            !["Department", "City"].contains(&one["field"].as_str().unwrap()),
            "{one}"
        );
    }
    let unknown = terminal
        .run(&["mapping", "suggest", "nobody", "--json"])
        .await;
    assert_eq!((unknown.exit, unknown.code().as_str()), (2, "config"));
    std::fs::write(terminal.path("entra-secret"), "wrong").unwrap();
    let wrong = terminal
        .run(&["mapping", "suggest", "demo", "--json"])
        .await;
    assert_eq!((wrong.exit, wrong.code().as_str()), (4, "sign-in"));
}
