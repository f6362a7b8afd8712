//! A provider that sends what it was given to send, one request after the other, and completes.
//!
//! Its turns lie ready in its memory as the contract's records are laid out (the component model's
//! canonical ABI); the state that the host keeps for it is as long as the number of turns so far.

use super::guest::{Guest, Image, RETURN};

/// A request, as hostile as it likes.
#[derive(Debug, Clone)]
pub(crate) struct Http {
    method: String,
    is_link: bool,
    place: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl Http {
    /// A path of the slot `api`.
    pub(crate) fn get(path: &str) -> Self {
        Self {
            method: "GET".to_owned(),
            is_link: false,
            place: path.to_owned(),
            headers: Vec::new(),
            body: String::new(),
        }
    }

    /// A whole link, said to be of the slot `api`.
    pub(crate) fn link(link: &str) -> Self {
        Self {
            is_link: true,
            ..Self::get(link)
        }
    }

    pub(crate) fn method(mut self, method: &str) -> Self {
        method.clone_into(&mut self.method);
        self
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn body(mut self, body: &str) -> Self {
        body.clone_into(&mut self.body);
        self.method("POST")
    }
}

/// The provider.
#[derive(Debug, Clone)]
pub(crate) struct Forger {
    requests: Vec<Http>,
    /// Code and message with which it gives up, instead of completing.
    words: Option<(String, String)>,
}

/// Where its records lie.
const AT: u32 = 65_536;

impl Forger {
    /// It sends these, each once the one before was answered.
    pub(crate) fn of(requests: impl IntoIterator<Item = Http>) -> Self {
        Self {
            requests: requests.into_iter().collect(),
            words: None,
        }
    }

    /// In the end it gives up with this code and this message.
    pub(crate) fn saying(mut self, code: &str, message: &str) -> Self {
        self.words = Some((code.to_owned(), message.to_owned()));
        self
    }

    /// The component with this id.
    pub(crate) fn component(&self, id: &str) -> Vec<u8> {
        let mut image = Image::at(AT);
        let mut turns = Vec::new();
        for (number, http) in self.requests.iter().enumerate() {
            let action = send(&mut image, number as u32, http);
            turns.push(image.list(&action, 1));
        }
        let last = self.last(&mut image);
        turns.push(image.list(&last, 1));
        let table: Vec<u32> = turns
            .iter()
            .zip(1..)
            .flat_map(|([at, count], state)| [AT, state, *at, *count])
            .collect();
        let [table, _] = image.list(&table, 1);
        let needs = needs(&mut image);
        let more = format!("(data (i32.const {AT}) \"{}\")", image.escaped());
        let guest = Guest {
            id,
            functions: &[id],
            more: &more,
            ..Guest::default()
        };
        let needs =
            format!("(memory.copy (i32.const {RETURN}) (i32.const {needs}) (i32.const 36))");
        let last = self.requests.len();
        // The length of the state stands behind options and the state's place.
        let advance = format!(
            "(local $step i32)
             (local.set $step (i32.load (i32.add (local.get $args) (i32.const 12))))
             (if (i32.gt_u (local.get $step) (i32.const {last}))
               (then (local.set $step (i32.const {last}))))
             (i32.store8 (i32.const {RETURN}) (i32.const 0))
             (memory.copy (i32.const {payload})
               (i32.add (i32.const {table}) (i32.mul (local.get $step) (i32.const 16)))
               (i32.const 16))",
            payload = RETURN + 4
        );
        guest.provider(&needs, &advance)
    }

    /// The action that ends it: `complete` of nobody, or `abort`.
    fn last(&self, image: &mut Image) -> Vec<u32> {
        let Some((code, message)) = &self.words else {
            return vec![9, 0, 0];
        };
        let words = [image.text(code), image.text(message)].concat();
        [vec![10, 0], words, vec![0, 0]].concat()
    }
}

/// The action `send` of an HTTP request: 80 bytes.
fn send(image: &mut Image, id: u32, http: &Http) -> Vec<u32> {
    let method = image.text(&http.method);
    let slot = image.text("api");
    let place = image.text(&http.place);
    let body = image.text(&http.body);
    let mut headers = Vec::new();
    for (name, value) in &http.headers {
        headers.extend([image.text(name), image.text(value)].concat());
    }
    let headers = image.list(&headers, http.headers.len());
    let [method, slot, place, body, headers] = [method, slot, place, body, headers].map(Vec::from);
    let locator = vec![u32::from(http.is_link)];
    let parts = [
        vec![0, 0, 0, id],
        method,
        locator,
        slot,
        place,
        headers,
        body,
        vec![0; 5],
    ];
    parts.concat()
}

/// `ok` of requirements: the endpoint `api`, signed by the credential `app`.
fn needs(image: &mut Image) -> u32 {
    let (api, app, bearer) = (image.text("api"), image.text("app"), image.text("bearer"));
    let nothing = [0, 0];
    let endpoint = [&api[..], &api, &[1], &nothing, &app, &nothing].concat();
    let endpoints = image.list(&endpoint, 1);
    let kinds = image.list(&bearer, 1);
    let credential = [&app[..], &app, &[1], &kinds, &[0; 11], &nothing].concat();
    let credentials = image.list(&credential, 1);
    let requirements = [&[0], &endpoints[..], &credentials, &nothing, &nothing].concat();
    let [at, _] = image.list(&requirements, 1);
    at
}
