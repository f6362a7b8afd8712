//! The difference to a connector file before it is written: what every edit ends with.
//!
//! The page carries the whole new text and the tag of the text that it was made of, so that nothing is
//! kept on the server between looking and saving, and a file that changed meanwhile is never overwritten.
//! It carries what the form sent, too: a button leads back to the form with all of it.

use std::sync::Arc;

use askama::Template;
use axum::extract::Path;
use axum::response::Response;

use super::super::acts::{actor, to_job};
use super::super::filters;
use super::super::form::{Fields, back, encoded};
use super::super::page::{Answer, Page, Visit, to};
use super::super::refused::Refused;
use super::super::shown::cut;
use super::errors::told;
use super::file as tab;
use super::sent::{Hidden, Sent, stays};
use super::wanted::{Made, Wanted};
use crate::connector;
use crate::fault::Failure;
use crate::jobs::Kind;
use crate::mapping::{self, Before, Flaw, Looked, Text};
use crate::settings::SwapPolicy;

/// How long somebody who saves and plans waits for the service to take the file.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);

#[derive(Template)]
#[template(path = "change.html")]
struct Change {
    page: Page,
    connector: String,
    file: String,
    title: String,
    is_mapping: bool,
    step: u32,
    diff: Vec<DiffLine>,
    added: u32,
    removed: u32,
    text: String,
    etag: String,
    effect: Vec<Effect>,
    waits: bool,
    problems: Vec<Problem>,
    can_save: bool,
    back: String,
    form: Sent,
    has_form: bool,
    carried: Vec<Hidden>,
    is_wizard: bool,
    pins: Vec<String>,
}

#[derive(Template)]
#[template(path = "change_unsaved.html")]
struct Unsaved {
    page: Page,
    why: String,
    form: Sent,
    has_form: bool,
    back: String,
}

/// A line of `part/diff.html`.
pub(super) struct DiffLine {
    pub(super) kind: &'static str,
    pub(super) sign: &'static str,
    pub(super) number: String,
    pub(super) text: String,
}

/// A line about what the new file would do.
struct Effect {
    tone: &'static str,
    icon: &'static str,
    text: String,
}

/// Something that is wrong with a text.
pub(super) struct Problem {
    pub(super) line: u32,
    pub(super) message: String,
    pub(super) hint: String,
}

/// An edit on its way to the page.
pub(super) struct Edited<'a> {
    pub(super) name: &'a str,
    pub(super) title: String,
    pub(super) is_mapping: bool,
    /// The file as it was read, and as it is to be.
    pub(super) before: Text,
    pub(super) text: String,
    pub(super) back: String,
    /// What it comes of, for the way back to the form.
    pub(super) form: Sent,
}

/// The file of a connector as it lies there.
pub(super) fn file(visit: &Visit, name: &str) -> Result<Text, Failure> {
    let folder = &visit.service()?.options().connectors_dir;
    let read = tokio::task::block_in_place(|| mapping::read_file(folder, name));
    Ok(read?)
}

/// What a text would be as a connector file.
pub(super) fn look(visit: &Visit, name: &str, text: &str) -> Result<Looked, Failure> {
    let service = visit.service()?;
    let plugins = Arc::clone(&service.pin().1.plugins);
    let folder = &service.options().connectors_dir;
    let looked = tokio::task::block_in_place(|| mapping::look(folder, name, text, &plugins));
    Ok(looked?)
}

/// What the form of a tab comes to: the page that shows its edit, or the form again.
pub(super) async fn of_tab(
    visit: &Visit,
    tab: &str,
    (before, wanted): (Text, Wanted),
    fields: &Fields,
) -> Result<Made<Response>, Refused> {
    let text = match wanted.made(visit, &before, stays(fields))? {
        Made::Done(text) => text,
        Made::Again(errors) => return Ok(Made::Again(errors)),
    };
    let name = before.connector.clone();
    let edited = of_form(visit, (&name, tab), (before, text), fields);
    Ok(Made::Done(show(visit, edited).await?))
}

/// An edit that the form of a tab made.
fn of_form<'n>(
    visit: &Visit,
    (name, tab): (&'n str, &str),
    (before, text): (Text, String),
    fields: &Fields,
) -> Edited<'n> {
    let address = format!("/connectors/{}", encoded(name));
    Edited {
        name,
        title: visit.say(&format!("tab-{tab}")),
        is_mapping: false,
        text,
        before,
        back: format!("{address}/{tab}"),
        form: Sent::of(format!("{address}/edit/{tab}"), fields),
    }
}

/// The page that shows an edit.
pub(super) async fn show(visit: &Visit, edited: Edited<'_>) -> Answer {
    shown(visit, edited, false).await
}

/// The same at the end of the wizard, whose form has the people who are pinned when the file is saved.
pub(super) async fn show_new(visit: &Visit, edited: Edited<'_>) -> Answer {
    shown(visit, edited, true).await
}

async fn shown(visit: &Visit, edited: Edited<'_>, is_wizard: bool) -> Answer {
    let looked = look(visit, edited.name, &edited.text)?;
    let diff = lines(&looked.difference);
    let count = |kind: &str| diff.iter().filter(|line| line.kind == kind).count();
    let (added, removed) = (count("add"), count("del"));
    let taken = taken(visit, edited.name, &edited)?;
    let mut effect: Vec<Effect> = looked
        .notes
        .iter()
        .map(|note| Effect {
            tone: "warn",
            icon: "info",
            text: cut(&note.message),
        })
        .collect();
    effect.extend(taken.iter().map(|one| Effect {
        tone: "warn",
        icon: "hand",
        text: cut(one),
    }));
    let is_same = looked.difference.is_empty();
    let can_save = looked.mistakes.is_empty() && !is_same;
    if can_save {
        effect.push(Effect {
            tone: "ok",
            icon: "check",
            text: visit.say(match visit.service()?.options().swap.policy {
                _ if is_wizard => "wiz-plan-text",
                _ if looked.is_new => "change-new",
                _ if !taken.is_empty() => "change-kept-until",
                SwapPolicy::Manual => "change-manual",
                SwapPolicy::Guarded => "change-guarded",
                SwapPolicy::Auto => "change-auto",
            }),
        });
    }
    visit.show(&Change {
        page: visit.page("connectors", edited.title.clone()).await?,
        connector: edited.before.connector.clone(),
        file: name_of(&edited.before.file),
        title: edited.title,
        is_mapping: edited.is_mapping,
        step: if is_wizard { 7 } else { 4 },
        is_wizard,
        pins: edited.form.all("pin"),
        has_form: !edited.form.action.is_empty(),
        carried: edited.form.carried(&edited.text),
        form: edited.form,
        added: u32::try_from(added).unwrap_or(u32::MAX),
        removed: u32::try_from(removed).unwrap_or(u32::MAX),
        diff,
        text: edited.text,
        etag: edited.before.tag,
        effect,
        waits: can_save && !taken.is_empty(),
        problems: looked.mistakes.iter().map(Problem::from).collect(),
        can_save,
        back: edited.back,
    })
}

/// `POST /connectors/{name}/edit/file`
pub(super) async fn of_text(visit: Visit, Path(name): Path<String>, fields: Fields) -> Answer {
    let before = file(&visit, &name)?;
    // Browsers send the ends of lines as networks do.
    let text = fields.one("text").replace("\r\n", "\n");
    let is_newer = before.tag != fields.one("etag");
    if is_newer || stays(&fields) {
        return tab::typed(&visit, &name, (text, is_newer)).await;
    }
    let edited = of_form(&visit, (&name, "file"), (before, text), &fields);
    show(&visit, edited).await
}

/// `POST /connectors/{name}/file`: writes it.
pub(super) async fn save(visit: Visit, Path(name): Path<String>, fields: Fields) -> Answer {
    let text = fields.one("text").replace("\r\n", "\n");
    let before = match fields.one("etag") {
        "" => Before::Nothing,
        tag => Before::Tag(tag),
    };
    let before_nothing = matches!(before, Before::Nothing);
    let actor = actor(&visit)?.saying(fields.one("comment"));
    let saved = match actor.save_file(&name, &text, before).await {
        Ok(saved) => saved,
        Err(failure) => return unsaved(&visit, failure, &fields).await,
    };
    let name = &saved.connector;
    for key in fields.all("pin").filter(|_| before_nothing) {
        // A new file has its name for an id, unless it says another one.
        let id = connector::load_as(std::path::Path::new(&saved.file), &text);
        let id = id.result.map(|loaded| loaded.connector.id.clone());
        actor
            .pin_key(&id.unwrap_or_else(|_| name.clone()), key)
            .await?;
    }
    let revision = look(&visit, name, &text)?.revision.unwrap_or_default();
    let status = format!("/connectors/{}/status", encoded(name));
    if fields.one("then") != "plan" {
        return to(&status);
    }
    match taken_up(&visit, name, &revision).await? {
        Taken::Runs => {
            let job = actor.run(name, Kind::Plan, "").await?;
            to_job(&visit, job, name).await
        }
        // The plan that it would write was made, and is approved with it.
        Taken::Waits(Some(plan)) => to(&format!("/plans/{}", encoded(&plan))),
        Taken::Waits(None) | Taken::NotYet => to(&status),
    }
}

/// What is told where a text was not saved, with the way back to its form, which is then that of the newer
/// file.
async fn unsaved(visit: &Visit, failure: Failure, fields: &Fields) -> Answer {
    let why = match failure.code.as_str() {
        "file-changed" => visit.say("change-newer"),
        _ => cut(&told(&failure)),
    };
    let refused = Refused::from(failure);
    let status = refused.0.status;
    if status.is_server_error() {
        return Err(refused);
    }
    let title = visit.say("change-unsaved");
    let form = Sent::again(fields);
    let page = Unsaved {
        page: visit.page("connectors", title).await?,
        why,
        has_form: !form.action.is_empty(),
        form,
        back: back(fields.one("back")).to_owned(),
    };
    visit.show_as(status, &page)
}

/// What the service made of a file.
enum Taken {
    /// It runs.
    Runs,
    /// It waits for somebody, with the plan that it would write.
    Waits(Option<String>),
    /// Nothing before patience ended.
    NotYet,
}

async fn taken_up(visit: &Visit, name: &str, revision: &str) -> Result<Taken, Failure> {
    let service = visit.service()?;
    let clock = Arc::clone(&service.pin().0.clock);
    let until = clock.uptime() + PATIENCE;
    while clock.uptime() < until {
        let runs = service.connector(name);
        if runs.is_some_and(|loaded| loaded.revision() == revision) {
            return Ok(Taken::Runs);
        }
        let mut waits = service.waiting().into_iter();
        if let Some(waiting) = waits.find(|one| one.digest == revision) {
            let plan = waiting.plans.into_iter().next();
            return Ok(Taken::Waits(plan.map(|(_, digest)| digest)));
        }
        clock.sleep(std::time::Duration::from_millis(100)).await;
    }
    Ok(Taken::NotYet)
}

/// What the running revision has and the new text has not.
fn taken(visit: &Visit, name: &str, edited: &Edited<'_>) -> Result<Vec<String>, Failure> {
    let service = visit.service()?;
    let Some(running) = service.connector(name) else {
        return Ok(Vec::new());
    };
    let path = std::path::Path::new(&edited.before.file);
    let entry = tokio::task::block_in_place(|| connector::load_as(path, &edited.text));
    let Ok(new) = entry.result else {
        return Ok(Vec::new());
    };
    let taken = connector::taken_away(&running, &new);
    Ok(taken.iter().map(ToString::to_string).collect())
}

/// Lines of a difference as they are shown.
pub(super) fn lines(difference: &[String]) -> Vec<DiffLine> {
    let mut number = 0_u32;
    let mut lines = Vec::with_capacity(difference.len());
    for line in difference {
        let (sign, text) = line.split_at_checked(1).unwrap_or(("", line));
        let (kind, sign) = match sign {
            "+" => ("add", "+"),
            "-" => ("del", "-"),
            "@" => ("hunk", "@"),
            _ => ("", " "),
        };
        if kind == "hunk" {
            let at = text.rsplit(' ').next().unwrap_or_default();
            number = at.parse().unwrap_or(1);
        }
        let is_of_new = matches!(kind, "" | "add");
        lines.push(DiffLine {
            kind,
            sign,
            number: if is_of_new {
                number.to_string()
            } else {
                String::new()
            },
            text: attune_core::plain::visible(text).into_owned(),
        });
        number += u32::from(is_of_new);
    }
    lines
}

/// The name of a file, without its folders.
pub(super) fn name_of(file: &str) -> String {
    let name = std::path::Path::new(file).file_name();
    name.map_or_else(
        || file.to_owned(),
        |name| name.to_string_lossy().into_owned(),
    )
}

impl From<&Flaw> for Problem {
    fn from(flaw: &Flaw) -> Self {
        Self {
            line: u32::try_from(flaw.line).unwrap_or(u32::MAX),
            message: cut(&flaw.message),
            hint: cut(&flaw.hint),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_stay_or_come_are_numbered_as_in_the_new_file() {
        let difference = ["@@ line 4", " a", "-b", "+c", " d"].map(str::to_owned);
        let shown = lines(&difference);
        let shown: Vec<(&str, &str)> = shown
            .iter()
            .map(|line| (line.kind, line.number.as_str()))
            .collect();
        assert_eq!(
            shown,
            [
                ("hunk", ""),
                ("", "4"),
                ("del", ""),
                ("add", "5"),
                ("", "6")
            ]
        );
    }
}
