//! The requests of one conversation: checked, counted, sent at most eight at a time.
//!
//! A request that breaks a rule ends the conversation before anything is sent: an adapter that asks
//! for another origin is either broken or not ours. The same request a second time, after it was
//! answered well, is a listing that goes round in a circle; after a failure the adapter may begin
//! again, some hundred times.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::task::{JoinError, JoinSet};

use super::Error;
use super::adapter::{Locator, Reply, Request};
use super::limits::{
    FRESH_STARTS_MAX, PAGE_SIZE_MAX, PAGES_MAX, REQUEST_BYTES_MAX, REQUESTS_AT_ONCE, REQUESTS_MAX,
    REQUESTS_WAITING_MAX,
};
use super::spec::{Place, Way};
use crate::net::{self, Method, Repeat, Slot, ldap};

/// The requests of a conversation.
pub(super) struct Requests {
    places: BTreeMap<String, Place>,
    sessions: HashMap<String, Arc<Mutex<Session>>>,
    waiting: VecDeque<(u32, Order)>,
    under_way: JoinSet<Came>,
    /// Every request that was not answered yet, by the adapter's id, and its mark.
    open: HashMap<u32, (u64, Request)>,
    seen: HashSet<u64>,
    fresh_starts: u32,
    pages: u64,
    asked: u64,
    /// Over the wire, repetitions included.
    pub(super) sent: u64,
    /// Of all answers.
    pub(super) bytes: u64,
}

/// A checked request.
enum Order {
    Http(Slot, net::Request),
    Ldap(Arc<Mutex<Session>>, ldap::Search),
}

/// What came back, before it is counted.
struct Came {
    id: u32,
    sent: u64,
    result: Result<Reply, net::Error>,
}

/// An answer on its way to the adapter.
pub(super) struct Arrived {
    pub(super) id: u32,
    pub(super) reply: Reply,
    /// Why there is no answer, where there is none.
    pub(super) failure: Option<net::Error>,
    /// Forgets that the request was sent, because the adapter was told to come again.
    pub(super) mark: u64,
}

/// The one connection of a conversation to a directory.
struct Session {
    directory: ldap::Directory,
    connection: Option<ldap::Connection>,
}

impl Requests {
    pub(super) fn new(places: &BTreeMap<String, Place>) -> Self {
        Self {
            places: places.clone(),
            sessions: HashMap::new(),
            waiting: VecDeque::new(),
            under_way: JoinSet::new(),
            open: HashMap::new(),
            seen: HashSet::new(),
            fresh_starts: 0,
            pages: 0,
            asked: 0,
            sent: 0,
            bytes: 0,
        }
    }

    /// Checks a request and sends it as soon as there is room.
    pub(super) fn push(&mut self, request: Request) -> Result<(), Error> {
        let mark = mark(&request, self.address(&request).as_deref());
        let is_page = is_page(&request);
        let (id, order) = self.check(request.clone())?;
        if self.open.contains_key(&id) {
            return Err(Error::bad(format!("two requests with the id {id}")));
        }
        if self.waiting.len() >= REQUESTS_WAITING_MAX {
            return Err(Error::bad("too many requests at once"));
        }
        self.asked += 1;
        self.pages += u64::from(is_page);
        if self.pages > PAGES_MAX || self.asked > REQUESTS_MAX {
            let why = format!("more than {PAGES_MAX} pages or {REQUESTS_MAX} requests");
            return Err(Error::PagingLoop { why });
        }
        // A directory may give the same cookie for every page (389 Directory Server does), so
        // there it is the answer that tells.
        if matches!(order, Order::Http(..)) {
            self.see(mark)?;
        }
        self.open.insert(id, (mark, request));
        self.waiting.push_back((id, order));
        self.fill();
        Ok(())
    }

    /// Those that were not answered yet.
    pub(super) fn open(&self) -> impl Iterator<Item = &Request> {
        self.open.values().map(|(_, request)| request)
    }

    /// Nothing is under way.
    pub(super) fn is_idle(&self) -> bool {
        self.under_way.is_empty() && self.waiting.is_empty()
    }

    /// The next answer; none where nothing is under way. Dropping the future loses nothing.
    pub(super) async fn next(&mut self) -> Option<Result<Arrived, Error>> {
        let joined = self.under_way.join_next().await?;
        self.fill();
        Some(self.count(joined))
    }

    fn count(&mut self, joined: Result<Came, JoinError>) -> Result<Arrived, Error> {
        let came = joined.map_err(|_| Error::Incomplete {
            why: "a request came to an unexpected end".to_owned(),
        })?;
        let mark = self.open.remove(&came.id).map_or(0, |(mark, _)| mark);
        self.sent += came.sent;
        let (reply, failure) = match came.result {
            Ok(reply) => (reply, None),
            Err(error) => (failed(&error), Some(error)),
        };
        self.bytes += size(&reply);
        if !is_good(&reply) && self.fresh_starts < FRESH_STARTS_MAX {
            self.fresh_starts += 1;
            self.seen.clear();
            self.seen.extend(self.open.values().map(|(mark, _)| mark));
        }
        if let Reply::Ldap(page) = &reply
            && !page.entries.is_empty()
        {
            self.see(mark_of_page(mark, page))?;
        }
        Ok(Arrived {
            id: came.id,
            reply,
            failure,
            mark,
        })
    }

    fn see(&mut self, mark: u64) -> Result<(), Error> {
        if self.seen.insert(mark) {
            return Ok(());
        }
        let why = "a page came again after it was read".to_owned();
        Err(Error::PagingLoop { why })
    }

    /// The request may be sent again.
    pub(super) fn forget(&mut self, mark: u64) {
        self.seen.remove(&mark);
    }

    /// Nothing more goes to a slot for a while.
    pub(super) fn hold(&self, slot: &str, wait: Duration) -> Result<(), Error> {
        match &self.place(slot)?.way {
            Way::Http(place) => place.hold(wait),
            Way::Ldap(place) => place.hold(wait),
        }
        Ok(())
    }

    fn place(&self, slot: &str) -> Result<&Place, Error> {
        let place = self.places.get(slot);
        place.ok_or_else(|| {
            Error::bad(format!(
                "it names the endpoint {slot:?}, which is not there"
            ))
        })
    }

    /// The whole address of a request over HTTP: a path and a link may lead to the same page.
    fn address(&self, request: &Request) -> Option<String> {
        let Request::Http { locator, .. } = request else {
            return None;
        };
        let (Locator::Endpoint(slot, _) | Locator::Link(slot, _)) = locator;
        let Way::Http(place) = &self.place(slot).ok()?.way else {
            return None;
        };
        let url = match locator {
            Locator::Endpoint(_, path) => place.base().join(path),
            Locator::Link(_, link) => place.base().admit(link),
        };
        url.ok().map(String::from)
    }

    fn check(&mut self, request: Request) -> Result<(u32, Order), Error> {
        match request {
            Request::Http {
                id,
                method,
                locator,
                headers,
                body,
                scopes,
            } => {
                let (slot, locator) = match locator {
                    Locator::Endpoint(slot, path) => (slot, net::Locator::Path(path)),
                    Locator::Link(slot, link) => (slot, net::Locator::Link(link)),
                };
                let Way::Http(place) = self.place(&slot)?.way.clone() else {
                    return Err(Error::bad(format!(
                        "an HTTP request to the directory {slot:?}"
                    )));
                };
                let refused = |cause| Error::RequestRefused {
                    slot: slot.clone(),
                    cause,
                };
                let Some(method) = Method::for_guest(&method) else {
                    let why = "the method is neither GET nor POST";
                    return Err(refused(net::Error::refused(why)));
                };
                if body.len() > REQUEST_BYTES_MAX {
                    return Err(refused(net::Error::refused("the body is too large")));
                }
                net::admit_guest_headers(&headers, place.credential_header()).map_err(refused)?;
                let request = net::Request {
                    locator,
                    headers,
                    body: body.into(),
                    scopes,
                    // By contract an adapter only reads, also where it posts a query.
                    ..net::Request::of(method, "/", Repeat::Safe)
                };
                place.admit(&request).map_err(refused)?;
                Ok((id, Order::Http(place, request)))
            }
            Request::Ldap {
                id,
                endpoint,
                search,
            } => {
                let Way::Ldap(directory) = self.place(&endpoint)?.way.clone() else {
                    return Err(Error::bad(format!(
                        "a search in {endpoint:?}, which is none"
                    )));
                };
                if search.page_size > PAGE_SIZE_MAX {
                    let why = format!("a page of more than {PAGE_SIZE_MAX} entries");
                    return Err(Error::bad(why));
                }
                let session = self.sessions.entry(endpoint).or_insert_with(|| {
                    Arc::new(Mutex::new(Session {
                        directory: *directory,
                        connection: None,
                    }))
                });
                Ok((id, Order::Ldap(Arc::clone(session), search)))
            }
        }
    }

    fn fill(&mut self) {
        while self.under_way.len() < REQUESTS_AT_ONCE
            && let Some((id, order)) = self.waiting.pop_front()
        {
            self.under_way.spawn(carry_out(id, order));
        }
    }
}

async fn carry_out(id: u32, order: Order) -> Came {
    let (sent, result) = match order {
        Order::Http(slot, request) => match slot.exchange(request).await {
            Ok(answer) => {
                let reply = Reply::Http {
                    status: answer.status,
                    headers: answer.headers,
                    body: answer.body,
                };
                (u64::from(answer.attempts), Ok(reply))
            }
            Err(error) => (u64::from(!error.is_unsent()), Err(error)),
        },
        Order::Ldap(session, search) => {
            let page = session.lock().await.search(&search).await;
            (1, page.map(Reply::Ldap))
        }
    };
    Came { id, sent, result }
}

impl Session {
    async fn search(&mut self, search: &ldap::Search) -> Result<ldap::Page, net::Error> {
        if self.connection.is_none() && !search.cookie.is_empty() {
            // A cookie is good on the connection that gave it and on no other.
            let origin = self.directory.origin().clone();
            return Err(net::Error::PagingLost { origin });
        }
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.directory.connect().await?,
        };
        let page = connection.search(search).await;
        let is_usable = matches!(&page, Ok(_) | Err(net::Error::Refused { .. }));
        self.connection = is_usable.then_some(connection);
        page
    }
}

/// A page of a listing, as opposed to a question of its own.
fn is_page(request: &Request) -> bool {
    match request {
        Request::Http { locator, .. } => matches!(locator, Locator::Link(..)),
        Request::Ldap { search, .. } => !search.cookie.is_empty(),
    }
}

fn mark(request: &Request, address: Option<&str>) -> u64 {
    let mut hasher = DefaultHasher::new();
    match request {
        Request::Http {
            method,
            locator,
            body,
            ..
        } => {
            let (Locator::Endpoint(slot, text) | Locator::Link(slot, text)) = locator;
            let address = address.unwrap_or(text);
            (0, method, slot, address, body).hash(&mut hasher);
        }
        // 389 Directory Server sends one cookie with all pages of a search, so a page behind a
        // cookie is another page every time; the adapter sees whether its people are.
        Request::Ldap { id, search, .. } if !search.cookie.is_empty() => {
            (2, id).hash(&mut hasher);
        }
        Request::Ldap {
            endpoint, search, ..
        } => (1, endpoint, search).hash(&mut hasher),
    }
    hasher.finish()
}

fn mark_of_page(request: u64, page: &ldap::Page) -> u64 {
    let mut hasher = DefaultHasher::new();
    request.hash(&mut hasher);
    for entry in &page.entries {
        entry.dn.hash(&mut hasher);
    }
    hasher.finish()
}

fn failed(error: &net::Error) -> Reply {
    let kind = match error {
        // The kinds that adapters know.
        net::Error::Dns { .. }
        | net::Error::Astray { .. }
        | net::Error::Proxy { .. }
        | net::Error::Interrupted { .. } => "connect",
        net::Error::Refused { .. } => "refused",
        other => other.kind(),
    };
    let detail = error.to_string();
    Reply::Failed { kind, detail }
}

fn is_good(reply: &Reply) -> bool {
    match reply {
        Reply::Http { status, .. } => (200..300).contains(status),
        Reply::Ldap(page) => page.code == 0,
        Reply::Failed { .. } => false,
    }
}

fn size(reply: &Reply) -> u64 {
    match reply {
        Reply::Http { body, .. } => body.len() as u64,
        Reply::Ldap(page) => page.entries.iter().map(|entry| entry.size() as u64).sum(),
        Reply::Failed { .. } => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::{Request, ldap, mark};

    fn page(id: u32, cookie: &[u8]) -> Request {
        let search = ldap::Search {
            base: "dc=example,dc=com".to_owned(),
            scope: ldap::Scope::Subtree,
            filter: "(uid=*)".to_owned(),
            attributes: Vec::new(),
            binary: Vec::new(),
            page_size: 100,
            cookie: cookie.to_vec(),
        };
        Request::Ldap {
            id,
            endpoint: "directory".to_owned(),
            search,
        }
    }

    #[test]
    fn one_cookie_for_all_pages_of_a_search_is_no_circle() {
        let mark = |request: &Request| mark(request, None);
        assert_ne!(mark(&page(1, b"0")), mark(&page(2, b"0")));
        assert_eq!(mark(&page(1, b"")), mark(&page(2, b"")));
    }
}
