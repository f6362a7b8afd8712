//! The promises of the product, each as tests of a whole host beside stand-ins.
//!
//! One file per promise or topic. A test tells what an administrator would see: what the site
//! holds, what the report says, which requests were sent. Damage comes from the stand-ins' scripts,
//! never from a changed host.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "clippy.toml allows them in tests; these functions serve nothing else"
)]

mod absence;
mod access;
mod api;
mod backups;
mod bad_plugins;
mod bad_values;
#[expect(
    dead_code,
    reason = "written for all tests that swap builds; each uses some"
)]
#[path = "../../host/wasm/tests/it/builds.rs"]
mod builds;
mod changes;
mod changes_lost;
mod console;
mod csv;
mod database_gone;
mod deployed;
mod disk;
mod existing_values;
mod explained;
mod fenced;
mod forger;
mod forget;
mod google;
mod guard_reference;
#[expect(
    dead_code,
    reason = "written for the tests of the sandbox, which use all of it"
)]
#[path = "../../host/wasm/tests/it/guest.rs"]
mod guest;
mod half_done;
mod held;
mod hostile_providers;
mod jobs;
mod keycloak;
mod leavers;
mod maintenance;
mod managers;
mod mass_change;
mod mass_scenarios;
mod matching;
mod names;
mod not_delivered;
mod nothing_lost;
mod notices;
mod oidc;
mod okta;
mod one_person;
mod origins;
mod ownership_table;
mod pictures;
mod plan_files;
mod polite;
mod prefixes;
mod probation;
mod profiles;
mod quarantine;
mod records;
mod replay;
mod resumed;
mod rotation;
mod same_plan;
mod schedules;
mod scim;
mod scope;
mod shadow;
mod sign_in;
#[path = "../../host/wasm/tests/it/signer.rs"]
mod signer;
mod swap_held;
mod swaps;
mod switch;
mod targets;
mod tidied;
mod trust;
mod unchanged;
mod undo;
mod versions;
mod visible;
