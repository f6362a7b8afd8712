//! How Jira's User Properties are reached: `user-property-route`, and `[target.NAME.custom]` for
//! URL templates.

use attune_core::account::Product;
use attune_core::mapping::FieldKind;
use attune_core::route::{Blanks, Body, Call, CustomRoute, Escape};

use super::definition::Route;
use crate::settings::reader::{Node, Section};

const METHODS: [(&str, &str); 5] = [
    ("GET", "GET"),
    ("POST", "POST"),
    ("PUT", "PUT"),
    ("PATCH", "PATCH"),
    ("DELETE", "DELETE"),
];
/// Longest key of an entity property, in bytes (Jira REST reference).
const PROPERTY_KEY_BYTES_MAX: usize = 255;

/// Which route; only Jira has several.
pub(super) fn read(section: &Section<'_>, product: Option<Product>) -> Route {
    let node = section.get("user-property-route");
    let chosen = node.as_ref().and_then(|node| node.choice(&Route::WORDS));
    if let (Some(node), Some(Product::ConfluenceDataCenter)) = (&node, product) {
        node.error(
            "Confluence has no User Properties",
            "take the line out: its profile fields have one way only",
        );
    }
    chosen.unwrap_or(Route::AdminForm)
}

/// The templates of the route "custom"; `Err` where they are wrong.
pub(super) fn custom(section: &Section<'_>, route: Route) -> Result<Option<CustomRoute>, ()> {
    let Some(node) = section.get("custom") else {
        if route == Route::Custom {
            section.error(
                "the route \"custom\" needs its URL templates",
                "write the section 'custom' with write, clear and read",
            );
            return Err(());
        }
        return Ok(None);
    };
    if route != Route::Custom {
        node.error(
            "these templates are not used",
            "write user-property-route = \"custom\" beside them, or take them out",
        );
        return Err(());
    }
    let custom = node.section().ok_or(())?;
    let calls = ["write", "clear", "read"].map(|key| {
        let hint = "{ method = \"...\", url = \"/rest/...\" }";
        let node = custom.need(key, hint)?;
        call(&node, key)
    });
    custom.finish();
    let [Some(write), Some(clear), Some(read)] = calls else {
        return Err(());
    };
    Ok(Some(CustomRoute { write, clear, read }))
}

fn call(node: &Node<'_>, key: &str) -> Option<Call> {
    let section = node.section()?;
    let method = section.need("method", "such as method = \"PUT\"");
    let method = method.and_then(|node| node.choice(&METHODS));
    let url = section.need("url", "such as url = \"/rest/...?username={username}\"");
    let url = url.and_then(|node| address(&node));
    let media_type = section.get("content-type");
    let body = body(&section, media_type.as_ref());
    let ok = section.get("ok").map_or(Some(Vec::new()), |node| {
        let codes = node.list()?;
        codes.iter().map(|code| status(code)).collect()
    });
    let value = section
        .get("value")
        .map_or(Some(None), |node| pointer(&node, key == "read").map(Some));
    section.finish();
    let call = Call {
        method: method?.to_owned(),
        url: url?,
        body: body?,
        ok: ok?,
        value: value?,
    };
    let needed: &[&str] = match key {
        "write" => &["{field}", "{value}"],
        _ => &["{field}"],
    };
    for blank in needed {
        if !call.mentions(blank) {
            node.error(
                format!("'{key}' does not say {blank}"),
                "write it into url or body: every field would get the same request",
            );
            return None;
        }
    }
    if let Some(what) = flaw(&call) {
        node.error(what, "every request would be refused: correct the template");
        return None;
    }
    if !call.mentions("{username}") && !call.mentions("{key}") {
        node.error(
            format!("'{key}' does not say whose property it is"),
            "write {username} or {key} into url or body",
        );
        return None;
    }
    Some(call)
}

/// What is wrong with a template whatever is filled in.
fn flaw(call: &Call) -> Option<String> {
    let blanks = Blanks {
        username: "x",
        key: "x",
        field: "x",
        value: "x",
    };
    let url = call.url(&blanks);
    let is_legal = |c: char| c.is_ascii_graphic() && !"#\\{}".contains(c);
    if let Some(wrong) = url.chars().find(|c| !is_legal(*c)) {
        return Some(match wrong {
            '{' | '}' => {
                "the url has a brace that is no part of {username}, {key}, {field} or {value}"
                    .to_owned()
            }
            wrong => format!("a url cannot hold {wrong:?} as it is: write it percent-encoded"),
        });
    }
    let is_json = call
        .body
        .as_ref()
        .is_some_and(|body| body.escape == Escape::Json);
    let body = call.body(&blanks).filter(|_| is_json)?;
    let error = serde_json::from_str::<serde::de::IgnoredAny>(&body).err()?;
    Some(format!(
        "the body is not JSON ({error}): are the blanks in quotes?"
    ))
}

fn address(node: &Node<'_>) -> Option<String> {
    let url = node.full_text()?;
    if !url.starts_with('/') || url.starts_with("//") {
        node.error(
            "the url is not a path of this target",
            "begin with a single slash; it continues the target's own url, where the credential \
             belongs",
        );
        return None;
    }
    Some(url.to_owned())
}

/// Outer `None`: it is there and wrong.
#[expect(clippy::option_option, reason = "unset and wrong are different")]
fn body(section: &Section<'_>, media_type: Option<&Node<'_>>) -> Option<Option<Body>> {
    let Some(node) = section.get("body") else {
        if let Some(node) = media_type {
            node.error(
                "there is no body that it could describe",
                "write 'body' too",
            );
            return None;
        }
        return Some(None);
    };
    let text = node.text()?.to_owned();
    let media_type = match media_type {
        Some(node) => node.full_text()?,
        None => "application/json",
    };
    let Some(escape) = Escape::of(media_type) else {
        node.error(
            format!("how a value is escaped in \"{media_type}\" is not known"),
            "use JSON, XML, a form (application/x-www-form-urlencoded) or text/plain",
        );
        return None;
    };
    Some(Some(Body {
        text,
        media_type: media_type.to_owned(),
        escape,
    }))
}

fn status(node: &Node<'_>) -> Option<u16> {
    u16::try_from(node.whole(200..=599)?).ok()
}

fn pointer(node: &Node<'_>, is_read: bool) -> Option<String> {
    let text = node.text()?;
    if !is_read {
        node.error("only 'read' has a value", "take it out");
        return None;
    }
    // Empty is the whole document (RFC 6901, 5).
    if !text.is_empty() && !text.starts_with('/') {
        node.error(
            format!("\"{text}\" does not say where in JSON the value is"),
            "a JSON pointer (RFC 6901), such as value = \"/value\"; without it the whole answer is \
             the value",
        );
        return None;
    }
    Some(text.to_owned())
}

/// The kind of a User Property, if its name can be addressed by the route.
pub(super) fn property(name: &str, node: &Node<'_>, route: Route) -> Option<FieldKind> {
    if name.trim().is_empty() || name.trim() != name || name.chars().any(char::is_control) {
        node.error(
            format!("'{name}' is no name for a User Property"),
            "it is empty, or has space around it",
        );
        return None;
    }
    match route {
        Route::AdminForm => return Some(FieldKind::AdminForm),
        Route::Custom | Route::EntityProperty => {}
    }
    if name == "." || name == ".." {
        node.error(
            format!("'{name}' cannot be a part of a url"),
            "every client takes it for a step: choose another name",
        );
        return None;
    }
    if route == Route::Custom {
        return Some(FieldKind::Custom);
    }
    // The name is a part of the path, where Tomcat refuses an encoded slash.
    if name.contains(['/', '\\']) {
        node.error(
            format!("the User Property '{name}' cannot be addressed by REST"),
            "choose a name without / and \\",
        );
        return None;
    }
    if name.len() > PROPERTY_KEY_BYTES_MAX {
        node.error(
            format!("the name has more than {PROPERTY_KEY_BYTES_MAX} bytes"),
            "",
        );
        return None;
    }
    Some(FieldKind::EntityProperty)
}
