//! Coming in and going: sign-in, the first administrator, sign-out; and the theme of a page.
//!
//! Invariant: what was typed as a password is in no answer.

use askama::Template;
use axum::extract::RawQuery;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use secrecy::SecretString;

use super::filters;
use super::form::{Fields, back};
use super::look;
use super::page::{Answer, Page, Visit, to};
use crate::access::{PASSWORD_CHARS_MIN, Refusal};

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignIn {
    page: Page,
    has_oidc: bool,
    oidc_name: String,
    has_local: bool,
    back: String,
    username: String,
    error: String,
    wait: u64,
    ended: bool,
}

#[derive(Template)]
#[template(path = "first_use.html")]
struct FirstUse {
    page: Page,
    error: String,
    code: String,
    username: String,
    password_min: u32,
}

/// `GET /sign-in?back=&ended=`
pub(super) async fn sign_in(visit: Visit, RawQuery(query): RawQuery) -> Answer {
    let query = Fields::of(query.unwrap_or_default().as_bytes());
    let has_local = !visit.access.has_no_admin().await?;
    if !has_local && !visit.access.has_oidc() {
        return to("/first-use");
    }
    let form = SignIn {
        has_local,
        back: back(query.one("back")).to_owned(),
        ended: query.has("ended"),
        ..SignIn::empty(&visit)
    };
    visit.show(&form)
}

/// `POST /sign-in`
pub(super) async fn sign_in_by_form(visit: Visit, headers: HeaderMap, fields: Fields) -> Answer {
    let name = fields.one("username");
    let given = (name, SecretString::from(fields.one("password")));
    let back = back(fields.one("back"));
    match visit.access.sign_in(given, &visit.peer, &headers).await {
        Ok(signed_in) => with_cookie(to(back)?, signed_in.cookie),
        Err(refusal) => {
            let form = SignIn {
                back: back.to_owned(),
                username: name.to_owned(),
                error: why(&visit, &refusal)?,
                wait: refusal.retry_after_seconds().unwrap_or_default(),
                ..SignIn::empty(&visit)
            };
            visit.show_as(status(&refusal), &form)
        }
    }
}

/// `GET /first-use`
pub(super) async fn first_use(visit: Visit) -> Answer {
    visit.show(&FirstUse::empty(&visit))
}

/// `POST /first-use`
pub(super) async fn first_use_by_form(visit: Visit, headers: HeaderMap, fields: Fields) -> Answer {
    let code = SecretString::from(fields.one("code").trim());
    let chosen = (
        fields.one("username"),
        SecretString::from(fields.one("password")),
    );
    let made = visit.access.set_up(&code, chosen, &visit.peer, &headers);
    match made.await {
        Ok(signed_in) => with_cookie(to("/")?, signed_in.cookie),
        Err(refusal) => {
            let form = FirstUse {
                error: why(&visit, &refusal)?,
                code: fields.one("code").to_owned(),
                username: fields.one("username").to_owned(),
                ..FirstUse::empty(&visit)
            };
            visit.show_as(status(&refusal), &form)
        }
    }
}

/// `POST /sign-out`
pub(super) async fn sign_out(visit: Visit, headers: HeaderMap) -> Answer {
    let cookie = visit.access.sign_out(&visit.peer, &headers).await?;
    with_cookie(to("/sign-in")?, cookie)
}

/// `POST /theme`
pub(super) async fn theme(visit: Visit, fields: Fields) -> Answer {
    let mut look = visit.reader.look.clone();
    look.theme = look::theme(fields.one("theme"));
    with_cookie(to(back(fields.one("back")))?, look.keep(&visit.peer))
}

impl SignIn {
    fn empty(visit: &Visit) -> Self {
        Self {
            page: visit.plain("", visit.say("sign-in")),
            has_oidc: visit.access.has_oidc(),
            oidc_name: visit.say("sign-in-organisation"),
            has_local: true,
            back: String::new(),
            username: String::new(),
            error: String::new(),
            wait: 0,
            ended: false,
        }
    }
}

impl FirstUse {
    fn empty(visit: &Visit) -> Self {
        Self {
            page: visit.plain("", visit.say("first-use")),
            error: String::new(),
            code: String::new(),
            username: String::new(),
            password_min: PASSWORD_CHARS_MIN as u32,
        }
    }
}

/// An answer that has the browser keep something.
#[expect(clippy::unnecessary_wraps, reason = "handlers end with it")]
pub(super) fn with_cookie(mut answer: Response, cookie: HeaderValue) -> Answer {
    answer.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(answer)
}

/// Why nobody came in, in the reader's language; what is not about the form is a page of its own.
fn why(visit: &Visit, refusal: &Refusal) -> Result<String, super::Refused> {
    match refusal.failure.code.as_str() {
        code @ ("credentials" | "set-up-code" | "sign-in-wait" | "weak-password") => {
            Ok(visit.say(&format!("door-{code}")))
        }
        "request" | "admin-exists" => Ok(visit.say("door-name")),
        _ => Err(refusal.clone().into()),
    }
}

/// The status of a form that is shown again. It is never 401: the guard would send the reader here.
fn status(refusal: &Refusal) -> StatusCode {
    match refusal.status {
        StatusCode::UNAUTHORIZED => StatusCode::FORBIDDEN,
        status => status,
    }
}
