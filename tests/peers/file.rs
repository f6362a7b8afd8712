//! Connector files for these tests: a `[source]` and everything else, so that the one can be
//! exchanged without touching the other.

use std::path::PathBuf;

use attune_server::fault::Failure;
use attune_server::sync;
use attune_sim::Setup;
use attune_sim::demo::{Access, Demo};
use attune_tests::TestApp;

use crate::company::{BASE, Company};
use crate::slapd::{PASSWORD, READER, Slapd};

/// The `[source]` of a directory.
#[derive(Debug, Clone)]
pub(crate) struct Directory {
    /// `ldap://...` or `ldaps://...`.
    pub(crate) address: String,
    /// Who binds.
    pub(crate) dn: String,
    /// The inside of `options = { .. }` after the base.
    pub(crate) options: String,
    /// Further lines of `[source]`.
    pub(crate) lines: String,
    base: String,
}

impl Directory {
    /// Everybody, read by the reader in plain text.
    pub(crate) fn of(slapd: &Slapd) -> Self {
        Self {
            address: slapd.address(),
            dn: READER.to_owned(),
            options: String::new(),
            lines: "allow-plain = true".to_owned(),
            base: BASE.to_owned(),
        }
    }

    /// With further options, such as `, page-size = 100`.
    pub(crate) fn with_options(mut self, options: &str) -> Self {
        options.clone_into(&mut self.options);
        self
    }

    /// Below another base.
    pub(crate) fn below(mut self, base: &str) -> Self {
        base.clone_into(&mut self.base);
        self
    }

    /// As another account.
    pub(crate) fn bound_as(mut self, dn: &str) -> Self {
        dn.clone_into(&mut self.dn);
        self
    }

    /// At another address, with these lines instead of `allow-plain = true`.
    pub(crate) fn at(mut self, address: &str, lines: &str) -> Self {
        address.clone_into(&mut self.address);
        lines.clone_into(&mut self.lines);
        self
    }

    /// The section; the password lies beside the connectors' folder.
    pub(crate) fn section(&self) -> String {
        let Self {
            address,
            dn,
            options,
            lines,
            base,
        } = self;
        format!(
            r#"[source]
provider = "ldap"
options = {{ base = "{base}"{options} }}
{lines}
[source.endpoint]
directory = "{address}"
[source.credential.bind]
kind = "ldap-bind"
dn = "{dn}"
password = {{ file = "../ldap-password" }}
"#
        )
    }
}

/// Everything but the `[source]`: further top-level tables, and the rows of Jira's map.
pub(crate) fn rest(access: &Access, tables: &str, map: &str) -> String {
    let target = access.target("jira", &access.jira_url);
    format!("{tables}\n{target}[target.jira.map]\n{map}\n")
}

/// A host beside a Jira with the accounts of so many people, with the directory's password.
pub(crate) async fn host(number: usize) -> TestApp {
    let world = Demo::start_with(Company::of(number).people, Setup::default());
    let app = TestApp::beside(world.await.expect("loopback"))
        .await
        .expect("a host");
    set_password(&app, PASSWORD);
    app
}

/// Writes the password of the bind.
pub(crate) fn set_password(app: &TestApp, password: &str) {
    let folder = app.connectors();
    let beside = folder.parent().map(PathBuf::from).expect("a folder");
    std::fs::write(beside.join("ldap-password"), password).expect("a writable folder");
}

/// Writes the connector file of these parts.
pub(crate) fn write(app: &TestApp, source: &str, rest: &str) {
    let text = format!("id = \"demo\"\n{source}{rest}");
    app.connector(&text)
        .expect("a connector file without mistakes");
}

/// What a command would say and how it would end.
pub(crate) fn failure(error: anyhow::Error) -> Failure {
    let error = error.downcast::<sync::Error>().expect("an error of a run");
    Failure::from(error)
}
