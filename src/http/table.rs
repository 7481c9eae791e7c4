//! Turns the table of routes into a router and an OpenAPI document. There is no other way to add a route, and each entry
//! states who may call it: what is not in the table is refused.

use super::auth::{Access, Guard, guard};
use super::operation::{Op, Schemas};
use crate::app::App;
use crate::service::error::{RequestError, ServiceError};
use axum::Router;
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodFilter, MethodRouter, on};
use std::collections::BTreeMap;
use utoipa::openapi::path::{HttpMethod, PathsBuilder};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, OpenApi, OpenApiBuilder};

/// The table being written.
pub struct Table {
    app: App,
    routes: BTreeMap<&'static str, MethodRouter<App>>,
    paths: PathsBuilder,
    schemas: Schemas,
}

/// What the table amounts to.
pub struct Assembled {
    /// All routes.
    pub router: Router<App>,
    /// Their description.
    pub document: OpenApi,
}

impl Table {
    /// An empty table.
    #[must_use]
    pub fn new(app: App) -> Self {
        Self {
            app,
            routes: BTreeMap::new(),
            paths: PathsBuilder::new(),
            schemas: Vec::new(),
        }
    }

    /// `GET`.
    #[must_use]
    pub fn get<H, T>(self, path: &'static str, access: Access, handler: H, op: Op) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.add(
            MethodFilter::GET,
            HttpMethod::Get,
            path,
            access,
            handler,
            op,
        )
    }

    /// `POST`.
    #[must_use]
    pub fn post<H, T>(self, path: &'static str, access: Access, handler: H, op: Op) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.add(
            MethodFilter::POST,
            HttpMethod::Post,
            path,
            access,
            handler,
            op,
        )
    }

    /// `DELETE`.
    #[must_use]
    pub fn delete<H, T>(self, path: &'static str, access: Access, handler: H, op: Op) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.add(
            MethodFilter::DELETE,
            HttpMethod::Delete,
            path,
            access,
            handler,
            op,
        )
    }

    fn add<H, T>(
        mut self,
        filter: MethodFilter,
        method: HttpMethod,
        path: &'static str,
        access: Access,
        handler: H,
        op: Op,
    ) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        let limit = op.body_limit();
        let guarded = Guard {
            app: self.app.clone(),
            access,
            body_limit: limit.unwrap_or(self.app.config().http.body_bytes),
        };
        let route = on(filter, handler).route_layer(from_fn_with_state(guarded, guard));
        let routes = self.routes.remove(path).unwrap_or_default();
        self.routes.insert(path, routes.merge(route));
        let (operation, schemas) = op.build(path, access);
        let documented = path.replace("{*", "{");
        self.paths = self.paths.path(
            documented,
            utoipa::openapi::PathItem::new(method, operation),
        );
        self.schemas.extend(schemas);
        self
    }

    /// The router and the document.
    #[must_use]
    pub fn assemble(self) -> Assembled {
        let mut router = Router::new();
        for (path, route) in self.routes {
            router = router.route(path, route.fallback(method_refused));
        }
        let router = router.fallback(nothing_here);
        let mut components = ComponentsBuilder::new().security_scheme(
            "httpSignature",
            SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description(
                "Signature",
                "RFC 9421, ed25519, as protocol clause 9.2 says",
            ))),
        );
        for (name, schema) in self.schemas {
            components = components.schema(name, schema);
        }
        components = components.schema(
            "Problem",
            <super::problem::Problem as utoipa::PartialSchema>::schema(),
        );
        let info = InfoBuilder::new()
            .title("Luyin")
            .version(env!("CARGO_PKG_VERSION"))
            .description(Some("The HTTP interface of a node (protocol section 9)"));
        let document = OpenApiBuilder::new()
            .info(info.build())
            .paths(self.paths.build())
            .components(Some(components.build()))
            .build();
        Assembled { router, document }
    }
}

async fn nothing_here() -> ServiceError {
    ServiceError::NotFound("a route")
}

async fn method_refused(_: Method) -> ServiceError {
    RequestError::Method.into()
}
