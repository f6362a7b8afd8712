//! What a form sent, carried along so that it can be sent again: by the button that leads back to the form,
//! and by the form that saves, for when the file has changed meanwhile.
//!
//! Invariants: nobody types anything twice because of a mistake (WCAG 3.3.7); nothing is kept on the server
//! for it; an address that comes back from a page is one of this console. Deliberately not here: what the
//! fields mean.

use super::super::form::{Fields, back};

/// Fields of buttons: no part of what was typed.
const BUTTONS: [&str; 3] = ["go", "act", "add"];
/// What the names of a form's fields begin with in the form that saves.
const PREFIX: &str = "form:";
/// There, the name of a field that says the same as the text that is saved.
const SAME: &str = "form-text";

/// A field that nobody sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hidden {
    pub(super) name: String,
    pub(super) value: String,
}

/// A form as it was sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sent {
    /// The form's address; empty where there is no form to go back to.
    pub(super) action: String,
    pub(super) fields: Vec<Hidden>,
}

/// Whether somebody comes back to a form, which then shows what they typed.
pub(super) fn stays(fields: &Fields) -> bool {
    fields.one("go") == "stay"
}

impl Sent {
    /// A form without fields.
    pub(super) fn at(action: impl Into<String>) -> Self {
        Self {
            action: action.into(),
            fields: Vec::new(),
        }
    }

    /// Everything but the button.
    pub(super) fn of(action: impl Into<String>, fields: &Fields) -> Self {
        let mut sent = Self::at(action);
        for (name, value) in fields.pairs() {
            if !BUTTONS.contains(&name) {
                sent.put(name, value);
            }
        }
        sent
    }

    /// One more field. Browsers send the ends of lines as networks do, once each time.
    pub(super) fn put(&mut self, name: impl Into<String>, value: &str) {
        self.fields.push(Hidden {
            name: name.into(),
            value: value.replace("\r\n", "\n"),
        });
    }

    /// Every value of a field.
    pub(super) fn all(&self, name: &str) -> Vec<String> {
        let found = self.fields.iter().filter(|field| field.name == name);
        found.map(|field| field.value.clone()).collect()
    }

    /// As fields of the form that saves this text.
    pub(super) fn carried(&self, text: &str) -> Vec<Hidden> {
        let carry = |field: &Hidden| {
            let (name, value) = if field.value == text {
                (SAME.to_owned(), field.name.clone())
            } else {
                (format!("{PREFIX}{}", field.name), field.value.clone())
            };
            Hidden { name, value }
        };
        self.fields.iter().map(carry).collect()
    }

    /// The form that such fields carried.
    pub(super) fn again(fields: &Fields) -> Self {
        let mut sent = Self::at(match fields.one("form") {
            "" => "",
            action => back(action),
        });
        for (name, value) in fields.pairs() {
            if name == SAME {
                sent.put(value, fields.one("text"));
            } else if let Some(name) = name.strip_prefix(PREFIX) {
                sent.put(name, value);
            }
        }
        sent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_comes_back_through_the_form_that_saves() {
        let fields = Fields::of(b"text=a%0D%0Ab&etag=1&x=2&x=3&act=review");
        let sent = Sent::of("/connectors/demo/edit/file", &fields);
        assert_eq!(sent.all("x"), ["2", "3"]);
        assert_eq!(sent.all("act"), Vec::<String>::new());
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("form", &sent.action);
        query.append_pair("text", "a\r\nb");
        for field in sent.carried("a\nb") {
            assert_ne!(field.value, "a\nb", "a text is sent once");
            query.append_pair(&field.name, &field.value);
        }
        let saved = Fields::of(query.finish().as_bytes());
        assert_eq!(Sent::again(&saved), sent);
    }

    #[test]
    fn nobody_is_sent_to_a_form_elsewhere() {
        let fields = Fields::of(b"form=https%3A%2F%2Fevil.example%2F&form%3Ax=1");
        assert_eq!(Sent::again(&fields).action, "/");
        assert_eq!(Sent::again(&Fields::of(b"")), Sent::default());
    }
}
