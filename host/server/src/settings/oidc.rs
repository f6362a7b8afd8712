//! `[auth.oidc]`: the organisation's own sign-in service, and who may what by its groups.
//!
//! Deliberately not here: what a role may, and asking the service (`access`).

use std::path::{Path, PathBuf};

use super::SecretRef;
use super::reader::{Node, Section};

/// The words of roles.
const ROLES: [(&str, &str); 4] = [
    ("viewer", "viewer"),
    ("operator", "operator"),
    ("editor", "editor"),
    ("admin", "admin"),
];

/// `[auth.oidc]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Oidc {
    /// `issuer`: `https://...`, exactly as the service writes it.
    pub issuer: String,
    /// `client-id`: who we are there.
    pub client_id: String,
    /// `client-secret`: `{ env = "NAME" }` or `{ file = "PATH" }`.
    pub client_secret: SecretRef,
    /// `address`: where browsers reach this service (`https://attune.example.com`); the service's
    /// client needs the redirect address `ADDRESS/sign-in/oidc/return`.
    pub address: String,
    /// `scopes`: asked for besides `openid`; `["profile"]`.
    pub scopes: Vec<String>,
    /// `roles-claim`: the claim that has somebody's groups (`groups`); dots lead inside of others.
    pub roles_claim: String,
    /// `roles`: what a group may, `{ "attune-admins" = "admin" }`; who has several has the highest.
    pub roles: Vec<(String, &'static str)>,
    /// `personal`: groups that see values of people.
    pub personal: Vec<String>,
    /// `ca-file`: PEM file of authorities that are trusted for the service.
    pub ca_file: Option<PathBuf>,
}

impl Oidc {
    pub(super) fn read(section: Section<'_>, folder: &Path) -> Option<Self> {
        let full =
            |node: Option<Node<'_>>| node.and_then(|node| node.full_text().map(str::to_owned));
        let address = |node: Option<Node<'_>>| {
            let node = node?;
            let text = node.full_text()?;
            let is_near = ["http://localhost", "http://127.0.0.1", "http://[::1]"];
            let is_near = is_near.iter().any(|near| text.starts_with(near));
            if !text.starts_with("https://") && !is_near {
                node.error(
                    "it must begin with https://",
                    "plain http:// only to this machine",
                );
            }
            Some(text.to_owned())
        };
        let issuer = address(section.need("issuer", "the address of the sign-in service"));
        let own = address(section.need("address", "where browsers reach this service"));
        let client_id = full(section.need("client-id", "who we are at the sign-in service"));
        let secret = section.need("client-secret", "{ env = \"NAME\" } or { file = \"PATH\" }");
        let secret = secret.and_then(|node| SecretRef::read(&node, folder));
        let roles = section.need(
            "roles",
            "what groups may: { \"attune-admins\" = \"admin\" }",
        );
        let roles = roles.and_then(|node| {
            let entries = node.section()?.entries();
            let role = |(group, node): (String, Node<'_>)| Some((group, node.choice(&ROLES)?));
            entries.into_iter().map(role).collect()
        });
        let texts = |key: &'static str| {
            section
                .get(key)
                .map_or(Some(Vec::new()), |node| node.texts())
        };
        let scopes = match section.get("scopes") {
            None => Some(vec!["profile".to_owned()]),
            Some(node) => node.texts(),
        };
        let (personal, claim) = (texts("personal"), section.get("roles-claim"));
        let claim = claim.map_or(Some("groups".to_owned()), |node| full(Some(node)));
        let ca_file = full(section.get("ca-file")).map(|path| folder.join(path));
        section.finish();
        Some(Self {
            issuer: issuer?,
            client_id: client_id?,
            client_secret: secret?,
            address: own?,
            scopes: scopes?,
            roles_claim: claim?,
            roles: roles?,
            personal: personal?,
            ca_file,
        })
    }
}
