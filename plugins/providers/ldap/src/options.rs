//! The options of the source, and the endpoint and credential that it needs.
//!
//! The credential is required although LDAP knows anonymous sessions: what those may see differs
//! from server to server, and a shorter list must not look like people who left.

use attune_plugin::Problem;
use attune_plugin::provider::{
    CredentialSlot, EndpointSlot, LdapScope, Manifest, Requirements, manifest as manifest_of,
};
use serde::Deserialize;

use crate::{attributes, dn, filter};

/// The endpoint slot.
pub(crate) const DIRECTORY: &str = "directory";
const BIND: &str = "bind";

const SCHEMA: &str = r#"{
  "type": "object",
  "required": ["base"],
  "additionalProperties": false,
  "properties": {
    "base": {
      "type": "string",
      "minLength": 1,
      "description": "The DN below which people are, for example: ou=people,dc=example,dc=com"
    },
    "filter": {
      "type": "string",
      "minLength": 1,
      "description": "Who is a person. Left out: inetOrgPerson, and the users of an Active Directory. For its enabled users only: (&(objectCategory=person)(objectClass=user)(!(userAccountControl:1.2.840.113556.1.4.803:=2)))"
    },
    "scope": {
      "enum": ["subtree", "one-level"],
      "default": "subtree",
      "description": "The whole tree below the base, or its direct children only"
    },
    "key": {
      "type": "string",
      "default": "entryUUID",
      "description": "The attribute that never changes; Active Directory: objectGUID"
    },
    "username": {
      "type": "string",
      "default": "uid",
      "description": "The attribute with the user name; Active Directory: sAMAccountName"
    },
    "modified": {
      "type": "string",
      "description": "The attribute that changes with every change of the entry, for runs over changes only. Left out: modifyTimestamp, or uSNChanged where `key` is objectGUID, and none for other keys. whenChanged serves too"
    },
    "photo": {
      "type": "string",
      "description": "The attribute with the picture: jpegPhoto; Active Directory: thumbnailPhoto. Left out: whichever of the two an entry has"
    },
    "binary": {
      "type": "array",
      "items": { "type": "string" },
      "description": "More attributes that hold bytes; objectGUID, objectSid, jpegPhoto, thumbnailPhoto, userCertificate and names with ;binary always do"
    },
    "group-base": {
      "type": "string",
      "minLength": 1,
      "description": "The DN below which groups of [scope] are looked for. Left out: the whole tree of the base"
    },
    "members": {
      "enum": ["auto", "group", "member-of"],
      "default": "auto",
      "description": "Who is in a group of [scope]. group: whom the group names, groups within it followed. member-of: whose memberOf names it; only where the server has always kept that. auto: Active Directory judges itself, elsewhere as with group"
    },
    "page-size": {
      "type": "integer",
      "minimum": 1,
      "maximum": 10000,
      "default": 500,
      "description": "Entries per page; Active Directory gives at most 1000"
    }
  }
}"#;

/// `[source] options`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Options {
    /// The DN below which people are.
    pub base: String,
    /// Who is a person.
    #[serde(default = "default_filter")]
    pub filter: String,
    /// How deep people are below the base.
    #[serde(default)]
    pub scope: Scope,
    /// The attribute that never changes.
    #[serde(default = "default_key")]
    pub key: String,
    /// The attribute with the user name.
    #[serde(default = "default_username")]
    pub username: String,
    /// The attribute that changes with the entry; see [`Options::completed`].
    #[serde(default)]
    pub modified: Option<String>,
    /// The attribute with the picture.
    #[serde(default)]
    pub photo: Option<String>,
    /// More attributes that hold bytes.
    #[serde(default)]
    pub binary: Vec<String>,
    /// The DN below which groups are looked for.
    #[serde(default)]
    pub group_base: Option<String>,
    /// Who is in a group.
    #[serde(default)]
    pub members: MembersBy,
    /// Entries per page.
    #[serde(default = "default_page_size")]
    pub page_size: u32,
}

/// How deep people are below the base.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// The base and everything below.
    #[default]
    Subtree,
    /// The base's direct children.
    OneLevel,
}

/// What says who is in a group.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MembersBy {
    /// What the server does best and right.
    #[default]
    Auto,
    /// The group's own attributes.
    Group,
    /// The `memberOf` of people and groups.
    MemberOf,
}

impl From<Scope> for LdapScope {
    fn from(scope: Scope) -> Self {
        match scope {
            Scope::Subtree => Self::Subtree,
            Scope::OneLevel => Self::OneLevel,
        }
    }
}

/// Good for OpenLDAP and 389 (`inetOrgPerson`) and for Active Directory (users, but no computers):
/// an attribute or class that a server does not know makes its part of an `or` undefined, and the
/// other part decides (RFC 4511 section 4.5.1.7).
fn default_filter() -> String {
    "(|(objectClass=inetOrgPerson)(&(objectCategory=person)(objectClass=user)))".to_owned()
}

fn default_key() -> String {
    "entryUUID".to_owned()
}

fn default_username() -> String {
    "uid".to_owned()
}

fn default_page_size() -> u32 {
    500
}

impl Options {
    /// With what the key says of the kind of directory.
    #[must_use]
    pub(crate) fn completed(&self) -> Self {
        let usual = if self.key.eq_ignore_ascii_case("objectGUID") {
            Some("uSNChanged")
        } else if self.key.eq_ignore_ascii_case("entryUUID") {
            Some("modifyTimestamp")
        } else {
            None
        };
        Self {
            modified: self.modified.clone().or(usual.map(str::to_owned)),
            ..self.clone()
        }
    }

    /// What the schema cannot say.
    pub(crate) fn check(&self) -> Result<(), Problem> {
        if dn::canonical(&self.base).is_none() {
            let message = format!("`base` is no DN: `{}`", self.base);
            return Err(Problem::option("base", message));
        }
        if let Some(base) = &self.group_base
            && dn::canonical(base).is_none()
        {
            let message = format!("`group-base` is no DN: `{base}`");
            return Err(Problem::option("group-base", message));
        }
        if !filter::is_one(&self.filter()) {
            let message = format!("`filter` is not one LDAP filter: `{}`", self.filter);
            return Err(Problem::option("filter", message));
        }
        let named = [("key", &self.key), ("username", &self.username)];
        let optional = [("modified", &self.modified), ("photo", &self.photo)];
        let optional = optional
            .into_iter()
            .filter_map(|(option, name)| Some((option, name.as_ref()?)));
        let binary = self.binary.iter().map(|name| ("binary", name));
        for (option, name) in named.into_iter().chain(optional).chain(binary) {
            if !attributes::is_name(name) {
                let message = format!("`{option}`: `{name}` is no attribute name");
                return Err(Problem::option(option, message));
            }
        }
        Ok(())
    }

    /// The filter with parentheses, which admins like to leave out.
    pub(crate) fn filter(&self) -> String {
        let filter = self.filter.trim();
        if filter.starts_with('(') {
            filter.to_owned()
        } else {
            format!("({filter})")
        }
    }

    pub(crate) fn needs(&self) -> Requirements {
        Requirements {
            endpoints: vec![EndpointSlot {
                name: DIRECTORY.to_owned(),
                purpose: "the directory: ldaps:// or ldap:// with StartTLS".to_owned(),
                required: true,
                default_url: String::new(),
                credential: BIND.to_owned(),
            }],
            credentials: vec![CredentialSlot {
                name: BIND.to_owned(),
                purpose: "an account that may read all people without a size limit".to_owned(),
                required: true,
                kinds: vec!["ldap-bind".to_owned()],
                ..CredentialSlot::default()
            }],
            attributes: vec![self.key.clone(), self.username.clone(), "mail".to_owned()],
            ..Requirements::default()
        }
    }
}

pub(crate) fn manifest() -> Manifest {
    manifest_of(
        "ldap",
        env!("CARGO_PKG_VERSION"),
        "People of an LDAP directory: OpenLDAP, 389, Active Directory",
        SCHEMA,
    )
}
