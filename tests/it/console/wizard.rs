//! The set-up wizard by forms alone: from a provider to a plan, with what goes wrong on the way.

use super::browser::{Browser, Page, Site};
use super::form::Form;

/// The first two steps for the directory of a world, with the secret in this file.
async fn credentials(site: &Site, admin: &Browser<'_>, graph: &str, secret: &str) -> Page {
    let begun = admin.get("/connectors/new").await;
    let form = Form::of(&begun)
        .set("provider", "entra")
        .set("name", "second");
    let asked = form.send(admin, "next").await;
    assert!(asked.body.contains("User.Read.All"), "{asked:?}");
    let access = site.app.world.access();
    Form::of(&asked)
        .set("option.tenant", &access.tenant)
        .set("endpoint.api", graph)
        .set("endpoint.login", graph)
        .set("credential.app.kind", "oauth2-client-credentials")
        .set(
            "credential.app.oauth2-client-credentials.client-id",
            &access.client_id,
        )
        .set(
            "credential.app.oauth2-client-credentials.client-secret",
            secret,
        )
        .send(admin, "next")
        .await
}

fn target(site: &Site, page: &Page) -> Form {
    let access = site.app.world.access();
    Form::of(page)
        .set("product", "jira-data-center")
        .set("url", &access.jira_url)
        .set("target.kind", "basic")
        .set("target.basic.username", &access.jira_username)
        .set("target.basic.password", "../jira-password")
        .set("route", "entity-property")
}

#[expect(clippy::too_many_lines, reason = "a story is told in one go")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connector_is_set_up_step_by_step_and_ends_with_a_plan() {
    let site = Site::open(12).await;
    let (app, admin) = (&site.app, site.admin().await);
    let hostile = "<script>alert(1)</script>";
    app.set(app.who(4), "displayName", hostile);
    let graph = app.world.access().graph_url.clone();

    // A secret that is not there, and one that is wrong, are told line by line.
    let tested = credentials(&site, &admin, &graph, "../nothing").await;
    assert!(tested.body.contains("source: configuration"), "{tested:?}");
    assert!(tested.body.contains("nothing"), "{tested:?}");
    std::fs::write(app.path("wrong"), "not-it").unwrap();
    let back = Form::of(&tested).send(&admin, "back").await;
    let kept = Form::of(&back);
    let secret = "credential.app.oauth2-client-credentials.client-secret";
    assert_eq!(kept.has(secret), ["../nothing"], "what was entered stays");
    let tested = kept.set(secret, "../wrong").send(&admin, "next").await;
    assert!(tested.body.contains("bad-ink"), "{tested:?}");
    assert!(tested.body.contains("Go on without"), "{tested:?}");
    let back = Form::of(&tested).send(&admin, "back").await;
    let form = Form::of(&back).set(secret, "../entra-secret");
    let tested = form.send(&admin, "next").await;
    // The stand-in's clock stands still, which is told and holds nobody up.
    assert_eq!(tested.body.matches("bad-ink").count(), 1, "{tested:?}");
    assert!(!tested.body.contains("Go on without"), "{tested:?}");

    // Three people, looked for by what is known of them.
    let people = Form::of(&tested).send(&admin, "next").await;
    assert!(
        people.body.contains("&#60;script&#62;") && !people.body.contains("<script>"),
        "{people:?}"
    );
    let name = app.member(app.who(2), "userPrincipalName").unwrap();
    let found = Form::of(&people)
        .set("q", &name)
        .send(&admin, "again")
        .await;
    let chosen: Vec<String> = [2, 3, 4].map(|at| app.key(app.who(at))).into();
    assert!(found.body.contains(&chosen[0]), "{found:?}");
    let mut form = Form::of(&found);
    for key in &chosen {
        form = form
            .and("pin", key)
            .and(&format!("called:{key}"), "Somebody");
    }
    let many = Form::of(&found)
        .and("pin", "a")
        .and("pin", "b")
        .and("pin", "c")
        .and("pin", "d");
    let many = many.send(&admin, "next").await;
    assert!(many.body.contains("three people at most"), "{many:?}");
    let site_page = form.send(&admin, "next").await;

    // The target, tested before there is a row.
    let wrong = target(&site, &site_page)
        .set("url", "no address")
        .send(&admin, "next")
        .await;
    assert!(wrong.body.contains("id=\"e-url\""), "{wrong:?}");
    assert_eq!(Form::of(&wrong).has("url"), ["no address"]);
    let checked = target(&site, &wrong).send(&admin, "again").await;
    assert!(checked.body.contains("jira: who sees it"), "{checked:?}");
    assert!(!checked.body.contains("jira: configuration"), "{checked:?}");
    let rows = Form::of(&checked).send(&admin, "next").await;

    // Rows that the people have, with the values of those who were chosen.
    let city = app.member(app.who(2), "city").unwrap();
    assert!(rows.body.contains(&city), "{rows:?}");
    let form = Form::of(&rows);
    let offered: Vec<String> = form.has("row").iter().map(|&row| row.to_owned()).collect();
    assert!(offered.contains(&"City".to_owned()), "{offered:?}");
    let none = offered
        .iter()
        .fold(Form::of(&rows), |form, row| form.without("row", row));
    let none = none.send(&admin, "next").await;
    assert!(none.body.contains("at least one mapping"), "{none:?}");
    let reviewed = form.without("row", "Title").send(&admin, "next").await;
    assert!(reviewed.body.contains("[target.jira.map]"), "{reviewed:?}");
    let back = admin.get("/connectors").await;
    assert!(
        !back.body.contains("second"),
        "nothing is kept before it is saved"
    );

    // Saved, and planned; nobody's profile is touched.
    let review = Form::at(&reviewed, "/connectors/second/file");
    let text = review.has("text").concat();
    let has = |field: &str| text.lines().any(|line| line.starts_with(field));
    assert!(has("City") && !has("Title"), "{text}");
    let mut fields = vec![("etag", ""), ("text", text.as_str()), ("then", "plan")];
    fields.extend(chosen.iter().map(|key| ("pin", key.as_str())));
    let saved = admin.post("/connectors/second/file", &fields).await.place();
    assert!(saved.starts_with("/runs/"), "{saved}");
    let run = loop {
        let page = admin.get(&saved).await;
        if page.status == 200 && !page.body.contains("data-events=") {
            break page;
        }
        assert!([200, 303].contains(&page.status), "{page:?}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    };
    assert!(run.body.contains("/plans/"), "{run:?}");
    for at in 0..12 {
        assert_eq!(
            app.property(app.who(at), "City"),
            None,
            "nothing was written"
        );
    }
    let store = site.service.service.pin().0.store;
    let mut pinned = store.pinned("second").await.unwrap();
    pinned.sort_unstable();
    let mut expected = chosen.clone();
    expected.sort_unstable();
    assert_eq!(pinned, expected);
    let log = admin.get("/audit").await;
    assert!(
        log.body.contains("try-file") && log.body.contains("pin"),
        "{log:?}"
    );
    site.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_that_cannot_be_reached_holds_nobody_up() {
    let site = Site::open(2).await;
    let admin = site.admin().await;
    let tested = credentials(&site, &admin, "http://127.0.0.1:1", "../entra-secret").await;
    assert!(
        tested.body.contains("bad-ink") && tested.body.contains("Go on without"),
        "{tested:?}"
    );
    let people = Form::of(&tested).send(&admin, "next").await;
    assert!(
        people.body.contains("The provider was not asked"),
        "{people:?}"
    );
    let site_page = Form::of(&people).send(&admin, "next").await;
    let rows = target(&site, &site_page).send(&admin, "next").await;
    assert!(rows.body.contains("The provider was not asked"), "{rows:?}");
    let offered = Form::of(&rows);
    assert!(offered.has("row").contains(&"Department"), "{rows:?}");
    let reviewed = offered.send(&admin, "next").await;
    assert!(reviewed.body.contains("Department"), "{reviewed:?}");
    assert!(
        !reviewed.body.contains(" disabled"),
        "it can be saved: {reviewed:?}"
    );
    // Back, everything is there.
    let target = Form::of(&rows).send(&admin, "back").await;
    assert_eq!(
        Form::of(&target).has("target.kind"),
        ["basic"],
        "{target:?}"
    );
    let people = Form::of(&target).send(&admin, "back").await;
    let tested = Form::of(&people).send(&admin, "back").await;
    let credentials = Form::of(&tested).send(&admin, "back").await;
    assert_eq!(
        Form::of(&credentials).has("endpoint.api"),
        ["http://127.0.0.1:1"]
    );
    let provider = Form::of(&credentials).send(&admin, "back").await;
    assert_eq!(Form::of(&provider).has("name"), ["second"]);
    assert_eq!(Form::of(&provider).has("provider"), ["entra"]);
    // A name that is taken, and a secret in the place of its name.
    let taken = Form::of(&provider)
        .set("name", "demo")
        .send(&admin, "next")
        .await;
    assert!(taken.body.contains("id=\"e-name\""), "{taken:?}");
    let kind = "credential.app.oauth2-client-credentials";
    let wrong = Form::of(&credentials)
        .set(&format!("{kind}.from"), "env")
        .set(&format!("{kind}.client-secret"), "p~ssw0rd!")
        .set("option.tenant", "");
    let wrong = wrong.send(&admin, "next").await;
    assert!(
        !wrong.body.contains("p~ssw0rd!"),
        "a secret is not sent back"
    );
    assert!(wrong.body.contains("id=\"e-o-option.tenant\""), "{wrong:?}");
    site.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_provider_has_its_steps_and_nobody_is_asked_by_looking() {
    let site = Site::open(1).await;
    let admin = site.admin().await;
    for provider in ["entra", "okta", "google", "keycloak", "scim", "ldap"] {
        for part in [
            "credentials",
            "test",
            "people",
            "target",
            "mappings",
            "file",
        ] {
            let page = admin
                .get(&format!("/connectors/new/{part}?provider={provider}"))
                .await;
            assert_eq!(page.status, 200, "{page:?}");
        }
    }
    let log = admin.get("/audit").await;
    assert!(!log.body.contains("try-file"), "{log:?}");
    site.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_are_pinned_for_previews_and_unpinned() {
    let site = Site::lived_in(8).await;
    let (app, admin) = (&site.app, site.admin().await);
    let keys: Vec<String> = (4..8).map(|at| app.key(app.who(at))).collect();
    for key in &keys[..3] {
        let place = admin
            .post(&format!("/people/demo/{key}/pin"), &[])
            .await
            .place();
        let page = admin.get(&place).await;
        assert!(
            page.body.contains(&format!("/people/demo/{key}/unpin")),
            "{page:?}"
        );
    }
    let fourth = admin
        .post(&format!("/people/demo/{}/pin", keys[3]), &[])
        .await;
    assert_eq!(fourth.status, 422, "{fourth:?}");
    let tab = admin.get("/connectors/demo/people").await;
    assert_eq!(tab.body.matches("/unpin\"").count(), 3, "{tab:?}");
    let name = app
        .member(app.who(4), "userPrincipalName")
        .unwrap()
        .to_lowercase();
    let preview = admin.get("/connectors/demo/mappings/jira/City").await;
    assert!(
        preview
            .body
            .to_lowercase()
            .contains(name.split('@').next().unwrap()),
        "{preview:?}"
    );
    let from = [("from", "tab")];
    let place = admin
        .post(&format!("/people/demo/{}/unpin", keys[1]), &from)
        .await
        .place();
    assert_eq!(place, "/connectors/demo/people");
    admin
        .post(&format!("/people/demo/{}/forget", keys[0]), &[])
        .await
        .place();
    let store = site.service.service.pin().0.store;
    assert_eq!(store.pinned("demo").await.unwrap(), [keys[2].clone()]);
    site.close().await;
}
