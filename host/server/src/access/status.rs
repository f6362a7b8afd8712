//! Which HTTP status a code is answered with: its own where it has one, else by who can do something about
//! it. API and console answer alike.

use axum::http::StatusCode;

use crate::fault::{self, Entry, Fault};

/// The status of a code.
pub(super) fn of(code: &str) -> StatusCode {
    match code {
        "request" | "weak-password" => StatusCode::BAD_REQUEST,
        "token" | "credentials" | "signed-out" => StatusCode::UNAUTHORIZED,
        "triggers-off" | "forbidden" | "cross-site" | "set-up-code" | "sign-in-refused"
        | "undeclared-route" => StatusCode::FORBIDDEN,
        "unknown-plugin" => StatusCode::NOT_FOUND,
        code if code.starts_with("no-such-") => StatusCode::NOT_FOUND,
        "sign-in-service" => StatusCode::BAD_GATEWAY,
        "token-exists" | "admin-exists" => StatusCode::CONFLICT,
        "precondition" => StatusCode::PRECONDITION_REQUIRED,
        "file-changed" | "file-exists" => StatusCode::PRECONDITION_FAILED,
        "disk" | "database" | "no-service" => StatusCode::SERVICE_UNAVAILABLE,
        "internal" => StatusCode::INTERNAL_SERVER_ERROR,
        // What somebody sent, of whoever's making it is.
        code if code.starts_with("plugin-") => StatusCode::UNPROCESSABLE_ENTITY,
        code => fault::find(code).map_or(StatusCode::INTERNAL_SERVER_ERROR, by_entry),
    }
}

fn by_entry(entry: &Entry) -> StatusCode {
    match (entry.exit, entry.fault) {
        (2, _) => StatusCode::UNPROCESSABLE_ENTITY,
        (4, _) => StatusCode::BAD_GATEWAY,
        (3, _) | (_, Fault::Data | Fault::Operator) => StatusCode::CONFLICT,
        (_, Fault::Retry) => StatusCode::SERVICE_UNAVAILABLE,
        (_, Fault::Bug) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_broke_on_our_side_is_a_server_error_without_a_reason() {
        for entry in fault::all() {
            let status = of(entry.code);
            let is_ours = matches!(entry.fault, Fault::Bug | Fault::Retry) || entry.exit == 4;
            let is_told = matches!(
                entry.code,
                "disk" | "database" | "no-service" | "sign-in-service"
            );
            assert!(
                !status.is_server_error() || is_ours || is_told,
                "{}: {status}",
                entry.code
            );
        }
        assert_eq!(of("no-such-run"), StatusCode::NOT_FOUND);
        assert_eq!(of("config"), StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(of("paused"), StatusCode::CONFLICT);
        assert_eq!(of("unheard-of"), StatusCode::INTERNAL_SERVER_ERROR);
    }
}
