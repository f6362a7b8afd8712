//! `/settings`: how the console looks to you, your password; and for administrators tokens, sessions,
//! roles and the service itself.

use askama::Template;
use axum::extract::Path;
use secrecy::{ExposeSecret as _, SecretString};

use super::doors::with_cookie;
use super::filters;
use super::form::Fields;
use super::look::{self, Look};
use super::page::{Answer, Page, Visit, to};
use super::refused::Refused;
use super::shown::{Time, cut};
use super::texts::Language;
use crate::access::tokens::{DAYS, DAYS_MAX, Wanted};
use crate::access::{Kind, PASSWORD_CHARS_MIN, Role};
use crate::view::doors::{Session as SessionLine, Token as TokenLine};

/// A token that ends within so long is marked.
const SOON_MS: i64 = 14 * 24 * 60 * 60 * 1000;
/// The right to see values of people, among the boxes of a new token.
const PERSONAL: &str = "personal";

#[derive(Template)]
#[template(path = "settings.html")]
struct Settings {
    page: Page,
    part: &'static str,
    languages: Vec<Choice>,
    has_password: bool,
    message: String,
    error: String,
    password_min: u32,
    tokens: Vec<Token>,
    scopes: Vec<Scope>,
    shown: String,
    days: u32,
    days_max: u32,
    sessions: Vec<Session>,
    people: Vec<Person>,
    claims: Vec<Claim>,
    facts: Vec<Fact>,
    keep: Vec<Fact>,
}

struct Choice {
    code: &'static str,
    name: &'static str,
    chosen: bool,
}

struct Token {
    name: String,
    scopes: String,
    by: String,
    made: Time,
    expires: Time,
    has_used: bool,
    used: Time,
    soon: bool,
}

struct Scope {
    /// A role is one of several, a right stands beside it.
    input: &'static str,
    field: &'static str,
    name: &'static str,
    about: String,
}

struct Session {
    id: String,
    user: String,
    address: String,
    began: Time,
    seen: Time,
    is_this: bool,
}

struct Person {
    name: String,
    from: String,
    role: &'static str,
}

struct Claim {
    claim: String,
    role: &'static str,
    personal: bool,
}

struct Fact {
    name: String,
    text: String,
    tone: &'static str,
}

/// `GET /settings` and `/settings/you`
pub(super) async fn you(visit: Visit) -> Answer {
    let settings = Settings::empty(&visit, "you").await?;
    visit.show(&settings)
}

/// `POST /settings/you`
pub(super) async fn look(visit: Visit, fields: Fields) -> Answer {
    let look = Look {
        theme: look::theme(fields.one("theme")),
        language: Language::of(fields.one("language")),
        keys: fields.has("keys"),
    };
    with_cookie(to("/settings/you")?, look.keep(&visit.peer))
}

/// `POST /settings/password`
pub(super) async fn password(visit: Visit, fields: Fields) -> Answer {
    let now = SecretString::from(fields.one("now"));
    let chosen = SecretString::from(fields.one("new"));
    let by = visit.principal()?;
    let changed = visit.access.change_password(by, (now, chosen), &visit.peer);
    let mut settings = Settings::empty(&visit, "you").await?;
    match changed.await {
        Ok(()) => {
            settings.message = visit.say("password-changed");
            visit.show(&settings)
        }
        Err(refusal) => {
            settings.error = match refusal.failure.code.as_str() {
                "credentials" => visit.say("password-wrong"),
                code @ ("weak-password" | "sign-in-wait") => visit.say(&format!("door-{code}")),
                _ => return Err(refusal.into()),
            };
            visit.show_as(refusal.status, &settings)
        }
    }
}

/// `GET /settings/tokens`
pub(super) async fn tokens(visit: Visit) -> Answer {
    let settings = Settings::of_tokens(&visit).await?;
    visit.show(&settings)
}

/// `POST /settings/tokens`. The answer is the page itself: the token is shown this once.
pub(super) async fn new_token(visit: Visit, fields: Fields) -> Answer {
    let days = fields.one("days").parse();
    let wanted = Wanted {
        name: fields.one("name").trim().to_owned(),
        role: fields.one("role").parse().unwrap_or(Role::Viewer),
        personal: fields.has(PERSONAL),
        connectors: None,
        days: days.unwrap_or(DAYS),
    };
    let created = visit
        .access
        .create_token(visit.principal()?, wanted)
        .await?;
    let mut settings = Settings::of_tokens(&visit).await?;
    created
        .secret
        .expose_secret()
        .clone_into(&mut settings.shown);
    visit.show(&settings)
}

/// `POST /settings/tokens/{id}/revoke`
pub(super) async fn revoke(visit: Visit, Path(id): Path<String>) -> Answer {
    visit.access.revoke_token(visit.principal()?, &id).await?;
    to("/settings/tokens")
}

/// `GET /settings/sessions`
pub(super) async fn sessions(visit: Visit) -> Answer {
    let all = visit.access.sessions().await?;
    let own = visit.principal()?.session.clone();
    let session = |row| {
        let line = SessionLine::from(row);
        Session {
            is_this: own.as_ref() == Some(&line.id),
            id: line.id,
            user: cut(&line.name),
            address: line.address,
            began: Time::of(&line.began),
            seen: Time::of(&line.seen),
        }
    };
    let mut settings = Settings::empty(&visit, "sessions").await?;
    settings.sessions = all.iter().map(session).collect();
    visit.show(&settings)
}

/// `POST /settings/sessions/{id}/end`
pub(super) async fn end_session(visit: Visit, Path(id): Path<String>) -> Answer {
    visit.access.end_session(visit.principal()?, &id).await?;
    to("/settings/sessions")
}

/// `GET /settings/roles`
pub(super) async fn roles(visit: Visit) -> Answer {
    let admins = visit.host()?.store.admins().await?;
    let mut settings = Settings::empty(&visit, "roles").await?;
    let person = |name: &str| Person {
        name: cut(name),
        from: visit.say("roles-local"),
        role: Role::Admin.as_str(),
    };
    settings.people = admins.iter().map(|admin| person(&admin.name)).collect();
    let claim = |(claim, role, personal): (String, Role, bool)| Claim {
        claim: cut(&claim),
        role: role.as_str(),
        personal,
    };
    settings.claims = visit.access.claims().into_iter().map(claim).collect();
    visit.show(&settings)
}

/// `GET /settings/system`
pub(super) async fn system(visit: Visit) -> Answer {
    let service = visit.service()?;
    let (host, state) = service.pin();
    let not_ready = service.why_not_ready().await;
    let mut settings = Settings::empty(&visit, "system").await?;
    let fact = |key: &str, text: String, tone| Fact {
        name: visit.say(key),
        text,
        tone,
    };
    let ready = match &not_ready {
        None => fact("fact-state", visit.say("system-ready"), ""),
        Some(why) => fact("fact-state", cut(why), "bad"),
    };
    let count = |count: usize| visit.reader.number(count as u64);
    settings.facts = vec![
        fact("fact-version", env!("CARGO_PKG_VERSION").to_owned(), ""),
        ready,
        fact("nav-connectors", count(state.connectors.len()), ""),
        fact("nav-plugins", count(state.plugins.entries().count()), ""),
        fact("fact-data", host.store.data_dir().display().to_string(), ""),
    ];
    settings.facts.extend(service.stale().iter().map(|stale| {
        let text = format!("{}: {}", stale.plugin, stale.message);
        fact("state-quarantined", cut(&text), "warn")
    }));
    let span = |ms| visit.reader.span(ms);
    settings.keep = vec![
        fact("keep-idle", span(crate::access::IDLE_MS), ""),
        fact("keep-session", span(crate::access::LASTS_MS), ""),
        fact("keep-jobs", visit.reader.days(crate::jobs::KEPT_DAYS), ""),
    ];
    visit.show(&settings)
}

impl Settings {
    async fn empty(visit: &Visit, part: &'static str) -> Result<Self, Refused> {
        let languages = Language::ALL.into_iter().map(|language| Choice {
            code: language.tag(),
            name: language.name(),
            chosen: language == visit.reader.language,
        });
        let principal = visit.principal()?;
        Ok(Self {
            page: visit.page("settings", visit.say("nav-settings")).await?,
            part,
            languages: languages.collect(),
            has_password: principal.kind == Kind::Session,
            message: String::new(),
            error: String::new(),
            password_min: PASSWORD_CHARS_MIN as u32,
            tokens: Vec::new(),
            scopes: Vec::new(),
            shown: String::new(),
            days: DAYS,
            days_max: DAYS_MAX,
            sessions: Vec::new(),
            people: Vec::new(),
            claims: Vec::new(),
            facts: Vec::new(),
            keep: Vec::new(),
        })
    }

    async fn of_tokens(visit: &Visit) -> Result<Self, Refused> {
        let now_ms = visit.access.now().as_millisecond();
        let all = visit.access.tokens().await?;
        let mut settings = Self::empty(visit, "tokens").await?;
        let token = |row| {
            let line = TokenLine::from(row);
            let expires = Time::of(&line.expires);
            let (has_used, used) = Time::maybe(line.used.as_deref());
            let mut scopes = line.role;
            if line.personal {
                scopes = format!("{scopes}, {PERSONAL}");
            }
            if let Some(ids) = &line.connectors {
                scopes = format!("{scopes}: {}", ids.join(" "));
            }
            Token {
                name: line.name,
                scopes: cut(&scopes),
                by: cut(&line.created_by),
                made: Time::of(&line.created),
                soon: expires.0 - now_ms < SOON_MS,
                expires,
                has_used,
                used,
            }
        };
        settings.tokens = all.iter().map(token).collect();
        let scope = |input, field, name: &'static str| Scope {
            input,
            field,
            name,
            about: visit.say(&format!("scope-{name}")),
        };
        let roles = Role::ALL.map(|role| scope("radio", "role", role.as_str()));
        settings.scopes = roles.into();
        settings.scopes.push(scope("checkbox", PERSONAL, PERSONAL));
        Ok(settings)
    }
}
