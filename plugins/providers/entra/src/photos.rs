//! Photos: twenty questions in a `$batch`, first what there is, then the bytes of what is new.
//!
//! `/users/{id}/photo` tells the tag of a photo and its largest edge; only where the tag is
//! another one than the host has are the bytes asked for. "No photo" is a 404 with the code
//! `ImageNotFound`, or (the documentation says) one pixel with an empty tag. Where the metadata
//! are kept from us or belong to a mailbox that is not there, a drawn size may still be given.
//!
//! Invariants: a step that is throttled inside of a good answer is asked again, after the wait
//! that it names and without the others; whoever has no answer in the end is not said to have no
//! photo.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use attune_plugin::Problem;
use attune_plugin::provider::{
    HttpRequest, HttpResponse, Image, Locator, Picture, REQUESTS_AT_ONCE, Reply, Request, Turn,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::base64;
use crate::lookup::is_guid;
use crate::options::API;
use crate::reply::{self, Purpose, odd};

/// Graph's own limit of a batch.
const STEPS_MAX: usize = 20;
/// How often one step is asked.
const TRIES_MAX: u8 = 5;
/// Enough for every target, and drawn wherever the photo is that large.
const EDGE_WANTED: u32 = 504;
/// The sizes that Graph draws.
const EDGES: [u32; 9] = [48, 64, 96, 120, 240, 360, 432, 504, 648];
/// What is asked for where nobody tells which sizes there are.
const EDGE_USUAL: u32 = 240;
/// Where a throttled step names no time, and the longest that is waited for.
const WAIT: Duration = Duration::from_secs(5);
const WAIT_MAX: Duration = Duration::from_mins(5);

/// The photos of one conversation.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Photos {
    queue: VecDeque<Step>,
    /// By request, and inside of it by the step's id.
    under_way: BTreeMap<u32, BTreeMap<String, Step>>,
    /// By the id of the wait.
    waiting: BTreeMap<u32, Vec<Step>>,
    next_id: u32,
    serial: u64,
    answered: u32,
    /// What Graph said to the last one that it kept from us.
    denied: Option<String>,
    done: bool,
}

/// One question.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Step {
    key: String,
    mark: String,
    ask: Ask,
    tries: u8,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Ask {
    /// Tag and size.
    Metadata,
    /// The bytes of the photo with this tag, drawn with that edge or as it is.
    Bytes(String, Option<u32>),
    /// A drawn size without knowing anything.
    Usual,
}

#[derive(Deserialize)]
struct Answers {
    responses: Vec<Inner>,
}

/// One answer inside of a batch.
#[derive(Deserialize)]
struct Inner {
    id: String,
    status: u16,
    #[serde(default)]
    headers: Option<Map<String, Value>>,
    #[serde(default)]
    body: Value,
}

impl Inner {
    fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter().flatten();
        let found = headers.find(|(given, _)| given.eq_ignore_ascii_case(name));
        found.and_then(|(_, value)| value.as_str())
    }

    fn text(&self, pointer: &str) -> &str {
        self.body
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    fn number(&self, pointer: &str) -> u32 {
        let number = self.body.pointer(pointer).and_then(Value::as_u64);
        number
            .and_then(|number| u32::try_from(number).ok())
            .unwrap_or(0)
    }

    /// There is a person, and no photo. Some answers have no body at all.
    fn is_no_image(&self) -> bool {
        let code = self.text("/error/code");
        self.body.is_null() || code == "ImageNotFound" || code == "ErrorItemNotFound"
    }

    fn words(&self) -> String {
        let (code, message) = (self.text("/error/code"), self.text("/error/message"));
        format!(
            "status {}: {code}: {}",
            self.status,
            message.trim_end_matches('.')
        )
    }

    fn wait(&self) -> Duration {
        let told = self.header("retry-after");
        let seconds = told.and_then(|text| text.trim().parse::<f64>().ok());
        let wait = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        wait.unwrap_or(WAIT).min(WAIT_MAX)
    }
}

impl Photos {
    /// These people's, by id; a key of another form is nobody's here.
    pub(crate) fn of(asked: Vec<(String, String)>) -> Self {
        let step = |(key, mark)| Step {
            key,
            mark,
            ask: Ask::Metadata,
            tries: 0,
        };
        let asked = asked.into_iter().filter(|(key, _)| is_guid(key));
        Self {
            queue: asked.map(step).collect(),
            ..Self::default()
        }
    }

    /// Sends what may be sent, and completes when nothing is left.
    pub(crate) fn go_on(&mut self, turn: &mut Turn) -> Result<(), Problem> {
        while self.under_way.len() < REQUESTS_AT_ONCE && !self.queue.is_empty() {
            let count = self.queue.len().min(STEPS_MAX);
            let mut steps = BTreeMap::new();
            let mut requests = Vec::with_capacity(count);
            for step in self.queue.drain(..count) {
                // Never the same twice: the host takes a request that comes again for a circle.
                self.serial += 1;
                let id = self.serial.to_string();
                requests.push(json!({ "id": id, "method": "GET", "url": step.url() }));
                steps.insert(id, step);
            }
            let id = self.next_id;
            self.next_id += 1;
            turn.send(batch(id, &json!({ "requests": requests })));
            self.under_way.insert(id, steps);
        }
        let is_idle = self.under_way.is_empty() && self.queue.is_empty() && self.waiting.is_empty();
        if is_idle && !self.done {
            self.done = true;
            if let (0, Some(words)) = (self.answered, &self.denied) {
                let message = format!(
                    "Graph does not allow photos: {words}; grant the application permission \
                     `User.Read.All` or `ProfilePhoto.Read.All` (with admin consent) to the app \
                     registration, and see whether a photo policy of the tenant keeps them"
                );
                return Err(Problem::new("permission", message).at("photos"));
            }
            turn.complete(0);
        }
        Ok(())
    }

    /// A wait is over.
    pub(crate) fn woke(&mut self, id: u32) {
        self.queue
            .extend(self.waiting.remove(&id).into_iter().flatten());
    }

    pub(crate) fn replied(&mut self, reply: Reply, turn: &mut Turn) -> Result<(), Problem> {
        let Some(mut steps) = self.under_way.remove(&reply.id()) else {
            let message = format!("a reply to request {}, which is not under way", reply.id());
            return Err(Problem::new("bad-answer", message));
        };
        let purpose = Purpose {
            what: "photos",
            permission: "`User.Read.All` or `ProfilePhoto.Read.All`".to_owned(),
        };
        let response: HttpResponse = match reply {
            Reply::Http(response) => response,
            Reply::Failed(why) => return Err(why.problem(purpose.what)),
            Reply::Ldap(_) => return Err(odd(&purpose, "it is an LDAP page")),
        };
        let body = reply::body(&response, &purpose)?;
        let answers: Answers = serde_json::from_str(body).map_err(|error| odd(&purpose, error))?;
        let mut pictures = Vec::new();
        let mut again = Vec::new();
        let mut wait = Duration::ZERO;
        for inner in answers.responses {
            let Some(step) = steps.remove(&inner.id) else {
                return Err(odd(&purpose, "it answers a step that was not asked"));
            };
            if matches!(inner.status, 429 | 424 | 500..=599) {
                if step.tries + 1 < TRIES_MAX {
                    wait = wait.max(inner.wait());
                    again.push(Step {
                        tries: step.tries + 1,
                        ..step
                    });
                }
                continue;
            }
            pictures.extend(self.answered(step, &inner));
        }
        if !again.is_empty() {
            let id = self.next_id;
            self.next_id += 1;
            turn.wake_after(id, wait.as_millis() as u32);
            self.waiting.insert(id, again);
        }
        if !pictures.is_empty() {
            self.answered += pictures.len() as u32;
            turn.pictures(pictures);
        }
        Ok(())
    }

    /// What one answer says; nothing where more is asked, or nothing can be said.
    fn answered(&mut self, step: Step, inner: &Inner) -> Option<Picture> {
        match (inner.status, &step.ask) {
            (200, Ask::Metadata) => {
                let (tag, edge) = (inner.text("/@odata.mediaEtag"), inner.number("/width"));
                if tag.is_empty() || edge <= 1 {
                    return Some(step.says("", Image::Missing));
                }
                if tag == step.mark {
                    return Some(step.says(tag, Image::Unchanged));
                }
                let ask = Ask::Bytes(tag.to_owned(), drawn(edge));
                self.queue.push_back(Step { ask, ..step });
                None
            }
            (200, Ask::Bytes(..) | Ask::Usual) => {
                let tag = match &step.ask {
                    Ask::Bytes(tag, _) => tag.clone(),
                    _ => inner.header("etag").unwrap_or_default().to_owned(),
                };
                if !tag.is_empty() && tag == step.mark {
                    return Some(step.says(&tag, Image::Unchanged));
                }
                let bytes = base64::decode(inner.body.as_str()?)?;
                let media_type = inner
                    .header("content-type")
                    .unwrap_or("image/jpeg")
                    .to_owned();
                let picture = step.says(&tag, Image::Bytes(bytes));
                Some(Picture {
                    media_type,
                    ..picture
                })
            }
            (404, Ask::Metadata | Ask::Usual) if inner.is_no_image() => {
                Some(step.says("", Image::Missing))
            }
            // The size that should be there is not: the photo as it is.
            (404, Ask::Bytes(tag, Some(_))) => {
                let ask = Ask::Bytes(tag.clone(), None);
                self.queue.push_back(Step { ask, ..step });
                None
            }
            // A mailbox without metadata, or metadata that are kept from us.
            (403 | 404, Ask::Metadata)
                if inner.text("/error/code") != "Request_ResourceNotFound" =>
            {
                self.queue.push_back(Step {
                    ask: Ask::Usual,
                    ..step
                });
                None
            }
            (403, _) => {
                self.denied = Some(inner.words());
                None
            }
            _ => None,
        }
    }
}

impl Step {
    fn url(&self) -> String {
        let key = &self.key;
        match &self.ask {
            Ask::Metadata => format!("/users/{key}/photo"),
            Ask::Bytes(_, None) => format!("/users/{key}/photo/$value"),
            Ask::Bytes(_, Some(edge)) => format!("/users/{key}/photos/{edge}x{edge}/$value"),
            Ask::Usual => format!("/users/{key}/photos/{EDGE_USUAL}x{EDGE_USUAL}/$value"),
        }
    }

    fn says(&self, mark: &str, image: Image) -> Picture {
        Picture {
            key: self.key.clone(),
            mark: mark.to_owned(),
            media_type: String::new(),
            image,
        }
    }
}

/// The size to ask for of a photo with that largest edge; `None`: the photo as it is.
fn drawn(edge: u32) -> Option<u32> {
    if edge >= EDGE_WANTED {
        return Some(EDGE_WANTED);
    }
    EDGES.contains(&edge).then_some(edge)
}

fn batch(id: u32, body: &Value) -> Request {
    let locator = Locator::Endpoint(API.to_owned(), "/v1.0/$batch".to_owned());
    Request::Http(HttpRequest {
        method: "POST".to_owned(),
        headers: vec![("Content-Type".to_owned(), "application/json".to_owned())],
        body: body.to_string().into_bytes(),
        ..HttpRequest::get(id, locator)
    })
}
