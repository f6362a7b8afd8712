//! A browser without JavaScript: it keeps cookies, sends forms, and follows nothing by itself.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock};

use attune_server::access::tokens::{self, Wanted};
use attune_server::access::{Access, Options, Role, link};
use attune_server::api;
use attune_server::settings::SwapPolicy;
use attune_tests::service::TestService;
use attune_tests::{PLAIN, TestApp};
use secrecy::ExposeSecret as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// The mapping table of a connector that is in use.
const LIVED: &str = r#"
Department = { from = "department", steps = ["text.trim"] }
Title      = "jobTitle"
City       = "city"
Office     = { use = "template.render", text = "{officeLocation}, {country}" }
Phone      = { from = "businessPhones[0]", steps = [{ use = "phone.format", region = "DE" }] }
Employee   = { from = "employeeId", steps = ["convert.to-integer"] }
Manager    = "manager.displayName"
"#;

/// A service with its console on loopback.
pub(crate) struct Site {
    pub(crate) app: TestApp,
    pub(crate) service: TestService,
    pub(crate) access: Access,
    address: String,
    stop: CancellationToken,
    _serving: JoinSet<std::io::Result<()>>,
}

/// One reader with their cookies.
pub(crate) struct Browser<'s> {
    site: &'s Site,
    cookies: Mutex<BTreeMap<String, String>>,
    language: &'static str,
    bearer: String,
}

/// An answer, taken apart.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    pub(crate) path: String,
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Page {
    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        let found = lines.find(|(found, _)| found.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value)
    }

    /// Where a form led.
    pub(crate) fn place(&self) -> String {
        assert_eq!(self.status, 303, "{}: {}", self.path, self.body);
        self.header("location").unwrap().to_owned()
    }

    /// The first address in the page that begins like this.
    pub(crate) fn link(&self, begin: &str) -> String {
        let quoted = format!("=\"{begin}");
        let (_, after) = self
            .body
            .split_once(&quoted)
            .unwrap_or_else(|| panic!("{}: no link {begin}", self.path));
        let end = after.split('"').next().unwrap();
        format!("{begin}{end}").replace("&#38;", "&")
    }
}

impl Site {
    /// A service of so many people, served; nothing has run yet.
    pub(crate) async fn open(people: usize) -> Self {
        let app = TestApp::tidy(people).await.unwrap();
        app.maps(PLAIN).unwrap();
        Self::of(app, SwapPolicy::Guarded).await
    }

    /// The service of a world, under this policy.
    pub(crate) async fn of(app: TestApp, policy: SwapPolicy) -> Self {
        let service = app.serve(policy).await.unwrap();
        let host = service.service.pin().0;
        let access = Access::new(host.store, host.clock, Options::default());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (begun, stop) = (Arc::new(OnceLock::new()), CancellationToken::new());
        assert!(begun.set(service.service.clone()).is_ok());
        let mut serving = JoinSet::new();
        let serve = api::serve(listener, begun, access.clone(), stop.clone());
        serving.spawn(serve);
        Self {
            app,
            service,
            access,
            address,
            stop,
            _serving: serving,
        }
    }

    /// Somebody who is not signed in.
    pub(crate) fn stranger(&self) -> Browser<'_> {
        Browser {
            site: self,
            cookies: Mutex::default(),
            language: "en",
            bearer: String::new(),
        }
    }

    /// An administrator who signed in by a link.
    pub(crate) async fn admin(&self) -> Browser<'_> {
        let host = self.service.service.pin().0;
        let now_ms = host.clock.now().as_millisecond();
        let path = link(&host.store, "ada", now_ms).await.unwrap();
        let browser = self.stranger();
        let signed_in = browser.get(path.expose_secret()).await;
        assert_eq!(signed_in.status, 303, "{signed_in:?}");
        browser
    }

    /// Somebody of this role, by a token that a program would send.
    pub(crate) async fn role(&self, role: Role, personal: bool) -> Browser<'_> {
        let host = self.service.service.pin().0;
        let now_ms = host.clock.now().as_millisecond();
        let wanted = Wanted {
            name: format!("{role}-{personal}"),
            role,
            personal,
            connectors: None,
            days: 1,
        };
        let created = tokens::create(&host.store, wanted, ("a test", now_ms)).await;
        let created = created.unwrap();
        Browser {
            bearer: format!(
                "authorization: Bearer {}\r\n",
                created.secret.expose_secret()
            ),
            ..self.stranger()
        }
    }

    /// Where it is: `http://127.0.0.1:PORT`.
    pub(crate) fn address(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A link that signs in once, as an administrator of this name.
    pub(crate) async fn link(&self, name: &str) -> String {
        let host = self.service.service.pin().0;
        let now_ms = host.clock.now().as_millisecond();
        let path = link(&host.store, name, now_ms).await.unwrap();
        format!("{}{}", self.address(), path.expose_secret())
    }

    /// The same on a thread that waits for a browser.
    pub(crate) fn link_again(&self, name: &str) -> String {
        tokio::runtime::Handle::current().block_on(self.link(name))
    }

    /// A service of so many people in which something has happened.
    pub(crate) async fn lived_in(people: usize) -> Self {
        let app = TestApp::tidy(people).await.unwrap();
        for who in [3, 5] {
            app.set(app.who(who), "employeeId", "to be given");
        }
        let first = app.connector_text("", LIVED).replace(
            "id = \"demo\"",
            "id = \"demo\"\nschedule = { sync = \"0 2 * * *\", changes = \"*/15 * * * *\" }",
        );
        app.write_connector("demo", &first).unwrap();
        let second = app.connector_text("", "Vendor = \"companyName\"");
        let second = second.replace("id = \"demo\"", "id = \"contractors\"");
        app.write_connector("contractors", &second).unwrap();
        let site = Self::of(app, SwapPolicy::Guarded).await;
        site.live().await;
        let admin = site.admin().await;
        let reason = [("reason", "until their contract is signed")];
        for (path, fields) in [
            ("/connectors/contractors/pause", &reason[..]),
            ("/connectors/demo/check", &[]),
            (
                "/settings/tokens",
                &[("name", "jira-login"), ("role", "operator")],
            ),
        ] {
            let done = admin.post(path, fields).await;
            assert!(done.status < 400, "{done:?}");
        }
        site
    }

    /// A sync, a person who cannot be brought in tune, and a plan that waits.
    pub(crate) async fn live(&self) {
        use attune_server::jobs::Kind;
        let job = self.service.ask(Kind::Sync, "").await.unwrap();
        self.service.until_ended(&job.id).await.unwrap();
        for place in 0..3 {
            self.app
                .set(self.app.who(place), "jobTitle", "Head of Everything");
        }
        let job = self.service.ask(Kind::Plan, "").await.unwrap();
        self.service.until_ended(&job.id).await.unwrap();
    }

    pub(crate) async fn close(self) {
        self.stop.cancel();
        self.service.stop().await;
    }
}

impl Browser<'_> {
    /// The same reader in another language.
    pub(crate) fn speaking(mut self, language: &'static str) -> Self {
        self.language = language;
        self
    }

    pub(crate) async fn get(&self, path: &str) -> Page {
        self.ask("GET", path, "", "").await
    }

    /// Sends a form of our own page.
    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        let own = "sec-fetch-site: same-origin\r\n\
                   content-type: application/x-www-form-urlencoded\r\n";
        self.ask("POST", path, own, &form.finish()).await
    }

    pub(crate) async fn ask(&self, method: &str, path: &str, headers: &str, body: &str) -> Page {
        let (address, language, bearer) = (&self.site.address, self.language, &self.bearer);
        let cookies = self.cookies.lock().unwrap().clone();
        let cookies: Vec<String> = cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let cookie = match cookies.join("; ").as_str() {
            "" => String::new(),
            all => format!("cookie: {all}\r\n"),
        };
        let length = body.len();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\
             accept-language: {language}\r\n{bearer}{cookie}{headers}\
             content-length: {length}\r\n\r\n{body}"
        );
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        let answer = String::from_utf8_lossy(&answer);
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let page = Page {
            path: path.to_owned(),
            status: head.split(' ').nth(1).unwrap().parse().unwrap(),
            head: head.to_owned(),
            body: body.to_owned(),
        };
        self.keep(&page);
        page
    }

    fn keep(&self, page: &Page) {
        let mut cookies = self.cookies.lock().unwrap();
        for line in page.head.lines() {
            let Some(set) = line.strip_prefix("set-cookie: ") else {
                continue;
            };
            let (name, value) = set.split(';').next().unwrap().split_once('=').unwrap();
            cookies.insert(name.to_owned(), value.to_owned());
        }
    }
}
