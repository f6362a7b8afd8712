//! A connector file on its way through the steps: its name, its text, and the people who were chosen.
//!
//! What a step's form sent is put into the text at once, right or wrong, so that nobody enters anything
//! twice (WCAG 3.3.7). Deliberately not here: whether the text is right.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value as Json};

use super::super::super::form::Fields;
use super::super::begin;
use super::super::change::Edited;
use super::super::sent::Sent;
use super::rows;
use crate::connector::said;
use crate::fault::Failure;
use crate::mapping::{Edit, Text, edited};

/// A file that is being made.
#[derive(Debug, Clone, Default)]
pub(super) struct Draft {
    /// The file's name without `.toml`.
    pub(super) name: String,
    /// What it says so far.
    pub(super) text: String,
    /// Source keys of the people who were chosen.
    pub(super) pins: Vec<Pin>,
    /// The provider did not answer: it is not asked again before somebody says so.
    pub(super) is_offline: bool,
}

/// Somebody who was chosen, and what they are called by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pin {
    pub(super) key: String,
    pub(super) called: String,
}

/// What `wizard.html` shows of every step.
pub(super) struct Step {
    pub(super) action: &'static str,
    pub(super) name: String,
    pub(super) text: String,
    pub(super) pins: Vec<Pin>,
    pub(super) is_offline: bool,
    pub(super) error: String,
    /// What the button says that leads on.
    pub(super) next: String,
}

impl Draft {
    /// What a form carried.
    pub(super) fn of(fields: &Fields) -> Self {
        let pin = |key: &str| Pin {
            key: key.to_owned(),
            called: fields.one(&format!("called:{key}")).to_owned(),
        };
        Self {
            name: fields.one("name").trim().to_owned(),
            // Browsers send the ends of lines as networks do.
            text: fields.one("text").replace("\r\n", "\n"),
            pins: fields.all("pin").map(pin).collect(),
            is_offline: fields.has("offline"),
        }
    }

    /// The example of a provider, whom nobody asks for anything.
    pub(super) fn example(query: &Fields) -> Self {
        let provider = begin::provider_of(query.one("provider"));
        Self {
            name: format!("{}-main", provider.id),
            text: begin::beginning(provider),
            pins: Vec::new(),
            is_offline: true,
        }
    }

    /// What the text says, as JSON.
    pub(super) fn said(&self) -> Json {
        said("the file", &self.text).unwrap_or_default()
    }

    /// The provider that it names.
    pub(super) fn provider(&self) -> String {
        let said = self.said();
        let provider = said.pointer("/source/provider").and_then(Json::as_str);
        provider.unwrap_or_default().to_owned()
    }

    /// What is set of the provider's options.
    pub(super) fn options(&self) -> Map<String, Json> {
        let said = self.said();
        let options = said.pointer("/source/options").and_then(Json::as_object);
        options.cloned().unwrap_or_default()
    }

    /// The name of its target; empty where it has none.
    pub(super) fn target(&self) -> String {
        let said = self.said();
        let targets = said.get("target").and_then(Json::as_object);
        let first = targets.and_then(|all| all.keys().next());
        first.cloned().unwrap_or_default()
    }

    /// Changes keys of the text.
    pub(super) fn edit(&mut self, edits: &[Edit]) -> Result<(), Failure> {
        self.text = edited(&self.text, edits)?;
        Ok(())
    }

    /// Where its file will be.
    pub(super) fn path(&self, folder: &Path) -> PathBuf {
        folder.join(format!("{}.toml", self.name))
    }

    /// The text as that of a file.
    pub(super) fn as_text(&self) -> Text {
        Text {
            connector: self.name.clone(),
            file: format!("{}.toml", self.name),
            text: self.text.clone(),
            tag: String::new(),
        }
    }

    /// The new file beside none.
    pub(super) fn edited<'d>(&'d self, title: String, folder: &Path) -> Edited<'d> {
        let laid_out = crate::connector::laid_out(&self.name, &self.text);
        let text = laid_out.unwrap_or_else(|_| self.text.clone());
        Edited {
            name: &self.name,
            title,
            is_mapping: false,
            before: Text {
                connector: self.name.clone(),
                file: self.path(folder).display().to_string(),
                text: String::new(),
                tag: String::new(),
            },
            form: self.sent(&text),
            text,
            back: "/connectors".to_owned(),
        }
    }

    /// The form of the step before the last, with this text.
    fn sent(&self, text: &str) -> Sent {
        let mut sent = Sent::at(rows::ACTION);
        sent.put("name", &self.name);
        sent.put("text", text);
        for pin in &self.pins {
            sent.put("pin", &pin.key);
            sent.put(format!("called:{}", pin.key), &pin.called);
        }
        if self.is_offline {
            sent.put("offline", "1");
        }
        sent
    }

    /// What every step shows of it.
    pub(super) fn step(&self, action: &'static str, next: String, error: String) -> Step {
        Step {
            action,
            name: self.name.clone(),
            text: self.text.clone(),
            pins: self.pins.clone(),
            is_offline: self.is_offline,
            error,
            next,
        }
    }
}

/// A key at a path of which a part may have dots in it.
pub(super) fn key(path: &[&str], value: Option<Json>) -> Edit {
    Edit {
        path: path.iter().map(|&part| part.to_owned()).collect(),
        value,
    }
}
