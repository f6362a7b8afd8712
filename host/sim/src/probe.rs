//! A small client for this crate's own tests: asks stand-ins over real connections.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::HeaderMap;
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

use crate::confluence::Confluence;
use crate::graph::Graph;
use crate::jira::Jira;

/// An answer read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}

/// A client with headers that go with every request.
#[derive(Clone)]
pub(crate) struct Probe {
    client: Client,
    base: String,
    headers: Vec<(String, String)>,
}

impl Probe {
    pub(crate) fn new(base: &str) -> Self {
        Self {
            client: Client::builder()
                .no_proxy()
                .redirect(reqwest::redirect::Policy::none())
                .build()
                .unwrap(),
            base: base.to_owned(),
            headers: Vec::new(),
        }
    }

    pub(crate) fn with(&self, name: &str, value: &str) -> Self {
        let mut probe = self.clone();
        probe.headers.retain(|(kept, _)| kept != name);
        probe.headers.push((name.to_owned(), value.to_owned()));
        probe
    }

    /// A path below the base, or a whole URL.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<String>,
    ) -> Result<Answer, reqwest::Error> {
        let url = if path.starts_with("http") {
            path.to_owned()
        } else {
            format!("{}{path}", self.base)
        };
        let mut request = self.client.request(method, url);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if let Some(body) = body {
            request = request.body(body);
        }
        let response = request.send().await?;
        Ok(Answer {
            status: response.status(),
            headers: response.headers().clone(),
            text: response.text().await?,
        })
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await.unwrap()
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Answer {
        let probe = self.with("content-type", "application/json");
        probe
            .send(Method::PUT, path, Some(body.to_string()))
            .await
            .unwrap()
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        let probe = self.with("content-type", "application/json");
        probe
            .send(Method::POST, path, Some(body.to_string()))
            .await
            .unwrap()
    }

    /// Sends a form, as a browser does.
    pub(crate) async fn submit<T: AsRef<str>>(&self, path: &str, fields: &[(T, T)]) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let probe = self.with("content-type", "application/x-www-form-urlencoded");
        probe.send(Method::POST, path, Some(body)).await.unwrap()
    }

    /// Somebody with nothing but the cookies that an answer sets, and these cookies.
    pub(crate) fn with_cookies_of(&self, answer: &Answer) -> (Self, Vec<String>) {
        let set = answer.headers.get_all("set-cookie").iter();
        let pairs: Vec<String> = set
            .filter_map(|cookie| cookie.to_str().unwrap().split(';').next())
            .map(str::to_owned)
            .collect();
        let probe = Self::new(&self.base).with("cookie", &pairs.join("; "));
        (probe, pairs)
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None).await.unwrap()
    }
}

/// Asks for a token with these changes to a right form.
pub(crate) async fn ask_token(graph: &Graph, changes: &[(&str, &str)]) -> Answer {
    let scope = format!("{}/.default", graph.url());
    let mut form = vec![
        ("client_id", "6f1c0c2e-9a1d-4b57-8a30-3f6f2f6b9d11"),
        ("client_secret", "sim~client~secret~not~real"),
        ("grant_type", "client_credentials"),
        ("scope", &scope),
    ];
    for (name, value) in changes {
        form.retain(|(kept, _)| kept != name);
        form.push((name, value));
    }
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish();
    Probe::new(&graph.url())
        .with("content-type", "application/x-www-form-urlencoded")
        .send(
            Method::POST,
            "/contoso.example/oauth2/v2.0/token",
            Some(body),
        )
        .await
        .unwrap()
}

/// A signed-in client of Graph.
pub(crate) async fn graph_probe(graph: &Graph) -> Probe {
    let answer = ask_token(graph, &[]).await.json();
    let token = answer["access_token"].as_str().unwrap();
    Probe::new(&graph.url()).with("authorization", &format!("Bearer {token}"))
}

/// A client of Jira with the service account's token.
pub(crate) fn jira_probe(jira: &Jira) -> Probe {
    let token = jira.settings().token;
    Probe::new(&jira.url()).with("authorization", &format!("Bearer {token}"))
}

/// A client of Confluence with the service account's token.
pub(crate) fn confluence_probe(confluence: &Confluence) -> Probe {
    let token = confluence.settings().token;
    Probe::new(&confluence.url()).with("authorization", &format!("Bearer {token}"))
}

/// A client with a name and a password.
pub(crate) fn basic_probe(base: &str, username: &str, password: &str) -> Probe {
    let credential = STANDARD.encode(format!("{username}:{password}"));
    Probe::new(base).with("authorization", &format!("Basic {credential}"))
}

/// The ids of all pages of a listing, and how many pages there were.
pub(crate) async fn walk(probe: &Probe, first: &str) -> (Vec<String>, usize) {
    let mut ids = Vec::new();
    let mut next = json!(first);
    let mut pages = 0;
    while let Some(link) = next.as_str() {
        let page = probe.get(link).await.json();
        for user in page["value"].as_array().unwrap() {
            ids.push(user["id"].as_str().unwrap().to_owned());
        }
        next = page["@odata.nextLink"].clone();
        pages += 1;
        assert!(pages < 1000, "endless paging");
    }
    (ids, pages)
}
