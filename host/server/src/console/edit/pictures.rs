//! The tab Pictures: how many people have one where, and how pictures are kept.

use askama::Template;
use axum::extract::Path;
use serde_json::{Map, Value as Json, json};

use super::super::connector::{Head, frame};
use super::super::filters;
use super::super::form::{Fields, encoded};
use super::super::page::{Answer, Page, Visit};
use super::change::{self, Edited};
use crate::fault::Failure;
use crate::mapping::{Edit, edited, is_table};

/// Edge in pixels where a file says none.
const SIZE: u32 = 256;

#[derive(Template)]
#[template(path = "connector_pictures.html")]
struct Tab {
    page: Page,
    tab: &'static str,
    connector: Head,
    figures: Vec<Figure>,
    targets: Vec<Target>,
}

struct Figure {
    tone: &'static str,
    what: &'static str,
    much: u64,
    text: String,
}

struct Target {
    name: String,
    on: bool,
    size: u32,
    none: &'static str,
}

/// `GET /connectors/{name}/pictures`
pub(super) async fn show(visit: Visit, Path(name): Path<String>) -> Answer {
    let loaded = visit.service()?.found(&name)?;
    let (page, head, condition) = frame(&visit, &loaded).await?;
    let connector = &loaded.connector;
    let counts = visit.host()?.store.picture_counts(&connector.id).await?;
    let figure = |(target, with): (&String, &u64)| Figure {
        tone: "",
        what: "fig-pictures",
        much: *with,
        text: target.clone(),
    };
    let people = Figure {
        tone: "",
        what: "fig-people",
        much: condition.people,
        text: String::new(),
    };
    visit.show(&Tab {
        page,
        tab: "pictures",
        figures: std::iter::once(people)
            .chain(counts.iter().map(figure))
            .collect(),
        targets: connector
            .targets
            .iter()
            .map(|target| Target {
                name: target.name.clone(),
                on: target.photo.is_some(),
                size: target.photo.map_or(SIZE, |photo| photo.size),
                none: match target.photo {
                    Some(photo) if photo.reset_when_none => "reset",
                    _ => "keep",
                },
            })
            .collect(),
        connector: head,
    })
}

/// `POST /connectors/{name}/edit/pictures`
pub(super) async fn edit(visit: Visit, Path(name): Path<String>, fields: Fields) -> Answer {
    let loaded = visit.service()?.found(&name)?;
    let before = change::file(&visit, &name)?;
    let mut edits = Vec::new();
    for target in &loaded.connector.targets {
        let of = |part: &str| fields.one(&format!("{}.{part}", target.name)).to_owned();
        let size: u32 = of("size").parse().unwrap_or(SIZE);
        let (is_on, resets) = (of("on") == "true", of("none") == "reset");
        let is_same = match target.photo {
            None => !is_on,
            Some(photo) => is_on && photo.size == size && photo.reset_when_none == resets,
        };
        if is_same {
            continue;
        }
        let path = |rest: &[&str]| {
            let begin = ["target", target.name.as_str(), "photo"];
            begin
                .iter()
                .chain(rest)
                .map(|&part| part.to_owned())
                .collect()
        };
        // A table keeps what the form does not know; a flag has nothing else to say.
        if is_on && is_table(&before.text, &["target", &target.name, "photo"]) {
            edits.push(Edit {
                path: path(&["size"]),
                value: Some(json!(size)),
            });
            let none = if resets { "reset" } else { "keep" };
            edits.push(Edit {
                path: path(&["none"]),
                value: Some(json!(none)),
            });
        } else {
            edits.push(Edit {
                path: path(&[]),
                value: is_on.then(|| photo(size, resets)),
            });
        }
    }
    let edited = Edited {
        name: &name,
        title: visit.say("tab-pictures"),
        is_mapping: false,
        text: edited(&before.text, &edits).map_err(Failure::from)?,
        before,
        back: format!("/connectors/{}/pictures", encoded(&name)),
    };
    change::show(&visit, edited).await
}

fn photo(size: u32, resets: bool) -> Json {
    let mut photo = Map::new();
    if size != SIZE {
        photo.insert("size".to_owned(), json!(size));
    }
    if resets {
        photo.insert("none".to_owned(), json!("reset"));
    }
    if photo.is_empty() {
        Json::Bool(true)
    } else {
        Json::Object(photo)
    }
}
