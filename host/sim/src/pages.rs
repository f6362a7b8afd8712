//! What the pages of Jira and Confluence have in common: how HTML is written, the pages that come
//! instead of the wanted one, where a visitor wanted to go.

use crate::wire::{Received, Reply};

/// A page that comes instead of the one that was asked for, with status 200.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interruption {
    /// After the password, a code is wanted.
    TwoStep,
    /// The licence has run out.
    Licence,
}

/// Text in an element or in an attribute's quotes.
pub(crate) fn text(plain: &str) -> String {
    let mut out = String::with_capacity(plain.len() + 8);
    for c in plain.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}

/// A value in a query or in a form's body.
pub(crate) fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// What the sites are called; their pages' titles end with it, as on the originals. It has words of
/// sign-in pages in it.
const SITE_NAME: &str = "Catalog Intranet Licence Desk";

/// A whole page; `head` is markup, `title` is text.
pub(crate) fn page(class: &'static str, status: u16, title: &str, head: &str, body: &str) -> Reply {
    let html = format!(
        "<!DOCTYPE html>\n<html lang=en><head><meta charset=utf-8><title>{} - {SITE_NAME}</title>{head}\
         </head><body>{body}</body></html>",
        text(title)
    );
    Reply::text(class, status, html)
}

/// The page of a refusal: a title and nothing else.
pub(crate) fn refusal(status: u16, title: &str) -> Reply {
    let title = text(title);
    let page =
        format!("<html><head><title>{title} ({status})</title></head><body>{title}</body></html>");
    Reply::text("error", status, page)
}

pub(crate) fn token_missing(product: &str, status: u16) -> Reply {
    let body = format!(
        "<h1>XSRF Security Token Missing</h1>\
         <p>{product} could not complete this action due to a missing form token.</p>"
    );
    let title = "XSRF Security Token Missing";
    page("xsrf refused", status, title, "", &body)
}

pub(crate) fn two_step() -> Reply {
    let body = "<h1>Two-step verification</h1><form method=post action=\"/plugins/servlet/2fa\">\
                <input name=code inputmode=numeric></form>";
    page("two-step page", 200, "Two-step verification", "", body)
}

pub(crate) fn licence(product: &str) -> Reply {
    let body = format!(
        "<h1>License expired</h1><p>Your {product} license has expired. \
         <form action=\"/secure/ConfirmNewInstallationWithOldLicense.jspa\"></form>"
    );
    page("licence page", 200, "License", "", &body)
}

/// The page for load balancers, which is open to everybody.
pub(crate) fn status(is_in_maintenance: bool) -> Reply {
    let (status, state) = if is_in_maintenance {
        (503, "MAINTENANCE")
    } else {
        (200, "RUNNING")
    };
    Reply::json("status", status, format!("{{\"state\":\"{state}\"}}"))
}

/// Where the visitor wanted to go, below the base path.
pub(crate) fn destination(received: &Received, base_path: &str) -> String {
    let path = received.path.strip_prefix(base_path);
    let path = path.unwrap_or(&received.path);
    if received.query.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{}", received.query)
    }
}
