//! What there is to be seen: connectors, plugins, sources, held people, the audit log, the service.

use std::collections::BTreeMap;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Begun;
use super::ask::{self, Page, Window, actor, service, wrong};
use super::problem::Problem;
use crate::access::Principal;
use crate::fault::Failure;
use crate::service::{Stale, Waiting};
use crate::store::held::{HeldPlace, HeldRow};
use crate::view;
use crate::view::connectors::{Connector, Running, Standing};
use crate::view::held::Held;
use crate::view::plugins::Plugin;
use crate::view::sites::Site;

/// Connectors that run, and files that cannot.
#[utoipa::path(get, path = "/connectors", tag = "connectors", responses((status = OK, body = [Connector])))]
pub(super) async fn connectors(
    State(begun): State<Begun>,
) -> Result<Json<Vec<Connector>>, Problem> {
    let service = service(&begun)?;
    let standing = Standing::read(&service.pin().0).await?;
    Ok(Json(view::connectors::list(service, &standing)))
}

/// A connector as it runs.
#[utoipa::path(get, path = "/connectors/{name}", tag = "connectors", params(("name" = String, Path, description = "Connector file without `.toml`, or its id")), responses((status = OK, body = Running)))]
pub(super) async fn connector(
    State(begun): State<Begun>,
    Path(name): Path<String>,
) -> Result<Json<Running>, Problem> {
    let service = service(&begun)?;
    let loaded = service.found(&name)?;
    let standing = Standing::read(&service.pin().0).await?;
    Ok(Json(view::connectors::show(service, &loaded, &standing)))
}

/// Sites that connectors write to.
#[utoipa::path(get, path = "/sites", tag = "connectors", responses((status = OK, body = [Site])))]
pub(super) async fn sites(State(begun): State<Begun>) -> Result<Json<Vec<Site>>, Problem> {
    let (host, state) = service(&begun)?.pin();
    let paused = host.store.paused_sites().await.map_err(Failure::from)?;
    let connectors = state.connectors.values().map(AsRef::as_ref);
    Ok(Json(view::sites::list(connectors, &paused)))
}

/// A site that is paused or resumed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SiteOf {
    /// Its address, as connector files name it.
    site: String,
    /// For whoever looks at it later.
    #[serde(default)]
    reason: String,
}

/// Sends nothing to a site until it is resumed.
#[utoipa::path(post, path = "/sites/pause", tag = "connectors", request_body = SiteOf, responses((status = NO_CONTENT)))]
pub(super) async fn pause_site(
    State(begun): State<Begun>,
    principal: Principal,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    let of: SiteOf = ask::body(&body)?;
    let actor = actor(&begun, &principal)?;
    actor.pause_site(&of.site, &of.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sends requests to a site again; who is due there is brought in tune.
#[utoipa::path(post, path = "/sites/resume", tag = "connectors", request_body = SiteOf, responses((status = NO_CONTENT)))]
pub(super) async fn resume_site(
    State(begun): State<Begun>,
    principal: Principal,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    let of: SiteOf = ask::body(&body)?;
    actor(&begun, &principal)?.resume_site(&of.site).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Which held values.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// Only those of this connector, by its file's name or id.
    connector: Option<String>,
}

/// Values that could not be brought in tune: connector by connector, the oldest first.
#[utoipa::path(get, path = "/held", tag = "held", params(Which, Window), responses((status = OK, body = Page<Held>)))]
pub(super) async fn held(
    State(begun): State<Begun>,
    Query(which): Query<Which>,
    Query(window): Query<Window>,
) -> Result<Json<Page<Held>>, Problem> {
    let (service, limit) = (service(&begun)?, window.limit()?);
    let after = place(window.cursor())?;
    let connector = match &which.connector {
        Some(name) => Some(service.found(name)?.connector.id.clone()),
        None => None,
    };
    let host = service.pin().0;
    let store = &host.store;
    let rows = store
        .held_after(connector.as_deref(), &after, limit + 1)
        .await;
    let page = Page::of(rows.map_err(Failure::from)?, limit, cursor);
    let now_ms = host.clock.now().as_millisecond();
    Ok(Json(page.shown(|row| Held::of(&row, now_ms))))
}

/// Where the list of what is held goes on behind a row. Names may hold any character.
fn cursor(row: &HeldRow) -> String {
    let place = serde_json::to_vec(&row.place());
    URL_SAFE_NO_PAD.encode(place.unwrap_or_default())
}

fn place(cursor: &str) -> Result<HeldPlace, Failure> {
    if cursor.is_empty() {
        return Ok(HeldPlace::default());
    }
    let place = URL_SAFE_NO_PAD.decode(cursor).ok();
    let place = place.and_then(|place| serde_json::from_slice(&place).ok());
    place.ok_or_else(|| wrong("`cursor` is not one of this list"))
}

/// Plugins that run, and every build that was seen.
#[utoipa::path(get, path = "/plugins", tag = "plugins", responses((status = OK, body = [Plugin])))]
pub(super) async fn plugins(State(begun): State<Begun>) -> Result<Json<Vec<Plugin>>, Problem> {
    let service = service(&begun)?;
    let (host, generations) = (service.pin().0, service.generations());
    let entries = host.plugins.entries();
    Ok(Json(
        entries
            .map(|entry| Plugin::of(entry, &generations))
            .collect(),
    ))
}

/// Since when.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Since {
    /// A time of RFC 3339.
    since: Option<String>,
}

/// Who did what, the latest first.
#[utoipa::path(get, path = "/audit", tag = "audit", params(Window, Since), responses((status = OK, body = Page<view::audit::Act>)))]
pub(super) async fn audit(
    State(begun): State<Begun>,
    Query(since): Query<Since>,
    Query(window): Query<Window>,
) -> Result<Json<Page<view::audit::Act>>, Problem> {
    let (host, limit) = (service(&begun)?.pin().0, window.limit()?);
    let since_ms = match &since.since {
        Some(text) => {
            let time: Option<jiff::Timestamp> = text.parse().ok();
            let wrong =
                || wrong("`since` must be a time of RFC 3339, such as 2026-11-22T08:30:00Z");
            time.ok_or_else(wrong)?.as_millisecond()
        }
        None => i64::MIN,
    };
    let before = match window.cursor() {
        "" => i64::MAX,
        cursor => cursor
            .parse()
            .map_err(|_| wrong("`cursor` is not one of this list"))?,
    };
    let place = (since_ms, before);
    let rows = host.store.audit_before(place, limit + 1).await;
    let rows = rows.map_err(Failure::from)?;
    let acts: Vec<_> = rows.iter().map(view::audit::Act::from).collect();
    Ok(Json(Page::of(acts, limit, |act| act.sequence.to_string())))
}

/// Whether the audit log is as it was written.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Verified {
    /// Rows in order, from the first on.
    count: i64,
    /// The hash of the last of them.
    head: String,
    /// The first row that is not as it was written, and what is wrong there.
    flaw: Option<(i64, &'static str)>,
}

/// Looks at every row of the audit log.
#[utoipa::path(get, path = "/audit/verify", tag = "audit", responses((status = OK, body = Verified)))]
pub(super) async fn verify(State(begun): State<Begun>) -> Result<Json<Verified>, Problem> {
    let host = service(&begun)?.pin().0;
    let verified = host.store.audit_verify().await.map_err(Failure::from)?;
    Ok(Json(Verified {
        count: verified.count,
        head: verified.head,
        flaw: verified.flaw.map(|flaw| (flaw.sequence, flaw.what)),
    }))
}

/// The service.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) struct System {
    /// Its version.
    version: &'static str,
    /// Why it takes no work at the moment; none where it does.
    not_ready: Option<String>,
    /// Plugins and connector files that wait for somebody.
    waiting: Vec<Waiting>,
    /// Plugins that are not called any more.
    left_alone: Vec<Stale>,
    /// Plugin files that cannot be used, and why.
    unreadable: BTreeMap<String, String>,
}

/// What runs here, and what waits.
#[utoipa::path(get, path = "/system", tag = "system", responses((status = OK, body = System)))]
pub(super) async fn system(State(begun): State<Begun>) -> Result<Json<System>, Problem> {
    let service = service(&begun)?;
    Ok(Json(System {
        version: env!("CARGO_PKG_VERSION"),
        not_ready: service.why_not_ready().await,
        waiting: service.waiting(),
        left_alone: service.stale(),
        unreadable: service.unreadable(),
    }))
}
