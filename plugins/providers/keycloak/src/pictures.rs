//! Pictures: links in the attribute `picture`, which is `OpenID` Connect's claim of that name.
//!
//! Keycloak has no pictures of its own. The mark of a picture is its link, so a picture that
//! changes behind the same link is not noticed; most services put a number into it for that.

use attune_plugin::Problem;
use attune_plugin::provider::{HttpResponse, Image, Picture, Turn, json};
use serde::{Deserialize, Serialize};

use crate::conversation::{Conversation, Task};
use crate::lookup::is_nobody;
use crate::person::{self, PICTURE};
use crate::reply::{self, Purpose, odd};

/// One person's picture.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Sought {
    pub(crate) key: String,
    known: String,
}

impl Conversation {
    pub(crate) fn begin_pictures(&mut self, known: Vec<(String, String)>) {
        for (key, known) in known {
            self.agenda.queue_last(Task::Picture(Sought { key, known }));
        }
    }
}

pub(crate) fn replied(
    sought: Sought,
    (response, purpose): (&HttpResponse, Purpose),
    turn: &mut Turn,
) -> Result<(), Problem> {
    let link = if is_nobody(response) {
        None
    } else {
        let body = reply::body(response, purpose)?;
        let [attributes] =
            json::members(body, ["attributes"]).map_err(|error| odd(purpose, error))?;
        person::values(attributes, PICTURE)
            .into_iter()
            .find(|text| is_link(text))
    };
    let image = match &link {
        None => Image::Missing,
        Some(link) if *link == sought.known => Image::Unchanged,
        Some(link) => Image::Link(link.clone()),
    };
    turn.pictures(vec![Picture {
        key: sought.key,
        mark: link.unwrap_or_default(),
        media_type: String::new(),
        image,
    }]);
    Ok(())
}

fn is_link(text: &str) -> bool {
    text.starts_with("https://") || text.starts_with("http://")
}
