//! Everything that the console does is possible by API and by command: the table of `tests/golden/parity.md`
//! is made here, and no form of the console may be missing in it.
//!
//! What is done in another way, or not at all, says so: names alone would claim more than there is.

use std::collections::BTreeSet;

use attune_server::{api, cli};

use Way::{Does, Otherwise, Without};

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/golden/parity.md");

/// How something is done without the console.
enum Way {
    /// By this operation or command.
    Does(&'static str),
    /// By this one, and how that is another way than the console's.
    Otherwise(&'static str, &'static str),
    /// By none of them: what there is instead.
    Without(&'static str),
}

impl Way {
    /// The operation or command.
    fn name(&self) -> Option<&'static str> {
        match *self {
            Does(name) | Otherwise(name, _) => Some(name),
            Without(_) => None,
        }
    }

    /// A cell of the table.
    fn cell(&self, before: &str) -> String {
        match *self {
            Does(name) => format!("`{before}{name}`"),
            Otherwise(name, how) => format!("`{before}{name}`, {how}"),
            Without(instead) => instead.to_owned(),
        }
    }
}

/// Coming in and going.
const IS_IN: Way = Without("not by a command: whoever may run commands needs no sign-in");
/// A difference that is looked at.
const VALIDATE: Way = Otherwise("connector validate", "after the file was edited");
/// Both ends of a file that is being made.
const CHECK: Way = Otherwise("check", "once the file is saved");
/// A text that is saved.
const BY_FILE: Way = Without("by editing the file, which is the interface");
/// A form that makes a text of what was entered.
const LOOKED_AT: Way = Otherwise(
    "POST /api/v1/connectors/{name}/validate",
    "of the file with its keys set",
);

/// A form of the console, the operation of the API, and the command.
const SAME: [(&str, Way, Way); 51] = [
    ("POST /sign-in", Does("POST /api/v1/session"), IS_IN),
    (
        "POST /first-use",
        Does("POST /api/v1/set-up"),
        Otherwise(
            "admin code",
            "which makes the code; the password is chosen over HTTP",
        ),
    ),
    ("POST /sign-out", Does("DELETE /api/v1/session"), IS_IN),
    (
        "POST /connectors/{name}/sync",
        Does("POST /api/v1/connectors/{name}/sync"),
        Does("sync"),
    ),
    (
        "POST /connectors/{name}/plan",
        Does("POST /api/v1/connectors/{name}/plan"),
        Does("plan"),
    ),
    (
        "POST /connectors/{name}/pause",
        Does("POST /api/v1/connectors/{name}/pause"),
        Does("connector pause"),
    ),
    (
        "POST /connectors/{name}/resume",
        Does("POST /api/v1/connectors/{name}/resume"),
        Otherwise("connector pause", "with `--off`"),
    ),
    (
        "POST /connectors/{name}/check",
        Does("POST /api/v1/connectors/{name}/check"),
        Does("check"),
    ),
    (
        "POST /connectors/{name}/discover",
        Does("GET /api/v1/connectors/{name}/discover"),
        Does("source discover"),
    ),
    (
        "POST /connectors/{name}/accept",
        Does("POST /api/v1/connectors/{name}/accept"),
        Does("connector accept"),
    ),
    (
        "POST /connectors/new",
        Does("POST /api/v1/connectors/{name}/validate"),
        VALIDATE,
    ),
    (
        "POST /connectors/new/file",
        Does("POST /api/v1/connectors/{name}/validate"),
        VALIDATE,
    ),
    (
        "POST /connectors/new/credentials",
        Does("POST /api/v1/connectors/{name}/unsaved/check"),
        CHECK,
    ),
    (
        "POST /connectors/new/test",
        Does("POST /api/v1/connectors/{name}/unsaved/check"),
        CHECK,
    ),
    (
        "POST /connectors/new/people",
        Does("POST /api/v1/connectors/{name}/unsaved/people"),
        Otherwise("source people", "once the file is saved"),
    ),
    (
        "POST /connectors/new/target",
        Does("POST /api/v1/connectors/{name}/unsaved/check"),
        CHECK,
    ),
    (
        "POST /connectors/new/mappings",
        Does("POST /api/v1/connectors/{name}/unsaved/suggestions"),
        Otherwise("mapping suggest", "once the file is saved"),
    ),
    (
        "POST /connectors/{name}/file",
        Does("PUT /api/v1/connectors/{name}/file"),
        BY_FILE,
    ),
    (
        "POST /connectors/{name}/edit/file",
        Does("POST /api/v1/connectors/{name}/validate"),
        VALIDATE,
    ),
    ("POST /connectors/{name}/edit/pictures", LOOKED_AT, VALIDATE),
    ("POST /connectors/{name}/edit/schedule", LOOKED_AT, VALIDATE),
    ("POST /connectors/{name}/edit/scope", LOOKED_AT, VALIDATE),
    ("POST /connectors/{name}/edit/source", LOOKED_AT, VALIDATE),
    (
        "POST /connectors/{name}/mappings/edit",
        Does("PUT /api/v1/connectors/{name}/targets/{target}/fields/{field}"),
        Does("mapping set"),
    ),
    (
        "POST /connectors/{name}/mappings/move",
        Otherwise(
            "PUT /api/v1/connectors/{name}/file",
            "with the rows in their new order",
        ),
        BY_FILE,
    ),
    (
        "POST /connectors/{name}/mappings/preview",
        Does("POST /api/v1/connectors/{name}/trial"),
        Does("mapping test"),
    ),
    (
        "POST /runs/{id}/cancel",
        Does("POST /api/v1/runs/{id}/cancel"),
        Does("run cancel"),
    ),
    (
        "POST /runs/{id}/undo",
        Does("POST /api/v1/runs/{id}/undo"),
        Does("run undo"),
    ),
    (
        "POST /plans/{digest}/approve",
        Does("POST /api/v1/plans/{digest}/approve"),
        Does("approve"),
    ),
    (
        "POST /plans/{digest}/reject",
        Does("POST /api/v1/plans/{digest}/reject"),
        Does("reject"),
    ),
    (
        "POST /held/retry",
        Does("POST /api/v1/held/retry"),
        Does("held retry"),
    ),
    (
        "POST /people/{name}/{key}/sync",
        Does("POST /api/v1/connectors/{name}/people/{key}/sync"),
        Otherwise("sync", "with `--user`"),
    ),
    (
        "POST /people/{name}/{key}/plan",
        Otherwise("POST /api/v1/connectors/{name}/plan", "with `person`"),
        Otherwise("plan", "with `--user`"),
    ),
    (
        "POST /people/{name}/{key}/pin",
        Does("POST /api/v1/connectors/{name}/pinned"),
        Does("connector pin"),
    ),
    (
        "POST /people/{name}/{key}/unpin",
        Does("DELETE /api/v1/connectors/{name}/pinned/{key}"),
        Otherwise("connector pin", "with `--off`"),
    ),
    (
        "POST /people/{name}/{key}/forget",
        Does("DELETE /api/v1/connectors/{name}/people/{key}"),
        Otherwise("forget", "with `--connector`"),
    ),
    (
        "POST /plugins",
        Does("PUT /api/v1/plugins/{id}/file"),
        Without("by putting the file into the plugins' folder"),
    ),
    (
        "POST /plugins/{id}/swap",
        Does("POST /api/v1/plugins/{id}/swap"),
        Does("plugin swap"),
    ),
    (
        "POST /plugins/{id}/refuse",
        Otherwise(
            "POST /api/v1/plans/{digest}/reject",
            "with the digest of the build",
        ),
        Otherwise("reject", "with the digest of the build"),
    ),
    (
        "POST /plugins/{id}/rollback",
        Does("POST /api/v1/plugins/{id}/rollback"),
        Does("plugin rollback"),
    ),
    (
        "POST /audit/verify",
        Does("GET /api/v1/audit/verify"),
        Otherwise("audit", "with `--verify`"),
    ),
    (
        "POST /settings/tokens",
        Does("POST /api/v1/tokens"),
        Does("token create"),
    ),
    (
        "POST /settings/tokens/{id}/revoke",
        Does("DELETE /api/v1/tokens/{name}"),
        Does("token revoke"),
    ),
    (
        "POST /settings/sessions/{id}/end",
        Does("DELETE /api/v1/sessions/{id}"),
        Otherwise(
            "admin reset",
            "which ends all sessions of an administrator; one alone: not by a command",
        ),
    ),
    (
        "POST /settings/password",
        Otherwise(
            "POST /api/v1/set-up",
            "with a code instead of the password before",
        ),
        Otherwise("admin reset", "which makes that code"),
    ),
    (
        "GET /plans/{digest}/download",
        Otherwise(
            "GET /api/v1/plans/{digest}/changes",
            "page by page; the guards are at `/plans/{digest}`",
        ),
        Otherwise("run show", "with `--json`"),
    ),
    (
        "GET /audit/export",
        Does("GET /api/v1/audit"),
        Otherwise("audit", "with `--json`"),
    ),
    (
        "GET /connectors/{name}/file/download",
        Does("GET /api/v1/connectors/{name}/file"),
        Without("the file itself"),
    ),
    (
        "GET /connectors/{name}/file/{revision}",
        Without("not by the API: only the text of now is answered"),
        Without("not by a command: `run replay` uses it, and shows none of it"),
    ),
    (
        "GET /people/{name}/{key}",
        Does("GET /api/v1/connectors/{name}/people/{key}/explain"),
        Does("explain"),
    ),
    (
        "GET /runs/{id}/events",
        Does("GET /api/v1/runs/{id}/events"),
        Otherwise("runs", "as they are at that moment"),
    ),
];

/// Forms about nothing but how the reader's own browser shows pages.
const OWN: [&str; 2] = ["POST /theme", "POST /settings/you"];

#[test]
fn everything_that_the_console_does_the_api_and_a_command_do() {
    let table = api::table();
    let routes: BTreeSet<String> = table
        .routes()
        .map(|(method, path, _)| format!("{method} {path}"))
        .collect();
    let commands = cli::commands();
    let mut made = "| in the console | by the API | by the command |\n|---|---|---|\n".to_owned();
    for (form, operation, command) in &SAME {
        assert!(routes.contains(*form), "no such form: {form}");
        if let Some(name) = operation.name() {
            assert!(routes.contains(name), "no such operation: {name}");
        }
        if let Some(name) = command.name() {
            let is_there = commands.contains(name);
            assert!(is_there, "no such command: {name} of {commands:?}");
        }
        let (operation, command) = (operation.cell(""), command.cell("attune "));
        let line = format!("| `{form}` | {operation} | {command} |\n");
        made.push_str(&line);
    }
    let known: BTreeSet<&str> = SAME.iter().map(|(form, ..)| *form).chain(OWN).collect();
    let missing: Vec<&String> = routes
        .iter()
        .filter(|route| route.starts_with("POST ") && !route.contains("/api/"))
        .filter(|route| !known.contains(route.as_str()))
        .collect();
    assert!(
        missing.is_empty(),
        "forms without a counterpart: {missing:?}"
    );
    let golden = std::fs::read_to_string(GOLDEN).unwrap_or_default();
    assert!(
        golden == made,
        "tests/golden/parity.md says otherwise; it has to be:\n{made}"
    );
}
