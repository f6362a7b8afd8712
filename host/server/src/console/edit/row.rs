//! A row's own page, which is also the third step of Add New Mapping: steps with forms made of their
//! options' schemas, what happens without a value, and a preview that follows while somebody types.
//!
//! The whole row is in the form; a button that adds or moves a step sends it and gets it back. Nothing is
//! kept on the server before the difference was seen and saved.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use attune_wasm::Kind;
use attune_wasm::registry::Snapshot;
use axum::extract::Path;
use serde_json::{Map, Value as Json};

use super::super::filters;
use super::super::form::{Fields, encoded};
use super::super::page::{Answer, Page, Visit, to};
use super::super::shown::cut;
use super::change::{self, Edited};
use super::new::named;
use super::options::{self, OptionField};
use super::preview::{self, Row as Previewed};
use crate::connector::Loaded;
use crate::fault::Failure;
use crate::mapping::{self, Draft, DraftStep, SetOrder, Written};

/// How long a page waits for plugins that nobody used yet; those that come later are listed next time.
const PATIENCE: Duration = Duration::from_millis(1500);

#[derive(Template)]
#[template(path = "mapping_steps.html")]
struct Editor {
    page: Page,
    connector: String,
    title: String,
    step: u32,
    target: String,
    kind: String,
    field: String,
    is_new: bool,
    from: String,
    source: Vec<Part>,
    steps: Vec<StepBox>,
    library: Vec<Group>,
    missing: String,
    apply: String,
    existing: String,
    default: String,
    preview: Vec<Previewed>,
    preview_error: String,
}

struct Part {
    name: &'static str,
    value: String,
}

struct StepBox {
    index: usize,
    function: String,
    about: String,
    options: Vec<OptionField>,
    error: String,
    is_first: bool,
    is_last: bool,
}

struct Group {
    plugin: String,
    functions: Vec<Named>,
}

struct Named {
    name: String,
    about: String,
}

/// A row on its way: what the form says.
struct Form {
    target: String,
    kind: String,
    field: String,
    draft: Draft,
    /// What is wrong with options: step, option, why.
    mistakes: Vec<(usize, String, String)>,
}

/// The third step of Add New Mapping.
pub(super) async fn new(visit: &Visit, loaded: &Arc<Loaded>, query: &Fields) -> Answer {
    let form = Form::read(visit, &loaded.connector.name, query)?;
    show_form(visit, loaded, form, true).await
}

/// `GET /connectors/{name}/mappings/{target}/{field}`
pub(super) async fn show(
    visit: Visit,
    Path((name, target, field)): Path<(String, String, String)>,
) -> Answer {
    let loaded = visit.service()?.found(&name)?;
    let read = change::file(&visit, &name)?;
    let draft = match Draft::written(&read.text, (&target, &field)) {
        Written::Row(draft) => *draft,
        Written::Other => return to(&format!("/connectors/{}/file", encoded(&name))),
        Written::Nothing => {
            let message = format!("`{target}` maps no `{field}`");
            return Err(Failure::of("no-such-field", message).into());
        }
    };
    let form = Form {
        target,
        kind: String::new(),
        field,
        draft,
        mistakes: Vec::new(),
    };
    show_form(&visit, &loaded, form, false).await
}

/// `POST /connectors/{name}/mappings/preview`: the same page; the browser takes the preview out of it.
pub(super) async fn preview(visit: Visit, Path(name): Path<String>, fields: Fields) -> Answer {
    let loaded = visit.service()?.found(&name)?;
    let form = Form::read(&visit, &name, &fields)?;
    let is_new = is_new(&visit, &name, &form)?;
    show_form(&visit, &loaded, form, is_new).await
}

/// `POST /connectors/{name}/mappings/edit`
pub(super) async fn act(visit: Visit, Path(name): Path<String>, fields: Fields) -> Answer {
    let loaded = visit.service()?.found(&name)?;
    let mut form = Form::read(&visit, &name, &fields)?;
    let steps = &mut form.draft.steps;
    let (what, at) = fields
        .one("act")
        .split_once('-')
        .unwrap_or((fields.one("act"), ""));
    let at: usize = at.parse().unwrap_or(usize::MAX);
    match what {
        "add" if !fields.one("add").is_empty() => steps.push(DraftStep {
            function: fields.one("add").to_owned(),
            options: Map::new(),
        }),
        "remove" if at < steps.len() => drop(steps.remove(at)),
        "up" if at > 0 && at < steps.len() => steps.swap(at, at - 1),
        "down" if at.saturating_add(1) < steps.len() => steps.swap(at, at + 1),
        "remove" => return review(&visit, &loaded, &form, None).await,
        "review" if form.mistakes.is_empty() => {
            let row = form.draft.row();
            return review(&visit, &loaded, &form, Some(&row)).await;
        }
        _ => {}
    }
    let is_new = is_new(&visit, &name, &form)?;
    show_form(&visit, &loaded, form, is_new).await
}

/// To the difference that the row makes.
async fn review(visit: &Visit, loaded: &Loaded, form: &Form, row: Option<&str>) -> Answer {
    let name = &loaded.connector.name;
    let before = change::file(visit, name)?;
    let order = SetOrder {
        target: &form.target,
        field: &form.field,
        row,
        revision: None,
        is_dry: true,
    };
    let text = mapping::with_row(&before, order).map_err(Failure::from)?;
    let key = match row {
        Some(_) => "mapping-add",
        None => "mapping-remove",
    };
    let edited = Edited {
        name,
        title: visit.say(key),
        is_mapping: true,
        text,
        before,
        back: format!("/connectors/{}/mappings", encoded(name)),
    };
    change::show(visit, edited).await
}

fn is_new(visit: &Visit, name: &str, form: &Form) -> Result<bool, Failure> {
    let read = change::file(visit, name)?;
    let written = Draft::written(&read.text, (&form.target, &form.field));
    Ok(matches!(written, Written::Nothing))
}

async fn show_form(visit: &Visit, loaded: &Arc<Loaded>, form: Form, is_new: bool) -> Answer {
    let connector = &loaded.connector;
    let place = (form.target.as_str(), form.field.as_str());
    let row = form.draft.row();
    let (rows, why) = match preview::rows(visit, loaded, place, &row).await {
        Ok(rows) => (rows, String::new()),
        Err(failure) => (Vec::new(), cut(&failure.message)),
    };
    let library = library(visit).await?;
    let plugins = Arc::clone(&visit.service()?.pin().1.plugins);
    let steps = form.draft.steps.iter().enumerate();
    let last = form.draft.steps.len().saturating_sub(1);
    let steps = steps.map(|(index, step)| {
        let function = function(&plugins, &step.function);
        let (about, schema) = function.clone().unwrap_or_default();
        let prefix = format!("step.{index}.");
        let mut options = options::fields(&schema, &step.options, &prefix);
        for (at, name, why) in &form.mistakes {
            let full = format!("{prefix}{name}");
            let field = options
                .iter_mut()
                .find(|one| *at == index && one.name == full);
            if let Some(field) = field {
                field.error = cut(why);
            }
        }
        StepBox {
            index,
            function: step.function.clone(),
            about,
            options,
            error: match function {
                Some(_) => String::new(),
                None => visit.say("step-unknown"),
            },
            is_first: index == 0,
            is_last: index == last,
        }
    });
    let steps = steps.collect();
    let title = visit.say("mapping-add");
    let title = if is_new { title } else { cut(&form.field) };
    visit.show(&Editor {
        page: visit.page("connectors", title.clone()).await?,
        connector: connector.name.clone(),
        title,
        step: 3,
        from: form.words(visit),
        source: form.source(),
        steps,
        library,
        missing: usual(&form.draft.when_missing, "keep"),
        apply: usual(&form.draft.apply, "always"),
        existing: usual(&form.draft.existing, "overwrite"),
        default: form.draft.default.clone(),
        target: form.target,
        kind: form.kind,
        field: form.field,
        is_new,
        preview: rows,
        preview_error: why,
    })
}

fn usual(word: &str, usual: &str) -> String {
    if word.is_empty() { usual } else { word }.to_owned()
}

impl Form {
    fn read(visit: &Visit, name: &str, fields: &Fields) -> Result<Self, Failure> {
        let plugins = Arc::clone(&visit.service()?.pin().1.plugins);
        let field = named(fields.one("field"), fields.one("kind"));
        let target = fields.one("target").to_owned();
        let typed = fields.one("typed").trim();
        let first = if typed.is_empty() {
            fields.one("from").trim()
        } else {
            typed
        };
        let others = fields.one("others").split(',').map(str::trim);
        let from = std::iter::once(first)
            .chain(others)
            .filter(|one| !one.is_empty());
        let from: Vec<String> = from.map(str::to_owned).collect();
        let mut mistakes = Vec::new();
        let mut steps = Vec::new();
        for index in 0.. {
            let name = fields.one(&format!("step.{index}.use"));
            if name.is_empty() {
                break;
            }
            let schema = function(&plugins, name).map(|(_, schema)| schema);
            let sent = |option: &str| fields.one(&format!("step.{index}.{option}"));
            let (options, wrong) = options::read(&schema.unwrap_or_default(), sent);
            mistakes.extend(wrong.into_iter().map(|(name, why)| (index, name, why)));
            steps.push(DraftStep {
                function: name.to_owned(),
                options,
            });
        }
        let one = |name: &str| fields.one(name).to_owned();
        let mut draft = Draft {
            constant: if from.is_empty() {
                one("constant")
            } else {
                String::new()
            },
            from,
            steps,
            when_missing: one("when-missing"),
            default: one("default"),
            apply: one("apply"),
            existing: one("existing"),
            ..Draft::default()
        };
        let read = change::file(visit, name)?;
        if let Written::Row(written) = Draft::written(&read.text, (&target, &field)) {
            draft.keep_rest(&written);
        }
        Ok(Self {
            target,
            kind: fields.one("kind").to_owned(),
            field,
            draft,
            mistakes,
        })
    }

    /// The source in words.
    fn words(&self, visit: &Visit) -> String {
        match self.draft.from.as_slice() {
            [] if self.draft.constant.is_empty() => visit.say("why-fixed"),
            [] => cut(&self.draft.constant),
            all => cut(&all.join(", ")),
        }
    }

    /// The source as hidden fields.
    fn source(&self) -> Vec<Part> {
        let (first, others) = match self.draft.from.split_first() {
            Some((first, others)) => (first.clone(), others.join(", ")),
            None => (String::new(), String::new()),
        };
        [
            ("from", first),
            ("others", others),
            ("constant", self.draft.constant.clone()),
        ]
        .map(|(name, value)| Part { name, value })
        .into()
    }
}

/// What a function is, and the schema of its options, by the name that rows call it; where its plugin
/// is there.
fn function(plugins: &Snapshot, name: &str) -> Option<(String, Json)> {
    let (first, last) = name.split_once('.')?;
    let (plugin, last) = plugins.step(first, last).ok()?;
    let mut functions = plugin.manifest().functions.iter();
    let found = functions.find(|one| one.name == last)?;
    Some((cut(&found.summary), found.options_schema.clone()))
}

/// Every function that a step may call.
async fn library(visit: &Visit) -> Result<Vec<Group>, Failure> {
    let service = visit.service()?;
    let plugins = Arc::clone(&service.pin().1.plugins);
    let all = Arc::clone(&plugins);
    let load = service.apart(async move |_| {
        for entry in all.entries().filter(|one| one.error().is_none()) {
            // One that cannot be loaded is told on its own page.
            let _loaded = all.plugin(entry.id());
        }
        Ok(())
    });
    let clock = Arc::clone(&service.pin().0.clock);
    tokio::select! {
        _done = load => {}
        () = clock.sleep(PATIENCE) => {}
    }
    let loaded = plugins.entries().filter_map(|entry| entry.loaded());
    let transforms = loaded.filter(|plugin| plugin.kind() == Kind::Transform);
    let groups = transforms.map(|plugin| Group {
        plugin: plugin.id().to_owned(),
        functions: plugin
            .manifest()
            .functions
            .iter()
            .map(|function| Named {
                name: function
                    .full_name
                    .clone()
                    .unwrap_or_else(|| format!("{}.{}", plugin.id(), function.name)),
                about: cut(&function.summary),
            })
            .collect(),
    });
    Ok(groups.filter(|group| !group.functions.is_empty()).collect())
}
