//! `[notify]`: whom the service tells that somebody has to look.
//!
//! Deliberately not here: when something is told, and sending it (`notify`).

use std::path::PathBuf;

use super::layers::Layers;
use super::reader::{Node, Section};
use super::{SecretRef, TextRef};

/// The words of `events`.
const EVENTS: [&str; 6] = [
    "held",
    "quarantined",
    "recovered",
    "secret-expires",
    "not-delivered",
    "stopped",
];

/// `[notify]`: whom the service tells that somebody has to look. Without `webhook` and `mail` nobody.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notify {
    /// `webhook`: a JSON document is posted there.
    pub webhook: Option<Webhook>,
    /// `mail`: a plain text goes to these addresses.
    pub mail: Option<Mail>,
    /// `events`: `held`, `quarantined`, `recovered`, `secret-expires`, `not-delivered`, `stopped`; all
    /// when left out.
    pub events: Vec<String>,
}

/// `webhook = { url = "https://...", secret = { file = "..." } }`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// `url`: a text, or the place of one where the address itself is a secret.
    pub url: TextRef,
    /// `secret`: signs every request.
    pub secret: SecretRef,
    /// `ca-file`: PEM file of authorities that are trusted for it.
    pub ca_file: Option<PathBuf>,
}

/// `mail = { url = "smtps://host:465", from = "...", to = ["..."] }`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// `url`: `smtps://host:465`, or `smtp://host:587`, which is secured before anything is said.
    pub url: String,
    /// `from`: the sender.
    pub from: String,
    /// `to`: the receivers.
    pub to: Vec<String>,
    /// `username`, where the server wants one.
    pub username: Option<String>,
    /// `password` of that user.
    pub password: Option<SecretRef>,
    /// `ca-file`: PEM file of authorities that are trusted for it.
    pub ca_file: Option<PathBuf>,
}

impl Notify {
    /// Whether a way is set up.
    pub fn has(&self, way: &str) -> bool {
        match way {
            "webhook" => self.webhook.is_some(),
            "mail" => self.mail.is_some(),
            _ => false,
        }
    }

    /// Whether notices of this kind are sent.
    pub fn wants(&self, kind: &str) -> bool {
        self.events.is_empty() || self.events.iter().any(|event| event == kind)
    }

    pub(super) fn read(layers: &Layers<'_>) -> Option<Self> {
        let events = layers.list("notify.events")?;
        for event in &events {
            if !EVENTS.contains(&event.as_str()) {
                let all = EVENTS.join(", ");
                layers.wrong("notify.events", &format!("'{event}' is none of: {all}"));
            }
        }
        // Both are read before either is used: all mistakes are told at once.
        let webhook = layers.table("notify.webhook");
        let webhook = webhook.map(|(section, folder)| webhook_of(section, &folder));
        let mail = layers.table("notify.mail");
        let mail = mail.map(|(section, folder)| mail_of(section, &folder));
        Some(Self {
            webhook: webhook.map_or(Some(None), |read| read.map(Some))?,
            mail: mail.map_or(Some(None), |read| read.map(Some))?,
            events,
        })
    }
}

fn webhook_of(section: Section<'_>, folder: &std::path::Path) -> Option<Webhook> {
    let url = section.need("url", "the address that notices are posted to");
    let secret = section.need("secret", "{ env = \"NAME\" } or { file = \"PATH\" }");
    let ca_file = section.get("ca-file").and_then(|node| path(&node, folder));
    let url = url.and_then(|node| {
        let url = TextRef::read(&node, folder)?;
        if let TextRef::Text(text) = &url
            && !text.starts_with("https://")
            && !text.starts_with("http://")
        {
            node.error(
                "it must begin with https://",
                "plain http:// only to this machine",
            );
        }
        Some(url)
    });
    let secret = secret.and_then(|node| SecretRef::read(&node, folder));
    section.finish();
    Some(Webhook {
        url: url?,
        secret: secret?,
        ca_file,
    })
}

fn mail_of(section: Section<'_>, folder: &std::path::Path) -> Option<Mail> {
    let text = |node: Node<'_>| node.full_text().map(str::to_owned);
    let url = section.need("url", "smtps://host:465 or smtp://host:587");
    let from = section.need("from", "the sender, such as attune@example.com");
    let to = section.need("to", "a list of addresses");
    let username = section.get("username").and_then(text);
    let password = section.get("password");
    let password = password.and_then(|node| SecretRef::read(&node, folder));
    let ca_file = section.get("ca-file").and_then(|node| path(&node, folder));
    let url = url.and_then(|node| {
        let url = text(node.clone())?;
        if !url.starts_with("smtps://") && !url.starts_with("smtp://") {
            node.error("it must begin with smtps:// or smtp://", "");
        }
        Some(url)
    });
    let to = to.and_then(|node| {
        let all = node.texts()?;
        if all.is_empty() {
            node.error("it names nobody", "a list of addresses");
        }
        Some(all)
    });
    let from = from.and_then(text);
    section.finish();
    Some(Mail {
        url: url?,
        from: from?,
        to: to?,
        username,
        password,
        ca_file,
    })
}

fn path(node: &Node<'_>, folder: &std::path::Path) -> Option<PathBuf> {
    node.full_text().map(|text| folder.join(text))
}
