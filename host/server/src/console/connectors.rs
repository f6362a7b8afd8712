//! `/connectors`: every connector, and the files that cannot be used.

use askama::Template;
use axum::extract::RawQuery;

use super::filters;
use super::form::Fields;
use super::overview::Row;
use super::page::{Answer, Page, Visit};
use super::shown::cut;
use crate::view;
use crate::view::connectors::Standing;

#[derive(Template)]
#[template(path = "connectors.html")]
struct Connectors {
    page: Page,
    q: String,
    state: String,
    is_filtered: bool,
    rows: Vec<Row>,
    broken: Vec<Broken>,
}

/// A file that cannot be used.
struct Broken {
    file: String,
    line: u32,
    message: String,
}

/// `GET /connectors?q=&state=`
pub(super) async fn show(visit: Visit, RawQuery(query): RawQuery) -> Answer {
    let query = Fields::of(query.unwrap_or_default().as_bytes());
    let (q, state) = (query.one("q").trim(), query.one("state"));
    let service = visit.service()?;
    let all = view::condition::list(service, visit.reader.zone()).await?;
    let wanted = q.to_lowercase();
    let rows = all.iter().map(|one| Row::good(&visit, one));
    let fits = |row: &Row| {
        let text = format!("{} {} {}", row.name, row.provider, row.targets).to_lowercase();
        text.contains(&wanted) && (state.is_empty() || row.state == state)
    };
    visit.show(&Connectors {
        page: visit
            .page("connectors", visit.say("nav-connectors"))
            .await?,
        rows: rows.filter(fits).collect(),
        is_filtered: !q.is_empty() || !state.is_empty(),
        broken: broken(&visit).await?,
        q: cut(q),
        state: state.to_owned(),
    })
}

async fn broken(visit: &Visit) -> Result<Vec<Broken>, super::Refused> {
    let service = visit.service()?;
    let standing = Standing::read(&service.pin().0).await?;
    let mut broken = Vec::new();
    for one in view::connectors::list(service, &standing) {
        let (file, lines) = match one {
            view::connectors::Connector::Running(one) => (one.connector, one.mistakes),
            view::connectors::Connector::Wrong(one) => (one.connector, Some(one.mistakes)),
            view::connectors::Connector::File(_) => continue,
        };
        for text in lines.into_iter().flatten() {
            let (line, message) = place(&text);
            broken.push(Broken {
                file: format!("{file}.toml"),
                line,
                message: cut(message),
            });
        }
    }
    Ok(broken)
}

/// Line and words of a mistake that begins with its place, `connectors/x.toml:14:3: ...`.
fn place(text: &str) -> (u32, &str) {
    let parts = text.split_once(".toml:").and_then(|(_, rest)| {
        let (line, rest) = rest.split_once(':')?;
        let line = line.parse().ok()?;
        let message = rest.split_once(": ").map_or(rest, |(_, message)| message);
        Some((line, message.trim_start()))
    });
    parts.unwrap_or((1, text))
}

/// A provider as people call it.
pub(super) fn provider(visit: &Visit, id: &str) -> String {
    let known = visit.reader.known(&format!("provider-{id}"));
    known.unwrap_or_else(|| cut(id))
}

/// Names of targets.
pub(super) fn targets(names: &[String]) -> String {
    cut(&names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn a_mistake_says_its_line() {
        let text = "connectors/google.toml:14:3: unknown key `shedule`: did you mean it?";
        assert_eq!(place(text), (14, "unknown key `shedule`: did you mean it?"));
        assert_eq!(place("no such file"), (1, "no such file"));
    }
}
