//! Recorded and documented answers of a provider, played to the real component in a given order.

use std::sync::{Arc, Mutex};

use attune_server::clock::{Clock, TestClock};
use attune_server::net::{Outgoing, Outside, Response, Script};
use attune_server::source::Source;
use attune_wasm::Plugin;
use serde_json::Value;

use crate::entra::{self, Place};
use crate::peer;

/// Bodies that are lists of users, complete in one page.
pub(crate) const LISTS: [&str; 6] = [
    "02-list-endswith-count",
    "04-list-assigned-licenses",
    "12-delta-walk-3-deltalink",
    "34-list-default-two-users",
    "40-list-directory-extensions",
    "48-fixture-users-page2-last",
];

/// The recorded answers of one provider.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Examples(pub(crate) &'static str);

impl Examples {
    /// The body of an example.
    pub(crate) fn body(self, name: &str) -> String {
        let path = peer::reference(&format!("examples/{}/{name}.json", self.0));
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// The names of all examples.
    pub(crate) fn names(self) -> Vec<String> {
        let folder = peer::reference(&format!("examples/{}", self.0));
        let entries = std::fs::read_dir(folder).expect("recorded bodies");
        let mut names: Vec<String> = entries
            .filter_map(|entry| entry.expect("a file").file_name().into_string().ok())
            .filter_map(|name| Some(name.strip_suffix(".json")?.to_owned()))
            .filter(|name| !name.contains(".meta"))
            .collect();
        names.sort();
        names
    }

    /// An example with the status and the headers that it came with.
    pub(crate) fn recorded(self, name: &str) -> Response {
        let path =
            peer::reference(&format!("examples/{}", self.0)).join(format!("{name}.meta.json"));
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let meta: Value = serde_json::from_str(&text).unwrap_or_default();
        let status = meta["status"].as_u64().unwrap_or(200);
        let status = u16::try_from(status).expect("a status");
        let mut answer = Response::new(status, self.body(name));
        for (header, values) in meta["headers"].as_object().into_iter().flatten() {
            let lines = values.as_array().cloned();
            for value in lines.unwrap_or_else(|| vec![values.clone()]) {
                // The transport has dealt with the length before anybody sees the answer.
                if header != "Content-length" {
                    answer = answer.with_header(header, value.as_str().unwrap_or_default());
                }
            }
        }
        answer
    }
}

/// The body of an example of Graph.
pub(crate) fn body(name: &str) -> String {
    Examples("entra").body(name)
}

/// The names of all examples of Graph.
pub(crate) fn names() -> Vec<String> {
    let names = Examples("entra").names();
    assert!(names.len() > 20, "{names:?}");
    names
}

/// An example of Graph with the status and the headers that it came with.
pub(crate) fn recorded(name: &str) -> Response {
    Examples("entra").recorded(name)
}

/// An answer with that body.
pub(crate) fn answer(status: u16, body: impl Into<String>) -> Response {
    let body: String = body.into();
    Response::new(status, body).with_header("content-type", "application/json")
}

/// The document of a single user: an example's, with the members that the adapter selects
/// besides, because the request of the example did not.
pub(crate) fn with_id(name: &str, id: &str) -> Response {
    let mut user: Value = serde_json::from_str(&body(name)).expect("JSON");
    user["id"] = id.into();
    user["userPrincipalName"] = format!("{}@contoso.example", &id[..8]).into();
    answer(200, user.to_string())
}

/// A world that gives these answers, in their order, to requests to the API; tokens are there, and
/// a listing of Graph gets no mark at which changes go on.
pub(crate) struct Replay {
    script: Script,
    /// The network of this world.
    pub(crate) outside: Outside,
    /// What the waits came to.
    pub(crate) clock: Arc<TestClock>,
}

impl Replay {
    /// With a token whenever one is asked for.
    pub(crate) fn of(answers: Vec<Response>) -> Self {
        Self::with_token(recorded("32-token-success"), answers)
    }

    /// With this answer of the authority.
    pub(crate) fn with_token(token: Response, answers: Vec<Response>) -> Self {
        let answers = Mutex::new(answers.into_iter());
        let script = Script::new(move |request| {
            if is_for_token(request) {
                return Ok(token.clone());
            }
            if is_for_mark(request) {
                return Ok(answer(404, "{}"));
            }
            let next = answers.lock().expect("nobody panicked").next();
            Ok(next.unwrap_or_else(|| answer(404, "{}")))
        });
        let clock = TestClock::skipping("2026-11-21T22:00:00Z".parse().expect("a time"));
        let shared: Arc<dyn Clock> = Arc::clone(&clock) as Arc<dyn Clock>;
        let outside = Outside::with_send(Arc::new(script.clone()), shared, 1);
        Self {
            script,
            outside,
            clock,
        }
    }

    /// The real `entra` component in this world; `options` are those besides the tenant.
    pub(crate) fn source(&self, plugin: &Plugin, options: Value) -> Source {
        entra::source(plugin, options, &Place::global(), &self.outside)
    }

    /// Path and query of every request to the API, decoded.
    pub(crate) fn asked(&self) -> Vec<String> {
        let requests = self.script.seen();
        let graph = requests
            .iter()
            .filter(|request| !is_for_token(request) && !is_for_mark(request));
        graph.map(|request| decoded(&request.url)).collect()
    }

    /// Every request, those for tokens too.
    pub(crate) fn requests(&self) -> Vec<Outgoing> {
        self.script.seen()
    }
}

fn is_for_token(request: &Outgoing) -> bool {
    let url = &request.url;
    url.host_str() == Some("login.microsoftonline.com") || url.path() == "/oauth2/v1/token"
}

fn is_for_mark(request: &Outgoing) -> bool {
    request
        .url
        .query()
        .unwrap_or_default()
        .ends_with("$deltatoken=latest")
}

fn decoded(url: &url::Url) -> String {
    let pairs: Vec<String> = url
        .query_pairs()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    format!("{}?{}", url.path(), pairs.join("&"))
}
