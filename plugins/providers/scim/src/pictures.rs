//! Pictures: SCIM has links to them, in `photos`.
//!
//! The link is handed to the host, which fetches it without any credential. The mark is the user's
//! version and the link: a new picture below the old link changes the user's version, where the
//! service keeps one.

use attune_plugin::Problem;
use attune_plugin::provider::{Image, Path, Picture, Request, Turn, json};
use serde::{Deserialize, Serialize};

use crate::conversation::{Answer, Conversation, Task};
use crate::person::text;
use crate::reading::get;
use crate::reply::{self, odd};

/// The host keeps no longer mark.
const MARK_BYTES_MAX: usize = 1000;

/// One person's picture.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Portrait {
    key: String,
    mark: String,
    /// Without `attributes`, which the service does not know.
    is_whole: bool,
}

impl Portrait {
    pub(crate) fn request(&self, id: u32) -> Request {
        let path = Path::new("/Users").segment(&self.key);
        get(
            id,
            if self.is_whole {
                path
            } else {
                path.query("attributes", "photos,meta")
            },
        )
    }
}

impl Conversation {
    pub(crate) fn begin_pictures(&mut self, known: Vec<(String, String)>) {
        for (key, mark) in known {
            let is_whole = false;
            let portrait = Portrait {
                key,
                mark,
                is_whole,
            };
            self.agenda.queue_last(Task::Portrait(portrait));
        }
    }

    pub(crate) fn portrait_replied(
        &mut self,
        mut portrait: Portrait,
        answer: &Answer,
        turn: &mut Turn,
    ) -> Result<(), Problem> {
        if answer.is_refused() && !portrait.is_whole {
            portrait.is_whole = true;
            self.agenda.queue_next(Task::Portrait(portrait));
            return Ok(());
        }
        let (mut mark, mut image) = (String::new(), Image::Missing);
        if !reply::is_absent(&answer.response) {
            let user = answer.body()?;
            let names = ["photos", "meta"];
            let [photos, meta] = json::members_ignoring_case(user, names)
                .map_err(|error| odd(answer.what, error))?;
            if let Some(link) = best(photos) {
                let version = meta
                    .and_then(|meta| text(meta, "version"))
                    .unwrap_or_default();
                mark = format!("{version} {link}");
                image = Image::Link(link);
            }
        }
        if mark.len() > MARK_BYTES_MAX {
            mark.clear();
        }
        if !mark.is_empty() && mark == portrait.mark {
            image = Image::Unchanged;
        }
        let media_type = String::new();
        turn.pictures(vec![Picture {
            key: portrait.key,
            mark,
            media_type,
            image,
        }]);
        Ok(())
    }
}

/// The link to the best picture of a user: the primary photo, any photo, a thumbnail, anything.
pub(crate) fn best(photos: Option<&str>) -> Option<String> {
    let entries = json::elements(photos?).ok()?;
    let rated = entries.into_iter().filter_map(|entry| {
        let link = text(entry, "value").filter(|link| is_link(link))?;
        let kind = text(entry, "type").unwrap_or_default();
        let [primary] = json::members_ignoring_case(entry, ["primary"]).ok()?;
        let is_photo = kind.eq_ignore_ascii_case("photo");
        let rank = match (is_photo, primary == Some("true")) {
            (true, true) => 0,
            (true, false) => 1,
            (false, true) => 2,
            (false, false) if kind.eq_ignore_ascii_case("thumbnail") => 3,
            (false, false) => 4,
        };
        Some((rank, link))
    });
    // The first of the best: the order of a service is as good as any.
    rated.min_by_key(|(rank, _)| *rank).map(|(_, link)| link)
}

fn is_link(text: &str) -> bool {
    let starts = |scheme: &str| {
        text.get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    starts("https://") || starts("http://")
}
