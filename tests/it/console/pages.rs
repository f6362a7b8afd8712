//! Every page for whoever may see it, and what no page may have.

use attune_server::access::{Needs, Role};
use attune_server::console;
use attune_tests::TestApp;

use super::browser::{Browser, Page, Site};

/// The most bytes of a page.
const BYTES_MAX: usize = 150_000;

/// What is wrong with a page, whoever reads it.
fn flaws(page: &Page) -> Vec<String> {
    let body = &page.body;
    let mut flaws = Vec::new();
    let mut flaw = |is_there: bool, what: &str| {
        if is_there {
            flaws.push(format!("{}: {what}", page.path));
        }
    };
    flaw(page.status != 200, &format!("status {}", page.status));
    flaw(body.len() > BYTES_MAX, &format!("{} bytes", body.len()));
    flaw(
        body.contains("{{") || body.contains("{%"),
        "a part of a template",
    );
    flaw(body.contains(" style="), "a style of its own");
    flaw(body.contains("<style"), "a style sheet of its own");
    let scripts = body.matches("<script").count();
    flaw(
        scripts != body.matches("<script src=\"/assets/").count(),
        "a script of its own",
    );
    let handlers = [
        " onclick=",
        " onload=",
        " onerror=",
        " onsubmit=",
        "javascript:",
    ];
    flaw(
        handlers.iter().any(|one| body.contains(one)),
        "a handler of its own",
    );
    // A text that is missing is shown as its key in brackets.
    let missing = body.split('[').skip(1).find_map(|rest| {
        let (key, _) = rest.split_once(']')?;
        let is_key = key.contains('-') && key.chars().all(|c| c.is_ascii_lowercase() || c == '-');
        is_key.then(|| key.to_owned())
    });
    flaw(missing.is_some(), &format!("no text {missing:?}"));
    let head = page.head.to_ascii_lowercase();
    flaw(!head.contains("cache-control: no-store"), "it may be kept");
    flaw(!head.contains("default-src 'none'"), "no policy");
    flaws
}

/// Every address that a page of this world can have.
async fn addresses(admin: &Browser<'_>, app: &TestApp) -> Vec<String> {
    let runs = admin.get("/runs").await;
    let run = runs.link("/runs/");
    let shown = admin.get(&run).await;
    let plan = shown.link("/plans/");
    let person = app.key(app.who(2));
    let mut all: Vec<String> = [
        "/",
        "/connectors",
        "/connectors?q=nobody&state=held",
        "/connectors/demo/status",
        "/connectors/demo/people",
        "/connectors/demo/people?state=unmatched",
        "/connectors/demo/people?q=a&state=held",
        "/runs",
        "/runs?connector=demo&state=applied",
        "/held",
        "/held?connector=demo&older=7d",
        "/people",
        "/people?q=a",
        "/people?q=nobody-is-called-this",
        "/plugins",
        "/plugins/text",
        "/plugins/entra",
        "/audit",
        "/audit?q=sync&from=2026-01-01&to=2027-01-01",
        "/settings",
        "/settings/you",
        "/settings/tokens",
        "/settings/sessions",
        "/settings/roles",
        "/settings/system",
    ]
    .map(str::to_owned)
    .to_vec();
    all.push(run);
    for view in ["value", "field", "person"] {
        all.push(format!("{plan}?view={view}"));
    }
    all.push(format!("/people/demo/{person}"));
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_is_whole_in_both_languages() {
    let site = Site::open(12).await;
    let admin = site.admin().await;
    for path in ["/", "/connectors", "/runs", "/held", "/people", "/audit"] {
        let empty = admin.get(path).await;
        assert_eq!(flaws(&empty), Vec::<String>::new(), "before anything ran");
    }
    let synced = admin
        .post("/connectors/demo/sync", &[("mode", "sync")])
        .await;
    assert!(synced.place().starts_with("/runs/"), "{synced:?}");
    let one = site.service.service.pin().0;
    assert!(!one.store.runs(10).await.unwrap().is_empty());
    site.service.until_runs(1).await.unwrap();
    let all = addresses(&admin, &site.app).await;
    let german = site.admin().await.speaking("de");
    let mut wrong = Vec::new();
    for path in &all {
        wrong.extend(flaws(&admin.get(path).await));
        let page = german.get(path).await;
        assert!(page.body.contains("<html lang=\"de\""), "{page:?}");
        wrong.extend(flaws(&page));
    }
    assert_eq!(wrong, Vec::<String>::new());
    site.close().await;
}

/// A reader, and what they may.
struct Reader<'s> {
    browser: Browser<'s>,
    /// None: they are not signed in.
    role: Option<Role>,
    personal: bool,
}

impl Reader<'_> {
    fn may(&self, needs: Needs) -> bool {
        let Ok(least) = needs.word().parse::<Role>() else {
            return needs.word() == "anybody";
        };
        self.role.is_some_and(|role| role >= least) && (self.personal || !needs.is_personal())
    }

    fn name(&self) -> String {
        let role = self.role.map_or("nobody", Role::as_str);
        format!("{role}, {}", self.personal)
    }

    /// What is wrong with how they are answered.
    fn flaw(&self, page: &Page, (method, pattern): (&str, &str), needs: Needs) -> Option<String> {
        let place = page.header("location").unwrap_or_default();
        let is_sent_away = page.status == 303 && place.starts_with("/sign-in");
        let is_right = match (method, pattern) {
            _ if !self.may(needs) && self.role.is_none() => is_sent_away,
            _ if !self.may(needs) => {
                page.status == 403 && page.body.contains("<code>forbidden</code>")
            }
            // What they refuse in words of their own: a name, a code, a password.
            (_, "/sign-in" | "/first-use") => page.status < 500,
            (_, "/settings/password") => matches!(page.status, 401 | 429),
            ("POST", "/sign-out") => is_sent_away,
            _ => !is_sent_away && !matches!(page.status, 401 | 403 | 500),
        };
        (!is_right).then(|| format!("{method} {pattern} by {}: {page:?}", self.name()))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_and_form_answers_exactly_whom_it_is_for() {
    let site = Site::open(2).await;
    let mut readers = vec![Reader {
        browser: site.stranger(),
        role: None,
        personal: false,
    }];
    for role in Role::ALL {
        for personal in [false, true] {
            readers.push(Reader {
                browser: site.role(role, personal).await,
                role: Some(role),
                personal,
            });
        }
    }
    let table = console::table();
    let (mut routes, mut tried, mut wrong) = (0, 0, Vec::new());
    for (method, pattern, needs) in table.routes() {
        routes += 1;
        for reader in &readers {
            // What somebody may do is done to what is not there.
            let path = if reader.may(needs) && method != "GET" {
                of_nothing(pattern)
            } else {
                filled(pattern)
            };
            let page = ask(&reader.browser, method, &path).await;
            wrong.extend(reader.flaw(&page, (method, pattern), needs));
            tried += 1;
        }
    }
    println!("{routes} routes x {} readers: {tried}", readers.len());
    assert_eq!(wrong, Vec::<String>::new());
    assert_eq!(tried, routes * (1 + 2 * Role::ALL.len()));
    assert!(routes >= 80, "{routes}");
    // What nobody might do was not done.
    let host = site.service.service.pin().0;
    assert!(host.store.pauses().await.unwrap().is_empty());
    assert!(host.store.runs(10).await.unwrap().is_empty());
    let tokens = site.access.tokens().await.unwrap();
    assert_eq!(tokens.len(), 2 * Role::ALL.len());
    site.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_shown_is_a_page_with_its_code() {
    let site = Site::open(2).await;
    let (admin, stranger) = (site.admin().await, site.stranger());
    for (path, status, code) in [
        ("/no-such-page", 404, "no-such-route"),
        ("/runs/0000", 404, "no-such-run"),
        ("/plans/sha256:0000000000", 404, "no-such-plan"),
        ("/connectors/other/status", 404, "no-such-connector"),
        ("/people/demo/nobody", 404, "no-such-person"),
    ] {
        let page = admin.get(path).await;
        assert_eq!(page.status, status, "{page:?}");
        assert!(
            page.body.contains(&format!("<code>{code}</code>")),
            "{page:?}"
        );
        assert!(page.body.contains(page.header("x-request-id").unwrap()));
    }
    let elsewhere = stranger.get("/runs?connector=demo").await.place();
    assert_eq!(elsewhere, "/sign-in?back=%2Fruns%3Fconnector%3Ddemo");
    let style = stranger.get("/assets/console.css").await;
    assert_eq!(
        (style.status, style.header("cache-control")),
        (200, Some("no-cache"))
    );
    let named = admin.get("/").await.link("/assets/console.css");
    let style = stranger.get(&named).await;
    assert!(style.header("cache-control").unwrap().contains("immutable"));
    let tag = format!("if-none-match: {}\r\n", style.header("etag").unwrap());
    assert_eq!(stranger.ask("GET", &named, &tag, "").await.status, 304);
    assert_eq!(stranger.get("/assets/..%2Fmod.rs").await.status, 404);
    site.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_not_see_values_of_people_sees_none() {
    let site = Site::open(6).await;
    let admin = site.admin().await;
    admin
        .post("/connectors/demo/sync", &[("mode", "sync")])
        .await;
    site.service.until_runs(1).await.unwrap();
    let viewer = site.role(Role::Viewer, false).await;
    let who = site.app.who(2);
    let secret = site.app.member(who, "city").unwrap();
    let name = site.app.member(who, "userPrincipalName").unwrap();
    let all = addresses(&admin, &site.app).await;
    let mut seen = 0;
    for path in &all {
        let (open, closed) = (admin.get(path).await, viewer.get(path).await);
        seen += usize::from(open.body.contains(&secret));
        assert!(!closed.body.contains(&secret), "{path} shows {secret}");
        let name = name.to_lowercase();
        assert!(
            !closed.body.to_lowercase().contains(&name),
            "{path} shows {name}"
        );
    }
    assert!(seen >= 2, "who may, sees them");
    site.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_sees_no_names_learns_none_by_asking_for_parts_of_them() {
    let site = Site::open(6).await;
    let admin = site.admin().await;
    admin
        .post("/connectors/demo/sync", &[("mode", "sync")])
        .await;
    site.service.until_runs(1).await.unwrap();
    let viewer = site.role(Role::Viewer, false).await;
    let who = site.app.who(2);
    let (key, name) = (
        site.app.key(who),
        site.app.member(who, "userPrincipalName").unwrap(),
    );
    let person = format!("/people/demo/{key}\"");
    let part: String = name.chars().take(6).collect();
    for list in ["/people", "/connectors/demo/people"] {
        let (by_name, by_key) = (format!("{list}?q={part}"), format!("{list}?q={key}"));
        assert!(admin.get(&by_name).await.body.contains(&person), "{list}");
        assert!(!viewer.get(&by_name).await.body.contains(&person), "{list}");
        for browser in [&admin, &viewer] {
            assert!(browser.get(&by_key).await.body.contains(&person), "{list}");
        }
    }
    let named = format!("/people/demo/{name}");
    assert_eq!(admin.get(&named).await.status, 303);
    for word in [name.as_str(), "nobody@contoso.example"] {
        let told = viewer.get(&format!("/people/demo/{word}")).await;
        assert_eq!(told.status, 404);
        assert!(told.body.contains("nothing is kept of"), "{told:?}");
    }
    site.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_value_never_becomes_markup() {
    let site = Site::open(6).await;
    let admin = site.admin().await;
    let who = site.app.who(2);
    let hostile = "<script>alert(1)</script>\" onmouseover=\"alert(1) {{7*7}}";
    site.app.set(who, "city", hostile);
    let planned = admin.post("/connectors/demo/plan", &[]).await.place();
    site.service.until_runs(1).await.unwrap();
    let plan = admin.get(&planned).await.link("/plans/");
    admin.post(&format!("{plan}/approve"), &[]).await.place();
    site.service.until_runs(2).await.unwrap();
    let mut shown = 0;
    for path in addresses(&admin, &site.app).await {
        let page = admin.get(&path).await;
        assert!(!page.body.contains("<script>"), "{path}: {}", page.body);
        assert!(
            !page.body.contains("\" onmouseover"),
            "{path}: {}",
            page.body
        );
        shown += usize::from(page.body.contains("&#60;script&#62;alert(1)"));
    }
    assert!(shown >= 3, "it is shown as text: {shown}");
    let asked = admin
        .get("/people?q=%3Cscript%3Ealert(1)%3C/script%3E")
        .await;
    assert!(asked.body.contains("&#60;script&#62;"), "{asked:?}");
    assert!(!asked.body.contains("<script>"), "{asked:?}");
    site.close().await;
}

async fn ask(browser: &Browser<'_>, method: &str, path: &str) -> Page {
    if method == "GET" {
        browser.get(path).await
    } else {
        browser.post(path, &[]).await
    }
}

fn filled(pattern: &str) -> String {
    let pattern = match pattern {
        "/assets/{name}" => "/assets/logo.svg",
        "/plugins/{id}" => "/plugins/text",
        other => other,
    };
    pattern
        .replace("{name}", "demo")
        .replace("{key}", "nobody")
        .replace("{id}", "0123456789abcdef")
        .replace("{digest}", "sha256:0123456789abcdef")
        .replace("{target}", "jira")
        .replace("{field}", "City")
        .replace("{revision}", "sha256:0123456789abcdef")
}

fn of_nothing(pattern: &str) -> String {
    let parts = pattern.split('/').map(|part| match part {
        part if part.starts_with('{') => "nothing",
        part => part,
    });
    parts.collect::<Vec<_>>().join("/")
}
