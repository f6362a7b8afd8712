//! Groups: the search that answers with the branches in which it found something, single groups,
//! their sub-groups and members, and the groups of a user.

use serde_json::{Value, json};

use super::parameters::Parameters;
use super::refusal::Refusal;
use super::users::{MAX_DEFAULT, by_id};
use super::{Group, Realm, document};
use crate::wire::{Received, Reply};

/// What `max` is for sub-groups where nobody says.
const CHILDREN_DEFAULT: usize = 10;
const WINDOW: [&str; 3] = ["first", "max", "briefRepresentation"];

impl Realm {
    pub(super) fn search_groups(&self, received: &Received) -> Result<Reply, Refusal> {
        self.require("query-groups")?;
        let known = ["search", "exact", "briefRepresentation"];
        let parameters = match Parameters::read(received, &known) {
            Ok(parameters) => parameters,
            Err(reply) => return Ok(reply),
        };
        let settings = self.settings();
        let wanted = parameters.text("search").unwrap_or_default();
        let is_exact = parameters.is("exact");
        let fits = |group: &Group| {
            if is_exact {
                group.name == wanted
            } else {
                group.name.to_lowercase().contains(&wanted.to_lowercase())
            }
        };
        let found: Vec<Value> = settings
            .groups
            .iter()
            .filter_map(|group| branch(group, "", settings.is_before_23, &fits))
            .collect();
        Ok(Reply::json(
            "groups.search",
            200,
            Value::from(found).to_string(),
        ))
    }

    pub(super) fn group(&self, received: &Received, id: &str) -> Result<Reply, Refusal> {
        if let Err(reply) = Parameters::read(received, &[]) {
            return Ok(reply);
        }
        let (group, path) = self.one_group(id)?;
        let body = shown(&group, &path, self.settings().is_before_23);
        Ok(Reply::json("group", 200, body.to_string()))
    }

    pub(super) fn children(&self, received: &Received, id: &str) -> Result<Reply, Refusal> {
        let parameters = match Parameters::read(received, &WINDOW) {
            Ok(parameters) => parameters,
            Err(reply) => return Ok(reply),
        };
        let (group, path) = self.one_group(id)?;
        let (page_max, is_before_23) = {
            let settings = self.settings();
            (settings.page_max, settings.is_before_23)
        };
        if is_before_23 {
            return Err(Refusal::of(405));
        }
        let mut children = group.children;
        children.sort_by(|one, other| one.name.cmp(&other.name));
        let page = parameters.window(children, (CHILDREN_DEFAULT, page_max))?;
        let page: Vec<Value> = page
            .iter()
            .map(|child| shown(child, &below(&path, &child.name), false))
            .collect();
        Ok(Reply::json(
            "group.children",
            200,
            Value::from(page).to_string(),
        ))
    }

    pub(super) fn members(&self, received: &Received, id: &str) -> Result<Reply, Refusal> {
        let parameters = match Parameters::read(received, &WINDOW) {
            Ok(parameters) => parameters,
            Err(reply) => return Ok(reply),
        };
        let (group, _) = self.one_group(id)?;
        let people = self.people();
        let mut members = group.members;
        members.retain(|who| people.is_here(*who));
        members.sort_by_key(|who| document::username(&people, *who));
        let page = parameters.window(members, (MAX_DEFAULT, self.settings().page_max))?;
        let is_brief = parameters.is("briefRepresentation");
        let page: Vec<Value> = page
            .into_iter()
            .map(|who| document::user(&people, who, is_brief))
            .collect();
        Ok(Reply::json(
            "group.members",
            200,
            Value::from(page).to_string(),
        ))
    }

    pub(super) fn memberships(&self, received: &Received, id: &str) -> Result<Reply, Refusal> {
        self.require("view-users")?;
        let parameters = match Parameters::read(received, &WINDOW) {
            Ok(parameters) => parameters,
            Err(reply) => return Ok(reply),
        };
        let who = by_id(&self.people(), id)?;
        let settings = self.settings();
        let mut mine = Vec::new();
        each(&settings.groups, "", &mut |group, path| {
            if group.members.contains(&who) {
                mine.push((
                    path.to_owned(),
                    json!({ "id": group.id, "name": group.name, "path": path }),
                ));
            }
        });
        mine.sort_by(|(one, _), (other, _)| one.cmp(other));
        let mine = mine.into_iter().map(|(_, group)| group).collect();
        let page = parameters.window(mine, (usize::MAX, settings.page_max))?;
        Ok(Reply::json(
            "user.groups",
            200,
            Value::from(page).to_string(),
        ))
    }

    fn one_group(&self, id: &str) -> Result<(Group, String), Refusal> {
        let mut found = None;
        each(&self.settings().groups, "", &mut |group, path| {
            if group.id == id {
                found = Some((group.clone(), path.to_owned()));
            }
        });
        let found = found.ok_or_else(|| Refusal::saying(404, "Could not find group by id"))?;
        self.require("view-users")?;
        Ok(found)
    }
}

fn below(path: &str, name: &str) -> String {
    format!("{path}/{}", name.replace('/', "~/"))
}

/// Every group with its path.
fn each(groups: &[Group], path: &str, look: &mut impl FnMut(&Group, &str)) {
    for group in groups {
        let path = below(path, &group.name);
        look(group, &path);
        each(&group.children, &path, look);
    }
}

/// A group by itself: since version 23 it says how many sub-groups it has, before it held them.
fn shown(group: &Group, path: &str, is_before_23: bool) -> Value {
    if is_before_23 {
        let inside = group.children.iter();
        let inside = inside.map(|child| shown(child, &below(path, &child.name), true));
        return with(group, path, inside.collect(), true);
    }
    with(group, path, Vec::new(), false)
}

/// A group with these sub-groups in it.
fn with(group: &Group, path: &str, inside: Vec<Value>, is_before_23: bool) -> Value {
    let mut members = vec![
        ("id", json!(group.id)),
        ("name", json!(group.name)),
        ("path", json!(path)),
        ("subGroups", inside.into()),
    ];
    if !is_before_23 {
        members.push(("subGroupCount", json!(group.children.len())));
    }
    document::object(members)
}

/// The branch of a group that has something fitting in it.
fn branch(
    group: &Group,
    path: &str,
    is_before_23: bool,
    fits: &impl Fn(&Group) -> bool,
) -> Option<Value> {
    let path = below(path, &group.name);
    let inside: Vec<Value> = group
        .children
        .iter()
        .filter_map(|child| branch(child, &path, is_before_23, fits))
        .collect();
    let has_something = !inside.is_empty() || fits(group);
    has_something.then(|| with(group, &path, inside, is_before_23))
}
