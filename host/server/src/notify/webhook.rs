//! The webhook: one POST with JSON, signed.
//!
//! A success is any 2xx. The address may be a secret itself (chat services put a token into it): no
//! error text names more than its host. Deliberately not here: repeating, which the store's outbox does.

use bytes::Bytes;
use secrecy::ExposeSecret as _;
use serde_json::json;
use url::Url;

use super::{ATTEMPT, Office, sign};
use crate::net::{Method, Policy, Request, Sign, Slot, SlotSpec};
use crate::settings::{TextRef, Webhook};
use crate::store::notices::Outgoing;

/// An answer to a notice is not read further.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

pub(super) async fn send(
    office: Office<'_>,
    webhook: &Webhook,
    one: &Outgoing,
    now_ms: i64,
) -> Result<(), String> {
    let address = match &webhook.url {
        TextRef::Text(text) => text.clone(),
        TextRef::At(place) => {
            let text = office
                .vault
                .reveal(place)
                .map_err(|error| error.to_string())?;
            text.expose_secret().to_owned()
        }
    };
    let wrong = |_| "the address of the webhook cannot be read".to_owned();
    let url = Url::parse(&address).map_err(wrong)?;
    let path = url.query().map_or_else(
        || url.path().to_owned(),
        |query| format!("{}?{query}", url.path()),
    );
    // One attempt: when it is tried again is kept in the store.
    let policy = Policy {
        attempts_max: 1,
        total_max: ATTEMPT,
        ..office.net.policy().clone()
    };
    let spec = SlotSpec {
        address: url.origin().ascii_serialization(),
        allow_http: false,
        ca_file: webhook.ca_file.clone(),
        sign: Sign::Nothing,
    };
    let net = office.net.clone().with_policy(policy);
    let slot = Slot::open(&net, spec).map_err(|error| error.to_string())?;
    let secret = office
        .vault
        .reveal(&webhook.secret)
        .map_err(|error| error.to_string())?;
    let body = body(one);
    let seconds = now_ms.div_euclid(1000);
    let signature = sign(secret.expose_secret().as_bytes(), seconds, body.as_bytes());
    let mut request = Request::write(Method::Post, path);
    request.headers = vec![
        ("content-type".to_owned(), "application/json".to_owned()),
        ("x-attune-timestamp".to_owned(), seconds.to_string()),
        ("x-attune-signature".to_owned(), signature),
    ];
    request.body = Bytes::from(body);
    request.body_bytes_max = ANSWER_BYTES_MAX;
    let answer = slot
        .exchange(request)
        .await
        .map_err(|error| error.to_string())?;
    if answer.is_success() {
        return Ok(());
    }
    Err(format!("{} answered {}", slot.origin(), answer.status))
}

fn body(one: &Outgoing) -> String {
    let time = jiff::Timestamp::from_millisecond(one.happened_ms).unwrap_or_default();
    let document = json!({
        "id": one.id,
        "event": one.event,
        "kind": one.kind,
        "key": one.key,
        "connector": one.connector,
        "message": one.message,
        "hint": one.hint,
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
    });
    document.to_string()
}
