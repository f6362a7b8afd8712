//! Pictures of users: what was uploaded, which one is selected, and the three steps of an upload.
//!
//! The temporary picture lies in the session between the first step and the second, so a client
//! without cookies never gets to the second. Uploaded pictures stay until they are deleted. The
//! stand-in does not look into pictures: what they show is whatever was sent.
//!
//! Source: apis.md E1 "Avatars"; the multipart form and its answer in a `<textarea>` as the 10.3
//! reference has them. The older raw body is answered 415: later versions may not take it.

use std::collections::HashMap;

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::Site;
use super::refusal::Refusal;
use crate::seraph;
use crate::wire::{Received, Reply};

/// Jira's own pictures; the first is everybody's until they choose.
const SYSTEM: [&str; 3] = ["10122", "10123", "10338"];
/// Pictures below it are refused.
const BYTES_MIN: usize = 60;

/// Everybody's pictures.
#[derive(Debug, Default)]
pub(super) struct Shelves {
    by_account: HashMap<String, Shelf>,
    /// By session: whose picture it will be, and the picture.
    temporary: HashMap<String, (String, Vec<u8>)>,
    serial: u64,
}

#[derive(Debug, Default)]
struct Shelf {
    custom: Vec<(String, Vec<u8>)>,
    selected: Option<String>,
}

impl Shelves {
    /// Puts a picture on a shelf; its id.
    pub(super) fn add(&mut self, account: &str, bytes: Vec<u8>) -> String {
        self.serial += 1;
        let id = (10_499 + self.serial).to_string();
        let shelf = self.by_account.entry(account.to_owned()).or_default();
        shelf.custom.push((id.clone(), bytes));
        id
    }

    /// Shows one of the pictures; false where there is no such one.
    pub(super) fn select(&mut self, account: &str, id: &str) -> bool {
        let shelf = self.by_account.entry(account.to_owned()).or_default();
        let is_there = SYSTEM.contains(&id) || shelf.custom.iter().any(|(known, _)| known == id);
        if is_there {
            shelf.selected = Some(id.to_owned());
        }
        is_there
    }

    /// The ids of the uploaded pictures.
    pub(super) fn uploads(&self, account: &str) -> Vec<String> {
        let shelf = self.by_account.get(account).into_iter();
        let all = shelf.flat_map(|shelf| &shelf.custom);
        all.map(|(id, _)| id.clone()).collect()
    }

    /// The uploaded picture that is shown.
    pub(super) fn shown(&self, account: &str) -> Option<(String, Vec<u8>)> {
        let shelf = self.by_account.get(account)?;
        let selected = shelf.selected.as_ref()?;
        shelf.custom.iter().find(|(id, _)| id == selected).cloned()
    }

    fn selected(&self, account: &str) -> String {
        let shelf = self.by_account.get(account);
        let selected = shelf.and_then(|shelf| shelf.selected.clone());
        selected.unwrap_or_else(|| "10122".to_owned())
    }

    fn delete(&mut self, account: &str, id: &str) -> bool {
        let Some(shelf) = self.by_account.get_mut(account) else {
            return false;
        };
        let before = shelf.custom.len();
        shelf.custom.retain(|(known, _)| known != id);
        if shelf.selected.as_deref() == Some(id) {
            shelf.selected = None;
        }
        shelf.custom.len() < before
    }
}

impl Site {
    pub(super) fn avatars(&self, received: &Received, path: &[&str]) -> Result<Reply, Refusal> {
        let key = self.living(received, "key")?;
        if received.parameter("username").is_none() {
            return Err(Refusal::new(400, "The username is required"));
        }
        match (&received.method, path) {
            (&Method::GET, ["avatars"]) => Ok(self.shelf(&key)),
            (&Method::POST, ["avatar", "temporary"]) => self.temporary(received, &key),
            (&Method::POST, ["avatar"]) => self.crop(received, &key),
            (&Method::PUT, ["avatar"]) => self.select(received, &key),
            (&Method::DELETE, ["avatar", id]) => {
                self.check_admin()?;
                if !self.shelves().delete(&key, id) {
                    return Err(Refusal::new(404, format!("Avatar with id {id} not found")));
                }
                Ok(Reply::empty("avatar.delete", 204).applied())
            }
            _ => Ok(Reply::unknown_route(received)),
        }
    }

    fn shelf(&self, key: &str) -> Reply {
        let shelves = self.shelves();
        let selected = shelves.selected(key);
        let avatar = |id: &str, is_system: bool| {
            let mut avatar = json!({
                "id": id,
                "isSystemAvatar": is_system,
                "isSelected": *id == *selected,
                "isDeletable": !is_system,
                "selected": *id == *selected,
                "urls": { "48x48": format!("{}/secure/useravatar?avatarId={id}", self.base) },
            });
            if let (false, Some(avatar)) = (is_system, avatar.as_object_mut()) {
                avatar.insert("owner".to_owned(), key.into());
            }
            avatar
        };
        let system: Vec<Value> = SYSTEM.iter().map(|id| avatar(id, true)).collect();
        let custom: Vec<Value> = shelves
            .uploads(key)
            .iter()
            .map(|id| avatar(id, false))
            .collect();
        let body = json!({ "system": system, "custom": custom });
        Reply::json("avatars", 200, body.to_string())
    }

    /// The first step: the picture goes into the session.
    fn temporary(&self, received: &Received, key: &str) -> Result<Reply, Refusal> {
        self.check_admin()?;
        if !seraph::is_no_check(received) {
            return Err(Refusal::page(403, "XSRF check failed"));
        }
        let Some(file) = File::read(received) else {
            return Err(Refusal::page(415, "Unsupported Media Type"));
        };
        if file.name != "avatar"
            || !matches!(
                file.media_type.as_str(),
                "image/png" | "image/jpeg" | "image/gif"
            )
        {
            return Err(Refusal::new(
                400,
                "The file is not an image of a supported type",
            ));
        }
        if file.bytes.len() < BYTES_MIN {
            return Err(Refusal::new(400, "The image could not be read"));
        }
        let visit = self.sessions.visit(received);
        let mut shelves = self.shelves();
        shelves
            .temporary
            .insert(visit.id().to_owned(), (key.to_owned(), file.bytes));
        let cropping = json!({
            "cropperWidth": 120, "cropperOffsetX": 50, "cropperOffsetY": 50,
            "url": format!("{}/secure/temporaryavatar?cropped=true&magic={}", self.base, shelves.serial),
            "needsCropping": true,
        });
        let text = cropping
            .to_string()
            .replace('&', "&amp;")
            .replace('"', "&quot;");
        let page = format!("<html><body><textarea>{text}</textarea></body></html>");
        let reply = Reply::text("avatar.temporary", 201, page);
        Ok(visit.on(reply, &self.base_path, Some("atlassian.xsrf.token")))
    }

    /// The second step: the picture leaves the session and stays.
    fn crop(&self, received: &Received, key: &str) -> Result<Reply, Refusal> {
        self.check_admin()?;
        let body = object(received)?;
        let known = [
            "cropperWidth",
            "cropperOffsetX",
            "cropperOffsetY",
            "needsCropping",
            "url",
        ];
        if let Some(name) = body.keys().find(|name| !known.contains(&name.as_str())) {
            return Err(Refusal::new(400, format!("Unrecognized field \"{name}\"")));
        }
        if body
            .get("cropperWidth")
            .and_then(Value::as_u64)
            .unwrap_or(0)
            < 48
        {
            return Err(Refusal::new(400, "The cropped image would be too small"));
        }
        let visit = self.sessions.visit(received);
        let mut shelves = self.shelves();
        let Some((owner, bytes)) = shelves.temporary.remove(visit.id()) else {
            return Err(Refusal::new(
                400,
                "There is no temporary avatar in this session",
            ));
        };
        if owner != key {
            return Err(Refusal::new(400, "The temporary avatar is another user's"));
        }
        let id = shelves.add(key, bytes);
        let body = json!({
            "id": id, "owner": key, "isSystemAvatar": false, "isSelected": false,
            "isDeletable": true, "selected": false, "urls": {},
        });
        Ok(Reply::json("avatar.create", 201, body.to_string()).applied())
    }

    /// The third step: the picture is shown.
    fn select(&self, received: &Received, key: &str) -> Result<Reply, Refusal> {
        self.check_admin()?;
        let body = object(received)?;
        let id = body.get("id").and_then(Value::as_str);
        let id = id.ok_or_else(|| Refusal::new(400, "The id of the avatar is missing"))?;
        let is_gravatar = self.settings().is_gravatar;
        let mut shelves = self.shelves();
        let is_known = SYSTEM.contains(&id) || shelves.uploads(key).iter().any(|known| known == id);
        if !is_known {
            return Err(Refusal::new(404, format!("Avatar with id {id} not found")));
        }
        // With Gravatar the answer is as good as ever, and nothing else is shown.
        if !is_gravatar || SYSTEM.contains(&id) {
            shelves.select(key, id);
        }
        Ok(Reply::json("avatar.select", 200, "{}".to_owned()).applied())
    }
}

fn object(received: &Received) -> Result<Map<String, Value>, Refusal> {
    if !received.has_content_type("application/json") {
        return Err(Refusal::page(415, "Unsupported Media Type"));
    }
    serde_json::from_slice(&received.body)
        .map_err(|_| Refusal::new(400, "Unexpected character in the request body"))
}

/// The one file of a form.
struct File {
    name: String,
    media_type: String,
    bytes: Vec<u8>,
}

impl File {
    fn read(received: &Received) -> Option<Self> {
        if !received.has_content_type("multipart/form-data") {
            return None;
        }
        let (_, boundary) = received.header("content-type")?.split_once("boundary=")?;
        let body = received.body.as_ref();
        let begin = format!("--{boundary}\r\n");
        let end = format!("\r\n--{boundary}--\r\n");
        let part = body
            .strip_prefix(begin.as_bytes())?
            .strip_suffix(end.as_bytes())?;
        let gap = part.windows(4).position(|bytes| bytes == b"\r\n\r\n")?;
        let head = std::str::from_utf8(part.get(..gap)?).ok()?;
        let value = |name: &str| {
            let mut lines = head.lines().filter_map(|line| line.split_once(": "));
            lines
                .find(|(key, _)| key.eq_ignore_ascii_case(name))
                .map(|(_, value)| value)
        };
        let (_, name) = value("content-disposition")?.split_once(" name=\"")?;
        value("content-disposition")?.split_once("filename=\"")?;
        Some(Self {
            name: name.split('"').next()?.to_owned(),
            media_type: value("content-type")?.to_owned(),
            bytes: part.get(gap + 4..)?.to_vec(),
        })
    }
}

#[cfg(test)]
mod tests {
    use reqwest::Method;
    use serde_json::json;

    use crate::jira::{Account, Accounts, Jira, Options};
    use crate::probe::{Answer, Probe, jira_probe};

    const ANNA: &str = "?username=anna";

    async fn start() -> (Jira, Probe) {
        let mut accounts = Accounts::new();
        accounts.add(Account::named("anna", "anna@contoso.example", "Anna"));
        let jira = Jira::start(Options::of(accounts)).await.unwrap();
        let probe = jira_probe(&jira);
        (jira, probe)
    }

    async fn upload(probe: &Probe, name: &str, kind: &str) -> Answer {
        let file = "x".repeat(100);
        let body = format!(
            "--B\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"a.png\"\r\n\
             Content-Type: {kind}\r\n\r\n{file}\r\n--B--\r\n"
        );
        let probe = probe.with("content-type", "multipart/form-data; boundary=B");
        let path = format!("/rest/api/2/user/avatar/temporary{ANNA}");
        probe.send(Method::POST, &path, Some(body)).await.unwrap()
    }

    #[tokio::test]
    async fn a_picture_takes_three_steps_in_one_session() {
        let (jira, probe) = start().await;
        let probe = probe.with("x-atlassian-token", "no-check");
        let temporary = upload(&probe, "avatar", "image/png").await;
        assert_eq!(temporary.status, 201);
        assert!(
            temporary
                .text
                .contains("<textarea>{&quot;cropperWidth&quot;")
        );
        let cookie = temporary
            .header("set-cookie")
            .split(';')
            .next()
            .unwrap()
            .to_owned();
        let crop = json!({ "cropperWidth": 96, "cropperOffsetX": 0, "cropperOffsetY": 0, "needsCropping": true });
        let path = format!("/rest/api/2/user/avatar{ANNA}");
        assert_eq!(
            probe.post(&path, &crop).await.status,
            400,
            "another session"
        );
        let created = probe.with("cookie", &cookie).post(&path, &crop).await;
        assert_eq!(created.status, 201);
        let key = jira.accounts(|all| all.by_name("anna").map(|account| account.key.clone()));
        let key = key.unwrap();
        assert_eq!(jira.picture(&key), None, "nobody selected it");
        let id = created.json()["id"].clone();
        assert_eq!(probe.put(&path, &json!({ "id": id })).await.status, 200);
        assert_eq!(jira.picture(&key).unwrap().1, "x".repeat(100).as_bytes());
        let list = probe
            .get(&format!("/rest/api/2/user/avatars{ANNA}"))
            .await
            .json();
        assert_eq!(list["custom"][0]["isSelected"], true);
        assert_eq!(list["system"][0]["isSelected"], false);
        let path = format!("/rest/api/2/user/avatar/{}{ANNA}", id.as_str().unwrap());
        let gone = probe.send(Method::DELETE, &path, None).await.unwrap();
        assert_eq!((gone.status.as_u16(), jira.uploads(&key).len()), (204, 0));
    }

    #[tokio::test]
    async fn what_the_reference_does_not_show_is_refused() {
        let (jira, probe) = start().await;
        assert_eq!(
            upload(&probe, "avatar", "image/png").await.status,
            403,
            "XSRF"
        );
        let probe = probe.with("x-atlassian-token", "no-check");
        assert_eq!(upload(&probe, "file", "image/png").await.status, 400);
        assert_eq!(upload(&probe, "avatar", "image/svg+xml").await.status, 400);
        let raw = probe.with("content-type", "image/png");
        let path = format!("/rest/api/2/user/avatar/temporary{ANNA}&filename=a.png&size=1");
        let answer = raw
            .send(Method::POST, &path, Some("x".repeat(100)))
            .await
            .unwrap();
        assert_eq!(answer.status, 415);
        let path = format!("/rest/api/2/user/avatar{ANNA}");
        assert_eq!(probe.put(&path, &json!({ "id": "999" })).await.status, 404);
        jira.configure(|settings| settings.is_admin = false);
        assert_eq!(upload(&probe, "avatar", "image/png").await.status, 403);
    }
}
