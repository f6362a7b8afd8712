//! Hostile providers as real components in a whole host (H31 to H33): what they ask for, page after
//! page, and what leaves the house. Afterwards an honest connector of the same host runs as ever.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use attune_server::fault::Failure;
use attune_server::sync::{self, Mode, Order, Watch};
use attune_tests::{PLAIN, PLAIN_FIELDS, TestApp};
use attune_wasm::registry::Registry;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::forger::{Forger, Http};

/// An address where every connection is seen and every request answered with nothing in it.
struct Wire {
    address: String,
    seen: Arc<Mutex<Vec<String>>>,
    _task: JoinSet<()>,
}

impl Wire {
    async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let seen: Arc<Mutex<Vec<String>>> = Arc::default();
        let log = Arc::clone(&seen);
        let mut task = JoinSet::new();
        task.spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = Vec::with_capacity(64 * 1024);
                let _gone = stream.read_buf(&mut request).await;
                let text = String::from_utf8_lossy(&request).into_owned();
                log.lock().unwrap().push(text);
                let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";
                let _gone = stream.write_all(answer).await;
            }
        });
        Self {
            address,
            seen,
            _task: task,
        }
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

/// A host in which these guests are the providers `forger-0`, `forger-1`, ...
async fn with_forgers(forgers: &[Forger]) -> TestApp {
    let mut app = TestApp::tidy(8).await.unwrap();
    let folder = app.path("plugins.d");
    std::fs::create_dir(&folder).unwrap();
    for (number, forger) in forgers.iter().enumerate() {
        let id = format!("forger-{number}");
        std::fs::write(folder.join(format!("{id}.wasm")), forger.component(&id)).unwrap();
    }
    let bundled: Vec<_> = attune_bundled::PLUGINS
        .iter()
        .map(|plugin| (plugin.id, plugin.wasm))
        .collect();
    let engine = app.app.host.plugins.engine().clone();
    let registry = Registry::open(&engine, &bundled, Some(&folder), &[]).unwrap();
    app.app.host.plugins = registry.snapshot();
    app.maps(PLAIN).unwrap();
    app
}

/// A sync of a connector whose provider is a forger; its token is the secret of the world.
async fn sync_forged(app: &TestApp, number: usize, api: &str) -> Result<(), Failure> {
    let access = app.world.access();
    let text = format!(
        "id = \"forged\"\n[source]\nprovider = \"forger-{number}\"\n\
         [source.endpoint]\napi = \"{api}\"\n\
         [source.credential.app]\nkind = \"bearer\"\ntoken = {{ file = \"../entra-secret\" }}\n\
         {}\n[target.jira.map]\nCity = \"city\"\n",
        access.target("jira", &access.jira_url)
    );
    let loaded = app.write_connector("forged", &text).unwrap();
    let order = Order::sync(Mode::Complete);
    let done = sync::run(&app.app.host, &loaded, &order, &Watch::default()).await;
    done.map(|_| ()).map_err(Failure::from)
}

/// The honest connector of the same host.
async fn others_go_on(app: &TestApp) {
    app.sync(Mode::Complete).await.unwrap();
    assert_eq!(app.out_of_tune(PLAIN_FIELDS), Vec::<String>::new());
}

/// H31.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_component_that_forges_a_request_sends_no_packet() {
    let (here, there) = (Wire::open().await, Wire::open().await);
    let link = |link: String| Http::link(&link);
    let path = |path: &str| Http::get(path);
    let with = |name: &str, value: &str| Http::get("/users").with(name, value);
    let forged = [
        link(format!("{}/", there.url())),
        link(format!("http://user@{}/", here.address)),
        link(format!("http://{}@{}/", here.address, there.address)),
        link(format!("https://{}/", here.address)),
        path(&format!("{}/", there.url())),
        path(&format!("//{}/", there.address)),
        path("/a\r\nHost: evil.example.com"),
        path("users"),
        Http::get("/users").method("TRACE"),
        Http::get("/users").method("CONNECT"),
        Http::get("/users").method("DELETE"),
        with("Host", "evil.example.com"),
        with("authorization", "Bearer mine"),
        with("Cookie", "a=b"),
        with("Content-Length", "0"),
        with("Transfer-Encoding", "chunked"),
        with("X-HTTP-Method-Override", "DELETE"),
        with("Prefer", "a\r\nAuthorization: Bearer mine"),
        with("Prefer\r\nHost", "a"),
    ];
    let forgers: Vec<Forger> = forged.into_iter().map(|http| Forger::of([http])).collect();
    let app = with_forgers(&forgers).await;
    for (number, forger) in forgers.iter().enumerate() {
        let failure = sync_forged(&app, number, &here.url()).await.unwrap_err();
        assert_eq!(failure.code, "request-refused", "{forger:?}: {failure:?}");
        assert_eq!(failure.exit, 1);
    }
    assert_eq!((here.seen().len(), there.seen().len()), (0, 0));
    others_go_on(&app).await;
}

/// H32: the same page again, at once or behind another one; and pages without end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_component_whose_pages_go_round_is_stopped_at_the_first_repeat() {
    let wire = Wire::open().await;
    let url = |path: &str| format!("{}{path}", wire.url());
    let forgers = [
        Forger::of([Http::get("/a"), Http::get("/a")]),
        Forger::of([
            Http::get("/a"),
            Http::link(&url("/b")),
            Http::link(&url("/a")),
        ]),
        Forger::of([
            Http::get("/a"),
            Http::link(&url("/b")),
            Http::link(&url("/c")),
            Http::link(&url("/b")),
        ]),
    ];
    let app = with_forgers(&forgers).await;
    for (number, pages) in [1, 2, 3].into_iter().enumerate() {
        let before = wire.seen().len();
        let begun = Instant::now();
        let failure = sync_forged(&app, number, &wire.url()).await.unwrap_err();
        assert_eq!(failure.code, "paging-loop", "{failure:?}");
        assert_eq!(wire.seen().len() - before, pages, "forger-{number}");
        assert!(begun.elapsed() < Duration::from_mins(1));
    }
    others_go_on(&app).await;
}

/// What it says is shown to people and read by programs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_words_of_a_component_deceive_neither_people_nor_programs() {
    let wire = Wire::open().await;
    let says = |code: &str, message: &str| Forger::of([]).saying(code, message);
    let forgers = [
        says(
            "exit 0\n{\"error\":",
            "\u{1b}[2Jall is well\u{202e}\r\nsynced 500 people",
        ),
        says("permission", &"x".repeat(60_000)),
    ];
    let app = with_forgers(&forgers).await;
    let first = sync_forged(&app, 0, &wire.url()).await.unwrap_err();
    assert_eq!((first.code.as_str(), first.exit), ("plugin-error", 1));
    let words = "\\u{1b}[2Jall is well\\u{202e}\\r\\nsynced 500 people";
    assert!(first.message.ends_with(words), "{}", first.message);
    let second = sync_forged(&app, 1, &wire.url()).await.unwrap_err();
    assert_eq!(second.code, "permission");
    assert!(second.message.len() < 1_200, "{}", second.message.len());
    others_go_on(&app).await;
}

/// H33: there is nothing to substitute; what it writes arrives as it wrote it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_component_that_fishes_for_secrets_gets_its_own_words_back() {
    const BAIT: &str = "{app}{{app}}${app}$(app)%7Bapp%7D{client-secret}${ATTUNE_SECRET}";
    let wire = Wire::open().await;
    let query = "/users?a=%7Bapp%7D&b=$app&c=$(app)";
    let forgers = [
        Forger::of([Http::get(query), Http::get("/users").body(BAIT)]),
        // A header of its own choice.
        Forger::of([Http::get("/users").with("Prefer", BAIT)]),
    ];
    let app = with_forgers(&forgers).await;
    let secret = app.world.access().client_secret.clone();
    for number in 0..forgers.len() {
        sync_forged(&app, number, &wire.url()).await.unwrap();
    }
    let seen = wire.seen();
    assert_eq!(seen.len(), 3, "{seen:?}");
    assert!(seen[0].starts_with(&format!("GET {query} ")), "{}", seen[0]);
    assert!(seen[1].ends_with(BAIT), "{}", seen[1]);
    assert!(seen[2].contains(BAIT), "{}", seen[2]);
    for request in &seen {
        let found: Vec<&str> = request
            .lines()
            .filter(|line| line.contains(&secret))
            .collect();
        let [header] = found.as_slice() else {
            panic!("{request}");
        };
        assert_eq!(
            header.to_lowercase(),
            format!("authorization: bearer {}", secret.to_lowercase())
        );
    }
    others_go_on(&app).await;
}
