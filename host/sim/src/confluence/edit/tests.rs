//! The form keeps exactly what comes back, removes what does not, and wants its own fields.

use reqwest::Method;

use crate::confluence::reader::Form;
use crate::confluence::{Account, Accounts, Confluence, Field, Options, Version};
use crate::probe::{Answer, Probe, basic_probe};

const PAGE: &str = "/admin/users/edituser.action?username=anna";
const ALL: [Version; 4] = [Version::V7, Version::V8, Version::V9, Version::V10];
const ABOUT: &str = "\nLikes <b>markup</b> & \"quotes\",\nÄpfel and 'apples'.";

/// A Confluence with one person, and her key.
async fn start(version: Version, is_read_only: bool) -> (Confluence, String) {
    let mut accounts = Accounts::new();
    accounts.add(Account::named("bob", "bob@contoso.example", "Bob"));
    let anna = Account::named("anna", "anna@contoso.example", "Anna \"Ä\" O'Weiß")
        .with(Field::Phone, "+49 30 1234")
        .with(Field::Im, "anna <im>")
        .with(Field::Website, "https://contoso.example/?a=1&copy=2")
        .with(Field::Position, "Größe & Höhe")
        .with(Field::Department, "R&D 'East'")
        .with(Field::PersonalInformation, ABOUT);
    let key = accounts.add(Account {
        is_read_only,
        ..anna
    });
    let mut options = Options::of(accounts);
    options.version = version;
    options.settings.websudo = None;
    (Confluence::start(options).await.unwrap(), key)
}

/// A session that administers, and her form as it stands.
async fn open(confluence: &Confluence) -> (Probe, Form) {
    let probe = basic_probe(&confluence.url(), "svc-attune", "sim-confluence-password");
    let answer = probe.get(PAGE).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let (probe, _) = probe.with_cookies_of(&answer);
    (probe, Form::read(&answer.text))
}

/// Sends the form to where it says.
async fn send(confluence: &Confluence, probe: &Probe, form: &Form, fields: &Fields) -> Answer {
    let page = url::Url::parse(&format!("{}{PAGE}", confluence.url())).unwrap();
    let target = page.join(&form.action).unwrap();
    assert_eq!(target.path(), "/confluence/admin/users/doedituser.action");
    probe.submit(target.as_str(), fields).await
}

type Fields = [(String, String)];

fn error(answer: &Answer) -> &str {
    assert_eq!(answer.status, 200, "{}", answer.text);
    let (_, rest) = answer
        .text
        .split_once("error\"><p>")
        .unwrap_or_else(|| panic!("no error: {}", answer.text));
    rest.split_once("</p>").unwrap().0
}

#[tokio::test]
async fn a_form_that_comes_back_as_it_was_changes_nothing() {
    for version in ALL {
        for is_read_only in [false, true] {
            let (confluence, key) = start(version, is_read_only).await;
            let (probe, form) = open(&confluence).await;
            assert_eq!(form.value("username"), "anna");
            assert_eq!(form.value("fullName"), "Anna \"Ä\" O'Weiß");
            assert_eq!(form.value("email"), "anna@contoso.example");
            assert_eq!(form.value("personalInformation"), ABOUT);
            assert_eq!(form.value("userparam-position"), "Größe & Höhe");
            assert_eq!(form.value("userparam-location"), "");
            let is_shown_only = is_read_only && version < Version::V9;
            assert_eq!(form.disabled.len(), if is_shown_only { 2 } else { 0 });
            let answer = send(&confluence, &probe, &form, &form.filled(&[])).await;
            assert_eq!(answer.status, 302, "{version:?} {}", answer.text);
            assert_eq!(
                answer.header("location"),
                "/confluence/admin/users/viewuser.action?username=anna"
            );
            assert_eq!(confluence.writes(), [], "{version:?}");
            assert_eq!(confluence.counts().applied, 0);
            assert_eq!(
                confluence.value(&key, Field::Im).as_deref(),
                Some("anna <im>")
            );
            let view = probe
                .get("/admin/users/viewuser.action?username=anna")
                .await;
            assert!(
                view.text.contains("<title>View User: anna - "),
                "{}",
                view.text
            );
            assert_eq!(confluence.complaints(), Vec::<String>::new());
        }
    }
}

#[tokio::test]
async fn values_are_stored_and_blank_ones_removed() {
    for version in ALL {
        let (confluence, key) = start(version, true).await;
        let (probe, form) = open(&confluence).await;
        let fields = form.filled(&[
            ("userparam-location", " Köln "),
            ("userparam-phone", ""),
            ("userparam-im", "  "),
            ("personalInformation", "one\r\ntwo"),
        ]);
        assert_eq!(send(&confluence, &probe, &form, &fields).await.status, 302);
        let value = |field| confluence.value(&key, field);
        assert_eq!(value(Field::Location).as_deref(), Some(" Köln "));
        assert_eq!(value(Field::Phone), None);
        assert_eq!(value(Field::Im), None);
        assert_eq!(
            value(Field::PersonalInformation).as_deref(),
            Some("one\r\ntwo")
        );
        assert_eq!(value(Field::Department).as_deref(), Some("R&D 'East'"));
        let mut changed: Vec<Field> = confluence.writes().iter().map(|w| w.field).collect();
        changed.sort_unstable();
        let wanted = [
            Field::PersonalInformation,
            Field::Phone,
            Field::Im,
            Field::Location,
        ];
        assert_eq!(changed, wanted);
        assert_eq!(
            confluence.writes()[0].before.as_deref(),
            Some("+49 30 1234")
        );
        assert_eq!(confluence.writes()[0].after, None);
        assert_eq!(confluence.counts().applied, 1);
        confluence.configure(|settings| settings.is_trimming = true);
        assert_eq!(send(&confluence, &probe, &form, &fields).await.status, 302);
        assert_eq!(
            confluence.value(&key, Field::Location).as_deref(),
            Some("Köln")
        );
    }
}

#[tokio::test]
async fn what_is_left_out_is_removed() {
    let (confluence, key) = start(Version::V9, true).await;
    let (probe, form) = open(&confluence).await;
    let mut fields = form.filled(&[]);
    fields
        .retain(|(name, _)| !matches!(name.as_str(), "userparam-position" | "personalInformation"));
    assert_eq!(send(&confluence, &probe, &form, &fields).await.status, 302);
    assert_eq!(confluence.value(&key, Field::Position), None);
    assert_eq!(confluence.value(&key, Field::PersonalInformation), None);
    assert_eq!(confluence.writes().len(), 2);
}

#[tokio::test]
async fn names_and_address_change_where_the_directory_is_writable() {
    for is_read_only in [false, true] {
        let (confluence, key) = start(Version::V8, is_read_only).await;
        let (probe, form) = open(&confluence).await;
        let fields = form.filled(&[
            ("fullName", "Anna"),
            ("email", "a@contoso.example"),
            ("username", "anna.weiss"),
            ("userparam-phone", "1"),
        ]);
        let answer = send(&confluence, &probe, &form, &fields).await;
        assert_eq!(answer.status, 302);
        let name = if is_read_only { "anna" } else { "anna.weiss" };
        assert!(
            answer
                .header("location")
                .ends_with(&format!("username={name}"))
        );
        assert_eq!(
            confluence.value(&key, Field::Username).as_deref(),
            Some(name)
        );
        assert_eq!(confluence.value(&key, Field::Phone).as_deref(), Some("1"));
        assert_eq!(confluence.writes().len(), if is_read_only { 1 } else { 4 });
    }
}

#[tokio::test]
async fn what_is_refused_shows_what_was_typed_and_changes_nothing() {
    let long = "ü".repeat(256);
    for version in ALL {
        let (confluence, key) = start(version, false).await;
        let (probe, form) = open(&confluence).await;
        let (extra, _) = crate::confluence::page::extra_field(version);
        for (field, value, reason) in [
            ("username", "", "username"),
            ("username", "bob", "already exists"),
            ("fullName", " ", "full name"),
            ("email", "none", "email"),
            ("userparam-website", long.as_str(), "255"),
            ("confirm", "Save", "not submitted"),
            (extra, "other", "out of date"),
        ] {
            let fields = form.filled(&[(field, value), ("userparam-phone", "typed")]);
            let answer = send(&confluence, &probe, &form, &fields).await;
            assert!(
                error(&answer).contains(reason),
                "{version:?} {field}: {}",
                answer.text
            );
            assert_eq!(Form::read(&answer.text).value("userparam-phone"), "typed");
        }
        for field in ["username", "fullName", "email", "confirm", extra] {
            let mut fields = form.filled(&[]);
            fields.retain(|(name, _)| name != field);
            error(&send(&confluence, &probe, &form, &fields).await);
        }
        let most = "ü".repeat(255);
        assert_eq!(confluence.writes(), []);
        let fields = form.filled(&[("userparam-website", &most)]);
        assert_eq!(send(&confluence, &probe, &form, &fields).await.status, 302);
        assert_eq!(confluence.value(&key, Field::Website), Some(most));
    }
}

#[tokio::test]
async fn a_change_wants_the_token_of_its_own_session() {
    for version in ALL {
        let (confluence, _) = start(version, false).await;
        let (_, other) = open(&confluence).await;
        let (probe, form) = open(&confluence).await;
        let fields = form.filled(&[("userparam-phone", "1")]);
        let missing = if version < Version::V9 { 200 } else { 403 };
        let bare = format!("/admin/users/doedituser.action?userKey={}", user_key(&form));
        let without: Vec<_> = fields
            .iter()
            .filter(|(name, _)| name != "atl_token")
            .cloned()
            .collect();
        let answer = probe.submit(&bare, &without).await;
        assert_eq!(answer.status, missing, "{version:?}");
        assert!(
            answer.text.contains("XSRF Security Token Missing"),
            "{}",
            answer.text
        );
        let stolen = other.filled(&[("userparam-phone", "1")]);
        let answer = send(&confluence, &probe, &other, &stolen).await;
        assert_eq!(answer.status, missing, "the token of another session");
        assert_eq!(confluence.writes(), []);
        let told = probe.with("x-atlassian-token", "no-check");
        let answer = told.submit(&bare, &without).await;
        let wanted = if version < Version::V9 { 302 } else { 403 };
        assert_eq!(answer.status, wanted, "{version:?}: the header");
    }
}

/// The key, from wherever this version's form has it.
fn user_key(form: &Form) -> String {
    let page = url::Url::parse("http://127.0.0.1/").unwrap();
    let action = page.join(&form.action).unwrap();
    let mut pairs = action.query_pairs();
    let in_action = pairs.find(|(name, _)| name == "userKey");
    in_action.map_or_else(
        || form.value("userKey").to_owned(),
        |(_, value)| value.into_owned(),
    )
}

#[tokio::test]
async fn cancel_looks_like_success_and_changes_nothing() {
    let (confluence, _) = start(Version::V10, false).await;
    let (probe, form) = open(&confluence).await;
    let fields = form.filled(&[("userparam-phone", "1"), ("cancel", "Cancel")]);
    assert_eq!(send(&confluence, &probe, &form, &fields).await.status, 302);
    assert_eq!(confluence.writes(), []);
}

#[tokio::test]
async fn changes_come_by_post_with_fields_in_the_body() {
    for version in ALL {
        let (confluence, _) = start(version, false).await;
        let (probe, form) = open(&confluence).await;
        let token = form.fields.iter().find(|(name, _)| name == "atl_token");
        let query: String = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form.filled(&[("userparam-phone", "1")]))
            .extend_pairs(token)
            .finish();
        let glue = if form.action.contains('?') { '&' } else { '?' };
        let page = url::Url::parse(&format!("{}{PAGE}", confluence.url())).unwrap();
        let target = page.join(&format!("{}{glue}{query}", form.action)).unwrap();
        let answer = probe
            .send(Method::GET, target.as_str(), None)
            .await
            .unwrap();
        if version < Version::V9 {
            error(&answer);
        } else {
            assert_eq!(answer.status, 405);
        }
        assert_eq!(confluence.writes(), []);
    }
}

#[tokio::test]
async fn nobody_has_a_page_with_an_error() {
    let (confluence, _) = start(Version::V7, false).await;
    let (probe, form) = open(&confluence).await;
    for page in ["edituser.action", "viewuser.action"] {
        let answer = probe
            .get(&format!("/admin/users/{page}?username=nobody"))
            .await;
        assert!(error(&answer).contains("nobody"));
    }
    let action = form.action.replace("userKey=", "userKey=0");
    let answer = probe
        .submit(&format!("/admin/users/{action}"), &form.filled(&[]))
        .await;
    assert!(error(&answer).contains("No user found"));
    assert_eq!(
        probe.get("/admin/users/browseusers.action").await.status,
        501
    );
}
