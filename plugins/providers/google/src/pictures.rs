//! Pictures: the mark first, the picture itself only where the mark is another one.
//!
//! The mark is the `thumbnailPhotoEtag` of the user; where a user has none, the picture's own etag
//! stands in, and whether there is a picture at all is for `photos.get` to say. `thumbnailPhotoUrl`
//! is not used: it may be private or short-lived.
//!
//! What is no base64 is handed over as it stands: the host looks at every picture before it believes
//! it, and one that is none costs its person only.

use attune_plugin::Problem;
use attune_plugin::provider::{Image, Path, Picture, Request, Seen, Turn, json};
use serde::{Deserialize, Serialize};

use crate::base64;
use crate::conversation::{Answer, Conversation, Task};
use crate::lookup::is_possible_key;
use crate::options::USERS;
use crate::reading::{BASE, get};
use crate::reply::{GoogleError, odd};

/// Goes before marks that are the picture's own.
const OF_PICTURE: &str = "photo:";

/// One person's picture.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Portrait {
    key: String,
    /// The mark that the host has; empty for none.
    known: String,
    /// The user's mark, once it was read; empty where the user has none.
    mark: Option<String>,
}

impl Portrait {
    pub(crate) fn request(&self, id: u32) -> Request {
        match self.mark {
            None => {
                let path = Path::new(&format!("{BASE}/users")).segment(&self.key);
                get(id, path.query("fields", "id,thumbnailPhotoEtag"), USERS)
            }
            Some(_) => photo(id, &self.key),
        }
    }

    fn say(self, mark: String, media_type: &str, image: Image, turn: &mut Turn) {
        turn.pictures(vec![Picture {
            key: self.key,
            mark,
            media_type: media_type.to_owned(),
            image,
        }]);
    }
}

/// The request for somebody's picture.
pub(crate) fn photo(id: u32, key: &str) -> Request {
    let path = Path::new(&format!("{BASE}/users"))
        .segment(key)
        .segment("photos")
        .segment("thumbnail")
        .query("fields", "etag,mimeType,photoData");
    get(id, path, USERS)
}

impl Conversation {
    pub(crate) fn begin_pictures(&mut self, known: Vec<(String, String)>) {
        let mut once = Seen::default();
        for (key, known) in known {
            if is_possible_key(&key) && once.is_new(&key) {
                self.queue_last(Task::Portrait(Portrait {
                    key,
                    known,
                    mark: None,
                }));
            }
        }
    }

    pub(crate) fn portrait_replied(
        &mut self,
        mut portrait: Portrait,
        answer: &Answer,
        turn: &mut Turn,
    ) -> Result<(), Problem> {
        let is_missing =
            answer.response.status == 404 && GoogleError::read(&answer.response).is_not_found();
        let Some(mark) = portrait.mark.clone() else {
            if is_missing {
                // The person is gone, which says nothing of a picture.
                turn.absent(vec![portrait.key]);
                return Ok(());
            }
            let mark = text(answer, "thumbnailPhotoEtag")?;
            if !mark.is_empty() && mark == portrait.known {
                portrait.say(mark, "", Image::Unchanged, turn);
            } else {
                portrait.mark = Some(mark);
                self.queue_next(Task::Portrait(portrait));
            }
            return Ok(());
        };
        if is_missing {
            portrait.say(String::new(), "", Image::Missing, turn);
            return Ok(());
        }
        let mark = if mark.is_empty() {
            format!("{OF_PICTURE}{}", text(answer, "etag")?)
        } else {
            mark
        };
        if mark == portrait.known && mark != OF_PICTURE {
            portrait.say(mark, "", Image::Unchanged, turn);
            return Ok(());
        }
        let (bytes, media_type) = read(answer)?;
        let image = if bytes.is_empty() {
            Image::Missing
        } else {
            Image::Bytes(bytes)
        };
        portrait.say(mark, &media_type, image, turn);
        Ok(())
    }
}

/// The bytes of a picture, and its media type.
pub(crate) fn read(answer: &Answer) -> Result<(Vec<u8>, String), Problem> {
    let data = text(answer, "photoData")?;
    let data = match data.split_once(";base64,") {
        Some((head, data)) if head.starts_with("data:") => data,
        _ => data.as_str(),
    };
    let bytes = base64::decode(data).unwrap_or_else(|| data.as_bytes().to_vec());
    // "image/jpeg", or "JPEG".
    let named = text(answer, "mimeType")?.to_ascii_lowercase();
    let media_type = match named.as_str() {
        "" => String::new(),
        whole if whole.contains('/') => named,
        short => format!("image/{short}"),
    };
    Ok((bytes, media_type))
}

/// A member that is text; empty where it is missing.
fn text(answer: &Answer, member: &str) -> Result<String, Problem> {
    let purpose = &answer.purpose;
    let [found] = json::members(answer.body()?, [member]).map_err(|error| odd(purpose, error))?;
    match found {
        None => Ok(String::new()),
        Some(raw) => {
            json::string(raw).ok_or_else(|| odd(purpose, format!("its `{member}` is no text")))
        }
    }
}
