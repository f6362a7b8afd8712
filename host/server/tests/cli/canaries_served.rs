//! Promise 9 in a service: what it answers, counts, logs and keeps, and what its plugins are told.
//!
//! Half of the connectors have a provider that delivers everything it is told as a person's
//! attribute. Their servers say back each request with its credential, so that whatever reaches the
//! plugin is kept, explained and searched like any value. A mark in the path that it asks for is
//! found in all of that: the search looks where plugins hear.

use super::canaries::{Nest, Parrot, hits_in};
use super::secrets::{search_files, spellings};
use super::serve::serve_with;
use super::terminal::{Terminal, told};

/// Stands in a path that the plugin asks for, and is no secret.
const MARK: &str = "heard-by-the-plugin";

/// A connector of the provider that keeps what it hears.
fn overheard(nest: &mut Nest<'_>, terminal: &Terminal, url: &str, kind: &str) -> String {
    let secret = nest.plain();
    let credential = match kind {
        "basic" => format!("username = \"svc-attune\"\npassword = {secret}"),
        "header" => format!("name = \"x-api-key\"\nvalue = {secret}"),
        _ => format!("token = {secret}"),
    };
    // As many answers as the server has ways to answer.
    let paths: Vec<String> = (0..6).map(|n| format!("\"/{MARK}/{n}\"")).collect();
    let access = terminal.world.access();
    format!(
        "id = \"heard-{kind}\"\n[source]\nprovider = \"eavesdropper\"\n\
         options = {{ paths = [{}] }}\n[source.endpoint]\napi = \"{url}\"\n\
         [source.credential.app]\nkind = \"{kind}\"\n{credential}\n{}\n[target.jira.map]\n\
         Note = \"heard\"\n",
        paths.join(", "),
        access.target("jira", &access.jira_url),
    )
}

/// Secrets of the service itself: the webhook's, the mail server's, the token of log-in hooks.
fn settings(nest: &mut Nest<'_>, url: &str, port: u16) -> (String, String) {
    let (hook, mail) = (nest.plain(), nest.plain());
    let token = nest.plain();
    let places = [hook, mail, token];
    // Places in attune.toml are beside it, not beside the connectors.
    let [hook, mail, token] = places.map(|place| place.replace("../", ""));
    let text = format!(
        "[auth]\ntrigger-token = {token}\n[notify]\n\
         webhook = {{ url = \"{url}/hook\", secret = {hook} }}\n\
         mail = {{ url = \"smtp://127.0.0.1:{port}\", from = \"attune@example.com\", \
         to = [\"admin@example.com\"], username = \"svc-attune\", password = {mail} }}\n"
    );
    let token = nest.secrets.last().unwrap().clone();
    (text, token)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(
    clippy::too_many_lines,
    reason = "one story from the first secret to the search"
)]
async fn a_service_with_servers_that_say_secrets_back_shows_and_hands_on_none() {
    let terminal = Terminal::start(6).await;
    let parrot = Parrot::start().await;
    let url = format!("http://127.0.0.1:{}", parrot.port);
    let mut nest = Nest::beside(&terminal);
    let kinds = ["basic", "bearer", "header", "api-token"];
    for kind in kinds {
        let text = overheard(&mut nest, &terminal, &url, kind);
        let file = terminal.path(&format!("connectors/heard-{kind}.toml"));
        std::fs::write(file, text).unwrap();
    }
    let (text, token) = settings(&mut nest, &url, parrot.port);
    std::fs::write(terminal.path("attune.toml"), text).unwrap();
    let plugins = terminal.path("plugins.d");
    std::fs::create_dir_all(&plugins).unwrap();
    let mut testing = attune_bundled::TESTING.iter();
    let listener = testing.find(|plugin| plugin.id == "eavesdropper").unwrap();
    std::fs::write(plugins.join("eavesdropper.wasm"), listener.wasm).unwrap();

    let (secrets, mut env) = (nest.secrets, nest.env);
    env.push(("ATTUNE_LOG__LEVEL".to_owned(), "trace".to_owned()));
    let served = serve_with(&terminal, &env).await;
    let mut seen: Vec<(String, Vec<u8>)> = Vec::new();
    let mut connectors: Vec<String> = kinds.map(|kind| format!("heard-{kind}")).to_vec();
    connectors.push("demo".to_owned());
    for connector in &connectors {
        let path = format!("/api/v1/connectors/{connector}/sync?wait=30");
        for given in [None, Some("another"), Some(token.as_str())] {
            let answer = served.ask("POST", &path, given).await;
            seen.push((path.clone(), answer.into_bytes()));
        }
    }
    let mut heard = 0;
    let mut lines: Vec<Vec<&str>> = vec![
        vec!["runs", "--json"],
        vec!["held", "--json"],
        vec!["audit", "--json"],
        vec!["connector", "list", "--json"],
        vec!["plugin", "inspect", "eavesdropper", "--json"],
        vec!["notify", "test"],
        vec!["doctor"],
        vec!["backup", "create", "backup.tar"],
    ];
    lines.extend(connectors.iter().map(|name| vec!["check", name, "--json"]));
    for kind in [
        "heard-basic",
        "heard-bearer",
        "heard-header",
        "heard-api-token",
    ] {
        lines.push(vec!["explain", kind, "overheard", "--json"]);
    }
    let runs = terminal.run(&["runs", "--json"]).await.json();
    let ids: Vec<String> = runs
        .as_array()
        .unwrap()
        .iter()
        .map(|run| run["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(ids.len(), connectors.len(), "{runs}");
    lines.extend(ids.iter().map(|id| vec!["run", "show", id, "--json"]));
    for args in &lines {
        let mut command = terminal.command(args);
        command.envs(env.iter().cloned());
        let told = told(command).await;
        if args.first() == Some(&"explain") {
            assert_eq!(told.exit, 0, "{told:?}");
            let is_whole = told.out.contains(MARK) && told.out.contains("[secret]");
            heard += usize::from(is_whole);
        }
        seen.push((format!("words of {args:?}"), told.out.into_bytes()));
        seen.push((format!("log of {args:?}"), told.err.into_bytes()));
    }
    assert_eq!(heard, kinds.len(), "each plugin heard a request said back");
    for path in ["/metrics", "/readyz", "/livez", "/api/v1/jobs/1"] {
        let answer = served.ask("GET", path, Some(&token)).await;
        seen.push((path.to_owned(), answer.into_bytes()));
    }
    let metrics = &seen.iter().find(|(what, _)| what == "/metrics").unwrap().1;
    assert!(
        metrics
            .windows(15)
            .any(|window| window == b"attune_http_req")
    );
    seen.push(("the service's log".to_owned(), served.said().into_bytes()));
    assert!(served.said().len() > 10_000, "the log was on");
    assert_eq!(served.end().await, Some(0));
    assert!(terminal.path("backup.tar").exists());
    seen.extend(search_files(&terminal.path(""), &["secrets", "compiled"]));

    let mut hits = Vec::new();
    for (what, bytes) in &seen {
        hits_in(&secrets, what, bytes, &mut hits);
    }
    assert_eq!(hits, Vec::<String>::new());
    // Four of providers and three of the service itself.
    assert_eq!(secrets.len(), 7);
    let heard = |secret: &&String| {
        let all = spellings(secret);
        all.iter().any(|(_, text)| parrot.has_heard(text))
    };
    let said = secrets.iter().filter(heard).count();
    assert!(said >= 3, "secrets really went out: {said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(
    clippy::too_many_lines,
    reason = "one story from the first secret to the search"
)]
async fn what_lets_somebody_in_is_in_no_log_no_file_and_no_answer_but_the_one_that_gives_it() {
    let terminal = Terminal::start(4).await;
    let env = [("ATTUNE_LOG__LEVEL".to_owned(), "trace".to_owned())];
    let served = serve_with(&terminal, &env).await;
    let invited = served.said();
    assert!(invited.contains("the first administrator sets name and password by the code"));
    let made = ["token", "create", "scripts", "--role", "operator", "--json"];
    let token = terminal.run(&made).await.json()["token"]
        .as_str()
        .unwrap()
        .to_owned();
    let code = terminal.run(&["admin", "code", "--json"]).await.json();
    let code = code["code"].as_str().unwrap().to_owned();
    let (password, wrong) = ("c4nary password of ada", "c4nary password of nobody");
    let own = "sec-fetch-site: same-origin\r\n";
    let body = serde_json::json!({ "code": code, "name": "ada", "password": password });
    let set_up = served
        .send("POST /api/v1/set-up", own, &body.to_string())
        .await;
    assert!(set_up.starts_with("HTTP/1.1 200"), "{set_up}");
    let (_, cookie) = set_up.split_once("__Host-attune=").unwrap();
    let session = cookie.split(';').next().unwrap().to_owned();
    let mut seen: Vec<(String, Vec<u8>)> = Vec::new();
    let body = serde_json::json!({ "name": "ada", "password": wrong }).to_string();
    for (line, headers, body) in [
        ("POST /api/v1/session", own, body.as_str()),
        ("POST /api/v1/session", "", body.as_str()),
        ("POST /api/v1/set-up", own, body.as_str()),
        (
            "GET /api/v1/session",
            &format!("authorization: Bearer {token}\r\n"),
            "",
        ),
        (
            "GET /api/v1/tokens",
            &format!("authorization: Bearer {token}\r\n"),
            "",
        ),
        (
            "GET /api/v1/tokens",
            &format!("cookie: __Host-attune={session}\r\n"),
            "",
        ),
        (
            "GET /api/v1/sessions",
            &format!("cookie: __Host-attune={session}\r\n"),
            "",
        ),
        ("GET /metrics", "", ""),
    ] {
        let answer = served.send(line, headers, body).await;
        seen.push((line.to_owned(), answer.into_bytes()));
    }
    for args in [
        ["token", "list", "--json"],
        ["admin", "list", "--json"],
        ["audit", "--json", "--limit=50"],
    ] {
        let told = terminal.run(&args).await;
        assert_eq!(told.exit, 0, "{told:?}");
        assert!(args[0] == "audit" || told.out.contains("name"), "{told:?}");
        seen.push((format!("{args:?}"), told.out.into_bytes()));
    }
    let acts = String::from_utf8(seen.last().unwrap().1.clone()).unwrap();
    for act in ["token-create", "admin-code", "set-up", "sign-in"] {
        assert!(acts.contains(act), "{act}: {acts}");
    }
    seen.push(("the service's log".to_owned(), served.said().into_bytes()));
    assert_eq!(served.end().await, Some(0));
    seen.extend(search_files(&terminal.path(""), &["secrets", "compiled"]));
    let secrets = [token.as_str(), &code, &session, password, wrong].map(str::to_owned);
    let mut hits = Vec::new();
    for (what, bytes) in &seen {
        hits_in(&secrets, what, bytes, &mut hits);
    }
    assert_eq!(hits, Vec::<String>::new());
}
