//! The OpenAPI document: made of the routes themselves, and answered at `/api/v1/openapi.json`.

use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    ComponentsBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, SecurityRequirement,
    ServerBuilder,
};

/// What stands above the routes.
pub(super) fn head() -> OpenApi {
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("Attune")
                .version(env!("CARGO_PKG_VERSION"))
                .description(Some(
                    "Keeps Jira and Confluence profiles in tune with the identity provider. Failures \
                     are problem documents (RFC 9457) with `code`, `hint` and `request-id`. Each \
                     operation says the role that it takes at least (`x-needs`) and whether it shows values \
                     of people (`x-personal`).",
                ))
                .license(Some(LicenseBuilder::new().name("Apache-2.0").build()))
                .build(),
        )
        .servers(Some([ServerBuilder::new().url("/api/v1").build()]))
        .components(Some(
            ComponentsBuilder::new()
                .security_scheme("token", SecurityScheme::Http(bearer))
                .build(),
        ))
        .security(Some([SecurityRequirement::new::<_, [&str; 0], &str>(
            "token",
            [],
        )]))
        .build()
}
