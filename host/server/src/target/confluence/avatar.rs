//! The picture of an account, by the route that Confluence's own profile page uses.
//!
//! It is not documented. It takes a data URI (bare base64 ends in status 500), and whether it
//! takes one for another user depends on the version: a 403 is told as what it is. A picture is
//! known by the path at which Confluence serves it; a version that serves another picture at the
//! same path cannot be told apart, so that a change by hand may go unseen there.
//!
//! Sources: `add_user_avatar` of atlassian-python-api and its issue 523; `rest/api/user` for what
//! is shown.

use attune_core::route::url_encoded;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value as Json, json};

use super::super::answer::{Said, no_route, unexpected};
use super::{AccountRef, Confluence, Error, PictureWrite, Placed, Portrait};
use crate::net::Method;

/// What the account shows.
pub(super) async fn portrait(site: &Confluence, account: &AccountRef) -> Result<Portrait, Error> {
    let path = format!("/rest/api/user?key={}", url_encoded(&account.key));
    let user = match site.rest.read(&path).await? {
        Said::Yes(json) => json,
        Said::Absent(_) => return Err(Error::Gone),
        Said::NoRoute => return Err(no_route("/rest/api/user")),
    };
    let picture = user.get("profilePicture");
    let picture = picture.ok_or_else(|| unexpected("a user's picture"))?;
    let path = picture.get("path").and_then(Json::as_str);
    let path = path
        .ok_or_else(|| unexpected("a user's picture"))?
        .to_owned();
    let is_default = picture.get("isDefault").and_then(Json::as_bool);
    Ok(match is_default {
        Some(true) => Portrait {
            drawn: Some(path),
            ..Portrait::default()
        },
        Some(false) => Portrait {
            own: Some(path),
            ..Portrait::default()
        },
        None => return Err(unexpected("a user's picture")),
    })
}

/// Shows a picture of ours, or Confluence's own again.
pub(super) async fn put(site: &Confluence, write: &PictureWrite<'_>) -> Result<Placed, Error> {
    let key = url_encoded(&write.account.key);
    let (route, body) = match write.png {
        Some(png) => {
            let uri = format!("data:image/png;base64,{}", STANDARD.encode(png));
            ("upload", json!({ "avatarDataURI": uri }))
        }
        None => ("default", json!({})),
    };
    let path = format!("/rest/user-profile/1.0/{key}/avatar/{route}");
    let body = body.to_string();
    let mut tries = 0;
    loop {
        tries += 1;
        let said = site
            .rest
            .send(Method::Post, &path, Some(body.clone()))
            .await;
        let is_lost = match said {
            Ok(Said::Yes(_)) => false,
            Ok(Said::Absent(_)) => return Err(Error::Gone),
            Ok(Said::NoRoute) => return Err(no_such_route()),
            Err(Error::Unknown) => true,
            Err(error) => return Err(explained(error)),
        };
        let shown = match portrait(site, write.account).await {
            Err(Error::Gone) => return Err(Error::Gone),
            Err(_) => return Err(Error::Unknown),
            Ok(shown) => shown,
        };
        let is_right = shown.own.is_some() == write.png.is_some();
        let is_changed = shown.own != write.before.own;
        match (is_lost, is_right) {
            (false, true) => return Ok(placed(shown)),
            (true, true) if is_changed => return Ok(placed(shown)),
            // The same picture once more does no harm: nothing tells whether it is there.
            (true, _) if tries == 1 => {}
            (true, _) => return Err(Error::Unknown),
            (false, false) => {
                return Err(Error::rejected(
                    "does-not-stick",
                    "Confluence took the picture and shows another one",
                ));
            }
        }
    }
}

fn placed(shown: Portrait) -> Placed {
    Placed {
        shown,
        made: Vec::new(),
    }
}

/// A 403 is about the route, not about the one user: everybody else would get it too.
fn explained(error: Error) -> Error {
    match error {
        Error::Rejected { problem } if problem.code == "permission" => Error::target(
            "picture-permission",
            format!(
                "Confluence does not let the service account set other people's pictures ({}): \
                 some versions keep this to the people themselves; take `photo` out of this target",
                problem.message
            ),
        ),
        other => other,
    }
}

fn no_such_route() -> Error {
    Error::target(
        "picture-permission",
        "this Confluence has no route for pictures (/rest/user-profile/1.0): take `photo` out of this \
         target",
    )
}
