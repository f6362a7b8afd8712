//! Commands that look: `explain`, `runs`, `run show`, `check`, `connector`, `plugin`, `help`.

use serde_json::Value;

use super::terminal::{PLAIN, Terminal};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn runs_are_listed_newest_first_and_shown_with_their_changes() {
    let terminal = Terminal::start(12).await;
    let none = terminal.run(&["runs", "--json"]).await;
    assert_eq!((none.exit, none.json()), (0, serde_json::json!([])));
    terminal.run(&["plan", "demo"]).await;
    let synced = terminal.run(&["sync", "demo", "--json"]).await.json();
    let runs = terminal.run(&["runs", "--json"]).await.json();
    let runs = runs.as_array().unwrap();
    let verbs: Vec<&Value> = runs.iter().map(|run| &run["verb"]).collect();
    assert_eq!(verbs, ["sync", "plan"]);
    assert_eq!(
        (&runs[0]["id"], &runs[0]["state"]),
        (&synced["run"], &"applied".into())
    );
    assert_eq!(runs[0]["connector"], "demo");
    assert!(runs[0]["started"].as_str().unwrap().ends_with('Z'));
    let id = synced["run"].as_str().unwrap();
    let shown = terminal.run(&["run", "show", id, "--json"]).await;
    assert_eq!(shown.exit, 0);
    let shown = shown.json();
    assert_eq!(shown["report"]["summary"], synced["summary"]);
    assert_eq!(shown["report"]["changes"], synced["changes"]);
    let unknown = terminal.run(&["run", "show", "ffffffff", "--json"]).await;
    assert_eq!((unknown.exit, unknown.code().as_str()), (1, "no-such-run"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failed_run_is_in_the_list() {
    let terminal = Terminal::start(3).await;
    std::fs::write(terminal.path("entra-secret"), "wrong").unwrap();
    assert_eq!(terminal.run(&["sync", "demo"]).await.exit, 4);
    let runs = terminal.run(&["runs", "--json"]).await.json();
    assert_eq!(runs[0]["state"], "failed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn check_tells_of_an_unset_secret_in_a_line_and_looks_at_the_rest() {
    let terminal = Terminal::start(3).await;
    std::fs::remove_file(terminal.path("jira-password")).unwrap();
    let told = terminal.run(&["check", "demo", "--json"]).await;
    assert_eq!(told.exit, 1, "{told:?}");
    let lines = told.json()[0]["lines"].as_array().unwrap().clone();
    let is_wrong = |line: &&serde_json::Value| line["ok"] == false;
    let wrong: Vec<_> = lines.iter().filter(is_wrong).collect();
    assert_eq!(wrong.len(), 1, "{lines:#?}");
    assert_eq!(wrong[0]["name"], "jira: configuration");
    assert!(wrong[0].to_string().contains("jira-password"), "{wrong:?}");
    assert!(lines.iter().any(|line| line["name"] == "source: sign-in"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn check_tells_of_a_credential_that_does_not_fit_in_a_line_and_looks_at_the_rest() {
    let terminal = Terminal::start(3).await;
    let file = terminal.path("connectors/demo.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let fitting = "kind = \"oauth2-client-credentials\"";
    assert!(text.contains(fitting), "{text}");
    let secret = text
        .lines()
        .find(|line| line.contains("client-secret"))
        .unwrap();
    let place = secret.split_once('=').unwrap().1;
    let rest: Vec<&str> = text
        .lines()
        .filter(|line| !line.contains("client-secret") && !line.contains("client-id"))
        .collect();
    let other = format!("kind = \"bearer\"\ntoken ={place}");
    std::fs::write(&file, rest.join("\n").replace(fitting, &other) + "\n").unwrap();
    let told = terminal.run(&["check", "demo", "--json"]).await;
    assert_eq!(told.exit, 1, "{told:?}");
    let lines = told.json()[0]["lines"].as_array().unwrap().clone();
    let wrong: Vec<_> = lines.iter().filter(|line| line["ok"] == false).collect();
    assert_eq!(wrong.len(), 1, "{lines:#?}");
    assert_eq!(wrong[0]["name"], "source: configuration");
    assert!(
        wrong[0]["message"].to_string().contains("bearer"),
        "{wrong:?}"
    );
    assert_ne!(wrong[0]["fix"], "");
    assert!(
        lines
            .iter()
            .any(|line| line["name"].to_string().contains("jira: "))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_value_is_explained_from_its_source_to_the_run_that_wrote_it() {
    let terminal = Terminal::start(12).await;
    terminal.maps("Department = { from = \"department\", steps = [\"text.upper\"] }");
    let run = terminal.run(&["sync", "demo", "--json"]).await.json()["run"].clone();
    let who = terminal.who(2);
    let department = terminal.member(who, "department").unwrap();
    let user = terminal.member(who, "userPrincipalName").unwrap();
    let told = terminal
        .run(&["explain", "demo", &user, "Department", "--json"])
        .await;
    assert_eq!(told.exit, 0, "{told:?}");
    let field = &told.json()["targets"][0]["fields"][0];
    assert!(field.to_string().contains(&department), "{field:#}");
    assert_eq!(field["ledger"]["value"], department.to_uppercase());
    assert_eq!(field["ledger"]["run"], run);
    let words = terminal.run(&["explain", "demo", &user]).await;
    assert!(
        words.out.contains("text.upper") && words.out.contains(&department),
        "{words:?}"
    );
    let nobody = terminal.run(&["explain", "demo", "nobody", "--json"]).await;
    assert_eq!((nobody.exit, nobody.code().as_str()), (1, "no-such-person"));
    let no_field = terminal
        .run(&["explain", "demo", &user, "Unheard", "--json"])
        .await;
    assert_eq!(
        (no_field.exit, no_field.code().as_str()),
        (1, "no-such-field")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_check_is_well_or_says_what_to_do() {
    let terminal = Terminal::start(6).await;
    let well = terminal.run(&["check", "demo", "--json"]).await;
    assert_eq!(well.exit, 0, "{well:?}");
    let lines = well.json()[0]["lines"].as_array().unwrap().clone();
    assert!(
        lines.len() >= 5 && lines.iter().all(|line| line["ok"] == true),
        "{lines:?}"
    );
    terminal
        .world
        .jira
        .configure(|settings| settings.is_admin = false);
    let ill = terminal.run(&["check", "demo"]).await;
    assert_eq!(ill.exit, 1);
    assert!(
        ill.out.contains("FAIL") && ill.out.contains("do: "),
        "{ill:?}"
    );
    assert!(terminal.world.jira.writes().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connectors_are_listed_and_validated_without_a_request() {
    let terminal = Terminal::start(1).await;
    terminal.connector("", PLAIN);
    let list = terminal.run(&["connector", "list", "--json"]).await.json();
    assert_eq!(
        (&list[0]["connector"], &list[0]["targets"]),
        (&"demo".into(), &serde_json::json!(["jira"]))
    );
    let valid = terminal
        .run(&["connector", "validate", "demo", "--json"])
        .await;
    assert_eq!(valid.exit, 0, "{valid:?}");
    assert!(
        valid.out.contains("department") && valid.out.contains("sha256:"),
        "{valid:?}"
    );
    assert_eq!(terminal.world.graph.counts().requests, 0);
    assert_eq!(terminal.world.jira.counts().requests, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn plugins_are_listed_and_inspected() {
    let terminal = Terminal::start(1).await;
    let list = terminal.run(&["plugin", "list", "--json"]).await;
    assert_eq!(list.exit, 0);
    let list = list.json();
    let ids: Vec<&str> = list
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|p| p["plugin"].as_str())
        .collect();
    for id in [
        "entra", "ldap", "text", "template", "lookup", "list", "phone",
    ] {
        assert!(ids.contains(&id), "{id} of {ids:?}");
    }
    let text = terminal.run(&["plugin", "inspect", "text", "--json"]).await;
    assert_eq!(text.exit, 0);
    assert!(text.json().to_string().contains("regex-replace"));
    let unknown = terminal
        .run(&["plugin", "inspect", "unheard-of", "--json"])
        .await;
    assert_ne!(unknown.exit, 0);
    unknown.code();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn codes_are_explained() {
    let terminal = Terminal::start(1).await;
    let told = terminal.run(&["help", "many-values"]).await;
    assert_eq!(told.exit, 0);
    assert!(told.out.contains("many-values"));
    let all = terminal.run(&["help"]).await;
    assert!(all.out.lines().count() > 40);
    assert_ne!(terminal.run(&["help", "unheard-of"]).await.exit, 0);
}
