//! The tab Pictures: how many people have one where, and how pictures are kept.

use askama::Template;
use axum::extract::Path;
use serde_json::{Map, Value as Json, json};

use super::super::connector::{Head, frame};
use super::super::filters;
use super::super::form::Fields;
use super::super::page::{Answer, Page, Visit};
use super::change;
use super::errors::Errors;
use super::wanted::{Made, Wanted};
use crate::connector::{Loaded, TargetSpec};
use crate::mapping::{Edit, is_table};

/// Edge in pixels where a file says none.
const SIZE: u32 = 256;

#[derive(Template)]
#[template(path = "connector_pictures.html")]
struct Tab {
    page: Page,
    tab: &'static str,
    connector: Head,
    error: String,
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
    size: String,
    none: &'static str,
    error: String,
}

/// `GET /connectors/{name}/pictures`
pub(super) async fn show(visit: Visit, Path(name): Path<String>) -> Answer {
    let loaded = visit.service()?.found(&name)?;
    page(&visit, &loaded, None, &Errors::default()).await
}

/// The tab, with what somebody typed where they did.
async fn page(visit: &Visit, loaded: &Loaded, typed: Option<&Fields>, errors: &Errors) -> Answer {
    let (page, head, condition) = frame(visit, loaded).await?;
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
        error: errors.summary(visit),
        targets: connector
            .targets
            .iter()
            .map(|target| Target {
                error: errors.of(&target.name),
                ..match typed {
                    Some(fields) => Target::read(&target.name, fields),
                    None => Target::of(target),
                }
            })
            .collect(),
        connector: head,
    })
}

impl Target {
    fn of(target: &TargetSpec) -> Self {
        Self {
            name: target.name.clone(),
            on: target.photo.is_some(),
            size: target.photo.map_or(SIZE, |photo| photo.size).to_string(),
            none: match target.photo {
                Some(photo) if photo.reset_when_none => "reset",
                _ => "keep",
            },
            error: String::new(),
        }
    }

    fn read(name: &str, fields: &Fields) -> Self {
        let of = |part: &str| fields.one(&format!("{name}.{part}"));
        Self {
            name: name.to_owned(),
            on: of("on") == "true",
            size: of("size").trim().to_owned(),
            none: match of("none") {
                "reset" => "reset",
                _ => "keep",
            },
            error: String::new(),
        }
    }
}

/// `POST /connectors/{name}/edit/pictures`
pub(super) async fn edit(visit: Visit, Path(name): Path<String>, fields: Fields) -> Answer {
    let loaded = visit.service()?.found(&name)?;
    let before = change::file(&visit, &name)?;
    let mut wanted = Wanted::default();
    for target in &loaded.connector.targets {
        let now = Target::read(&target.name, &fields);
        match now.size.parse() {
            Ok(size) => put(&mut wanted, target, (&before.text, &now, size)),
            Err(_) if !now.on => put(&mut wanted, target, (&before.text, &now, SIZE)),
            Err(_) => {
                let why = visit.say("pictures-size-wrong");
                wanted.errors.put(&target.name, why);
            }
        }
    }
    match change::of_tab(&visit, "pictures", (before, wanted), &fields).await? {
        Made::Done(shown) => Ok(shown),
        Made::Again(errors) => page(&visit, &loaded, Some(&fields), &errors).await,
    }
}

/// What is another one now.
fn put(wanted: &mut Wanted, target: &TargetSpec, (file, now, size): (&str, &Target, u32)) {
    let resets = now.none == "reset";
    let is_same = match target.photo {
        None => !now.on,
        Some(photo) => now.on && photo.size == size && photo.reset_when_none == resets,
    };
    if is_same {
        return;
    }
    let edit = |rest: &[&str], value: Option<Json>| {
        let path = ["target", target.name.as_str(), "photo"];
        let path = path.iter().chain(rest).map(|&part| part.to_owned());
        Edit {
            path: path.collect(),
            value,
        }
    };
    // A table keeps what the form does not know; a flag has nothing else to say.
    let edits = if now.on && is_table(file, &["target", &target.name, "photo"]) {
        vec![
            edit(&["size"], Some(json!(size))),
            edit(&["none"], Some(json!(now.none))),
        ]
    } else {
        vec![edit(&[], now.on.then(|| photo(size, resets)))]
    };
    wanted.put(&target.name, edits);
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
