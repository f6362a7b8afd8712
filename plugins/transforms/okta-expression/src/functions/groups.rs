//! What the lists of a person's groups can answer.
//!
//! The parser puts the column of names or of ids before a function's own arguments. What needs more
//! than that (a group's type, its source, the name behind an id) is refused when the expression is
//! opened.

use attune_functions::expression::{Answer, Call, CallNode, Definition, Error, Kind, Node, Value};
use attune_functions::regex::Syntax;

pub(super) static TABLE: &[Definition] = &[
    Definition::new("isMemberOfGroupName", "groups any, name text", is_named),
    Definition::new(
        "isMemberOfGroupNameStartsWith",
        "groups any, prefix text",
        is_named,
    ),
    Definition::new(
        "isMemberOfGroupNameContains",
        "groups any, part text",
        is_named,
    ),
    Definition::new(
        "isMemberOfGroupNameRegex",
        "groups any, pattern text",
        is_named_so,
    )
    .checked(check_pattern),
    Definition::new("isMemberOfGroup", "groups any, id text", is_member),
    Definition::new("isMemberOfAnyGroup", "groups any, id text...", is_member),
    Definition::new(
        "user.isMemberOf",
        "groups any, criteria any...",
        is_member_of,
    ),
    Definition::new("user.getGroups", "groups any, criteria any...", get_groups),
    Definition::new(
        "Groups.contains",
        "groups any, app text, pattern text, limit integer",
        named,
    )
    .checked(check_app),
    Definition::new(
        "Groups.startsWith",
        "groups any, app text, pattern text, limit integer",
        named,
    )
    .checked(check_app),
    Definition::new(
        "Groups.endsWith",
        "groups any, app text, pattern text, limit integer",
        named,
    )
    .checked(check_app),
];

/// Which list a function reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    Names,
    Ids,
}

const NAME: &str = "group.profile.name";
const ID: &str = "group.id";

/// The list that a call reads; nothing where it is no function of groups.
pub(crate) fn wanted(definition: &Definition, arguments: &[Node]) -> Result<Option<Wanted>, Error> {
    Ok(match definition.name {
        "isMemberOfGroup" | "isMemberOfAnyGroup" => Some(Wanted::Ids),
        "user.isMemberOf" | "user.getGroups" => Some(wanted_by_criteria(arguments)?),
        name if name.starts_with("isMemberOf") || name.starts_with("Groups.") => {
            Some(Wanted::Names)
        }
        _ => None,
    })
}

/// All criteria are of names or all are of ids.
fn wanted_by_criteria(arguments: &[Node]) -> Result<Wanted, Error> {
    let mut found = None;
    for argument in arguments {
        let Kind::Call(map) = &argument.kind else {
            return Err(criterion(argument.column, "a criterion is expected"));
        };
        let mut here = None;
        for pair in map.arguments().chunks(2) {
            let (Some(key), Some(value)) = (pair.first(), pair.get(1)) else {
                return Err(criterion(argument.column, "a criterion is expected"));
            };
            match (key.constant_text(), value.constant_text()) {
                (Some(NAME), _) => here = Some(Wanted::Names),
                (Some(ID), _) => here = Some(Wanted::Ids),
                (Some("operator"), Some("EXACT" | "STARTS_WITH")) => {}
                (Some(other), _) => {
                    let message = format!("the list of a person's groups does not tell `{other}`");
                    return Err(criterion(key.column, &message));
                }
                (None, _) => return Err(criterion(key.column, "a key is a text")),
            }
        }
        if here.is_none() || (found.is_some() && found != here) {
            return Err(criterion(argument.column, "all criteria are of one kind"));
        }
        found = here;
    }
    found.ok_or_else(|| Error::syntax(1, "at least one criterion is expected"))
}

fn criterion(column: usize, why: &str) -> Error {
    let message = format!(
        "{why}: write {{'{NAME}': 'Sales', 'operator': 'EXACT'}} (or STARTS_WITH, the default) or {{'{ID}': '00g...'}}"
    );
    Error::syntax(column, message)
}

/// What is said where the option is missing.
pub(crate) fn not_given(name: &str, option: &str) -> String {
    let (what, example) = match option {
        "groups" => ("names", "groups[*].profile.name"),
        _ => ("ids", "groups[*].id"),
    };
    format!(
        "`{name}` needs the person's groups: set the option `{option}` to the selector of a list with their {what}, such as {option} = \"{example}\""
    )
}

/// `.![name]` behind `user.getGroups(...)`.
pub(crate) fn check_projection(node: &Node, member: &str) -> Result<(), String> {
    let Kind::Call(call) = &node.kind else {
        return Err("a projection stands behind `user.getGroups(...)` only".to_owned());
    };
    let wanted = match call.definition().name {
        "user.getGroups" => wanted_by_criteria(call.arguments().get(1..).unwrap_or_default()),
        _ => return Err("a projection stands behind `user.getGroups(...)` only".to_owned()),
    };
    match (wanted, member) {
        (Ok(Wanted::Names), "name" | "profile.name") | (Ok(Wanted::Ids), "id") => Ok(()),
        _ => Err(format!(
            "`{member}` is not known of these groups: criteria of names give `name`, criteria of ids give `id`"
        )),
    }
}

/// The texts of the groups' list.
fn groups(call: &Call<'_, '_>) -> Answer<Vec<String>> {
    let mut groups = Vec::new();
    for value in call.list(0)? {
        groups.extend(call.text_of(value, 0)?.map(std::borrow::Cow::into_owned));
    }
    Ok(groups)
}

/// How the function's name says that a group's name is compared.
fn fits(function: &str, group: &str, wanted: &str) -> bool {
    match function {
        "isMemberOfGroupNameStartsWith" | "Groups.startsWith" => group.starts_with(wanted),
        "isMemberOfGroupNameContains" | "Groups.contains" => group.contains(wanted),
        "Groups.endsWith" => group.ends_with(wanted),
        _ => group == wanted,
    }
}

fn is_named<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let wanted = call.text_or_empty(1)?;
    let found = groups(call)?
        .iter()
        .any(|group| fits(call.name(), group, &wanted));
    Ok(Value::Boolean(found))
}

fn check_pattern(call: &CallNode) -> Result<(), Error> {
    call.check_pattern(1, Syntax::Java).map(drop)
}

fn is_named_so<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let Some(pattern) = call.pattern(1, Syntax::Java)? else {
        return Ok(Value::Boolean(false));
    };
    for group in groups(call)? {
        let is_match = pattern.is_match(&group);
        if is_match.map_err(|why| call.at(1, "pattern-too-hard", why.to_string()))? {
            return Ok(Value::Boolean(true));
        }
    }
    Ok(Value::Boolean(false))
}

fn is_member<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let groups = groups(call)?;
    for index in 1..call.len() {
        let id = call.text_or_empty(index)?;
        if groups.iter().any(|group| *group == id) {
            return Ok(Value::Boolean(true));
        }
    }
    Ok(Value::Boolean(false))
}

/// The groups that any of the criteria finds, in the order of the list.
fn found(call: &Call<'_, '_>) -> Answer<Vec<String>> {
    let mut groups = groups(call)?;
    let mut criteria: Vec<(String, bool)> = Vec::new();
    for index in 1..call.len() {
        let Some(Kind::Call(map)) = call.node(index).map(|node| &node.kind) else {
            continue;
        };
        let pairs = || map.arguments().chunks(2);
        let text_of = |pair: &'_ [Node], at: usize| {
            pair.get(at)
                .and_then(Node::constant_text)
                .unwrap_or_default()
                .to_owned()
        };
        let is_exact = pairs()
            .any(|pair| matches!(text_of(pair, 0).as_str(), ID) || text_of(pair, 1) == "EXACT");
        for pair in pairs().filter(|pair| text_of(pair, 0) != "operator") {
            let Some(node) = pair.get(1) else { continue };
            let value = node.evaluate(call.scope)?;
            for value in value.elements().unwrap_or_else(|| vec![value]) {
                let text = call.text_of(value, index)?.unwrap_or_default();
                criteria.push((text.into_owned(), is_exact));
            }
        }
    }
    groups.retain(|group| {
        criteria.iter().any(|(text, is_exact)| {
            if *is_exact {
                group == text
            } else {
                group.starts_with(text.as_str())
            }
        })
    });
    Ok(groups)
}

fn is_member_of<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    Ok(Value::Boolean(!found(call)?.is_empty()))
}

fn get_groups<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    Ok(Value::List(
        found(call)?.into_iter().map(Value::owned).collect(),
    ))
}

fn check_app(call: &CallNode) -> Result<(), Error> {
    match (call.arguments().get(1), call.constant_text(1)) {
        (_, Some("OKTA")) => Ok(()),
        (node, _) => {
            let column = node.map_or(call.column(), |node| node.column);
            let message =
                "the list of a person's groups does not tell their app: \"OKTA\" is answered alone";
            Err(Error::syntax(column, message))
        }
    }
}

fn named<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let wanted = call.text_or_empty(2)?;
    let limit = usize::try_from(call.required_integer(3)?).unwrap_or(0);
    let fitting = groups(call)?
        .into_iter()
        .filter(|group| fits(call.name(), group, &wanted));
    Ok(Value::List(fitting.take(limit).map(Value::owned).collect()))
}
