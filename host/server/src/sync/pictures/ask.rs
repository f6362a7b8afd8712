//! Asking a provider for pictures, a hundred people at a time.
//!
//! The adapter answers with bytes, with a link, with "as you have it" or with "there is none". A
//! link is a stranger's address and is fetched by the rules for those (`net::Strangers`). Whoever
//! is not answered is not without a picture: nothing is concluded.

use std::collections::HashMap;
use std::time::Duration;

use attune_core::Problem;
use attune_core::column::BYTES_MAX;
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use tokio::sync::mpsc;

use super::super::pin::Pinned;
use super::super::{Error, Host, ends};
use super::Budget;
use crate::net::{self, Policy, Strangers};
use crate::source::{self, Ask, Goal, Image, Page, Picture, Source};

/// People of one conversation: what the contract allows.
pub(super) const PEOPLE_AT_ONCE: u32 = 100;
/// Deliveries that may wait between the network and the component.
const PAGES_WAITING: usize = 1;
/// Links fetched at once.
const LINKS_AT_ONCE: usize = 8;
/// Longest mark that is kept.
const MARK_BYTES_MAX: usize = 1024;

/// What a provider says of one person's picture.
pub(super) enum Got {
    /// The mark still holds.
    Unchanged,
    /// There is none.
    Missing,
    /// The picture, not looked at.
    Bytes(Bytes),
    /// There is one, and it cannot be had.
    Failed(Problem),
}

/// One answer.
pub(super) struct Answer {
    /// Whose.
    pub person: String,
    /// The provider's mark.
    pub mark: String,
    /// The picture.
    pub got: Got,
}

/// A picture behind a stranger's address.
struct Linked {
    person: String,
    mark: String,
    link: String,
}

/// The way to a provider's pictures.
pub(super) struct Counter {
    source: Source,
    strangers: Strangers,
    wait_max: Duration,
}

impl Counter {
    /// Opens the source once more, for questions that wait no longer than the budget allows.
    pub(super) fn open(host: &Host, pinned: &Pinned, budget: Budget) -> Result<Self, Error> {
        let patience = budget.time.min(Policy::default().total_max);
        let policy = Policy {
            total_max: patience,
            ..host.net.policy().clone()
        };
        let host = Host {
            net: host.net.clone().with_policy(policy),
            ..host.clone()
        };
        let spec = &pinned.connector.source;
        let strangers = Strangers::open(&host.net, &spec.picture_hosts, spec.allow_http);
        Ok(Self {
            source: ends::source(&host, pinned)?,
            strangers: strangers.map_err(|error| {
                Error::Configuration(Problem::new(error.kind(), error.to_string()))
            })?,
            wait_max: patience,
        })
    }

    /// Asks for these people's pictures, each with the mark that we have, and hands every answer
    /// to `each` as it comes. An error means that those without an answer were not asked.
    pub(super) async fn ask(
        &self,
        asked: &HashMap<String, String>,
        mut each: impl FnMut(Answer),
    ) -> Result<(), source::Error> {
        let (sender, mut pages) = mpsc::channel::<Page>(PAGES_WAITING);
        let mut marks: Vec<(String, String)> = asked.clone().into_iter().collect();
        marks.sort_unstable();
        let ask = Ask {
            goal: Goal::Pictures(marks),
            wanted: Vec::new(),
            groups: Vec::new(),
        };
        let take = async {
            let mut links = Vec::new();
            while let Some(page) = pages.recv().await {
                for picture in page.pictures {
                    // A picture that nobody asked for is nobody's.
                    if !asked.contains_key(&picture.key) {
                        continue;
                    }
                    match taken(picture) {
                        Ok(answer) => each(answer),
                        Err(linked) => links.push(linked),
                    }
                }
            }
            let mut fetched = stream::iter(links)
                .map(|link| self.fetch(link))
                .buffer_unordered(LINKS_AT_ONCE);
            while let Some(answer) = fetched.next().await {
                each(answer);
            }
        };
        let conversation = self.source.converse_within(ask, sender, self.wait_max);
        let (completion, ()) = tokio::join!(conversation, take);
        completion.map(drop)
    }

    async fn fetch(&self, linked: Linked) -> Answer {
        let got = match self.strangers.picture(&linked.link, BYTES_MAX).await {
            Ok(bytes) => whole(bytes),
            Err(net::Error::TooLarge { .. }) => Got::Failed(too_large()),
            Err(error) => Got::Failed(Problem::new(
                "picture-link",
                format!("the link to the picture leads to none: {error}"),
            )),
        };
        Answer {
            person: linked.person,
            mark: linked.mark,
            got,
        }
    }
}

/// An answer, or a link that has to be followed for one.
fn taken(picture: Picture) -> Result<Answer, Linked> {
    let (person, mark) = (picture.key, kept(picture.mark));
    let got = match picture.image {
        Image::Link(link) => return Err(Linked { person, mark, link }),
        Image::Unchanged => Got::Unchanged,
        Image::Missing => Got::Missing,
        Image::Bytes(bytes) => whole(bytes),
    };
    Ok(Answer { person, mark, got })
}

fn whole(bytes: Bytes) -> Got {
    if bytes.len() > BYTES_MAX {
        return Got::Failed(too_large());
    }
    Got::Bytes(bytes)
}

fn too_large() -> Problem {
    Problem::new(
        "picture-too-large",
        format!("the picture has more than {} MiB", BYTES_MAX >> 20),
    )
}

/// A mark that cannot be kept is none: the picture is fetched every time.
fn kept(mark: String) -> String {
    if mark.len() > MARK_BYTES_MAX || mark.contains('\0') {
        return String::new();
    }
    mark
}
