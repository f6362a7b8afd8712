//! Drives the real component through whole conversations.

use std::collections::VecDeque;
use std::sync::OnceLock;

use attune_wasm::provider::{
    Action, Begin, Document, Event, Goal, HttpRequest, HttpResponse, Locator, Person, Provider,
    Reply, Request,
};
use attune_wasm::{Engine, Options, Plugin};

/// No conversation of these tests has more steps.
const STEPS_MAX: usize = 1_000;

/// What came out of a conversation.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) requests: Vec<HttpRequest>,
    /// People with the text of their documents.
    pub(crate) people: Vec<(Person, String)>,
    pub(crate) absent: Vec<String>,
    pub(crate) complete: Option<u32>,
    /// Code and message of what ended it.
    pub(crate) problem: Option<(String, String)>,
}

impl Outcome {
    pub(crate) fn code(&self) -> &str {
        self.problem.as_ref().map_or("", |(code, _)| code.as_str())
    }

    pub(crate) fn keys(&self) -> Vec<&str> {
        self.people.iter().map(|(p, _)| p.key.as_str()).collect()
    }
}

/// What to ask.
pub(crate) struct Question {
    pub(crate) options: &'static str,
    pub(crate) goal: Goal,
    pub(crate) wanted: Vec<String>,
    pub(crate) groups: Vec<String>,
}

impl Question {
    pub(crate) fn new(goal: Goal, wanted: &[&str]) -> Self {
        Self {
            options: r#"{"tenant":"contoso.example"}"#,
            goal,
            wanted: wanted.iter().map(ToString::to_string).collect(),
            groups: Vec::new(),
        }
    }
}

/// An answer: status and body.
pub(crate) type Answer = (u16, Vec<u8>);

/// Holds a conversation; requests are answered in the order of sending.
pub(crate) fn converse(
    question: Question,
    mut answer: impl FnMut(&HttpRequest) -> Answer,
) -> Outcome {
    let mut provider = Provider::open(plugin(), question.options).unwrap();
    let mut outcome = Outcome::default();
    let mut under_way: VecDeque<HttpRequest> = VecDeque::new();
    let mut state = Vec::new();
    let mut event = Event::Begin(Begin {
        goal: question.goal,
        wanted: question.wanted,
        groups: question.groups,
        extra: Vec::new(),
    });
    for _ in 0..STEPS_MAX {
        let turn = match provider.advance(&state, 1_795_298_400_000.0, &event) {
            Ok(turn) => turn,
            Err(error) => {
                outcome.problem = Some((error.code().to_owned(), error.to_string()));
                return outcome;
            }
        };
        state = turn.state;
        for action in turn.actions {
            match action {
                Action::Send(Request::Http(request)) => {
                    if !is_of_checkpoint(&request) {
                        outcome.requests.push(request.clone());
                    }
                    under_way.push_back(request);
                }
                Action::Deliver(people) => outcome.people.extend(
                    people
                        .into_iter()
                        .map(|person| with_document(person, &event)),
                ),
                Action::Absent(names) => outcome.absent.extend(names),
                Action::Complete(count) => outcome.complete = Some(count),
                Action::Finding(_) | Action::Attributes(_) | Action::Checkpoint(_) => {}
                other => panic!("an action that entra does not use: {other:?}"),
            }
        }
        let Some(request) = under_way.pop_front() else {
            return outcome;
        };
        let (status, body) = if is_of_checkpoint(&request) {
            let link = "https://graph.microsoft.com/v1.0/users/delta?$deltatoken=one";
            let body = format!("{{\"value\":[],\"@odata.deltaLink\":\"{link}\"}}");
            (200, body.into_bytes())
        } else {
            answer(&request)
        };
        event = Event::Replied(Reply::Http(HttpResponse {
            id: request.id,
            status,
            headers: Vec::new(),
            body,
        }));
    }
    panic!("the conversation does not end")
}

/// Before a listing the adapter asks where changes begin; these tests are not about that.
fn is_of_checkpoint(request: &HttpRequest) -> bool {
    asked(request).contains("$deltatoken=latest")
}

/// Path and query, or the link.
pub(crate) fn asked(request: &HttpRequest) -> &str {
    match &request.locator {
        Locator::Endpoint((slot, path)) => {
            assert_eq!(slot, "api");
            path
        }
        Locator::Link((slot, link)) => {
            assert_eq!(slot, "api");
            link
        }
    }
}

fn plugin() -> &'static Plugin {
    static PLUGIN: OnceLock<Plugin> = OnceLock::new();
    PLUGIN.get_or_init(|| {
        let bundled = attune_bundled::find("entra").expect("entra is bundled");
        let engine = Engine::new(Options::default()).unwrap();
        engine.load(bundled.wasm).unwrap()
    })
}

fn with_document(person: Person, event: &Event) -> (Person, String) {
    let document = match (&person.document, event) {
        (Document::Slice((start, end)), Event::Replied(Reply::Http(response))) => {
            let slice = &response.body[*start as usize..*end as usize];
            String::from_utf8(slice.to_vec()).unwrap()
        }
        (Document::Json(text), _) => text.clone(),
        (Document::Nothing, _) => String::new(),
        (document, _) => panic!("{document:?} in a turn without an HTTP reply"),
    };
    (person, document)
}
