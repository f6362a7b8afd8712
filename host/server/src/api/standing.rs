//! How things stand: connectors, plans that wait for somebody, notices, and what is held for which cause.

use axum::Json;
use axum::extract::{Path, Query, State};
use jiff::tz::TimeZone;
use serde::Deserialize;
use utoipa::IntoParams;

use super::Begun;
use super::ask::{self, Page, Window, service};
use super::problem::Problem;
use crate::access::Principal;
use crate::fault::Failure;
use crate::view;
use crate::view::condition::Condition;
use crate::view::frame::Waiting;
use crate::view::held::{ByCause, Wanted};
use crate::view::notices::Notice;

/// How a connector is, how many are in tune, and what was written in the last days (of UTC).
#[utoipa::path(get, path = "/connectors/{name}/condition", tag = "connectors", params(("name" = String, Path, description = "Connector file without `.toml`, or its id")), responses((status = OK, body = Condition)))]
pub(super) async fn condition(
    State(begun): State<Begun>,
    Path(name): Path<String>,
) -> Result<Json<Condition>, Problem> {
    let service = service(&begun)?;
    let loaded = service.found(&name)?;
    let condition = view::condition::of(service, &loaded, &TimeZone::UTC).await?;
    Ok(Json(condition))
}

/// Plans that wait for somebody, the latest first; what guards quote only for who may see values of people.
#[utoipa::path(get, path = "/plans", tag = "plans", params(Window), responses((status = OK, body = Page<Waiting>)))]
pub(super) async fn plans(
    State(begun): State<Begun>,
    principal: Principal,
    Query(window): Query<Window>,
) -> Result<Json<Page<Waiting>>, Problem> {
    let (service, limit) = (service(&begun)?, window.limit()?);
    let after = match window.cursor() {
        "" => Some((i64::MAX, "")),
        cursor => {
            let place = cursor.split_once('.');
            place.and_then(|(made, digest)| Some((made.parse().ok()?, digest)))
        }
    };
    let after = after.ok_or_else(|| ask::wrong("`cursor` is not one of this list"))?;
    let store = service.pin().0.store;
    let plans = store.held_plans_after(after, limit + 1).await;
    let page = Page::of(plans.map_err(Failure::from)?, limit, |plan| {
        format!("{}.{}", plan.made_ms, plan.digest)
    });
    let mut page = page.shown(Waiting::from);
    if !principal.personal {
        for guard in page.items.iter_mut().flat_map(|plan| &mut plan.guards) {
            guard.detail.clear();
        }
    }
    Ok(Json(page))
}

/// What somebody should know and has not ended yet.
#[utoipa::path(get, path = "/notices", tag = "system", responses((status = OK, body = [Notice])))]
pub(super) async fn notices(State(begun): State<Begun>) -> Result<Json<Vec<Notice>>, Problem> {
    let host = service(&begun)?.pin().0;
    Ok(Json(view::notices::open(&host).await?))
}

/// Which held values.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// Only those of this connector, by its file's name or id.
    connector: Option<String>,
    /// Only those of this field.
    field: Option<String>,
    /// Only those that have been held for so long that somebody has to look: four weeks.
    #[serde(default)]
    long: bool,
}

/// What is held, cause by cause, those of most people first.
#[utoipa::path(get, path = "/held/causes", tag = "held", params(Which), responses((status = OK, body = [ByCause])))]
pub(super) async fn causes(
    State(begun): State<Begun>,
    Query(which): Query<Which>,
) -> Result<Json<Vec<ByCause>>, Problem> {
    let service = service(&begun)?;
    let connector = match &which.connector {
        Some(name) => Some(service.found(name)?.connector.id.clone()),
        None => None,
    };
    let wanted = Wanted {
        connector,
        code: None,
        field: which.field,
        is_old: which.long,
    };
    Ok(Json(view::held::causes(service, &wanted).await?))
}
