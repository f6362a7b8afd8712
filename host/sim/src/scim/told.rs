//! What the service tells of itself: `/ServiceProviderConfig`, `/ResourceTypes`, `/Schemas`.

use serde_json::{Value, json};

use super::document::{CORE, ENTERPRISE};
use super::refusal::Refusal;
use super::{Service, scim};
use crate::json::set;
use crate::wire::Reply;

impl Service {
    pub(super) fn configuration(&self) -> Result<Reply, Refusal> {
        let settings = self.settings();
        if !settings.tells_configuration {
            return Err(Refusal::not_found("ServiceProviderConfig"));
        }
        let mut body = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
            "patch": { "supported": false },
            "bulk": { "supported": false, "maxOperations": 0, "maxPayloadSize": 0 },
            "filter": { "supported": settings.filters, "maxResults": settings.page_max },
            "changePassword": { "supported": false },
            "sort": { "supported": settings.sorts },
            "etag": { "supported": false },
            "authenticationSchemes": [],
        });
        if settings.has_cursors {
            let pages = json!({ "cursor": true, "index": true,
                "defaultPaginationMethod": "index", "maxPageSize": settings.page_max });
            set(&mut body, "pagination", pages);
        }
        Ok(scim("configuration", &body))
    }
}

pub(super) fn types() -> Reply {
    let users = json!({ "id": "User", "name": "User", "endpoint": "/Users", "schema": CORE,
        "schemaExtensions": [{ "schema": ENTERPRISE, "required": false }] });
    let groups = json!({ "id": "Group", "name": "Group", "endpoint": "/Groups",
        "schema": "urn:ietf:params:scim:schemas:core:2.0:Group" });
    list("types", &[users, groups])
}

pub(super) fn schemas() -> Reply {
    let text = |name: &str| json!({ "name": name, "type": "string", "multiValued": false });
    let several = |name: &str, kinds: &[&str], subs: &[&str]| {
        let mut all: Vec<Value> = subs.iter().map(|sub| text(sub)).collect();
        all.push(json!({ "name": "type", "type": "string", "canonicalValues": kinds }));
        json!({ "name": name, "type": "complex", "multiValued": true, "subAttributes": all })
    };
    let mut core: Vec<Value> = [
        "userName",
        "displayName",
        "title",
        "userType",
        "preferredLanguage",
    ]
    .map(text)
    .to_vec();
    core.push(json!({ "name": "active", "type": "boolean", "multiValued": false }));
    core.push(
        json!({ "name": "name", "type": "complex", "multiValued": false,
        "subAttributes": [text("givenName"), text("familyName")] }),
    );
    core.push(several("emails", &["work", "home"], &["value"]));
    core.push(several("phoneNumbers", &["work", "mobile"], &["value"]));
    core.push(several("photos", &["photo", "thumbnail"], &["value"]));
    core.push(several("addresses", &["work"], &["locality", "country"]));
    let names = [
        "employeeNumber",
        "costCenter",
        "organization",
        "division",
        "department",
    ];
    let mut enterprise: Vec<Value> = names.map(text).to_vec();
    enterprise.push(
        json!({ "name": "manager", "type": "complex", "multiValued": false,
        "subAttributes": [text("value"), text("displayName")] }),
    );
    let schema = |id: &str, attributes: Vec<Value>| json!({ "id": id, "attributes": attributes });
    list(
        "schemas",
        &[schema(CORE, core), schema(ENTERPRISE, enterprise)],
    )
}

fn list(class: &'static str, resources: &[Value]) -> Reply {
    scim(
        class,
        &json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
            "totalResults": resources.len(), "startIndex": 1, "itemsPerPage": resources.len(),
            "Resources": resources,
        }),
    )
}
