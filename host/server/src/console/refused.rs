//! Pages that could not be made: what is told instead.
//!
//! Whoever is not signed in is sent to the sign-in, and comes back from there. Everybody else gets a page
//! with the code, what it means, what to do, and the request's id.

use askama::Template;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::filters;
use super::page::{Page, Visit};
use super::reader::Missing;
use crate::access::Refusal;
use crate::fault::{self, Failure};
use crate::store;

/// A request that does not end with its page.
#[derive(Debug, Clone)]
pub(super) struct Refused(pub(super) Refusal);

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self(refusal)
    }
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        Self(failure.into())
    }
}

impl From<store::Error> for Refused {
    fn from(error: store::Error) -> Self {
        Failure::from(error).into()
    }
}

impl From<Missing> for Refused {
    fn from(missing: Missing) -> Self {
        Failure::of("internal", missing.to_string()).into()
    }
}

impl IntoResponse for Refused {
    /// On its way to the guard, which knows who reads it.
    fn into_response(self) -> Response {
        let mut answer = StatusCode::INTERNAL_SERVER_ERROR.into_response();
        answer.extensions_mut().insert(self);
        answer
    }
}

#[derive(Template)]
#[template(path = "error.html")]
struct Within<'a> {
    page: Page,
    status: u16,
    code: &'a str,
    title: &'a str,
    effect: &'a str,
    remedy: &'a str,
    request: &'a str,
    retry: &'a str,
}

#[derive(Template)]
#[template(path = "door_error.html")]
struct AtTheDoor<'a> {
    page: Page,
    status: u16,
    code: &'a str,
    title: &'a str,
    remedy: &'a str,
    request: &'a str,
}

impl Refused {
    /// What is told to whoever asked.
    pub(super) fn answer(self, visit: &Visit, method: &Method) -> Response {
        let Refusal {
            failure, status, ..
        } = &self.0;
        let is_look = matches!(method, &Method::GET | &Method::HEAD);
        if *status == StatusCode::UNAUTHORIZED {
            return to_sign_in(visit, is_look, failure);
        }
        if status.is_server_error() {
            let (id, code) = (&visit.request_id, &failure.code);
            tracing::error!(request.id = id, code, "a page failed: {}", failure.message);
        }
        // What broke on our side is in the log under the request's id.
        let effect = if *status == StatusCode::INTERNAL_SERVER_ERROR {
            ""
        } else {
            failure.message.as_str()
        };
        let own = |end: &str| visit.reader.known(&format!("fault-{}{end}", failure.code));
        let known = fault::find(&failure.code);
        let title = known.map_or(effect, |entry| entry.summary);
        let title = own("").unwrap_or_else(|| title.to_owned());
        let remedy = own("-do").unwrap_or_else(|| failure.hint.clone());
        let page = visit.plain("", visit.say("error-title"));
        let (status, code) = (status.as_u16(), failure.code.as_str());
        let (title, remedy) = (title.as_str(), remedy.as_str());
        let request = visit.request_id.as_str();
        let made = if visit.principal.is_some() {
            // What is not there will not be there either in a moment.
            let may_pass = is_look && status >= StatusCode::TOO_MANY_REQUESTS.as_u16();
            let retry = if may_pass { visit.path.as_str() } else { "" };
            visit.show_as(
                self.0.status,
                &Within {
                    page,
                    status,
                    code,
                    title,
                    effect,
                    remedy,
                    request,
                    retry,
                },
            )
        } else {
            visit.show_as(
                self.0.status,
                &AtTheDoor {
                    page,
                    status,
                    code,
                    title,
                    remedy,
                    request,
                },
            )
        };
        let mut answer = made.unwrap_or_else(|_| self.0.status.into_response());
        if let Some(seconds) = self.0.retry_after_seconds() {
            let headers = answer.headers_mut();
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        answer
    }
}

fn to_sign_in(visit: &Visit, is_look: bool, failure: &Failure) -> Response {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    if is_look && visit.path != "/" {
        query.append_pair("back", &visit.path);
    }
    if failure.code == "signed-out" {
        query.append_pair("ended", "1");
    }
    let query = query.finish();
    let place = match query.as_str() {
        "" => "/sign-in".to_owned(),
        query => format!("/sign-in?{query}"),
    };
    (StatusCode::SEE_OTHER, [(header::LOCATION, place)]).into_response()
}
