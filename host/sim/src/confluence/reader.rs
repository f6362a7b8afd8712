//! Reads the form for a user's details as a browser would, for this crate's own tests.

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{StartTag, Token, Tokenizer};

/// A form: what a browser sends back, and what it shows and does not send.
#[derive(Debug, Default)]
pub(super) struct Form {
    pub(super) action: String,
    pub(super) fields: Vec<(String, String)>,
    pub(super) disabled: Vec<(String, String)>,
}

impl Form {
    /// The form on the page that goes to `doedituser.action`.
    pub(super) fn read(html: &str) -> Self {
        let mut emitter = DefaultEmitter::default();
        emitter.naively_switch_states(true);
        let mut form: Option<Self> = None;
        let mut area: Option<(String, String)> = None;
        for token in Tokenizer::new_with_emitter(html, emitter).flatten() {
            match token {
                Token::StartTag(tag) if is(&tag.name, b"form") => {
                    let action = attribute(&tag, "action").unwrap_or_default();
                    form = action.contains("doedituser.action").then(|| Self {
                        action,
                        ..Self::default()
                    });
                }
                Token::StartTag(tag) if is(&tag.name, b"textarea") => {
                    area = attribute(&tag, "name").map(|name| (name, String::new()));
                }
                Token::StartTag(tag) if is(&tag.name, b"input") => {
                    if let Some(form) = &mut form {
                        form.input(&tag);
                    }
                }
                Token::String(string) => {
                    if let Some((_, text)) = &mut area {
                        text.push_str(&String::from_utf8_lossy(&string));
                    }
                }
                Token::EndTag(tag) if is(&tag.name, b"textarea") => {
                    if let (Some(form), Some((name, text))) = (&mut form, area.take()) {
                        let text = text.strip_prefix('\n').unwrap_or(&text);
                        form.fields.push((name, text.to_owned()));
                    }
                }
                Token::EndTag(tag) if is(&tag.name, b"form") && form.is_some() => break,
                _ => {}
            }
        }
        form.unwrap_or_else(|| panic!("no form: {html}"))
    }

    fn input(&mut self, tag: &StartTag<()>) {
        let kind = attribute(tag, "type").unwrap_or_default();
        let Some(name) = attribute(tag, "name") else {
            return;
        };
        let value = attribute(tag, "value").unwrap_or_default();
        if kind.eq_ignore_ascii_case("submit") {
            return;
        }
        if attribute(tag, "disabled").is_some() {
            self.disabled.push((name, value));
        } else {
            self.fields.push((name, value));
        }
    }

    /// The value of a field, whether it is sent or not.
    pub(super) fn value(&self, name: &str) -> &str {
        let all = self.fields.iter().chain(&self.disabled);
        let mut found = all.filter(|(key, _)| key == name);
        let value = found.next().map(|(_, value)| value.as_str());
        value.unwrap_or_else(|| panic!("no field {name}: {self:?}"))
    }

    /// Everything that saving wants, with these values instead of those that stand there.
    pub(super) fn filled(&self, changes: &[(&str, &str)]) -> Vec<(String, String)> {
        let all = self.fields.iter().chain(&self.disabled).cloned();
        let mut fields: Vec<(String, String)> = all
            .filter(|(key, _)| changes.iter().all(|(name, _)| name != key))
            .collect();
        let own = changes.iter().chain(&[("confirm", "Submit")]);
        fields.extend(own.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        fields
    }
}

fn is(name: &[u8], wanted: &[u8]) -> bool {
    name == wanted
}

fn attribute(tag: &StartTag<()>, name: &str) -> Option<String> {
    let value = tag.attributes.get(name.as_bytes())?;
    Some(String::from_utf8_lossy(value).into_owned())
}
