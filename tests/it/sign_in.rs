//! Signing in: the first administrator's code, guesses, sessions, and what other sites may not send.

use std::net::IpAddr;
use std::time::Duration;

use attune_server::access::{self, Peer, admins};
use attune_server::fault::Failure;
use axum::http::HeaderMap;
use secrecy::ExposeSecret as _;
use serde_json::json;

use super::access::{Answer, Gate};

const PASSWORD: &str = "four words of a kind";
/// Says that our own page sent it.
const OWN: &str = "sec-fetch-site: same-origin\r\n";

impl Gate {
    async fn code(&self) -> String {
        let code = admins::code(&self.store, self.now_ms()).await.unwrap();
        code.expose_secret().to_owned()
    }

    async fn set_up(&self, code: &str, name: &str, password: &str) -> Answer {
        let body = json!({ "code": code, "name": name, "password": password });
        self.ask("POST /api/v1/set-up", OWN, &body.to_string())
            .await
    }

    async fn sign_in(&self, name: &str, password: &str) -> Answer {
        let body = json!({ "name": name, "password": password });
        self.ask("POST /api/v1/session", OWN, &body.to_string())
            .await
    }

    /// An administrator `ada` and the header line of her session.
    async fn ada(&self) -> String {
        let code = self.code().await;
        cookie(&self.set_up(&code, "Ada", PASSWORD).await)
    }

    async fn session(&self, cookie: &str) -> Answer {
        self.ask("GET /api/v1/session", cookie, "").await
    }
}

/// The header line that a browser sends after this answer.
fn cookie(answer: &Answer) -> String {
    assert!(answer.status < 400, "{answer:?}");
    let set = answer.header("set-cookie").unwrap();
    format!("cookie: {}\r\n", set.split(';').next().unwrap())
}

fn peer(last: u8) -> Peer {
    Peer {
        address: IpAddr::from([192, 0, 2, last]),
        is_tls: false,
        host: "attune.example.com".to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_administrator_comes_by_a_code_that_works_once_and_for_a_quarter_of_an_hour() {
    let gate = Gate::open().await;
    assert!(gate.access.has_no_admin().await.unwrap());
    let nobody = gate.sign_in("admin", "admin").await;
    assert_eq!((nobody.status, nobody.code()), (401, "credentials"));
    let late = gate.code().await;
    gate.clock.advance(admins::CODE_LASTS);
    let refused = gate.set_up(&late, "ada", PASSWORD).await;
    assert_eq!((refused.status, refused.code()), (403, "set-up-code"));
    let replaced = gate.code().await;
    let code = gate.code().await;
    assert_eq!(
        gate.set_up(&replaced, "ada", PASSWORD).await.code(),
        "set-up-code"
    );
    // Whoever mistypes keeps the code.
    assert_eq!(
        gate.set_up(&code, "ada", "too short").await.code(),
        "weak-password"
    );
    assert_eq!(gate.set_up(&code, "a b", PASSWORD).await.code(), "request");
    let typed = code.to_lowercase().replace('-', " ");
    let made = gate.set_up(&typed, "Ada", PASSWORD).await;
    assert_eq!(
        (made.status, &made.body["role"]),
        (200, &"admin".into()),
        "{made:?}"
    );
    assert_eq!(
        (&made.body["name"], &made.body["kind"]),
        (&"ada".into(), &"session".into())
    );
    assert_eq!(gate.session(&cookie(&made)).await.status, 200);
    let twice = gate.set_up(&code, "eve", PASSWORD).await;
    assert_eq!((twice.status, twice.code()), (403, "set-up-code"));
    assert!(!gate.access.has_no_admin().await.unwrap());
    assert_eq!(gate.sign_in("ADA", PASSWORD).await.status, 200);
    let taken = gate.code().await;
    assert_eq!(
        gate.set_up(&taken, "ada", PASSWORD).await.code(),
        "admin-exists"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_who_use_a_code_at_once_one_gets_in() {
    let gate = Gate::open().await;
    let code = gate.code().await;
    let (one, other) = tokio::join!(
        gate.set_up(&code, "one", PASSWORD),
        gate.set_up(&code, "other", PASSWORD)
    );
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 403], "{one:?} {other:?}");
    assert_eq!(gate.store.admins().await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_ten_thousand_guesses_in_an_hour_at_most_thirty_are_looked_at_and_the_password_still_opens()
 {
    let gate = Gate::open().await;
    gate.ada().await;
    let none = HeaderMap::new();
    let mut looked_at = 0;
    for number in 0_u32..10_000 {
        // From everywhere.
        let from = peer(number as u8);
        let guess = ("ada", format!("guess number {number}").into());
        let refused = gate.access.sign_in(guess, &from, &none).await.unwrap_err();
        match refused.failure.code.as_str() {
            "credentials" => looked_at += 1,
            "sign-in-wait" => assert!(refused.retry_after_seconds().unwrap() <= 300),
            other => panic!("{other}"),
        }
        gate.clock.advance(Duration::from_millis(360));
    }
    assert!((10..=30).contains(&looked_at), "{looked_at}");
    // Nobody is locked out for longer than five minutes.
    gate.clock.advance(Duration::from_mins(5));
    let right = ("ada", PASSWORD.into());
    assert!(gate.access.sign_in(right, &peer(1), &none).await.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_that_nobody_has_is_answered_like_a_wrong_password() {
    let gate = Gate::open().await;
    gate.ada().await;
    for round in 0..12 {
        let answers = [
            gate.access
                .sign_in(("ada", "x".into()), &peer(1), &HeaderMap::new())
                .await,
            gate.access
                .sign_in(("eve", "x".into()), &peer(2), &HeaderMap::new())
                .await,
        ];
        let [known, unknown] = answers.map(Result::unwrap_err);
        assert_eq!(known, unknown, "round {round}");
    }
    let log = gate.store.audit_log(100, 0).await.unwrap();
    let tried: Vec<&str> = log
        .iter()
        .filter(|one| one.what == "sign-in")
        .map(|one| one.object.as_str())
        .collect();
    assert_eq!(tried.len(), 10, "{tried:?}");
    assert!(!tried.contains(&"eve"), "what was typed may be a password");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_ends_after_half_an_hour_without_a_request_and_after_twelve_hours() {
    let gate = Gate::open().await;
    let idle = gate.ada().await;
    gate.clock
        .advance(Duration::from_millis(access::IDLE_MS.unsigned_abs() - 1));
    assert_eq!(gate.session(&idle).await.status, 200);
    gate.clock
        .advance(Duration::from_millis(access::IDLE_MS.unsigned_abs()));
    let over = gate.session(&idle).await;
    assert_eq!((over.status, over.code()), (401, "signed-out"));
    assert_eq!(gate.session(&idle).await.status, 401);
    let busy = cookie(&gate.sign_in("ada", PASSWORD).await);
    let step = Duration::from_mins(20);
    for _ in 0..35 {
        gate.clock.advance(step);
        assert_eq!(gate.session(&busy).await.status, 200);
    }
    gate.clock.advance(step);
    assert_eq!(gate.session(&busy).await.status, 401, "twelve hours");
    assert!(gate.access.sessions().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_sign_in_is_a_new_session_that_is_listed_ended_and_gone_with_its_administrator() {
    let gate = Gate::open().await;
    let first = gate.ada().await;
    let body = json!({ "name": "ada", "password": PASSWORD }).to_string();
    let headers = format!("{OWN}{first}");
    let again = gate.ask("POST /api/v1/session", &headers, &body).await;
    let second = cookie(&again);
    assert_ne!(first, second);
    assert_eq!(
        gate.session(&first).await.status,
        401,
        "the one before ended"
    );
    let third = cookie(&gate.sign_in("ada", PASSWORD).await);
    let listed = gate.ask("GET /api/v1/sessions", &second, "").await;
    let listed = listed.body["sessions"].as_array().unwrap().clone();
    assert_eq!(listed.len(), 2, "{listed:?}");
    let secret = |line: &str| line.trim().split_once('=').unwrap().1.to_owned();
    assert!(!json!(listed).to_string().contains(&secret(&second)));
    let id = gate.session(&third).await.body["session"].clone();
    assert!(listed.iter().any(|one| one["id"] == id), "{id} {listed:?}");
    let line = format!("DELETE /api/v1/sessions/{}", id.as_str().unwrap());
    let own = format!("{OWN}{second}");
    assert_eq!(gate.ask(&line, &own, "").await.status, 204);
    assert_eq!(gate.session(&third).await.status, 401);
    let twice = gate.ask(&line, &own, "").await;
    assert_eq!((twice.status, twice.code()), (404, "no-such-session"));
    let fourth = cookie(&gate.sign_in("ada", PASSWORD).await);
    let out = gate
        .ask("DELETE /api/v1/session", &format!("{OWN}{fourth}"), "")
        .await;
    assert_eq!(out.status, 204);
    assert!(out.header("set-cookie").unwrap().contains("Max-Age=0"));
    assert_eq!(gate.session(&fourth).await.status, 401);
    let fifth = cookie(&gate.sign_in("ada", PASSWORD).await);
    admins::remove(&gate.store, "Ada").await.unwrap();
    for gone in [&second, &fifth] {
        assert_eq!(gate.session(gone).await.status, 401);
    }
    assert_eq!(gate.sign_in("ada", PASSWORD).await.code(), "credentials");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reset_takes_the_password_and_the_sessions_away_until_the_code_is_used_for_that_name() {
    let gate = Gate::open().await;
    let session = gate.ada().await;
    let code = admins::reset(&gate.store, "ada", gate.now_ms())
        .await
        .unwrap();
    let code = code.expose_secret().to_owned();
    assert_eq!(gate.session(&session).await.status, 401);
    assert_eq!(gate.sign_in("ada", PASSWORD).await.code(), "credentials");
    assert_eq!(
        gate.set_up(&code, "eve", PASSWORD).await.code(),
        "set-up-code"
    );
    let other = "another one of some length";
    assert_eq!(gate.set_up(&code, "ada", other).await.status, 200);
    assert_eq!(gate.sign_in("ada", other).await.status, 200);
    let unknown: Failure = admins::reset(&gate.store, "eve", 1).await.unwrap_err();
    assert_eq!(unknown.code, "no-such-admin");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_site_makes_a_browser_send_changes_nothing() {
    let gate = Gate::open().await;
    let ada = gate.ada().await;
    let body = json!({ "name": "forged", "role": "viewer" }).to_string();
    let own = format!("origin: http://{}\r\n", gate.address);
    let forged = [
        "sec-fetch-site: cross-site\r\n",
        "sec-fetch-site: same-site\r\n",
        "sec-fetch-site: none\r\n",
        "origin: https://evil.example.com\r\n",
        "origin: null\r\n",
        "",
    ];
    for headers in forged {
        let headers = format!("{headers}{ada}");
        let refused = gate.ask("POST /api/v1/tokens", &headers, &body).await;
        assert_eq!(
            (refused.status, refused.code()),
            (403, "cross-site"),
            "{headers}"
        );
        let out = gate.ask("DELETE /api/v1/session", &headers, "").await;
        assert_eq!(out.code(), "cross-site", "{headers}");
    }
    // Nor signs it somebody in as somebody else.
    let body = json!({ "name": "ada", "password": PASSWORD }).to_string();
    for headers in forged {
        let refused = gate.ask("POST /api/v1/session", headers, &body).await;
        assert_eq!(
            (refused.status, refused.code()),
            (403, "cross-site"),
            "{headers}"
        );
    }
    assert!(gate.store.tokens().await.unwrap().is_empty());
    let body = json!({ "name": "own", "role": "viewer" }).to_string();
    let made = gate
        .ask("POST /api/v1/tokens", &format!("{own}{ada}"), &body)
        .await;
    assert_eq!(made.status, 201, "{made:?}");
    // A script with a token is no browser, and is not asked.
    let token = made.body["token"].as_str().unwrap();
    let script = format!("authorization: Bearer {token}\r\norigin: https://evil.example.com\r\n");
    let refused = gate.ask("POST /api/v1/tokens", &script, "{}").await;
    assert_eq!(refused.code(), "forbidden");
    // Nothing that only reads changes anything, so reading is not asked.
    let read = gate
        .ask("GET /api/v1/tokens", &format!("{}{ada}", forged[0]), "")
        .await;
    assert_eq!(read.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_cookie_is_bound_to_the_host_and_no_header_of_a_script_is_one() {
    let gate = Gate::open().await;
    gate.ada().await;
    let body = json!({ "name": "ada", "password": PASSWORD }).to_string();
    let far = "host: attune.example.com\r\nsec-fetch-site: same-origin\r\n";
    let far = gate.ask("POST /api/v1/session", far, &body).await;
    let set = far.header("set-cookie").unwrap();
    assert!(set.starts_with("__Host-attune="), "{set}");
    assert!(
        set.ends_with("; Path=/; HttpOnly; SameSite=Strict; Secure"),
        "{set}"
    );
    let near = gate.sign_in("ada", PASSWORD).await;
    let set = near.header("set-cookie").unwrap().to_owned();
    assert!(
        set.starts_with("attune=") && !set.contains("Secure"),
        "{set}"
    );
    // The one without the prefix is none elsewhere.
    let elsewhere = format!("host: attune.example.com\r\n{}", cookie(&near));
    assert_eq!(gate.session(&elsewhere).await.status, 401);
    // A reference is no bearer token, and a wrong token is not helped by a session beside it.
    let secret = set.split(['=', ';']).nth(1).unwrap();
    let sent = format!("authorization: Bearer {secret}\r\n");
    assert_eq!(gate.session(&sent).await.status, 401);
    let both = format!("authorization: Bearer x\r\n{}", cookie(&near));
    assert_eq!(gate.session(&both).await.status, 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_signs_in_once_and_within_five_minutes() {
    let gate = Gate::open().await;
    let link = access::link(&gate.store, "demo", gate.now_ms())
        .await
        .unwrap();
    let line = format!("GET {}", link.expose_secret());
    let answer = gate.ask(&line, "", "").await;
    assert_eq!((answer.status, answer.header("location")), (303, Some("/")));
    let seen = gate.session(&cookie(&answer)).await;
    assert_eq!(
        (&seen.body["name"], &seen.body["role"]),
        (&"demo".into(), &"admin".into())
    );
    let twice = gate.ask(&line, "", "").await;
    assert_eq!((twice.status, twice.code()), (403, "set-up-code"));
    let late = access::link(&gate.store, "demo", gate.now_ms())
        .await
        .unwrap();
    gate.clock.advance(access::LINK_LASTS);
    let late = gate
        .ask(&format!("GET {}", late.expose_secret()), "", "")
        .await;
    assert_eq!(late.status, 403);
    // A code is no link.
    let code = gate.code().await;
    let wrong = gate.ask(&format!("GET /sign-in/link/{code}"), "", "").await;
    assert_eq!(wrong.status, 403);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_password_token_reference_or_code_is_kept_as_it_is() {
    let gate = Gate::open().await;
    let code = gate.code().await;
    let made = gate.set_up(&code, "ada", PASSWORD).await;
    let session = cookie(&made);
    let body = json!({ "name": "kept", "role": "viewer" }).to_string();
    let token = gate
        .ask("POST /api/v1/tokens", &format!("{OWN}{session}"), &body)
        .await;
    let unused = gate.code().await;
    let link = access::link(&gate.store, "demo", gate.now_ms())
        .await
        .unwrap();
    let wrong = "a wrong password of somebody";
    gate.sign_in("ada", wrong).await;
    let reference = session.trim().split_once('=').unwrap().1.to_owned();
    let secrets = [
        PASSWORD.to_owned(),
        wrong.to_owned(),
        code,
        unused,
        reference,
        token.body["token"].as_str().unwrap().to_owned(),
        link.expose_secret()
            .trim_start_matches("/sign-in/link/")
            .to_owned(),
    ];
    gate.store.close().await;
    let mut searched = 0;
    for entry in std::fs::read_dir(gate.folder.path()).unwrap() {
        let path = entry.unwrap().path();
        let Ok(bytes) = std::fs::read(&path) else {
            continue;
        };
        searched += bytes.len();
        for secret in &secrets {
            let is_here = bytes
                .windows(secret.len())
                .any(|part| part == secret.as_bytes());
            assert!(!is_here, "{} in {}", secret, path.display());
        }
    }
    assert!(searched > 10_000, "{searched}");
    assert!(secrets.iter().all(|secret| secret.len() > 15));
}
