//! `list.members`: one member of each object in a list.

use attune_plugin::Problem;
use attune_plugin::transform::{Cell, Function, Open, Row};
use serde::Deserialize;

use crate::elements::{elements, member, write};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Members {
    member: String,
}

/// `list.members`
pub(crate) fn members() -> Function {
    Function {
        name: "members",
        summary: "One member of each object; elements without it, or where it is null, are left out",
        options: r#"{
            "type": "object",
            "properties": {
                "member": { "title": "Member", "type": "string", "minLength": 1,
                    "description": "The name of the member; upper and lower case differ" }
            },
            "required": ["member"],
            "additionalProperties": false
        }"#,
        examples: r#"[
            {"options": {"member": "value"},
             "input": [[{"type": "work", "value": "a@x.example"}, {"type": "home", "value": "b@x.example"}]],
             "output": ["a@x.example","b@x.example"]},
            {"options": {"member": "name"}, "input": [[{"name": "Sales"}, {"id": 7}, "text"]],
             "output": ["Sales"]},
            {"options": {"member": "name"}, "input": [{"name": "Sales"}], "output": ["Sales"]},
            {"options": {"member": "name"}, "input": [[]], "output": []},
            {"options": {"member": "name"}, "input": [null], "output": null}
        ]"#,
        uses: &[],
        open: Open::row(|Members { member: name }| {
            if name.is_empty() {
                return Err(Problem::option("member", "the name of the member is empty"));
            }
            Ok(move |row: Row<'_>, out: Cell<'_>| {
                let value = row.value();
                if value.is_missing() {
                    return out.value(value);
                }
                let list = match elements(value) {
                    Ok(list) => list,
                    Err(problem) => return out.failed(&problem),
                };
                let found = list.iter().filter_map(|json| member(json, &name));
                write(found.filter(|json| *json != "null"), out)
            })
        }),
    }
}
