//! The `[target.NAME]` sections: site, credential, matching rules and mapping tables.
//!
//! What DESIGN names and this build does not do is read and checked like everything else, and then
//! refused as `unsupported`: a row that silently does nothing would be worse than none.

use attune_core::account::{MatchBy, MatchRule, Product};
use attune_core::mapping::{Field, FieldKind, FieldRows, Table};

use super::address::{self, Rules};
use super::condition::selector;
use super::credential::{CredentialSpec, Kind};
use super::definition::{Endpoint, Route, TargetSpec};
use super::photo;
use super::route;
use super::row::{self, Context};
use crate::settings::nearest;
use crate::settings::reader::{Node, Section};

/// Fields of the account itself: `[target.NAME.account]`.
pub const ACCOUNT_FIELDS: [&str; 2] = ["email", "full-name"];
/// Confluence's fields: its `[target.NAME.map]`.
pub const PROFILE_FIELDS: [&str; 6] = [
    "phone",
    "im",
    "website",
    "position",
    "department",
    "location",
];

/// Reads all targets, in file order.
pub(super) fn read_all(node: &Node<'_>, context: &Context<'_>) -> Option<Vec<TargetSpec>> {
    let section = node.section()?;
    let entries = section.entries();
    if entries.is_empty() {
        section.error("there is no target", "write [target.jira]");
    }
    let specs: Vec<Option<TargetSpec>> = entries
        .iter()
        .map(|(name, node)| read(name, node, context))
        .collect();
    specs.into_iter().collect()
}

fn read(name: &str, node: &Node<'_>, context: &Context<'_>) -> Option<TargetSpec> {
    let section = node.section()?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if name.is_empty() || !name.chars().all(is_plain) {
        node.error(
            format!("'{name}' is no name for a target"),
            "letters, digits, - and _",
        );
    }
    let product = product(&section);
    let route = route::read(&section, product);
    let allow_http = section.get("allow-http").and_then(|node| node.flag());
    let endpoint = endpoint(&section, allow_http.unwrap_or(false), context);
    let credential = credential(&section, context);
    let matching = matching(&section, product);
    let photo = photo::read(&section);
    let custom = route::custom(&section, route);
    let has_photo = matches!(photo, Some(Some(_)));
    let map = tables((name, has_photo), &section, (product, route), context);
    section.finish();
    Some(TargetSpec {
        name: name.to_owned(),
        product: product?,
        endpoint: endpoint?,
        allow_http: allow_http.unwrap_or(false),
        route,
        credential: credential?,
        matching: matching?,
        photo: photo?,
        map: map?,
        custom: custom.ok()?,
    })
}

fn product(section: &Section<'_>) -> Option<Product> {
    let node = section.need("product", "such as product = \"jira-data-center\"")?;
    node.choice(&Product::WORDS)
}

fn endpoint(section: &Section<'_>, allow_http: bool, context: &Context<'_>) -> Option<Endpoint> {
    let rules = Rules {
        allow_http,
        allow_ldap: false,
        folder: context.folder,
    };
    let node = section.need("url", "such as url = \"https://jira.example.com\"");
    let ca_file = section.get("ca-file").and_then(|node| {
        let path = node.full_text()?;
        Some(context.folder.join(path))
    });
    Some(Endpoint {
        url: address::url(&node?, rules)?,
        ca_file,
    })
}

fn credential(section: &Section<'_>, context: &Context<'_>) -> Option<CredentialSpec> {
    let node = section.need(
        "credential",
        "{ kind = \"basic\", username = \"...\", password = { env = \"...\" } }",
    )?;
    let spec = CredentialSpec::read(&node, context.folder)?;
    if !matches!(spec.kind, Kind::Basic | Kind::Bearer) {
        let word = spec.kind.as_str();
        node.error(
            format!("a target cannot sign in with a credential of kind \"{word}\""),
            "use \"basic\", or \"bearer\" with a personal access token",
        );
        return None;
    }
    Some(spec)
}

fn matching(section: &Section<'_>, product: Option<Product>) -> Option<Vec<MatchRule>> {
    let hint = "match = [{ source = \"mail\", target = \"email\" }]";
    let node = section.need("match", hint)?;
    let list = node.list()?;
    if list.is_empty() {
        node.error("'match' has no rule", hint);
        return None;
    }
    let rules: Vec<Option<MatchRule>> = list.iter().map(|node| match_rule(node, product)).collect();
    rules.into_iter().collect()
}

fn match_rule(node: &Node<'_>, product: Option<Product>) -> Option<MatchRule> {
    let section = node.section()?;
    let source = section.need("source", "an attribute of the person");
    let target = section.need("target", "username, email or key");
    let source = source.and_then(|node| selector(&node));
    let target = target.and_then(|node| {
        let by = node.choice(&MatchBy::WORDS)?;
        if by == MatchBy::Email && product == Some(Product::ConfluenceDataCenter) {
            node.error(
                "Confluence's API finds nobody by e-mail address",
                "match by username or key",
            );
            return None;
        }
        Some(by)
    });
    section.finish();
    Some(MatchRule {
        source: source?,
        target: target?,
    })
}

fn tables(
    (target, has_photo): (&str, bool),
    section: &Section<'_>,
    (product, route): (Option<Product>, Route),
    context: &Context<'_>,
) -> Option<Table> {
    let account = section.get("account").and_then(|node| node.section());
    let map = section.get("map").and_then(|node| node.section());
    if account.is_none() && map.is_none() && !has_photo {
        section.error(
            format!("{} maps nothing", section.name()),
            &format!("write [target.{target}.map]"),
        );
    }
    let mut fields = Vec::new();
    let mut is_whole = true;
    let mut add = |field: Option<Field>, node: &Node<'_>| {
        let rows = match &field {
            Some(field) => row::read_field(node, (target, &field.name), context),
            None => None,
        };
        match (field, rows) {
            (Some(field), Some(rows)) => fields.push(FieldRows { field, rows }),
            _ => is_whole = false,
        }
    };
    for (name, node) in map.iter().flat_map(Section::entries) {
        let field = match product {
            Some(Product::ConfluenceDataCenter) => {
                known(&name, &node, &PROFILE_FIELDS).map(|()| field(FieldKind::Profile, name))
            }
            _ => route::property(&name, &node, route).map(|kind| field(kind, name)),
        };
        add(field, &node);
    }
    for (name, node) in account.iter().flat_map(Section::entries) {
        let found = known(&name, &node, &ACCOUNT_FIELDS);
        let name = format!("account.{name}");
        add(found.map(|()| field(FieldKind::Account, name)), &node);
    }
    is_whole.then_some(Table { fields })
}

fn field(kind: FieldKind, name: String) -> Field {
    Field { kind, name }
}

fn known(name: &str, node: &Node<'_>, names: &[&'static str]) -> Option<()> {
    if names.contains(&name) {
        return Some(());
    }
    let hint = match nearest(name, names.iter().copied()) {
        Some(near) => format!("did you mean '{near}'?"),
        None => format!("one of: {}", names.join(", ")),
    };
    node.error(format!("there is no field '{name}'"), &hint);
    None
}
