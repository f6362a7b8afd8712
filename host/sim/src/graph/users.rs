//! Single users, their managers, and users by their ids.

use serde_json::Value;

use super::Directory;
use super::listing::CONTENT_TYPE;
use super::query::{DEFAULTS, Expand, Query};
use super::refusal::Refusal;
use crate::people::{Manager, People, Who};
use crate::wire::{Received, Reply};

const IDS_MAX: usize = 1000;

impl Directory {
    pub(super) fn user(&self, received: &Received, key: &str) -> Result<Reply, Refusal> {
        let Some(query) = Query::read(received)? else {
            return Ok(Reply::unknown_route(received));
        };
        let is_eventual = received.header("consistencylevel").is_some();
        let levels = query.expand.as_ref().and_then(|expand| expand.levels);
        if levels.is_some() && !(is_eventual && query.is_counted) {
            return Err(Refusal::unsupported_query("Unsupported Query."));
        }
        let people = self.people();
        let who = people.find(key).ok_or_else(|| Refusal::not_found(key))?;
        let expand = query.expand.as_ref();
        Ok(self.entity("user", &people, who, (&query.members(), expand)))
    }

    pub(super) fn manager(&self, received: &Received, key: &str) -> Result<Reply, Refusal> {
        let Some(query) = Query::read(received)? else {
            return Ok(Reply::unknown_route(received));
        };
        let people = self.people();
        let who = people.find(key).ok_or_else(|| Refusal::not_found(key))?;
        let leader = match people.manager(who) {
            Manager::Person(leader) if people.is_here(leader) => leader,
            _ => return Err(Refusal::not_found("manager")),
        };
        Ok(self.entity("manager", &people, leader, (&query.members(), None)))
    }

    fn entity(
        &self,
        class: &'static str,
        people: &People,
        who: Who,
        (members, expand): (&[&str], Option<&Expand>),
    ) -> Reply {
        let mut user = String::new();
        write_user(people, who, members, expand, &mut user);
        let inside = user.strip_prefix('{').unwrap_or_default();
        let comma = if inside == "}" { "" } else { "," };
        let body = format!(
            "{{\"@odata.context\":\"{}/v1.0/$metadata#users/$entity\"{comma}{inside}",
            self.origin
        );
        Reply::json(class, 200, body).with("content-type", CONTENT_TYPE)
    }

    /// `POST /directoryObjects/getByIds`: unknown ids are left out without a word.
    pub(super) fn by_ids(&self, received: &Received) -> Result<Reply, Refusal> {
        let Some(query) = Query::read(received)? else {
            return Ok(Reply::unknown_route(received));
        };
        let wanted: Value = serde_json::from_slice(&received.body)
            .map_err(|_| Refusal::bad_request("Unable to read JSON request payload."))?;
        let ids = wanted.get("ids").and_then(Value::as_array);
        let ids = ids.ok_or_else(|| Refusal::bad_request("The 'ids' parameter is missing."))?;
        if ids.len() > IDS_MAX {
            let message = format!("Too many ids specified: the maximum is {IDS_MAX}.");
            return Err(Refusal::bad_request(message));
        }
        let types = wanted.get("types").and_then(Value::as_array);
        let has_users = types.is_none_or(|types| types.iter().any(|name| name == "user"));
        let people = self.people();
        let mut body = format!(
            "{{\"@odata.context\":\"{}/v1.0/$metadata#directoryObjects\",\"value\":[",
            self.origin
        );
        let found = ids.iter().filter_map(Value::as_str);
        let found = found.filter_map(|id| people.find(id).filter(|who| people.id(*who) == id));
        for (at, who) in found.filter(|_| has_users).enumerate() {
            body.push_str(if at > 0 { "," } else { "" });
            body.push_str("{\"@odata.type\":\"#microsoft.graph.user\",");
            people.write(who, &query.members(), &mut body);
            body.push('}');
        }
        body.push_str("]}");
        Ok(Reply::json("users.by-ids", 200, body).with("content-type", CONTENT_TYPE))
    }
}

/// Appends a user as JSON, with the manager where that is asked for and there is one.
pub(super) fn write_user(
    people: &People,
    who: Who,
    members: &[&str],
    expand: Option<&Expand>,
    out: &mut String,
) {
    out.push('{');
    let begin = out.len();
    people.write(who, members, out);
    if let Some(expand) = expand {
        let separator = if out.len() > begin { "," } else { "" };
        write_leaders(people, who, (separator, expand), out);
    }
    out.push('}');
}

/// Appends the nested managers; nobody is written twice.
fn write_leaders(
    people: &People,
    who: Who,
    (separator, expand): (&str, &Expand),
    out: &mut String,
) {
    let mut separator = separator;
    let mut walked = Vec::new();
    let mut at = who;
    for _ in 0..expand.levels.unwrap_or(1) {
        match people.manager(at) {
            Manager::Person(leader) if people.is_here(leader) => {
                if walked.contains(&leader) {
                    break;
                }
                write_leader(people, leader, (separator, expand), out);
                walked.push(leader);
                at = leader;
            }
            Manager::Dangling => {
                let id = people.dangling_id(at);
                out.push_str(separator);
                out.push_str("\"manager\":{\"@odata.type\":\"#microsoft.graph.user\",\"id\":\"");
                out.push_str(&id);
                out.push_str("\"}");
                break;
            }
            _ => break,
        }
        separator = ",";
    }
    out.extend(std::iter::repeat_n('}', walked.len()));
}

/// Opens a nested manager; the caller closes it after those above.
fn write_leader(
    people: &People,
    leader: Who,
    (separator, expand): (&str, &Expand),
    out: &mut String,
) {
    out.push_str(separator);
    out.push_str("\"manager\":{\"@odata.type\":\"#microsoft.graph.user\",");
    if expand.select.is_empty() {
        people.write(leader, DEFAULTS, out);
        return;
    }
    if !expand.select.iter().any(|member| member == "id") {
        people.write(leader, &["id"], out);
        out.push(',');
    }
    people.write(leader, &expand.select, out);
}
