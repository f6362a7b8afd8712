//! `held` and `held retry`: who could not be brought in tune, and trying them again now.

use std::collections::BTreeSet;

use serde_json::json;

use super::args::HeldRetry;
use super::out::{BAD, GOOD, WARN, paint};
use super::progress::watched;
use super::shell::{Purpose, Work};
use super::{Exit, Outcome, Shell, report};
use crate::fault::{self, Failure};
use crate::store::held::HeldRow;
use crate::sync::{self, Mode, Order};
use crate::view::held::Held;
use crate::view::time;

pub(super) async fn list(shell: &Shell, connector: Option<&str>) -> Outcome {
    let id = match connector {
        Some(name) => Some(shell.connector(name)?.connector.id),
        None => None,
    };
    let app = shell.app().await?;
    let rows = app.host.store.held(id.as_deref()).await?;
    let now_ms = app.host.clock.now().as_millisecond();
    app.close().await;
    if shell.out.json {
        let rows: Vec<_> = rows.iter().map(|row| Held::of(row, now_ms)).collect();
        shell.out.json(&rows);
        return Ok(Exit::Good);
    }
    if rows.is_empty() {
        shell
            .out
            .data("nobody is held: everybody who could be brought in tune is");
        return Ok(Exit::Good);
    }
    let mut table = report::plain();
    table.set_header([
        "connector",
        "person",
        "target",
        "field",
        "why",
        "since",
        "last",
        "tries",
        "next",
        "",
    ]);
    for row in &rows {
        table.add_row([
            report::shown(&row.connector),
            report::shown(&row.person),
            report::shown(&row.target),
            report::shown(&row.field),
            row.code.clone(),
            time(row.first_ms),
            time(row.last_ms),
            row.tries.to_string(),
            next(row),
            if Held::of(row, now_ms).needs_attention {
                paint(WARN, "needs attention")
            } else {
                String::new()
            },
        ]);
    }
    shell.out.data(table.to_string());
    let codes: BTreeSet<&str> = rows.iter().map(|row| row.code.as_str()).collect();
    for code in codes {
        if let Some(entry) = fault::find(code) {
            shell
                .out
                .data(format!("{code}: {} {}", entry.summary, entry.remedy));
        }
    }
    Ok(Exit::Good)
}

/// Tries held people now, one run each; what each came to.
pub(super) async fn retry(shell: &Shell, args: &HeldRetry) -> Outcome {
    let id = match &args.connector {
        Some(name) => Some(shell.connector(name)?.connector.id),
        None => None,
    };
    let app = shell.app().await?;
    let rows = app.host.store.held(id.as_deref()).await?;
    app.close().await;
    let mut people: BTreeSet<(String, String)> = rows
        .into_iter()
        .map(|row| (row.connector, row.person))
        .collect();
    if let Some(user) = &args.user {
        people.retain(|(_, person)| person == user);
        if people.is_empty() {
            let message = format!("nobody called `{user}` is held");
            return Err(Failure::of("no-such-person", message).hint("attune held lists their keys"));
        }
    }
    let (mut well, mut left) = (0_u64, Vec::new());
    let connectors: BTreeSet<String> = people
        .iter()
        .map(|(connector, _)| connector.clone())
        .collect();
    for connector in connectors {
        let of_connector = people.iter().filter(|(of, _)| *of == connector);
        let keys: Vec<&str> = of_connector.map(|(_, person)| person.as_str()).collect();
        let Work { app, loaded, turn } = shell.begin(&connector, Purpose::Writes).await?;
        for person in keys {
            let order = Order::sync(Mode::User(person.to_owned()));
            let done = watched(&shell.out, async |watch| {
                sync::run(&app.host, &loaded, &order, watch).await
            })
            .await;
            let why = match done {
                Ok(done) => {
                    if let Some(stage) = done.stage {
                        stage.finish().await;
                    }
                    let still = app
                        .host
                        .store
                        .held_of(&connector, &[person.to_owned()])
                        .await?;
                    still.first().map(|row| row.code.clone())
                }
                Err(failure) => Some(failure.code).filter(|code| code != "out-of-scope"),
            };
            match why {
                None => well += 1,
                Some(code) => left.push((connector.clone(), person.to_owned(), code)),
            }
        }
        drop(turn);
        app.close().await;
    }
    told(shell, well, &left);
    Ok(if left.is_empty() {
        Exit::Good
    } else {
        Exit::Partly
    })
}

fn told(shell: &Shell, well: u64, left: &[(String, String, String)]) {
    if shell.out.json {
        let left: Vec<_> = left
            .iter()
            .map(|(connector, person, code)| {
                json!({ "connector": connector, "person": person, "code": code })
            })
            .collect();
        shell.out.json(&json!({ "released": well, "held": left }));
        return;
    }
    shell
        .out
        .data(format!("{} {well}", paint(GOOD, "in tune now:")));
    for (connector, person, code) in left {
        let person = report::shown(person);
        shell.out.data(format!(
            "{} {connector} {person}: {code}",
            paint(BAD, "still held:")
        ));
    }
}

fn next(row: &HeldRow) -> String {
    if row.step == 0 {
        "next run".to_owned()
    } else {
        time(row.next_ms)
    }
}
