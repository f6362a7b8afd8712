//! Who may what over the API: every operation of the OpenAPI document, asked for by everybody there can be.
//!
//! What an operation takes is read from the document as a running service answers it. Refused requests name
//! things that are there and make no sense otherwise, so that a refusal that came after a look at the request
//! would be another one; where somebody may do something, it is done to things that are not there. Invariant:
//! afterwards nothing is other than it was.

use std::collections::BTreeSet;

use attune_server::access::Role;
use attune_server::access::tokens::{self, Wanted};
use attune_server::{api, console};
use attune_tests::TestApp;
use attune_tests::service::TestService;
use secrecy::ExposeSecret as _;
use serde_json::Value;

use super::client::{Answer, Api, end, served};

const PREFIX: &str = "/api/v1";
/// What would be refused by any operation that looked at it.
const NONSENSE: &str = "?limit=never&wait=never&people=never&cursor=!";
/// Routes that are no part of the document: probes, ways in for browsers, and the document itself.
const BESIDE: [&str; 7] = [
    "GET /livez",
    "GET /readyz",
    "GET /metrics",
    "GET /sign-in/link/{link}",
    "GET /sign-in/oidc",
    "GET /sign-in/oidc/return",
    "GET /api/v1/openapi.json",
];
const METHODS: [&str; 6] = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// An operation, and what the document says that it takes.
struct Operation {
    method: String,
    path: String,
    /// The role that it takes at least; none: anybody.
    role: Option<Role>,
    is_personal: bool,
}

/// Somebody who asks.
struct Caller {
    name: String,
    header: String,
    /// None: they are not signed in.
    role: Option<Role>,
    personal: bool,
}

/// Things that are there.
struct Known {
    person: String,
    run: String,
    job: String,
    digest: String,
}

impl Operation {
    fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    fn admits(&self, caller: &Caller) -> bool {
        match self.role {
            None => true,
            Some(least) => {
                let has_role = caller.role.is_some_and(|role| role >= least);
                has_role && (caller.personal || !self.is_personal)
            }
        }
    }

    /// Its path with things that are there.
    fn of(&self, known: &Known) -> String {
        let is_about = |what: &str| self.path.contains(what);
        let id = if is_about("/plugins/") {
            "text"
        } else if is_about("/jobs/") {
            &known.job
        } else {
            &known.run
        };
        let name = if is_about("/tokens/") {
            "viewer-false"
        } else {
            "demo"
        };
        self.path
            .replace("{id}", id)
            .replace("{name}", name)
            .replace("{key}", &known.person)
            .replace("{digest}", &known.digest)
            .replace("{target}", "jira")
            .replace("{field}", "City")
    }
}

/// A path with things that are not there.
fn of_nothing(path: &str) -> String {
    let parts = path.split('/').map(|part| {
        if part.starts_with('{') {
            "nothing"
        } else {
            part
        }
    });
    parts.collect::<Vec<_>>().join("/")
}

fn operations(document: &Value) -> Vec<Operation> {
    let mut operations = Vec::new();
    let paths = document.get("paths").and_then(Value::as_object);
    for (path, item) in paths.unwrap() {
        for (method, said) in item.as_object().unwrap() {
            let word = said.get("x-needs").and_then(Value::as_str).unwrap();
            let is_personal = said.get("x-personal").and_then(Value::as_bool);
            operations.push(Operation {
                method: method.to_uppercase(),
                path: format!("{PREFIX}{path}"),
                role: (word != "anybody").then(|| word.parse().unwrap()),
                is_personal: is_personal.unwrap(),
            });
        }
    }
    operations
}

/// Somebody who is not signed in, and a token of each role with and without the right to see values of people.
async fn callers(service: &TestService) -> Vec<Caller> {
    let host = service.service.pin().0;
    let mut callers = vec![Caller {
        name: "nobody".to_owned(),
        // Otherwise a request without a token is taken for one that another site made a browser send.
        header: "sec-fetch-site: same-origin\r\n".to_owned(),
        role: None,
        personal: false,
    }];
    for role in Role::ALL {
        for personal in [false, true] {
            let name = format!("{role}-{personal}");
            let wanted = Wanted {
                name: name.clone(),
                role,
                personal,
                connectors: None,
                days: 1,
            };
            let now_ms = host.clock.now().as_millisecond();
            let made = tokens::create(&host.store, wanted, ("a test", now_ms)).await;
            let made = made.unwrap();
            callers.push(Caller {
                name,
                header: format!("authorization: Bearer {}\r\n", made.secret.expose_secret()),
                role: Some(role),
                personal,
            });
        }
    }
    callers
}

/// A run that wrote, and a plan that would write once more.
async fn known(app: &TestApp, api: &Api) -> Known {
    let text = |answer: &Answer, name: &str| {
        let text = answer.body.get(name).and_then(Value::as_str);
        text.unwrap_or_else(|| panic!("{name}: {answer:?}"))
            .to_owned()
    };
    let synced = api.all("POST /api/v1/connectors/demo/sync?wait=30").await;
    app.set(app.who(3), "city", "Lyon");
    let planned = api.all("POST /api/v1/connectors/demo/plan?wait=30").await;
    let plan = text(&planned, "run");
    let plan = api.get(&format!("{PREFIX}/runs/{plan}")).await;
    Known {
        person: app.key(app.who(2)),
        run: text(&synced, "run"),
        job: text(&synced, "id"),
        digest: text(&plan, "digest"),
    }
}

/// What is wrong with how somebody is answered.
fn flaw(answer: &Answer, operation: &Operation, caller: &Caller) -> Option<String> {
    let member = |name: &str| answer.body.get(name).cloned().unwrap_or_default();
    let is_right = if operation.admits(caller) {
        !matches!(answer.status, 401 | 403 | 500)
    } else {
        let wanted = match caller.role {
            None => (401, "token"),
            Some(_) => (403, "forbidden"),
        };
        (answer.status, member("code").as_str()) == (wanted.0, Some(wanted.1))
            && member("status") == wanted.0
            && answer.head.contains("application/problem+json")
    };
    (!is_right).then(|| format!("{} by {}: {answer:?}", operation.name(), caller.name))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_operation_admits_exactly_those_whom_the_document_names() {
    let (app, service, api) = served(6).await;
    let (known, callers) = (known(&app, &api).await, callers(&service).await);
    let document = api.get("/api/v1/openapi.json").await.body;
    let operations = operations(&document);
    let file = app.connectors().join("demo.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let (mut tried, mut refused, mut read, mut wrong) = (0, 0, 0, Vec::new());
    for operation in &operations {
        for caller in &callers {
            let path = match (operation.admits(caller), operation.method.as_str()) {
                (true, "GET") => operation.of(&known),
                (true, _) => format!("{}{NONSENSE}", of_nothing(&operation.path)),
                (false, _) => format!("{}{NONSENSE}", operation.of(&known)),
            };
            let answer = api.ask(&operation.method, &path, &caller.header, "!").await;
            wrong.extend(flaw(&answer, operation, caller));
            tried += 1;
            refused += usize::from(matches!(answer.status, 401 | 403));
            read += usize::from(operation.method == "GET" && answer.status == 200);
        }
    }
    println!(
        "{} operations x {} callers: {tried} asked, {refused} refused, {read} read",
        operations.len(),
        callers.len()
    );
    assert_eq!(wrong, Vec::<String>::new());
    assert_eq!(callers.len(), 1 + 2 * Role::ALL.len());
    assert_eq!(tried, operations.len() * callers.len());
    assert!(operations.len() >= 60, "{}", operations.len());
    assert!(refused >= 200 && read >= 150, "{refused} {read}");

    // What nobody might do was not done, and neither was what made no sense.
    let store = &app.app.host.store;
    let people = store.keys_called("demo", &known.person).await.unwrap();
    assert_eq!(people, [known.person]);
    // One of each role and right, and that of the test itself.
    assert_eq!(store.tokens().await.unwrap().len(), 2 * Role::ALL.len() + 1);
    assert_eq!(store.runs(10).await.unwrap().len(), 2);
    assert!(store.unfinished_jobs().await.unwrap().is_empty());
    assert!(store.pauses().await.unwrap().is_empty());
    assert!(store.paused_sites().await.unwrap().is_empty());
    assert!(store.pinned("demo").await.unwrap().is_empty());
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
    assert_ne!(app.property(app.who(3), "City").as_deref(), Some("Lyon"));
    end(service, api).await;
}

#[test]
fn every_route_stands_in_the_document_with_what_it_takes() {
    let line = |name: &str, word: &str, is_personal: bool| format!("{name}: {word}, {is_personal}");
    let document: Value = serde_json::from_str(&api::document()).unwrap();
    let said: BTreeSet<String> = operations(&document)
        .iter()
        .map(|one| {
            let word = one.role.map_or("anybody", Role::as_str);
            line(&one.name(), word, one.is_personal)
        })
        .collect();
    let pages = console::table();
    let pages: BTreeSet<String> = pages
        .routes()
        .map(|(method, path, _)| format!("{method} {path}"))
        .collect();
    let (mut declared, mut beside) = (BTreeSet::new(), BTreeSet::new());
    for (method, path, needs) in api::table().routes() {
        let name = format!("{method} {path}");
        if pages.contains(&name) {
            assert!(!path.starts_with(PREFIX), "{name} is a page");
        } else if BESIDE.contains(&name.as_str()) {
            beside.insert(name);
        } else {
            declared.insert(line(&name, needs.word(), needs.is_personal()));
        }
    }
    assert_eq!(declared, said);
    assert_eq!(beside, BTreeSet::from(BESIDE.map(str::to_owned)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_document_does_not_name_answers_nobody() {
    let (_app, service, api) = served(1).await;
    let document = api.get("/api/v1/openapi.json").await.body;
    let operations = operations(&document);
    let named: BTreeSet<String> = operations.iter().map(Operation::name).collect();
    let paths: BTreeSet<&str> = operations.iter().map(|one| one.path.as_str()).collect();
    let (mut tried, mut wrong) = (0, Vec::new());
    for path in paths {
        for method in METHODS {
            if named.contains(&format!("{method} {path}")) {
                continue;
            }
            let place = of_nothing(path);
            for (header, wanted) in [
                ("", (401, "token")),
                (api.powers.as_str(), (405, "no-such-route")),
            ] {
                let answer = api.ask(method, &place, header, "").await;
                let code = answer.body.get("code").and_then(Value::as_str);
                if (answer.status, code) != (wanted.0, Some(wanted.1)) {
                    wrong.push(format!("{method} {path}: {answer:?}"));
                }
                tried += 1;
            }
        }
    }
    println!("{tried} requests that the document does not name");
    assert_eq!(wrong, Vec::<String>::new());
    assert!(tried >= 400, "{tried}");
    end(service, api).await;
}
