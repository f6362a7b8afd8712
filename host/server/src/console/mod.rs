//! The console: pages that the service makes for a browser.
//!
//! Templates are askama's, texts Fluent's; style sheet and scripts are inside the binary. A handler takes
//! a [`page::Visit`], asks `view` for documents, and fills a template; what somebody does goes through
//! `act`, as over the API, and ends with a 303 to the page that shows it. Every page works without
//! JavaScript.
//!
//! Invariants: a route says what it needs, and passes the gate of `access`; no value becomes markup; no
//! wording stands in Rust.
//!
//! Deliberately not here: SQL, the verbs of a sync, and what the API does not show or do too.

#![expect(
    clippy::struct_excessive_bools,
    clippy::struct_field_names,
    reason = "templates know neither `or` nor options, and name their fields"
)]

mod acts;
mod assets;
mod audit;
mod changes;
mod chart;
mod checks;
mod connector;
mod connector_people;
mod connectors;
mod doors;
mod edit;
#[expect(
    clippy::inline_always,
    clippy::trivially_copy_pass_by_ref,
    clippy::unnecessary_wraps,
    clippy::unused_self,
    unreachable_pub,
    reason = "made by the attribute of each filter"
)]
mod filters;
mod form;
mod held;
mod look;
mod overview;
mod page;
mod people;
mod person;
mod plan;
mod plugin;
mod plugins;
mod reader;
mod refused;
mod run;
mod runs;
mod settings;
mod shown;
mod texts;
mod upload;

use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;

use crate::access::{Access, Needs, Principal, Routes, Table};
use crate::fault::Failure;
use crate::jobs::new_id;
use crate::service::Service;
use audit::Verified;
use checks::Checks;
use edit::Samples;
use page::Visit;
use reader::Reader;
use refused::Refused;

/// Largest form with a plugin's file in it.
const FILE_BYTES_MAX: usize = 64 * 1024 * 1024;
/// The header of a request's id.
const REQUEST_ID: &str = "x-request-id";

/// The service, once it has begun.
type Begun = Arc<OnceLock<Service>>;

#[derive(Clone)]
struct Console {
    begun: Begun,
    access: Access,
    table: Arc<Table>,
    checks: Checks,
    verified: Verified,
    samples: Samples,
}

impl Console {
    /// A request that has passed the gate, or was refused there.
    fn visit(&self, parts: &Parts) -> Visit {
        let peer = self.access.peer(parts);
        let path = parts.uri.path_and_query();
        Visit {
            reader: Reader::of(&parts.headers, &peer, self.access.now()),
            path: path.map_or("/", |path| path.as_str()).to_owned(),
            request_id: new_id(self.access.clock()),
            principal: parts.extensions.get::<Principal>().cloned(),
            access: self.access.clone(),
            begun: Begun::clone(&self.begun),
            checks: self.checks.clone(),
            verified: self.verified.clone(),
            samples: self.samples.clone(),
            peer,
        }
    }
}

/// What every route of the console needs.
pub fn table() -> Table {
    routes().into_parts().1
}

/// Every page, behind the gate.
pub fn router(begun: Begun, access: Access) -> Router {
    let (router, table) = routes().into_parts();
    let console = Console {
        begun,
        access,
        table: Arc::new(table),
        checks: Checks::default(),
        verified: Verified::default(),
        samples: Samples::default(),
    };
    router
        .fallback(nothing)
        .layer(from_fn_with_state(console.clone(), guard))
        .with_state(console)
}

fn routes() -> Routes<Console> {
    let own = Needs::LOOK.sorts_out();
    let look = Needs::LOOK;
    let of_connector = look.of_connector();
    let routes = Routes::below("")
        .get("/assets/{name}", Needs::PROBE, assets::serve)
        .get("/sign-in", Needs::ANYBODY, doors::sign_in)
        .post("/sign-in", Needs::ANYBODY, doors::sign_in_by_form)
        .get("/first-use", Needs::ANYBODY, doors::first_use)
        .post("/first-use", Needs::ANYBODY, doors::first_use_by_form)
        .post("/sign-out", own, doors::sign_out)
        .post("/theme", own, doors::theme)
        .get("/", look, overview::show)
        .get("/connectors", look, connectors::show)
        .get("/connectors/{name}", of_connector, connector::first)
        .get("/connectors/{name}/status", of_connector, connector::status)
        .get(
            "/connectors/{name}/people",
            of_connector,
            connector_people::show,
        )
        .get("/runs", look, runs::show)
        .get("/runs/{id}", look, run::show)
        .get("/runs/{id}/events", look, run::events)
        .get("/plans/{digest}", look, plan::show)
        .get("/plans/{digest}/download", look.personal(), plan::download)
        .get("/held", look, held::show)
        .get("/people", look, people::show)
        .get("/people/{name}/{key}", of_connector, person::show)
        .get("/plugins", look, plugins::show)
        .get("/plugins/{id}", look, plugin::show)
        .get("/audit", look, audit::show)
        .get("/audit/export", look, audit::export)
        .post("/audit/verify", look, audit::verify);
    edit::routes(acts(settings(routes)))
}

/// What is about the reader, and about the service itself.
fn settings(routes: Routes<Console>) -> Routes<Console> {
    let own = Needs::LOOK.sorts_out();
    let admin = Needs::ADMINISTER;
    routes
        .get("/settings", own, settings::you)
        .get("/settings/you", own, settings::you)
        .post("/settings/you", own, settings::look)
        .post("/settings/password", own, settings::password)
        .get("/settings/tokens", admin, settings::tokens)
        .post("/settings/tokens", admin, settings::new_token)
        .post("/settings/tokens/{id}/revoke", admin, settings::revoke)
        .get("/settings/sessions", admin, settings::sessions)
        .post("/settings/sessions/{id}/end", admin, settings::end_session)
        .get("/settings/roles", admin, settings::roles)
        .get("/settings/system", Needs::LOOK, settings::system)
}

/// Forms that do something.
fn acts(routes: Routes<Console>) -> Routes<Console> {
    let operate = Needs::OPERATE;
    let order = operate.of_connector();
    let edit = Needs::EDIT;
    let choose = edit.of_connector();
    let forget = Needs::ADMINISTER.of_connector();
    routes
        .post("/connectors/{name}/sync", order, acts::sync)
        .post("/connectors/{name}/plan", order, acts::plan)
        .post("/connectors/{name}/pause", order, acts::pause)
        .post("/connectors/{name}/resume", order, acts::resume)
        .post("/connectors/{name}/check", order, acts::check)
        .post("/runs/{id}/cancel", operate, acts::cancel)
        .post("/runs/{id}/undo", operate, acts::undo)
        .post("/plans/{digest}/approve", operate, acts::approve)
        .post("/plans/{digest}/reject", operate, acts::reject)
        .post("/held/retry", operate, acts::retry)
        .post("/people/{name}/{key}/sync", order, acts::sync_person)
        .post("/people/{name}/{key}/plan", order, acts::plan_person)
        .post("/people/{name}/{key}/forget", forget, acts::forget)
        .post("/people/{name}/{key}/pin", choose.personal(), acts::pin)
        .post("/people/{name}/{key}/unpin", choose, acts::unpin)
        .post("/plugins", edit.with_body(FILE_BYTES_MAX), plugin::upload)
        .post("/plugins/{id}/swap", edit, plugin::swap)
        .post("/plugins/{id}/rollback", edit, plugin::roll_back)
        .post("/plugins/{id}/refuse", edit, plugin::refuse)
}

/// Every request: it has an id, its sender may send it, and its body has an end.
async fn guard(State(console): State<Console>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let id_of = |word: &str| {
        let found = console.begun.get()?.connector(word)?;
        Some(found.connector.id.clone())
    };
    let admitted = console
        .access
        .admit(&console.table, &mut parts, id_of)
        .await;
    let body_bytes = console.table.body_bytes(&parts);
    let visit = console.visit(&parts);
    let method = parts.method.clone();
    parts.extensions.insert(visit.clone());
    let mut answer = match admitted {
        Err(refusal) => Refused::from(refusal).answer(&visit, &method),
        Ok(()) => {
            if let Ok(body) = to_bytes(body, body_bytes).await {
                next.run(Request::from_parts(parts, Body::from(body))).await
            } else {
                let message = format!("the body has more than {body_bytes} bytes");
                Refused::from(Failure::of("request", message)).answer(&visit, &method)
            }
        }
    };
    if let Some(refused) = answer.extensions_mut().remove::<Refused>() {
        answer = refused.answer(&visit, &method);
    }
    finished(answer.headers_mut(), &visit.request_id);
    answer
}

fn finished(headers: &mut HeaderMap, request_id: &str) {
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert(REQUEST_ID, id);
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

async fn nothing() -> Refused {
    Failure::of("no-such-route", "there is nothing at this address").into()
}
