//! `/api/v1/tokens`: the API tokens, for administrators.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Begun;
use super::ask::{service, wrong};
use super::problem::Problem;
use super::sessions::read;
use crate::access::tokens::{DAYS, Wanted};
use crate::access::{Access, Principal, Role};
use crate::fault::Failure;
use crate::view::doors::Token;

/// What a token is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    /// 1 to 64 letters, digits, dots, dashes, underscores or @.
    name: String,
    /// viewer, operator, editor or admin.
    role: String,
    /// Whether it may see values of people.
    #[serde(default)]
    personal: bool,
    /// Names or ids of the only connectors that it is for; left out: all.
    connectors: Option<Vec<String>>,
    /// How long it works: at most 366; 90 where it is left out.
    days: Option<u32>,
}

/// API tokens.
#[derive(Serialize, ToSchema)]
pub(super) struct Tokens {
    tokens: Vec<Token>,
}

/// A token that was just made.
#[derive(Serialize, ToSchema)]
pub(super) struct Made {
    #[serde(flatten)]
    shown: Token,
    /// The token itself, shown this once.
    token: String,
}

/// API tokens, without what is secret of them.
#[utoipa::path(get, path = "/tokens", tag = "access", responses((status = OK, body = Tokens)))]
pub(super) async fn list(State(access): State<Access>) -> Result<Response, Problem> {
    let tokens = access.tokens().await?;
    let tokens = tokens.iter().map(Token::from).collect();
    Ok(Json(Tokens { tokens }).into_response())
}

/// Makes an API token; it is shown this once.
#[utoipa::path(post, path = "/tokens", tag = "access", request_body = Asked, responses((status = CREATED, body = Made)))]
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
    let made = Made {
        shown: Token::from(&created.token),
        token: created.secret.expose_secret().to_owned(),
    };
    Ok((StatusCode::CREATED, Json(made)).into_response())
}

/// Lets a token work no more.
#[utoipa::path(delete, path = "/tokens/{name}", tag = "access", params(("name" = String, Path, description = "Name of the token")), responses((status = NO_CONTENT)))]
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
