//! `/api/v1/tokens`: the API tokens, for administrators.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Begun;
use super::problem::Problem;
use super::sessions::read;
use super::triggers::{service, time, wrong};
use crate::access::tokens::{DAYS, Wanted};
use crate::access::{Access, Principal, Role};
use crate::fault::Failure;
use crate::store::tokens::Token;

/// What a token is to be.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    name: String,
    role: String,
    #[serde(default)]
    personal: bool,
    connectors: Option<Vec<String>>,
    days: Option<u32>,
}

/// `GET /tokens`
pub(super) async fn list(State(access): State<Access>) -> Result<Response, Problem> {
    let tokens = access.tokens().await?;
    let lines: Vec<Value> = tokens.iter().map(document).collect();
    Ok(Json(json!({ "tokens": lines })).into_response())
}

/// `POST /tokens` with `{"name": "...", "role": "...", "personal": false, "connectors": ["..."],
/// "days": 90}`
pub(super) async fn create(
    State(access): State<Access>,
    State(begun): State<Begun>,
    principal: Principal,
    body: Bytes,
) -> Result<Response, Problem> {
    let asked: Asked = read(&body)?;
    let role: Role = asked.role.parse().map_err(|why: String| wrong(&why))?;
    let connectors = match asked.connectors {
        None => None,
        Some(words) => Some(ids(&begun, &words)?),
    };
    let wanted = Wanted {
        name: asked.name,
        role,
        personal: asked.personal,
        connectors,
        days: asked.days.unwrap_or(DAYS),
    };
    let created = access.create_token(&principal, wanted).await?;
    let mut shown = document(&created.token);
    if let Some(members) = shown.as_object_mut() {
        members.insert("token".to_owned(), json!(created.secret.expose_secret()));
    }
    Ok((StatusCode::CREATED, Json(shown)).into_response())
}

/// `DELETE /tokens/{name}`
pub(super) async fn revoke(
    State(access): State<Access>,
    principal: Principal,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    access.revoke_token(&principal, &name).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// The ids of connectors as somebody named them.
fn ids(begun: &Begun, words: &[String]) -> Result<Vec<String>, Failure> {
    let service = service(begun)?;
    let id = |word: &String| -> Result<String, Failure> {
        Ok(service.found(word)?.connector.id.clone())
    };
    words.iter().map(id).collect()
}

fn document(token: &Token) -> Value {
    json!({
        "name": token.name, "role": token.role, "personal": token.personal,
        "connectors": token.connectors, "created": time(Some(token.created_ms)),
        "created-by": token.created_by, "expires": time(Some(token.expires_ms)),
        "used": time(token.used_ms),
    })
}
