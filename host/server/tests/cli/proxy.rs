//! Networks as they are: the whole world behind a proxy that looks into secure connections.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::terminal::{PLAIN, Terminal};
use super::tunnel::Tunnel;

const JIRA: &str = "https://jira.contoso.example";
const PASSWORD: &str = "canary-proxy-9d2f";

/// A terminal whose Graph, sign-in and Jira can be reached through the tunnel alone.
async fn behind_a_tunnel() -> (Terminal, Tunnel) {
    let terminal = Terminal::arranged(12, |directory, _| {
        directory.page_max = 5;
        directory.traps.foreign_next_links = Some("https://graph.microsoft.com".to_owned());
    })
    .await;
    let (graph, jira) = (terminal.world.graph.origin(), terminal.world.jira.origin());
    let tunnel = Tunnel::start(&[
        ("graph.microsoft.com:443", &graph),
        ("login.microsoftonline.com:443", &graph),
        ("jira.contoso.example:443", &jira),
    ])
    .await;
    let address = format!("http://svc:{PASSWORD}@{}\n", tunnel.address);
    std::fs::write(terminal.path("proxy"), address).unwrap();
    std::fs::write(terminal.path("authority.pem"), &tunnel.authority).unwrap();
    (terminal, tunnel)
}

impl Terminal {
    fn settings(&self, net: &str) {
        let text = format!("[net]\n{net}\n");
        std::fs::write(self.path("attune.toml"), text).unwrap();
    }

    /// The adapter's own addresses; `source` and `target` are further lines of the two sections.
    fn connects(&self, source: &str, target: &str) {
        let access = self.world.access();
        let text = access.connector("id = \"demo\"", "", PLAIN);
        let (before, after) = text.split_once("[source.endpoint]").unwrap();
        let (_, after) = after.split_once("[source.credential.app]").unwrap();
        let text = format!("{before}{source}\n[source.credential.app]{after}");
        let url = format!("url = \"{}\"", access.jira_url);
        let (_, path) = access.jira_url.split_at(self.world.jira.origin().len());
        let text = text.replace(&url, &format!("url = \"{JIRA}{path}\"\n{target}"));
        std::fs::write(self.path("connectors/demo.toml"), text).unwrap();
    }

    fn requests(&self) -> u64 {
        self.world.graph.counts().requests + self.world.jira.counts().requests
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_whole_sync_goes_through_the_tunnel_which_sees_no_credential_but_its_own() {
    let (terminal, tunnel) = behind_a_tunnel().await;
    terminal.settings("proxy = { file = \"proxy\" }\nca-file = \"authority.pem\"");
    terminal.connects("", "");
    let told = terminal.run(&["sync", "demo"]).await;
    assert_eq!(told.exit, 0, "{told:?}");
    assert_eq!(terminal.out_of_tune(), Vec::<String>::new());
    let heads = tunnel.heads();
    let own = STANDARD.encode(format!("svc:{PASSWORD}"));
    for host in [
        "graph.microsoft.com",
        "login.microsoftonline.com",
        "jira.contoso.example",
    ] {
        let line = format!("CONNECT {host}:443 HTTP/1.1\r\n");
        assert!(
            heads.iter().any(|head| head.starts_with(&line)),
            "{heads:#?}"
        );
    }
    for head in &heads {
        let is_known = |line: &str| {
            let name = line.split(':').next().unwrap().to_ascii_lowercase();
            line.starts_with("CONNECT ")
                || ["host", "user-agent", "proxy-authorization"].contains(&name.as_str())
        };
        assert!(head.trim_end().lines().all(is_known), "{head}");
        assert!(head.contains(&own), "{head}");
    }
    let access = terminal.world.access();
    let all = format!("{heads:?}{told:?}");
    for secret in [PASSWORD, &access.client_secret, &access.jira_password] {
        assert!(!all.contains(secret), "{all}");
    }
    let checked = terminal.run(&["check", "demo"]).await;
    assert_eq!(checked.exit, 0, "{checked:?}");
    let line = format!(
        "reached through the proxy http://{} of [net]",
        tunnel.address
    );
    assert_eq!(checked.out.matches(&line).count(), 3, "{checked:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_authority_is_trusted_where_it_stands_and_nowhere_else() {
    let (terminal, _tunnel) = behind_a_tunnel().await;
    terminal.settings("proxy = { file = \"proxy\" }");
    let trusted = "ca-file = \"../authority.pem\"";

    terminal.connects(trusted, trusted);
    let told = terminal.run(&["sync", "demo"]).await;
    assert_eq!(told.exit, 0, "{told:?}");
    assert_eq!(terminal.out_of_tune(), Vec::<String>::new());

    let before = terminal.requests();
    terminal.connects("", trusted);
    let told = terminal.run(&["sync", "demo", "--full", "--json"]).await;
    assert_eq!(told.exit, 4, "{told:?}");
    let message = told.json()["error"]["message"].to_string();
    assert!(message.contains("login.microsoftonline.com") && message.contains("(ca-file)"));
    assert_eq!(terminal.requests(), before);

    terminal.connects(trusted, "");
    let told = terminal.run(&["sync", "demo", "--full", "--json"]).await;
    assert_eq!((told.exit, told.code().as_str()), (4, "tls"));
    let jira = terminal.world.jira.counts().requests;
    assert!(told.out.contains("jira.contoso.example"), "{told:?}");
    terminal.connects(trusted, "ca-file = \"../missing.pem\"");
    let told = terminal.run(&["sync", "demo", "--full", "--json"]).await;
    assert_eq!((told.exit, told.code().as_str()), (2, "setup"));
    for words in ["[target.jira]", "missing.pem", "there is no such file"] {
        assert!(told.out.contains(words), "{told:?}");
    }
    assert_eq!(terminal.world.jira.counts().requests, jira);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proxy_that_is_down_ends_the_run_and_nothing_goes_directly() {
    let (terminal, tunnel) = behind_a_tunnel().await;
    terminal.settings("proxy = { file = \"proxy\" }\nca-file = \"authority.pem\"");
    terminal.connects("", "");
    let address = tunnel.address.to_string();
    drop(tunnel);
    for command in ["plan", "sync"] {
        let told = terminal.run(&[command, "demo", "--json"]).await;
        assert_eq!((told.exit, told.code().as_str()), (4, "proxy"), "{told:?}");
        let message = told.json()["error"]["message"].to_string();
        assert!(
            message.contains(&address) && message.contains("refused"),
            "{message}"
        );
        assert!(!told.out.contains(PASSWORD) && !told.err.contains(PASSWORD));
        assert!(told.took < Duration::from_secs(20), "{told:?}");
    }
    assert_eq!(terminal.requests(), 0);
    let checked = terminal.run(&["check", "demo"]).await;
    assert_eq!(checked.exit, 1);
    assert!(checked.out.contains(&address), "{checked:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proxy_that_cannot_be_used_is_a_mistake_of_the_settings() {
    let (terminal, _tunnel) = behind_a_tunnel().await;
    terminal.connects("", "");
    std::fs::write(
        terminal.path("nonsense"),
        format!("ftp://svc:{PASSWORD}@proxy"),
    )
    .unwrap();
    for (net, code, words) in [
        (
            format!("proxy = \"http://svc:{PASSWORD}@proxy.example.com\""),
            "config",
            "attune.toml:2:9",
        ),
        (
            "proxy = { file = \"none\" }".to_owned(),
            "setup",
            "none is not set",
        ),
        (
            "proxy = { file = \"nonsense\" }".to_owned(),
            "setup",
            "[net] proxy",
        ),
        (
            "no-proxy = [\"http://x\"]".to_owned(),
            "setup",
            "[net] no-proxy",
        ),
        ("ca-file = \"none.pem\"".to_owned(), "setup", "none.pem"),
    ] {
        terminal.settings(&net);
        let told = terminal.run(&["plan", "demo", "--json"]).await;
        assert_eq!(
            (told.exit, told.code().as_str()),
            (2, code),
            "{net}: {told:?}"
        );
        assert!(told.out.contains(words), "{net}: {told:?}");
        assert!(!told.out.contains(PASSWORD) && !told.err.contains(PASSWORD));
    }
    assert_eq!(terminal.requests(), 0);
}
