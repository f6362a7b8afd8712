//! The schema of the default user type: a few base attributes and the org's own.

use serde_json::json;

use crate::wire::Reply;

pub(super) fn reply() -> Reply {
    let text = |title: &str| json!({ "title": title, "type": "string" });
    let body = json!({
        "id": "https://simulated.example.com/meta/schemas/user/default",
        "$schema": "http://json-schema.org/draft-04/schema#",
        "name": "user",
        "title": "User",
        "type": "object",
        "definitions": {
            "base": { "id": "#base", "type": "object", "properties": {
                "login": text("Username"),
                "firstName": text("First name"),
                "lastName": text("Last name"),
                "email": text("Primary email"),
                "department": text("Department"),
            } },
            "custom": { "id": "#custom", "type": "object", "properties": {
                "officeLocation": text("Office"),
                "country": text("Country"),
                "badgeColour": text("Badge colour"),
            } },
        },
    });
    Reply::json("schema", 200, body.to_string())
}
