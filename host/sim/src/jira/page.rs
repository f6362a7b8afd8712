//! Pages in HTML as the versions write them: legal, and no two alike.
//!
//! Attributes come in any order and with any quotes, tag names in any case, closing tags where the
//! standard wants them and not everywhere where people write them.

use super::Version;
use crate::pages::{self, text};
use crate::wire::Reply;

/// One property on the page.
pub(super) struct Row<'a> {
    pub(super) key: &'a str,
    pub(super) value: &'a str,
    /// `key=...&name=...`, encoded.
    pub(super) query: String,
}

pub(super) fn properties(
    version: Version,
    token: &str,
    username: &str,
    rows: &[Row<'_>],
    error: &str,
) -> Reply {
    let rows: String = rows.iter().map(|row| table_row(version, row)).collect();
    let error = if error.is_empty() {
        String::new()
    } else {
        format!(
            "<div class=\"aui-message aui-message-error error\"><p>{}</p></div>",
            text(error)
        )
    };
    let head = match version {
        Version::V9 => "<tr><th>Key</th><th>Value</th><th>Actions</th></tr>",
        Version::V10 | Version::V11 => "<tr><th>Key<th>Value<th>Operations",
    };
    let (token, username) = (text(token), text(username));
    let body = format!(
        "<h2>Edit User Properties: {username}</h2>{error}\
         <!-- <tr><td>old</td><td>row</td></tr> -->\
         <table class='aui aui-table-rowhover' id=\"user-properties\">{head}{rows}</table>\
         <form action=\"EditUserProperties!add.jspa\" method=\"post\" class=aui>\
         <input type=hidden name=\"name\" value=\"{username}\">\
         <input name='atl_token' type='hidden' value='{token}'/>\
         <label for=key>Key</label><input class=\"text\" id=key name=key maxlength=\"200\">\
         <input class=\"text\" name=\"value\" maxlength=\"250\">\
         <input type=submit value=\"Add\"></form>"
    );
    page("userproperties.page", "Edit User Properties", &body)
}

fn table_row(version: Version, row: &Row<'_>) -> String {
    let (key, value, query) = (text(row.key), text(row.value), text(&row.query));
    match version {
        Version::V9 => format!(
            "<tr>\n  <td>{key}</td>\n  <td>{value}</td>\n  <td><ul class=\"operations-list\">\
             <li><a href=\"EditUserProperty.jspa?{query}\">Edit</a></li>\
             <li><a href=\"DeleteUserProperty.jspa?{query}\">Delete</a></li></ul></td>\n</tr>"
        ),
        // End tags of cells and rows may be left out.
        Version::V10 => format!(
            "<TR class=vcard><TD>\n   <b>{key}</b>\n<TD data-v=1>\n {value} \n<TD>\
             <A title=\"a > b\" HREF='EditUserProperty.jspa?{query}'>Edit</A> |\
             <A HREF='DeleteUserProperty.jspa?{query}'>Delete</A>"
        ),
        Version::V11 => format!(
            "<tr data-row><td headers=k><span>{key}</span></td><td><!-- v -->{value}</td>\
             <td><a class=\"edit\" href='/jira/secure/admin/user/EditUserProperty.jspa?{query}'>\
             Edit</a><a href='/jira/secure/admin/user/DeleteUserProperty.jspa?{query}'>x</a>"
        ),
    }
}

pub(super) fn no_such_user(username: &str) -> Reply {
    let body = format!(
        "<div class=\"aui-message error\">The user {} does not exist.</div>",
        text(username)
    );
    page("userproperties.nobody", "Error", &body)
}

pub(super) fn log_in(class: &'static str, message: &str) -> Reply {
    let body = format!(
        "<div class=error>{}</div><form method=post id=\"login-form\" action=\"/login.jsp\">\
         <input name=os_username id=\"login-form-username\">\
         <input name='os_password' type='password'>\
         <input type=submit name=login value=\"Log In\"></form>",
        text(message)
    );
    page(class, "Log in - Jira", &body)
}

pub(super) fn sudo(token: &str, destination: &str, message: &str) -> Reply {
    let body = format!(
        "<h2>Administrator Access</h2><div class=\"error\">{}</div>\
         <form action=\"WebSudoAuthenticate.jspa\" method=post id=login-form>\
         <input type=\"password\" name=\"webSudoPassword\">\
         <input type=hidden name=webSudoDestination value=\"{}\">\
         <input type=hidden value=false name=webSudoIsPost>\
         <input type=hidden name=atl_token value='{}'></form>",
        text(message),
        text(destination),
        text(token)
    );
    // Where scripts look for the token (`user_get_websudo` of atlassian-python-api).
    let head = format!(
        "<meta id=\"atlassian-token\" name=\"atlassian-token\" content=\"{}\">{SCRIPT}",
        text(token)
    );
    pages::page("websudo.page", 200, "Administrator Access", &head, &body)
}

/// A script that looks like markup, as the product's pages have several.
const SCRIPT: &str = "<script>var x = \"<td>not a cell</td>\";</script>";

fn page(class: &'static str, title: &str, body: &str) -> Reply {
    pages::page(class, 200, title, SCRIPT, body)
}
