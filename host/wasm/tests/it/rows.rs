//! What is tried and told of a build before somebody's rows use it: a probe with exactly a row's
//! options, and what the build may do.

use attune_wasm::{Health, Kind, Plugin};
use serde_json::{Value, json};

use super::builds::{good_then_traps, mark, wrong_for};
use super::guest::{Guest, RETURN, engine};

fn load(bytes: &[u8]) -> Plugin {
    engine()
        .load(bytes)
        .unwrap_or_else(|error| panic!("{error}"))
}

/// Ends as it should, or with this code.
fn probed(plugin: &Plugin, options: &Value) -> Result<(), String> {
    let probed = plugin.probe("same", options);
    probed.map_err(|error| error.code().to_owned())
}

/// Honest with the options of its examples; with any other it does `apply`.
fn two_faced(more: &str, apply: &str) -> Plugin {
    let more = format!("(global $is_given (mut i32) (i32.const 0)) {more}");
    let apply = format!("(if (global.get $is_given) (then {apply}))");
    let guest = Guest {
        schema: r#"{"type":"object","additionalProperties":false,"properties":{"mode":{"type":"string","description":"Which face"}}}"#,
        more: &more,
        open: "(if (i32.gt_u (local.get 3) (i32.const 2))
                 (then (global.set $is_given (i32.const 1))))",
        apply: &apply,
        ..Guest::default()
    };
    load(&guest.component())
}

#[test]
fn a_probe_takes_the_options_of_the_row_and_no_others() {
    let data = RETURN + 20;
    let state = two_faced(
        "(global $n (mut i32) (i32.const 65))",
        &format!(
            "(i32.store8 (i32.load (i32.const {data})) (global.get $n))
             (global.set $n (i32.add (global.get $n) (i32.const 1)))"
        ),
    );
    let neighbours = two_faced(
        "",
        &format!(
            "(i32.store8 (i32.load (i32.const {data})) (i32.add (i32.const 64) (local.get $rows)))"
        ),
    );
    let traps = two_faced("", "unreachable");
    let endless = two_faced("", "(loop $l (br $l))");
    for (plugin, code) in [
        (state, "plugin-nondeterministic"),
        (neighbours, "plugin-not-per-row"),
        (traps, "plugin-trap"),
        (endless, "plugin-timeout"),
    ] {
        assert_eq!(probed(&plugin, &json!({})), Ok(()), "{code}");
        assert_eq!(probed(&plugin, &json!({"mode": "x"})), Err(code.to_owned()));
        assert_eq!(
            probed(&plugin, &json!({"mood": "x"})),
            Err("options".to_owned())
        );
        assert_eq!(plugin.health(), Health::default(), "a probe is no run");
        assert!(plugin.quarantined().is_none());
    }
}

#[test]
fn a_probe_finds_what_shows_within_its_few_rows_only() {
    let traps = load(&good_then_traps("mark"));
    assert_eq!(probed(&traps, &json!({})), Ok(()));
    assert_eq!(
        probed(&traps, &json!({"after": 20})),
        Err("plugin-trap".to_owned())
    );
    // Valid, the same each time, and wrong: that is for a comparison to find.
    assert_eq!(probed(&load(&wrong_for("mark", 40)), &json!({})), Ok(()));
    assert_eq!(probed(&load(&mark("mark", "-v1")), &json!({})), Ok(()));
    let error = traps.probe("smae", &json!({})).unwrap_err();
    assert_eq!(error.code(), "unknown-function");
}

#[test]
fn a_probe_gives_each_row_as_many_columns_as_the_options_open() {
    let bytes = attune_bundled::find("template").unwrap().wasm;
    let template = load(bytes);
    for text in ["{a}", "{a} {b} {c?} {d}", "none"] {
        template.probe("render", &json!({"text": text})).unwrap();
    }
}

#[test]
fn a_provider_is_not_probed() {
    let provider = load(attune_bundled::find("ldap").unwrap().wasm);
    provider
        .probe("ldap", &json!({"base": "dc=example"}))
        .unwrap();
}

#[test]
fn permissions_are_told_and_compared() {
    let guest = |functions, uses| Guest {
        functions,
        uses,
        ..Guest::default()
    };
    let plain = load(&guest(&["same"], &[]).component()).permissions();
    let told = serde_json::to_value(&plain).unwrap();
    assert_eq!(told["kind"], "transform");
    assert_eq!(told["functions"], json!({"same": []}));
    assert_eq!(told["limits"]["memory_mib"], 64);
    assert_eq!(told["limits"]["deadline_ms"], 20);
    assert!(
        told["imports"]
            .to_string()
            .contains("attune:plugin/log@1.0.0"),
        "{told}"
    );
    assert_eq!(plain, serde_json::from_value(told).unwrap());

    let more = load(&guest(&["same", "other"], &["now"]).component()).permissions();
    assert_eq!(
        more.wants_more_than(&plain),
        [
            "a new function `other` that uses `now`",
            "function `same` now uses `now`"
        ]
    );
    assert!(plain.wants_more_than(&more).is_empty());
    let wider = load(&guest(&["same", "other"], &[]).component()).permissions();
    assert_ne!(wider, plain);
    assert!(wider.wants_more_than(&plain).is_empty());

    let provider = load(attune_bundled::find("ldap").unwrap().wasm).permissions();
    assert_eq!(provider.kind, Kind::Provider);
    assert_eq!(provider.limits.deadline_ms, 40);
}
