//! Providers: options, needs and steps of a real one; faults of hostile ones.

use attune_wasm::provider::{Action, Begin, Event, Goal, Provider, Request};
use attune_wasm::{Error, FaultKind, Kind, Plugin};

use super::guest::{Guest, RETURN, engine};

fn ldap() -> Plugin {
    let bytes = attune_bundled::find("ldap").unwrap().wasm;
    engine().load(bytes).unwrap()
}

fn everyone() -> Event {
    Event::Begin(Begin {
        goal: Goal::Everyone,
        wanted: vec!["mail".to_owned()],
        groups: Vec::new(),
        extra: Vec::new(),
    })
}

#[test]
fn a_real_provider_says_what_it_needs_and_takes_a_step() {
    let plugin = ldap();
    assert_eq!(plugin.kind(), Kind::Provider);
    let mut provider = Provider::open(&plugin, r#"{"base":"dc=example,dc=com"}"#).unwrap();
    let needs = provider.needs().unwrap();
    assert!(needs.endpoints.iter().any(|slot| slot.name == "directory"));
    let turn = provider.advance(&[], 0.0, &everyone()).unwrap();
    let [Action::Send(Request::Ldap(search))] = turn.actions.as_slice() else {
        panic!("{:?}", turn.actions);
    };
    assert_eq!(search.base, "dc=example,dc=com");
    let again = provider.advance(&[], 0.0, &everyone()).unwrap();
    assert_eq!(again, turn, "same arguments, same turn");
}

#[test]
fn wrong_options_and_the_wrong_kind_are_refused() {
    let plugin = ldap();
    match Provider::open(&plugin, r#"{"base":"dc=example","pagesize":5}"#).unwrap_err() {
        Error::Problem(problem) => {
            assert_eq!(
                (problem.code.as_str(), problem.at.as_str()),
                ("options", "pagesize")
            );
        }
        other => panic!("{other}"),
    }
    let transform = engine().load(&Guest::default().component()).unwrap();
    assert_eq!(
        Provider::open(&transform, "{}").unwrap_err().code(),
        "plugin-kind"
    );
    let error = plugin
        .open("ldap", &serde_json::json!({ "base": "dc=example" }))
        .unwrap_err();
    assert_eq!(error.code(), "plugin-kind");
}

fn check_fault(advance: &str, kind: FaultKind) {
    let bytes = Guest::default().provider("unreachable", advance);
    let plugin = engine()
        .load(&bytes)
        .unwrap_or_else(|error| panic!("{error}"));
    let mut provider = Provider::open(&plugin, "{}").unwrap();
    for _ in 0..2 {
        match provider.advance(b"state", 0.0, &everyone()).unwrap_err() {
            Error::Fault(fault) => {
                assert_eq!(fault.kind, kind, "{fault}");
                assert_eq!(fault.function, "advance");
            }
            other => panic!("{other}"),
        }
    }
    // The provider itself goes on in a fresh store.
    let Error::Fault(fault) = provider.needs().unwrap_err() else {
        panic!("`needs` is unreachable");
    };
    assert_eq!(
        (fault.kind, fault.function.as_str()),
        (FaultKind::Trap, "needs")
    );
}

#[test]
fn faults_of_a_step_are_named_and_the_next_step_gets_a_fresh_store() {
    check_fault("unreachable", FaultKind::Trap);
    check_fault("(loop $l (br $l))", FaultKind::Timeout);
    check_fault(
        "(loop $l (drop (memory.grow (i32.const 64))) (br $l))",
        FaultKind::Memory,
    );
    check_fault("(return (i32.const -16))", FaultKind::OutputInvalid);
    // An action that the contract does not know.
    let unknown = format!(
        "(memory.fill (i32.const {RETURN}) (i32.const 0) (i32.const 64))
         (i32.store (i32.const {at}) (i32.const 4096))
         (i32.store (i32.const {count}) (i32.const 1))
         (i32.store8 (i32.const 4096) (i32.const 77))",
        at = RETURN + 12,
        count = RETURN + 16
    );
    check_fault(&unknown, FaultKind::OutputInvalid);
}

#[test]
fn a_state_above_its_limit_is_too_large() {
    let large = format!(
        "(drop (memory.grow (i32.const 64)))
         (memory.fill (i32.const {RETURN}) (i32.const 0) (i32.const 64))
         (i32.store (i32.const {at}) (i32.const 65536))
         (i32.store (i32.const {length}) (i32.const 1048577))",
        at = RETURN + 4,
        length = RETURN + 8
    );
    check_fault(&large, FaultKind::OutputTooLarge);
}
