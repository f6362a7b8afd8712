//! One field is tried on one person: each step's input and output, with the row of the file or another.
//!
//! Invariant: nothing is written and nothing kept; no target is asked. Deliberately not here: the walk
//! itself, which is that of every run (`sync::trial`).

use super::{Error, edit, meant, mistake};
use crate::connector::{self, Loaded, Scope};
use crate::sync::{self, Explanation, Host, Subject, Trial};

/// What is to be tried.
#[derive(Debug, Clone, Copy)]
pub struct Order<'a> {
    /// The field as reports name it.
    pub field: &'a str,
    /// Only in this target.
    pub target: Option<&'a str>,
    /// A row as TOML, instead of that of the file.
    pub row: Option<&'a str>,
    /// On whom.
    pub subject: Subject<'a>,
}

/// Tries one field of a connector.
pub async fn trial(host: &Host, loaded: &Loaded, order: Order<'_>) -> Result<Trial, Error> {
    let subject = order.subject;
    if subject.user.is_none() && subject.input.is_none() {
        let message = "name somebody, or give a document: there is nobody to try the row on";
        return Err(Error::Usage(message.to_owned()));
    }
    if let Some(input) = subject.input {
        check_input(input)?;
    }
    let mut loaded = match order.row {
        Some(row) => with_row(loaded, row, order)?,
        None => loaded.clone(),
    };
    narrow(&mut loaded, order)?;
    Ok(sync::trial(host, &loaded, subject).await?)
}

/// The same for somebody as they were last read, by their source key: no source is asked. What they
/// were not read for is told as not fetched.
pub async fn trial_kept(
    host: &Host,
    loaded: &Loaded,
    order: Order<'_>,
    key: &str,
) -> Result<Explanation, Error> {
    let mut loaded = match order.row {
        Some(row) => with_row(loaded, row, order)?,
        None => loaded.clone(),
    };
    narrow(&mut loaded, order)?;
    Ok(sync::explain_kept(host, &loaded, key).await?)
}

fn check_input(input: &str) -> Result<(), Error> {
    let why = match serde_json::from_str::<serde_json::Value>(input) {
        Ok(serde_json::Value::Object(_)) => return Ok(()),
        Ok(_) => "it is not an object".to_owned(),
        Err(error) => error.to_string(),
    };
    let hint = "such as '{ \"department\": \"Sales\" }'";
    Err(mistake(
        "the input",
        format!("it is no document: {why}"),
        hint,
    ))
}

/// The connector as if the row stood in its file.
fn with_row(loaded: &Loaded, row: &str, order: Order<'_>) -> Result<Loaded, Error> {
    let row = edit::row(row)?;
    let label = loaded.path.display().to_string();
    let mut text = loaded.kept().text.clone();
    for target in targets(loaded, order)? {
        text = edit::put((&label, &text), (&target, order.field), Some(&row))?.text;
    }
    let entry = connector::load_as(&loaded.path, &text);
    Ok(*entry.result.map_err(Error::Mistakes)?)
}

/// The targets that a row for this field belongs to: those that have one, else the only one.
fn targets(loaded: &Loaded, order: Order<'_>) -> Result<Vec<String>, Error> {
    if let Some(target) = order.target {
        return Ok(vec![target.to_owned()]);
    }
    let all = &loaded.connector.targets;
    let has_field = |target: &&connector::TargetSpec| {
        let mut fields = target.map.fields.iter();
        fields.any(|rows| rows.field.name == order.field)
    };
    let having: Vec<String> = all
        .iter()
        .filter(has_field)
        .map(|one| one.name.clone())
        .collect();
    match (having.is_empty(), all.as_slice()) {
        (false, _) => Ok(having),
        (true, [only]) => Ok(vec![only.name.clone()]),
        (true, several) => {
            let names: Vec<&str> = several.iter().map(|one| one.name.as_str()).collect();
            let message = format!(
                "no target maps `{}` yet, and there are {}: say which with --target",
                order.field,
                names.join(", ")
            );
            Err(Error::Usage(message))
        }
    }
}

/// Leaves nothing but the field: what other rows, scope and pictures want is not read for a trial.
fn narrow(loaded: &mut Loaded, order: Order<'_>) -> Result<(), Error> {
    let connector = &mut loaded.connector;
    let known: Vec<String> = connector
        .targets
        .iter()
        .flat_map(|target| target.map.fields.iter().map(|rows| rows.field.name.clone()))
        .collect();
    connector.scope = Scope::default();
    for target in &mut connector.targets {
        let is_meant = order.target.is_none_or(|name| name == target.name);
        let fields = &mut target.map.fields;
        fields.retain(|rows| is_meant && rows.field.name == order.field);
        target.photo = None;
    }
    connector
        .targets
        .retain(|target| !target.map.fields.is_empty());
    if connector.targets.is_empty() {
        let names: Vec<&str> = known.iter().map(String::as_str).collect();
        return Err(Error::NoField {
            field: order.field.to_owned(),
            hint: format!("{}; or try a row with --row", meant(order.field, &names)),
        });
    }
    Ok(())
}
