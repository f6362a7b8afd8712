//! `/api/v1/session`, `/sessions`, `/set-up` and what is below `/sign-in`: browsers come in and go.
//!
//! Deliberately not here: pages; a console that has its own forms calls the same functions of
//! `access`.

use axum::Extension;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{AppendHeaders, Html, IntoResponse as _, Redirect, Response};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ask::wrong;
use super::problem::Problem;
use crate::access::oidc::Answer;
use crate::access::{Access, Peer, Principal, SignedIn};
use crate::fault::Failure;
use crate::view::doors::{Session, Somebody};

/// Leads on, also where the header does not.
const SIGNED_IN: &str = "<!doctype html><meta charset=\"utf-8\"><title>Attune</title>\
    <p><a href=\"/\">Attune</a></p>\n";

/// What signs in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Credentials {
    /// An administrator's.
    name: String,
    /// Theirs.
    password: String,
}

/// What makes an administrator.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SetUp {
    /// Of `attune admin code`, or of the service's start.
    code: String,
    /// Of the administrator to be.
    name: String,
    /// 15 characters or more.
    password: String,
}

/// Sessions of browsers.
#[derive(Serialize, ToSchema)]
pub(super) struct Sessions {
    sessions: Vec<Session>,
}

/// Who asks.
#[utoipa::path(get, path = "/session", tag = "access", responses((status = OK, body = Somebody)))]
pub(super) async fn show(principal: Principal) -> Response {
    Json(Somebody::from(&principal)).into_response()
}

/// Signs a local administrator in; the answer sets the session's cookie.
#[utoipa::path(post, path = "/session", tag = "access", security(()), request_body = Credentials, responses((status = OK, body = Somebody)))]
pub(super) async fn sign_in(
    State(access): State<Access>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let Credentials { name, password } = read(&body)?;
    let given = (name.as_str(), SecretString::from(password));
    let signed_in = access.sign_in(given, &peer, &headers).await?;
    Ok(begun(signed_in))
}

/// Makes a local administrator by a one-time code, and signs them in.
#[utoipa::path(post, path = "/set-up", tag = "access", security(()), request_body = SetUp, responses((status = OK, body = Somebody)))]
pub(super) async fn set_up(
    State(access): State<Access>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let asked: SetUp = read(&body)?;
    let (code, password) = (asked.code.into(), SecretString::from(asked.password));
    let chosen = (asked.name.as_str(), password);
    let signed_in = access.set_up(&code, chosen, &peer, &headers).await?;
    Ok(begun(signed_in))
}

/// `GET /sign-in/oidc`
pub(super) async fn to_oidc(
    State(access): State<Access>,
    Extension(peer): Extension<Peer>,
) -> Result<Response, Problem> {
    let (location, cookie) = access.begin_oidc(&peer).await?;
    let headers = AppendHeaders([(header::SET_COOKIE, cookie)]);
    Ok((headers, Redirect::to(&location)).into_response())
}

/// `GET /sign-in/oidc/return`
///
/// The answer is a page and no redirect: a browser that another site sent here would not send the
/// session's cookie along with what it is redirected to.
pub(super) async fn from_oidc(
    State(access): State<Access>,
    Extension(peer): Extension<Peer>,
    Query(pairs): Query<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let one = |name: &str| {
        let mut found = pairs.iter().filter(|(key, _)| key == name);
        let first = found.next().map(|(_, value)| value.clone());
        first.filter(|_| found.next().is_none())
    };
    let answer = Answer {
        state: one("state").unwrap_or_default(),
        code: one("code"),
        iss: one("iss"),
        error: one("error"),
    };
    let (signed_in, ended) = access.finish_oidc(&answer, &peer, &headers).await?;
    let cookies = [
        (header::SET_COOKIE, signed_in.cookie),
        (header::SET_COOKIE, ended),
        (header::REFRESH, HeaderValue::from_static("0;url=/")),
    ];
    Ok((AppendHeaders(cookies), Html(SIGNED_IN)).into_response())
}

/// `GET /sign-in/link/{link}`
pub(super) async fn by_link(
    State(access): State<Access>,
    Extension(peer): Extension<Peer>,
    Path(link): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let signed_in = access.sign_in_by_link(&link, &peer, &headers).await?;
    let place = [(header::LOCATION, HeaderValue::from_static("/"))];
    let mut answer = (StatusCode::SEE_OTHER, place).into_response();
    answer
        .headers_mut()
        .insert(header::SET_COOKIE, signed_in.cookie);
    Ok(answer)
}

/// Ends the session that asks.
#[utoipa::path(delete, path = "/session", tag = "access", responses((status = NO_CONTENT)))]
pub(super) async fn sign_out(
    State(access): State<Access>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let cookie = access.sign_out(&peer, &headers).await?;
    let headers = [(header::SET_COOKIE, cookie)];
    Ok((StatusCode::NO_CONTENT, headers).into_response())
}

/// Sessions of browsers.
#[utoipa::path(get, path = "/sessions", tag = "access", responses((status = OK, body = Sessions)))]
pub(super) async fn list(State(access): State<Access>) -> Result<Response, Problem> {
    let sessions = access.sessions().await?;
    let sessions = sessions.iter().map(Session::from).collect();
    Ok(Json(Sessions { sessions }).into_response())
}

/// Ends a session.
#[utoipa::path(delete, path = "/sessions/{id}", tag = "access", params(("id" = String, Path, description = "What the session is called where sessions are listed")), responses((status = NO_CONTENT)))]
pub(super) async fn end(
    State(access): State<Access>,
    principal: Principal,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    access.end_session(&principal, &id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn begun(signed_in: SignedIn) -> Response {
    let headers = [(header::SET_COOKIE, signed_in.cookie)];
    (headers, Json(Somebody::from(&signed_in.principal))).into_response()
}

/// A body as JSON. What is wrong with it is told without quoting it: it holds a password.
pub(super) fn read<T: serde::de::DeserializeOwned>(body: &Bytes) -> Result<T, Failure> {
    serde_json::from_slice(body).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        wrong(&format!(
            "the body is not the JSON that is wanted here, at line {line}, column {column}"
        ))
    })
}
