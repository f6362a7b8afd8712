//! `serve`: commands go through it, folders are watched, and it ends well.

use std::os::unix::fs::PermissionsExt as _;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::task::JoinSet;

use super::terminal::{Terminal, told};

/// A service on a terminal's data directory.
pub(crate) struct Served {
    child: Child,
    address: String,
    said: Arc<Mutex<String>>,
    /// Reads what it says: it would wait for a reader.
    _listening: JoinSet<()>,
}

/// Starts the service and waits until commands go through it.
pub(crate) async fn serve(terminal: &Terminal) -> Served {
    serve_with(terminal, &[]).await
}

/// The same with more in its environment.
pub(crate) async fn serve_with(terminal: &Terminal, env: &[(String, String)]) -> Served {
    let mut command = terminal.command(&["serve", "--listen", "127.0.0.1:0"]);
    command.envs(env.iter().cloned());
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut address = String::new();
    let said = Arc::new(Mutex::new(String::new()));
    while let Some(line) = lines.next_line().await.unwrap() {
        if let Some((_, found)) = line.split_once("listening on http://") {
            found.trim().clone_into(&mut address);
        }
        *said.lock().unwrap() += &line;
        if line.starts_with("ready;") {
            break;
        }
    }
    let mut listening = JoinSet::new();
    let heard = Arc::clone(&said);
    listening.spawn(async move {
        while let Ok(Some(line)) = lines.next_line().await {
            *heard.lock().unwrap() += &line;
        }
    });
    let served = Served {
        child,
        address,
        said,
        _listening: listening,
    };
    until("the socket is there", || {
        terminal.path("data/attune.sock").exists()
    })
    .await;
    served
}

impl Served {
    /// Asks it to end, as a service manager does.
    pub(crate) async fn end(mut self) -> Option<i32> {
        let id = self.child.id().unwrap().to_string();
        let asked = Command::new("kill").args(["-TERM", &id]).status().await;
        assert!(asked.unwrap().success());
        self.child.wait().await.unwrap().code()
    }

    /// Waits until it ends by itself.
    pub(crate) async fn ended(mut self) -> Option<i32> {
        self.child.wait().await.unwrap().code()
    }

    /// What it said on standard error since its start.
    pub(crate) fn said(&self) -> String {
        self.said.lock().unwrap().clone()
    }

    /// The whole answer to a request without a body, with a token or without.
    pub(crate) async fn ask(&self, method: &str, path: &str, token: Option<&str>) -> String {
        let signed = token.map(|token| format!("authorization: Bearer {token}\r\n"));
        let line = format!("{method} {path}");
        self.send(&line, &signed.unwrap_or_default(), "").await
    }

    /// The same with these header lines and a body.
    pub(crate) async fn send(&self, line: &str, headers: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).await.unwrap();
        let length = body.len();
        let request = format!(
            "{line} HTTP/1.1\r\nhost: attune\r\nconnection: close\r\n{headers}\
             content-length: {length}\r\n\r\n{body}"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    /// The status line of an answer.
    async fn get(&self, path: &str) -> String {
        let answer = self.ask("GET", path, None).await;
        answer.lines().next().unwrap_or_default().to_owned()
    }
}

async fn until(what: &str, is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_mins(1), "{what}: not yet");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_go_through_the_service_and_it_ends_when_it_is_asked_to() {
    let terminal = Terminal::start(12).await;
    let served = serve(&terminal).await;
    assert_eq!(served.get("/livez").await, "HTTP/1.1 200 OK");
    assert_eq!(served.get("/readyz").await, "HTTP/1.1 200 OK");
    // Who is not signed in is not told what is there.
    assert_eq!(served.get("/elsewhere").await, "HTTP/1.1 303 See Other");
    assert_eq!(served.get("/metrics").await, "HTTP/1.1 200 OK");
    let socket = terminal.path("data/attune.sock");
    let mode = std::fs::metadata(&socket).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "only its owner may open it");

    // The lock is the service's: what is done now is done by it.
    let synced = terminal.run(&["sync", "demo", "--json"]).await;
    assert_eq!(synced.exit, 0, "{synced:?}");
    assert_eq!(synced.json()["summary"]["failed"], 0);
    assert_eq!(terminal.out_of_tune(), Vec::<String>::new());
    let again = terminal
        .run(&["plan", "demo", "--exit-code", "--out", "plan.json"])
        .await;
    assert_eq!(again.exit, 0, "{again:?}");
    assert!(
        terminal.path("plan.json").exists(),
        "paths are those of whoever calls"
    );
    let listed = terminal.run(&["connector", "list", "--json"]).await.json();
    assert_eq!(listed[0]["connector"], "demo");
    assert_eq!(listed[0]["waiting"], serde_json::Value::Null);
    let none = terminal.run(&["sync", "nobody", "--json"]).await;
    assert_eq!((none.exit, none.code().as_str()), (2, "config"));
    let wrong = terminal
        .run(&["plugin", "rollback", "text", "--json"])
        .await;
    assert_eq!((wrong.exit, wrong.code().as_str()), (1, "no-older-build"));

    // Another folder is not what the service works with.
    std::fs::create_dir(terminal.path("others")).unwrap();
    let other = terminal
        .run(&["runs", "--connectors-dir", "others", "--json"])
        .await;
    assert_eq!((other.exit, other.code().as_str()), (2, "other-service"));
    let second = terminal
        .run(&["serve", "--listen", "127.0.0.1:0", "--json"])
        .await;
    assert_eq!((second.exit, second.code().as_str()), (1, "busy"));

    assert_eq!(served.end().await, Some(0));
    assert!(!socket.exists());
    let alone = terminal
        .run(&["plugin", "rollback", "text", "--json"])
        .await;
    assert_eq!((alone.exit, alone.code().as_str()), (1, "no-service"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_killed_service_leaves_is_in_nobodys_way() {
    let terminal = Terminal::start(6).await;
    let mut served = serve(&terminal).await;
    served.child.kill().await.unwrap();
    assert!(terminal.path("data/attune.sock").exists());
    let synced = terminal.run(&["sync", "demo", "--json"]).await;
    assert_eq!(synced.exit, 0, "{synced:?}");
    assert_eq!(terminal.out_of_tune(), Vec::<String>::new());
    let served = serve(&terminal).await;
    assert_eq!(served.get("/readyz").await, "HTTP/1.1 200 OK");
    assert_eq!(served.end().await, Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_that_takes_a_row_away_waits_and_is_accepted_by_name() {
    let terminal = Terminal::start(6).await;
    let served = serve(&terminal).await;
    assert_eq!(terminal.run(&["sync", "demo"]).await.exit, 0);
    terminal.maps("Department = \"department\"\n");
    let begun = Instant::now();
    let waiting = loop {
        let listed = terminal.run(&["connector", "list", "--json"]).await.json();
        if !listed[0]["waiting"].is_null() {
            break listed[0]["waiting"].clone();
        }
        assert!(begun.elapsed() < Duration::from_mins(1), "{listed}");
    };
    let reason = waiting["reasons"][0].as_str().unwrap();
    assert!(reason.contains("City"), "{reason}");
    let accepted = terminal
        .run(&["connector", "accept", "demo", "--json"])
        .await;
    assert_eq!(accepted.exit, 0, "{accepted:?}");
    let accepted = accepted.json();
    assert_eq!(
        (&accepted["state"], &accepted["digest"]),
        (&"in-use".into(), &waiting["digest"])
    );
    // Nothing is cleared by it: the row is not managed any more.
    assert_eq!(terminal.out_of_tune(), Vec::<String>::new());
    let listed = terminal.run(&["connector", "list"]).await;
    assert!(listed.out.contains("runs"), "{listed:?}");
    assert_eq!(served.end().await, Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_that_hangs_up_ends_its_run_and_no_other() {
    let terminal = Terminal::start(40).await;
    let served = serve(&terminal).await;
    let slow = attune_sim::faults::Fault::slow(64, Duration::from_millis(200))
        .on("", "/properties")
        .chance(1.0);
    terminal.world.jira.inject(slow);
    let mut caller = terminal.spawn(&["sync", "demo"]);
    tokio::time::sleep(Duration::from_millis(600)).await;
    caller.kill().await.unwrap();
    terminal.world.jira.clear_faults();
    // The next run has the connector's turn as soon as that one has ended.
    let again = told(terminal.command(&["sync", "demo", "--json"])).await;
    assert_eq!(again.exit, 0, "{again:?}");
    assert_eq!(terminal.out_of_tune(), Vec::<String>::new());
    assert_eq!(served.end().await, Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_under_way_is_listed_and_stopped_by_its_id() {
    let terminal = Terminal::start(12).await;
    let served = serve(&terminal).await;
    let gate = attune_sim::faults::Gate::default();
    let held = attune_sim::faults::Fault::hold(&gate);
    terminal
        .world
        .graph
        .inject(held.on("GET", "/users").chance(1.0));
    let caller = terminal.spawn(&["sync", "demo", "--json"]);
    gate.arrived(1).await;
    let runs = terminal.run(&["runs", "--json"]).await.json();
    assert_eq!(
        (&runs[0]["state"], &runs[0]["trigger"]),
        (&"running".into(), &"cli".into())
    );
    assert_eq!(runs[0]["progress"]["phase"], "reading", "{runs}");
    let id = runs[0]["id"].as_str().unwrap();
    let other = terminal.run(&["run", "cancel", "ffff", "--json"]).await;
    assert_eq!((other.exit, other.code().as_str()), (1, "no-such-job"));
    let cancelled = terminal.run(&["run", "cancel", id]).await;
    assert_eq!(cancelled.exit, 0, "{cancelled:?}");
    let ended = caller.wait_with_output().await.unwrap();
    assert_eq!(ended.status.code(), Some(1));
    assert!(
        String::from_utf8_lossy(&ended.stdout).contains("\"stopped\""),
        "{ended:?}"
    );
    gate.release();
    terminal.world.graph.clear_faults();
    assert_eq!(terminal.run(&["sync", "demo"]).await.exit, 0);
    assert_eq!(terminal.out_of_tune(), Vec::<String>::new());
    assert_eq!(served.end().await, Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_paused_connector_plans_and_writes_nothing_with_and_without_a_service() {
    let terminal = Terminal::start(6).await;
    let paused = terminal
        .run(&["connector", "pause", "demo", "--reason", "the audit"])
        .await;
    assert_eq!(paused.exit, 0, "{paused:?}");
    let alone = terminal.run(&["sync", "demo", "--json"]).await;
    assert_eq!((alone.exit, alone.code().as_str()), (1, "paused"));
    let served = serve(&terminal).await;
    let refused = terminal.run(&["sync", "demo", "--json"]).await;
    assert_eq!((refused.exit, refused.code().as_str()), (1, "paused"));
    assert!(refused.out.contains("the audit"), "{refused:?}");
    assert_eq!(terminal.run(&["plan", "demo"]).await.exit, 0);
    assert_eq!(terminal.run(&["check", "demo"]).await.exit, 0);
    let listed = terminal.run(&["connector", "list", "--json"]).await.json();
    assert_eq!(listed[0]["paused"]["reason"], "the audit");
    let listed = terminal.run(&["connector", "list"]).await;
    assert!(listed.out.contains("paused by cli:"), "{listed:?}");
    assert!(listed.out.contains("the audit"), "{listed:?}");
    assert!(terminal.world.jira.writes().is_empty());
    let off = ["connector", "pause", "demo", "--off"];
    assert_eq!(terminal.run(&off).await.exit, 0);
    assert_eq!(
        terminal.run(&off).await.exit,
        1,
        "it is not paused any more"
    );
    assert_eq!(terminal.run(&["sync", "demo"]).await.exit, 0);
    assert_eq!(terminal.out_of_tune(), Vec::<String>::new());
    assert_eq!(served.end().await, Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_paused_site_is_left_out_until_it_is_resumed() {
    let terminal = Terminal::start(6).await;
    let sites = terminal.run(&["site", "list", "--json"]).await.json();
    let site = sites[0]["site"].as_str().unwrap().to_owned();
    assert_eq!(
        (&sites[0]["connectors"][0], &sites[0]["paused"]),
        (&"demo".into(), &serde_json::Value::Null)
    );
    let unknown = terminal
        .run(&["site", "pause", "https://other.example.com", "--json"])
        .await;
    assert_eq!((unknown.exit, unknown.code().as_str()), (2, "no-such-site"));
    let served = serve(&terminal).await;
    let pause = ["site", "pause", &site, "--reason", "new release"];
    assert_eq!(terminal.run(&pause).await.exit, 0);
    let refused = terminal.run(&["sync", "demo", "--json"]).await;
    assert_eq!((refused.exit, refused.code().as_str()), (4, "maintenance"));
    assert!(terminal.world.jira.log().is_empty(), "not one request");
    assert_eq!(terminal.run(&["site", "resume", &site]).await.exit, 0);
    until("who was due is in tune, by itself", || {
        terminal.out_of_tune().is_empty()
    })
    .await;
    assert_eq!(served.end().await, Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_in_hook_asks_the_service_with_the_token_of_the_settings() {
    let terminal = Terminal::start(6).await;
    let settings = "[auth]\ntrigger-token = { file = \"token\" }\n";
    std::fs::write(terminal.path("attune.toml"), settings).unwrap();
    let missing = terminal
        .run(&["serve", "--listen", "127.0.0.1:0", "--json"])
        .await;
    assert_eq!((missing.exit, missing.code().as_str()), (2, "secret"));
    std::fs::write(terminal.path("token"), "s3cret-of-the-hook\n").unwrap();
    let served = serve(&terminal).await;
    let who = terminal.who(2);
    let name = terminal
        .world
        .graph
        .people(|people| people.user_principal_name(who));
    let path = format!("/api/v1/connectors/demo/people/{name}/sync?wait=30");
    let answer = async |token| served.ask("POST", &path, Some(token)).await;
    assert!(answer("another").await.starts_with("HTTP/1.1 401"));
    let begun = Instant::now();
    let done = answer("s3cret-of-the-hook").await;
    println!("one person by the API of the binary: {:?}", begun.elapsed());
    assert!(done.starts_with("HTTP/1.1 200"), "{done}");
    assert!(done.contains("\"state\":\"done\""), "{done}");
    assert_eq!(
        terminal.out_of_tune().len(),
        10,
        "one of six people, two fields each"
    );
    let runs = terminal.run(&["runs", "--json"]).await.json();
    assert_eq!(
        (&runs[0]["mode"], &runs[0]["trigger"]),
        (&"user".into(), &"api".into())
    );
    assert_eq!(served.end().await, Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_ends_within_ten_seconds_where_a_site_does_not_answer_and_goes_on_at_the_next_start()
 {
    let terminal = Terminal::start(6).await;
    let settings = "[auth]\ntrigger-token = { file = \"token\" }\n";
    std::fs::write(terminal.path("attune.toml"), settings).unwrap();
    std::fs::write(terminal.path("token"), "t0ken-of-the-hook").unwrap();
    let served = serve(&terminal).await;
    let gate = attune_sim::faults::Gate::default();
    let held = attune_sim::faults::Fault::hold(&gate);
    terminal
        .world
        .jira
        .inject(held.on("PUT", "/properties/").chance(1.0));
    let mut stream = TcpStream::connect(&served.address).await.unwrap();
    let request = "POST /api/v1/connectors/demo/sync HTTP/1.1\r\nhost: attune\r\n\
                   connection: close\r\nauthorization: Bearer t0ken-of-the-hook\r\n\
                   content-length: 0\r\n\r\n";
    stream.write_all(request.as_bytes()).await.unwrap();
    gate.arrived(1).await;
    let begun = Instant::now();
    assert_eq!(served.end().await, Some(0));
    let took = begun.elapsed();
    println!("ended after {took:?}");
    assert!(took < Duration::from_secs(12), "{took:?}");
    gate.release();
    terminal.world.jira.clear_faults();
    let served = serve(&terminal).await;
    until("the job is done by the next service", || {
        terminal.out_of_tune().is_empty()
    })
    .await;
    assert_eq!(served.end().await, Some(0));
}
