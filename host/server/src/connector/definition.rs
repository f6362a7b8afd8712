//! A connector as its file says it: read, checked, and nothing of it guessed.
//!
//! Deliberately not here: reading the file (`read`), secrets (only their places), what a plugin
//! thinks of its options (checked when a run opens), and doing anything.

use std::collections::BTreeMap;
use std::path::PathBuf;

use attune_core::account::{MatchRule, Product};
use attune_core::guard::Limits;
use attune_core::mapping::{Condition, Conflict, Existing, Table};
use attune_core::route::CustomRoute;
use serde_json::Value as Json;

use super::credential::CredentialSpec;
use super::schedule::Cron;

/// One accepted connector file.
#[derive(Debug, Clone)]
pub struct Connector {
    /// Its own id; stays when the file is renamed.
    pub id: String,
    /// The file's name without `.toml`.
    pub name: String,
    /// When it runs by itself.
    pub schedule: Schedule,
    /// IANA name; schedules are read in it.
    pub time_zone: String,
    /// BCP 47 tag for steps that depend on a language, `und` unless set.
    pub locale: String,
    /// Where people come from.
    pub source: SourceSpec,
    /// Who takes part.
    pub scope: Scope,
    /// What is too much.
    pub guard: Limits,
    /// Where values go, in file order; never empty.
    pub targets: Vec<TargetSpec>,
}

/// When the service runs a connector by itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Schedule {
    /// Complete listing.
    pub sync: Option<Cron>,
    /// Since the checkpoint.
    pub changes: Option<Cron>,
    /// Nobody skipped, targets read again.
    pub full: Option<Cron>,
}

/// The `[source]` section.
#[derive(Debug, Clone)]
pub struct SourceSpec {
    /// Id of the provider plugin.
    pub provider: String,
    /// For the plugin, as JSON; files already read in.
    pub options: Json,
    /// Addresses by slot, where the adapter's default is not wanted.
    pub endpoints: BTreeMap<String, Endpoint>,
    /// PEM file of authorities for every endpoint that names none.
    pub ca_file: Option<PathBuf>,
    /// Credentials by slot.
    pub credentials: BTreeMap<String, CredentialSpec>,
    /// Plain `http://` to other machines too.
    pub allow_http: bool,
    /// `ldap://` is secured before anything is said.
    pub start_tls: bool,
    /// `ldap://` may stay in clear.
    pub allow_plain: bool,
    /// `picture-hosts`: where links to pictures may lead; empty: to any public host.
    pub picture_hosts: Vec<String>,
}

/// An address and who vouches for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// `https://graph.microsoft.com`, `ldaps://directory.example.com`.
    pub url: String,
    /// PEM file of authorities that are trusted for it.
    pub ca_file: Option<PathBuf>,
}

/// The `[scope]` section.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// The adapter lists the members of these instead of everyone; empty: everyone.
    pub groups: Vec<String>,
    /// All must hold.
    pub include: Vec<Condition>,
    /// None may hold.
    pub exclude: Vec<Condition>,
    /// What becomes of people who left.
    pub leavers: Leavers,
}

/// What becomes of the values of people who left.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Leavers {
    /// Nothing.
    #[default]
    Keep,
    /// What is ours is cleared after so many days.
    Clear {
        /// `after = "30d"`.
        after_days: u32,
    },
}

/// How Jira's User Properties are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// The visible "User Properties", by the administrator's form.
    AdminForm,
    /// REST; only apps see them.
    EntityProperty,
    /// URL templates of the connector file.
    Custom,
}

impl Route {
    /// The words of a connector file.
    pub const WORDS: [(&'static str, Self); 3] = [
        ("admin-form", Self::AdminForm),
        ("entity-property", Self::EntityProperty),
        ("custom", Self::Custom),
    ];
}

/// One `[target.NAME]` section.
#[derive(Debug, Clone)]
pub struct TargetSpec {
    /// The section's name.
    pub name: String,
    /// What kind of site.
    pub product: Product,
    /// Its address.
    pub endpoint: Endpoint,
    /// Plain `http://` to other machines too.
    pub allow_http: bool,
    /// How User Properties are written; nothing to say for other products.
    pub route: Route,
    /// Who writes.
    pub credential: CredentialSpec,
    /// In order; the first rule that finds exactly one account decides.
    pub matching: Vec<MatchRule>,
    /// The picture, where it is managed.
    pub photo: Option<Photo>,
    /// `[target.NAME.map]` and `[target.NAME.account]`, in file order.
    pub map: Table,
    /// URL templates of the route `custom`.
    pub custom: Option<CustomRoute>,
}

/// How the picture is managed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Photo {
    /// Edge in pixels.
    pub size: u32,
    /// A person without a picture gets the default one, if the one there is ours, instead of
    /// keeping it.
    pub reset_when_none: bool,
    /// What happens to a picture that was there before us.
    pub existing: Existing,
    /// What happens when somebody changed our picture.
    pub conflict: Conflict,
}
