//! The names of custom fields.

use serde_json::json;

use super::refusal::Refusal;
use super::{Directory, check_customer, check_parameters};
use crate::wire::{Received, Reply};

impl Directory {
    pub(super) fn schemas(received: &Received, customer: &str) -> Result<Reply, Refusal> {
        check_parameters(received, &[])?;
        check_customer(customer)?;
        let field = |name: &str, kind: &str, many: bool| {
            json!({
                "kind": "admin#directory#schema#fieldspec", "fieldId": name, "fieldName": name,
                "displayName": name, "fieldType": kind, "multiValued": many,
            })
        };
        let answer = json!({
            "kind": "admin#directory#schemas",
            "etag": "\"schemas\"",
            "schemas": [
                {
                    "kind": "admin#directory#schema", "schemaId": "s1", "schemaName": "Work",
                    "displayName": "At work",
                    "fields": [field("costCentre", "STRING", false), field("desks", "STRING", true)],
                },
                {
                    "kind": "admin#directory#schema", "schemaId": "s2", "schemaName": "Private",
                    "displayName": "Private", "fields": [field("shirt", "STRING", false)],
                },
            ],
        });
        Ok(Reply::json("schemas.list", 200, answer.to_string()))
    }
}
