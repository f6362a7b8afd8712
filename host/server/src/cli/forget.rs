//! `forget`: removes what is kept of a person, and says how much of what.

use attune_core::plain::visible;
use serde_json::json;

use super::args::Forget;
use super::{Exit, Outcome, Shell, history, report};
use crate::app::App;
use crate::fault::Failure;
use crate::service::Turn;
use crate::store::forget::Forgotten;
use crate::view;

/// What a file that is not scrubbed means.
const LEFT: &str =
    "another process reads the database: deleted pages may still hold values; run it again";

pub(super) async fn run(shell: &Shell, args: Forget) -> Outcome {
    let app = shell.app().await?;
    // Nobody plans or writes on this data directory meanwhile; in a service it is its turns.
    let _lock = match &shell.service {
        None => Some(app.host.store.lock()?),
        Some(_) => None,
    };
    let store = &app.host.store;
    let connectors = match &args.connector {
        Some(name) => vec![history::connector_id(shell, name)],
        None => store.known_connectors().await?,
    };
    let people = people(&app, &connectors, &args.user).await?;
    let mut told = Forgotten::default();
    let now_ms = app.host.clock.now().as_millisecond();
    for (connector, person) in &people {
        let _turn = turn(shell, connector).await;
        told += store.forget_person(connector, person, now_ms).await?;
    }
    // Also where nothing was found: a forgetting that was stopped has left its pages.
    let is_scrubbed = store.scrub().await?;
    app.close().await;
    let out = &shell.out;
    if out.json {
        let counts = told
            .lines()
            .map(|(noun, count)| (noun.to_owned(), json!(count)));
        let people = people
            .iter()
            .map(|(connector, person)| json!({ "connector": connector, "person": person }));
        out.json(&json!({
            "people": people.collect::<Vec<_>>(),
            "forgotten": serde_json::Map::from_iter(counts),
            "scrubbed": is_scrubbed,
        }));
    } else if people.is_empty() {
        out.data(format!(
            "nothing is kept of anybody called {}",
            visible(&args.user)
        ));
    } else {
        let mut table = report::plain();
        for (noun, count) in told.lines() {
            table.add_row([noun.to_owned(), report::grouped(count)]);
        }
        out.data(table.to_string());
        out.say(
            "What accounts hold at the targets stays, and so do backups that were made before.",
        );
        out.say("Whoever is still in the scope of a connector is read again by its next run: exclude them there first ([scope] in the connector file).");
    }
    if is_scrubbed {
        return Ok(Exit::Good);
    }
    out.warn(LEFT);
    Ok(Exit::Partly)
}

/// The person in each connector; several in one are told, and nothing is forgotten.
async fn people(
    app: &App,
    connectors: &[String],
    user: &str,
) -> Result<Vec<(String, String)>, Failure> {
    let mut people = Vec::new();
    for connector in connectors {
        match view::history::person(&app.host.store, connector, user).await {
            Ok(person) => people.push((connector.clone(), person)),
            Err(failure) if failure.code == "no-such-person" => {}
            Err(failure) => return Err(failure),
        }
    }
    Ok(people)
}

async fn turn(shell: &Shell, connector: &str) -> Option<Turn> {
    match &shell.service {
        Some(service) => Some(service.turn(connector).await),
        None => None,
    }
}
