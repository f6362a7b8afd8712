//! The picture of an account: uploaded, cropped, selected, looked at again, older ones of ours
//! deleted.
//!
//! Jira keeps every uploaded picture of a user until somebody deletes it, and shows the one that
//! is selected; so a picture is known by its id, and one of somebody else's is never deleted. The
//! upload lies in the session until it is cropped, which is why its requests share one cookie jar.
//! A request whose answer was lost is read back: an upload that nobody selected harms nobody.
//!
//! Sources: Jira REST v2, `user/avatar*`; the multipart form as the reference of 10.3 documents it
//! (the older raw body is not in it); the answer inside of `<textarea>` is meant for a hidden
//! frame.

use attune_core::route::url_encoded;
use serde_json::{Value as Json, json};

use super::super::answer::{self, Said, is_page, no_route, sign_in_page, unexpected};
use super::super::browser::Browser;
use super::{AccountRef, Error, Jira, PictureWrite, Placed, Portrait};
use crate::net::{Method, Request, Response};

/// Largest answer that is read: the list of a user with hundreds of pictures.
const ANSWER_BYTES_MAX: usize = 2 * 1024 * 1024;

/// The pictures that one user may choose from.
#[derive(Debug, Default)]
struct Avatars {
    /// Jira's own, in its order.
    system: Vec<String>,
    /// Uploaded for the user.
    custom: Vec<String>,
    /// Which of them is shown.
    selected: Option<String>,
}

impl Avatars {
    fn portrait(&self) -> Portrait {
        let chosen = |of: &[String]| self.selected.clone().filter(|id| of.contains(id));
        Portrait {
            own: chosen(&self.custom),
            drawn: chosen(&self.system),
            uploads: self.custom.clone(),
        }
    }
}

/// What the account shows.
pub(super) async fn portrait(jira: &Jira, account: &AccountRef) -> Result<Portrait, Error> {
    Ok(avatars(jira, account).await?.portrait())
}

/// Shows a picture of ours, or one of Jira's again.
pub(super) async fn put(jira: &Jira, write: &PictureWrite<'_>) -> Result<Placed, Error> {
    let wanted = if let Some(png) = write.png {
        create(jira, write, png).await?
    } else {
        let system = avatars(jira, write.account).await?.system;
        let known = system.iter().find(|id| *id == write.drawn);
        known.or(system.first()).cloned().ok_or_else(|| {
            Error::rejected(
                "rejected",
                "Jira offers no picture of its own for the account",
            )
        })?
    };
    let shown = select(jira, write.account, &wanted).await?;
    let is_ours = |id: &&String| write.png.is_some() && **id == wanted;
    if shown.selected.as_ref() != Some(&wanted) {
        if write.png.is_some() {
            delete(jira, write.account, &wanted).await;
        }
        return Err(Error::rejected(
            "does-not-stick",
            "Jira took the picture and shows another one; with Gravatar switched on it shows no \
             uploaded pictures",
        ));
    }
    let mut made: Vec<String> = Some(&wanted).filter(is_ours).into_iter().cloned().collect();
    let mut shown = shown.portrait();
    for old in write.made.iter().filter(|id| **id != wanted) {
        if !shown.uploads.contains(old) {
            continue;
        }
        if delete(jira, write.account, old).await {
            shown.uploads.retain(|id| id != old);
        } else {
            made.push(old.clone());
        }
    }
    Ok(Placed { shown, made })
}

async fn avatars(jira: &Jira, account: &AccountRef) -> Result<Avatars, Error> {
    let name = jira.username(account).await?;
    let path = format!("/user/avatars?username={}", url_encoded(&name));
    let json = match jira.read(&path).await? {
        Said::Yes(json) => json,
        Said::Absent(_) => return Err(Error::Gone),
        Said::NoRoute => return Err(no_route("/rest/api/2/user/avatars")),
    };
    let list = |name: &str| {
        let list = json.get(name).and_then(Json::as_array);
        list.ok_or_else(|| unexpected("the list of a user's pictures"))
    };
    let (system, custom) = (list("system")?, list("custom")?);
    let is_selected = |avatar: &&Json| {
        let flag = |name: &str| avatar.get(name).and_then(Json::as_bool) == Some(true);
        flag("isSelected") || flag("selected")
    };
    let selected = custom.iter().chain(system).find(is_selected).and_then(id);
    Ok(Avatars {
        system: system.iter().filter_map(id).collect(),
        custom: custom.iter().filter_map(id).collect(),
        selected,
    })
}

fn id(avatar: &Json) -> Option<String> {
    match avatar.get("id")? {
        Json::String(id) if !id.is_empty() => Some(id.clone()),
        Json::Number(id) => Some(id.to_string()),
        _ => None,
    }
}

/// Uploads a picture and gives its id; nobody sees it yet.
async fn create(jira: &Jira, write: &PictureWrite<'_>, png: &[u8]) -> Result<String, Error> {
    let mut tries = 0;
    loop {
        tries += 1;
        match upload(jira, write.account, png).await {
            Err(Error::Unknown) => {}
            other => return other,
        }
        let now = avatars(jira, write.account).await?.custom;
        let mut new = now.iter().filter(|id| !write.before.uploads.contains(id));
        match (new.next(), new.next()) {
            (Some(id), None) => return Ok(id.clone()),
            (None, _) if tries == 1 => {}
            // Somebody else uploads too; which one is ours cannot be told.
            _ => return Err(Error::Unknown),
        }
    }
}

/// The two requests of an upload, in one session.
async fn upload(jira: &Jira, account: &AccountRef, png: &[u8]) -> Result<String, Error> {
    let name = url_encoded(&jira.username(account).await?);
    let session = Browser::signed(&jira.rest.slot);
    let form = Form::of(png);
    let path = format!("/rest/api/2/user/avatar/temporary?username={name}");
    let request = write_to(&path, &form.media_type(), form.body);
    let cropping = heard(jira, &session, request).await?;
    let needs_cropping = cropping.get("needsCropping").and_then(Json::as_bool);
    // All of it: what Jira proposes is a part, for somebody with a mouse.
    let whole = json!({
        "cropperWidth": edge(png),
        "cropperOffsetX": 0,
        "cropperOffsetY": 0,
        "needsCropping": needs_cropping.unwrap_or(false),
    });
    let path = format!("/rest/api/2/user/avatar?username={name}");
    let request = write_to(&path, "application/json", whole.to_string());
    let avatar = heard(jira, &session, request).await?;
    id(&avatar).ok_or_else(|| unexpected("an uploaded picture"))
}

fn write_to(path: &str, media_type: &str, body: impl Into<bytes::Bytes>) -> Request {
    let mut request = Request::write(Method::Post, path)
        .with_body(media_type, body)
        .with_header("accept", "application/json")
        .with_header("x-atlassian-token", "no-check");
    request.body_bytes_max = ANSWER_BYTES_MAX;
    request
}

async fn heard(jira: &Jira, session: &Browser, request: Request) -> Result<Json, Error> {
    let answer = session.exchange(request).await;
    let answer = answer.map_err(|error| answer::from_net(&error))?;
    if (200..300).contains(&answer.status) {
        return json_inside(&answer);
    }
    match answer::judge(&answer, true, &jira.rest.us)? {
        Said::Yes(json) => Ok(json),
        Said::Absent(_) => Err(Error::Gone),
        Said::NoRoute => Err(no_route("/rest/api/2/user/avatar")),
    }
}

/// JSON, or a page with JSON in its `<textarea>`.
fn json_inside(answer: &Response) -> Result<Json, Error> {
    if let Ok(json) = serde_json::from_slice(&answer.body) {
        return Ok(json);
    }
    let page = String::from_utf8_lossy(&answer.body);
    let inside = page.split_once("<textarea").and_then(|(_, rest)| {
        let (_, rest) = rest.split_once('>')?;
        Some(rest.split_once("</textarea")?.0)
    });
    let Some(inside) = inside else {
        return Err(if is_page(answer) {
            sign_in_page()
        } else {
            unexpected("an uploaded picture")
        });
    };
    let plain = inside
        .replace("&quot;", "\"")
        .replace("&#34;", "\"")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&");
    serde_json::from_str(&plain).map_err(|_| unexpected("an uploaded picture"))
}

/// Shows one of the pictures; what is shown then.
async fn select(jira: &Jira, account: &AccountRef, wanted: &str) -> Result<Avatars, Error> {
    let mut tries = 0;
    loop {
        tries += 1;
        let name = jira.username(account).await?;
        let path = format!("/user/avatar?username={}", url_encoded(&name));
        let body = json!({ "id": wanted }).to_string();
        let is_lost = match jira.send(Method::Put, &path, Some(body)).await {
            Ok(Said::Yes(_)) => false,
            Ok(Said::Absent(_)) => return Err(Error::Gone),
            Ok(Said::NoRoute) => return Err(no_route("/rest/api/2/user/avatar")),
            Err(Error::Unknown) => true,
            Err(error) => return Err(error),
        };
        let shown = avatars(jira, account).await;
        match shown {
            Ok(shown) if shown.selected.as_deref() == Some(wanted) || !is_lost => return Ok(shown),
            Ok(_) if tries == 1 => {}
            Ok(_) | Err(Error::Target { .. } | Error::Rejected { .. }) => {
                return Err(Error::Unknown);
            }
            Err(error) => return Err(error),
        }
    }
}

/// Deletes a picture of ours; false where it may still be there.
async fn delete(jira: &Jira, account: &AccountRef, id: &str) -> bool {
    let Ok(name) = jira.username(account).await else {
        return false;
    };
    let (id, name) = (url_encoded(id), url_encoded(&name));
    let path = format!("/user/avatar/{id}?username={name}");
    let answer = jira.send(Method::Delete, &path, None).await;
    matches!(answer, Ok(Said::Yes(_) | Said::Absent(_)))
}

/// The edge that a PNG's head tells; 0 where it has none.
fn edge(png: &[u8]) -> u32 {
    let width = png.get(16..20).and_then(|bytes| bytes.try_into().ok());
    width.map_or(0, u32::from_be_bytes)
}

/// A form with one file.
struct Form {
    boundary: String,
    body: Vec<u8>,
}

impl Form {
    fn of(png: &[u8]) -> Self {
        // A boundary must not stand in the body.
        let mut boundary = "attune-picture".to_owned();
        while png
            .windows(boundary.len())
            .any(|part| part == boundary.as_bytes())
        {
            boundary.push('x');
        }
        let mut body = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"avatar\"; \
             filename=\"attune.png\"\r\nContent-Type: image/png\r\n\r\n"
        )
        .into_bytes();
        body.extend_from_slice(png);
        body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
        Self { boundary, body }
    }

    fn media_type(&self) -> String {
        format!("multipart/form-data; boundary={}", self.boundary)
    }
}
