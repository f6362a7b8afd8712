//! What a route needs, said where it is registered.
//!
//! [`Routes`] takes a route only together with its [`Needs`], and [`Table`] is what
//! [`super::Access::admit`] looks them up in. Invariant: a route that is not in the table is refused,
//! so that one that was added in another way serves nobody.

use std::collections::BTreeMap;
use std::convert::Infallible;

use axum::Router;
use axum::extract::MatchedPath;
use axum::handler::Handler;
use axum::http::Method;
use axum::http::request::Parts;
use axum::routing::MethodRouter;

use super::principal::Role;

/// Largest body of a request where a route says nothing.
const BODY_BYTES_MAX: usize = 1024 * 1024;

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Least {
    /// Anybody, as often as they like: whether the service lives.
    Probe,
    /// Anybody.
    Anybody,
    /// Whoever has this role.
    Role(Role),
}

/// What of the service a route is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// More than one connector: not for who is limited to some.
    Service,
    /// The connector that the path names as `{name}`.
    Connector,
    /// The route itself looks at [`super::Principal::covers`].
    Own,
}

/// What a route needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Needs {
    pub(super) least: Least,
    pub(super) personal: bool,
    pub(super) reach: Reach,
    pub(super) by_trigger: bool,
    body_bytes: usize,
}

impl Needs {
    /// Nothing at all, and it is not counted.
    pub const PROBE: Self = Self::of(Least::Probe);
    /// Nothing: signing in, and what a sign-in page is made of.
    pub const ANYBODY: Self = Self::of(Least::Anybody);
    /// To look.
    pub const LOOK: Self = Self::of(Least::Role(Role::Viewer));
    /// To run, cancel, pause, approve.
    pub const OPERATE: Self = Self::of(Least::Role(Role::Operator));
    /// To change connectors and plugins.
    pub const EDIT: Self = Self::of(Least::Role(Role::Editor));
    /// To change who may come in.
    pub const ADMINISTER: Self = Self::of(Least::Role(Role::Admin));

    const fn of(least: Least) -> Self {
        Self {
            least,
            personal: false,
            reach: Reach::Service,
            by_trigger: false,
            body_bytes: BODY_BYTES_MAX,
        }
    }

    /// The role that it takes at least, in a word; `anybody` where it takes none.
    pub fn word(self) -> &'static str {
        match self.least {
            Least::Probe | Least::Anybody => "anybody",
            Least::Role(role) => role.as_str(),
        }
    }

    /// Whether it takes the right to see values of people.
    pub fn is_personal(self) -> bool {
        self.personal
    }

    /// And to see values of people.
    #[must_use]
    pub const fn personal(self) -> Self {
        Self {
            personal: true,
            ..self
        }
    }

    /// It is about the connector that the path names as `{name}`.
    #[must_use]
    pub const fn of_connector(self) -> Self {
        Self {
            reach: Reach::Connector,
            ..self
        }
    }

    /// It shows or does only what [`super::Principal::covers`] says, and looks itself.
    #[must_use]
    pub const fn sorts_out(self) -> Self {
        Self {
            reach: Reach::Own,
            ..self
        }
    }

    /// Its body may have so many bytes, instead of 1 MiB.
    #[must_use]
    pub const fn with_body(self, bytes: usize) -> Self {
        Self {
            body_bytes: bytes,
            ..self
        }
    }

    /// The token of `[auth] trigger-token` may use it too.
    #[must_use]
    pub const fn by_trigger(self) -> Self {
        Self {
            by_trigger: true,
            ..self
        }
    }
}

/// What every route needs, by method and path.
#[derive(Debug, Clone, Default)]
pub struct Table {
    routes: BTreeMap<String, BTreeMap<String, Needs>>,
}

/// What the table says of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// A route of this path.
    Route(Needs),
    /// There is nothing at this address.
    Nothing,
    /// There is something, for another method.
    OtherMethod,
    /// Something would answer, and nobody said who may use it.
    Undeclared,
}

impl Table {
    /// Says what a route needs. `path` is the whole one, as routers write it.
    pub fn declare(&mut self, method: &Method, path: &str, needs: Needs) {
        let methods = self.routes.entry(path.to_owned()).or_default();
        methods.insert(method.to_string(), needs);
    }

    /// Every route of another table too.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        for (path, methods) in other.routes {
            self.routes.entry(path).or_default().extend(methods);
        }
        self
    }

    /// Every method and path, for tests that try each.
    pub fn routes(&self) -> impl Iterator<Item = (&str, &str, Needs)> {
        self.routes.iter().flat_map(|(path, methods)| {
            methods
                .iter()
                .map(move |(method, needs)| (method.as_str(), path.as_str(), *needs))
        })
    }

    /// The largest body of a request.
    pub fn body_bytes(&self, parts: &Parts) -> usize {
        match self.find(parts) {
            Found::Route(needs) => needs.body_bytes,
            _ => BODY_BYTES_MAX,
        }
    }

    pub(super) fn find(&self, parts: &Parts) -> Found {
        // A router's fallback matches nothing, or a path of its own making.
        let matched = parts.extensions.get::<MatchedPath>();
        let Some(path) = matched.map(MatchedPath::as_str) else {
            return Found::Nothing;
        };
        if path.contains("{*__private__axum") {
            return Found::Nothing;
        }
        let Some(methods) = self.routes.get(path) else {
            return Found::Undeclared;
        };
        let method = match &parts.method {
            &Method::HEAD => &Method::GET,
            method => method,
        };
        match methods.get(method.as_str()) {
            Some(needs) => Found::Route(*needs),
            None => Found::OtherMethod,
        }
    }
}

/// A router whose routes all say what they need.
pub struct Routes<S> {
    router: Router<S>,
    table: Table,
    prefix: &'static str,
}

impl<S: Clone + Send + Sync + 'static> Routes<S> {
    /// No route yet; the router will be nested below `prefix`, which may be empty.
    pub fn below(prefix: &'static str) -> Self {
        Self {
            router: Router::new(),
            table: Table::default(),
            prefix,
        }
    }

    /// Adds `GET`.
    #[must_use]
    pub fn get<H, T>(self, path: &str, needs: Needs, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        self.add(&Method::GET, path, needs, axum::routing::get(handler))
    }

    /// Adds `POST`.
    #[must_use]
    pub fn post<H, T>(self, path: &str, needs: Needs, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        self.add(&Method::POST, path, needs, axum::routing::post(handler))
    }

    /// Adds `PUT`.
    #[must_use]
    pub fn put<H, T>(self, path: &str, needs: Needs, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        self.add(&Method::PUT, path, needs, axum::routing::put(handler))
    }

    /// Adds `PATCH`.
    #[must_use]
    pub fn patch<H, T>(self, path: &str, needs: Needs, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        self.add(&Method::PATCH, path, needs, axum::routing::patch(handler))
    }

    /// Adds `DELETE`.
    #[must_use]
    pub fn delete<H, T>(self, path: &str, needs: Needs, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        self.add(&Method::DELETE, path, needs, axum::routing::delete(handler))
    }

    fn add(
        mut self,
        method: &Method,
        path: &str,
        needs: Needs,
        route: MethodRouter<S, Infallible>,
    ) -> Self {
        let whole = format!("{}{path}", self.prefix);
        self.table.declare(method, &whole, needs);
        self.router = self.router.route(path, route);
        self
    }

    /// The router, not yet nested, and what its routes need.
    pub fn into_parts(self) -> (Router<S>, Table) {
        (self.router, self.table)
    }
}
