//! The state of one conversation: what was asked, and the file as it was the last time.

use std::collections::hash_map::DefaultHasher;
use std::collections::{HashMap, HashSet};
use std::hash::{Hash, Hasher};

use attune_plugin::Problem;
use attune_plugin::provider::{
    Attribute, Begin, Document, Finding, Goal, HttpRequest, HttpResponse, Locator, Person, Reply,
    Request, Turn, first_steps,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::Options;
use crate::options::SERVER;
use crate::table::{Line, Table, odd};

/// Half a second between two readings, and as long as a slow export may take.
const WAIT_MS: u32 = 500;
const READINGS_MAX: u32 = 20;
/// The column that names the manager, where there is one.
const MANAGER: &str = "manager";

/// The adapter's state between turns.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Conversation {
    question: Question,
    /// Columns that rows mention.
    wanted: Vec<String>,
    readings: u32,
    /// Of the file at the last reading.
    mark: u64,
}

/// What the whole file is to answer.
#[derive(Debug, Default, Serialize, Deserialize)]
enum Question {
    #[default]
    Everyone,
    People(Vec<String>),
    Probe,
    Discover(u32),
}

impl Conversation {
    pub(crate) fn begin(
        &mut self,
        options: &Options,
        begin: Begin,
        turn: &mut Turn,
    ) -> Result<(), Problem> {
        options.check()?;
        if !begin.groups.is_empty() {
            let message =
                "a file has no groups; say it as a condition on a column: [scope] include";
            return Err(Problem::new("unsupported", message).at("groups"));
        }
        let question = match begin.goal {
            Goal::Everyone => Question::Everyone,
            Goal::People(names) => Question::People(names),
            Goal::Probe => Question::Probe,
            Goal::Discover(people) => Question::Discover(people),
            Goal::ChangesSince(_) => return Err(unsupported("changes")),
            Goal::Pictures(_) => return Err(unsupported("pictures")),
        };
        let mut wanted = first_steps(begin.wanted.iter().map(String::as_str));
        wanted.retain(|name| name != MANAGER);
        *self = Self {
            question,
            wanted,
            ..Self::default()
        };
        self.ask(options, turn);
        Ok(())
    }

    /// Asks for the file (once more).
    pub(crate) fn ask(&mut self, options: &Options, turn: &mut Turn) {
        let locator = Locator::Endpoint(SERVER.to_owned(), options.path.clone());
        let mut request = HttpRequest::get(self.readings, locator);
        request.headers = vec![("Accept".to_owned(), "text/csv".to_owned())];
        turn.send(Request::Http(request));
        self.readings += 1;
    }

    pub(crate) fn replied(
        &mut self,
        options: &Options,
        reply: Reply,
        turn: &mut Turn,
    ) -> Result<(), Problem> {
        let outcome = match reply {
            Reply::Http(response) => self.read(options, &response, turn),
            Reply::Failed(why) => Err(why.problem("the file")),
            Reply::Ldap(_) => Err(odd("it is an LDAP page")),
        };
        match (outcome, &self.question) {
            (Err(problem), Question::Probe) if problem.code != "unavailable" => {
                turn.finding(Finding::bad("file", problem.message, "see the message"));
                turn.complete(0);
                Ok(())
            }
            (outcome, _) => outcome,
        }
    }

    fn read(
        &mut self,
        options: &Options,
        response: &HttpResponse,
        turn: &mut Turn,
    ) -> Result<(), Problem> {
        check_status(response)?;
        let mut hasher = DefaultHasher::new();
        response.body.hash(&mut hasher);
        let last = std::mem::replace(&mut self.mark, hasher.finish());
        if self.readings == 1 || last != self.mark {
            if self.readings >= READINGS_MAX {
                return Err(odd("it is another one every time it is read"));
            }
            turn.wake_after(self.readings, WAIT_MS);
            return Ok(());
        }
        self.answer(options, &Table::read(&response.body)?, turn)
    }

    /// The whole file is there.
    fn answer(&self, options: &Options, table: &Table, turn: &mut Turn) -> Result<(), Problem> {
        let people = people(options, table)?;
        let people = match &self.question {
            Question::Everyone => {
                self.check_columns(table)?;
                people
            }
            Question::People(names) => {
                self.check_columns(table)?;
                found(people, names, turn)
            }
            Question::Probe => {
                turn.finding(Finding::good(
                    "file",
                    format!("it is whole and has {} people", people.len()),
                ));
                if let Err(problem) = self.check_columns(table) {
                    let fix = "correct the names in rows and scope, or the export";
                    turn.finding(Finding::bad("columns", problem.message, fix));
                }
                Vec::new()
            }
            Question::Discover(number) => {
                let columns = table
                    .columns
                    .iter()
                    .map(|name| Attribute::new(&selector(name), name, "text"));
                turn.attributes(columns.collect());
                people.into_iter().take(*number as usize).collect()
            }
        };
        let count = u32::try_from(people.len()).unwrap_or(u32::MAX);
        turn.deliver(people);
        turn.complete(count);
        Ok(())
    }

    /// A column that vanished would look like a value that everybody lost.
    fn check_columns(&self, table: &Table) -> Result<(), Problem> {
        let missing = self.wanted.iter().find(|name| table.column(name).is_none());
        missing.map_or(Ok(()), |name| Err(no_column(table, name, name)))
    }
}

/// Everybody in the file.
fn people(options: &Options, table: &Table) -> Result<Vec<Person>, Problem> {
    let column = |name: &String, at: &str| {
        let found = table.column(name);
        found.ok_or_else(|| no_column(table, name, at))
    };
    let key = column(&options.key, "key")?;
    let names = options.names.iter().map(|name| column(name, "names"));
    let names = names.collect::<Result<Vec<usize>, _>>()?;
    let manager = table.column(MANAGER);
    let mut met: HashMap<&str, usize> = HashMap::new();
    let mut people = Vec::new();
    for line in &table.lines {
        let number = line.number;
        let id = line.cell(Some(key));
        if id.trim().is_empty() {
            return Err(odd(format!("line {number} has no `{}`", options.key)));
        }
        if let Some(other) = met.insert(id, number) {
            let why = format!(
                "`{}` is `{id}` in line {other} and in line {number}",
                options.key
            );
            return Err(Problem::option("key", why));
        }
        let mut person = Person::whole(id.to_owned(), Document::Json(document(table, line)));
        for name in &names {
            person.add_name(line.cell(Some(*name)));
        }
        if !line.cell(manager).is_empty() {
            person.relate(MANAGER, line.cell(manager).to_owned());
        }
        people.push(person);
    }
    Ok(people)
}

/// A line as a JSON object; cells are text.
fn document(table: &Table, line: &Line) -> String {
    let cells = table.columns.iter().zip(&line.cells);
    let members: Map<String, Value> = cells
        .map(|(name, cell)| (name.clone(), cell.clone().into()))
        .collect();
    Value::Object(members).to_string()
}

/// Those of the people who have one of the names; the other names are nobody's.
fn found(people: Vec<Person>, names: &[String], turn: &mut Turn) -> Vec<Person> {
    let mut absent: HashSet<&String> = names.iter().collect();
    let mut found = Vec::new();
    for person in people {
        let has = |name: &str| {
            let mut all = person.names.iter().chain([&person.key]);
            all.any(|own| own.to_lowercase() == name.to_lowercase())
        };
        let mine: Vec<&String> = names.iter().filter(|name| has(name)).collect();
        if !mine.is_empty() {
            absent.retain(|name| !mine.contains(name));
            found.push(person);
        }
    }
    let mut absent: Vec<String> = absent.into_iter().cloned().collect();
    absent.sort();
    turn.absent(absent);
    found
}

fn check_status(response: &HttpResponse) -> Result<(), Problem> {
    let status = response.status;
    let (code, message) = match status {
        200 => return Ok(()),
        401 => (
            "sign-in",
            "the server does not accept the credential `account`",
        ),
        403 => ("permission", "the account may not read the file"),
        404 | 410 => (
            "options",
            "the server has no such file; check the option `path`",
        ),
        429 => ("throttled", "the server is slowing us down"),
        500..=599 => ("unavailable", "the server does not give the file"),
        _ => (
            "bad-answer",
            "an unexpected answer; check the endpoint `server`",
        ),
    };
    Err(Problem::new(code, format!("{message} (status {status})")).at("path"))
}

fn no_column(table: &Table, name: &str, at: &str) -> Problem {
    let known = table.columns.join(", ");
    let message = format!("the file has no column `{name}`; it has {known}");
    Problem::new("options", message).at(at)
}

/// A column's name as a selector.
fn selector(name: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    if name.chars().all(is_plain) {
        return name.to_owned();
    }
    format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
}

fn unsupported(what: &str) -> Problem {
    Problem::new("unsupported", format!("a CSV file has no {what}"))
}
