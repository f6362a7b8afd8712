//! Every route below `/api/v1`: its handler, what it needs, and its place in the OpenAPI document.
//!
//! A route is registered once, in a group of those that need the same; from that follow the gate's
//! table and what the document says of it (`x-needs`, `x-personal`).

use axum::http::Method;
use serde_json::json;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{
    Api, changes, document, events, files, looks, people, pinned, plugins, runs, sessions, sources,
    standing, tokens, triggers, unsaved,
};
use crate::access::{Needs, Table};

/// Where the routes stand.
const PREFIX: &str = "/api/v1";

/// The routes, and what each needs.
pub(super) fn orders() -> (OpenApiRouter<Api>, Table) {
    let mut orders = Orders {
        routes: OpenApiRouter::with_openapi(document::head()),
        table: Table::default(),
    };
    look(&mut orders);
    see_people(&mut orders);
    operate(&mut orders);
    edit(&mut orders);
    come_in(&mut orders);
    let document = format!("{PREFIX}/openapi.json");
    let needs = Needs::LOOK.sorts_out();
    orders.table.declare(&Method::GET, &document, needs);
    (orders.routes, orders.table)
}

fn look(orders: &mut Orders) {
    orders.under(
        Needs::LOOK,
        OpenApiRouter::new()
            .routes(routes!(looks::connectors))
            .routes(routes!(looks::sites))
            .routes(routes!(looks::held))
            .routes(routes!(standing::causes))
            .routes(routes!(standing::notices))
            .routes(routes!(standing::plans))
            .routes(routes!(looks::plugins))
            .routes(routes!(looks::audit))
            .routes(routes!(looks::verify))
            .routes(routes!(looks::system))
            .routes(routes!(runs::list))
            .routes(routes!(runs::show))
            .routes(routes!(runs::plan))
            .routes(routes!(runs::breakdown))
            .routes(routes!(plugins::show))
            .routes(routes!(files::schema)),
    );
    orders.under(
        Needs::LOOK.of_connector(),
        OpenApiRouter::new()
            .routes(routes!(looks::connector))
            .routes(routes!(standing::condition))
            .routes(routes!(files::show)),
    );
    orders.under_each(
        OpenApiRouter::new().routes(routes!(pinned::list, pinned::pin)),
        |method| match method {
            &Method::POST => Needs::EDIT.of_connector().personal(),
            _ => Needs::LOOK.of_connector(),
        },
    );
    orders.under(
        Needs::LOOK.sorts_out(),
        OpenApiRouter::new().routes(routes!(events::of_run)),
    );
}

/// What shows values of people, or is about one of them.
fn see_people(orders: &mut Orders) {
    orders.under(
        Needs::LOOK.personal(),
        OpenApiRouter::new()
            .routes(routes!(runs::changes))
            .routes(routes!(plugins::shadow)),
    );
    orders.under(
        Needs::LOOK.of_connector().personal(),
        OpenApiRouter::new()
            .routes(routes!(people::list))
            .routes(routes!(people::explain))
            .routes(routes!(people::history)),
    );
    orders.under_each(
        OpenApiRouter::new().routes(routes!(people::show, people::forget)),
        |method| match method {
            &Method::DELETE => Needs::ADMINISTER.of_connector(),
            _ => Needs::LOOK.of_connector().personal(),
        },
    );
}

fn operate(orders: &mut Orders) {
    let order = Needs::OPERATE.of_connector();
    orders.under(
        order.by_trigger(),
        OpenApiRouter::new()
            .routes(routes!(triggers::person))
            .routes(routes!(triggers::connector))
            .routes(routes!(triggers::pause))
            .routes(routes!(triggers::resume)),
    );
    orders.under(
        order,
        OpenApiRouter::new()
            .routes(routes!(runs::make_plan))
            .routes(routes!(sources::check)),
    );
    orders.under(
        Needs::OPERATE.sorts_out().by_trigger(),
        OpenApiRouter::new().routes(routes!(triggers::job)),
    );
    orders.under(
        Needs::OPERATE.by_trigger(),
        OpenApiRouter::new().routes(routes!(triggers::cancel)),
    );
    orders.under(
        Needs::OPERATE,
        OpenApiRouter::new()
            .routes(routes!(runs::approve))
            .routes(routes!(runs::reject))
            .routes(routes!(runs::undo))
            .routes(routes!(people::retry))
            .routes(routes!(looks::pause_site))
            .routes(routes!(looks::resume_site)),
    );
}

/// What changes what runs.
fn edit(orders: &mut Orders) {
    orders.under(
        Needs::EDIT,
        OpenApiRouter::new()
            .routes(routes!(changes::swap))
            .routes(routes!(changes::roll_back)),
    );
    orders.under(
        Needs::EDIT.with_body(plugins::FILE_BYTES_MAX),
        OpenApiRouter::new().routes(routes!(plugins::upload)),
    );
    orders.under(
        Needs::EDIT.of_connector(),
        OpenApiRouter::new()
            .routes(routes!(changes::accept))
            .routes(routes!(files::save))
            .routes(routes!(files::validate))
            .routes(routes!(files::set_row, files::remove_row))
            .routes(routes!(files::suggest))
            .routes(routes!(sources::discover))
            .routes(routes!(sources::secrets))
            .routes(routes!(pinned::unpin))
            .routes(routes!(unsaved::check))
            .routes(routes!(unsaved::suggestions)),
    );
    orders.under(
        Needs::EDIT.of_connector().personal(),
        OpenApiRouter::new()
            .routes(routes!(files::trial))
            .routes(routes!(unsaved::people))
            .routes(routes!(unsaved::trial)),
    );
}

/// Who may come in.
fn come_in(orders: &mut Orders) {
    orders.under(
        Needs::LOOK.sorts_out(),
        OpenApiRouter::new().routes(routes!(sessions::show, sessions::sign_out)),
    );
    orders.under(
        Needs::ANYBODY,
        OpenApiRouter::new()
            .routes(routes!(sessions::sign_in))
            .routes(routes!(sessions::set_up)),
    );
    orders.under(
        Needs::ADMINISTER,
        OpenApiRouter::new()
            .routes(routes!(sessions::list))
            .routes(routes!(sessions::end))
            .routes(routes!(tokens::list, tokens::create))
            .routes(routes!(tokens::revoke)),
    );
}

/// Puts what we say of operations behind everything else: it is kept without an order, and a document
/// that is written down has to be the same each time.
pub(super) fn in_order(document: &mut serde_json::Value) {
    let paths = document
        .get_mut("paths")
        .and_then(|all| all.as_object_mut());
    let items = paths.into_iter().flat_map(serde_json::Map::values_mut);
    let items = items.filter_map(serde_json::Value::as_object_mut);
    for operation in items.flat_map(serde_json::Map::values_mut) {
        let Some(operation) = operation.as_object_mut() else {
            continue;
        };
        for key in ["x-needs", "x-personal"] {
            if let Some(said) = operation.shift_remove(key) {
                operation.insert(key.to_owned(), said);
            }
        }
    }
}

/// What generated clients call an operation: `get-connectors-name-file`.
fn called(method: &Method, path: &str) -> String {
    let words = path.split(['/', '{', '}']).filter(|word| !word.is_empty());
    let method = method.as_str().to_ascii_lowercase();
    let words: Vec<&str> = std::iter::once(method.as_str()).chain(words).collect();
    words.join("-")
}

struct Orders {
    routes: OpenApiRouter<Api>,
    table: Table,
}

impl Orders {
    /// Adds routes that all need this.
    fn under(&mut self, needs: Needs, routes: OpenApiRouter<Api>) {
        self.under_each(routes, |_| needs);
    }

    /// Adds routes of which each method needs something else.
    fn under_each(&mut self, mut routes: OpenApiRouter<Api>, needs: impl Fn(&Method) -> Needs) {
        for (path, item) in &mut routes.get_openapi_mut().paths.paths {
            let operations = [
                (Method::GET, &mut item.get),
                (Method::PUT, &mut item.put),
                (Method::POST, &mut item.post),
                (Method::DELETE, &mut item.delete),
                (Method::PATCH, &mut item.patch),
            ];
            for (method, operation) in operations {
                let Some(operation) = operation else {
                    continue;
                };
                let needs = needs(&method);
                self.table
                    .declare(&method, &format!("{PREFIX}{path}"), needs);
                let said = ExtensionsBuilder::new()
                    .add("x-needs", json!(needs.word()))
                    .add("x-personal", json!(needs.is_personal()))
                    .build();
                operation.extensions.get_or_insert_default().merge(said);
                operation.operation_id = Some(called(&method, path));
            }
        }
        let before = std::mem::take(&mut self.routes);
        self.routes = before.merge(routes);
    }
}
