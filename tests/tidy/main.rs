//! Tidy: the rules of the house that no compiler checks, each with a proof that it can fail.
//!
//! A rule is a function from files to complaints. It is run over everything that git tracks, where
//! it must find nothing, and over a few made-up lines, where it must find exactly what is wrong.
//! Deliberately absent: what clippy and rustc already refuse (long functions, `unwrap`, missing
//! documentation of items).

mod code;
mod contract;
mod faults;
mod files;
mod homes;
mod layers;
mod metrics;
mod names;
mod recipes;
mod shape;
mod transforms;

use files::File;

/// Fails with every complaint on a line of its own.
fn assert_tidy(rule: fn(&[File]) -> Vec<String>) {
    let complaints = rule(&files::tracked());
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn server_modules_import_downward_only() {
    assert_tidy(layers::complaints);
}

#[test]
fn core_has_no_outside() {
    assert_tidy(homes::impure_core);
}

#[test]
fn libraries_stay_in_their_homes() {
    assert_tidy(homes::strayed);
}

#[test]
fn sql_stays_in_the_store() {
    assert_tidy(homes::sql);
}

#[test]
fn every_fault_has_its_proof_or_says_what_it_waits_for() {
    assert_tidy(faults::complaints);
    assert_tidy(faults::gaps);
}

#[test]
fn files_are_short() {
    assert_tidy(shape::long);
}

#[test]
fn files_say_what_they_are() {
    assert_tidy(shape::undocumented);
}

#[test]
fn tests_are_never_switched_off() {
    assert_tidy(shape::switched_off);
}

#[test]
fn modules_are_nouns_of_the_domain() {
    assert_tidy(shape::nameless);
}

#[test]
fn contract_changes_with_its_page() {
    assert_tidy(contract::complaints);
}

#[test]
fn recipes_name_what_is_there() {
    assert_tidy(recipes::complaints);
}

#[test]
fn transforms_test_their_manifest_and_their_edges() {
    assert_tidy(transforms::complaints);
}

#[test]
fn metrics_are_those_that_page_dashboard_and_alerts_name() {
    assert_tidy(metrics::complaints);
}

#[test]
fn text_names_no_machine_and_no_registry() {
    assert_tidy(names::complaints);
}
