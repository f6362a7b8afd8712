//! Failures as people and programs read them: exit code, code, message, what to do.

use std::time::Duration;

use attune_sim::demo;
use attune_sim::jira::{Jira, Options};

use super::terminal::{PLAIN, Terminal};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_command_line_exits_with_2() {
    let terminal = Terminal::start(1).await;
    for args in [
        &[][..],
        &["conquer"],
        &["plan"],
        &["plan", "demo", "--people"],
        &["plan", "demo", "--user", "a", "--sample", "3"],
    ] {
        let told = terminal.run(args).await;
        assert_eq!((told.exit, told.out.as_str()), (2, ""), "{args:?}");
        assert!(told.err.contains("Usage"), "{told:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connector_that_is_missing_or_wrong_exits_with_2_and_says_where() {
    let terminal = Terminal::start(1).await;
    let missing = terminal.run(&["plan", "other", "--json"]).await;
    assert_eq!((missing.exit, missing.code().as_str()), (2, "config"));
    assert!(missing.out.contains("other"));
    let path = terminal.path("connectors/demo.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("product =", "prodct =")).unwrap();
    let typo = terminal.run(&["sync", "demo"]).await;
    assert_eq!((typo.exit, typo.out.as_str()), (2, ""));
    assert!(
        typo.err.contains("error[config]") && typo.err.contains("prodct"),
        "{typo:?}"
    );
    assert!(
        typo.err.contains("product"),
        "the hint names the key that was meant: {typo:?}"
    );
    std::fs::write(
        &path,
        text.replace("{ file = \"../jira-password\" }", "\"Pl41n\""),
    )
    .unwrap();
    let secret = terminal.run(&["plan", "demo", "--json"]).await;
    assert_eq!((secret.exit, secret.code().as_str()), (2, "config"));
    assert!(!secret.out.contains("Pl41n"), "{secret:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_step_that_no_plugin_has_or_takes_exits_with_2_and_names_the_field() {
    let terminal = Terminal::start(1).await;
    for steps in [
        "\"text.unheard-of\"",
        "\"unheard.of\"",
        "{ use = \"text.left\", number = \"x\" }",
    ] {
        terminal.maps(&format!(
            "Department = {{ from = \"department\", steps = [{steps}] }}"
        ));
        let told = terminal.run(&["plan", "demo", "--json"]).await;
        assert_eq!(told.exit, 2, "{told:?}");
        let message = told.json()["error"]["message"].to_string();
        assert!(message.contains("Department"), "{message}");
    }
    assert_eq!(terminal.world.graph.counts().requests, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_that_cannot_be_reached_is_given_up_after_ten_seconds_with_exit_4() {
    let terminal = Terminal::start(3).await;
    terminal.world.graph.pause().await;
    let told = terminal.run(&["sync", "demo", "--json"]).await;
    assert_eq!(told.exit, 4, "{told:?}");
    assert!(told.took < Duration::from_secs(20), "{told:?}");
    assert!(
        told.json()["error"]["message"]
            .to_string()
            .contains("refused"),
        "{told:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_that_cannot_be_reached_is_given_up_after_ten_seconds_with_exit_4() {
    let terminal = Terminal::start(3).await;
    terminal.world.jira.pause().await;
    for command in ["plan", "sync"] {
        let told = terminal.run(&[command, "demo", "--json"]).await;
        assert_eq!((told.exit, told.code().as_str()), (4, "connect"));
        assert!(told.took < Duration::from_secs(20), "{told:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_secret_exits_with_4_and_names_whose_it_is() {
    let terminal = Terminal::start(3).await;
    std::fs::write(terminal.path("jira-password"), "not-the-password").unwrap();
    let told = terminal.run(&["sync", "demo"]).await;
    assert_eq!(told.exit, 4);
    assert!(
        told.err.contains("error[sign-in]") && told.err.contains("svc-attune"),
        "{told:?}"
    );
    assert!(told.err.contains("hint: "), "{told:?}");
    assert!(!told.err.contains("not-the-password"), "{told:?}");
    std::fs::write(terminal.path("entra-secret"), "not-the-secret").unwrap();
    let told = terminal.run(&["sync", "demo", "--json"]).await;
    assert_eq!((told.exit, told.code().as_str()), (4, "sign-in"));
    assert!(!told.out.contains("not-the-secret"), "{told:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_target_of_two_that_is_down_exits_with_1_after_the_other_was_finished() {
    let terminal = Terminal::start(6).await;
    let accounts = terminal
        .world
        .graph
        .people(|people| demo::account_for_each(people));
    let second = Jira::start(Options::of(accounts)).await.unwrap();
    let path = terminal.path("connectors/demo.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let (_, target) = text.split_once("[target.jira]").unwrap();
    let target = target
        .replace(&terminal.world.access().jira_url, &second.url())
        .replace("[target.jira.map]", "[target.second.map]");
    std::fs::write(&path, format!("{text}[target.second]{target}")).unwrap();
    second.pause().await;
    for command in ["plan", "sync"] {
        let told = terminal.run(&[command, "demo", "--json"]).await;
        assert_eq!(told.exit, 1, "{told:?}");
        let report = told.json();
        assert_eq!(report["targets"]["second"]["error"]["code"], "connect");
        assert_eq!(report["targets"]["jira"]["error"], serde_json::Value::Null);
    }
    assert_eq!(terminal.out_of_tune(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_confluence_that_is_down_exits_with_1_after_the_jira_was_finished() {
    let terminal = Terminal::start(6).await;
    let path = terminal.path("connectors/demo.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let wiki = terminal.world.access().wiki_target("wiki");
    let map = "[target.wiki.map]\ndepartment = \"department\"\n";
    std::fs::write(&path, format!("{text}{wiki}{map}")).unwrap();
    terminal.world.wiki.pause().await;
    let told = terminal.run(&["sync", "demo", "--json"]).await;
    assert_eq!(told.exit, 1, "{told:?}");
    let targets = &told.json()["targets"];
    assert_eq!(targets["wiki"]["error"]["code"], "connect");
    assert_eq!(targets["jira"]["error"], serde_json::Value::Null);
    assert_eq!(terminal.out_of_tune(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_who_cannot_be_synced_alone_exits_with_1() {
    let terminal = Terminal::start(8).await;
    let scope = "[scope]\ninclude = [{ attribute = \"userType\", equals = \"Member\" }]";
    terminal.connector(scope, PLAIN);
    terminal.world.graph.people(|people| {
        let everybody: Vec<_> = people.iter().collect();
        people.set(everybody[3], "userType", "Guest");
        people.set(everybody[4], "mail", "shared@contoso.example");
        people.set(everybody[5], "mail", "shared@contoso.example");
    });
    let guest = terminal
        .member(terminal.who(3), "userPrincipalName")
        .unwrap();
    for (user, code) in [
        (guest.as_str(), "out-of-scope"),
        ("nobody@contoso.example", "no-such-person"),
        ("shared@contoso.example", "ambiguous-person"),
    ] {
        let told = terminal
            .run(&["sync", "demo", "--user", user, "--json"])
            .await;
        assert_eq!((told.exit, told.code().as_str()), (1, code));
    }
    assert!(terminal.world.jira.writes().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_process_on_the_same_data_is_told_who_works_there() {
    let terminal = Terminal::start(8).await;
    let gate = attune_sim::faults::Gate::default();
    terminal
        .world
        .graph
        .inject(attune_sim::faults::Fault::hold(&gate).on("GET", "/users"));
    let mut first = terminal.spawn(&["sync", "demo"]);
    gate.arrived(1).await;
    let second = terminal.run(&["sync", "demo", "--json"]).await;
    assert_eq!((second.exit, second.code().as_str()), (1, "busy"));
    assert!(
        second.out.contains(&first.id().unwrap().to_string()),
        "{second:?}"
    );
    gate.release();
    assert!(first.wait().await.unwrap().success());
    assert_eq!(terminal.out_of_tune(), Vec::<String>::new());
}
