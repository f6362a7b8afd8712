//! `source discover`: what the people of a directory really have.

use attune_core::discover::{Attribute, Relation};
use attune_core::plain::visible;
use comfy_table::{Cell, CellAlignment};

use super::args::source::{Discover, SourcePeople};
use super::out::{FAINT, Out, TITLE, WARN, paint};
use super::{Exit, Outcome, Shell, mistaken, report};
use crate::connector::find_source;
use crate::fault::Failure;
use crate::sync::{self, Discovered, Sought};

/// Longest title or row of samples in a table, in characters.
const CELL_CHARS_MAX: usize = 60;
/// Longest selector: those that people write are whole, and can be taken from here.
const SELECTOR_CHARS_MAX: usize = 120;

pub(super) async fn discover(shell: &Shell, args: Discover) -> Outcome {
    let folder = &shell.settings.connectors_dir;
    let file = find_source(folder, &args.connector).map_err(|mistakes| mistaken(&mistakes))?;
    let app = shell.app().await?;
    let found = sync::discover(&app.host, &file, args.people, !args.no_samples).await?;
    app.close().await;
    if shell.out.json {
        shell.out.json(&found);
    } else {
        print(&shell.out, &found);
    }
    Ok(Exit::Good)
}

/// People as the source answers now.
pub(super) async fn people(shell: &Shell, args: SourcePeople) -> Outcome {
    let folder = &shell.settings.connectors_dir;
    let file = find_source(folder, &args.connector).map_err(|mistakes| mistaken(&mistakes))?;
    let app = shell.app().await?;
    let sought = match &args.find {
        Some(name) => Sought::Called(name),
        None => Sought::First(args.people),
    };
    let found = sync::find_people(&app.host, &file, sought).await?;
    app.close().await;
    if shell.out.json {
        shell.out.json(&found);
        return Ok(Exit::Good);
    }
    let mut table = report::plain();
    table.set_header(["person", "called", "names", "about"]);
    for one in &found {
        table.add_row([
            report::shown(&one.person),
            report::shown(&one.called),
            report::shown(&one.names.join(", ")),
            report::shown(&one.about),
        ]);
    }
    shell.out.data(table.to_string());
    Ok(Exit::Good)
}

/// Accepts that an attribute is gone for good.
pub(super) async fn accept(shell: &Shell, connector: &str, selector: &str) -> Outcome {
    let loaded = shell.connector(connector)?;
    let app = shell.app().await?;
    let names = (loaded.connector.id.as_str(), loaded.connector.name.as_str());
    let was_missed = sync::accept_gone(&app.host, names, selector).await?;
    let fills = app.host.store.fills(names.0).await?;
    app.close().await;
    if was_missed {
        shell.out.say(format!(
            "`{}` is gone: from the next run on its rows do what they say about missing values",
            visible(selector)
        ));
        return Ok(Exit::Good);
    }
    let missed = fills.iter().filter(|fill| fill.gone_ms.is_some());
    let missed: Vec<&str> = missed.map(|fill| fill.selector.as_str()).collect();
    let message = format!("no row of `{}` waits for `{selector}`", names.1);
    let hint = if missed.is_empty() {
        "every attribute that people had is delivered".to_owned()
    } else {
        format!("not delivered any more: {}", missed.join(", "))
    };
    Err(Failure::of("nothing-waits", message).hint(hint))
}

fn print(out: &Out, discovered: &Discovered) {
    let found = &discovered.found;
    out.data(format!(
        "{} {} ({}): {} people looked at",
        paint(TITLE, "source"),
        discovered.connector,
        discovered.provider,
        found.people
    ));
    let (seen, empty): (Vec<&Attribute>, Vec<&Attribute>) =
        found.attributes.iter().partition(|one| one.filled > 0);
    if !seen.is_empty() {
        out.data(format!("\n{}", table(&seen)));
    }
    if !found.relations.is_empty() {
        out.data(format!("\n{}", relations(&found.relations)));
    }
    if !empty.is_empty() {
        let more = format!(
            "\n{} more attributes, empty for all of these people: --json lists them",
            empty.len()
        );
        out.data(paint(FAINT, more));
    }
    if found.unreadable > 0 {
        let text = format!("{} of these people could not be read", found.unreadable);
        out.data(paint(WARN, text));
    }
    if !found.is_whole {
        let text = "not everything is shown: some documents are larger or deeper than is looked at";
        out.data(paint(WARN, text));
    }
}

fn table(attributes: &[&Attribute]) -> comfy_table::Table {
    let mut table = report::plain();
    table.set_header(["selector", "title", "kind", "filled", "samples"]);
    for attribute in attributes {
        let samples: Vec<String> = attribute.samples.iter().map(|one| short(one)).collect();
        table.add_row([
            Cell::new(cut(&attribute.selector, SELECTOR_CHARS_MAX)),
            Cell::new(short(&attribute.title)),
            Cell::new(short(&attribute.kinds.join(", "))),
            filled(attribute.percent),
            Cell::new(short(&samples.join(" | "))),
        ]);
    }
    table
}

fn relations(relations: &[Relation]) -> comfy_table::Table {
    let mut table = report::plain();
    table.set_header(["relation", "filled", "selectors"]);
    for relation in relations {
        table.add_row([
            Cell::new(short(&relation.role)),
            filled(relation.percent),
            Cell::new(cut(&relation.selectors.join(" | "), SELECTOR_CHARS_MAX)),
        ]);
    }
    table
}

fn filled(percent: u8) -> Cell {
    Cell::new(format!("{percent} %")).set_alignment(CellAlignment::Right)
}

/// Fit to be shown, on one line.
fn short(text: &str) -> String {
    cut(text, CELL_CHARS_MAX)
}

fn cut(text: &str, most: usize) -> String {
    let visible = visible(text);
    if visible.chars().count() <= most {
        return visible.into_owned();
    }
    let cut: String = visible.chars().take(most - 1).collect();
    format!("{cut}…")
}
