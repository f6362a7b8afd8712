//! Which attributes the org has: its own schema tells, custom attributes included.
//!
//! The schema of the default user type wants the scope `okta.schemas.read`, which listing people
//! does not; where it may not be read, the base profile is what every org has, and custom attributes
//! are seen in the sample.

use attune_plugin::Problem;
use attune_plugin::provider::{Attribute, Path, Request, json};
use serde_json::{Map, Value};

use crate::attributes::{BASE_PROFILE, BESIDE_PROFILE};
use crate::conversation::Answer;
use crate::reading::plain;
use crate::reply::odd;

pub(crate) fn request(id: u32) -> Request {
    plain(id, Path::new("/api/v1/meta/schemas/user/default"))
}

/// The attributes of the answer, or those of every org where it is a refusal.
pub(crate) fn attributes(answer: &Answer) -> Result<Vec<Attribute>, Problem> {
    if answer.response.status == 403 {
        return Ok(known_to_all());
    }
    let body = answer.body()?;
    let [definitions] =
        json::members(body, ["definitions"]).map_err(|error| odd(&answer.purpose, error))?;
    let definitions: Value = serde_json::from_str(definitions.unwrap_or("null"))
        .map_err(|error| odd(&answer.purpose, error))?;
    let parts = ["base", "custom"].into_iter();
    let properties = parts.filter_map(|part| definitions.get(part)?.get("properties")?.as_object());
    Ok(with_the_rest(properties.flat_map(described)))
}

/// What every org has.
pub(crate) fn known_to_all() -> Vec<Attribute> {
    let base = BASE_PROFILE.iter();
    with_the_rest(base.map(|(name, title)| of_profile(name, title, "text")))
}

/// Attributes of the profile, with those that stand beside it.
fn with_the_rest(profile: impl Iterator<Item = Attribute>) -> Vec<Attribute> {
    let beside = BESIDE_PROFILE.iter();
    let beside = beside.map(|(name, title, kind)| Attribute::new(name, title, kind));
    let manager = Attribute::new("manager.profile.displayName", "Manager", "text");
    beside.chain(profile).chain([manager]).collect()
}

fn described(properties: &Map<String, Value>) -> impl Iterator<Item = Attribute> + '_ {
    properties.iter().map(|(name, property)| {
        let text = |member| property.get(member).and_then(Value::as_str);
        let kind = match (text("type"), text("format")) {
            (Some("string"), Some("date-time" | "date")) => "date",
            (Some("number" | "integer"), _) => "number",
            (Some("boolean"), _) => "boolean",
            (Some("array"), _) => "list",
            (Some("object"), _) => "object",
            _ => "text",
        };
        of_profile(name, text("title").unwrap_or(name), kind)
    })
}

fn of_profile(name: &str, title: &str, kind: &str) -> Attribute {
    Attribute::new(&format!("profile.{name}"), title, kind)
}
