//! Coming in by forms, going, and how the console looks to somebody.

use attune_server::access::admins;
use secrecy::ExposeSecret as _;

use super::browser::Site;

const PASSWORD: &str = "four words of a kind";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_administrator_comes_in_by_the_code_and_later_by_the_password() {
    let site = Site::open(2).await;
    let ada = site.stranger();
    assert_eq!(ada.get("/sign-in").await.place(), "/first-use");
    let host = site.service.service.pin().0;
    let now_ms = host.clock.now().as_millisecond();
    let code = admins::code(&host.store, now_ms).await.unwrap();
    let code = code.expose_secret();
    let short = [("code", code), ("username", "Ada"), ("password", "short")];
    let again = ada.post("/first-use", &short).await;
    assert_eq!(again.status, 400, "{again:?}");
    assert!(again.body.contains(code), "what was typed is there again");
    let wrong = [
        ("code", "wrong"),
        ("username", "Ada"),
        ("password", PASSWORD),
    ];
    assert_eq!(ada.post("/first-use", &wrong).await.status, 403);
    let right = [("code", code), ("username", "Ada"), ("password", PASSWORD)];
    assert_eq!(ada.post("/first-use", &right).await.place(), "/");
    assert!(ada.get("/").await.body.contains("<strong>ada</strong>"));

    assert_eq!(ada.post("/sign-out", &[]).await.place(), "/sign-in");
    assert!(ada.get("/held").await.place().starts_with("/sign-in?back="));
    let guess = [("username", "ada"), ("password", "no"), ("back", "/held")];
    let refused = ada.post("/sign-in", &guess).await;
    assert_eq!(refused.status, 403, "{refused:?}");
    assert!(refused.body.contains("role=\"alert\""));
    assert!(
        !refused.body.contains("value=\"no\""),
        "no password comes back"
    );
    let again = [
        ("username", "ada"),
        ("password", PASSWORD),
        ("back", "/held"),
    ];
    assert_eq!(ada.post("/sign-in", &again).await.place(), "/held");
    ada.post("/sign-out", &[]).await;
    let away = [
        ("username", "ada"),
        ("password", PASSWORD),
        ("back", "//evil.example/"),
    ];
    assert_eq!(ada.post("/sign-in", &away).await.place(), "/");

    let changed = [("now", "another"), ("new", "five words of another kind")];
    assert_eq!(ada.post("/settings/password", &changed).await.status, 401);
    let changed = [("now", PASSWORD), ("new", "five words of another kind")];
    assert_eq!(ada.post("/settings/password", &changed).await.status, 200);
    site.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_of_another_site_does_nothing() {
    let site = Site::open(2).await;
    let admin = site.admin().await;
    for headers in ["sec-fetch-site: cross-site\r\n", ""] {
        let forged = admin
            .ask("POST", "/connectors/demo/pause", headers, "")
            .await;
        assert_eq!(forged.status, 403, "{forged:?}");
        assert!(forged.body.contains("cross-site"), "{forged:?}");
    }
    let host = site.service.service.pin().0;
    assert!(host.store.pauses().await.unwrap().is_empty());
    site.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn theme_and_language_stay_with_the_browser() {
    let site = Site::open(2).await;
    let admin = site.admin().await;
    let place = admin
        .post("/theme", &[("theme", "dark"), ("back", "/runs")])
        .await;
    assert_eq!(place.place(), "/runs");
    assert!(admin.get("/").await.body.contains("data-theme=\"dark\""));
    let look = [("language", "de"), ("theme", "light"), ("keys", "")];
    assert_eq!(
        admin.post("/settings/you", &look).await.place(),
        "/settings/you"
    );
    let page = admin.get("/").await;
    assert!(
        page.body
            .contains("<html lang=\"de\" data-theme=\"light\" data-keys=\"off\"")
    );
    site.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_and_sessions_are_made_seen_and_ended() {
    let site = Site::open(2).await;
    let admin = site.admin().await;
    let wanted = [("name", "hook"), ("role", "operator"), ("days", "7")];
    let made = admin.post("/settings/tokens", &wanted).await;
    assert!(made.body.contains("<code>attune_"), "{made:?}");
    let listed = admin.get("/settings/tokens").await;
    assert!(listed.body.contains("hook") && !listed.body.contains("<code>attune_"));
    let revoked = admin.post("/settings/tokens/hook/revoke", &[]).await;
    assert_eq!(revoked.place(), "/settings/tokens");
    assert!(site.access.tokens().await.unwrap().is_empty());
    let sessions = admin.get("/settings/sessions").await;
    let end = sessions.link("/settings/sessions/");
    assert_eq!(admin.post(&end, &[]).await.status, 303);
    assert!(admin.get("/").await.place().starts_with("/sign-in"));
    site.close().await;
}
