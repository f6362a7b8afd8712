//! Everything that the console does is possible by API and by command: the table of `tests/golden/parity.md`
//! is made here, and no form of the console may be missing in it.

use std::collections::BTreeSet;

use attune_server::{api, cli};

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/golden/parity.md");

/// A form of the console, the operation of the API, and the command.
const SAME: [(&str, &str, &str); 50] = [
    ("POST /sign-in", "POST /api/v1/session", "token create"),
    ("POST /first-use", "POST /api/v1/set-up", "admin code"),
    ("POST /sign-out", "DELETE /api/v1/session", "token revoke"),
    (
        "POST /connectors/{name}/sync",
        "POST /api/v1/connectors/{name}/sync",
        "sync",
    ),
    (
        "POST /connectors/{name}/plan",
        "POST /api/v1/connectors/{name}/plan",
        "plan",
    ),
    (
        "POST /connectors/{name}/pause",
        "POST /api/v1/connectors/{name}/pause",
        "connector pause",
    ),
    (
        "POST /connectors/{name}/resume",
        "POST /api/v1/connectors/{name}/resume",
        "connector pause",
    ),
    (
        "POST /connectors/{name}/check",
        "POST /api/v1/connectors/{name}/check",
        "check",
    ),
    (
        "POST /connectors/{name}/discover",
        "GET /api/v1/connectors/{name}/discover",
        "source discover",
    ),
    (
        "POST /connectors/{name}/accept",
        "POST /api/v1/connectors/{name}/accept",
        "connector accept",
    ),
    (
        "POST /connectors/new",
        "POST /api/v1/connectors/{name}/validate",
        "connector validate",
    ),
    (
        "POST /connectors/new/file",
        "POST /api/v1/connectors/{name}/validate",
        "connector validate",
    ),
    (
        "POST /connectors/new/credentials",
        "POST /api/v1/connectors/{name}/unsaved/check",
        "check",
    ),
    (
        "POST /connectors/new/test",
        "POST /api/v1/connectors/{name}/unsaved/check",
        "check",
    ),
    (
        "POST /connectors/new/people",
        "POST /api/v1/connectors/{name}/unsaved/people",
        "source people",
    ),
    (
        "POST /connectors/new/target",
        "POST /api/v1/connectors/{name}/unsaved/check",
        "check",
    ),
    (
        "POST /connectors/new/mappings",
        "POST /api/v1/connectors/{name}/unsaved/suggestions",
        "mapping suggest",
    ),
    (
        "POST /connectors/{name}/file",
        "PUT /api/v1/connectors/{name}/file",
        "connector fmt",
    ),
    (
        "POST /connectors/{name}/edit/file",
        "POST /api/v1/connectors/{name}/validate",
        "connector validate",
    ),
    (
        "POST /connectors/{name}/edit/pictures",
        "POST /api/v1/connectors/{name}/validate",
        "connector validate",
    ),
    (
        "POST /connectors/{name}/edit/schedule",
        "POST /api/v1/connectors/{name}/validate",
        "connector validate",
    ),
    (
        "POST /connectors/{name}/edit/scope",
        "POST /api/v1/connectors/{name}/validate",
        "connector validate",
    ),
    (
        "POST /connectors/{name}/edit/source",
        "POST /api/v1/connectors/{name}/validate",
        "connector validate",
    ),
    (
        "POST /connectors/{name}/mappings/edit",
        "PUT /api/v1/connectors/{name}/targets/{target}/fields/{field}",
        "mapping set",
    ),
    (
        "POST /connectors/{name}/mappings/move",
        "PUT /api/v1/connectors/{name}/file",
        "connector fmt",
    ),
    (
        "POST /connectors/{name}/mappings/preview",
        "POST /api/v1/connectors/{name}/trial",
        "mapping test",
    ),
    (
        "POST /runs/{id}/cancel",
        "POST /api/v1/runs/{id}/cancel",
        "run cancel",
    ),
    (
        "POST /runs/{id}/undo",
        "POST /api/v1/runs/{id}/undo",
        "run undo",
    ),
    (
        "POST /plans/{digest}/approve",
        "POST /api/v1/plans/{digest}/approve",
        "approve",
    ),
    (
        "POST /plans/{digest}/reject",
        "POST /api/v1/plans/{digest}/reject",
        "reject",
    ),
    ("POST /held/retry", "POST /api/v1/held/retry", "held retry"),
    (
        "POST /people/{name}/{key}/sync",
        "POST /api/v1/connectors/{name}/people/{key}/sync",
        "sync",
    ),
    (
        "POST /people/{name}/{key}/plan",
        "POST /api/v1/connectors/{name}/plan",
        "plan",
    ),
    (
        "POST /people/{name}/{key}/pin",
        "POST /api/v1/connectors/{name}/pinned",
        "connector pin",
    ),
    (
        "POST /people/{name}/{key}/unpin",
        "DELETE /api/v1/connectors/{name}/pinned/{key}",
        "connector pin",
    ),
    (
        "POST /people/{name}/{key}/forget",
        "DELETE /api/v1/connectors/{name}/people/{key}",
        "forget",
    ),
    (
        "POST /plugins",
        "PUT /api/v1/plugins/{id}/file",
        "plugin watch",
    ),
    (
        "POST /plugins/{id}/swap",
        "POST /api/v1/plugins/{id}/swap",
        "plugin swap",
    ),
    (
        "POST /plugins/{id}/refuse",
        "POST /api/v1/plans/{digest}/reject",
        "reject",
    ),
    (
        "POST /plugins/{id}/rollback",
        "POST /api/v1/plugins/{id}/rollback",
        "plugin rollback",
    ),
    ("POST /audit/verify", "GET /api/v1/audit/verify", "audit"),
    (
        "POST /settings/tokens",
        "POST /api/v1/tokens",
        "token create",
    ),
    (
        "POST /settings/tokens/{id}/revoke",
        "DELETE /api/v1/tokens/{name}",
        "token revoke",
    ),
    (
        "POST /settings/sessions/{id}/end",
        "DELETE /api/v1/sessions/{id}",
        "admin reset",
    ),
    (
        "POST /settings/password",
        "POST /api/v1/set-up",
        "admin code",
    ),
    (
        "GET /plans/{digest}/download",
        "GET /api/v1/plans/{digest}/changes",
        "plan",
    ),
    ("GET /audit/export", "GET /api/v1/audit", "audit"),
    (
        "GET /connectors/{name}/file/download",
        "GET /api/v1/connectors/{name}/file",
        "connector list",
    ),
    (
        "GET /people/{name}/{key}",
        "GET /api/v1/connectors/{name}/people/{key}/explain",
        "explain",
    ),
    (
        "GET /runs/{id}/events",
        "GET /api/v1/runs/{id}/events",
        "runs",
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
    for (form, operation, command) in SAME {
        assert!(routes.contains(form), "no such form: {form}");
        assert!(routes.contains(operation), "no such operation: {operation}");
        assert!(
            commands.contains(command),
            "no such command: {command} of {commands:?}"
        );
        let line = format!("| `{form}` | `{operation}` | `attune {command}` |\n");
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
