//! Promise 6: one bad plugin never stops the others.

use attune_core::plan::State;
use attune_server::sync::Mode;
use attune_tests::{Ran, TestApp};
use attune_wasm::registry::Registry;

use super::guest::Guest;

const MAP: &str = "City = { from = \"city\", steps = [\"same.same\"] }\nTitle = \"jobTitle\"";

/// A world where `same.same` is this guest.
async fn with_guest(people: usize, guard: &str, guest: &Guest<'_>) -> TestApp {
    let mut app = TestApp::tidy(people).await.unwrap();
    let folder = app.path("plugins.d");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("same.wasm"), guest.component()).unwrap();
    let bundled: Vec<_> = attune_bundled::PLUGINS
        .iter()
        .map(|plugin| (plugin.id, plugin.wasm))
        .collect();
    let engine = app.app.host.plugins.engine().clone();
    let registry = Registry::open(&engine, &bundled, Some(&folder), &[]).unwrap();
    app.app.host.plugins = registry.snapshot();
    app.connector(&app.connector_text(guard, MAP)).unwrap();
    app
}

fn problems(ran: &Ran) -> Vec<(&str, &str)> {
    let problems = ran.report.problems.iter();
    problems
        .map(|problem| (problem.field.as_str(), problem.code.as_str()))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_a_plugin_cannot_bear_costs_that_value_and_nothing_else() {
    let cases = [
        (
            "(call $helper)",
            "(func $helper unreachable)",
            "plugin-trap",
        ),
        ("(loop $l (br $l))", "", "plugin-timeout"),
    ];
    for (on_tilde, more, code) in cases {
        let guest = Guest {
            on_tilde,
            more,
            ..Guest::default()
        };
        let app = with_guest(12, "", &guest).await;
        let who = app.who(4);
        app.type_in(who, "City", "Before");
        app.set(who, "city", "~");
        let ran = app.sync(Mode::Complete).await.unwrap();
        assert_eq!(ran.report.state, State::Applied, "{code}");
        assert_eq!(problems(&ran), [("City", code)]);
        assert_eq!(app.property(who, "City").as_deref(), Some("Before"));
        let others = app.out_of_tune(&[("City", "city"), ("Title", "jobTitle")]);
        assert_eq!(others.len(), 1, "{others:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plugin_that_fails_for_everybody_costs_its_own_field_only() {
    let guest = Guest {
        apply: "unreachable",
        examples: "[]",
        ..Guest::default()
    };
    // A guard would hold such a run; here somebody has switched it off.
    let app = with_guest(12, "[guard]\nfailed-values = \"off\"", &guest).await;
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(ran.report.state, State::Applied);
    assert_eq!(
        app.out_of_tune(&[("Title", "jobTitle")]),
        Vec::<String>::new()
    );
    assert!((0..12).all(|place| app.property(app.who(place), "City").is_none()));
    assert!(problems(&ran).iter().all(|(field, _)| *field == "City"));

    let app = with_guest(12, "", &guest).await;
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(
        (ran.report.state, ran.held_by()),
        (State::Held, vec!["failed-values"])
    );
    assert!(app.world.jira.writes().is_empty());
}

/// Promise 8: a plugin can only compute, on its own columns.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plugin_is_given_its_own_column_and_no_other() {
    // It traps as soon as it is given anything but one column.
    let guest = Guest {
        apply: "(if (i32.ne (local.get $inputs_len) (i32.const 1)) (then unreachable))",
        ..Guest::default()
    };
    let app = with_guest(12, "", &guest).await;
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!((ran.report.state, problems(&ran)), (State::Applied, vec![]));
    let wrong = app.out_of_tune(&[("City", "city"), ("Title", "jobTitle")]);
    assert_eq!(wrong, Vec::<String>::new());
}
