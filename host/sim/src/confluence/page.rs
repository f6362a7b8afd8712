//! Pages in HTML as the versions write them: legal, and no two alike.
//!
//! Case, quotes, order of attributes, entities and the place of token and key differ; before the
//! wanted form stand others (quick search, find a user) and things that only look like forms. For a
//! read-only directory 7 and 8 show full name and e-mail as disabled inputs, 9 and 10 as text beside
//! hidden fields.

use super::accounts::{Account, Field};
use super::{Site, Version};
use crate::pages::{self, encoded, text};
use crate::wire::Reply;

/// A hidden field that has to come back as it was.
pub(super) fn extra_field(version: Version) -> (&'static str, &'static str) {
    match version {
        Version::V7 => ("mode", "edit-details"),
        Version::V8 => ("directoryId", "32769"),
        Version::V9 => ("formRevision", "4"),
        Version::V10 => ("_section", "details & \"profile\""),
    }
}

/// The form for a user's details.
pub(super) fn edit(site: &Site, token: &str, account: &Account, error: &str) -> Reply {
    let version = site.version;
    let mut fields = vec![input(
        version,
        Field::Username.form_name(),
        &account.username,
    )];
    for field in [Field::FullName, Field::Email] {
        let value = account.get(field).unwrap_or_default();
        fields.push(if account.is_read_only {
            unchangeable(version, field.form_name(), value)
        } else {
            input(version, field.form_name(), value)
        });
    }
    for field in Field::PROFILE {
        let value = account.get(field).unwrap_or_default();
        fields.push(input(version, field.form_name(), value));
    }
    let (extra, value) = extra_field(version);
    fields.push(hidden(version, extra, value));
    fields.push(text_area(version, &account.personal_information));
    let form = edit_form(site, token, &account.key, &fields.concat());
    let body = format!(
        "<h2>Edit User Details: {}</h2>{}{form}",
        text(&account.username),
        message(error)
    );
    page(site, "user.edit page", "Edit User Details", &body)
}

/// The form's own tags, with token and key where this version has them.
fn edit_form(site: &Site, token: &str, key: &str, fields: &str) -> String {
    let base = text(&site.base_path);
    let (plain, query) = (text(token), encoded(token));
    match site.version {
        Version::V7 => format!(
            "<FORM NAME=\"editUser\" METHOD=\"POST\" \
             ACTION=\"doedituser.action?atl_token={query}&amp;userKey={key}\">{fields}\
             <INPUT TYPE=\"submit\" NAME=\"confirm\" VALUE=\"Submit\">\
             <INPUT TYPE=\"submit\" NAME=\"cancel\" VALUE=\"Cancel\"></FORM>"
        ),
        Version::V8 => format!(
            "<form class='aui' method='post' name='editUser' \
             action='{}/admin/users/doedituser.action?userKey={key}'>\
             <input type='hidden' name='atl_token' value='{plain}'/>{fields}\
             <input class=\"button\" type=\"submit\" name=\"confirm\" value=\"Submit\"/>\
             <input class=\"cancel\" type=\"submit\" name=\"cancel\" value=\"Cancel\"/></form>",
            text(&site.base)
        ),
        Version::V9 => format!(
            "<form action=\"{base}/admin/users/doedituser.action\" method=post name=editUser>\
             {fields}<input name=\"userKey\" type=\"hidden\" value={key}>\
             <input type=hidden value=\"{plain}\" name=atl_token>\
             <input type=submit name=confirm value=Submit>\
             <input type=submit name=cancel value=Cancel></form>"
        ),
        // An ampersand that begins no reference may stand for itself.
        Version::V10 => format!(
            "<Form id=edit-user\n method=\"Post\"\n \
             action='./doedituser.action?userKey={key}&atl_token={query}'>{fields}\
             <button name=confirm value=\"Submit\">Save</button>\
             <button name=\"cancel\" value=Cancel>Cancel</button></Form>"
        ),
    }
}

fn input(version: Version, name: &str, value: &str) -> String {
    let value = escaped(version, value);
    match version {
        Version::V7 => {
            format!(
                "<TR><TD>{name}:<TD><INPUT SIZE=50 TYPE=\"text\" NAME=\"{name}\" VALUE=\"{value}\">"
            )
        }
        Version::V8 => format!(
            "<div class=\"field-group\"><label for='{name}'>{name}</label>\
             <input id='{name}' class=\"text\" type=\"text\" value='{value}' name='{name}'/></div>"
        ),
        // No type is a text, and no value is an empty one.
        Version::V9 if value.is_empty() => format!("<p><input name={name} class=text>"),
        Version::V9 => format!("<p><input name={name} value=\"{value}\" class=text>"),
        Version::V10 => format!(
            "<div><input\n   data-name=\"other\"\n   value=\"{value}\"\n   TYPE=text\n   \
             name=\"{name}\"\n></div>"
        ),
    }
}

/// A value that the directory does not let change.
fn unchangeable(version: Version, name: &str, value: &str) -> String {
    let shown = escaped(version, value);
    match version {
        Version::V7 => format!("<INPUT DISABLED NAME=\"{name}\" VALUE=\"{shown}\">"),
        Version::V8 => {
            format!("<input type=\"text\" name='{name}' disabled='disabled' value='{shown}'/>")
        }
        Version::V9 | Version::V10 => {
            format!(
                "<p>{name}: <em>{shown}</em>{}",
                hidden(version, name, value)
            )
        }
    }
}

fn hidden(version: Version, name: &str, value: &str) -> String {
    let value = escaped(version, value);
    match version {
        Version::V7 => format!("<INPUT TYPE=\"hidden\" NAME=\"{name}\" VALUE=\"{value}\">"),
        Version::V8 => format!("<input value='{value}' name='{name}' type='hidden'/>"),
        Version::V9 => format!("<input type=hidden name={name} value=\"{value}\">"),
        Version::V10 => format!("<input type=\"HIDDEN\" name='{name}' value='{value}'>"),
    }
}

/// A line feed at the beginning belongs to the markup, so a text that begins with one has two.
fn text_area(version: Version, value: &str) -> String {
    let begin = if matches!(version, Version::V8 | Version::V10) || value.starts_with('\n') {
        "\n"
    } else {
        ""
    };
    let value = escaped(version, value);
    match version {
        Version::V7 => format!(
            "<TEXTAREA NAME=\"personalInformation\" ROWS=10 COLS=60>{begin}{value}</TEXTAREA>"
        ),
        Version::V8 | Version::V9 => format!(
            "<textarea id=\"personalInformation\" name=\"personalInformation\" \
             class='textarea'>{begin}{value}</textarea>"
        ),
        Version::V10 => {
            format!("<textarea name=personalInformation>{begin}{value}</textarea >")
        }
    }
}

/// Text with the references that this version likes.
fn escaped(version: Version, plain: &str) -> String {
    let mut out = String::with_capacity(plain.len() + 8);
    for c in text(plain).chars() {
        match reference(version, c) {
            Some(reference) => out.push_str(&reference),
            None => out.push(c),
        }
    }
    out
}

fn reference(version: Version, c: char) -> Option<String> {
    let code = u32::from(c);
    match (version, c) {
        _ if c.is_ascii() => None,
        (Version::V7, _) => Some(format!("&#{code};")),
        (Version::V8, 'ä') => Some("&auml;".to_owned()),
        (Version::V8, 'ö') => Some("&ouml;".to_owned()),
        (Version::V8, 'ü') => Some("&uuml;".to_owned()),
        (Version::V8, 'ß') => Some("&szlig;".to_owned()),
        (Version::V10, _) => Some(format!("&#x{code:X};")),
        _ => None,
    }
}

/// A user's details, where a change leads to.
pub(super) fn view(site: &Site, account: &Account) -> Reply {
    let title = format!("View User: {}", account.username);
    let body = format!(
        "<h2>{}</h2><a href=\"edituser.action?username={}\">Edit Details</a>",
        text(&account.full_name),
        encoded(&account.username)
    );
    page(site, "user.view page", &title, &body)
}

pub(super) fn no_such_user(site: &Site, named: &str) -> Reply {
    let body = message(&format!("No user found: {named}"));
    page(site, "user.nobody", "User not found", &body)
}

pub(super) fn log_in(site: &Site, class: &'static str, next: &str, error: &str) -> Reply {
    let base = text(&site.base_path);
    let body = format!(
        "{}<form name=\"loginform\" method=\"POST\" action=\"{base}/dologin.action\" class='aui'>\
         <input type=text name=\"os_username\" id=\"os_username\">\
         <input name='os_password' type='password' id=os_password>\
         <input type=checkbox name=\"os_cookie\" value=\"true\">\
         <input type=submit name=\"login\" value=\"Log in\">\
         <input type=\"hidden\" name=\"os_destination\" value=\"{}\"></form>",
        message(error),
        text(next)
    );
    page(site, class, "Log In", &body)
}

pub(super) fn sudo(site: &Site, token: &str, destination: &str, error: &str) -> Reply {
    let base = text(&site.base_path);
    let (token, destination) = (text(token), text(destination));
    let body = format!(
        "<h2>Administrator Access</h2>{}\
         <form name=authenticateform method=\"post\" action=\"{base}/doauthenticate.action\">\
         <input type=\"hidden\" name=\"atl_token\" value=\"{token}\">\
         <input type=password name='password' id=password autocomplete=off>\
         <input type=submit name=\"authenticate\" value=\"Confirm\">\
         <input value=\"{destination}\" type=hidden name=destination></form>",
        message(error)
    );
    page(site, "websudo.page", "Administrator Access", &body)
}

fn message(error: &str) -> String {
    if error.is_empty() {
        return String::new();
    }
    format!(
        "<div class=\"aui-message aui-message-error error\"><p>{}</p></div>",
        text(error)
    )
}

/// A page with what stands on all of them.
fn page(site: &Site, class: &'static str, title: &str, body: &str) -> Reply {
    let head = format!(
        "<meta name=\"ajs-version-number\" content=\"{}\">\
         <script>var old = \"<form action='doedituser.action'><input name='email' value='x'>\";\
         </script>",
        site.version.number()
    );
    let base = text(&site.base_path);
    let body = format!(
        "<!-- <form action=\"doedituser.action\"><input name=\"atl_token\" value=\"old\"></form> -->\
         <form id=\"quick-search\" action=\"{base}/dosearchsite.action\" method=\"get\">\
         <input id=\"quick-search-query\" name=queryString value=\"\"></form>\
         <form action='{base}/admin/users/dosearchusers.action' method='post'>\
         <input type=hidden name=fullName value='somebody else'><input name=username></form>\
         <div id=main>{body}</div>"
    );
    pages::page(class, 200, title, &head, &body)
}
