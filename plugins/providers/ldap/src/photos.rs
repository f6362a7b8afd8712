//! Photos: some people's at a time, by their keys, and nothing but the photo of each.
//!
//! A directory has no tag for a photo, so its bytes are read every time; their sum is the mark
//! that spares the rest. Invariant: an entry that is there and has no photo has none; of somebody
//! who is not found nothing is said.

use std::collections::VecDeque;

use attune_plugin::Problem;
use attune_plugin::provider::{
    Image, LdapEntry, LdapPage, LdapSearch, Picture, Reply, Request, Turn,
};
use serde::{Deserialize, Serialize};

use crate::options::DIRECTORY;
use crate::{Options, attributes, filter, guid, outcome, person};

/// Ten photos of the size that Active Directory allows are a megabyte.
const PEOPLE_AT_ONCE: usize = 10;
/// Larger than any answer, so that there is one page.
const PAGE_SIZE: u32 = 50;
/// Where no option names the attribute, best first.
const USUAL: [&str; 2] = ["jpegPhoto", "thumbnailPhoto"];

/// The photos of one conversation.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Photos {
    /// Keys and marks.
    queue: VecDeque<(String, String)>,
    under_way: Option<(u32, Vec<(String, String)>)>,
    next_id: u32,
    done: bool,
}

impl Photos {
    /// These people's, by key.
    pub(crate) fn of(asked: Vec<(String, String)>) -> Self {
        Self {
            queue: asked.into(),
            ..Self::default()
        }
    }

    /// Sends the next search, and completes when there is none.
    pub(crate) fn go_on(&mut self, options: &Options, turn: &mut Turn) {
        if self.under_way.is_some() || self.done {
            return;
        }
        let count = self.queue.len().min(PEOPLE_AT_ONCE);
        let asked: Vec<(String, String)> = self.queue.drain(..count).collect();
        if asked.is_empty() {
            self.done = true;
            turn.complete(0);
            return;
        }
        let id = self.next_id;
        self.next_id += 1;
        turn.send(Request::Ldap(search(id, &asked, options)));
        self.under_way = Some((id, asked));
    }

    pub(crate) fn replied(
        &mut self,
        options: &Options,
        reply: Reply,
        turn: &mut Turn,
    ) -> Result<(), Problem> {
        let Some((_, asked)) = self.under_way.take().filter(|(id, _)| *id == reply.id()) else {
            let message = format!("a reply to request {}, which is not under way", reply.id());
            return Err(Problem::new("bad-answer", message));
        };
        let page = match reply {
            Reply::Ldap(page) => page,
            Reply::Failed(why) => return Err(why.problem("the directory")),
            Reply::Http(_) => {
                return Err(Problem::new(
                    "bad-answer",
                    "an HTTP answer to an LDAP search",
                ));
            }
        };
        outcome::check(&page, &options.base)?;
        turn.pictures(pictures(options, &page, &asked)?);
        Ok(())
    }
}

fn search(id: u32, asked: &[(String, String)], options: &Options) -> LdapSearch {
    let keys: Vec<String> = asked.iter().map(|(key, _)| by_key(key, options)).collect();
    let photos = names(options);
    LdapSearch {
        id,
        endpoint: DIRECTORY.to_owned(),
        base: options.base.clone(),
        scope: options.scope.into(),
        filter: filter::any(&keys),
        binary: attributes::binary(&photos, options)
            .into_iter()
            .chain(photos.clone())
            .chain(attributes::binary(
                std::slice::from_ref(&options.key),
                options,
            ))
            .collect(),
        attributes: std::iter::once(options.key.clone()).chain(photos).collect(),
        page_size: PAGE_SIZE,
        cookie: Vec::new(),
    }
}

/// The attributes that may hold a photo.
fn names(options: &Options) -> Vec<String> {
    match &options.photo {
        Some(name) => vec![name.clone()],
        None => USUAL.map(str::to_owned).to_vec(),
    }
}

fn by_key(key: &str, options: &Options) -> String {
    let name = options.key.as_str();
    let bytes = name
        .eq_ignore_ascii_case("objectGUID")
        .then(|| guid::bytes(key));
    match bytes.flatten() {
        Some(bytes) => filter::equals_bytes(name, &bytes),
        None => filter::equals(name, key.as_bytes()),
    }
}

fn pictures(
    options: &Options,
    page: &LdapPage,
    asked: &[(String, String)],
) -> Result<Vec<Picture>, Problem> {
    let mut pictures = Vec::with_capacity(page.entries.len());
    for (entry, index) in page.entries.iter().zip(0..) {
        let key = person::read(entry, index, options)?.key;
        let found = asked
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(&key));
        let Some((key, mark)) = found else { continue };
        let (mark, image) = image(options, entry, mark);
        pictures.push(Picture {
            key: key.clone(),
            mark,
            media_type: String::new(),
            image,
        });
    }
    Ok(pictures)
}

fn image(options: &Options, entry: &LdapEntry, known: &str) -> (String, Image) {
    let names = names(options);
    let mut values = names
        .iter()
        .filter_map(|name| attributes::values(entry, name).next());
    let Some(photo) = values.find(|photo| !photo.is_empty()) else {
        return (String::new(), Image::Missing);
    };
    let mark = sum(photo);
    if mark == known {
        return (mark, Image::Unchanged);
    }
    (mark, Image::Bytes(photo.to_vec()))
}

/// Length and FNV-1a: tells a photo from the one before it, not from one made to look like it.
fn sum(bytes: &[u8]) -> String {
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    format!("{hash:016x}-{}", bytes.len())
}
