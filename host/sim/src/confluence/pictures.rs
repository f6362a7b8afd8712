//! Pictures of users, by the route that the profile page uses.
//!
//! Source: apis.md E2 "avatar". It takes a whole data URI and nothing else; bare base64 is a 500.
//! Whether an administrator may use it for somebody else is not documented: here that is a
//! setting.

use axum::http::Method;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::Site;
use super::refusal::Refusal;
use crate::wire::{Received, Reply};

/// One uploaded picture.
#[derive(Clone, Debug)]
pub(super) struct Picture {
    /// Counts uploads: a part of the path.
    pub(super) serial: u64,
    pub(super) bytes: Vec<u8>,
}

impl Site {
    pub(super) fn picture_route(
        &self,
        received: &Received,
        (key, what): (&str, &str),
    ) -> Result<Reply, Refusal> {
        if received.method != Method::POST {
            return Ok(Reply::unknown_route(received));
        }
        if self.accounts().by_key(key).is_none() {
            return Err(Refusal::new(404, format!("No user found with key : {key}")));
        }
        self.check_admin()?;
        if self.settings().is_picture_closed {
            return Err(Refusal::new(403, "You may change your own picture only."));
        }
        if !received.has_content_type("application/json") {
            return Err(Refusal::short(415, "Unsupported Media Type"));
        }
        match what {
            "upload" => {
                let bytes = decoded(&received.body)?;
                self.show_picture(key, Some(bytes));
            }
            "default" => self.show_picture(key, None),
            _ => return Ok(Reply::unknown_route(received)),
        }
        Ok(Reply::json("user-profile.avatar", 200, "{}".to_owned()).applied())
    }

    /// Shows a picture, or Confluence's own.
    pub(super) fn show_picture(&self, key: &str, bytes: Option<Vec<u8>>) {
        let mut pictures = self.pictures();
        let serial = pictures
            .values()
            .map(|picture| picture.serial)
            .max()
            .unwrap_or(0)
            + 1;
        match bytes {
            Some(bytes) => pictures.insert(key.to_owned(), Picture { serial, bytes }),
            None => pictures.remove(key),
        };
    }

    /// Path of the picture that is shown, and whether it is Confluence's own.
    pub(super) fn picture_path(&self, key: &str) -> (String, bool) {
        match self.pictures().get(key) {
            None => (
                format!("{}/images/icons/profilepics/default.svg", self.base_path),
                true,
            ),
            Some(picture) => (
                format!(
                    "{}/download/attachments/{}/user-avatar?version={}&api=v2",
                    self.base_path,
                    65_000 + key.len(),
                    picture.serial
                ),
                false,
            ),
        }
    }
}

fn decoded(body: &[u8]) -> Result<Vec<u8>, Refusal> {
    let refused = |text: &str| Refusal::new(400, text);
    let body: Map<String, Value> =
        serde_json::from_slice(body).map_err(|_| refused("The request body is no JSON object."))?;
    if let Some(name) = body.keys().find(|name| *name != "avatarDataURI") {
        return Err(refused(&format!("Unrecognized field \"{name}\"")));
    }
    let uri = body.get("avatarDataURI").and_then(Value::as_str);
    let uri = uri.ok_or_else(|| refused("avatarDataURI is missing"))?;
    let broken = || Refusal::new(500, "java.lang.ArrayIndexOutOfBoundsException: 1");
    let base64 = uri
        .strip_prefix("data:image/png;base64,")
        .ok_or_else(broken)?;
    let bytes = STANDARD.decode(base64).map_err(|_| broken())?;
    if !bytes.starts_with(b"\x89PNG") {
        return Err(Refusal::new(500, "java.io.IOException: no image"));
    }
    Ok(bytes)
}
