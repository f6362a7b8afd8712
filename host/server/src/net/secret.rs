//! A secret that may change while it is used.
//!
//! Whoever rotates a secret has two moments: the other side takes a new one, and the file holds it.
//! They are never the same. So a secret is asked for with every use, and where the other side
//! refuses it, its places are read again: the file may hold a new one, or there is a `next` that is
//! good already. What worked is kept for the life of the process. Every candidate is tried once,
//! because the products count failed sign-ins, until one of them was accepted.
//!
//! Invariants: neither `Debug` nor any text of this module shows a secret; a secret that was
//! refused is not tried again while none was accepted. Deliberately not here: where the candidates
//! lie (`vault`), and what a refusal looks like (`slot`, `token`, `ldap`).

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::civil::Date;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest as _, Sha256};

/// Longer lists of refused secrets are not kept: somebody rotates faster than we ask.
const REFUSED_MAX: usize = 8;

type Read = dyn Fn() -> Vec<SecretString> + Send + Sync;

/// A secret by its places; cheap to clone, and all clones learn from each other.
#[derive(Clone)]
pub struct Secret {
    held: Arc<Held>,
    expires: Option<Date>,
}

struct Held {
    /// Where it lies, as messages name it; empty for one that lies nowhere.
    place: String,
    /// The candidates of this moment, best first.
    read: Box<Read>,
    state: Mutex<State>,
    /// Spares the lock where nothing was refused.
    was_refused: AtomicBool,
}

struct State {
    value: SecretString,
    serial: u64,
    refused: Vec<SecretString>,
}

/// A secret as one request or one sign-in uses it.
#[derive(Clone)]
pub struct Used {
    /// Never shown.
    pub value: SecretString,
    /// Its number among those that were used.
    pub serial: u64,
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Secret({})", self.held.place)
    }
}

impl From<SecretString> for Secret {
    /// One that never changes.
    fn from(value: SecretString) -> Self {
        Self::make(String::new(), value, Box::new(Vec::new))
    }
}

impl From<&str> for Secret {
    fn from(value: &str) -> Self {
        SecretString::from(value).into()
    }
}

impl From<String> for Secret {
    fn from(value: String) -> Self {
        SecretString::from(value).into()
    }
}

impl Secret {
    /// How many secrets one request, or one sign-in, may try.
    pub const TRIES_MAX: u32 = 4;

    /// One that lies in `place`, as messages are to call it. `read` gives the candidates of the
    /// moment in which it is called, the best first; `value` is the first of them.
    pub fn changing(
        place: String,
        value: SecretString,
        read: impl Fn() -> Vec<SecretString> + Send + Sync + 'static,
    ) -> Self {
        Self::make(place, value, Box::new(read))
    }

    fn make(place: String, value: SecretString, read: Box<Read>) -> Self {
        let state = State {
            value,
            serial: 1,
            refused: Vec::new(),
        };
        Self {
            held: Arc::new(Held {
                place,
                read,
                state: Mutex::new(state),
                was_refused: AtomicBool::new(false),
            }),
            expires: None,
        }
    }

    /// The same secret with the day on which it ends, for messages.
    #[must_use]
    pub fn until(self, expires: Option<Date>) -> Self {
        Self { expires, ..self }
    }

    /// What is used now.
    pub fn current(&self) -> SecretString {
        self.state().value.clone()
    }

    /// All candidates of this moment one after another, for what is no secret and lies like one: a
    /// certificate is found among them by its key.
    pub(super) fn all(&self) -> SecretString {
        let candidates = (self.held.read)();
        if candidates.is_empty() {
            return self.current();
        }
        let texts: Vec<&str> = candidates.iter().map(ExposeSecret::expose_secret).collect();
        texts.join("\n").into()
    }

    /// Nothing is there.
    pub fn is_empty(&self) -> bool {
        self.state().value.expose_secret().is_empty()
    }

    /// Reads the places once more: a new run may try again what was refused before. What is used
    /// stays while it is still in one of the places.
    pub fn refresh(&self) {
        let candidates = (self.held.read)();
        let mut state = self.state();
        state.refused.clear();
        self.held.was_refused.store(false, Ordering::Relaxed);
        let Some(first) = candidates.first() else {
            return;
        };
        if !candidates.iter().any(|known| is_same(known, &state.value)) {
            state.change(first.clone());
        }
    }

    /// Where it lies and when it ends, for a message after the name of a credential; empty where
    /// nothing is known.
    pub fn words(&self) -> String {
        let place = self.held.place.as_str();
        match self.expires {
            _ if place.is_empty() => String::new(),
            None => format!(" (its secret is in {place})"),
            Some(day) => format!(" (its secret is in {place} and expires on {day})"),
        }
    }

    /// Whose secret it is where nothing else says so: the same for all who use it.
    pub(super) fn identity(&self) -> String {
        if !self.held.place.is_empty() {
            return self.held.place.clone();
        }
        let digest = Sha256::digest(self.current().expose_secret());
        STANDARD.encode(digest)
    }

    /// What is used now, with its number.
    pub fn used(&self) -> Used {
        let state = self.state();
        Used {
            value: state.value.clone(),
            serial: state.serial,
        }
    }

    /// The number of the secret that is used now.
    pub(super) fn serial(&self) -> u64 {
        self.state().serial
    }

    /// Changes to another one than the refused, where there is one that was not refused before.
    pub fn instead_of(&self, refused: u64) -> bool {
        let state = self.state();
        if state.serial != refused && !state.is_refused(&state.value) {
            return true; // Somebody else met the same refusal.
        }
        drop(state);
        let candidates = (self.held.read)();
        let mut state = self.state();
        if state.serial == refused {
            let value = state.value.clone();
            state.refuse(value);
            self.held.was_refused.store(true, Ordering::Relaxed);
        } else if !state.is_refused(&state.value) {
            return true;
        }
        let other = candidates.iter().find(|value| !state.is_refused(value));
        if let Some(other) = other {
            state.change(other.clone());
            return true;
        }
        // None is good. The next run begins with the best.
        if let Some(first) = candidates.first()
            && !is_same(first, &state.value)
        {
            state.change(first.clone());
        }
        false
    }

    /// The other side took this one: what was refused before it may be good some day.
    pub fn accepted(&self, serial: u64) {
        if !self.held.was_refused.load(Ordering::Relaxed) {
            return;
        }
        let mut state = self.state();
        if state.serial == serial {
            state.refused.clear();
            self.held.was_refused.store(false, Ordering::Relaxed);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        let state = self.held.state.lock();
        state.unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn change(&mut self, value: SecretString) {
        self.value = value;
        self.serial += 1;
    }

    fn refuse(&mut self, value: SecretString) {
        if self.is_refused(&value) {
            return;
        }
        if self.refused.len() == REFUSED_MAX {
            self.refused.remove(0);
        }
        self.refused.push(value);
    }

    fn is_refused(&self, value: &SecretString) -> bool {
        self.refused.iter().any(|known| is_same(known, value))
    }
}

fn is_same(a: &SecretString, b: &SecretString) -> bool {
    a.expose_secret() == b.expose_secret()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A secret over places that the test fills.
    fn secret(places: &[&str]) -> (Secret, Arc<Mutex<Vec<String>>>) {
        let texts = places.iter().map(|text| (*text).to_owned()).collect();
        let places: Arc<Mutex<Vec<String>>> = Arc::new(Mutex::new(texts));
        let first = places.lock().unwrap()[0].clone();
        let read = Arc::clone(&places);
        let read = move || {
            let texts = read.lock().unwrap();
            texts.iter().map(|text| text.as_str().into()).collect()
        };
        let secret = Secret::changing("the file s".to_owned(), first.into(), read);
        (secret, places)
    }

    fn set(places: &Mutex<Vec<String>>, texts: &[&str]) {
        *places.lock().unwrap() = texts.iter().map(|text| (*text).to_owned()).collect();
    }

    fn text(secret: &Secret) -> String {
        secret.current().expose_secret().to_owned()
    }

    #[test]
    fn a_refused_secret_is_read_again_and_then_the_next_is_used() {
        let (secret, places) = secret(&["one", "two"]);
        set(&places, &["new", "two"]);
        assert_eq!(text(&secret), "one", "nobody reads a secret that works");
        assert!(secret.instead_of(secret.serial()));
        assert_eq!(text(&secret), "new");
        assert!(secret.instead_of(secret.serial()));
        assert_eq!(text(&secret), "two");
        secret.accepted(secret.serial());
        secret.refresh();
        assert_eq!(text(&secret), "two", "what worked is kept");
    }

    #[test]
    fn each_candidate_is_tried_once_until_one_is_accepted() {
        let (secret, places) = secret(&["one", "two"]);
        let first = secret.serial();
        assert!(secret.instead_of(first));
        assert!(!secret.instead_of(secret.serial()));
        assert_eq!(
            text(&secret),
            "one",
            "the next run begins with the current one"
        );
        for _ in 0..3 {
            assert!(!secret.instead_of(secret.serial()));
            assert!(!secret.instead_of(first), "one that was sent long ago");
        }
        set(&places, &["one", "three"]);
        assert!(secret.instead_of(secret.serial()));
        secret.accepted(secret.serial());
        set(&places, &["one"]);
        assert!(secret.instead_of(secret.serial()));
        assert_eq!(text(&secret), "one");
    }

    #[test]
    fn many_who_are_refused_together_change_it_once() {
        let (secret, _places) = secret(&["one", "two"]);
        let used = secret.serial();
        for _ in 0..8 {
            assert!(secret.instead_of(used));
        }
        assert_eq!((text(&secret).as_str(), secret.serial()), ("two", used + 1));
    }

    #[test]
    fn places_that_cannot_be_read_change_nothing() {
        let (secret, places) = secret(&["one"]);
        set(&places, &[]);
        secret.refresh();
        assert!(!secret.instead_of(secret.serial()));
        assert_eq!(text(&secret), "one");
        assert!(!format!("{secret:?}").contains("one"));
        let day = Some(jiff::civil::date(2027, 1, 31));
        let words = " (its secret is in the file s and expires on 2027-01-31)";
        assert_eq!(secret.until(day).words(), words);
    }
}
