//! Prism, a strict checker of requests, over a provider's own published description.
//!
//! It stands as a proxy in front of the provider's stand-in and refuses, with 422, 404 or 500, every
//! request and every answer that the description does not allow. It does not mind query
//! parameters and headers that the description does not name; [`Description::undeclared`] does.
//!
//! What a description cannot say although its owner documents it is added to a copy of it, value by
//! value, and [`Description::with`] fails where an addition is not needed (any more). Okta's needs
//! none; Graph's and Keycloak's:
//!
//! - `$expand=manager($select=id)` on the list and on one user. The description's `$expand` is a
//!   list of bare names; nested options are `OData` and are in the documentation of `list users` and
//!   `list manager`, and in recorded traffic.
//! - `/users/delta`, which the documentation of `user: delta` writes so; the description has it by
//!   its qualified name only, without the token of a link and without the header `Prefer`.
//! - names in `$select` that the description leaves out: `customSecurityAttributes`,
//!   `signInActivity` (documented properties of `user`), and directory extensions, which every
//!   tenant names itself.
//! - 404 for a single user of Keycloak. Its description of 23.0.0 has no status but 200; its sources
//!   answer "User not found" with it (`UsersResource`).

use std::fmt::Debug;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use attune_server::clock::{Clock, SystemClock};
use attune_server::net::{self, Error, Outgoing, Outside, Sent, Wire};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::Command;
use url::Url;

use crate::peer::{self, Peer};

const VERSION: &str = "/v1.0";
const PORTS_TRIED: usize = 5;

/// The published description, read once.
#[derive(Debug, Clone)]
pub(crate) struct Description {
    content: Value,
    /// What the description leaves out in front of its paths.
    base: &'static str,
    /// What stands before everything that it describes.
    below: &'static str,
}

/// A running proxy.
#[derive(Debug)]
pub(crate) struct Prism {
    _peer: Peer,
    _folder: TempDir,
    port: u16,
    base: &'static str,
    below: &'static str,
}

/// One request to the API as the product made it, and what Prism made of it.
#[derive(Debug, Clone)]
pub(crate) struct Exchange {
    /// `GET`.
    pub(crate) method: String,
    /// Below the version, still percent-encoded.
    pub(crate) path: String,
    /// Names and values, decoded.
    pub(crate) query: Vec<(String, String)>,
    /// Those of the adapter and the host; no credential.
    pub(crate) headers: Vec<(String, String)>,
    /// The answer's.
    pub(crate) status: u16,
    /// What Prism has against request or answer.
    pub(crate) violation: Option<String>,
}

impl Description {
    /// The description of Microsoft Graph.
    pub(crate) fn of_graph() -> Self {
        Self::of("microsoft-graph-v1.0-users", VERSION, VERSION)
    }

    /// The description of Okta's management API.
    pub(crate) fn of_okta() -> Self {
        Self::of("okta-management-2026.06.3-users", "", "/api/")
    }

    /// The description of Keycloak's Admin REST API.
    pub(crate) fn of_keycloak() -> Self {
        Self::of("keycloak-admin-23.0.0-users", "", "/admin")
    }

    /// Reads a description whose paths begin behind `base`; what is not below `below` is no
    /// request to the API (tokens).
    fn of(name: &str, base: &'static str, below: &'static str) -> Self {
        let path = peer::reference(&format!("specs/{name}.openapi.json"));
        let text = std::fs::read_to_string(&path).expect("the published description");
        let content = serde_json::from_str(&text).expect("JSON");
        Self {
            content,
            base,
            below,
        }
    }

    /// Allows one more value of a listed query parameter.
    pub(crate) fn with(mut self, path: &str, parameter: &str, value: &str) -> Self {
        let parameters = &mut self.content["paths"][path]["get"]["parameters"];
        let parameters = parameters.as_array_mut().expect(path);
        let mut found = parameters
            .iter_mut()
            .filter(|known| known["name"] == parameter);
        let values = &mut found.next().expect(parameter)["schema"]["items"]["enum"];
        let values = values.as_array_mut().expect("a list of values");
        let value = Value::from(value);
        assert!(
            !values.contains(&value),
            "{path} knows {parameter}={value} by itself"
        );
        values.push(value);
        self
    }

    /// Another name of a path, with further parameters: `("query", "$deltatoken")`.
    pub(crate) fn also(mut self, path: &str, of: &str, parameters: &[(&str, &str)]) -> Self {
        let paths = &mut self.content["paths"];
        assert!(
            paths[path].is_null(),
            "the description knows {path} by itself"
        );
        let mut item = paths[of].clone();
        let known = item["get"]["parameters"].as_array_mut().expect(of);
        for (place, name) in parameters {
            assert!(
                known.iter().all(|known| known["name"] != *name),
                "{of} knows {name}"
            );
            let text = serde_json::json!({ "type": "string" });
            known.push(serde_json::json!({ "in": place, "name": name, "schema": text }));
        }
        paths[path] = item;
        self
    }

    /// Allows one more status of an answer, which the description leaves out.
    pub(crate) fn answering(mut self, path: &str, status: &str) -> Self {
        let responses = &mut self.content["paths"][path]["get"]["responses"];
        let responses = responses.as_object_mut().expect(path);
        let known = responses.insert(status.to_owned(), json!({ "description": "documented" }));
        assert!(known.is_none(), "{path} knows status {status} by itself");
        self
    }

    /// The template of the description that a path fits, such as `/users/{user-id}`.
    pub(crate) fn template(&self, path: &str) -> Option<&str> {
        let asked: Vec<&str> = path.split('/').collect();
        let fits = |template: &&String| {
            let known: Vec<&str> = template.split('/').collect();
            known.len() == asked.len()
                && known
                    .iter()
                    .zip(&asked)
                    .all(|(k, a)| k.starts_with('{') || k == a)
        };
        let mut templates: Vec<&String> = self.content["paths"]
            .as_object()?
            .keys()
            .filter(fits)
            .collect();
        // A literal segment wins over a variable one.
        templates.sort_by_key(|template| template.matches('{').count());
        templates.first().map(|template| template.as_str())
    }

    /// Query parameters and headers of a request that the description does not name there.
    /// `$skiptoken` comes from a next link, which is opaque by Graph's own word.
    pub(crate) fn undeclared(&self, exchange: &Exchange) -> Vec<String> {
        let Some(template) = self.template(&exchange.path) else {
            return vec![format!("the path {}", exchange.path)];
        };
        let method = exchange.method.to_lowercase();
        let operation = &self.content["paths"][template][&method];
        if operation.is_null() {
            return vec![format!("{} {template}", exchange.method)];
        }
        let declared: Vec<(&str, &str)> = [operation, &self.content["paths"][template]]
            .into_iter()
            .filter_map(|holder| holder["parameters"].as_array())
            .flatten()
            .map(|parameter| self.resolved(parameter))
            .filter_map(|known| Some((known["in"].as_str()?, known["name"].as_str()?)))
            .collect();
        let is_link = exchange.query.iter().any(|(name, _)| name == "$skiptoken");
        let query = exchange.query.iter().filter(|(name, _)| {
            let is_opaque = is_link && name == "$skiptoken";
            !is_opaque && !declared.contains(&("query", name))
        });
        let headers = exchange.headers.iter().filter(|(name, _)| {
            let is_declared = declared
                .iter()
                .any(|(place, known)| *place == "header" && known.eq_ignore_ascii_case(name));
            !is_declared && !name.eq_ignore_ascii_case("accept")
        });
        let query = query.map(|(name, value)| format!("{template}?{name}={value}"));
        query
            .chain(headers.map(|(name, _)| format!("{template}: header {name}")))
            .collect()
    }

    fn resolved<'a>(&'a self, parameter: &'a Value) -> &'a Value {
        let Some(reference) = parameter["$ref"].as_str() else {
            return parameter;
        };
        let pointer = reference.trim_start_matches('#');
        self.content.pointer(pointer).expect(reference)
    }
}

impl Prism {
    /// Starts a proxy with this description in front of a stand-in.
    pub(crate) async fn before(origin: &str, description: &Description) -> Self {
        let program = program();
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("description.json");
        std::fs::write(&file, description.content.to_string()).expect("a writable folder");
        for _ in 0..PORTS_TRIED {
            let port = peer::free_port();
            let mut command = Command::new(&program);
            command
                .arg("proxy")
                .arg(&file)
                .arg(format!("{origin}{}", description.base));
            command.args([
                "--errors",
                "--host",
                "127.0.0.1",
                "--port",
                &port.to_string(),
            ]);
            match Peer::start(command, "Prism is listening").await {
                Ok(peer) => {
                    return Self {
                        _peer: peer,
                        _folder: folder,
                        port,
                        base: description.base,
                        below: description.below,
                    };
                }
                Err(said) => assert!(said.contains("EADDRINUSE"), "Prism does not start:\n{said}"),
            }
        }
        panic!("no port stays free");
    }

    /// The network, with every request to that stand-in's API led through the proxy.
    pub(crate) fn network(&self, origin: &str) -> (Outside, Arc<Checked>) {
        let wire = Wire::open(&net::Options::default(), None).expect("a network");
        let checked = Arc::new(Checked {
            wire,
            origin: origin.to_owned(),
            port: self.port,
            base: self.base,
            below: self.below,
            exchanges: Mutex::default(),
        });
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        let send: Arc<dyn net::Send> = Arc::clone(&checked) as Arc<dyn net::Send>;
        (Outside::with_send(send, clock, 1), checked)
    }
}

fn program() -> PathBuf {
    let named = std::env::vars().find(|(name, _)| name == "ATTUNE_TEST_PRISM");
    let usual = peer::root().join("target/peers/node_modules/.bin/prism");
    let path = named.map_or(usual, |(_, path)| PathBuf::from(path));
    peer::installed(Path::new(&path), "Prism (@stoplight/prism-cli 5.14.2)")
}

/// A network with Prism in the way to the API.
#[derive(Debug)]
pub(crate) struct Checked {
    wire: Wire,
    origin: String,
    port: u16,
    base: &'static str,
    below: &'static str,
    exchanges: Mutex<Vec<Exchange>>,
}

impl Checked {
    /// Every request to the API so far.
    pub(crate) fn exchanges(&self) -> Vec<Exchange> {
        self.exchanges
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The same request to Prism, where it is one to the API.
    fn redirected(&self, url: &Url) -> Option<Url> {
        let is_ours = url.as_str().starts_with(&self.origin);
        let is_api = is_ours && url.path().starts_with(self.below);
        let path = url
            .path()
            .strip_prefix(self.base)
            .filter(|_| is_api)?
            .to_owned();
        let mut url = url.clone();
        url.set_port(Some(self.port)).ok()?;
        url.set_path(&path);
        Some(url)
    }
}

impl net::Send for Checked {
    fn send(&self, mut request: Outgoing) -> Sent<'_> {
        let Some(url) = self.redirected(&request.url) else {
            return self.wire.send(request);
        };
        let mut exchange = Exchange {
            method: request.method.as_str().to_owned(),
            path: url.path().to_owned(),
            query: url
                .query_pairs()
                .map(|(n, v)| (n.into_owned(), v.into_owned()))
                .collect(),
            headers: request.headers.clone(),
            status: 0,
            violation: None,
        };
        request.url = url;
        Box::pin(async move {
            let answer = self.wire.send(request).await;
            if let Ok(answer) = &answer {
                exchange.status = answer.status;
                exchange.violation = violation(answer);
            }
            let mut kept = self
                .exchanges
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            kept.push(exchange);
            answer
        })
    }

    fn trusting(&self, ca_file: &Path) -> Result<Arc<dyn net::Send>, Error> {
        self.wire.trusting(ca_file)
    }
}

/// What Prism says in an answer of its own, or in a header of the stand-in's.
fn violation(answer: &net::Response) -> Option<String> {
    let body = String::from_utf8_lossy(&answer.body);
    if let Some(words) = answer.header("sl-violations") {
        return Some(words.to_owned());
    }
    body.contains("stoplight.io/prism/errors")
        .then(|| body.into_owned())
}
