//! Proof against things that we did not write: OpenLDAP's `slapd`, Prism over Microsoft's own
//! description of Graph, bodies that real services sent, and the `PyPI` clients of Jira and Confluence.
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
mod graph_requests;
mod ldap_changes;
mod ldap_people;
mod ldap_refusals;
mod ldap_same_file;
mod ldap_sync;
mod ldap_tls;
mod ldif;
mod peer;
mod prism;
mod recorded;
mod recorded_errors;
mod replay;
mod slapd;
