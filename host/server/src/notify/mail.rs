//! A notice as mail: one plain text to everybody on the list.

use super::Office;
use crate::fault::chain;
use crate::net::{self, MailSpec, Mailer};
use crate::settings::Mail;
use crate::store::notices::Outgoing;

pub(super) async fn send(office: Office<'_>, mail: &Mail, one: &Outgoing) -> Result<(), String> {
    let state = if one.event == "settled" {
        "over"
    } else {
        one.kind.as_str()
    };
    let about = if one.connector.is_empty() {
        "service"
    } else {
        one.connector.as_str()
    };
    let letter = Letter {
        subject: format!("[attune] {about}: {state}"),
        text: if one.hint.is_empty() {
            format!("{}\n", one.message)
        } else {
            format!("{}\n\nWhat to do: {}\n", one.message, one.hint)
        },
        message_id: format!("attune-{}@{}", one.id, domain(&mail.from)),
    };
    post(office, mail, &letter).await
}

/// A mail before it goes out.
struct Letter {
    subject: String,
    text: String,
    /// The same in every attempt, so that a mailbox can tell a repetition.
    message_id: String,
}

/// What stands behind the `@` of an address.
fn domain(address: &str) -> &str {
    let end = address.rsplit('@').next().unwrap_or_default();
    end.trim_end_matches('>')
}

async fn post(office: Office<'_>, mail: &Mail, letter: &Letter) -> Result<(), String> {
    let password = mail
        .password
        .as_ref()
        .map(|place| office.vault.reveal(place));
    let password = password.transpose().map_err(|error| error.to_string())?;
    let spec = MailSpec {
        url: mail.url.clone(),
        ca_file: mail.ca_file.clone(),
        username: mail.username.clone(),
        password,
    };
    let sent = net::Mail {
        from: &mail.from,
        to: &mail.to,
        subject: &letter.subject,
        text: &letter.text,
        message_id: &letter.message_id,
    };
    let mailer = Mailer::open(office.net, spec).map_err(|error| chain(&error))?;
    mailer.send(sent).await.map_err(|error| chain(&error))
}
