//! Paths and links that lead away: refused before a packet is sent, seen by whoever could have been
//! reached instead.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::{Listener, noon, outside, reply};
use crate::clock::TestClock;
use crate::net::{
    Base, Credential, Error, Locator, Outside, Request, Response, Script, Secret, Sign, Slot,
    SlotSpec,
};

/// `{here}` is the slot's own host and port, `{port}` its port; `{there}` and `{far}` are others, on
/// another port and on another address of this machine, `{six}` on `::1`.
const HOSTILE_LINKS: &[&str] = &[
    // Another host or port, said openly.
    "http://{there}/",
    "http://{there}",
    "http://{there}?x",
    "http://{far}/",
    "http://{six}/",
    "http://127.0.0.1/",
    "http://127.0.0.1:1/",
    "http://127.0.0.2:{port}/",
    "http://{here}.example.com/",
    "http://{here}.{there}/",
    "http://{here}{there}/",
    "http://{here},{there}/",
    "http://{here};{there}/",
    "http://{here}&{there}/",
    "http://{here}|{there}/",
    "http://169.254.169.254/latest/meta-data/",
    "http://[fd00:ec2::254]/latest/meta-data/",
    // Another scheme.
    "https://{here}/",
    "HTTPS://{here}/",
    "ws://{here}/",
    "ftp://{here}/",
    "gopher://{there}/",
    "ldap://{there}/",
    "file:///etc/passwd",
    "file://{there}/etc/passwd",
    "javascript:alert(1)",
    "data:text/plain,x",
    "view-source:http://{here}/",
    "blob:http://{here}/x",
    "jar:http://{here}/",
    "xhttp://{here}/",
    "http+unix://{here}/",
    "://{here}/",
    // No scheme, or a part of one.
    "",
    "http://",
    "http:",
    "//{there}/",
    "//{here}/",
    "///{there}/",
    "/v1/users",
    "v1/users",
    "?page=2",
    "{here}/",
    "{there}/",
    "http:{there}/",
    "http:{here}/",
    "http:/{there}/",
    "http:/{here}/",
    "http:///{there}/",
    "http:///{here}/",
    "http:////{there}/",
    "http;//{here}/",
    // Back-slashes, which some parsers take for slashes.
    "\\\\{there}\\",
    "http:/\\{there}/",
    "http:\\\\{there}\\",
    "http:\\\\{here}\\",
    "http://{there}\\@{here}/",
    "http://{here}\\@{there}/",
    "http://{here}\\.{there}/",
    "http://{here}/\\{there}/",
    // A user name in front, or what looks like one.
    "http://{here}@{there}/",
    "http://{here}:80@{there}/",
    "http://{here}%40{there}/",
    "http://user@{here}/",
    "http://user:word@{here}/",
    "http://:@{here}/",
    "http://@{here}/",
    "http://@@{here}/",
    "http://{there}@{here}/",
    "http://{there}/@{here}/",
    "http://{there}?@{here}/",
    "http://{there}#@{here}/",
    "http://{there}#{here}",
    "http://{there};@{here}/",
    "http://%{there}@{here}/",
    // The same address, spelt otherwise.
    "http://localhost:{port}/",
    "http://LOCALHOST:{port}/",
    "http://127.0.0.1.:{port}/",
    "http://127.0.0.1..:{port}/",
    "http://.127.0.0.1:{port}/",
    "http://127.1:{port}/",
    "http://127.0.1:{port}/",
    "http://0177.0.0.1:{port}/",
    "http://0177.0.0.01:{port}/",
    "http://127.000.000.001:{port}/",
    "http://0x7f.0.0.1:{port}/",
    "http://0x7f000001:{port}/",
    "http://0x7F.1:{port}/",
    "http://2130706433:{port}/",
    "http://017700000001:{port}/",
    "http://0.0.0.0:{port}/",
    "http://0:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/",
    "http://[::ffff:7f00:1]:{port}/",
    "http://[0:0:0:0:0:ffff:127.0.0.1]:{port}/",
    "http://[::1]:{port}/",
    "http://[::]:{port}/",
    "http://[::1%25lo]:{port}/",
    "http://[127.0.0.1]:{port}/",
    "http://127.0.0.1]:{port}/",
    "http://%31%32%37.0.0.1:{port}/",
    "http://127%2e0%2e0%2e1:{port}/",
    "http://127.0.0.1%00:{port}/",
    "http://127.0.0.1%2f:{port}/",
    "http://127.0.0.1%09:{port}/",
    "http://127.0.0.1%3a{port}/",
    // Digits, stops and slashes that only look like ours.
    "http://\u{ff11}27.0.0.1:{port}/",
    "http://\u{2460}27.0.0.1:{port}/",
    "http://\u{0661}27.0.0.1:{port}/",
    "http://127\u{3002}0.0.1:{port}/",
    "http://127\u{ff0e}0.0.1:{port}/",
    "http://127.0.0.1\u{ff1a}{port}/",
    "http:\u{ff0f}\u{ff0f}{here}/",
    "http://{here}\u{2044}x/",
    "http://{here}\u{ff0f}{there}/",
    "http://{here}\u{ff20}{there}/",
    "http://\u{202e}{here}/",
    "http://\u{feff}{here}/",
    "http://127.0.0.1\u{ad}:{port}/",
    "\u{feff}http://{here}/",
    "\u{ff48}ttp://{here}/",
    // The same port, spelt otherwise.
    "http://127.0.0.1:0{port}/",
    "http://127.0.0.1:00000{port}/",
    "http://127.0.0.1:+{port}/",
    "http://127.0.0.1:-{port}/",
    "http://127.0.0.1:{port}:/",
    "http://127.0.0.1:{port}:80/",
    "http://127.0.0.1:{port}0/",
    "http://127.0.0.1:6{port}6/",
    "http://127.0.0.1:/",
    "http://{here}:/",
    "http://127.0.0.1:http/",
    // White space and control characters, which some parsers drop.
    "http://127.0.0.1:{port}\t/",
    "http://127.0.0.1\t:{port}/",
    "http://{here}\t@{there}/",
    "h\nttp://{there}/",
    "ht\ttp://{here}/",
    "http:/\n/{there}/",
    "http://{th\r\nere}/",
    " http://{here}/",
    "\thttp://{here}/",
    "\0http://{here}/",
    "http://{here}/ ",
    "http://{here}/\n",
    "http://{here} @{there}/",
    "http://{here}/a b",
    "http://{here}/\r\nHost: {there}",
    "http://{here}/ HTTP/1.1\r\nHost: {there}\r\n\r\nGET /",
    "http://{here}/\0",
    "http://{here}/\u{7f}",
    "http://{here}/\u{85}",
    "http://{here}/\u{2028}",
    // A fragment, which is never sent and hides what follows from some parsers.
    "http://{here}/#x",
    "http://{here}#@{there}/",
    "http://{here}/#/../../{there}",
];

/// Links to the slot's own origin with what arrives there: odd, but nobody else's.
const OWN_LINKS: &[(&str, &str)] = &[
    ("http://{here}", "/"),
    ("http://{here}/", "/"),
    ("HTTP://{here}/x", "/x"),
    ("hTTp://{here}/x", "/x"),
    ("http://{here}?x=1", "/?x=1"),
    ("http://{here}/a/../b", "/b"),
    ("http://{here}/base/../../../admin", "/admin"),
    ("http://{here}/base/%2e%2e/%2E%2E/admin", "/admin"),
    ("http://{here}/./a/.", "/a/"),
    ("http://{here}/a%2fb%2F..", "/a%2fb%2F.."),
    ("http://{here}/a%252f..%252f", "/a%252f..%252f"),
    ("http://{here}/%5c%5c{there}/", "/%5c%5c{there}/"),
    ("http://{here}//{there}/", "//{there}/"),
    ("http://{here}/http://{there}/", "/http://{there}/"),
    ("http://{here}/@{there}/", "/@{there}/"),
    ("http://{here}/:80@{there}/", "/:80@{there}/"),
    ("http://{here}/;@{there}", "/;@{there}"),
    ("http://{here}/?@{there}/", "/?@{there}/"),
    ("http://{here}?//{there}/", "/?//{there}/"),
    ("http://{here}/?next=//{there}", "/?next=//{there}"),
    (
        "http://{here}/?url=http://{there}/",
        "/?url=http://{there}/",
    ),
    (
        "http://{here}/%0d%0aHost:%20{there}",
        "/%0d%0aHost:%20{there}",
    ),
    ("http://{here}/%00", "/%00"),
    ("http://{here}/%23@{there}/", "/%23@{there}/"),
    ("http://{here}/caf%C3%A9", "/caf%C3%A9"),
];

const HOSTILE_PATHS: &[&str] = &[
    "",
    "v1/users",
    "//{there}/",
    "/\\{there}/",
    "\\\\{there}/",
    "http://{there}/",
    "http://{here}/",
    "@{there}/",
    ":1/",
    ".example.com/",
    "/a\r\nHost: x",
    "/a b",
    "/a\tb",
    "/\0",
    "/#x",
    "/caf\u{e9}",
    "?x=1",
    "/../admin",
    "/%2e%2e/admin",
    "/.%2e/admin",
    "/v1/../../admin",
    "/v1/%2e%2e/%2e%2e/admin",
    "/./../admin",
    "/../base-of-another/x",
];

/// Links where the slot has a name: letters that only look like its own, and names around it.
const HOSTILE_NAMES: &[&str] = &[
    "https://graph.contoso.example./x",
    "https://graph.contoso.example.evil.example/x",
    "https://evil.graph.contoso.example/x",
    "https://contoso.example/x",
    "https://graph-contoso.example/x",
    "https://graph.contoso.example:444/x",
    "https://graph.contoso.example:0443/x",
    "https://graph.contoso.example:+443/x",
    "https://graph.contoso.example:443:443/x",
    "https://graph.contoso.example:/x",
    "https://graph.contoso.example:443@evil.example/x",
    "https://graph.contoso.example@evil.example/x",
    "https://evil.example/graph.contoso.example",
    "https://evil.example?https://graph.contoso.example/",
    "https:graph.contoso.example/x",
    "https:/graph.contoso.example/x",
    "https:///graph.contoso.example/x",
    "http://graph.contoso.example/x",
    "http://graph.contoso.example:443/x",
    "wss://graph.contoso.example/x",
    "https://gr\u{430}ph.contoso.example/x",
    "https://graph.cont\u{3bf}so.example/x",
    "https://gra\u{70f}ph.contoso.example/x",
    "https://\u{ff47}raph.contoso.example/x",
    "https://graph\u{3002}contoso\u{3002}example/x",
    "https://graph.contoso.example\u{ad}/x",
    "https://graph.contoso.exam\u{200b}ple/x",
    "https://graph.contoso.example\u{338}/x",
    "https://\u{1d4d6}raph.contoso.example/x",
    "https://xn--grph-53d.contoso.example/x",
    "https://xn--graph-.contoso.example/x",
    "https://graph%2econtoso.example/x",
    "https://graph%2Econtoso.example/x",
    "https://%67raph.contoso.example/x",
    "https://graph.contoso.example%2f@evil.example/x",
    "https://graph.contoso.example%23.evil.example/x",
    "https://graph.contoso.example%00.evil.example/x",
    "https://graph_contoso.example/x",
    "https://graph..contoso.example/x",
    "https://[graph.contoso.example]/x",
];

/// Counts who connects, and reads nothing but the first bytes: of a token, if one came.
struct Sniffer {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
    _task: JoinSet<()>,
}

impl Sniffer {
    async fn on(address: &str) -> Self {
        let socket = TcpListener::bind(address).await.unwrap();
        let address = socket.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&connections);
        let mut task = JoinSet::new();
        task.spawn(async move {
            while let Ok((mut stream, _)) = socket.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                let _ = stream.read(&mut [0; 1024]).await;
            }
        });
        Self {
            address,
            connections,
            _task: task,
        }
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

/// A slot with a token, and everybody on this machine who could be reached in its place.
struct World {
    here: Listener,
    others: Vec<Sniffer>,
    slot: Slot,
}

async fn world() -> World {
    let here = Listener::start(|_, request| {
        assert_eq!(request.headers()["authorization"], "Bearer t0ken");
        reply(200, &[], "")
    })
    .await;
    let port = here.address.port();
    let mut others = Vec::new();
    // The last one has the port of the slot, on another address.
    let six = if std::net::TcpListener::bind("[::1]:0").is_ok() {
        "[::1]:0"
    } else {
        "127.0.0.3:0"
    };
    for address in [
        "127.0.0.1:0",
        "127.0.0.2:0",
        six,
        &format!("127.0.0.2:{port}"),
    ] {
        others.push(Sniffer::on(address).await);
    }
    let (outside, _) = outside();
    let slot = signed(&outside, &format!("{}/base", here.url()));
    World { here, others, slot }
}

fn signed(outside: &Outside, address: &str) -> Slot {
    let credential = Credential::Bearer {
        token: Secret::from("t0ken"),
    };
    let spec = SlotSpec {
        address: address.to_owned(),
        sign: Sign::with(&credential, None, None).unwrap(),
        ..SlotSpec::default()
    };
    Slot::open(outside, spec).unwrap()
}

impl World {
    fn fill(&self, pattern: &str) -> String {
        pattern
            .replace("{here}", &self.here.address.to_string())
            .replace("{port}", &self.here.address.port().to_string())
            .replace("{there}", &self.others[0].address.to_string())
            .replace("{far}", &self.others[1].address.to_string())
            .replace("{six}", &self.others[2].address.to_string())
    }

    async fn follow(&self, locator: Locator) -> Result<Response, Error> {
        follow(&self.slot, locator).await
    }

    fn connections(&self) -> Vec<usize> {
        self.others.iter().map(Sniffer::connections).collect()
    }
}

async fn follow(slot: &Slot, locator: Locator) -> Result<Response, Error> {
    let request = Request {
        locator,
        ..Request::get("/")
    };
    slot.exchange(request).await
}

#[tokio::test]
async fn hostile_links_and_paths_send_no_packet_and_no_token_anywhere() {
    let world = world().await;
    let links = HOSTILE_LINKS
        .iter()
        .map(|link| Locator::Link(world.fill(link)));
    let paths = HOSTILE_PATHS
        .iter()
        .map(|path| Locator::Path(world.fill(path)));
    let long = [
        format!("{}/{}", world.here.url(), "x".repeat(40_000)),
        format!("http://{}.example.com/", "x".repeat(10_000)),
        format!("{}@{}/", "http://x".repeat(5_000), world.here.address),
    ];
    for locator in links.chain(paths).chain(long.map(Locator::Link)) {
        let refusal = world.follow(locator.clone()).await;
        let refusal = refusal.expect_err(&format!("{locator:?}"));
        assert_eq!(refusal.kind(), "request-refused", "{locator:?}");
        assert!(refusal.is_unsent() && !refusal.to_string().contains("t0ken"));
    }
    assert_eq!(world.connections(), [0, 0, 0, 0]);
    assert_eq!(world.here.seen(), Vec::<String>::new());
    let count = HOSTILE_LINKS.len() + HOSTILE_PATHS.len() + HOSTILE_NAMES.len();
    assert!(HOSTILE_LINKS.len() >= 120 && count >= 200, "{count}");
}

#[tokio::test]
async fn odd_links_to_the_own_origin_arrive_there_and_nowhere_else() {
    let world = world().await;
    let long = format!("/{}", "x".repeat(30_000));
    let whole = format!("{}{long}", world.here.url());
    for (link, path) in OWN_LINKS.iter().chain([&(whole.as_str(), long.as_str())]) {
        let before = world.here.seen().len();
        let link = world.fill(link);
        let answer = world.follow(Locator::Link(link.clone())).await;
        assert_eq!(answer.expect(&link).status, 200, "{link}");
        let seen = world.here.seen();
        assert_eq!(
            seen[before..],
            [format!("GET {}", world.fill(path))],
            "{link}"
        );
    }
    assert_eq!(world.connections(), [0, 0, 0, 0]);
}

#[tokio::test]
async fn a_name_that_looks_like_the_own_is_another_name() {
    let script = Script::new(|_| Ok(Response::new(200, "")));
    let sent = script.clone();
    let outside = Outside::with_send(Arc::new(script), TestClock::skipping(noon()), 1);
    let slot = signed(&outside, "https://graph.contoso.example/v1.0");
    for link in HOSTILE_NAMES {
        let refusal = follow(&slot, Locator::Link((*link).to_owned())).await;
        assert_eq!(refusal.expect_err(link).kind(), "request-refused", "{link}");
    }
    assert!(sent.seen().is_empty());
    for link in [
        "https://graph.contoso.example/x",
        "https://graph.contoso.example:443/x",
        "https://GRAPH.Contoso.EXAMPLE/x",
        "HTTPS://graph.contoso.example?x",
        "https://graph.contoso.example",
    ] {
        follow(&slot, Locator::Link(link.to_owned()))
            .await
            .expect(link);
    }
    let hosts = sent.seen();
    let is_own = |host: Option<&str>| host == Some("graph.contoso.example");
    assert!(hosts.len() == 5 && hosts.iter().all(|sent| is_own(sent.url.host_str())));
}

#[tokio::test]
async fn good_links_and_paths_arrive_as_they_were_written() {
    let here = Listener::start(|_, _| reply(200, &[], "")).await;
    let (outside, _) = outside();
    let slot = super::slot(&outside, &format!("{}/base/", here.url()));
    let token = "/v1.0/users?$skiptoken=RFNwdAIAAQ%3d%3d&$expand=manager(%24select%3Did)&a=b@c:d";
    let link = format!("{}{token}", here.url());
    follow(&slot, Locator::Link(link)).await.unwrap();
    let path = "/users/a%2Fb?x='y'".to_owned();
    follow(&slot, Locator::Path(path)).await.unwrap();
    let expected = [
        format!("GET {token}"),
        "GET /base/users/a%2Fb?x=%27y%27".to_owned(),
    ];
    assert_eq!(here.seen(), expected);
}

#[test]
fn an_address_that_cannot_be_used_is_named_without_its_secrets() {
    for (address, allow_http) in [
        ("http://jira.example.com", false),
        ("ldap://jira.example.com", true),
        ("ftp://jira.example.com", true),
        ("jira.example.com", true),
        ("https://svc:hunter2@jira.example.com", true),
        ("https://jira.example.com/?token=hunter2", true),
        ("https://jira.example.com/#hunter2", true),
        ("https://jira.example.com\\x", true),
        ("http://169.254.169.254", true),
        ("https://[fe80::1]:8443", true),
        ("https://0.0.0.0", true),
        ("https://2852039166/", true),
        ("https://", true),
        ("", true),
    ] {
        let error = Base::http(address, allow_http).expect_err(address);
        assert_eq!(error.kind(), "address", "{address}");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
    for (address, allow_http) in [
        ("http://127.0.0.1:8080/jira", false),
        ("http://localhost:8080", false),
        ("http://[::1]:8080", false),
        ("http://10.1.2.3", true),
        ("https://192.168.1.9:8443", false),
        ("http://jira.example.com", true),
        ("https://jira.example.com/context/", false),
    ] {
        Base::http(address, allow_http).expect(address);
    }
}

#[test]
fn a_default_port_may_be_written_or_not() {
    let base = Base::http("https://graph.example.com", false).unwrap();
    base.admit("https://graph.example.com:443/x").unwrap();
    base.admit("https://GRAPH.example.com/x?y").unwrap();
    base.admit("https://graph.example.com").unwrap();
    base.admit("https://graph.example.com:444/x").unwrap_err();
    base.admit("https://graph.example.com./x").unwrap_err();
    assert_eq!(base.as_text(), "https://graph.example.com");
}
