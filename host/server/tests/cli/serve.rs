//! `serve`: commands go through it, folders are watched, and it ends well.

use std::os::unix::fs::PermissionsExt as _;
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
    /// Reads what it says: it would wait for a reader.
    _listening: JoinSet<()>,
}

/// Starts the service and waits until commands go through it.
pub(crate) async fn serve(terminal: &Terminal) -> Served {
    let mut child = terminal.spawn(&["serve", "--listen", "127.0.0.1:0"]);
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut address = String::new();
    while let Some(line) = lines.next_line().await.unwrap() {
        if let Some((_, found)) = line.split_once("http://") {
            found.trim().clone_into(&mut address);
        }
        if line.contains("ready") {
            break;
        }
    }
    let mut listening = JoinSet::new();
    listening.spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    let served = Served {
        child,
        address,
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

    /// The status line of an answer.
    async fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nhost: attune\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
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
    assert_eq!(served.get("/elsewhere").await, "HTTP/1.1 404 Not Found");
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
