//! Promise 9 at its hardest: forty secrets of every kind, servers that say them back, and a log at
//! its most talkative. Each is then looked for in every spelling, everywhere.
//!
//! The servers here answer any request with everything that they were sent, in error pages and JSON
//! errors of many statuses. What the binary prints, logs and stores must not hold one secret. A mark
//! that is put into a field on purpose is found, so that the search itself is no fiction.
//!
//! Deliberately not here: a service, and what crosses to a plugin (`canaries_served.rs`).

use std::fmt::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::secrets::{search_files, spellings};
use super::terminal::{Terminal, told};

/// A mark that is no secret: it stands in a mapping.
const CONTROL: &str = "canary-control-0Zq!+&%";

/// A server that says back whatever it hears.
pub(crate) struct Parrot {
    pub(crate) port: u16,
    heard: Arc<Mutex<Vec<u8>>>,
    _listening: JoinSet<()>,
}

impl Parrot {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&heard);
        let mut listening = JoinSet::new();
        listening.spawn(async move {
            let mut talks = JoinSet::new();
            let asked = Arc::new(AtomicUsize::new(0));
            while let Ok((stream, _)) = listener.accept().await {
                talks.spawn(talk(stream, Arc::clone(&kept), Arc::clone(&asked)));
            }
        });
        Self {
            port,
            heard,
            _listening: listening,
        }
    }

    pub(crate) fn has_heard(&self, text: &str) -> bool {
        let heard = self.heard.lock().unwrap();
        heard
            .windows(text.len())
            .any(|window| window == text.as_bytes())
    }
}

/// One request, said back with a status of its own; a directory's message comes back as it is.
async fn talk(mut stream: TcpStream, heard: Arc<Mutex<Vec<u8>>>, asked: Arc<AtomicUsize>) {
    let mut request = vec![0; 64 * 1024];
    let Ok(length) = stream.read(&mut request).await else {
        return;
    };
    request.truncate(length);
    // What follows at once belongs to it: a body after its head.
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    let mut rest = vec![0; 64 * 1024];
    if let Ok(more) = stream.try_read(&mut rest) {
        request.extend_from_slice(&rest[..more]);
    }
    heard.lock().unwrap().extend_from_slice(&request);
    let text = String::from_utf8_lossy(&request).into_owned();
    if !text.contains("HTTP/1.1") {
        let _gone_is_fine = stream.write_all(&request).await;
        return;
    }
    let number = asked.fetch_add(1, Ordering::Relaxed);
    let quoted = serde_json::Value::from(text.as_str()).to_string();
    let json = format!(
        "{{\"error\":\"invalid_client\",\"error_description\":{quoted},\"message\":{quoted},\
         \"errorSummary\":{quoted},\"detail\":{quoted},\"errorMessages\":[{quoted}],\
         \"error_uri\":{quoted}}}"
    );
    let html = format!("<html><head><title>{text}</title></head><body>{text}</body></html>");
    let one_line: String = text.chars().filter(|c| !c.is_control()).collect();
    let (status, kind, body) = match number % 6 {
        0 => ("401 Unauthorized", "application/json", json),
        1 => ("403 Forbidden", "text/html", html),
        2 => ("400 Bad Request", "application/json", json),
        3 => ("500 Internal Server Error", "text/html", html),
        4 => ("200 OK", "application/json", json),
        _ => ("404 Not Found", "application/scim+json", json),
    };
    let answer = format!(
        "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nx-request: {one_line}\r\n\
         www-authenticate: Basic realm=\"{one_line}\"\r\nx-seraph-loginreason: {one_line}\r\n\
         connection: close\r\n\r\n{body}",
        body.len()
    );
    let _gone_is_fine = stream.write_all(answer.as_bytes()).await;
}

/// Secrets, each in a file of its own beside the connectors or in the environment.
pub(crate) struct Nest<'a> {
    terminal: &'a Terminal,
    pub(crate) secrets: Vec<String>,
    pub(crate) env: Vec<(String, String)>,
}

impl<'a> Nest<'a> {
    pub(crate) fn beside(terminal: &'a Terminal) -> Self {
        Self {
            terminal,
            secrets: Vec::new(),
            env: Vec::new(),
        }
    }

    /// A new secret, as a connector file refers to it.
    fn lay(&mut self, shape: impl Fn(&str) -> String) -> String {
        let number = self.secrets.len() + 1;
        let secret = format!("canary-{number:02}/7f~!+&%=Zq{number}");
        let text = shape(&secret);
        self.secrets.push(secret);
        if number.is_multiple_of(3) {
            let name = format!("CANARY_{number}");
            let place = format!("{{ env = \"{name}\" }}");
            self.env.push((name, text));
            return place;
        }
        let folder = self.terminal.path("secrets");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(number.to_string()), text).unwrap();
        format!("{{ file = \"../secrets/{number}\" }}")
    }

    pub(crate) fn plain(&mut self) -> String {
        self.lay(str::to_owned)
    }

    /// A key that is none, with the mark where its bytes should be.
    fn key(&mut self) -> String {
        self.lay(|mark| format!("-----BEGIN PRIVATE KEY-----\n{mark}\n-----END PRIVATE KEY-----\n"))
    }

    fn google_key(&mut self, url: &str) -> String {
        self.lay(|mark| {
            let key = format!("-----BEGIN PRIVATE KEY-----\n{mark}\n-----END PRIVATE KEY-----\n");
            let account = serde_json::json!({
                "type": "service_account",
                "client_email": "attune@contoso.example",
                "private_key_id": "1",
                "private_key": key,
                "token_uri": format!("{url}/token"),
            });
            account.to_string()
        })
    }

    /// Both targets at a server.
    fn targets(&mut self, url: &str, kind: &str) -> String {
        let mut text = String::new();
        for (name, product) in [
            ("jira", "jira-data-center"),
            ("wiki", "confluence-data-center"),
        ] {
            let secret = self.plain();
            let credential = match kind {
                "bearer" => format!("{{ kind = \"bearer\", token = {secret} }}"),
                _ => format!("{{ kind = \"basic\", username = \"svc\", password = {secret} }}"),
            };
            let route = match (name, kind) {
                ("jira", "bearer") => "user-property-route = \"entity-property\"\n",
                _ => "",
            };
            let field = if name == "jira" {
                "Department"
            } else {
                "department"
            };
            write!(
                text,
                "\n[target.{name}]\nproduct = \"{product}\"\nurl = \"{url}\"\n{route}credential = \
                 {credential}\nmatch = [{{ source = \"mail\", target = \"username\" }}]\n\
                 [target.{name}.map]\n{field} = \"department\"\n"
            )
            .unwrap();
        }
        text
    }
}

/// A provider, its options, endpoints and credential.
#[expect(clippy::too_many_lines, reason = "a table of credentials")]
fn sources(nest: &mut Nest<'_>, url: &str, directory: &str) -> Vec<(String, String)> {
    let both = format!("api = \"{url}\"\nlogin = \"{url}\"");
    let one = format!("api = \"{url}\"");
    let mut all = Vec::new();
    let mut add = |provider: &str, options: &str, endpoint: &str, credential: String| {
        let name = format!("{provider}{}", all.len());
        let slot = match provider {
            "keycloak" => "client",
            "scim" => "api",
            "ldap" => "bind",
            _ => "app",
        };
        let plain = if provider == "ldap" {
            "allow-plain = true\n"
        } else {
            ""
        };
        let text = format!(
            "id = \"{name}\"\n[source]\nprovider = \"{provider}\"\n{plain}options = {{ {options} }}\n\
             [source.endpoint]\n{endpoint}\n[source.credential.{slot}]\n{credential}\n"
        );
        all.push((name, text));
    };
    let tenant = "tenant = \"contoso.example\"";
    let client = |secret: String| {
        format!(
            "kind = \"oauth2-client-credentials\"\nclient-id = \"attune\"\nclient-secret = {secret}"
        )
    };
    add("entra", tenant, &both, client(nest.plain()));
    add(
        "entra",
        "tenant = \"example.com\"",
        &both,
        client(nest.plain()),
    );
    let signed = |secret: String| {
        format!(
            "kind = \"oauth2-private-key-jwt\"\nclient-id = \"attune\"\nkey-id = \"k\"\nprivate-key = \
             {secret}"
        )
    };
    add("okta", "", &one, signed(nest.key()));
    let token = format!("kind = \"api-token\"\ntoken = {}", nest.plain());
    add("okta", "", &one, token);
    let account = nest.google_key(url);
    let account = format!(
        "kind = \"google-service-account\"\nkey = {account}\nsubject = \"reader@contoso.example\""
    );
    add("google", "", &both, account);
    let server = format!("server = \"{url}\"");
    for realm in ["contoso", "example"] {
        let options = format!("realm = \"{realm}\"");
        add("keycloak", &options, &server, client(nest.plain()));
    }
    let bearer = format!("kind = \"bearer\"\ntoken = {}", nest.plain());
    add("scim", "", &one, bearer);
    let basic = format!(
        "kind = \"basic\"\nusername = \"svc\"\npassword = {}",
        nest.plain()
    );
    add("scim", "", &one, basic);
    let header = format!(
        "kind = \"header\"\nname = \"x-api-key\"\nvalue = {}",
        nest.plain()
    );
    add("scim", "", &one, header);
    let login = format!("{one}\nlogin = \"{url}/token\"");
    add("scim", "", &login, client(nest.plain()));
    let bind = format!(
        "kind = \"ldap-bind\"\ndn = \"cn=attune\"\npassword = {}",
        nest.plain()
    );
    let base = "base = \"dc=example,dc=com\"";
    let plain = format!("directory = \"{directory}\"");
    add("ldap", base, &plain, bind);
    all
}

/// A connector that reads the world's directory and meets parrots at its targets.
fn mixed(nest: &mut Nest<'_>, url: &str, kind: &str) -> String {
    let top = format!("id = \"mixed-{kind}\"");
    let source = nest.terminal.world.access().source(&top, "");
    format!("{source}{}", nest.targets(url, kind))
}

pub(crate) fn hits_in(secrets: &[String], what: &str, haystack: &[u8], hits: &mut Vec<String>) {
    for secret in secrets {
        for (how, spelling) in spellings(secret) {
            let needle = spelling.as_bytes();
            if haystack
                .windows(needle.len())
                .any(|window| window == needle)
            {
                hits.push(format!("{what}: {secret} as {how}"));
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(
    clippy::too_many_lines,
    reason = "one story from the first secret to the search"
)]
async fn forty_secrets_that_are_said_back_are_found_nowhere() {
    let terminal = Terminal::start(6).await;
    let parrot = Parrot::start().await;
    let url = format!("http://127.0.0.1:{}", parrot.port);
    let directory = format!("ldap://127.0.0.1:{}", parrot.port);
    let mut nest = Nest::beside(&terminal);
    let mut names = Vec::new();
    let sources = sources(&mut nest, &url, &directory);
    for (number, (name, source)) in sources.into_iter().enumerate() {
        let kind = if number % 2 == 0 { "basic" } else { "bearer" };
        let text = format!("{source}{}", nest.targets(&url, kind));
        std::fs::write(terminal.path(&format!("connectors/{name}.toml")), text).unwrap();
        names.push(name);
    }
    for kind in ["basic", "bearer"] {
        let name = format!("mixed-{kind}");
        let text = mixed(&mut nest, &url, kind);
        std::fs::write(terminal.path(&format!("connectors/{name}.toml")), text).unwrap();
        names.push(name);
    }
    let (secrets, env) = (nest.secrets, nest.env);
    terminal.maps(&format!(
        "Department = \"department\"\nNote = {{ value = \"{CONTROL}\" }}\n"
    ));
    let mut hits = Vec::new();
    let mut logged = Vec::new();
    let mut run = async |args: &[&str]| {
        let mut command = terminal.command(args);
        command
            .envs(env.iter().cloned())
            .env("ATTUNE_LOG__LEVEL", "trace");
        let told = told(command).await;
        hits_in(
            &secrets,
            &format!("words of {args:?}"),
            told.out.as_bytes(),
            &mut hits,
        );
        hits_in(
            &secrets,
            &format!("log of {args:?}"),
            told.err.as_bytes(),
            &mut hits,
        );
        logged.extend_from_slice(told.err.as_bytes());
        told.exit
    };
    for name in &names {
        assert_ne!(run(&["check", name]).await, 0, "{name}");
        assert_ne!(run(&["sync", name, "--json"]).await, 0, "{name}");
    }
    for name in ["entra0", "scim7", "mixed-basic"] {
        run(&["plan", name, "--json"]).await;
        run(&["explain", name, "somebody", "--json"]).await;
        run(&["source", "discover", name]).await;
    }
    assert_eq!(run(&["sync", "demo", "--json"]).await, 0);
    run(&["plan", "demo", "--json", "--out", "plan.json"]).await;
    run(&["runs", "--json"]).await;
    run(&["connector", "validate", "--json"]).await;
    assert!(
        logged.len() > 10_000,
        "the log was on: {} bytes",
        logged.len()
    );
    let stored = search_files(&terminal.path(""), &["secrets", "compiled"]);
    for (path, bytes) in &stored {
        hits_in(&secrets, path, bytes, &mut hits);
    }
    assert_eq!(hits, Vec::<String>::new());
    assert_eq!(secrets.len(), 40);
    // The search finds what is there, and the secrets really went out.
    let mut found = Vec::new();
    for (path, bytes) in &stored {
        hits_in(&[CONTROL.to_owned()], path, bytes, &mut found);
    }
    assert!(!found.is_empty(), "a mark that was put in on purpose");
    let heard = |secret: &&String| {
        spellings(secret)
            .iter()
            .any(|(_, text)| parrot.has_heard(text))
    };
    let said = secrets.iter().filter(heard).count();
    assert!(said >= 15, "the parrots have heard {said} secrets");
}
