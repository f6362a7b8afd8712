//! Pictures, in the alphabet that the description's field has.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::refusal::Refusal;
use super::{Directory, check_parameters, fields, person, users};
use crate::wire::{Received, Reply};

/// Somebody's picture.
#[derive(Clone, Debug)]
pub struct Photo {
    /// `thumbnailPhotoEtag` of the person.
    pub etag: String,
    /// `image/jpeg`, or `JPEG`.
    pub media_type: String,
    /// The picture itself.
    pub bytes: Vec<u8>,
}

impl Directory {
    pub(super) fn photo(&self, received: &Received, key: &str) -> Result<Reply, Refusal> {
        check_parameters(received, &[])?;
        let (people, settings) = (self.people(), self.settings());
        let who = person::find(&people, key).ok_or_else(|| users::unknown(key))?;
        let photo = settings.photos.get(&who);
        let photo = photo.ok_or_else(|| Refusal::not_found("photo"))?;
        let data = STANDARD.encode(&photo.bytes);
        let data = data.replace('/', "_").replace('+', "-").replace('=', "*");
        let names = [
            "kind",
            "id",
            "etag",
            "primaryEmail",
            "mimeType",
            "width",
            "height",
            "photoData",
        ];
        let answer = json!({
            "kind": "admin#directory#user#photo",
            "id": person::id(&people, who),
            "etag": format!("of-{}", photo.etag),
            "primaryEmail": people.user_principal_name(who),
            "mimeType": photo.media_type,
            "width": 96,
            "height": 96,
            "photoData": data,
        });
        let answer = fields::cut(received, answer, &names, ("", &[]))?;
        Ok(Reply::json("photos.get", 200, answer.to_string()))
    }
}
