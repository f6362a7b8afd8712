//! Proof against things that we did not write: OpenLDAP's `slapd`, a SCIM server of `PyPI`, Prism over
//! the descriptions that Microsoft, Okta and Keycloak give of their APIs, Google's description of its
//! Directory API, bodies that real services sent, the `PyPI` clients of Jira and Confluence, and the
//! toolchains of JavaScript and Python.
//!
//! Invariant: a test whose peer is not on this machine fails with the command that installs it
//! (`tests/run`); it is never skipped. Everything talks to 127.0.0.1 only.
//!
//! Deliberately not here: what our own stand-ins can show (`it`).

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests fail the test"
)]

mod clients;
mod clients_ours;
mod clients_table;
mod company;
mod difference;
mod entra;
mod file;
mod google;
mod google_requests;
mod graph_requests;
mod keycloak;
mod keycloak_requests;
mod kit;
mod languages;
mod ldap_changes;
mod ldap_discover;
mod ldap_groups;
mod ldap_people;
mod ldap_photos;
mod ldap_refusals;
mod ldap_same_file;
mod ldap_sync;
mod ldap_tls;
mod ldif;
mod okta;
mod okta_requests;
mod peer;
mod prism;
mod recorded;
mod recorded_errors;
mod recorded_google;
mod recorded_keycloak;
mod recorded_okta;
mod recorded_scim;
mod replay;
mod scim;
mod scim2;
mod scim2_sync;
mod slapd;
mod talk;
