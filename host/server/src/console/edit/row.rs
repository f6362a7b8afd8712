//! A row's own page, which is also the third step of Add New Mapping: steps with forms made of their
//! options' schemas, what happens without a value, and a preview that follows while somebody types.
//!
//! The whole row is in the form; a button that adds or moves a step sends it and gets it back, right or wrong.
//! Nothing is kept on the server before the difference was seen and saved.

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
use super::errors::{Errors, told};
use super::new::step_at;
use super::options::{self, OptionField};
use super::preview::{self, Row as Previewed};
use super::sent::{Hidden, Sent, stays};
use super::typed::{Form, Step};
use crate::connector::Loaded;
use crate::fault::Failure;
use crate::mapping::{Draft, DraftStep, Written};

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
    error: String,
    from: String,
    source: Vec<Hidden>,
    steps: Vec<StepBox>,
    library: Vec<Group>,
    missing: String,
    apply: String,
    existing: String,
    default: String,
    preview: Vec<Previewed>,
    preview_error: String,
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

/// The third step of Add New Mapping.
pub(super) async fn new(visit: &Visit, loaded: &Arc<Loaded>, query: &Fields) -> Answer {
    let mut form = Form::read(visit, &loaded.connector.name, query)?;
    form.is_new = true;
    show_form(visit, loaded, form).await
}

/// `GET /connectors/{name}/mappings/{target}/{field}`
pub(super) async fn show(
    visit: Visit,
    Path((name, target, field)): Path<(String, String, String)>,
) -> Answer {
    let loaded = visit.service()?.found(&name)?;
    let read = change::file(&visit, &name)?;
    let mut draft = match Draft::written(&read.text, (&target, &field)) {
        Written::Row(draft) => *draft,
        Written::Other => {
            let rows = if has_several(&loaded, (&target, &field)) {
                "several"
            } else {
                "other"
            };
            let name = encoded(&name);
            return to(&format!("/connectors/{name}/file?rows={rows}"));
        }
        Written::Nothing => {
            let message = format!("`{target}` maps no `{field}`");
            return Err(Failure::of("no-such-field", message).into());
        }
    };
    let steps = std::mem::take(&mut draft.steps).into_iter();
    let form = Form {
        target,
        kind: String::new(),
        field,
        draft,
        steps: steps.map(Step::from).collect(),
        is_new: false,
        errors: Errors::default(),
    };
    show_form(&visit, &loaded, form).await
}

/// Whether a field has more rows than one form shows.
fn has_several(loaded: &Loaded, (target, field): (&str, &str)) -> bool {
    let targets = loaded.connector.targets.iter();
    let mut fields = targets
        .filter(|one| one.name == target)
        .flat_map(|one| &one.map.fields);
    fields.any(|rows| rows.field.name == field && rows.rows.len() > 1)
}

/// `POST /connectors/{name}/mappings/preview`: the same page; the browser takes the preview out of it.
pub(super) async fn preview(visit: Visit, Path(name): Path<String>, fields: Fields) -> Answer {
    let loaded = visit.service()?.found(&name)?;
    let form = Form::read(&visit, &name, &fields)?;
    show_form(&visit, &loaded, form).await
}

/// `POST /connectors/{name}/mappings/edit`
pub(super) async fn act(visit: Visit, Path(name): Path<String>, fields: Fields) -> Answer {
    let loaded = visit.service()?.found(&name)?;
    let mut form = Form::read(&visit, &name, &fields)?;
    if stays(&fields) {
        form.errors = form.judged(&change::file(&visit, &name)?, &visit)?;
        return show_form(&visit, &loaded, form).await;
    }
    let steps = &mut form.steps;
    let (what, at) = fields
        .one("act")
        .split_once('-')
        .unwrap_or((fields.one("act"), ""));
    let at: usize = at.parse().unwrap_or(usize::MAX);
    match what {
        "add" if !fields.one("add").is_empty() => steps.push(Step::from(DraftStep {
            function: fields.one("add").to_owned(),
            options: Map::new(),
        })),
        "remove" if at < steps.len() => drop(steps.remove(at)),
        "up" if at > 0 && at < steps.len() => steps.swap(at, at - 1),
        "down" if at.saturating_add(1) < steps.len() => steps.swap(at, at + 1),
        "back" => return to(&step_at(&name, "2", &fields)),
        "remove" => return review(&visit, &loaded, (form, None), &fields).await,
        "review" if steps.iter().all(|step| step.mistakes.is_empty()) => {
            let row = form.row();
            return review(&visit, &loaded, (form, Some(row)), &fields).await;
        }
        _ => {}
    }
    show_form(&visit, &loaded, form).await
}

/// To the difference that the row makes, or makes by going.
async fn review(
    visit: &Visit,
    loaded: &Arc<Loaded>,
    (mut form, row): (Form, Option<String>),
    fields: &Fields,
) -> Answer {
    let name = &loaded.connector.name;
    let before = change::file(visit, name)?;
    let text = match form.put(&before, row.as_deref()) {
        Ok(text) => text,
        Err(failure) => {
            form.errors = Errors::whole(cut(&told(&failure)));
            return show_form(visit, loaded, form).await;
        }
    };
    let key = match row {
        Some(_) => "mapping-add",
        None => "mapping-remove",
    };
    let address = format!("/connectors/{}/mappings", encoded(name));
    let edited = Edited {
        name,
        title: visit.say(key),
        is_mapping: true,
        text,
        before,
        form: Sent::of(format!("{address}/edit"), fields),
        back: address,
    };
    change::show(visit, edited).await
}

async fn show_form(visit: &Visit, loaded: &Arc<Loaded>, form: Form) -> Answer {
    let connector = &loaded.connector;
    let place = (form.target.as_str(), form.field.as_str());
    let row = form.row();
    let (rows, why) = match preview::rows(visit, loaded, place, &row).await {
        Ok(rows) => (rows, String::new()),
        Err(failure) => (Vec::new(), cut(&failure.message)),
    };
    let library = library(visit).await?;
    let plugins = Arc::clone(&visit.service()?.pin().1.plugins);
    let last = form.steps.len().saturating_sub(1);
    let steps = form.steps.iter().enumerate();
    let steps = steps.map(|(index, step)| StepBox {
        is_last: index == last,
        ..StepBox::of(visit, &plugins, (index, step), &form.errors)
    });
    let steps = steps.collect();
    let title = visit.say("mapping-add");
    let title = if form.is_new { title } else { cut(&form.field) };
    visit.show(&Editor {
        page: visit.page("connectors", title.clone()).await?,
        connector: connector.name.clone(),
        title,
        step: 3,
        error: form.errors.summary(visit),
        from: words(visit, &form.draft),
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
        is_new: form.is_new,
        preview: rows,
        preview_error: why,
    })
}

fn usual(word: &str, usual: &str) -> String {
    if word.is_empty() { usual } else { word }.to_owned()
}

/// The source in words.
fn words(visit: &Visit, draft: &Draft) -> String {
    match draft.from.as_slice() {
        [] if draft.constant.is_empty() => visit.say("why-fixed"),
        [] => cut(&draft.constant),
        all => cut(&all.join(", ")),
    }
}

impl StepBox {
    /// The step of a number.
    fn of(
        visit: &Visit,
        plugins: &Snapshot,
        (index, step): (usize, &Step),
        errors: &Errors,
    ) -> Self {
        let function = function(plugins, &step.draft.function);
        let error = match function {
            Some(_) => errors.of(&format!("step.{index}")),
            None => visit.say("step-unknown"),
        };
        let (about, schema) = function.unwrap_or_default();
        let prefix = format!("step.{index}.");
        let mut options = match &step.typed {
            Some(typed) => options::typed(&schema, &prefix, |option| {
                typed.get(option).map_or("", String::as_str)
            }),
            None => options::fields(&schema, &step.draft.options, &prefix),
        };
        for (name, why) in &step.mistakes {
            let full = format!("{prefix}{name}");
            let field = options.iter_mut().find(|one| one.name == full);
            if let Some(field) = field {
                field.error = cut(why);
            }
        }
        Self {
            index,
            function: step.draft.function.clone(),
            about,
            options,
            error,
            is_first: index == 0,
            is_last: false,
        }
    }
}

/// What a function is, and the schema of its options, by the name that rows call it; where its plugin
/// is there.
pub(super) fn function(plugins: &Snapshot, name: &str) -> Option<(String, Json)> {
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
