//! A provider that delivers one person whose document is all that it was ever told: options, state,
//! events, every header and every body. Tests look for secrets in it.
//!
//! Invariant: nothing that crosses the contract to a provider is left out, but for what goes beyond
//! the size of a value. Deliberately not here: honest work.

use attune_plugin::Problem;
use attune_plugin::provider::{
    CredentialSlot, Document, EndpointSlot, Event, HttpRequest, Locator, Manifest, Person,
    Provider, Reply, Request, Requirements, Turn, manifest as manifest_of,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

attune_plugin::export_provider!(Eavesdropper);

/// What one value may hold, less some room for quotes.
const HEARD_BYTES_MAX: usize = 48 * 1024;

const SCHEMA: &str = r#"{
  "type": "object",
  "required": ["paths"],
  "additionalProperties": false,
  "properties": {
    "paths": {
      "type": "array",
      "items": { "type": "string", "minLength": 1 },
      "description": "What is asked for, one after the other"
    }
  }
}"#;

/// The adapter.
#[derive(Debug)]
pub struct Eavesdropper;

/// `[source] options`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// What is asked for.
    pub paths: Vec<String>,
}

/// What was heard so far.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Heard {
    texts: Vec<String>,
    asked: usize,
}

impl Provider for Eavesdropper {
    type Options = Options;
    type State = Heard;

    fn manifest() -> Manifest {
        let summary = "Delivers everything that a provider is told, as a person";
        manifest_of("eavesdropper", env!("CARGO_PKG_VERSION"), summary, SCHEMA)
    }

    fn needs(_options: &Options) -> Result<Requirements, Problem> {
        let api = EndpointSlot {
            name: "api".to_owned(),
            purpose: "a server that says back what it is sent".to_owned(),
            required: true,
            credential: "app".to_owned(),
            ..EndpointSlot::default()
        };
        let kinds = ["basic", "bearer", "header", "api-token"];
        let app = CredentialSlot {
            name: "app".to_owned(),
            purpose: "whoever is to be overheard".to_owned(),
            kinds: kinds.map(str::to_owned).to_vec(),
            token_header: Some(("Authorization".to_owned(), "SSWS ".to_owned())),
            ..CredentialSlot::default()
        };
        Ok(Requirements {
            endpoints: vec![api],
            credentials: vec![app],
            attributes: vec!["heard".to_owned()],
            ..Requirements::default()
        })
    }

    fn advance(
        options: &Options,
        mut state: Heard,
        now_ms: f64,
        event: Event,
        turn: &mut Turn,
    ) -> Result<Heard, Problem> {
        let body = match &event {
            Event::Replied(Reply::Http(reply)) => String::from_utf8_lossy(&reply.body).into_owned(),
            _ => String::new(),
        };
        state
            .texts
            .push(format!("{options:?} {now_ms} {event:?} {body}"));
        if let Some(path) = options.paths.get(state.asked) {
            let locator = Locator::Endpoint("api".to_owned(), path.clone());
            let id = u32::try_from(state.asked).unwrap_or(u32::MAX);
            turn.send(Request::Http(HttpRequest::get(id, locator)));
            state.asked += 1;
            return Ok(state);
        }
        let mut heard = state.texts.join("\n");
        let end = heard.floor_char_boundary(HEARD_BYTES_MAX);
        heard.truncate(end);
        let document = serde_json::json!({ "heard": Value::from(heard) }).to_string();
        turn.deliver(vec![Person::whole(
            "overheard".to_owned(),
            Document::Json(document),
        )]);
        turn.complete(1);
        Ok(state)
    }
}

#[cfg(test)]
mod tests {
    use attune_plugin::provider::Goal;
    use attune_plugin::provider::script::{begin, check_manifest, json, run};

    use super::Eavesdropper;

    #[test]
    fn what_it_is_told_is_in_the_document() {
        check_manifest::<Eavesdropper>();
        let options = serde_json::json!({ "paths": ["/a", "/b"] });
        let seen = run::<Eavesdropper>(&options, begin(Goal::Everyone, &["heard"]), |request| {
            json(request, 403, "{\"said\": \"back\"}")
        });
        assert_eq!(seen.asked().len(), 2);
        let document = &seen.people[0].document;
        assert!(
            document.contains("said") && document.contains("403"),
            "{document}"
        );
    }
}
