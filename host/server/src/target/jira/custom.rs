//! The route `custom`: User Properties by somebody's own REST endpoint (a script, an app).
//!
//! Nobody has documented these endpoints, so little is assumed: a status that the connector file
//! calls good is believed only after the value was read back, a page in HTML is nobody's answer, and
//! "not there" is only what the file says it is (a status in `ok`, or no value where it should be).
//! What a write is answered with otherwise may still have been done, so that is looked up too; and an
//! endpoint that knows no such user is believed when Jira says so itself.

use attune_core::route::{Blanks, Call, CustomRoute};
use serde_json::Value as Json;

use super::super::answer::{self, Said, is_page, sign_in_page, unexpected};
use super::users::by_key;
use super::{AccountRef, Error, Jira};
use crate::net::{Method, Repeat, Request, Response};

/// Reads one property.
pub(super) async fn read(
    jira: &Jira,
    route: &CustomRoute,
    account: &AccountRef,
    name: &str,
) -> Result<Option<String>, Error> {
    let answer = call(jira, &route.read, account, (name, ""), Repeat::Safe).await?;
    value_of(&route.read, &answer)
}

/// Sets or removes one; answers what is there then.
pub(super) async fn write(
    jira: &Jira,
    route: &CustomRoute,
    account: &AccountRef,
    (name, value): (&str, Option<&str>),
) -> Result<Option<String>, Error> {
    let template = match value {
        Some(_) => &route.write,
        None => &route.clear,
    };
    let blanks = (name, value.unwrap_or_default());
    call(jira, template, account, blanks, Repeat::IfUnsent).await?;
    // It was sent: whoever calls has to look again where it cannot be read back.
    let now = read(jira, route, account, name).await;
    now.map_err(|_| Error::Unknown)
}

async fn call(
    jira: &Jira,
    template: &Call,
    account: &AccountRef,
    (field, value): (&str, &str),
    repeat: Repeat,
) -> Result<Response, Error> {
    let username = if template.names_the_user() {
        jira.username(account).await?
    } else {
        String::new()
    };
    let blanks = Blanks {
        username: &username,
        key: &account.key,
        field,
        value,
    };
    let method = Method::named(&template.method)
        .ok_or_else(|| Error::target("config", format!("'{}' is no method", template.method)))?;
    let url = template.url(&blanks);
    if has_dots(&url) {
        let message =
            "a path cannot carry the value \".\" or \"..\": put it into the query or the body";
        return Err(Error::rejected("bad-value", message));
    }
    let mut request = Request::of(method, url, repeat)
        .with_header("accept", "application/json, text/plain;q=0.9, */*;q=0.1")
        .with_header("x-atlassian-token", "no-check");
    if let (Some(text), Some(body)) = (template.body(&blanks), &template.body) {
        request = request.with_body(&body.media_type, text);
    }
    let answer = jira.rest.slot.exchange(request).await;
    let answer = answer.map_err(|error| answer::from_net(&error))?;
    let is_write = repeat == Repeat::IfUnsent;
    if template.is_ok(answer.status) {
        // Whether a page stands for a write that was done shows when the value is read back.
        let is_html = !is_write && answer.is_success() && is_html(&answer);
        return if is_html {
            Err(sign_in_page())
        } else {
            Ok(answer)
        };
    }
    if is_write && answer.is_success() {
        return Err(Error::Unknown);
    }
    if matches!(answer.status, 404 | 410) && by_key(jira, &account.key).await?.is_none() {
        return Err(Error::Gone);
    }
    match answer::judge(&answer, is_write, &jira.rest.us)? {
        Said::Yes(_) => Err(Error::rejected(
            "rejected",
            format!(
                "status {} is not among the 'ok' ones of this request",
                answer.status
            ),
        )),
        Said::Absent(said) => Err(Error::rejected(
            "rejected",
            format!("the endpoint answered {}: {said}", answer.status),
        )),
        Said::NoRoute => Err(Error::target(
            "bad-answer",
            format!(
                "the endpoint of [target.NAME.custom] answered {}: compare its url with the \
                 documentation of the script or app, or add the status to 'ok' if it means that \
                 there is no value",
                answer.status
            ),
        )),
    }
}

/// Whether a step of the path is one that every client takes for a step up or none.
fn has_dots(url: &str) -> bool {
    let path = url.split('?').next().unwrap_or_default();
    path.split('/').any(|part| part == "." || part == "..")
}

/// A page; what has another type is no page, whatever it begins with.
fn is_html(answer: &Response) -> bool {
    match answer.header("content-type") {
        Some(kind) => kind.starts_with("text/html"),
        None => is_page(answer),
    }
}

/// The value in an answer of `read`; what is not there, null or empty is nothing.
fn value_of(template: &Call, answer: &Response) -> Result<Option<String>, Error> {
    // A status like 404 that the file calls good says that there is nothing.
    if !answer.is_success() || answer.body.is_empty() {
        return Ok(None);
    }
    let Some(pointer) = &template.value else {
        let text = std::str::from_utf8(&answer.body).map_err(|_| unexpected("the value"))?;
        return Ok(Some(text.to_owned()).filter(|text| !text.is_empty()));
    };
    let json: Json = serde_json::from_slice(&answer.body).map_err(|_| {
        Error::target(
            "bad-answer",
            "the answer of 'read' is not JSON, and its 'value' says where in JSON to look",
        )
    })?;
    let text = match json.pointer(pointer) {
        None | Some(Json::Null) => return Ok(None),
        Some(Json::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    Ok(Some(text).filter(|text| !text.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_another_type_is_no_page() {
        let answer = |kind: &str| Response::new(200, "<none>").with_header("content-type", kind);
        assert!(!is_html(&answer("text/plain")));
        assert!(!is_html(&answer("application/xml")));
        assert!(is_html(&answer("text/html;charset=UTF-8")));
        assert!(is_html(&Response::new(200, "\n<html>")));
    }
}
