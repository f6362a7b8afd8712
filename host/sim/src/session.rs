//! Browser sessions of a stand-in: the cookie, the XSRF token that goes with it, and whether the
//! administrator has just given the password again (websudo).
//!
//! Deliberately not here: what a product's pages look like and where it redirects.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::dice::Dice;
use crate::wire::{Received, Reply};

/// The cookie that names a session.
const COOKIE: &str = "JSESSIONID";

/// All sessions of a stand-in.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    open: HashMap<String, Session>,
    serial: u64,
}

#[derive(Clone, Debug)]
struct Session {
    token: String,
    is_signed_in: bool,
    administers_until: Option<Instant>,
}

/// The session of one request.
#[derive(Clone, Debug)]
pub(crate) struct Visit {
    id: String,
    /// What a form has to send back.
    pub(crate) token: String,
    pub(crate) is_signed_in: bool,
    /// Whether the answer has to tell the browser its cookies.
    is_new: bool,
}

impl Visit {
    /// The value of its cookie.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// The answer with this session's cookies, where the browser does not have them yet.
    pub(crate) fn on(&self, reply: Reply, path: &str, token_cookie: Option<&str>) -> Reply {
        if !self.is_new {
            return reply;
        }
        let path = if path.is_empty() { "/" } else { path };
        let reply = reply.and(
            "set-cookie",
            format!("{COOKIE}={}; Path={path}; HttpOnly", self.id),
        );
        match token_cookie {
            Some(name) => reply.and("set-cookie", format!("{name}={}; Path={path}", self.token)),
            None => reply,
        }
    }
}

impl Sessions {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The session that the request's cookie names, or a new one of nobody.
    pub(crate) fn visit(&self, received: &Received) -> Visit {
        let named = received.cookie(COOKIE);
        let mut state = self.state();
        if let Some(id) = named
            && let Some(session) = state.open.get(&id)
        {
            return session.visit(id, false);
        }
        state.begin(false)
    }

    /// Signs a visitor in: under another id, so that nobody who knew the old one comes along.
    pub(crate) fn sign_in(&self, visit: &Visit) -> Visit {
        let mut state = self.state();
        state.open.remove(&visit.id);
        state.begin(true)
    }

    /// The password was given again: for so long the session administers.
    pub(crate) fn administer(&self, visit: &Visit, length: Duration) {
        if let Some(session) = self.state().open.get_mut(&visit.id) {
            session.administers_until = Some(Instant::now() + length);
        }
    }

    /// Whether the session administers; being asked makes it last `length` from now on.
    pub(crate) fn is_administering(&self, visit: &Visit, length: Duration) -> bool {
        let mut state = self.state();
        let Some(session) = state.open.get_mut(&visit.id) else {
            return false;
        };
        let now = Instant::now();
        let is_on = session.administers_until.is_some_and(|until| until > now);
        session.administers_until = is_on.then(|| now + length);
        is_on
    }

    /// Nobody administers any more, as after ten quiet minutes.
    pub(crate) fn lapse(&self) {
        for session in self.state().open.values_mut() {
            session.administers_until = None;
        }
    }

    /// All sessions are lost, as after a restart.
    pub(crate) fn forget(&self) {
        self.state().open.clear();
    }

    /// How many sessions were begun.
    pub(crate) fn begun(&self) -> u64 {
        self.state().serial
    }
}

impl State {
    fn begin(&mut self, is_signed_in: bool) -> Visit {
        self.serial += 1;
        let mut dice = Dice::new(self.serial);
        let session = Session {
            token: format!("BX{:04}|{:016x}|lin", self.serial, dice.next()),
            is_signed_in,
            administers_until: None,
        };
        let id = format!("{:016X}{:08}", dice.next(), self.serial);
        let visit = session.visit(id.clone(), true);
        self.open.insert(id, session);
        visit
    }
}

impl Session {
    fn visit(&self, id: String, is_new: bool) -> Visit {
        Visit {
            id,
            token: self.token.clone(),
            is_signed_in: self.is_signed_in,
            is_new,
        }
    }
}
