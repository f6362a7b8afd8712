//! `scim2-server`, a SCIM service by the standard that we did not write: started on a free loopback
//! port, filled by plain requests of the tests' own.
//!
//! It keeps people in memory, gives pages by index and by cursor, filters, sorts and projects, and
//! checks whatever it is sent against the schemas of RFC 7643. What it does not do: members of a group
//! are never held against users, and nobody is deleted between two pages of ours.

use std::path::PathBuf;

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::process::Command;

use crate::peer::{self, Peer};
use crate::scim::TOKEN;

/// The extension for people in companies.
pub(crate) const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
/// People of one page, by the service's own configuration.
pub(crate) const PAGE_MAX: usize = 25;

const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const PORTS_TRIED: usize = 5;

/// A running service.
#[derive(Debug)]
pub(crate) struct Scim2 {
    _peer: Peer,
    _folder: TempDir,
    port: u16,
}

/// How the service pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Paging {
    /// By index only.
    Index,
    /// By cursor too.
    Cursor,
}

impl Scim2 {
    /// An empty service.
    pub(crate) async fn start(paging: Paging) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let configuration = folder.path().join("configuration.json");
        let text = configured(paging).to_string();
        std::fs::write(&configuration, text).expect("a writable folder");
        for _ in 0..PORTS_TRIED {
            let port = peer::free_port();
            let mut command = Command::new(python());
            command.args(["-m", "scim2_server.testserver.cli", "--bearer-token", TOKEN]);
            command.args(["--port", &port.to_string(), "--service-provider-config"]);
            command.arg(&configuration);
            match Peer::start(command, "Serving SCIM on").await {
                Ok(peer) => {
                    return Self {
                        _peer: peer,
                        _folder: folder,
                        port,
                    };
                }
                Err(said) => assert!(
                    said.contains("Address already in use"),
                    "scim2-server does not start; run `tests/run` once, it installs it:\n{said}"
                ),
            }
        }
        panic!("no port stays free");
    }

    /// The base URL of the service.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/v2", self.port)
    }

    /// Creates a user with these members besides; the document as the service has it.
    pub(crate) async fn add_user(&self, members: &Value) -> Value {
        let mut user = json!({ "schemas": [CORE, ENTERPRISE] });
        merge(&mut user, members);
        let (status, user) = self.send("POST", "/Users", &user).await;
        assert_eq!(status, 201, "{user}");
        user
    }

    /// Creates a group with members of these ids and types; its id.
    pub(crate) async fn add_group(&self, name: &str, members: &[(&str, &str)]) -> String {
        let members = members
            .iter()
            .map(|(id, kind)| json!({ "value": id, "type": kind }));
        let group = json!({ "schemas": [GROUP], "displayName": name,
            "members": members.collect::<Vec<_>>() });
        let (status, group) = self.send("POST", "/Groups", &group).await;
        assert_eq!(status, 201, "{group}");
        group["id"].as_str().expect("an id").to_owned()
    }

    /// Replaces one attribute of a user by the standard's `PATCH`; the document afterwards.
    pub(crate) async fn replace(&self, id: &str, path: &str, value: impl Into<Value>) -> Value {
        let patch = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [{ "op": "replace", "path": path, "value": value.into() }],
        });
        let path = format!("/Users/{id}");
        let (status, said) = self.send("PATCH", &path, &patch).await;
        assert!(status == 200 || status == 204, "{status}: {said}");
        let (status, user) = self.send("GET", &path, &Value::Null).await;
        assert_eq!(status, 200, "{user}");
        user
    }

    /// Deletes a user.
    pub(crate) async fn delete(&self, id: &str) {
        let (status, said) = self
            .send("DELETE", &format!("/Users/{id}"), &Value::Null)
            .await;
        assert_eq!(status, 204, "{said}");
    }

    /// One request over a connection of its own.
    async fn send(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let text = format!(
            "{method} /v2{path} HTTP/1.0\r\nhost: 127.0.0.1\r\nauthorization: Bearer {TOKEN}\r\n\
             content-type: application/scim+json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))
            .await
            .expect("a listener");
        stream
            .write_all(text.as_bytes())
            .await
            .expect("an open connection");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("an answer");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
        let status = head
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok());
        let body = serde_json::from_str(body).unwrap_or_default();
        (status.expect("a status"), body)
    }
}

fn configured(paging: Paging) -> Value {
    let supported = json!({ "supported": true });
    let mut configuration = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "patch": supported, "sort": supported, "etag": supported, "changePassword": supported,
        "bulk": { "supported": false, "maxOperations": 0, "maxPayloadSize": 0 },
        "filter": { "supported": true, "maxResults": PAGE_MAX },
        "authenticationSchemes": [],
    });
    if paging == Paging::Cursor {
        configuration["pagination"] = json!({ "cursor": true, "index": true,
            "defaultPaginationMethod": "index", "defaultPageSize": PAGE_MAX,
            "maxPageSize": PAGE_MAX, "cursorTimeout": 3600 });
    }
    configuration
}

fn merge(into: &mut Value, members: &Value) {
    for (name, value) in members.as_object().into_iter().flatten() {
        into[name] = value.clone();
    }
}

fn python() -> PathBuf {
    let named = std::env::vars().find(|(name, _)| name == "ATTUNE_TEST_PYTHON");
    let usual = peer::root().join("target/peers/python/bin/python");
    let path = named.map_or(usual, |(_, path)| PathBuf::from(path));
    peer::installed(&path, "Python with scim2-server")
}
