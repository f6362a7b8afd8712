//! Photos of users, in `$batch` alone: an answer outside of one would be bytes, which nobody here
//! asks for.
//!
//! Sizes are not drawn: every size has the bytes of the largest. Source: apis.md A7 and A8. "No
//! photo" is a 404, or, as one page of the documentation says, a picture of one pixel with an
//! empty tag.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::Directory;
use super::refusal::Refusal;
use crate::wire::{Received, Reply};

/// The sizes that the service draws.
const SIZES: [u32; 9] = [48, 64, 96, 120, 240, 360, 432, 504, 648];
/// What a throttled step is told to wait.
const WAIT_SECONDS: &str = "7";

/// One person's photo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Photo {
    /// The picture.
    pub bytes: Vec<u8>,
    /// Its tag, without the quotes.
    pub etag: String,
    /// `image/jpeg`, ...
    pub media_type: String,
    /// The edge that it says that it has.
    pub edge: u32,
}

/// How "there is no photo" is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NoPhoto {
    /// As the service really answers: 404 `ImageNotFound`.
    #[default]
    NotFound,
    /// As its documentation says: one pixel, and an empty tag.
    OnePixel,
}

impl Directory {
    /// One step of a batch, if it is about a photo.
    pub(super) fn photo_step(&self, received: &Received, path: &[&str]) -> Option<Reply> {
        let answer = match path {
            ["users", key, "photo"] => self.photo(received, key),
            ["users", key, "photo", "$value"] => self.photo_bytes(received, (key, None)),
            ["users", key, "photos", size, "$value"] => {
                self.photo_bytes(received, (key, Some(size)))
            }
            _ => return None,
        };
        Some(answer.unwrap_or_else(|refusal| {
            let reply = self.refuse(&refusal);
            if reply.status == 429 {
                return reply.with("retry-after", WAIT_SECONDS);
            }
            reply
        }))
    }

    /// `Ok(None)`: there is a person and no photo.
    fn find_photo(&self, received: &Received, key: &str) -> Result<Option<Photo>, Refusal> {
        self.authorize(received)?;
        let id = {
            let people = self.people();
            let who = people.find(key).ok_or_else(|| Refusal::not_found(key))?;
            people.id(who)
        };
        let mut settings = self.settings();
        if settings.photo_throttles > 0 {
            settings.photo_throttles -= 1;
            return Err(Refusal::scripted(429));
        }
        if settings.is_photo_denied {
            let message = "Access is denied. Check credentials and try again.";
            return Err(Refusal::new(403, "ErrorAccessDenied", message));
        }
        Ok(settings.photos.get(&id).cloned())
    }

    fn photo(&self, received: &Received, key: &str) -> Result<Reply, Refusal> {
        let found = self.find_photo(received, key)?;
        let no_photo = self.settings().no_photo;
        let (media_type, etag, edge) = match (&found, no_photo) {
            (Some(photo), _) => {
                let etag = format!("\"{}\"", photo.etag);
                (photo.media_type.clone(), etag, photo.edge)
            }
            (None, NoPhoto::OnePixel) => ("image/gif".to_owned(), String::new(), 1),
            (None, NoPhoto::NotFound) => return Err(image_not_found()),
        };
        let body = json!({
            "@odata.context": format!("{}/v1.0/$metadata#users('{key}')/photo/$entity", self.origin),
            "@odata.id": format!("{}/v1.0/users('{key}')/photo", self.origin),
            "@odata.mediaContentType": media_type,
            "@odata.mediaEtag": etag,
            "id": format!("{edge}X{edge}"),
            "width": edge,
            "height": edge,
        });
        Ok(Reply::json("photo", 200, body.to_string()))
    }

    fn photo_bytes(
        &self,
        received: &Received,
        (key, size): (&str, Option<&&str>),
    ) -> Result<Reply, Refusal> {
        let photo = self
            .find_photo(received, key)?
            .ok_or_else(image_not_found)?;
        if let Some(size) = size {
            let edge = size.split_once('x').filter(|(one, other)| one == other);
            let edge = edge.and_then(|(edge, _)| edge.parse::<u32>().ok());
            let is_drawn = |edge: &u32| SIZES.contains(edge) && *edge <= photo.edge;
            edge.filter(is_drawn).ok_or_else(image_not_found)?;
        }
        let reply = Reply::text("photo.value", 200, STANDARD.encode(&photo.bytes));
        Ok(reply
            .with("content-type", photo.media_type)
            .with("etag", format!("\"{}\"", photo.etag)))
    }
}

fn image_not_found() -> Refusal {
    Refusal::new(
        404,
        "ImageNotFound",
        "Exception of type 'Microsoft.Fast.Profile.Core.Exception.ImageNotFoundException' was thrown.",
    )
}
