//! A connector file that is being put together, and what is told about it.
//!
//! Invariant: whatever an export says ends up in the file or in a remark, and no secret in either: of a
//! credential there is the name of a variable, never what the export had. Deliberately not here: what
//! any product's words mean.

use std::fmt::Write as _;

use attune_core::account::Product;
use attune_core::mapping::{Field, FieldKind};
use serde::Serialize;

use super::toml;
use crate::mapping::edit;

/// What a remark is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Something was not carried over.
    Left,
    /// Something has to be set before the connector can run.
    Set,
    /// Something was carried over by a guess, and wants a look.
    Check,
}

impl Kind {
    /// As it is told.
    pub fn words(self) -> &'static str {
        match self {
            Self::Left => "not carried over",
            Self::Set => "to be set",
            Self::Check => "to be checked",
        }
    }
}

/// One thing about an export that somebody should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Remark {
    /// What it is about.
    pub kind: Kind,
    /// Where in the export, or in the new file.
    pub at: String,
    /// What, and why.
    pub message: String,
    /// What to do.
    pub advice: String,
}

/// A connector that is being put together.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    /// File name and id.
    pub name: String,
    /// Whose export it was, for the first line.
    pub origin: &'static str,
    pub provider: &'static str,
    pub options: Vec<(&'static str, String)>,
    pub endpoints: Vec<(&'static str, String)>,
    pub credential: Credential,
    pub schedule: Option<String>,
    pub groups: Vec<String>,
    /// Conditions as TOML.
    pub include: Vec<String>,
    pub exclude: Vec<String>,
    pub jira: Target,
    pub wiki: Target,
    pub remarks: Vec<Remark>,
}

/// A credential without its secret.
#[derive(Debug, Clone, Default)]
pub(super) struct Credential {
    pub slot: &'static str,
    pub kind: &'static str,
    pub plain: Vec<(&'static str, String)>,
    /// The key of the secret, and the variable that will have it.
    pub secret: (&'static str, &'static str),
}

#[derive(Debug, Clone)]
pub(super) struct Target {
    pub name: &'static str,
    pub product: Product,
    /// Attribute of the source, and what it is in the target.
    pub matches: Vec<(String, &'static str)>,
    pub photo: bool,
    /// Fields as reports name them.
    pub rows: Vec<(String, Row)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Input {
    From(String),
    First(Vec<String>),
    Value(String),
    Nothing,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    pub name: &'static str,
    /// Options as TOML.
    pub options: Vec<(&'static str, String)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub input: Input,
    pub steps: Vec<Step>,
    pub default: Option<String>,
    /// Only while the field is empty.
    pub once: bool,
}

impl Step {
    pub(super) fn plain(name: &'static str) -> Self {
        Self {
            name,
            options: Vec::new(),
        }
    }
}

impl Row {
    pub(super) fn of(input: Input) -> Self {
        Self {
            input,
            steps: Vec::new(),
            default: None,
            once: false,
        }
    }

    /// The row as TOML.
    pub(super) fn toml(&self) -> String {
        let mut pairs: Vec<(String, String)> = Vec::new();
        let mut add = |key: &str, value: String| pairs.push((key.to_owned(), value));
        let is_alone = self.steps.is_empty() && self.default.is_none() && !self.once;
        match &self.input {
            Input::From(selector) if is_alone => return toml::text(selector),
            Input::From(selector) => add("from", toml::text(selector)),
            Input::First(selectors) => add("first", toml::texts(selectors)),
            Input::Value(value) => add("value", toml::text(value)),
            Input::Nothing => {}
        }
        let options = |step: &Step| {
            let options = step.options.iter();
            let named = options.map(|(key, value)| (toml::key(key), value.clone()));
            let name = std::iter::once(("use".to_owned(), toml::text(step.name)));
            name.chain(named).collect::<Vec<_>>()
        };
        match self.steps.as_slice() {
            [] => {}
            [only] if self.input == Input::Nothing => pairs.extend(options(only)),
            steps => {
                let steps: Vec<String> = steps
                    .iter()
                    .map(|step| match step.options.as_slice() {
                        [] => toml::text(step.name),
                        _ => toml::table(&options(step)),
                    })
                    .collect();
                pairs.push(("steps".to_owned(), toml::list(&steps)));
            }
        }
        if let Some(default) = &self.default {
            let default = toml::table(&[("default".to_owned(), toml::text(default))]);
            pairs.push(("when-missing".to_owned(), default));
        }
        if self.once {
            pairs.push(("apply".to_owned(), toml::text("once")));
        }
        toml::table(&pairs)
    }
}

impl Target {
    /// A target of a product, with nothing in it.
    pub(super) fn new(product: Product) -> Self {
        Self {
            name: match product {
                Product::JiraDataCenter => "jira",
                Product::ConfluenceDataCenter => "wiki",
            },
            product,
            matches: Vec::new(),
            photo: false,
            rows: Vec::new(),
        }
    }

    pub(super) fn url(&self) -> &'static str {
        match self.product {
            Product::JiraDataCenter => "https://jira.example.com",
            Product::ConfluenceDataCenter => "https://wiki.example.com",
        }
    }

    pub(super) fn variable(&self) -> &'static str {
        match self.product {
            Product::JiraDataCenter => "JIRA_PASSWORD",
            Product::ConfluenceDataCenter => "CONFLUENCE_PASSWORD",
        }
    }

    fn is_of(&self, kind: FieldKind) -> bool {
        let is_profile = self.product == Product::ConfluenceDataCenter;
        kind == FieldKind::Account || is_profile == (kind == FieldKind::Profile)
    }
}

impl Draft {
    /// A connector of a provider, with nothing in it.
    pub(super) fn new(name: String, origin: &'static str, provider: &'static str) -> Self {
        Self {
            name,
            origin,
            provider,
            options: Vec::new(),
            endpoints: Vec::new(),
            credential: Credential::default(),
            schedule: None,
            groups: Vec::new(),
            include: Vec::new(),
            exclude: Vec::new(),
            jira: Target::new(Product::JiraDataCenter),
            wiki: Target::new(Product::ConfluenceDataCenter),
            remarks: Vec::new(),
        }
    }

    /// What every target needs and no export says.
    pub(super) fn ask_for_targets(&mut self) {
        let all: Vec<_> = self
            .targets()
            .map(|one| (one.name, one.url(), one.variable()))
            .collect();
        for (name, url, variable) in all {
            self.remark(
                Kind::Set,
                format!("[target.{name}] url"),
                format!("the export does not say where it is; {url} stands for it"),
                "write the site's address",
            );
            self.remark(
                Kind::Set,
                format!("[target.{name}] credential"),
                format!("the password comes from the variable {variable}"),
                format!("set {variable}, and write the user name of an administrator"),
            );
        }
    }

    pub(super) fn remark(
        &mut self,
        kind: Kind,
        at: impl Into<String>,
        message: impl Into<String>,
        advice: impl Into<String>,
    ) {
        self.remarks.push(Remark {
            kind,
            at: at.into(),
            message: message.into(),
            advice: advice.into(),
        });
    }

    /// The target of a product.
    pub(super) fn target(&mut self, product: Product) -> &mut Target {
        match product {
            Product::JiraDataCenter => &mut self.jira,
            Product::ConfluenceDataCenter => &mut self.wiki,
        }
    }

    /// The targets that have something to do.
    pub(super) fn targets(&self) -> impl Iterator<Item = &Target> {
        let both = [&self.jira, &self.wiki].into_iter();
        both.filter(|target| target.photo || !target.rows.is_empty())
    }

    /// Adds a row; false where the field has one.
    pub(super) fn add(&mut self, product: Product, field: &str, row: Row) -> bool {
        let rows = &mut self.target(product).rows;
        if rows.iter().any(|(name, _)| name == field) {
            return false;
        }
        rows.push((field.to_owned(), row));
        true
    }

    /// Takes out the rows of a field that a plugin refuses; them as they were.
    pub(super) fn take(&mut self, field: &Field) -> Vec<(String, Row)> {
        let mut taken = Vec::new();
        for target in [&mut self.jira, &mut self.wiki] {
            let is_meant = target.is_of(field.kind);
            let rows = std::mem::take(&mut target.rows);
            let (out, kept): (Vec<_>, Vec<_>) = rows
                .into_iter()
                .partition(|(name, _)| is_meant && *name == field.name);
            target.rows = kept;
            taken.extend(out);
        }
        taken
    }

    /// The connector file.
    pub(super) fn toml(&self) -> String {
        let mut text = format!(
            "# Taken over from {}. Addresses of example.com stand for what the export does not say.\n\
             id = {}\n",
            self.origin,
            toml::text(&self.name)
        );
        let mut line = |line: String| {
            let _never_fails = writeln!(text, "{line}");
        };
        if let Some(schedule) = &self.schedule {
            line(format!("schedule = {}", toml::text(schedule)));
        }
        line(format!(
            "\n[source]\nprovider = {}",
            toml::text(self.provider)
        ));
        if !self.options.is_empty() {
            line(format!("options = {}", toml::table(&quoted(&self.options))));
        }
        if !self.endpoints.is_empty() {
            line("\n[source.endpoint]".to_owned());
            for (slot, url) in &self.endpoints {
                line(format!("{slot} = {}", toml::text(url)));
            }
        }
        let credential = &self.credential;
        line(format!("\n[source.credential.{}]", credential.slot));
        line(format!("kind = {}", toml::text(credential.kind)));
        for (key, value) in &credential.plain {
            line(format!("{key} = {}", toml::text(value)));
        }
        let (key, variable) = credential.secret;
        line(format!("{key} = {{ env = {} }}", toml::text(variable)));
        let scope = [
            ("groups", toml::texts(&self.groups), self.groups.is_empty()),
            (
                "include",
                toml::list(&self.include),
                self.include.is_empty(),
            ),
            (
                "exclude",
                toml::list(&self.exclude),
                self.exclude.is_empty(),
            ),
        ];
        let mut keys = scope
            .into_iter()
            .filter(|(_, _, is_empty)| !is_empty)
            .peekable();
        if keys.peek().is_some() {
            line("\n[scope]".to_owned());
        }
        for (key, value, _) in keys {
            line(format!("{key} = {value}"));
        }
        for target in self.targets() {
            target.write(&mut text);
        }
        text
    }
}

impl Target {
    fn write(&self, text: &mut String) {
        let name = self.name;
        let mut line = |line: String| {
            let _never_fails = writeln!(text, "{line}");
        };
        line(format!("\n[target.{name}]"));
        line(format!("product = {}", toml::text(self.product.as_str())));
        line(format!("url = {}", toml::text(self.url())));
        line(format!(
            "credential = {{ kind = \"basic\", username = \"svc-attune\", password = {{ env = {} }} }}",
            toml::text(self.variable())
        ));
        let rules = self.matches.iter().map(|(source, of)| {
            let pair = |key: &str, value: &str| (key.to_owned(), toml::text(value));
            toml::table(&[pair("source", source), pair("target", of)])
        });
        line(format!(
            "match = {}",
            toml::list(&rules.collect::<Vec<_>>())
        ));
        if self.photo {
            line("photo = true".to_owned());
        }
        for table in ["account", "map"] {
            let places = self
                .rows
                .iter()
                .map(|(field, row)| (edit::place(field), row));
            let mut rows = places.filter(|((of, _), _)| *of == table).peekable();
            if rows.peek().is_some() {
                line(format!("\n[target.{name}.{table}]"));
            }
            for ((_, key), row) in rows {
                line(format!("{} = {}", toml::key(key), row.toml()));
            }
        }
    }
}

fn quoted(pairs: &[(&'static str, String)]) -> Vec<(String, String)> {
    let pairs = pairs.iter();
    pairs
        .map(|(key, value)| ((*key).to_owned(), toml::text(value)))
        .collect()
}
