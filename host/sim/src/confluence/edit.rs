//! The administrator's page for a user: the form with the profile, and what becomes of it when it
//! comes back.
//!
//! The rules, by apis.md E2: `userKey` says who is meant; `username`, `fullName` and `email` have to
//! come and are changed where the directory is writable (so another user name renames), and left
//! alone where it is not; every `userparam-*` is stored, and one that is blank or missing removes
//! the value; `personalInformation` is overwritten with what comes, also with nothing. A change that
//! succeeds is answered 302, one that does not is answered 200 with the form, an error, and what was
//! typed.
//!
//! A profile value has at most 255 characters. No page documents that: it is the width of
//! `os_propertyentry.string_val`, the column where Confluence keeps `confluence.user.profile.*`.
//!
//! Ours, to catch a client that does not behave like a browser: a hidden field of another name in
//! each generation has to come back, and a form with `cancel` in it is answered like a success and
//! changes nothing.

use axum::http::Method;

use super::accounts::{Account, Field};
use super::{Site, Version, page};
use crate::pages::{self, encoded};
use crate::session::Visit;
use crate::wire::{Received, Reply};

/// Longest value of a profile's field.
const VALUE_CHARS_MAX: usize = 255;

/// What has to come even where the directory is read-only.
const WANTED: [(Field, &str); 3] = [
    (Field::Username, "You must specify a username."),
    (Field::FullName, "You must specify a full name."),
    (Field::Email, "You must specify a valid email address."),
];

impl Site {
    /// A page of `/admin/users` for somebody who administers.
    pub(super) fn user_page(&self, received: &Received, visit: &Visit, name: &str) -> Reply {
        let is_get = received.method == Method::GET;
        let is_post = received.method == Method::POST;
        match name {
            "viewuser.action" | "edituser.action" if is_get => {
                let username = received.parameter("username").unwrap_or_default();
                let accounts = self.accounts();
                match accounts.by_name(&username) {
                    None => page::no_such_user(self, &username),
                    Some(account) if name == "viewuser.action" => page::view(self, account),
                    Some(account) => page::edit(self, &visit.token, account, ""),
                }
            }
            "doedituser.action" if is_post => self.save(received, visit),
            // Older versions take the request and miss the fields, which are not read from a query.
            "doedituser.action" if is_get && self.version < Version::V9 => {
                self.save(received, visit)
            }
            "doedituser.action" if is_get => {
                let title = "HTTP Status 405 - Method Not Allowed";
                pages::page("method refused", 405, title, "", title).with("allow", "POST")
            }
            _ => Reply::unknown_route(received),
        }
    }

    fn save(&self, received: &Received, visit: &Visit) -> Reply {
        if !self.is_from_our_form(received, visit) {
            return self.token_missing();
        }
        let given = |name: &str| received.field(name);
        let key = given("userKey").or_else(|| received.parameter("userKey"));
        let key = key.unwrap_or_default();
        let mut accounts = self.accounts();
        let Some(held) = accounts.by_key(&key).cloned() else {
            return page::no_such_user(self, &key);
        };
        let view = |account: &Account| {
            let username = encoded(&account.username);
            self.redirect(
                "user.edit",
                &format!("/admin/users/viewuser.action?username={username}"),
            )
        };
        if given("cancel").is_some() {
            return view(&held);
        }
        let typed = self.typed(received, &held);
        let taken = accounts
            .by_name(&typed.username)
            .is_some_and(|other| other.key != held.key);
        let (extra, value) = page::extra_field(self.version);
        let refused = if given("confirm").as_deref() != Some("Submit") {
            Some("The form was not submitted.")
        } else if given(extra).as_deref() != Some(value) {
            Some("The form is out of date. Please reload the page.")
        } else if let Some(message) = missing(received) {
            Some(message)
        } else if taken && !held.is_read_only {
            Some("A user with this username already exists.")
        } else {
            too_long(&typed)
        };
        if let Some(message) = refused {
            return page::edit(self, &visit.token, &typed, message);
        }
        let mut fields = Field::PROFILE.to_vec();
        fields.push(Field::PersonalInformation);
        if !held.is_read_only {
            fields.extend(WANTED.map(|(field, _)| field));
        }
        let is_changed = accounts.write(&typed, &fields);
        let reply = view(accounts.by_key(&key).unwrap_or(&held));
        if is_changed { reply.applied() } else { reply }
    }

    /// The account as the form would have it.
    fn typed(&self, received: &Received, held: &Account) -> Account {
        let mut typed = held.clone();
        let is_trimming = self.settings().is_trimming;
        let texts = WANTED.map(|(field, _)| field);
        for field in texts.into_iter().chain([Field::PersonalInformation]) {
            typed.set(
                field,
                &received.field(field.form_name()).unwrap_or_default(),
            );
        }
        for field in Field::PROFILE {
            let value = received.field(field.form_name()).unwrap_or_default();
            let trimmed = value.trim();
            let is_short = is_trimming || trimmed.is_empty();
            typed.set(field, if is_short { trimmed } else { &value });
        }
        typed
    }
}

/// What the form says of the first field that has to come and did not.
fn missing(received: &Received) -> Option<&'static str> {
    let is_missing = |field: Field| {
        let text = received.field(field.form_name()).unwrap_or_default();
        text.trim().is_empty() || (field == Field::Email && !text.contains('@'))
    };
    let first = WANTED.into_iter().find(|(field, _)| is_missing(*field));
    first.map(|(_, message)| message)
}

fn too_long(typed: &Account) -> Option<&'static str> {
    let is_long = |field: &Field| {
        let value = typed.get(*field).unwrap_or_default();
        value.chars().count() > VALUE_CHARS_MAX
    };
    let is_any = Field::PROFILE.iter().any(is_long);
    is_any.then_some("A value of the profile is longer than 255 characters.")
}

#[cfg(test)]
mod tests;
